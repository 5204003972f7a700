"""Worlds are lanes: none depends on another, none is lost without a word, and extremes are met."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foedus.game.table import Tabulation
from foedus.solve.arena import KEPT, lend, lend_each
from foedus.solve.block import Indices, packed
from foedus.solve.equilibrium import Equilibrium, Method, Status
from foedus.solve.few import AT_A_TIME, Few, answered, usual
from foedus.solve.kernels import make_narrow_ready
from foedus.solve.merging import merged
from foedus.solve.problem import Answers, Problem
from foedus.solve.ranges import FEW, payoff_spread
from foedus.solve.solver import CALMED, FIRST, solve, solve_each
from foedus.solve.width import NARROW, WIDTH
from games import from_tree, random_game, random_tree

SEEDS = st.integers(0, 2**32 - 1)
FIELDS = [field.name for field in fields(Equilibrium)]


def pick(numbers: Tabulation, worlds: Any) -> Tabulation:
    return Tabulation(
        numbers.probabilities[..., worlds],
        numbers.payoffs[..., worlds],
        numbers.weights[..., worlds],
        numbers.rationality[..., worlds],
        numbers.valid[..., worlds],
    )


def same(one: Equilibrium, other: Equilibrium, worlds: Any = slice(None)) -> bool:
    """Whether each field of `other` is bit for bit that of the given worlds of `one`."""
    return all(
        np.array_equal(np.asarray(getattr(one, name))[..., worlds], getattr(other, name), equal_nan=True)
        for name in FIELDS
    )


def hard(seed: int, worlds: int = 21) -> tuple[Any, Tabulation]:
    """A game whose worlds differ much in rationality, so that some need every method."""
    game, numbers = random_game(seed, worlds=worlds)
    spread = np.random.default_rng(seed).choice([0.5, 5.0, 20.0, 60.0], worlds)
    return game, replace(numbers, rationality=numbers.rationality * spread)


@given(seed=SEEDS)
@example(seed=3131)  # a lane whose world has lost its reach is given another
@settings(max_examples=15, deadline=None)
def test_permuting_worlds(seed: int) -> None:
    """Permuting worlds permutes the results, bit for bit."""
    game, numbers = hard(seed)
    order = np.random.default_rng(seed).permutation(numbers.worlds)
    assert same(solve(game, numbers), solve(game, pick(numbers, order)), order)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_a_world_alone(seed: int) -> None:
    """A world solved alone gives the bits that it gives among others."""
    game, numbers = hard(seed)
    together = solve(game, numbers)
    for world in (0, 7, 20):
        assert same(together, solve(game, pick(numbers, [world])), [world])


def test_the_order_in_memory() -> None:
    """Numbers of which the worlds do not lie side by side, or with gaps, are the same numbers."""
    make_narrow_ready()
    game, numbers = random_game(3, worlds=9)
    there = pick(numbers, slice(1, 9, 2))
    turned = Tabulation(*(np.asfortranarray(getattr(there, field.name)) for field in fields(Tabulation)))
    assert same(solve(game, numbers, check=0), solve(game, turned, check=0), [1, 3, 5, 7])
    one, turned_one = pick(there, slice(0, 1)), pick(turned, slice(0, 1))
    [(_, found)], [(_, other)] = solve_each([(game, one)]), solve_each([(game, turned_one)])
    assert same(found, other)
    assert same(solve(game, numbers, check=0), found, [1])


@pytest.mark.parametrize("worlds", [np.arange(0, 16, 2), np.arange(3, 11), np.array([5, 1, 2])])
@pytest.mark.parametrize("linear", [False, True])
def test_numbers_packed_for_kernels(worlds: Indices, linear: bool) -> None:
    """They are in the order that kernels take, whichever worlds are meant, and the last fills the block."""
    _, numbers = random_game(3, worlds=16)
    found = packed(numbers, worlds, linear)
    assert found.flags.c_contiguous
    assert found.shape[1] == WIDTH
    for lane in range(WIDTH):
        world = int(worlds[min(lane, len(worlds) - 1)])
        alone = packed(numbers, np.array([world]), linear, lanes=1)
        assert np.array_equal(found[:, lane], alone[:, 0])


@given(seed=SEEDS, worlds=st.integers(1, NARROW))
@settings(max_examples=30, deadline=None)
def test_few_worlds_in_one_call(seed: int, worlds: int) -> None:
    """Few worlds, which the narrow kernel answers, have the bits that the usual ones give them among others.

    Where sweeps do not find them all, or a number is unusual, the narrow kernel says nothing.
    """
    game, numbers = hard(seed)
    few, here = pick(numbers, slice(0, worlds)), np.arange(worlds)
    problem = Problem(game, few, threads=1)
    answers = Answers(problem)
    FIRST(problem, answers, here)
    prepared = Few.of(problem, FIRST)
    assert (prepared is not None) == usual(few)
    found = None
    if prepared is not None:
        assert [*answered([prepared], 1)] == [prepared]
        found = prepared.answer()
        found_all = bool((answers.residual <= problem.tolerance).all() and not answers.logarithmic.any())
        assert (found is not None) == found_all
    if found is not None:
        residual, regret, weighted, *_ = answers.report
        told = answers.behaviour, answers.values, residual, regret, weighted, answers.sweeps, answers.method
        names = "behaviour", "values", "residual", "regret", "weighted_regret", "sweeps", "method"
        for name, each in zip(names, told, strict=True):
            assert np.array_equal(getattr(found, name), each), name
    make_narrow_ready()
    asked = [(game, few), (game, numbers), random_tree(seed), (game, pick(few, [0]))]
    found_each = dict(solve_each(asked, threads=2))
    assert sorted(found_each) == [0, 1, 2, 3]
    for place, each in found_each.items():
        assert same(solve(*asked[place], check=0), each)


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
def test_games_that_queue_for_threads(threads: int) -> None:
    """Each is given once, and answered as it is alone, while the caller uses its thread's memory."""
    make_narrow_ready()
    games = [random_game(seed, worlds=1 + seed % NARROW) for seed in range(40)]
    few = [Few.of(Problem(merged(game), numbers), FIRST) for game, numbers in games]
    prepared = [each for each in few if each]
    assert len(prepared) > AT_A_TIME
    taken = []
    for each in answered(prepared, threads):
        for room in lend_each((1000,), (50, 3)):
            room.fill(np.nan)
        taken.append(each)
    assert {*taken} == {*prepared}
    assert len(taken) == len(prepared)
    for each, (game, numbers) in zip(few, games, strict=True):
        found = each.answer() if each else None
        assert found is None or same(solve(game, numbers, check=0), found)
    assert not [*answered([], threads)]
    for _ in answered(prepared, threads):
        break


@pytest.mark.parametrize("spoil", ["nan", "inf", "weightless", "negative", "endless", "invalid"])
def test_few_unusual_worlds(spoil: str) -> None:
    """Worlds that are not for the narrow kernel come out as they do among others."""
    make_narrow_ready()
    game, numbers = random_game(1)
    few = pick(numbers, [0, 0])
    changed = {name: getattr(few, name).copy() for name in ("payoffs", "weights", "rationality", "valid")}
    match spoil:
        case "nan":
            changed["payoffs"][-1, 0, 1] = np.nan
        case "inf":
            changed["payoffs"][-1, 0, 1] = np.inf
        case "weightless":
            changed["weights"][0, 1] = 0.0
        case "negative":
            changed["rationality"][0, 1] = -1.0
        case "endless":
            changed["rationality"][0, 1] = np.inf
        case "invalid":
            changed["valid"][1] = False
    few = replace(few, **changed)
    assert not usual(few)
    among = solve(game, pick(few, [0, 1, 0, 1, 0]), check=0)
    [(place, found)] = solve_each([(game, few)])
    assert place == 0
    assert same(among, found, [0, 1])


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_the_rhythm_that_takes_the_fewest_sweeps(seed: int) -> None:
    """Rivals answer as the best of them does alone, bit for bit, and the first of several such."""
    game, numbers = hard(seed)
    problem, here = Problem(game, numbers), np.arange(numbers.worlds)
    rivals, *alone = (Answers(problem) for _ in range(1 + len(CALMED.rhythms)))
    CALMED(problem, rivals, here)
    for each, rhythm in zip(alone, CALMED.rhythms, strict=True):
        replace(CALMED, rhythms=(rhythm,))(problem, each, here)
    needed = np.stack([np.where(each.residual <= 1e-10, each.sweeps, np.inf) for each in alone])
    settled = np.flatnonzero(np.isfinite(needed).any(axis=0))
    for world in settled.tolist():
        best = int(needed[:, world].argmin())
        assert rivals.sweeps[world] == len(CALMED.rhythms) * needed[best, world]
        for name in ("behaviour", "values", "report"):
            assert np.array_equal(getattr(rivals, name)[:, world], getattr(alone[best], name)[:, world])


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_threads(seed: int) -> None:
    """The number of threads changes no bit."""
    game, numbers = hard(seed)
    assert same(solve(game, numbers, threads=1), solve(game, numbers, threads=2))


def test_invalid_worlds_are_told_and_harm_no_other() -> None:
    """A world with a number that is none is INVALID, without numbers, and its neighbours are untouched."""
    game, numbers = random_game(7, worlds=9)
    clean = solve(game, numbers)
    payoffs, chances = numbers.payoffs.copy(), numbers.probabilities.copy()
    rationality, valid = numbers.rationality.copy(), numbers.valid.copy()
    payoffs[2, 0, 1] = np.nan
    chances[0, 3] = np.inf
    rationality[0, 4] = -1.0
    rationality[1, 5] = np.nan
    valid[6] = False
    found = solve(game, Tabulation(chances, payoffs, numbers.weights, rationality, valid))
    broken, whole = [1, 3, 4, 5, 6], [0, 2, 7, 8]
    assert (found.status[broken] == Status.INVALID).all()
    assert np.isnan(found.behaviour[:, broken]).all()
    for name in FIELDS:
        mine, theirs = (np.asarray(getattr(e, name))[..., whole] for e in (found, clean))
        assert np.array_equal(mine, theirs, equal_nan=True), name


def test_overflow_is_not_certified() -> None:
    """Payoffs that overflow when added leave the world unsolved."""
    case = from_tree(fork([1e308, -1e308], 1e308), ["a"])
    found = solve(case.game, case.tabulate(1.0))
    assert found.status[0] != Status.SOLVED


def fork(payoffs: list[float], paid: float = 0.0) -> dict[str, Any]:
    actions = [
        {"label": str(i), "pays": [paid], "node": {"type": "terminal", "label": str(i), "payoffs": [p]}}
        for i, p in enumerate(payoffs)
    ]
    return {"type": "decision", "player": "a", "infoset": "h", "actions": actions}


@pytest.mark.parametrize("rationality", [0.0, 1e-300, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("penalty", [1.0, 1e3, 1e6])
def test_large_numbers(rationality: float, penalty: float) -> None:
    """From no rationality to a million, with penalties up to a million, nothing overflows."""
    case = from_tree(fork([0.0, -penalty, 1e-3]), ["a"])
    found = solve(case.game, case.tabulate(rationality))
    weights = np.exp(rationality * (np.array([0.0, -penalty, 1e-3]) - 1e-3))
    assert found.solved.all()
    assert found.behaviour[:, 0] == pytest.approx(weights / weights.sum(), abs=1e-12)


def test_infinite_rationality_where_nothing_is_hidden() -> None:
    """At λ = ∞ the best option is taken for certain; tied ones share, and the tie is told."""
    numbers = from_tree(fork([1.0, 2.0, 0.0]), ["a"])
    tied = from_tree(fork([2.0, 2.0, 0.0]), ["a"])
    strict = solve(numbers.game, numbers.tabulate(np.inf))
    shared = solve(tied.game, tied.tabulate(np.inf, 5.0))
    assert strict.behaviour[:, 0].tolist() == [0.0, 1.0, 0.0]
    assert shared.behaviour[:, 0].tolist() == [0.5, 0.5, 0.0]
    assert (strict.ties.tolist(), shared.ties.tolist()) == ([False], [True, False])


def test_infinite_rationality_with_hidden_information() -> None:
    """λ = ∞ is not supported where something is hidden, and the status says so."""
    game, numbers = random_game(3, worlds=2)
    rationality = numbers.rationality.copy()
    rationality[0, 1] = np.inf
    found = solve(game, replace(numbers, rationality=rationality))
    assert found.status.tolist() == [Status.SOLVED, Status.UNSUPPORTED]


def after(chances: list[float], payoffs: list[list[float]], penalty: float) -> dict[str, Any]:
    """Chance; then `a` keeps or breaks, at a price; then `b`, who saw only the breach, answers."""

    def answer(i: int) -> dict[str, Any]:
        ends = [
            {"label": side, "node": {"type": "terminal", "label": side, "payoffs": [0.0, p]}}
            for side, p in zip(("left", "right"), payoffs[i], strict=True)
        ]
        return {"type": "decision", "player": "b", "infoset": "b", "actions": ends}

    def choice(i: int) -> dict[str, Any]:
        keep = {"label": "keep", "node": {"type": "terminal", "label": "kept", "payoffs": [0.0, 0.0]}}
        broken = {"label": "break", "pays": [-penalty, 0.0], "node": answer(i)}
        return {"type": "decision", "player": "a", "infoset": f"a{i}", "actions": [keep, broken]}

    outcomes = [{"label": str(i), "prob": p, "node": choice(i)} for i, p in enumerate(chances)]
    return {"type": "chance", "outcomes": outcomes}


@pytest.mark.parametrize("penalty", [1.0, 1e3, 1e6])
def test_beliefs_after_what_hardly_ever_happens(penalty: float) -> None:
    """Beliefs where reach underflows are Bayes' rule all the same."""
    case = from_tree(after([0.3, 0.7], [[1.0, 0.0], [0.0, 1.0]], penalty), ["a", "b"])
    found = solve(case.game, case.tabulate(2.0))
    left = 1.0 / (1.0 + np.exp(2.0 * (0.7 - 0.3)))
    assert found.solved.all()
    assert not found.limit_beliefs.any()
    assert case.profile(found.behaviour[:, 0])["b"]["left"] == pytest.approx(left, abs=1e-9)


def test_beliefs_after_what_chance_excludes() -> None:
    """Where chance excludes every way to an information set, its beliefs are a limit, and that is told."""
    tree = after([0.25, 0.75], [[1.0, 0.0], [0.0, 1.0]], 0.5)
    lottery = {
        "type": "chance",
        "outcomes": [
            {
                "label": "calm",
                "prob": 1.0,
                "node": {"type": "terminal", "label": "calm", "payoffs": [0.0, 0.0]},
            },
            {"label": "storm", "prob": 0.0, "node": tree},
        ],
    }
    case = from_tree(lottery, ["a", "b"])
    found = solve(case.game, case.tabulate(2.0))
    plain = from_tree(tree, ["a", "b"])
    expected = solve(plain.game, plain.tabulate(2.0))
    shares = plain.profile(expected.behaviour[:, 0])
    assert (found.solved.all(), found.limit_beliefs.tolist(), expected.limit_beliefs.tolist()) == (
        True,
        [True],
        [False],
    )
    for name, profile in case.profile(found.behaviour[:, 0]).items():
        assert profile == pytest.approx(shares[name], abs=1e-9)
    assert found.weighted_regret[0] == 0.0


def test_the_less_impossible_is_believed() -> None:
    """Of ways with one and with two impossible steps, the limit of equal small weights believes the first."""
    tree = after([0.0, 1.0], [[1.0, 0.0], [0.0, 1.0]], 0.5)
    twice = {
        "type": "chance",
        "outcomes": [
            {
                "label": "calm",
                "prob": 1.0,
                "node": {"type": "terminal", "label": "calm", "payoffs": [0.0, 0.0]},
            },
            {"label": "storm", "prob": 0.0, "node": tree},
        ],
    }
    case = from_tree(twice, ["a", "b"])
    found = solve(case.game, case.tabulate(3.0))
    right = 1.0 / (1.0 + np.exp(-3.0))
    assert case.profile(found.behaviour[:, 0])["b"]["right"] == pytest.approx(right, abs=1e-12)


def test_weights() -> None:
    """An option of weight 0 is never taken, one of weight 2 counts twice; all of weight 0 are no game."""
    tree = fork([1.0, 1.0, 5.0])
    for action, weight in zip(tree["actions"], (2.0, 1.0, 0.0), strict=True):
        action["weight"] = weight
    case = from_tree(tree, ["a"])
    numbers = case.tabulate(1.0, np.inf, 1.0)
    numbers.weights[1:, 2] = 0.0
    found = solve(case.game, numbers)
    assert found.behaviour[:, :2] == pytest.approx(np.array([[2 / 3, 1 / 3, 0.0]] * 2).T, abs=1e-15)
    assert found.status.tolist() == [Status.SOLVED, Status.SOLVED, Status.INVALID]
    assert found.regret[0] == pytest.approx(0.0, abs=1e-15)


def test_few_sweeps_are_not_enough() -> None:
    """A world whose sweeps are used up is NOT_CONVERGED, and its residual says by how much."""
    game, numbers = random_game(5)
    found = solve(game, replace(numbers, rationality=numbers.rationality * 9.0), max_sweeps=1)
    assert (found.status == Status.NOT_CONVERGED).any()
    assert (found.residual[~found.solved] > 1e-10).all()


def test_methods_are_told() -> None:
    """Backward induction is used where nothing is hidden, sweeps elsewhere; each says what it is."""
    plain, hidden = solve(*random_tree(1)), solve(*random_game(1))
    assert set(plain.method.tolist()) == {Method.BACKWARD_INDUCTION}
    assert Method.BACKWARD_INDUCTION not in hidden.method.tolist()
    assert all(method.sentence.endswith(".") for method in Method)
    assert all(status.sentence.endswith(".") for status in Status)


def test_no_worlds() -> None:
    """No worlds, no answers, no fault."""
    game, numbers = random_game(1)
    assert solve(game, pick(numbers, slice(0, 0))).solved.shape == (0,)


@given(seed=SEEDS, rationality=st.sampled_from([1e2, 1e4, 1e6]), penalty=st.sampled_from([0.0, 1e3, 1e6]))
@settings(max_examples=25, deadline=None)
@example(seed=835, rationality=1e4, penalty=0.0)  # alike nodes to which no way is likely enough for a number
def test_extremes_with_hidden_information(seed: int, rationality: float, penalty: float) -> None:
    """However sharp the actors and large the penalties, all numbers are finite and the status is honest."""
    game, numbers = random_game(seed)
    payoffs = numbers.payoffs.copy()
    payoffs[np.unique(game.payment[game.payment > 0])] -= penalty
    found = solve(game, replace(numbers, payoffs=payoffs, rationality=numbers.rationality * rationality))
    assert np.isfinite(found.behaviour).all()
    assert np.isfinite(found.values).all()
    assert np.isfinite(found.residual).all()
    assert (found.solved == (found.residual <= 1e-10)).all()
    totals = np.add.reduceat(found.behaviour, game.first_option[:-1], axis=0)
    assert totals == pytest.approx(1.0, abs=1e-12)


@given(seed=SEEDS)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_moderately_sharp_worlds_are_solved(seed: int) -> None:
    """At λ times spread of about 30 every one of 200 random worlds is solved."""
    game, numbers = random_game(seed, worlds=8)
    found = solve(game, replace(numbers, rationality=numbers.rationality * 30.0))
    assert found.solved.all()


@given(seed=SEEDS)
@settings(max_examples=15, deadline=None)
def test_what_memory_held_before(seed: int) -> None:
    """A thread's memory is used again: what stood there has no say, not even where it was no number."""
    game, numbers = hard(seed, worlds=11)
    found = solve(game, numbers, threads=1)
    spread = payoff_spread(game, numbers, threads=1)
    lend(KEPT)[:] = np.nan
    assert same(found, solve(game, numbers, threads=1))
    lend(KEPT)[:] = np.nan
    assert np.array_equal(spread, payoff_spread(game, numbers, threads=1))


@given(seed=SEEDS, worlds=st.integers(1, FEW))
@settings(max_examples=15, deadline=None)
def test_what_few_worlds_pay_at_most(seed: int, worlds: int) -> None:
    """It is the same bits with the actors side by side as with the worlds."""
    game, numbers = random_game(seed, worlds=9)
    few = pick(numbers, slice(0, worlds))
    assert np.array_equal(payoff_spread(game, few), payoff_spread(game, numbers)[:, :worlds])


def test_more_memory_than_is_kept() -> None:
    """A thread gets as much as it asks for, in arrays that do not overlap."""
    one, other = lend_each((KEPT,), (3, 5))
    one[:], other[:] = 1.0, 2.0
    assert one.shape == (KEPT, WIDTH)
    assert other.shape == (3, 5, WIDTH)
    assert (one == 1.0).all()
    assert len(lend(7)) == 7
