"""The traced branch: where it leads, through folds and past bifurcations, and that it does not jump."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve import reference, solver
from foedus.solve.block import Floats
from foedus.solve.branch import BranchPath, Ending, Pace, Point, Trace
from foedus.solve.equilibrium import Branch, Equilibrium, Method, Status
from foedus.solve.problem import Answers, Problem
from foedus.solve.ranges import payoff_spread
from foedus.solve.response import Response
from foedus.solve.solver import solve
from foedus.solve.tracing import BranchTracing
from games import Case, from_tree, random_game, random_tree

HERE = Path(__file__).parent
SEEDS = st.integers(0, 2**32 - 1)
FIELDS = [field.name for field in fields(Equilibrium)]
FINER = Pace(miss=0.1 / 16, turn=0.05, swing=0.025, contraction=0.025, steps=8000)


def tree_case(name: str, number: int = 0) -> tuple[Case, dict[str, Any]]:
    content = json.loads((HERE / "trees" / f"{name}.json").read_text(encoding="utf-8"))
    variant = content["variants"][number]
    return from_tree(variant["tree"], content["players"], name), variant


VARIANTS = [
    pytest.param(file.stem, number, id=f"{file.stem}-{number}")
    for file in sorted((HERE / "trees").glob("*.json"))
    for number in range(len(json.loads(file.read_text(encoding="utf-8"))["variants"]))
]


def at(numbers: Tabulation, rationality: float) -> Tabulation:
    return replace(numbers, rationality=numbers.rationality * rationality)


def path(game: Game, numbers: Tabulation, pace: Pace, world: int = 0) -> BranchPath:
    problem = Problem(game, numbers)
    response = Response(problem, world, problem.scratch(), problem.tangent())
    scale = float((payoff_spread(game, numbers) * numbers.rationality)[:, world].max())
    return BranchPath(response, scale, pace, 1e-10)


def traced(game: Game, numbers: Tabulation, pace: Pace) -> Answers:
    """What tracing at this pace answers in every world."""
    problem = Problem(game, numbers)
    answers = Answers(problem)
    BranchTracing(pace)(problem, answers, np.arange(numbers.worlds))
    return answers


def independent_residual(game: Game, numbers: Tabulation, found: Equilibrium, world: int) -> float:
    return reference.residual(reference.World.of(game, numbers, world), found.behaviour[:, world])


@pytest.mark.parametrize(("name", "number"), VARIANTS)
def test_known_behaviour(name: str, number: int) -> None:
    """The traced branch leads to the known behaviour of each reference game, as links do."""
    case, variant = tree_case(name, number)
    rows = [row for row in variant["rows"] if row.get("accepted", True)]
    numbers = case.tabulate(*(row["lambda"] for row in rows))
    found, linked = solve(case.game, numbers, trace=True), solve(case.game, numbers, certain=True)
    assert found.solved.all()
    assert (found.branch == Branch.PRINCIPAL).all()
    for world, row in enumerate(rows):
        profile = case.profile(found.behaviour[:, world])
        for information_set, shares in row["profile"].items():
            assert profile[information_set] == pytest.approx(shares, abs=variant["tolerance"], rel=0)
        assert independent_residual(case.game, numbers, found, world) <= 1e-10
    assert found.behaviour == pytest.approx(linked.behaviour, abs=1e-8)


class Crossings(BranchPath):
    """Lands wherever the branch passes one of these values of t, on its way up or down."""

    goals: tuple[float, ...] = ()
    met: dict[float, list[Floats]]

    def note(self, trace: Trace, point: Point, ahead: Point) -> None:
        super().note(trace, point, ahead)
        for goal in self.goals:
            if (self.t(point) < goal) != (self.t(ahead) < goal):
                self.met.setdefault(goal, []).append(self.behaviour(point, ahead, goal))

    def behaviour(self, point: Point, ahead: Point, goal: float) -> Floats:
        landed = self.land(point, ahead, goal)
        assert landed is not None, goal
        self.response.answer(landed, goal)
        scratch, layout = self.response.scratch, self.response.layout
        asked = np.repeat(np.isin(np.arange(len(layout.mover)), layout.asked), np.diff(layout.first_option))
        options = len(layout.weight)
        behaviour: Floats = np.where(asked, scratch.sigma[:options, 0], scratch.next_sigma[:options, 0])
        return behaviour


def test_folds() -> None:
    """The folds of the branch, and its behaviour at each crossing of a precision, are the known ones."""
    known = json.loads((HERE / "cases" / "C27_folding_branch.json").read_text(encoding="utf-8"))
    case, _ = tree_case("C27_folding_principal_branch")
    rows, top = known["variants"][0]["rows"], 5.0
    usual = path(case.game, case.tabulate(top), Pace())
    crossings = Crossings(usual.response, usual.scale, usual.pace, usual.tolerance)
    crossings.met = {}
    crossings.goals = tuple({row["lambda"] / top for row in rows} - {1.0})
    trace = crossings.follow()
    assert trace.ending == Ending.ARRIVED
    assert trace.bifurcations == 0
    turns = [top * t for t in trace.turns]
    assert turns == pytest.approx(
        known["exact"]["turning_points_lambda"], abs=known["tolerance"]["turning_points_abs"]
    )
    for goal, met in crossings.met.items():
        expected = [row["profile"] for row in rows if row["lambda"] == goal * top]
        assert len(met) == len(expected), goal
        for behaviour, profile in zip(met, expected, strict=True):
            found = case.profile(behaviour)
            for name, shares in profile.items():
                assert found[name] == pytest.approx(shares, abs=1e-7)


def test_past_a_pitchfork() -> None:
    """Past a symmetric pitchfork the answer is a fixed point, and the flag says that the branch forked."""
    case, _ = tree_case("own_bif_hawk_dove")
    numbers = case.tabulate(2.0, 5.0, 10.0)
    found, swept = solve(case.game, numbers, trace=True), solve(case.game, numbers)
    assert found.solved.all()
    assert found.branch.tolist() == [Branch.PRINCIPAL, Branch.PRINCIPAL, Branch.BIFURCATED]
    assert independent_residual(case.game, numbers, found, 2) <= 1e-10
    assert (swept.branch == Branch.SWEEPS).all()


@pytest.mark.parametrize("dense", [0, 150])
def test_past_a_pitchfork_however_systems_are_solved(dense: int) -> None:
    """The fork is also seen where no matrix is factorised on the way."""
    case, _ = tree_case("own_bif_hawk_dove")
    answers = traced(case.game, case.tabulate(2.0, 10.0), Pace(dense=dense))
    assert answers.branch.tolist() == [Branch.PRINCIPAL, Branch.BIFURCATED]


def test_branch_without_tracing() -> None:
    """Without tracing the branch is claimed only where there is no other solution."""
    plain, hidden = solve(*random_tree(1)), solve(*random_game(1))
    assert (plain.branch == Branch.PRINCIPAL).all()
    assert (hidden.branch == Branch.SWEEPS).all()
    assert all(branch.sentence.endswith(".") for branch in Branch)


def test_tracing_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worlds that the other methods leave unsolved are traced, and only those."""
    monkeypatch.setattr(solver, "METHODS", (replace(solver.FIRST, sweeps=8),))
    game, numbers = random_game(3, worlds=6)
    numbers = replace(numbers, rationality=numbers.rationality * np.array([0.0, 0.1, 0.1, 9.0, 30.0, 60.0]))
    found, full = solve(game, numbers), solve(game, numbers, trace=True)
    late = found.method == Method.BRANCH_TRACING
    assert found.solved.all()
    assert (late.any(), late.all()) == (True, False)
    assert np.array_equal(found.branch == Branch.PRINCIPAL, late)
    assert np.array_equal(found.behaviour[:, late], full.behaviour[:, late])


@given(seed=SEEDS, t=st.sampled_from([0.0, 0.3, 1.0]))
@settings(max_examples=30, deadline=None)
def test_derivative_of_a_sweep(seed: int, t: float) -> None:
    """The derivative of a sweep by each unknown and by t is that of central differences."""
    game, numbers = random_game(seed)
    problem = Problem(game, at(numbers, 5.0))
    response = Response(problem, 1, problem.scratch(), problem.tangent())
    x = response.start() + np.random.default_rng(seed).normal(size=response.size)
    response.answer(x, t)
    found, step = response.jacobian(), 1e-5
    for column, move in enumerate(step * np.eye(response.size + 1)):
        ahead = response.answer(x + move[:-1], t + move[-1])
        behind = response.answer(x - move[:-1], t - move[-1])
        assert found[:, column] == pytest.approx((ahead - behind) / (2 * step), abs=1e-7)


@given(seed=SEEDS, rationality=st.sampled_from([0.0, 1.0, 10.0, 30.0, 100.0]))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_random_games(seed: int, rationality: float) -> None:
    """Every traced world is solved by the independent check, and the branch is told."""
    game, numbers = random_game(seed)
    numbers = at(numbers, rationality)
    found = solve(game, numbers, trace=True)
    assert found.solved.all()
    assert np.isin(found.branch, [Branch.PRINCIPAL, Branch.BIFURCATED]).all()
    for world in range(numbers.worlds):
        assert independent_residual(game, numbers, found, world) <= 1e-9


@given(seed=SEEDS, rationality=st.sampled_from([0.5, 2.0]))
@settings(max_examples=20, deadline=None)
def test_moderate_rationality_has_one_answer(seed: int, rationality: float) -> None:
    """Where the fixed point is unique tracing and sweeps find the same."""
    game, numbers = random_game(seed)
    numbers = at(numbers, rationality)
    found, swept = solve(game, numbers, trace=True), solve(game, numbers)
    assert found.behaviour == pytest.approx(swept.behaviour, abs=1e-8)


@given(seed=SEEDS, rationality=st.sampled_from([30.0, 100.0]))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_finer_steps_lead_to_the_same_place(seed: int, rationality: float) -> None:
    """Steps a quarter as long, and systems solved the other way, end at the same point of the branch."""
    game, numbers = random_game(seed, worlds=2)
    numbers = at(numbers, rationality)
    usual, finer, iterated = (traced(game, numbers, pace) for pace in (Pace(), FINER, Pace(dense=0)))
    assert usual.behaviour == pytest.approx(finer.behaviour, abs=1e-8)
    assert usual.behaviour == pytest.approx(iterated.behaviour, abs=1e-8)


@given(seed=SEEDS)
@settings(max_examples=8, deadline=None)
def test_worlds_do_not_meet(seed: int) -> None:
    """A traced world gives the same bits alone, among others, and on any number of threads."""
    game, numbers = random_game(seed, worlds=5)
    numbers = at(numbers, 20.0)
    together, threaded = (solve(game, numbers, trace=True, threads=n) for n in (1, 2))
    third = Tabulation(*(getattr(numbers, field.name)[..., [2]] for field in fields(Tabulation)))
    alone = solve(game, third, trace=True)
    for name in FIELDS:
        each = getattr(together, name)
        assert np.array_equal(each, getattr(threaded, name), equal_nan=True), name
        assert np.array_equal(each[..., [2]], getattr(alone, name), equal_nan=True), name


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_what_is_impossible(seed: int) -> None:
    """Options of weight 0 and outcomes of probability 0 are traced to the answer that sweeps give."""
    game, numbers = random_game(seed, worlds=2)
    chances, weights = numbers.probabilities.copy(), numbers.weights.copy()
    for node in np.flatnonzero(game.information_set == -1):
        rows = game.probability[game.first_edge[node] : game.first_edge[node + 1]]
        if len(rows) > 1:
            chances[rows[0]] = 0.0
            chances[rows] /= chances[rows].sum(axis=0)
    weights[1] = 0.0
    numbers = replace(numbers, probabilities=chances, weights=weights)
    found, swept = solve(game, numbers, trace=True), solve(game, numbers)
    assert np.array_equal(found.status, swept.status)
    assert np.array_equal(found.limit_beliefs[found.solved], swept.limit_beliefs[found.solved])
    assert found.behaviour == pytest.approx(swept.behaviour, abs=1e-8, nan_ok=True)


def test_a_path_that_breaks_off_is_told() -> None:
    """A world whose steps are used up is not answered by tracing, and claims no branch."""
    game, numbers = random_game(5)
    answers = traced(game, at(numbers, 30.0), Pace(steps=3))
    assert path(game, at(numbers, 30.0), Pace(steps=3)).follow().ending == Ending.OUT_OF_STEPS
    assert (answers.branch == Branch.SWEEPS).all()
    assert (answers.residual > 1e-10).all()


def test_broken_numbers_are_not_traced() -> None:
    """A world with a number that is none is INVALID, claims no branch, and harms no other."""
    game, numbers = random_game(7)
    payoffs = numbers.payoffs.copy()
    payoffs[2, 0, 1] = np.nan
    found = solve(game, replace(numbers, payoffs=payoffs), trace=True)
    assert found.status.tolist() == [Status.SOLVED, Status.INVALID, Status.SOLVED]
    assert found.branch.tolist() == [Branch.PRINCIPAL, Branch.NONE, Branch.PRINCIPAL]
    assert found.method.tolist() == [Method.BRANCH_TRACING, Method.NONE, Method.BRANCH_TRACING]


@pytest.mark.parametrize("penalty", [1e3, 1e6])
def test_large_penalties(penalty: float) -> None:
    """Large penalties on the way, which make information sets all but unreached, stop no path."""
    game, numbers = random_game(11)
    payoffs = numbers.payoffs.copy()
    payoffs[np.unique(game.payment[game.payment > 0])] -= penalty
    numbers = replace(at(numbers, 3.0), payoffs=payoffs)
    found = solve(game, numbers, trace=True)
    assert found.solved.all()
    for world in range(numbers.worlds):
        assert found.residual[world] <= 1e-10
