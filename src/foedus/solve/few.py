"""Few worlds with nothing unusual about them, swept without the book-keeping that many worlds need.

Kernels, jobs and tolerance are those of the first method, and so is every bit of an answer. Where a number is
missing or 0, reach is lost, or a world resists, nothing is said, and the usual way is to be gone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.game.table import Tabulation
from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.equilibrium import SOLVED, Branch, Equilibrium
from foedus.solve.kernels import NARROW_KERNELS
from foedus.solve.paths import NO_PATH
from foedus.solve.problem import Problem
from foedus.solve.reach import LINEAR
from foedus.solve.runner import Runner
from foedus.solve.sweeps import LOST, REGRET, RESIDUAL, WEIGHTED
from foedus.solve.width import NARROW


def swept_together(problem: Problem, method: AcceleratedSweeps) -> Equilibrium | None:
    """The equilibria of at most NARROW worlds, if sweeps find each of them, without ado; else None."""
    if not usual(problem.tabulation):
        return None
    worlds = problem.tabulation.worlds
    runner = Runner(problem, problem.layout, method.depth)
    jobs, found = runner.jobs(np.arange(worlds), linear=True, lanes=NARROW), runner.findings(worlds)
    room, settings = runner.fresh_room(NARROW), method.settings(problem, LINEAR)
    NARROW_KERNELS.answer(
        runner.layout, runner.runs, room.numbers, room.scratch, room.memory, jobs, NO_PATH, settings, found
    )
    report = found.report
    good = jobs.ended.min() > 0 and report[RESIDUAL].max() <= problem.tolerance
    if not good or report[LOST].any() or not np.isfinite(found.values.sum()):
        return None
    branch = Branch.SWEEPS if len(problem.layout.asked) else Branch.PRINCIPAL
    nothing: NDArray[np.bool_] = np.zeros(worlds, np.bool_)
    return Equilibrium(
        behaviour=found.sigma,
        values=found.values,
        residual=report[RESIDUAL],
        regret=report[REGRET],
        weighted_regret=report[WEIGHTED],
        status=_all(worlds, SOLVED),
        sweeps=jobs.ended.astype(np.int32),
        limit_beliefs=nothing,
        ties=nothing,
        method=_all(worlds, method.method),
        branch=_all(worlds, branch),
        checked=nothing,
        discrepancy=np.zeros(worlds),
    )


def _all(worlds: int, code: Any) -> NDArray[np.int8]:
    codes = np.empty(worlds, np.int8)
    codes.fill(int(code))
    return codes


def usual(numbers: Tabulation) -> bool:
    """Whether all numbers are finite, weights positive, and rationality not negative."""
    rationality, weights = numbers.rationality, numbers.weights
    if rationality.min() < 0.0 or weights.min() <= 0.0 or not numbers.valid.all():
        return False
    total = numbers.payoffs.sum() + numbers.probabilities.sum() + weights.sum() + rationality.sum()
    return bool(np.isfinite(total))
