"""Tracing: the method for worlds that resist every other, or where the branch has to be certain.

The principal branch of each world is followed by arclength from λ = 0 (`branch.py`), so an answer of this
method is the first crossing of the λ asked for, also where the branch folds on the way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.solve.block import Indices, Scratch
from foedus.solve.branch import BranchPath, Ending, Pace, Trace
from foedus.solve.equilibrium import Branch, Method
from foedus.solve.evaluate import payoff_spread
from foedus.solve.problem import Answers, PerThread, Problem
from foedus.solve.response import Response, matters

USUAL = Pace()


@dataclass(frozen=True)
class BranchTracing:
    """How steps are judged; worlds are traced one at a time."""

    pace: Pace = USUAL

    def __call__(self, problem: Problem, answers: Answers, worlds: Indices) -> None:
        """Answer the problem in the worlds named; those where the path breaks off stay as they are."""
        if len(worlds) == 0:
            return
        spread = payoff_spread(problem.game, problem.tabulation)
        scales = np.maximum((spread * problem.tabulation.rationality).max(axis=0), 1.0)
        scratches, tangents = PerThread(problem.scratch), PerThread(problem.tangent)

        def work(block: Indices) -> None:
            world, scratch = int(block[0]), scratches.get()
            response = Response(problem, world, scratch, tangents.get())
            trace = BranchPath(response, float(scales[world]), self.pace, problem.tolerance).follow()
            response.answer(trace.x, 1.0)
            answers.sweeps[world] += response.sweeps
            _take(problem, answers, block, response, scratch)
            if trace.ending == Ending.ARRIVED and answers.method[world] == Method.BRANCH_TRACING:
                answers.branch[world] = _branch(trace)

        problem.over_blocks(worlds, work, width=1)


def _take(problem: Problem, answers: Answers, block: Indices, response: Response, scratch: Scratch) -> None:
    """Keep the play last answered, completed by the answers of those whose play it does not hold."""
    completed = np.repeat(~matters(problem.game), np.diff(problem.game.first_option))
    options = np.flatnonzero(completed)
    scratch.logs[options] = scratch.next_logs[options]
    scratch.sigma[options] = scratch.next_sigma[options]
    numbers, known = problem.numbers(block), answers.logarithmic[block].any()
    answers.take(problem, numbers, scratch, block, Method.BRANCH_TRACING)
    if answers.logarithmic[block].any() and not known:
        answers.take(problem, numbers, scratch, block, Method.BRANCH_TRACING)


def _branch(trace: Trace) -> Branch:
    return Branch.BIFURCATED if trace.bifurcations else Branch.PRINCIPAL
