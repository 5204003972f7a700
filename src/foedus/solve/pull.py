"""Ways to solutions beside the principal branch: on along that branch, and from any start by a homotopy."""

from __future__ import annotations

import numpy as np

from foedus.solve.block import Floats
from foedus.solve.branch import BranchPath, Ending, Pace, Point, Trace
from foedus.solve.curve import Curve

BEYOND = 2.0
PACE = Pace(steps=600)


class Pulled:
    """The curve of x = centre + s · (answer(x) − centre), from the centre at s = 0 to a solution at s = 1.

    From nearly every centre it leads to one (Chow, Mallet-Paret and Yorke 1978).
    """

    def __init__(self, inner: Curve, centre: Floats) -> None:
        self._inner, self._centre, self._share = inner, centre, 0.0
        self._way = np.zeros_like(centre)
        self.sweeps = 0

    @property
    def size(self) -> int:
        return self._inner.size

    @property
    def nodes(self) -> int:
        return self._inner.nodes

    def start(self) -> Floats:
        return self._centre

    def answer(self, x: Floats, t: float) -> Floats:
        self.sweeps += 1
        self._share, self._way = t, self._inner.answer(x, 1.0) - self._centre
        return self._centre + t * self._way

    def change(self) -> float:
        return self._inner.change()

    def shares(self) -> Floats:
        return self._inner.shares()

    def push(self, directions: Floats) -> Floats:
        moves = directions.copy()
        moves[-1] = 0.0
        pushed: Floats = self._share * self._inner.push(moves) + self._way[:, None] * directions[-1]
        return pushed

    def jacobian(self) -> Floats:
        slopes = self._share * self._inner.jacobian()
        slopes[:, -1] = self._way
        return slopes


def pulled(inner: Curve, centre: Floats, scale: float, tolerance: float) -> Floats:
    """The solution that the homotopy from a centre leads to; NaN where it breaks off."""
    trace = BranchPath(Pulled(inner, centre), scale, PACE, tolerance).follow()
    return trace.x if trace.ending == Ending.ARRIVED else np.full_like(centre, np.nan)


class Onwards(BranchPath):
    """Goes on past t = 1, and keeps the log-odds wherever it comes there again."""

    def follow_on(self) -> list[Floats]:
        self.met: list[Floats] = []
        self.follow(BEYOND)
        return self.met

    def note(self, trace: Trace, point: Point, ahead: Point) -> None:
        super().note(trace, point, ahead)
        if (self.t(point) < 1.0) != (self.t(ahead) < 1.0):
            landed = self.land(point, ahead, 1.0)
            if landed is not None:
                self.met.append(landed)
