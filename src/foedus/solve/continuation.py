"""Rationality raised in steps: for worlds where sweeps from uniform play do not settle.

All λ_i = t · λ̂_i. At t = 0 play is uniform; each step starts from the line through the last two solutions and
is halved where its sweeps fail. The path so followed is the principal branch (McKelvey and Palfrey 1998) as
long as the branch does not turn back; at a fold the steps shrink and the method gives up. On the way a point
need only be good enough to guess the next one from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.block import Floats, Indices, rationality_in, repacked
from foedus.solve.equilibrium import Method
from foedus.solve.layout import Layout
from foedus.solve.problem import Answers, Problem
from foedus.solve.queue import Jobs
from foedus.solve.reach import LINEAR, LOGARITHMIC
from foedus.solve.runner import Runner

Bools = NDArray[np.bool_]

CORRECTOR = AcceleratedSweeps(depth=8, sweeps=40, damping=0.3)


@dataclass(frozen=True)
class RationalitySteps:
    """How to take a step; the first and the least step in t; its growth after success.

    `nearly` is the tolerance on the way. `effort` bounds the sweeps times the nodes, so that small games,
    where it costs little, are tried hard.
    """

    corrector: AcceleratedSweeps = CORRECTOR
    first: float = 0.3
    least: float = 5e-3
    growth: float = 1.6
    nearly: float = 1e-5
    effort: float = 2.5e6

    def __call__(self, problem: Problem, answers: Answers, worlds: Indices) -> None:
        """Answer the problem in the worlds named, in logarithms where linear reach is known to be lost."""
        for layout, logarithmic, alike in problem.alike(worlds, answers.logarithmic):
            self._all(problem, answers, alike, layout, logarithmic)

    def _all(
        self, problem: Problem, answers: Answers, worlds: Indices, layout: Layout, logarithmic: bool
    ) -> None:
        runner = Runner(problem, layout, self.corrector.depth)
        settings = self.corrector.settings(problem, LOGARITHMIC if logarithmic else LINEAR)
        actors = len(problem.game.actors)

        def work(task: Indices) -> None:
            jobs = runner.jobs(task)
            path = Path.from_start(jobs.odds, self.first, self.effort / problem.game.nodes)
            while path.active.any():
                for going, aim, tolerance in path.steps(self.nearly, settings.tolerance):
                    numbers = repacked(jobs.numbers, going)
                    rationality_in(numbers, actors, len(going))[:] *= aim
                    step = Jobs(numbers, path.guess(going, aim), np.zeros(len(going), np.int64))
                    runner.iterate(step, settings._replace(tolerance=tolerance))
                    path.advance(going, aim, step, self)
            answers.keep(task, runner.conclude(jobs._replace(odds=path.here), logarithmic), METHOD)
            answers.logarithmic[task] |= path.lost
            answers.sweeps[task] += path.sweeps.astype(np.int32)

        problem.over_tasks(worlds, work)


METHOD = Method.RATIONALITY_STEPS


@dataclass(eq=False)
class Path:
    """How far each world has come: `here` and `before` are log-odds (world, row) at `t` and `t_before`."""

    here: Floats
    before: Floats
    t: Floats
    t_before: Floats
    step: Floats
    sweeps: Floats
    most_sweeps: float
    active: Bools
    lost: Bools

    @classmethod
    def from_start(cls, odds: Floats, step: float, most_sweeps: float) -> Path:
        zero = np.zeros(len(odds))
        none = np.zeros(len(odds), np.bool_)
        return cls(
            odds.copy(), odds.copy(), zero, zero - 1.0, zero + step, zero.copy(), most_sweeps, ~none, none
        )

    def steps(self, nearly: float, tolerance: float) -> Iterator[tuple[Indices, Floats, float]]:
        """The worlds that go on, where to, and how exactly: first those under way, then those that arrive."""
        aim = np.minimum(self.t + self.step, 1.0)
        arriving = aim == 1.0
        for part, demanded in ((~arriving, nearly), (arriving, tolerance)):
            going = np.flatnonzero(self.active & part)
            if len(going):
                yield going, aim[going], demanded

    def guess(self, going: Indices, aim: Floats) -> Floats:
        """Log-odds at `aim`, on the line through the last two solutions."""
        slope = (aim - self.t[going]) / (self.t - self.t_before)[going]
        return self.here[going] + slope[:, None] * (self.here - self.before)[going]

    def advance(self, going: Indices, aim: Floats, done: Jobs, rule: RationalitySteps) -> None:
        """Keep what the worlds that converged have found, and shorten the steps of the others."""
        converged = done.ended > 0
        self.sweeps[going] += rule.corrector.counted(done)
        good = going[converged]
        self.before[good], self.t_before[good] = self.here[good], self.t[good]
        self.here[good], self.t[good] = done.odds[converged], aim[converged]
        self.step[going] *= np.where(converged, rule.growth, 0.5)
        self.lost[going] |= done.ended < 0
        may = (self.step >= rule.least) & (self.sweeps < self.most_sweeps) & ~self.lost
        self.active = self.active & (self.t < 1.0) & may
