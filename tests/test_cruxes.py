"""Planted disputes are found, and where there is none it is said."""

from __future__ import annotations

import numpy as np
import pytest

from foedus.analysis.cruxes import dispute
from foedus.report.likelihood import ALWAYS, BANDS, NEVER, scale, word_of

NAMES = tuple(f"x{k}" for k in range(12))


@pytest.mark.parametrize("seed", range(20))
def test_planted_dispute(seed: int) -> None:
    """The assumption and its threshold are found among idle ones, with noise in both verdicts."""
    random = np.random.default_rng(seed)
    points = random.uniform(0.0, 1.0, (2048, len(NAMES)))
    planted, threshold = int(random.integers(len(NAMES))), float(random.uniform(0.2, 0.8))
    above = points[:, planted] > threshold
    noise = random.uniform(size=(2, len(points))) < 0.1
    left, right = (above ^ noise[0]).astype(float), (~above ^ noise[1]).astype(float)
    found = dispute(points, left, right, NAMES)
    assert found.cruxes[0].name == NAMES[planted]
    assert found.cruxes[0].threshold == pytest.approx(threshold, abs=0.03)
    assert found.cruxes[0].left_above
    assert found.cruxes[0].accuracy > 0.9
    assert found.cruxes[1].accuracy < 0.6


def test_counts() -> None:
    """Worlds are counted by who is right in them; undefined ones apart."""
    left = np.array([1.0, 1.0, 0.0, 0.0, np.nan, 1.0])
    right = np.array([1.0, 0.0, 1.0, 0.0, 1.0, np.nan])
    found = dispute(np.zeros((6, 1)), left, right, ("x",))
    assert (found.both, found.left, found.right, found.neither, found.undefined) == (1, 1, 1, 1, 2)


def test_agreement() -> None:
    """Two that hold in the same worlds have no dispute, and no crux is made up."""
    points = np.random.default_rng(0).uniform(size=(1000, 3))
    holds = (points[:, 0] > 0.5).astype(float)
    found = dispute(points, holds, holds, ("a", "b", "c"))
    assert found.cruxes == ()
    assert found.reason is not None
    assert "agree" in found.reason


def test_one_side_alone() -> None:
    """Where only one of two is ever right alone there is nothing to part."""
    points = np.random.default_rng(0).uniform(size=(1000, 2))
    found = dispute(points, np.ones(1000), (points[:, 0] > 0.5).astype(float), ("a", "b"))
    assert found.cruxes == ()
    assert found.reason is not None
    assert "first" in found.reason


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="points"):
        dispute(np.zeros((3, 2)), np.zeros(3), np.zeros(3), ("a",))


def test_every_share_has_one_word() -> None:
    """The bands cover everything between none and all, without a gap or an overlap."""
    assert word_of(0.0) == NEVER
    assert word_of(1.0) == ALWAYS
    bounds = [bound for bound, _ in BANDS]
    assert bounds == sorted(set(bounds))
    lower = 0.0
    for bound, word in BANDS:
        assert word_of(max(lower, 1e-9)) == word_of((lower + bound) / 2) == word
        assert word in scale()
        lower = bound
    with pytest.raises(ValueError, match="share"):
        word_of(float("nan"))
