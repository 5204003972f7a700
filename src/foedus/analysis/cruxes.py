"""Cruxes: the assumption, and its threshold, that best tells who is right in a dispute.

For each parameter the best cut between two kinds of worlds is that of a decision stump: Iba and Langley,
*Induction of one-level decision trees* (ICML 1992). Its balanced accuracy is (1 + d) / 2, where d is the
two-sample distance of Kolmogorov and Smirnov (Smirnov, *Table for estimating the goodness of fit of empirical
distributions*, Annals of Mathematical Statistics 19, 1948), whose distribution says what chance can do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Side = Literal["left", "right"]

FEWEST = 20
"""Worlds in which one side alone is right, from which a crux can be told."""

CHANCE = 0.01
"""How often a threshold may be told, of any parameter, where none separates anything."""


@dataclass(frozen=True)
class Threshold:
    """A cut on one parameter; `above` is who is right rather above it, with what balanced accuracy."""

    parameter: str
    threshold: float
    above: Side
    accuracy: float


@dataclass(frozen=True)
class Crux:
    """Who is right in how many worlds, and up to a few thresholds, the best first.

    `agreement`: the two hardly ever differ. `reason` says why there are no thresholds where there are none.
    """

    both: int
    neither: int
    only_left: int
    only_right: int
    undefined: int
    agreement: bool
    thresholds: tuple[Threshold, ...]
    reason: str = ""


def find_crux(
    points: Floats,
    left: Floats,
    right: Floats,
    names: Sequence[str],
    *,
    sides: tuple[str, str] = ("left", "right"),
    agreement: float = 0.02,
    most: int = 3,
) -> Crux:
    """What separates the worlds in which only `left` holds from those in which only `right` does.

    `points` (world, parameter) are parameter values, `left` and `right` (world) verdicts of 1, 0 or NaN. Two
    that differ in less than a share `agreement` of the worlds in which both are defined agree. Worlds in
    which a verdict is undefined are counted apart; parameters that are not finite everywhere are left out.
    `sides` are what the two are called where it is told why there is no crux.
    """
    known = ~(np.isnan(left) | np.isnan(right))
    first, second = left[known] == 1.0, right[known] == 1.0
    alone, other = first & ~second, second & ~first
    kinds = int((first & second).sum()), int((~first & ~second).sum()), int(alone.sum()), int(other.sum())
    differ, worlds = kinds[2] + kinds[3], int(known.sum())
    agree = worlds > 0 and differ < agreement * worlds
    reason = _no_dispute(kinds[2], kinds[3], worlds, agree, sides)
    thresholds: tuple[Threshold, ...] = ()
    if not reason:
        chosen = alone | other
        thresholds = _best(points[known][chosen], alone[chosen], names, most)
        reason = "" if thresholds else "no single assumption separates the two better than chance"
    return Crux(*kinds, int((~known).sum()), agree, thresholds, reason)


def standing(verdicts: Floats) -> Floats:
    """Whether a world is one for a document: its claims do better there than over all worlds.

    `verdicts` (claim, world) are those of the claims that cite it. The answer (world) is 1, 0 or NaN, as in
    `find_crux`. Claims that hold in all worlds or in none count for nothing, the others alike; where a claim
    is undefined the rest count, and where all are the world has no standing.
    """
    known = ~np.isnan(verdicts)
    counts = known.sum(axis=1, keepdims=True)
    usual = np.where(known, verdicts, 0.0).sum(axis=1, keepdims=True) / np.maximum(counts, 1)
    telling = known & (usual > 0.0) & (usual < 1.0)
    found = telling.sum(axis=0)
    score = np.where(telling, verdicts - usual, 0.0).sum(axis=0)
    return np.where(found == 0, np.nan, (score > 1e-12).astype(np.float64))


def find_document_crux(
    points: Floats,
    verdicts: Floats,
    left: Sequence[int],
    right: Sequence[int],
    names: Sequence[str],
    *,
    sides: tuple[str, str] = ("left", "right"),
    most: int = 3,
) -> Crux:
    """The crux between two documents, each given by the rows of `verdicts` (claim, world) that cite it.

    Claims that both cite are left out. A document is right in a world as `standing` says.
    """
    shared = set(left) & set(right)
    one, other = ([row for row in rows if row not in shared] for rows in (left, right))
    return find_crux(
        points, standing(verdicts[one]), standing(verdicts[other]), names, sides=sides, most=most
    )


def _no_dispute(alone: int, other: int, worlds: int, agree: bool, sides: tuple[str, str]) -> str:
    if not worlds:
        return "they are never both defined"
    if agree:
        return f"they differ in {alone + other:,} of {worlds:,} worlds"
    for count, side in zip((alone, other), sides, strict=True):
        if count < FEWEST:
            return f"{side} holds alone in {count:,} worlds, too few to tell what decides"
    return ""


def _best(points: Floats, alone: Booleans, names: Sequence[str], most: int) -> tuple[Threshold, ...]:
    """The best threshold of each parameter, the best parameters first, without what chance can do."""
    usable = np.flatnonzero(np.isfinite(points).all(axis=0) & (np.ptp(points, axis=0) > 0))
    cuts = [_stump(points[:, column], alone, names[int(column)]) for column in usable]
    least = _least(int(alone.sum()), int((~alone).sum()), max(len(usable), 1))
    found = sorted((each for each in cuts if each.accuracy > least), key=lambda each: -each.accuracy)
    return tuple(found[:most])


def _least(one: int, other: int, parameters: int) -> float:
    """The accuracy that the best of so many idle parameters reaches with probability CHANCE, at most."""
    worlds = one * other / (one + other)
    return 0.5 + 0.5 * float(np.sqrt(-np.log(CHANCE / parameters / 2.0) / 2.0 / worlds))


def _stump(values: Floats, alone: Booleans, name: str) -> Threshold:
    order = np.argsort(values, kind="stable")
    ordered, kind = values[order], alone[order]
    # After each world: the share of either kind that lies at or below it.
    apart = np.cumsum(kind) / kind.sum() - np.cumsum(~kind) / (~kind).sum()
    steps = np.flatnonzero(ordered[1:] > ordered[:-1])
    best = steps[np.argmax(np.abs(apart[steps]))]
    threshold = (ordered[best] + ordered[best + 1]) / 2.0
    above: Side = "right" if apart[best] > 0 else "left"
    return Threshold(name, float(threshold), above, float(0.5 + 0.5 * abs(apart[best])))
