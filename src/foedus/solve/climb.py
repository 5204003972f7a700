"""From starts to solutions, a block of lanes at a time: accelerated sweeps, and Newton's method."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.block import Floats, repacked
from foedus.solve.lanes import WIDTH
from foedus.solve.mixing import Rhythm
from foedus.solve.pull import pulled
from foedus.solve.queue import Jobs
from foedus.solve.reach import LINEAR, LOGARITHMIC, ORDERED
from foedus.solve.response import Response
from foedus.solve.runner import Runner

SWEEPS = AcceleratedSweeps(sweeps=120, rhythms=(Rhythm(depth=8),))
DENSE = 150
ROUNDS = 60
LONGEST = 4.0


class Climb:
    """From starts to solutions, a block at a time."""

    def __init__(self, runner: Runner, response: Response, scale: float) -> None:
        self.runner, self.response, self.scale = runner, response, scale
        self.world = runner.jobs(np.zeros(1, np.intp))

    def from_starts(self, x: Floats, swept_first: NDArray[np.bool_]) -> Floats:
        """ln σ (option, lane) of the solutions that starts lead to, NaN where they lead nowhere."""
        swept = self._sweep(x)
        if self.response.size > DENSE:
            return self._complete(swept)
        newton = self._newton(x)
        first = np.where(swept_first, swept, newton)
        second = np.where(swept_first, newton, swept)
        chosen = np.where(np.isfinite(first).all(axis=0), first, second)
        for lane in np.flatnonzero(~np.isfinite(chosen).all(axis=0)):
            chosen[:, lane] = pulled(self.response, x[:, lane], self.scale, self.runner.problem.tolerance)
        return self._complete(self._newton(chosen))

    def _sweep(self, x: Floats) -> Floats:
        """What accelerated sweeps lead to (unknown, lane); NaN where they do not settle."""
        found = np.full_like(x, np.nan)
        for reach in (LINEAR, ORDERED, LOGARITHMIC):
            odds = np.ascontiguousarray(self.response.filled(x).T)
            numbers = repacked(self.world.numbers, np.zeros(len(odds), np.intp))
            jobs = Jobs(numbers, odds, np.zeros(len(odds), np.int64))
            self.runner.iterate(jobs, SWEEPS.settings(self.runner.problem, reach))
            ended = jobs.ended > 0
            found[:, ended] = self.response.emptied(jobs.odds.T)[:, ended]
            if not (jobs.ended < 0).any():
                break
        return found

    def _newton(self, x: Floats) -> Floats:
        """Newton's method in every lane, no step longer than LONGEST; NaN where it does not settle."""
        settled = np.zeros(WIDTH, np.bool_)
        for _ in range(ROUNDS):
            gap = x - self.response.answers(x, 1.0)
            matrix = np.eye(self.response.size) - self.response.matrices()
            good = np.isfinite(gap).all(axis=0) & np.isfinite(matrix).all(axis=(1, 2))
            x = np.where(good, x, np.nan)
            matrix[~good] = np.eye(self.response.size)
            step = _solved(matrix, np.where(good, -gap, 0.0))
            size = (np.abs(step) / (1.0 + np.abs(x))).max(axis=0)
            settled = size <= 1e-11
            if (settled | ~good).all():
                break
            x = x + step * np.minimum(1.0, LONGEST / np.maximum(np.abs(step).max(axis=0), LONGEST))
        return np.where(settled, x, np.nan)

    def _complete(self, x: Floats) -> Floats:
        """The whole play (option, lane) that goes with the unknowns."""
        good = np.isfinite(x).all(axis=0)
        self.response.answers(np.where(good, x, 0.0), 1.0)
        return np.where(good, self.runner.logs(self.response.complete_lanes()), np.nan)


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solutions (unknown, lane); NaN in all lanes where one system is singular."""
    try:
        return np.asarray(np.linalg.solve(matrix, right.T[:, :, None])[:, :, 0].T, np.float64)
    except np.linalg.LinAlgError:
        return np.asarray((np.linalg.pinv(matrix) @ right.T[:, :, None])[:, :, 0].T, np.float64)
