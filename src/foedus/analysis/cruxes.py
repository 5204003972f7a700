"""What divides two sides: the assumption and the threshold that best part the worlds in which one is right
from those in which the other is.

A threshold is judged by its balanced accuracy, the mean of the shares of both kinds of worlds that lie on
their own side of it: with as many of one kind as of the other a coin gets one half. Each assumption is
searched for its best threshold (a decision stump, Iba and Langley 1992), and the assumptions are ranked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RARE = 0.01
"""Sides of which one alone is right in a smaller share of worlds than this have no real dispute."""
FEWEST = 20
MOST = 3


@dataclass(frozen=True)
class Crux:
    """Above the threshold mostly one side is right: `left` if `left_above`, else the other.

    accuracy is balanced, from 0.5 to 1; left and right are the shares of the worlds of each kind that lie on
    their own side.
    """

    name: str
    threshold: float
    left_above: bool
    accuracy: float
    left: float
    right: float


@dataclass(frozen=True)
class Dispute:
    """In how many worlds both sides are right, one alone, neither, or one is undefined; and the cruxes.

    There are none where the sides agree, or hardly ever part (`reason` says which).
    """

    both: int
    left: int
    right: int
    neither: int
    undefined: int
    cruxes: tuple[Crux, ...]
    reason: str | None


def dispute(points: Floats, left: Floats, right: Floats, names: Sequence[str]) -> Dispute:
    """What parts two sides.

    points (world, assumption); left and right (world) are 1 where a side is right, 0 where not, NaN where
    that is undefined. Raises ValueError for arrays that do not fit each other.
    """
    if points.shape != (len(left), len(names)) or left.shape != right.shape:
        raise ValueError(f"found points {points.shape}, sides {left.shape} and {right.shape}")
    known = ~(np.isnan(left) | np.isnan(right))
    ours, theirs = known & (left == 1.0), known & (right == 1.0)
    only_left, only_right = ours & ~theirs, theirs & ~ours
    reason = _no_dispute(int(known.sum()), int(only_left.sum()), int(only_right.sum()))
    found = () if reason else _ranked(points, only_left, only_right, names)
    return Dispute(
        both=int((ours & theirs).sum()),
        left=int(only_left.sum()),
        right=int(only_right.sum()),
        neither=int((known & ~ours & ~theirs).sum()),
        undefined=int((~known).sum()),
        cruxes=found,
        reason=reason,
    )


def _no_dispute(known: int, left: int, right: int) -> str | None:
    if not known:
        return "neither side is defined in any world"
    if left + right < max(RARE * known, FEWEST):
        return "they agree: there is hardly a world in which one is right and the other wrong"
    if min(left, right) < FEWEST:
        side = "second" if left < right else "first"
        return f"where they differ it is nearly always the {side} that is right"
    return None


def _ranked(
    points: Floats, left: NDArray[np.bool_], right: NDArray[np.bool_], names: Sequence[str]
) -> tuple[Crux, ...]:
    rows = left | right
    found = [
        _stump(name, points[rows, column], left[rows])
        for column, name in enumerate(names)
        if np.ptp(points[rows, column]) > 0.0
    ]
    found.sort(key=lambda each: -each.accuracy)
    return tuple(found[:MOST])


def _stump(name: str, values: Floats, left: NDArray[np.bool_]) -> Crux:
    """The best threshold of one assumption, half way between two neighbouring worlds."""
    order = np.argsort(values, kind="stable")
    values, left = values[order], left[order]
    below_left = np.cumsum(left)[:-1] / left.sum()
    below_right = np.cumsum(~left)[:-1] / (~left).sum()
    apart = np.where(np.diff(values) > 0.0, np.abs(below_left - below_right), -1.0)
    best = int(np.argmax(apart))
    left_above = bool(below_left[best] < below_right[best])
    on_left = 1.0 - below_left[best] if left_above else below_left[best]
    on_right = below_right[best] if left_above else 1.0 - below_right[best]
    threshold = float((values[best] + values[best + 1]) / 2)
    accuracy = float(on_left + on_right) / 2
    return Crux(name, threshold, left_above, accuracy, float(on_left), float(on_right))
