"""Rationality raised in steps: for worlds where sweeps from uniform play do not settle.

All λ_i = t · λ̂_i. At t = 0 play is uniform; each step starts from the line through the last two solutions and
is halved where its sweeps fail. The path so followed is the principal branch (McKelvey and Palfrey 1998) as
long as the branch does not turn back; at a fold the steps shrink and the method gives up. On the way a point
need only be good enough to guess the next one from. The steps themselves are taken in the kernel (`paths`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.block import Floats, Indices
from foedus.solve.equilibrium import Method
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import Layout
from foedus.solve.mixing import Rhythm
from foedus.solve.paths import Path
from foedus.solve.problem import Answers, Problem
from foedus.solve.reach import LINEAR, LOGARITHMIC
from foedus.solve.runner import Runner

CORRECTOR = AcceleratedSweeps(sweeps=40, rhythms=(Rhythm(depth=8, damping=0.3),))


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

        def work(task: Indices) -> None:
            jobs = runner.jobs(task)
            path = self._path(jobs.odds, problem.game.nodes)
            runner.iterate(jobs, settings, path)
            answers.keep(task, runner.conclude(jobs._replace(odds=path.here), logarithmic), METHOD)
            answers.logarithmic[task] |= jobs.ended < 0
            answers.sweeps[task] += path.sweeps.astype(np.int32)

        problem.over_tasks(worlds, work, least=2 * WIDTH)  # the longest path takes as long as all of them

    def _path(self, odds: Floats, nodes: int) -> Path:
        """Paths that start from these log-odds (job, row)."""
        count = len(odds)
        return Path(
            here=np.array(odds, order="C"),
            before=np.array(odds, order="C"),
            t=np.zeros(count),
            t_before=np.full(count, -1.0),
            step=np.full(count, self.first),
            sweeps=np.zeros(count),
            nearly=self.nearly,
            growth=self.growth,
            least=self.least,
            most=self.effort / nodes,
        )


METHOD = Method.RATIONALITY_STEPS
