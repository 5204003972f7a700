"""Exact induction along the tape: against the slow solver, and the same bits whatever the chunks."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.trees import binary_tree, random_numbers
from benchmarks.trees import random_tree as plain_tree
from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve import induction, reference, solver
from foedus.solve.equilibrium import Equilibrium, Status
from foedus.solve.induction import CHUNK
from foedus.solve.plan import plan_of
from foedus.solve.tape import BELOW, COUNT, EDGE, HEADER, RECORD, SLOT
from games import random_tree

SEEDS = st.integers(0, 2**32 - 1)
FIELDS = [field.name for field in fields(Equilibrium)]
SHARP = [0.0, 0.3, 3.0, 40.0, 1e6, np.inf]


def drawn(seed: int, kind: str, worlds: int) -> tuple[Game, Tabulation]:
    """A graph with weights, one without, or a tree with payments on its edges; rationality is mixed."""
    r = np.random.default_rng(seed)
    if kind == "tree":
        game = plain_tree(60, 3, seed % 1000)
        numbers = random_numbers(game, worlds, seed, 1.0)
        paid = r.integers(0, len(numbers.payoffs), game.edges) * (r.random(game.edges) < 0.3)
        game = replace(game, payment=paid.astype(np.int32))
    else:
        game, numbers = random_tree(seed, worlds=worlds)
        if kind == "graph":
            game = replace(game, weight=np.zeros_like(game.weight))
    sharp = r.choice(SHARP, numbers.rationality.shape)
    return game, replace(numbers, rationality=sharp)


def picked(numbers: Tabulation, worlds: Any) -> Tabulation:
    return Tabulation(*(getattr(numbers, field.name)[..., worlds] for field in fields(Tabulation)))


def same(one: Equilibrium, other: Equilibrium, worlds: Any = slice(None)) -> bool:
    """Whether each field of `other` is bit for bit that of the given worlds of `one`."""
    return all(
        np.array_equal(np.asarray(getattr(one, name))[..., worlds], getattr(other, name), equal_nan=True)
        for name in FIELDS
    )


def solve(game: Game, numbers: Tabulation, threads: int | None = None) -> Equilibrium:
    """With the kernel's own certificate."""
    return solver.solve(game, numbers, threads=threads, check=1 << 40)


KINDS = st.sampled_from(["tree", "graph", "weights"])


@given(seed=SEEDS, kind=KINDS)
@settings(max_examples=60, deadline=None)
def test_against_the_slow_solver(seed: int, kind: str) -> None:
    """Behaviour, values and regrets are those of plain induction, at any rationality, none included."""
    game, numbers = drawn(seed, kind, 3)
    found = solve(game, numbers)
    assert found.solved.all()
    assert (found.residual == 0.0).all()
    for w in range(numbers.worlds):
        world = reference.World.of(game, numbers, w)
        exact, played = reference.backward_induction(world), found.behaviour[:, w]
        assert played == pytest.approx(exact, abs=1e-8)
        most, weighted = reference.regret(world, played)
        assert found.values[:, w] == pytest.approx(reference.values(world, played)[0], abs=1e-12)
        assert found.regret[w] == pytest.approx(most, abs=1e-12)
        assert found.weighted_regret[w] == pytest.approx(weighted, abs=1e-12)


@given(seed=SEEDS, kind=KINDS)
@settings(max_examples=30, deadline=None)
def test_zeros(seed: int, kind: str) -> None:
    """Weights and chances of 0 are nothing special, but a set of weights that are all 0 is no game."""
    game, numbers = drawn(seed, kind, 5)
    weights, chances = numbers.weights.copy(), numbers.probabilities.copy()
    weights[-1, 1:] = 0.0
    for node in np.flatnonzero(game.information_set == -1):
        rows = game.probability[game.first_edge[node] : game.first_edge[node + 1]]
        chances[rows, 2] = np.arange(len(rows)) == 0
    numbers = replace(numbers, weights=weights, probabilities=chances)
    found, sets = solve(game, numbers), np.split(game.weight, game.first_option[1:-1])
    for w in range(numbers.worlds):
        playable = all(weights[rows, w].any() for rows in sets)
        assert found.status[w] == (Status.SOLVED if playable else Status.INVALID)
        if playable:
            exact = reference.backward_induction(reference.World.of(game, numbers, w))
            assert found.behaviour[:, w] == pytest.approx(exact, abs=1e-8)
            assert (found.behaviour[weights[game.weight, w] == 0.0, w] == 0.0).all()


@given(seed=SEEDS, kind=KINDS, worlds=st.sampled_from([1, 7, 8, 9, 33, CHUNK, CHUNK + 1, 3 * CHUNK + 13]))
@settings(max_examples=30, deadline=None)
def test_chunks_change_no_bit(seed: int, kind: str, worlds: int) -> None:
    """A world has the same bits alone, in any place, in any number of worlds."""
    game, numbers = drawn(seed, kind, worlds)
    together = solve(game, numbers)
    order = np.random.default_rng(seed).permutation(worlds)
    assert same(together, solve(game, picked(numbers, order)), order)
    for world in {0, worlds // 2, worlds - 1}:
        assert same(together, solve(game, picked(numbers, [world])), [world])


@pytest.mark.parametrize("kind", ["tree", "graph", "weights"])
def test_threads_change_no_bit(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does the number of threads."""
    monkeypatch.setattr(induction, "WORTH_A_THREAD", 0)
    game, numbers = drawn(11, kind, 5 * CHUNK + 9)
    alone = solve(game, numbers, threads=1)
    assert all(same(alone, solve(game, numbers, threads=threads)) for threads in (2, 3, 16))


@pytest.mark.parametrize("kind", ["tree", "graph", "weights"])
def test_worlds_of_nan(kind: str) -> None:
    """A world in which any number is none is INVALID, wherever it stands, and disturbs no other."""
    game, numbers = drawn(5, kind, 40)
    clean = solve(game, numbers)
    broken = [0, 3, 9, 17, 32, 39]
    for number, w in zip([np.nan, np.inf, -np.inf, np.nan, np.inf, np.nan], broken, strict=True):
        payoffs = numbers.payoffs.copy()
        for row in range(len(payoffs)):
            spoilt = payoffs.copy()
            spoilt[row, row % payoffs.shape[1], w] = number
            found = solve(game, replace(numbers, payoffs=spoilt))
            assert found.status[w] == Status.INVALID
            assert np.isnan(found.behaviour[:, w]).all()
            assert np.isnan(found.values[:, w]).all()
        others = np.arange(40) != w
        for name in FIELDS:
            mine, theirs = (np.asarray(getattr(each, name))[..., others] for each in (found, clean))
            assert np.array_equal(mine, theirs, equal_nan=True), name


def test_ties_are_told_where_they_are() -> None:
    """Tied options at λ = ∞ share and are told; at any other λ there is nothing to tell."""
    game = binary_tree(3)
    numbers = random_numbers(game, 9, 1, np.inf)
    payoffs = numbers.payoffs.copy()
    payoffs[:, :, 4] = 1.0
    rationality = numbers.rationality.copy()
    rationality[:, 7] = 1e3
    payoffs[:, :, 7] = 1.0
    found = solve(game, replace(numbers, payoffs=payoffs, rationality=rationality))
    assert found.ties.tolist() == [w == 4 for w in range(9)]
    assert (found.behaviour[:, [4, 7]] == 0.5).all()
    assert set(np.unique(found.behaviour[:, found.ties < 1])) <= {0.0, 0.5, 1.0}


def test_numbers_of_any_make() -> None:
    """Numbers that may not be written to, or lie in another order, are taken all the same."""
    game, numbers = drawn(2, "weights", 9)
    parts = [np.asfortranarray(getattr(numbers, field.name)) for field in fields(Tabulation)]
    for part in parts:
        part.flags.writeable = False
    assert same(solve(game, numbers), solve(game, Tabulation(*parts)))


@given(seed=SEEDS, kind=KINDS)
@settings(max_examples=20, deadline=None)
def test_the_tape(seed: int, kind: str) -> None:
    """Every record comes once, after its children, and their slots still hold what it reads."""
    game, numbers = drawn(seed, kind, 1)
    plan = plan_of(game, len(numbers.payoffs))
    assert plan is not None
    holds: dict[int, int] = {}
    for record, at in enumerate(plan.tape.starts):
        for edge in range(at + HEADER, at + HEADER + EDGE * plan.tape.code[at + COUNT], EDGE):
            below, child = plan.tape.code[edge + BELOW], plan.tape.code[edge + RECORD]
            assert (below >= 0) == (child < 0)
            assert below >= 0 or holds[-1 - below] == child
        holds[int(plan.tape.code[at + SLOT])] = record
    assert len(plan.tape.starts) == np.count_nonzero(game.information_set != -2)
    assert max(holds) == plan.slots - 1
