"""Words for likelihoods, on one scale whose bands are always printed with them.

The words and the bounds between them are those of Intelligence Community Directive 203 (United States, 2015),
so that each share has exactly one word: a bound belongs to the band above it. Two words are added for what is
true of none or of all the worlds that were drawn, and is not thereby impossible or certain. The words say
how likely something is among worlds; how sure one may be of that share is its interval.
"""

from __future__ import annotations

BANDS = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even chance"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.00, "almost certain"),
)
"""Each word with the share below which it is used, and not below that of the word before."""

NEVER, ALWAYS = "in none of the worlds", "in all worlds"


def word_of(share: float) -> str:
    """The word for a share of worlds, from 0 to 1. Raises ValueError for anything else."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"found {share}, expected a share from 0 to 1")
    if share == 0.0:
        return NEVER
    if share == 1.0:
        return ALWAYS
    return next(word for bound, word in BANDS if share < bound)


def scale() -> str:
    """The scale on one line."""
    lower, told = 0, []
    for bound, word in BANDS:
        told.append(f"{word} {lower}–{round(100 * bound)} %")
        lower = round(100 * bound)
    return "; ".join(told)
