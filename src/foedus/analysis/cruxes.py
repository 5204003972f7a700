"""Cruxes: the assumption, and its threshold, that best tells who is right in a dispute.

For each parameter the best cut between two kinds of worlds is that of a decision stump: Iba and Langley,
*Induction of one-level decision trees* (ICML 1992). Its balanced accuracy is (1 + d) / 2, where d is the
two-sample distance of Kolmogorov and Smirnov (Smirnov, *Table for estimating the goodness of fit of empirical
distributions*, Annals of Mathematical Statistics 19, 1948), whose distribution says what chance can do.

Some parameters may be held: worlds are then compared with their neighbours in these alone, as by
subclassification (Cochran, *The effectiveness of adjustment by subclassification in removing bias in
observational studies*, Biometrics 24, 1968). d is the mean of the bands' own differences, in the weights of
Mantel and Haenszel for a difference of risks (Greenland and Robins, *Estimation of a common effect parameter
from sparse follow-up data*, Biometrics 41, 1985), which suit many bands of few worlds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.intp]
Side = Literal["left", "right"]

FEWEST = 20
"""Worlds in which one side alone is right, from which a crux can be told."""

CHANCE = 0.01
"""How often a threshold may be told, of any parameter, where none separates anything."""


ALIKE = 20
"""About so many worlds make a band, whose worlds count as alike in the parameters that are held."""


@dataclass(frozen=True)
class Threshold:
    """A cut on one parameter; `above` is who is right rather above it.

    `accuracy` is its balanced accuracy over all worlds in which one side alone is right, and `within` that
    among worlds alike in what is held, from 0.5: of two such worlds, one for either side, the chance that the
    cut tells which is which. Where nothing is held they are the same.
    """

    parameter: str
    threshold: float
    above: Side
    accuracy: float
    within: float


@dataclass(frozen=True)
class Crux:
    """Who is right in how many worlds, and up to a few thresholds, the best first.

    `agreement`: the two hardly ever differ. `reason` says why there are no thresholds where there are none.
    `held` is the best cut on a parameter that is held, over all worlds, and `foremost` whether it separates
    better than any of the others, by themselves, do.
    """

    both: int
    neither: int
    only_left: int
    only_right: int
    undefined: int
    agreement: bool
    thresholds: tuple[Threshold, ...]
    reason: str = ""
    held: Threshold | None = None
    foremost: bool = False


def find_crux(
    points: Floats,
    left: Floats,
    right: Floats,
    names: Sequence[str],
    *,
    hold: Collection[str] = (),
    sides: tuple[str, str] = ("left", "right"),
    agreement: float = 0.02,
    most: int = 3,
) -> Crux:
    """What separates the worlds in which only `left` holds from those in which only `right` does.

    `points` (world, parameter) are parameter values, `left` and `right` (world) verdicts of 1, 0 or NaN. Two
    that differ in less than a share `agreement` of the worlds in which both are defined agree. Worlds in
    which a verdict is undefined are counted apart; parameters that are not finite everywhere are left out.
    Parameters named in `hold` are no thresholds: the others are judged among worlds alike in them. `sides`
    are what the two are called where it is told why there is no crux.
    """
    known = ~(np.isnan(left) | np.isnan(right))
    first, second = left[known] == 1.0, right[known] == 1.0
    alone, other = first & ~second, second & ~first
    kinds = int((first & second).sum()), int((~first & ~second).sum()), int(alone.sum()), int(other.sum())
    differ, worlds = kinds[2] + kinds[3], int(known.sum())
    agree = worlds > 0 and differ < agreement * worlds
    counted = *kinds, int((~known).sum()), agree
    reason = _no_dispute(kinds[2], kinds[3], worlds, agree, sides)
    if reason:
        return Crux(*counted, (), reason)
    chosen = alone | other
    disputed, alone = points[known][chosen], alone[chosen]
    varied = np.flatnonzero(np.isfinite(disputed).all(axis=0) & (np.ptp(disputed, axis=0) > 0)).tolist()
    held = [column for column in varied if names[column] in hold]
    free = [column for column in varied if names[column] not in hold]
    whole, bands = _bands(disputed[:, []]), _bands(disputed[:, held])
    own, by_itself = (_thresholds(disputed, alone, whole, columns, names) for columns in (held, free))
    best = _thresholds(disputed, alone, bands, free, names)
    alike = f", among worlds alike in {' and '.join(names[column] for column in held)}" if held else ""
    reason = "" if best else f"no single assumption separates the two better than chance{alike}"
    foremost = bool(own) and (not by_itself or own[0].accuracy > by_itself[0].accuracy)
    return Crux(*counted, tuple(best[:most]), reason, own[0] if own else None, foremost)


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
    hold: Collection[str] = (),
    sides: tuple[str, str] = ("left", "right"),
    most: int = 3,
) -> Crux:
    """The crux between two documents, each given by the rows of `verdicts` (claim, world) that cite it.

    Claims that both cite are left out. A document is right in a world as `standing` says.
    """
    shared = set(left) & set(right)
    one, other = ([row for row in rows if row not in shared] for rows in (left, right))
    return find_crux(
        points, standing(verdicts[one]), standing(verdicts[other]), names, hold=hold, sides=sides, most=most
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


def _bands(held: Floats) -> Integers:
    """The number of each world's band (world), by quantiles of each parameter held (world, parameter)."""
    each = max(1, int((len(held) / ALIKE) ** (1.0 / max(1, held.shape[1]))))
    places = np.zeros(len(held), np.intp)
    for column in held.T:
        places = places * each + np.searchsorted(np.quantile(column, np.arange(1, each) / each), column)
    return np.unique(places, return_inverse=True)[1]


def _thresholds(
    points: Floats, alone: Booleans, bands: Integers, columns: Sequence[int], names: Sequence[str]
) -> list[Threshold]:
    """The best threshold within bands of each column, the best first, without what chance can do."""
    weights, worlds = _weights(alone, bands)
    if not worlds:
        return []
    columns = [column for column in columns if np.ptp(points[weights != 0.0, column]) > 0]
    cuts = [_stump(points[:, column], alone, weights, names[column]) for column in columns]
    least = _least(worlds, max(len(columns), 1))
    return sorted((each for each in cuts if each.within > least), key=lambda each: -each.within)


def _weights(alone: Booleans, bands: Integers) -> tuple[Floats, float]:
    """What each world adds to d (world), 0 in a band of one kind; and the sum over bands of n m / (n + m), of
    n worlds of one kind and m of the other. By chance d varies as in a single band with that number."""
    one, other = (np.bincount(bands[kind], minlength=bands.max() + 1) for kind in (alone, ~alone))
    sizes = one * other / (one + other)
    worlds = float(sizes.sum())
    if not worlds:
        return np.zeros(len(alone)), 0.0
    of_one, of_other = sizes / np.maximum(one, 1) / worlds, sizes / np.maximum(other, 1) / worlds
    return np.where(alone, of_one[bands], -of_other[bands]), worlds


def _least(worlds: float, parameters: int) -> float:
    """The accuracy that the best of so many idle parameters reaches with probability CHANCE, at most."""
    return 0.5 + 0.5 * float(np.sqrt(-np.log(CHANCE / parameters / 2.0) / 2.0 / worlds))


def _stump(values: Floats, alone: Booleans, weights: Floats, name: str) -> Threshold:
    order = np.argsort(values, kind="stable")
    order = order[weights[order] != 0.0]
    ordered = values[order]
    # After each world: by how much more of the one kind than of the other lies at or below it.
    apart = np.cumsum(weights[order])
    steps = np.flatnonzero(ordered[1:] > ordered[:-1])
    # Rounded, so that of equal ones the first is taken.
    best = steps[np.argmax(np.abs(apart[steps]).round(12))]
    threshold = float((ordered[best] + ordered[best + 1]) / 2.0)
    above: Side = "right" if apart[best] > 0 else "left"
    right = (values > threshold) == (alone == (above == "left"))
    accuracy = (right[alone].mean() + right[~alone].mean()) / 2.0
    return Threshold(name, threshold, above, float(accuracy), min(1.0, float(0.5 + 0.5 * abs(apart[best]))))
