"""Rationality raised in steps, a path for each job: where its next step aims, and what came of the last.

The rule is told in `continuation`. A lane stays with its job from step to step, so that no path waits for
another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from foedus.solve.block import Floats

from .arithmetic import part


class Path(NamedTuple):
    """How far each job has come, of which all λ_i = t · λ̂_i: `here` and `before` are log-odds (job, row) at
    `t` and `t_before` (job).

    step (job): how far to go next. sweeps (job): all so far. nearly: the tolerance on the way. growth, least,
    most: of the steps, what they grow by after success, and the least; of the sweeps, the most. Without jobs
    there is no path, and λ is as it is.
    """

    here: Floats
    before: Floats
    t: Floats
    t_before: Floats
    step: Floats
    sweeps: Floats
    nearly: float
    growth: float
    least: float
    most: float


_TABLE, _ROW = np.zeros((0, 0)), np.zeros(0)
NO_PATH = Path(_TABLE, _TABLE, _ROW, _ROW, _ROW, _ROW, 0.0, 0.0, 0.0, 0.0)


@part
def under_way(path: Any) -> bool:
    """Whether there are paths."""
    there: bool = path.t.shape[0] > 0
    return there


@part
def begin_step(
    numbers: Any, odds: Any, memory: Any, jobs: Any, path: Any, tolerance: float, lane: int
) -> None:
    """Give a lane the λ of its job's next step, and log-odds on the line through the last two solutions."""
    job = memory.job[lane]
    aim = min(path.t[job] + path.step[job], 1.0)
    slope = (aim - path.t[job]) / (path.t[job] - path.t_before[job])
    for r in range(path.here.shape[1]):
        odds[r, lane] = path.here[job, r] + slope * (path.here[job, r] - path.before[job, r])
    actors = numbers.rationality.shape[0]
    for a in range(actors):
        numbers.rationality[a, lane] = jobs.numbers[jobs.numbers.shape[0] - actors + a, job] * aim
    memory.aim[lane] = aim
    memory.tolerance[lane] = tolerance if aim == 1.0 else path.nearly


@part
def end_step(memory: Any, jobs: Any, path: Any, most: int, lane: int) -> bool:
    """Keep what a step has found if it converged, and go on shorter if not; whether there is another step.

    `most`: the sweeps of a step that used up its own.
    """
    job = memory.job[lane]
    ended = jobs.ended[job]
    path.sweeps[job] += abs(ended) if ended != 0 else most
    if ended > 0:
        for r in range(path.here.shape[1]):
            path.before[job, r] = path.here[job, r]
            path.here[job, r] = jobs.odds[job, r]
        path.t_before[job], path.t[job] = path.t[job], memory.aim[lane]
    path.step[job] *= path.growth if ended > 0 else 0.5
    may: bool = path.step[job] >= path.least and path.sweeps[job] < path.most
    return ended >= 0 and path.t[job] < 1.0 and may
