"""Rationality raised in steps: for worlds where sweeps from uniform play do not settle.

All λ_i = t · λ̂_i. At t = 0 play is uniform; each step starts from the line through the last two solutions and
is halved where its sweeps fail. The path so followed is the principal branch (McKelvey and Palfrey 1998) as
long as the branch does not turn back; at a fold the steps shrink and the method gives up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.solve.acceleration import AcceleratedSweeps, start
from foedus.solve.block import Floats, Indices, Scratch, memory_for
from foedus.solve.equilibrium import Method
from foedus.solve.kernels import compiled
from foedus.solve.problem import Answers, PerThread, Problem

Bools = NDArray[np.bool_]

CORRECTOR = AcceleratedSweeps(depth=10, sweeps=40, damping=0.9)


@dataclass(frozen=True)
class RationalitySteps:
    """How to take a step; the first and the least step in t; its growth after success.

    `effort` bounds the sweeps times the nodes, so that small games, where it costs little, are tried hard.
    """

    corrector: AcceleratedSweeps = CORRECTOR
    first: float = 0.05
    least: float = 1e-4
    growth: float = 1.6
    effort: float = 4e6

    def __call__(self, problem: Problem, answers: Answers, worlds: Indices) -> None:
        """Answer the problem in the worlds named, in logarithms where linear reach is known to be lost."""
        lost = answers.logarithmic[worlds]
        for chosen in (worlds[~lost], worlds[lost]):
            self._all(problem, answers, chosen)

    def _all(self, problem: Problem, answers: Answers, worlds: Indices) -> None:
        scratches = PerThread(problem.scratch)
        memories = PerThread(lambda: memory_for(problem.layout, self.corrector.depth))
        options = problem.game.options

        def work(block: Indices) -> None:
            scratch, memory, numbers = scratches.get(), memories.get(), problem.numbers(block)
            settings = self.corrector.settings(problem, bool(answers.logarithmic[block[0]]))
            start(problem.layout, numbers, scratch)
            path = Path.from_start(scratch.logs[:options], self.first, self.effort / problem.game.nodes)
            while path.active.any():
                aim = np.minimum(path.t + path.step, 1.0)
                scratch.logs[:options] = path.guess(aim)
                part = numbers._replace(rationality=numbers.rationality * aim)
                compiled().iterate(problem.layout, part, scratch, memory, settings)
                path.advance(aim, scratch, self)
            scratch.logs[:options] = path.here
            scratch.sigma[:options] = np.exp(path.here)
            answers.take(problem, numbers, scratch, block, Method.RATIONALITY_STEPS)
            answers.logarithmic[block] |= path.lost[: len(block)]
            answers.sweeps[block] += path.sweeps[: len(block)].astype(np.int32)

        problem.over_blocks(worlds, work)


@dataclass(eq=False)
class Path:
    """How far each lane has come: `here` and `before` are ln σ (option, lane) at `t` and `t_before`."""

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
    def from_start(cls, logs: Floats, step: float, most_sweeps: float) -> Path:
        zero = np.zeros(logs.shape[1])
        none = np.zeros(logs.shape[1], np.bool_)
        return cls(
            logs.copy(), logs.copy(), zero, zero - 1.0, zero + step, zero.copy(), most_sweeps, ~none, none
        )

    def guess(self, aim: Floats) -> Floats:
        """ln σ at `aim`, on the line through the last two solutions."""
        slope = (aim - self.t) / (self.t - self.t_before)
        return self.here + slope * (self.here - self.before)

    def advance(self, aim: Floats, scratch: Scratch, rule: RationalitySteps) -> None:
        """Keep what the lanes that converged have found, and shorten the steps of the others."""
        ended, logs = scratch.ended, scratch.logs[: len(self.here)]
        good = self.active & (ended > 0)
        self.sweeps += np.where(self.active, np.where(good, ended, rule.corrector.sweeps), 0)
        self.before = np.where(good, self.here, self.before)
        self.here = np.where(good, logs, self.here)
        self.t_before = np.where(good, self.t, self.t_before)
        self.t = np.where(good, aim, self.t)
        self.step = np.where(good, self.step * rule.growth, self.step / 2)
        self.lost = self.lost | (self.active & (ended < 0))
        going = (self.step >= rule.least) & (self.sweeps < self.most_sweeps) & ~self.lost
        self.active = self.active & (self.t < 1.0) & going
