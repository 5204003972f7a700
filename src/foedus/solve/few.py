"""Few worlds with nothing unusual about them, swept without the book-keeping that many worlds need.

Kernels, jobs and tolerance are those of the first method, and so is every bit of an answer. Where a number is
missing or 0, reach is lost, or a world resists, nothing is said, and the usual way is to be gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.game.table import Tabulation
from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.equilibrium import SOLVED, Branch, Equilibrium
from foedus.solve.kernels import NARROW_KERNELS
from foedus.solve.paths import NO_PATH
from foedus.solve.problem import Problem
from foedus.solve.queue import Findings, Jobs
from foedus.solve.reach import LINEAR
from foedus.solve.runner import Runner
from foedus.solve.sweeps import LOST, REGRET, RESIDUAL, WEIGHTED
from foedus.solve.width import NARROW


@dataclass(frozen=True, eq=False)
class Few:
    """At most NARROW worlds of a game: prepared, to be swept on any thread, and then to be read."""

    problem: Problem
    method: AcceleratedSweeps
    runner: Runner
    jobs: Jobs
    found: Findings

    @classmethod
    def of(cls, problem: Problem, method: AcceleratedSweeps) -> Few | None:
        """The worlds prepared; None where there are none, or too many, or a number is not as usual."""
        worlds = problem.tabulation.worlds
        if not 0 < worlds <= NARROW or not usual(problem.tabulation):
            return None
        runner = Runner(problem, problem.layout, method.depth)
        jobs = runner.jobs(np.arange(worlds), linear=True, lanes=NARROW)
        return cls(problem, method, runner, jobs, runner.findings(worlds))

    def sweep(self) -> None:
        runner, room = self.runner, self.runner.fresh_room(NARROW)
        settings = self.method.settings(self.problem, LINEAR)
        memory = room.numbers, room.scratch, room.memory
        NARROW_KERNELS.answer(runner.layout, runner.runs, *memory, self.jobs, NO_PATH, settings, self.found)

    def answer(self) -> Equilibrium | None:
        """The equilibria, if sweeps found all of them."""
        report, worlds = self.found.report, self.problem.tabulation.worlds
        good = self.jobs.ended.min() > 0 and report[RESIDUAL].max() <= self.problem.tolerance
        if not good or report[LOST].any() or not np.isfinite(self.found.values.sum()):
            return None
        branch = Branch.SWEEPS if len(self.problem.layout.asked) else Branch.PRINCIPAL
        nothing: NDArray[np.bool_] = np.zeros(worlds, np.bool_)
        return Equilibrium(
            behaviour=self.found.sigma,
            values=self.found.values,
            residual=report[RESIDUAL],
            regret=report[REGRET],
            weighted_regret=report[WEIGHTED],
            status=_all(worlds, SOLVED),
            sweeps=self.jobs.ended.astype(np.int32),
            limit_beliefs=nothing,
            ties=nothing,
            method=_all(worlds, self.method.method),
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
