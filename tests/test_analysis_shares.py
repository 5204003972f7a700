"""Shares over worlds: the true share lies in the interval, whatever the worlds are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri

from analysing import ladder
from foedus.analysis.shares import binomial_interval, share_of
from foedus.language.scenario import Parameter
from foedus.study.worlds import SamplingError, sample_scrambles, sample_worlds

REPETITIONS = 500
Planted = Callable[[np.ndarray], np.ndarray]


def box(share: float, size: int) -> Planted:
    return lambda points: (points < share ** (1 / size)).all(axis=0)


def smooth(share: float, size: int) -> Planted:
    """A half-space of normals: its edge cuts through every cell."""
    return lambda points: ndtri(points).sum(axis=0) / np.sqrt(size) < ndtri(share)


def scenario_of(size: int):
    named = {f"x{k}": Parameter(f"x{k}", 0.5, None, (0.0, 1.0), None, "", "", ()) for k in range(size)}
    return replace(ladder(), parameters=named, correlations=())


CASES = [
    (box, 2, 0.02, 1024, 0.009),
    (box, 2, 0.5, 1000, 0.017),
    (box, 8, 0.3, 1024, 0.034),
    (box, 5, 0.9, 1000, 0.021),
    (smooth, 2, 0.5, 1000, 0.026),
    (smooth, 3, 0.9, 1000, 0.027),
    (smooth, 5, 0.3, 1024, 0.037),
    (smooth, 8, 0.02, 1024, 0.018),
]
"""What holds, of how many parameters, in what share, over how many worlds, and how short intervals are."""


def test_the_true_share_lies_in_the_interval() -> None:
    """In at least 93 % of repetitions, with intervals about as short as the sequence allows."""
    scenario = scenario_of(8)
    inside, widths = np.zeros(len(CASES)), np.zeros(len(CASES))
    for seed in range(REPETITIONS):
        worlds, scramble = sample_scrambles(scenario, 1024, seed)
        points = np.array(list(worlds.values()))
        for case, (planted, size, share, n, _) in enumerate(CASES):
            found = share_of(planted(share, size)(points[:size, :n]).astype(float), scramble[:n])
            assert found.low is not None
            assert found.high is not None
            inside[case] += found.low <= share <= found.high
            widths[case] += found.high - found.low
    assert (inside >= 0.93 * REPETITIONS).all(), inside
    assert (widths < [width * REPETITIONS for *_, width in CASES]).all(), widths / REPETITIONS


def test_scrambles_of_equal_shares_are_no_certainty() -> None:
    """Where every scramble has the same share, the interval still has a width."""
    found = share_of(np.tile([1.0, 0.0], 512), np.arange(1024) // 64)
    assert found.method == "scrambles"
    assert found.low is not None
    assert found.high is not None
    assert 0.001 < found.high - found.low < 0.02


@pytest.mark.parametrize("verdict", [0.0, 1.0])
def test_all_worlds_alike_give_the_binomial_bound(verdict: float) -> None:
    """A claim that held in none of 1,000 worlds may hold in 0.37 % of all, and the same the other way."""
    found = share_of(np.full(1000, verdict), np.arange(1000) % 16)
    bound = 1 - 0.025 ** (1 / 1000)
    assert found.method == "binomial"
    assert (found.low, found.high) == pytest.approx((0.0, bound) if verdict == 0 else (1 - bound, 1.0))


def test_undefined_worlds_are_counted_apart() -> None:
    """They change neither the share nor its interval."""
    random = np.random.default_rng(1)
    holds, scramble = (random.random(640) < 0.3).astype(float), np.arange(640) % 16
    more = np.concatenate([holds, np.full(100, np.nan)])
    plain, mixed = share_of(holds, scramble), share_of(more, np.concatenate([scramble, np.arange(100) % 16]))
    assert mixed == replace(plain, undefined=100)
    nothing = share_of(np.full(3, np.nan), np.arange(3))
    assert (nothing.share, nothing.low, nothing.undefined, nothing.method) == (None, None, 3, "none")


def test_larger_scrambles_weigh_more() -> None:
    """The share is that of worlds, and not the mean of unequal scrambles' shares."""
    holds, scramble = np.array([1.0] * 30 + [0.0] * 10), np.array([0] * 30 + [1] * 10)
    assert share_of(holds, scramble).share == 0.75


@pytest.mark.parametrize("scramble", [np.zeros(200, np.int64), np.arange(200)])
def test_one_scramble_or_tiny_ones_give_the_binomial_interval(scramble: np.ndarray) -> None:
    """Without a spread between scrambles the worlds are taken as independent."""
    holds = (np.arange(200) < 50).astype(float)
    found = share_of(holds, scramble)
    assert found.method == "binomial"
    assert (found.low, found.high) == binomial_interval(50, 200)


def test_binomial_interval_is_the_textbook_one() -> None:
    """Clopper and Pearson's interval for 4 of 20."""
    assert binomial_interval(4, 20) == pytest.approx((0.0573, 0.4366), abs=1e-4)


def test_verdicts_that_are_none_are_refused() -> None:
    """Margins in the place of verdicts are told."""
    with pytest.raises(ValueError, match="expected verdicts"):
        share_of(np.array([0.5]), np.array([0]))
    with pytest.raises(ValueError, match="expected two alike"):
        share_of(np.ones(3), np.zeros(2, np.int64))


# --- scrambles ----------------------------------------------------------------------------------------------


def test_scrambles_are_reproducible_and_their_own() -> None:
    """The same seed gives the same worlds; no column of two scrambles, seeds or of `sample_worlds` agrees."""
    scenario = scenario_of(3)
    columns = []
    for seed in (0, 1, 2):
        worlds, scramble = sample_scrambles(scenario, 160, seed, 4)
        again, _ = sample_scrambles(scenario, 160, seed, 4)
        assert all((worlds[name] == again[name]).all() for name in worlds)
        columns += [values[scramble == k] for values in worlds.values() for k in range(4)]
        columns += list(sample_worlds(scenario, 40, seed).values())
    assert len({column.tobytes() for column in columns}) == 3 * (3 * 4 + 3)


def test_a_world_is_the_same_however_many_are_drawn() -> None:
    """Sizes differ by at most one, and more worlds come after those that were there."""
    scenario = scenario_of(2)
    few, scramble = sample_scrambles(scenario, 100, 5)
    many, _ = sample_scrambles(scenario, 1000, 5)
    assert all((few[name] == many[name][:100]).all() for name in few)
    assert np.bincount(scramble).tolist() == [7] * 4 + [6] * 12
    assert sample_scrambles(scenario, 3, 5)[1].tolist() == [0, 1, 2]


def test_each_scramble_is_spread_evenly() -> None:
    """Every sixteenth of a range has as many worlds of each scramble as any other."""
    worlds, scramble = sample_scrambles(scenario_of(2), 1024, 0)
    for values in worlds.values():
        for number in range(16):
            assert np.bincount((values[scramble == number] * 16).astype(int)).tolist() == [4] * 16


@pytest.mark.parametrize(("n", "seed", "scrambles"), [(0, 0, 16), (1, -1, 16), (1, 0, 0)])
def test_no_worlds_can_be_drawn_from_nothing(n: int, seed: int, scrambles: int) -> None:
    """Counts from 1 and seeds from 0."""
    with pytest.raises(SamplingError):
        sample_scrambles(scenario_of(1), n, seed, scrambles)
