"""Accelerated sweeps from uniform play: the usual method where something is hidden.

A sweep carries reach forwards and answers backwards, each information set at once with what those after it
have just answered, so only beliefs remain to be iterated. Anderson (1965) acceleration works on the log-odds
of the choices that beliefs depend on. Where the acceleration is caught at a place that is nearly, but not
quite, a fixed point, a stretch of small plain steps carries it past: bursts of the one alternate with
stretches of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.solve.block import Indices
from foedus.solve.equilibrium import Method
from foedus.solve.layout import Layout
from foedus.solve.mixing import Settings
from foedus.solve.problem import Answers, Problem
from foedus.solve.queue import Jobs
from foedus.solve.reach import LINEAR, LOGARITHMIC, ORDERED
from foedus.solve.runner import Runner

SLACK = 0.1  # how much smaller than the residual that the certificate demands is what the sweeps aim at


@dataclass(frozen=True)
class AcceleratedSweeps:
    """`depth` differences are remembered; at most `sweeps`; the rest as in `Settings`."""

    method: Method = Method.ACCELERATED_SWEEPS
    depth: int = 5
    sweeps: int = 60
    rest: int = 0
    calm: float = 1.0
    burst: int = 60
    damping: float = 0.0

    def __call__(self, problem: Problem, answers: Answers, worlds: Indices) -> None:
        """Answer the problem in the worlds named, not by linear reach where it is known to be lost.

        There it is found by orders of smallness, and in logarithms only where that is lost too.
        """
        for layout, logarithmic, alike in problem.alike(worlds, answers.logarithmic):
            self._all(problem, answers, alike, layout, logarithmic)

    def settings(self, problem: Problem, reach: int) -> Settings:
        aim = SLACK * problem.tolerance
        return Settings(reach, self.sweeps, aim, self.rest, self.calm, self.burst, self.damping)

    def _all(
        self, problem: Problem, answers: Answers, worlds: Indices, layout: Layout, logarithmic: bool
    ) -> None:
        runner = Runner(problem, layout, self.depth)

        def work(task: Indices) -> None:
            jobs = runner.jobs(task, linear=not logarithmic)
            runner.iterate(jobs, self.settings(problem, ORDERED if logarithmic else LINEAR))
            sweeps = self.counted(jobs)
            lost = np.flatnonzero(jobs.ended < 0)
            if logarithmic and len(lost):
                again = runner.jobs(task[lost])
                runner.iterate(again, self.settings(problem, LOGARITHMIC))
                jobs.odds[lost], jobs.ended[lost] = again.odds, again.ended
                sweeps[lost] += self.counted(again)
            place = None if logarithmic else answers.place_for(task)
            if place is None:
                answers.keep(task, runner.conclude(jobs, logarithmic), self.method)
            else:
                runner.conclude_into(place, jobs, logarithmic)
                answers.keep_in_place(place.first, len(task), self.method)
            answers.logarithmic[task] |= jobs.ended < 0
            answers.sweeps[task] += sweeps

        problem.over_tasks(worlds, work)

    def counted(self, jobs: Jobs) -> NDArray[np.int32]:
        """How many sweeps each job took (job)."""
        return np.where(jobs.ended == 0, self.sweeps, np.abs(jobs.ended)).astype(np.int32)
