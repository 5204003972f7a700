"""Tracing: the method for worlds that resist every other, or where the branch has to be certain.

The principal branch of each world is followed by arclength from λ = 0 (`branch.py`), so an answer of this
method is the first crossing of the λ asked for, also where the branch folds on the way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.solve.block import Indices
from foedus.solve.branch import BranchPath, Ending, Pace, Trace
from foedus.solve.equilibrium import Branch, Method
from foedus.solve.problem import Answers, Problem
from foedus.solve.ranges import payoff_spread
from foedus.solve.response import Response
from foedus.solve.runner import Runner
from foedus.solve.threads import PerThread

USUAL = Pace()


@dataclass(frozen=True)
class BranchTracing:
    """How steps are judged; worlds are traced one at a time."""

    pace: Pace = USUAL

    def __call__(self, problem: Problem, answers: Answers, worlds: Indices) -> None:
        """Answer the problem in the worlds named; a path that breaks off answers nothing of its branch."""
        if len(worlds) == 0:
            return
        spread = payoff_spread(problem.game, problem.tabulation)
        scales = np.maximum((spread * problem.tabulation.rationality).max(axis=0), 1.0)
        scratches, tangents = PerThread(problem.scratch), PerThread(problem.tangent)

        def work(block: Indices) -> None:
            world = int(block[0])
            response = Response(problem, world, scratches.get(), tangents.get())
            trace = BranchPath(response, float(scales[world]), self.pace, problem.tolerance).follow()
            response.answer(trace.x, 1.0)
            answers.sweeps[world] += response.sweeps
            _take(problem, answers, block, response)
            if trace.ending == Ending.ARRIVED and answers.method[world] == Method.BRANCH_TRACING:
                answers.branch[world] = _branch(trace)

        problem.over_blocks(worlds, work, width=1)


def _take(problem: Problem, answers: Answers, world: Indices, response: Response) -> None:
    """Keep the play last answered, certified in logarithms where linear reach turns out to be lost."""
    runner = Runner(problem, response.layout)
    jobs = runner.jobs(world)
    jobs.odds[0] = response.complete()
    known = bool(answers.logarithmic[world].any())
    answers.keep(world, runner.conclude(jobs, known), Method.BRANCH_TRACING)
    if answers.logarithmic[world].any() and not known:
        answers.keep(world, runner.conclude(jobs, True), Method.BRANCH_TRACING)


def _branch(trace: Trace) -> Branch:
    return Branch.BIFURCATED if trace.bifurcations else Branch.PRINCIPAL
