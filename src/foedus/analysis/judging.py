"""What counted ends say of promises and signatures, for all of them and all worlds in one call."""

from __future__ import annotations

from typing import Any

import numpy as np

from foedus.analysis.totals import MEASURABLE
from foedus.solve.arithmetic import part

QUANTITIES = 4
"""What is told of a promise: due, kept, delivered, and kept per due occasion."""


@part
def share(above: float, below: float, solved: bool) -> float:
    """above / below where the world is solved and below is measurable, else NaN."""
    return above / below if solved and below >= MEASURABLE else np.nan


def judge(ends: Any, occasions: Any, solved: Any, promises: int, found: Any) -> None:
    """Fill `found` (row, world) from what was counted of tracks, the first of which follow promises.

    A row for each promise has the probability that it comes due; the next rows, that it is kept, given that;
    that it is delivered, given that it comes due or is done unasked; and the share of the due occasions on
    which it is kept. Then each other track has the probability of signing, given that one is asked. NaN where
    the world is not solved, or what a number is conditional on is too improbable to measure.
    """
    for track in range(ends.shape[0]):
        for world in range(ends.shape[2]):
            good = solved[world]
            if track < promises:  # the bits are 1: due, 2: broken, 4: done by a clause
                faithful = ends[track, 1, world] + ends[track, 5, world]
                broken = ends[track, 3, world] + ends[track, 7, world]
                unasked = ends[track, 4, world] + ends[track, 6, world]
                due = faithful + broken
                well, badly = occasions[track, 0, world], occasions[track, 1, world]
                done = faithful + unasked + ends[track, 7, world]
                found[track, world] = due if good else np.nan
                found[promises + track, world] = share(faithful, due, good)
                found[2 * promises + track, world] = share(done, due + unasked, good)
                found[3 * promises + track, world] = share(well, well + badly, good)
            else:  # 1: asked, 2: signs
                signs, declines = ends[track, 3, world], ends[track, 1, world]
                row = (QUANTITIES - 1) * promises + track
                found[row, world] = share(signs, signs + declines, good)
