"""The certificate by independent code: against the slow reference, the kernels, and faults put in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.game import CHANCE, Game
from foedus.game.table import Tabulation
from foedus.solve import reference
from foedus.solve.certificate import certify
from foedus.solve.checking import Checks
from foedus.solve.equilibrium import Branch, Status
from foedus.solve.problem import Problem
from foedus.solve.solver import solve
from games import random_game, random_tree

SEEDS = st.integers(0, 2**32 - 1)


def with_impossible_steps(game: Game, numbers: Tabulation) -> Tabulation:
    """The first outcome of every chance node never happens, and options of weight row 1 are never open."""
    chances, weights = numbers.probabilities.copy(), numbers.weights.copy()
    for node in np.flatnonzero(game.information_set == CHANCE):
        rows = game.probability[game.first_edge[node] : game.first_edge[node + 1]]
        if len(rows) > 1:
            chances[rows[0]] = 0.0
            chances[rows] /= chances[rows].sum(axis=0)
    weights[1] = 0.0
    return replace(numbers, probabilities=chances, weights=weights)


@given(seed=SEEDS, rationality=st.sampled_from([0.0, 1.0, 20.0]), impossible=st.booleans())
@settings(max_examples=60, deadline=None)
def test_against_the_reference(seed: int, rationality: float, impossible: bool) -> None:
    """It says what the slow solver says, of any behaviour, also where beliefs are limits."""
    game, numbers = random_game(seed)
    numbers = replace(numbers, rationality=numbers.rationality * rationality)
    if impossible:
        numbers = with_impossible_steps(game, numbers)
    found = solve(game, numbers)
    certificate = certify(game, numbers, found.behaviour)
    for w in np.flatnonzero(found.solved):
        world, played = reference.World.of(game, numbers, int(w)), found.behaviour[:, w]
        assert certificate.residual[w] == pytest.approx(reference.residual(world, played), abs=1e-13)
        most, weighted = reference.regret(world, played)
        assert certificate.regret[w] == pytest.approx(most, abs=1e-12)
        assert certificate.weighted_regret[w] == pytest.approx(weighted, abs=1e-12)
        assert found.residual[w] == certificate.residual[w]
        order = reference.relative_reach(world, played)[1]
        members = [order[list(world.members(h))] for h in range(game.information_sets)]
        assert certificate.limit_beliefs[w] == any(len(m) > 1 and m.min() > 0 for m in members)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_against_the_kernels(seed: int) -> None:
    """The kernels' own certificate differs by rounding only; it tells of every limit of beliefs, too."""
    game, numbers = random_game(seed)
    numbers = with_impossible_steps(game, replace(numbers, rationality=numbers.rationality * 5.0))
    found, own = solve(game, numbers), solve(game, numbers, check=1 << 40)
    assert np.array_equal(found.checked, found.solved)
    assert not own.checked.any()
    assert (found.discrepancy <= 1e-13).all()
    assert own.limit_beliefs[found.limit_beliefs & found.solved].all()
    assert found.regret[found.solved] == pytest.approx(own.regret[found.solved], abs=1e-12)


@pytest.mark.parametrize("penalty", [1e3, 1e6])
def test_unlikely_play(penalty: float) -> None:
    """Where play hardly ever comes, its probability no number, beliefs are certified by logarithms."""
    game, numbers = random_game(11)
    payoffs = numbers.payoffs.copy()
    payoffs[np.unique(game.payment[game.payment > 0])] -= penalty
    numbers = replace(numbers, payoffs=payoffs, rationality=numbers.rationality * 3.0)
    found = solve(game, numbers)
    assert found.solved.all()
    assert found.checked.all()


@pytest.mark.parametrize("rationality", [3.0, np.inf])
def test_exact_games(rationality: float) -> None:
    """Exact induction is certified too, infinite rationality included."""
    game, numbers = random_tree(3)
    found = solve(game, replace(numbers, rationality=numbers.rationality * rationality))
    assert found.checked.all()
    assert (found.residual <= 1e-10).all()


def test_a_wrong_answer_is_not_solved() -> None:
    """Whatever the kernels say, an answer whose independent residual is too large is not solved."""
    game, numbers = random_game(2)
    found = solve(game, numbers, check=1 << 40)
    behaviour = found.behaviour.copy()
    h = int(np.argmax(np.diff(game.first_option) > 1))
    behaviour[game.first_option[h] : game.first_option[h] + 2, 1] += [1e-9, -1e-9]
    wrong = Checks(Problem(game, numbers), 1).all_of(replace(found, behaviour=behaviour), {})
    assert wrong.status.tolist() == [Status.SOLVED, Status.NOT_CONVERGED, Status.SOLVED]
    assert wrong.branch[1] == Branch.NONE
    assert wrong.residual[1] > 5e-10


def test_a_sample_of_worlds() -> None:
    """Which worlds are checked depends on each alone: the same in any company."""
    game, numbers = random_game(4, worlds=64)
    together = solve(game, numbers, check=4)
    half = Tabulation(*(getattr(numbers, name)[..., ::2] for name in numbers.__dataclass_fields__))
    assert 0 < together.checked.sum() < 64
    assert np.array_equal(together.checked[::2], solve(game, half, check=4).checked)
    assert not solve(game, half, check=0).checked.any()


def test_checks_a_few_at_a_time() -> None:
    """Which worlds are checked, and what is found, does not depend on when they were solved."""
    game, numbers = random_game(4, worlds=64)
    found = solve(game, numbers, check=0)
    checks = Checks(Problem(game, numbers), 4)
    for some in (slice(0, 20), slice(10, 50)):
        solved = np.zeros(64, np.bool_)
        solved[some] = found.solved[some]
        checks.add(solved, found.behaviour, found.values, {})
    apart, at_once = checks.all_of(found, {}), solve(game, numbers, check=4)
    assert 0 < apart.checked.sum() < 64
    for name in ("checked", "residual", "regret", "weighted_regret", "status", "branch", "discrepancy"):
        assert np.array_equal(getattr(apart, name), getattr(at_once, name))


def test_numbers_that_are_none() -> None:
    """A world of NaN has no certificate, and is never solved."""
    game, numbers = random_game(6)
    payoffs = numbers.payoffs.copy()
    payoffs[-1, :, 1] = np.nan
    found = solve(game, numbers)
    certificate = certify(game, replace(numbers, payoffs=payoffs), found.behaviour)
    assert np.isfinite(certificate.residual[[0, 2]]).all()
    assert not certificate.residual[1] <= 1e-10
