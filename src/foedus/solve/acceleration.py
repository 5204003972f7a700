"""Accelerated sweeps from uniform play: the usual method where something is hidden.

A sweep carries reach forwards and answers backwards, each information set at once with what those after it
have just answered, so only beliefs remain to be iterated. Anderson (1965) acceleration works on ln σ. Where
the acceleration is caught at a place that is nearly, but not quite, a fixed point, a stretch of small plain
steps carries it past: bursts of the one alternate with stretches of the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.solve.block import Floats, Indices, Numbers, Scratch, memory_for
from foedus.solve.equilibrium import Method
from foedus.solve.kernels import compiled
from foedus.solve.layout import Layout
from foedus.solve.mixing import Settings
from foedus.solve.problem import Answers, PerThread, Problem

SLACK = 0.01  # what the sweeps aim at is so much smaller than the residual that the certificate demands


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
        """Answer the problem in the worlds named, in logarithms where linear reach is known to be lost."""
        lost = answers.logarithmic[worlds]
        for chosen in (worlds[~lost], worlds[lost]):
            self._all(problem, answers, chosen)

    def settings(self, problem: Problem, logarithmic: bool) -> Settings:
        aim = SLACK * problem.tolerance
        return Settings(logarithmic, self.sweeps, aim, self.rest, self.calm, self.burst, self.damping)

    def _all(self, problem: Problem, answers: Answers, worlds: Indices) -> None:
        scratches = PerThread(problem.scratch)
        memories = PerThread(lambda: memory_for(problem.layout, self.depth))

        def work(block: Indices) -> None:
            scratch, memory, numbers = scratches.get(), memories.get(), problem.numbers(block)
            start(problem.layout, numbers, scratch)
            settings = self.settings(problem, bool(answers.logarithmic[block[0]]))
            compiled().iterate(problem.layout, numbers, scratch, memory, settings)
            ended = scratch.ended[: len(block)].copy()
            answers.take(problem, numbers, scratch, block, self.method)
            _record(answers, block, ended, self.sweeps)

        problem.over_blocks(worlds, work)


def start(layout: Layout, numbers: Numbers, scratch: Scratch) -> None:
    """Uniform play, by weight."""
    scratch.logs[: len(layout.weight)] = numbers.log_weights[layout.weight]


def _record(answers: Answers, block: Indices, ended: Floats, sweeps: int) -> None:
    answers.logarithmic[block] |= ended < 0
    answers.sweeps[block] += np.where(ended > 0, ended, sweeps).astype(np.int32)
