"""Words of likelihood: each share has one, and the scale says which."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from foedus.report.likelihood import ALWAYS, BANDS, NEVER, UNKNOWN, likelihood, likelihood_between, scale


def test_bands_meet() -> None:
    """From 0 to 1 without a gap or an overlap, each with a word of its own."""
    assert (BANDS[0].low, BANDS[-1].high) == (0.0, 1.0)
    assert all(one.high == other.low for one, other in pairwise(BANDS))
    assert len({band.word for band in BANDS}) == 7


def test_a_share_has_the_word_of_its_band() -> None:
    """Every thousandth, and either side of every edge."""
    shares = [k / 1000 for k in range(1, 1000)]
    shares += [math.nextafter(band.high, to) for band in BANDS[:-1] for to in (0.0, 1.0)]
    for share in shares:
        assert [band.word for band in BANDS if band.low <= share < band.high] == [likelihood(share)]


@pytest.mark.parametrize(
    ("share", "word"),
    [
        (0.0, NEVER),
        (5e-324, "almost no chance"),
        (0.05, "very unlikely"),
        (0.5, "roughly even chance"),
        (0.55, "likely"),
        (math.nextafter(1.0, 0.0), "almost certain"),
        (1.0, ALWAYS),
        (None, UNKNOWN),
        (math.nan, UNKNOWN),
    ],
)
def test_words(share: float | None, word: str) -> None:
    """Exactly none and all have words of their own."""
    assert likelihood(share) == word


@pytest.mark.parametrize(
    ("share", "low", "high", "word"),
    [
        (0.56, 0.551, 0.57, "likely"),
        (0.55, 0.494, 0.605, "roughly even chance to likely"),
        (0.54, 0.45, 0.55, "roughly even chance to likely"),
        (0.999, 0.99, 1.0, "almost certain"),
        (0.5, 0.1, 0.9, "very unlikely to very likely"),
        (1.0, 0.9, 1.0, ALWAYS),
        (0.0, 0.0, 0.1, NEVER),
        (None, None, None, UNKNOWN),
        (0.5, None, None, "roughly even chance"),
    ],
)
def test_an_interval_over_an_edge_has_both_words(
    share: float | None, low: float | None, high: float | None, word: str
) -> None:
    """The word says no more than the interval does."""
    assert likelihood_between(share, low, high) == word


@pytest.mark.parametrize("share", [-0.01, 1.01, math.inf])
def test_no_share_is_refused(share: float) -> None:
    """Percentages, say."""
    with pytest.raises(ValueError, match="from 0 to 1"):
        likelihood(share)


def test_the_scale_tells_every_band() -> None:
    """Each word with its ends, and no word of confidence."""
    assert all(f"{band.word} {round(100 * band.low)}–{round(100 * band.high)} %" in scale() for band in BANDS)
    assert "confiden" not in scale()
