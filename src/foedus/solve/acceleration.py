"""Accelerated sweeps from uniform play: the usual method where something is hidden.

A sweep carries reach forwards and answers backwards, each information set at once with what those after it
have just answered, so only beliefs remain to be iterated. Anderson (1965) acceleration works on the log-odds
of the choices that beliefs depend on. Where the acceleration is caught at a place that is nearly, but not
quite, a fixed point, a stretch of small plain steps carries it past: bursts of the one alternate with
stretches of the other. Which rhythm does that soonest is a matter of luck, so rivals try several.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from foedus.solve.block import Indices, repacked
from foedus.solve.equilibrium import Method
from foedus.solve.layout import Layout
from foedus.solve.mixing import Rhythm, Settings
from foedus.solve.problem import Answers, Problem
from foedus.solve.queue import Jobs
from foedus.solve.reach import LINEAR, LOGARITHMIC, ORDERED
from foedus.solve.runner import Runner


@dataclass(frozen=True)
class AcceleratedSweeps:
    """At most `sweeps`, in one of the rhythms: the one that takes the fewest, or the first of such.

    `slack`: what the last change of a choice must be below, in tolerances. The answer is one sweep further
    on; where sweeps by themselves lead away from it, its own change is that much larger.
    """

    method: Method = Method.ACCELERATED_SWEEPS
    sweeps: int = 60
    slack: float = 0.1
    rhythms: tuple[Rhythm, ...] = (Rhythm(),)

    @cached_property
    def depth(self) -> int:
        """How many differences have to be remembered."""
        return int(max(rhythm.depth for rhythm in self.rhythms))

    def __call__(self, problem: Problem, answers: Answers, worlds: Indices) -> None:
        """Answer the problem in the worlds named, not by linear reach where it is known to be lost.

        There it is found by orders of smallness, and in logarithms only where that is lost too.
        """
        for layout, logarithmic, alike in problem.alike(worlds, answers.logarithmic):
            self._all(problem, answers, alike, layout, logarithmic)

    def settings(self, problem: Problem, reach: int) -> Settings:
        return _settings(self, self.slack * problem.tolerance, reach)

    def _all(
        self, problem: Problem, answers: Answers, worlds: Indices, layout: Layout, logarithmic: bool
    ) -> None:
        runner = Runner(problem, layout, self.depth)

        def work(task: Indices) -> None:
            jobs = self._swept(runner, task, ORDERED if logarithmic else LINEAR)
            sweeps = self.counted(jobs)
            lost = np.flatnonzero(jobs.ended < 0)
            if logarithmic and len(lost):
                again = self._swept(runner, task[lost], LOGARITHMIC)
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

    def _swept(self, runner: Runner, worlds: Indices, reach: int) -> Jobs:
        """The worlds as jobs, and what came of them by the best of the rhythms."""
        jobs, settings = runner.jobs(worlds, linear=reach == LINEAR), self.settings(runner.problem, reach)
        rivals = len(self.rhythms)
        if rivals == 1:
            runner.iterate(jobs, settings)
            return jobs
        each = np.repeat(np.arange(len(worlds)), rivals)
        tried = Jobs(repacked(jobs.numbers, each), jobs.odds[each], np.zeros(len(each), np.int64))
        runner.iterate(tried, settings)
        needed = np.where(tried.ended > 0, tried.ended, self.sweeps + np.where(tried.ended < 0, 1, 2))
        best = needed.reshape(-1, rivals).argmin(axis=1) + np.arange(0, len(each), rivals)
        return jobs._replace(odds=tried.odds[best], ended=tried.ended[best])

    def counted(self, jobs: Jobs) -> NDArray[np.int32]:
        """How many sweeps each job took, those of rivals included (job)."""
        each = np.where(jobs.ended == 0, self.sweeps, np.abs(jobs.ended))
        return np.asarray(each * len(self.rhythms), np.int32)


@lru_cache(maxsize=32)
def _settings(method: AcceleratedSweeps, aim: float, reach: int) -> Settings:
    return Settings(reach, method.sweeps, aim, np.array(method.rhythms, np.float64))
