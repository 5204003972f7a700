"""The kernels against the slow solver, and what every answer must satisfy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.table import Tabulation
from foedus.solve import reference
from foedus.solve.evaluate import node_values, reach
from foedus.solve.solver import solve
from games import random_game, random_tree

SEEDS = st.integers(0, 2**32 - 1)
PRECISIONS = st.sampled_from([0.0, 0.1, 1.0, 4.0, 12.0])


def precise(numbers: Tabulation, rationality: float) -> Tabulation:
    return replace(numbers, rationality=np.full_like(numbers.rationality, rationality))


@given(seed=SEEDS, rationality=PRECISIONS)
@settings(max_examples=60, deadline=None)
def test_certificate_is_honest(seed: int, rationality: float) -> None:
    """Residual, regrets and values are those that the slow solver finds for the same behaviour."""
    game, numbers = random_game(seed)
    numbers = precise(numbers, rationality)
    found = solve(game, numbers)
    for w in range(numbers.worlds):
        world, played = reference.World.of(game, numbers, w), found.behaviour[:, w]
        most, weighted = reference.regret(world, played)
        assert found.residual[w] == pytest.approx(reference.residual(world, played), abs=1e-13)
        assert found.regret[w] == pytest.approx(most, abs=1e-12)
        assert found.weighted_regret[w] == pytest.approx(weighted, abs=1e-12)
        assert found.values[:, w] == pytest.approx(reference.values(world, played)[0], abs=1e-12)
        assert bool(found.solved[w]) == (found.residual[w] <= 1e-10)


@given(seed=SEEDS, rationality=st.sampled_from([0.0, 0.5, 2.0]))
@settings(max_examples=30, deadline=None)
def test_moderate_rationality_has_one_answer(seed: int, rationality: float) -> None:
    """Where the fixed point is unique the solver and the damped iteration find the same."""
    game, numbers = random_game(seed, worlds=1)
    numbers = precise(numbers, rationality)
    found = solve(game, numbers)
    slow = reference.fixed_point(reference.World.of(game, numbers, 0))
    assert found.solved.all()
    assert found.behaviour[:, 0] == pytest.approx(slow, abs=1e-9)


@given(seed=SEEDS, rationality=st.sampled_from([0.0, 0.3, 3.0, 100.0, 1e6, np.inf]))
@settings(max_examples=60, deadline=None)
def test_backward_induction(seed: int, rationality: float) -> None:
    """Where nothing is hidden the answer is that of plain backward induction, at any rationality."""
    game, numbers = random_tree(seed)
    numbers = precise(numbers, rationality)
    found = solve(game, numbers)
    assert found.solved.all()
    for w in range(numbers.worlds):
        exact = reference.backward_induction(reference.World.of(game, numbers, w))
        assert found.behaviour[:, w] == pytest.approx(exact, abs=1e-9 * max(1.0, min(rationality, 1e4)))


@given(seed=SEEDS, rationality=PRECISIONS)
@settings(max_examples=30, deadline=None)
def test_nodes(seed: int, rationality: float) -> None:
    """Reach and values at every node are those of the slow solver."""
    game, numbers = random_game(seed)
    numbers = precise(numbers, rationality)
    played = np.stack([reference.uniform(reference.World.of(game, numbers, w)) for w in range(3)], axis=1)
    reached, worth = reach(game, numbers, played), node_values(game, numbers, played)
    for w in range(numbers.worlds):
        world = reference.World.of(game, numbers, w)
        assert reached[:, w] == pytest.approx(reference.reach(world, played[:, w]), abs=1e-14)
        assert worth[:, :, w] == pytest.approx(reference.values(world, played[:, w]), abs=1e-13)


@given(seed=SEEDS, shift=st.floats(-100, 100), factor=st.sampled_from([0.01, 0.5, 8.0, 1000.0]))
@settings(max_examples=30, deadline=None)
def test_units_of_payoff(seed: int, shift: float, factor: float) -> None:
    """Adding a constant to the ends, or changing the unit of payoff and λ with it, changes no behaviour."""
    game, numbers = random_game(seed, worlds=2)
    numbers = precise(numbers, 3.0)
    ends = np.unique(game.payoff[game.payoff > 0])
    moved = numbers.payoffs.copy()
    moved[ends, 0] += shift
    plain = solve(game, numbers)
    shifted = solve(game, replace(numbers, payoffs=moved))
    scaled = solve(
        game, replace(numbers, payoffs=numbers.payoffs * factor, rationality=numbers.rationality / factor)
    )
    assert shifted.behaviour == pytest.approx(plain.behaviour, abs=1e-8)
    assert scaled.behaviour == pytest.approx(plain.behaviour, abs=1e-8)
