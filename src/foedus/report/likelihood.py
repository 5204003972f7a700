"""Words for shares of worlds: one scale, printed with its bands.

The seven bands and their words are those of Intelligence Community Directive 203, *Analytic Standards*
(2015), with the gaps closed: its bands leave out 0 to 1 % and 99 to 100 %, and meet at their ends. Words say
how likely something is, never how sure anybody is of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Band:
    """Shares from `low`, up to `high` and without it; `word` is for them."""

    word: str
    low: float
    high: float


BANDS = (
    Band("almost no chance", 0.0, 0.05),
    Band("very unlikely", 0.05, 0.20),
    Band("unlikely", 0.20, 0.45),
    Band("roughly even chance", 0.45, 0.55),
    Band("likely", 0.55, 0.80),
    Band("very likely", 0.80, 0.95),
    Band("almost certain", 0.95, 1.0),
)
NEVER, ALWAYS, UNKNOWN = "in no world drawn", "in every world drawn", "undefined"


def likelihood_between(share: float | None, low: float | None, high: float | None) -> str:
    """The words for a share whose interval is from `low` to `high`: both ends' where it crosses a band."""
    word = likelihood(share)
    if word in (NEVER, ALWAYS, UNKNOWN) or low is None or high is None:
        return word
    ends = [_band(min(max(end, 0.0), 1.0)).word for end in (low, high)]
    return word if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def likelihood(share: float | None) -> str:
    """The word for a share from 0 to 1; None or NaN is undefined. Raises ValueError outside of that.

    A share of exactly 0 or 1 is only that of the worlds drawn, and its words say so.
    """
    if share is None or math.isnan(share):
        return UNKNOWN
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"found {share:g}, expected a share from 0 to 1")
    if share in (0.0, 1.0):
        return ALWAYS if share else NEVER
    return _band(share).word


def _band(share: float) -> Band:
    return next((band for band in BANDS if share < band.high), BANDS[-1])


def scale() -> str:
    """The whole scale as a line, for the foot of a table."""
    bands = ", ".join(f"{band.word} {100 * band.low:.0f}–{100 * band.high:.0f} %" for band in BANDS)
    return f"Likelihood, as shares of worlds (ICD 203; a band holds its lower end): {bands}."
