"""Worlds that queue for the lanes of one block: as soon as a lane's world has ended, the next one takes it.

A world's sweeps are its own, whatever the lanes beside it do, so its answer does not depend on when or where
its turn came.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.solve.block import Floats

from . import passes
from .arithmetic import part
from .lanes import WIDTH, entry, less, load, lowest, positive, same, spread, store, store_from
from .mixing import LOOSE, accelerate, forget, remember
from .paths import begin_step, end_step, under_way
from .reach import LINEAR, LOGARITHMIC, find_reach, forward_by_runs, smallness
from .rearward import backward_by_runs
from .sweeps import appraise_all

TIRED = 0
SPOILT = -1e9  # the age of a free lane whose memory may hold what is no number
ALL = (1 << WIDTH) - 1


class Jobs(NamedTuple):
    """What is to be solved, and how it ended.

    numbers (number, job): those of `Numbers`, one after another, with room for whole blocks of jobs. odds
    (job, row): where to start, and, in the end, the answer, or what was to be tried next. ended (job): the
    sweep that ended it, 0 if none did; negative where reach was lost to underflow.
    """

    numbers: Floats
    odds: Floats
    ended: NDArray[np.int64]


class Findings(NamedTuple):
    """Behaviour (option, …), values at the root (actor, …) and certificate (row of the report, …), each with
    one column for each job from column `first` on."""

    sigma: Floats
    values: Floats
    report: Floats
    first: int


@part
def fill(whole: Any, odds: Any, jobs: Any, lane: int, job: int) -> None:
    """Give a lane the numbers of a job, and the log-odds that it starts from."""
    for i in range(jobs.numbers.shape[0]):
        whole[i, lane] = jobs.numbers[i, job]
    start(odds, jobs, lane, job)


@part
def start(odds: Any, jobs: Any, lane: int, job: int) -> None:
    """Give a lane the log-odds that a job starts from."""
    for r in range(jobs.odds.shape[1]):
        odds[r, lane] = jobs.odds[job, r]


@part
def afresh(memory: Any, lane: int) -> None:
    """Let a lane begin without memories."""
    if memory.age[lane] < 0.0:
        forget(memory, lane)
    memory.age[lane] = 0.0


@part
def left_to(jobs: Any, job: int, settings: Any) -> int:
    """How many sweeps a job may take: no more than a rival has needed."""
    rivals: int = settings.rhythms.shape[0]
    most: int = settings.sweeps
    if rivals > 1:
        first = job - job % rivals
        for each in range(first, first + rivals):
            if jobs.ended[each] > 0:
                most = min(most, jobs.ended[each])
    return most


@part
def hurry(memory: Any, rivalry: int, rivals: int, sweep: int) -> None:
    """Leave the lanes whose jobs are rivals of one that has ended no more sweeps than it needed."""
    for lane in range(WIDTH):
        if memory.job[lane] // rivals == rivalry:
            memory.most[lane] = min(memory.most[lane], float(sweep))


@part
def refill(
    numbers: Any,
    odds: Any,
    memory: Any,
    jobs: Any,
    path: Any,
    settings: Any,
    waiting: int,
    busy: int,
    stepping: int,
) -> tuple[int, int]:
    """Give every free lane a job as long as there are any, or, if it is `stepping`, its own job's next step.

    Returns the next job that waits, and who works.
    """
    free, idle = ALL ^ busy, 0
    while free != 0:
        lane, rest = lowest(free), free & (free - 1)
        bit, free = free ^ rest, rest
        if stepping & bit == 0:
            if waiting == jobs.ended.shape[0]:
                idle |= bit
                continue
            fill(numbers.whole, odds, jobs, lane, waiting)
            memory.job[lane] = waiting
            memory.most[lane] = left_to(jobs, waiting, settings)
            waiting += 1
        afresh(memory, lane)
        if under_way(path):
            begin_step(numbers, odds, memory, jobs, path, settings.tolerance, lane)
    return waiting, ALL ^ idle


@part
def end_steps(memory: Any, jobs: Any, path: Any, most: int, released: int) -> int:
    """Keep what the steps of lanes just released have found; returns the lanes whose jobs have another."""
    stepping, left = 0, released
    while left != 0:
        rest = left & (left - 1)
        if end_step(memory, jobs, path, most, lowest(left)):
            stepping |= left ^ rest
        left = rest
    return stepping


@part
def release(scratch: Any, memory: Any, jobs: Any, lane: int, ended: int) -> None:
    """Keep a lane's answer, or, where its sweeps are used up, what it would have tried next."""
    job, iterated = memory.job[lane], memory.residual.shape[0]
    for r in range(jobs.odds.shape[1]):
        jobs.odds[job, r] = scratch.next_odds[r, lane]
        if r < iterated and ended == TIRED:
            jobs.odds[job, r] = scratch.odds[r, lane]
    jobs.ended[job] = ended
    if ended <= TIRED:
        memory.age[lane] = SPOILT


@part
def release_ended(scratch: Any, memory: Any, jobs: Any, rivals: int, busy: int) -> int:
    """Release the lanes that have converged, or whose reach is lost; returns those still at work."""
    change, drift, lost = load(scratch.change, 0), load(scratch.drift, 0), load(scratch.lost, 0)
    tolerance = load(memory.tolerance, 0)
    near = less(tolerance, change, 0.0, less(LOOSE * tolerance, drift, 0.0, same(change, change, 1.0, 0.0)))
    ended: int = positive(near + lost) & busy
    left = ended
    while left != 0:
        lane = lowest(left)
        sweep = int(memory.age[lane]) + 1
        lost = scratch.lost[lane] > 0.0
        release(scratch, memory, jobs, lane, -sweep if lost else sweep)
        if rivals > 1 and not lost:
            hurry(memory, memory.job[lane] // rivals, rivals, sweep)
        left &= left - 1
    return busy ^ ended


@part
def release_tired(scratch: Any, memory: Any, jobs: Any, busy: int) -> int:
    """Release the lanes that have used up their sweeps; returns those still at work."""
    tired: int = positive(load(memory.age, 0) - (load(memory.most, 0) - 0.5)) & busy
    left = tired
    while left != 0:
        release(scratch, memory, jobs, lowest(left), TIRED)
        left &= left - 1
    return busy ^ tired


def iterate(
    layout: Any, runs: Any, numbers: Any, scratch: Any, memory: Any, jobs: Any, path: Any, settings: Any
) -> None:
    """Accelerated sweeps for all jobs, each until it has ended or its sweeps are used up; along `path`, if
    there is one, in each of its steps.

    Which lanes are at work is kept as the bits of a whole number.
    """
    depth, count = memory.target.shape[0], jobs.ended.shape[0]
    odds = scratch.odds
    zero: Any = np.int64(0)  # what takes a literal is compiled for the literal too
    waiting = busy = stepping = slot = made = zero
    store(memory.tolerance, 0, spread(settings.tolerance))
    while True:
        before = waiting
        if busy != ALL and (waiting < count or stepping != 0):
            waiting, busy = refill(numbers, odds, memory, jobs, path, settings, waiting, busy, stepping)
        if busy == 0:
            return
        if waiting > before:
            passes.prepare_chance(layout, numbers, scratch)
            if settings.reach != LINEAR:
                smallness(layout, numbers, scratch)
        passes.show_asked(layout, scratch, settings.reach == LOGARITHMIC)
        if settings.reach == LINEAR:
            forward_by_runs(runs, scratch.sigma, scratch.reach)
        else:
            find_reach(layout, numbers, scratch, settings.reach)
        store(scratch.lost, 0, backward_by_runs(layout, runs, numbers, scratch))
        remember(layout, scratch, memory, slot)
        working = busy
        busy = release_ended(scratch, memory, jobs, settings.rhythms.shape[0], busy)
        if busy != 0:
            accelerate(scratch, memory, slot, made, settings)
            busy = release_tired(scratch, memory, jobs, busy)
        if under_way(path):
            stepping = end_steps(memory, jobs, path, settings.sweeps, working ^ busy)
        slot, made = (slot + 1) % depth, made + 1


@part
def fill_all(whole: Any, odds: Any, jobs: Any, first: int) -> None:
    """Give the lanes the jobs from `first` on; where there is none, the last once more."""
    blocks, last = jobs.numbers.shape[1] // WIDTH, jobs.ended.shape[0] - 1
    for i in range(jobs.numbers.shape[0]):
        store(whole, i, load(jobs.numbers, i * blocks + first // WIDTH))
    for lane in range(WIDTH):
        start(odds, jobs, lane, min(first + lane, last))


@part
def copy_rows(source: Any, target: Any, first: int, count: int) -> None:
    """Write the leading rows (row, lane) to columns of the target from `first` on, `count` at most."""
    rows, columns = target.shape
    for row in range(rows):
        if count >= WIDTH:
            store_from(target, row * columns + first, load(source, row))
        else:
            for lane in range(count):
                target[row, first + lane] = entry(source, row * WIDTH + lane)


def conclude(layout: Any, numbers: Any, scratch: Any, jobs: Any, findings: Any, logarithmic: bool) -> None:
    """Certify the answer of every job, a block at a time."""
    count = jobs.ended.shape[0]
    for job in range(0, count, WIDTH):
        fill_all(numbers.whole, scratch.odds, jobs, job)
        passes.prepare(layout, numbers, scratch)
        passes.show_all(layout, scratch, logarithmic)
        appraise_all(layout, numbers, scratch, logarithmic)
        first, left = findings.first + job, count - job
        copy_rows(scratch.sigma, findings.sigma, first, left)
        copy_rows(scratch.values, findings.values, first, left)
        copy_rows(scratch.report, findings.report, first, left)
