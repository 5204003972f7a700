"""Games that nobody chose: nearly all are solved, none is called solved that is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve import reference
from foedus.solve.certificate import certify
from foedus.solve.equilibrium import Status
from foedus.solve.ranges import payoff_spread
from foedus.solve.solver import solve
from games import random_game

SEEDS = st.integers(0, 2**32 - 1)
GAMES = 520


def any_game(seed: int, least: float, most: float, worlds: int = 2) -> tuple[Game, Tabulation]:
    """A layered game of one to four actors, with merged nodes, λ · spread between the bounds in each world.

    Its information sets hold nodes with different pasts of their own mover: recall is imperfect.
    """
    r = np.random.default_rng([seed, 7])
    layers, sets, widest, actors = (int(r.integers(*each)) for each in ((2, 6), (1, 5), (2, 5), (1, 5)))
    game, numbers = random_game(seed, layers=layers, sets=sets, widest=widest, actors=actors, worlds=worlds)
    precision = np.exp(r.uniform(np.log(least), np.log(most), worlds))
    spread = np.maximum(payoff_spread(game, numbers).max(axis=0), 1e-9)
    return game, replace(numbers, rationality=numbers.rationality * precision / spread)


@pytest.mark.parametrize(("least", "most", "share"), [(0.1, 10.0, 0.999), (10.0, 100.0, 0.99)])
def test_nearly_every_world_is_solved(least: float, most: float, share: float) -> None:
    """The independent residual is at most 1e-10 in this share of worlds, and above 1e-9 in none solved."""
    residual, solved = [], []
    for seed in range(GAMES):
        game, numbers = any_game(seed, least, most)
        found = solve(game, numbers, threads=1, check=1 << 40)
        residual.append(certify(game, numbers, found.behaviour).residual)
        solved.append(found.solved)
    all_residuals, all_solved = np.concatenate(residual), np.concatenate(solved)
    assert (all_residuals[all_solved] <= 1e-9).all()
    assert np.mean(all_solved & (all_residuals <= 1e-10)) >= share


@given(seed=SEEDS, most=st.sampled_from([1.0, 10.0, 100.0]))
@settings(max_examples=25, deadline=None)
def test_what_is_solved_is_solved(seed: int, most: float) -> None:
    """A solved world is a fixed point by the slow reference, which goes node by node."""
    game, numbers = any_game(seed, most / 10.0, most)
    found = solve(game, numbers)
    for world in np.flatnonzero(found.solved):
        slow = reference.World.of(game, numbers, int(world))
        assert reference.residual(slow, found.behaviour[:, world]) <= 1e-9


@given(
    seed=SEEDS, where=st.sampled_from(["probabilities", "payoffs", "weights", "rationality"]), data=st.data()
)
@settings(max_examples=40, deadline=None)
def test_a_world_of_nan_is_never_solved(seed: int, where: str, data: st.DataObject) -> None:
    """One number that is none, wherever it stands, takes its world out and leaves the others as they are."""
    game, numbers = any_game(seed, 1.0, 10.0, worlds=3)
    spoilt = getattr(numbers, where).copy()
    used = np.arange(1 if where == "payoffs" else 0, len(spoilt))
    if not len(used):
        return
    spoilt[data.draw(st.sampled_from(used.tolist())), ..., 1] = np.nan
    found, whole = solve(game, replace(numbers, **{where: spoilt})), solve(game, numbers)
    assert found.status[1] == Status.INVALID
    assert np.isnan(found.behaviour[:, 1]).all()
    assert np.array_equal(found.behaviour[:, [0, 2]], whole.behaviour[:, [0, 2]])


@given(seed=SEEDS, precision=st.sampled_from([1e4, 1e6, 1e9, 1e15, 1e300]))
@settings(max_examples=25, deadline=None)
def test_up_to_deterministic_play(seed: int, precision: float) -> None:
    """However sharp the actors, a solved world has finite numbers that the independent code certifies."""
    game, numbers = any_game(seed, precision, precision, worlds=2)
    found = solve(game, numbers, max_sweeps=60)
    assert np.isfinite(found.values).all()
    assert np.isfinite(found.regret[found.solved]).all()
    assert ((found.behaviour >= 0.0) & (found.behaviour <= 1.0)).all()
    assert (found.residual[found.solved] <= 1e-10).all()


def test_no_rationality_at_all() -> None:
    """At λ = 0 play is by weight alone, to the last digit but one."""
    for seed in range(20):
        game, numbers = any_game(seed, 1.0, 1.0)
        found = solve(game, replace(numbers, rationality=numbers.rationality * 0.0))
        for world in range(numbers.worlds):
            uniform = reference.uniform(reference.World.of(game, numbers, world))
            assert found.behaviour[:, world] == pytest.approx(uniform, abs=1e-15)
