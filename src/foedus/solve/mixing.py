"""Anderson acceleration of the iteration on ln σ, each lane with a least-squares problem of its own.

Method: Anderson (1965), in the difference form of Walker and Ni (2011). The residuals that enter the least
squares are cut off, since a penalty of 10^6 would otherwise be all that the fit sees; the mixing itself works
on the uncut logarithms.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from foedus.solve import passes
from foedus.solve.arithmetic import part
from foedus.solve.lanes import WIDTH, fma, less, load, magnitude, maximum, root, spread, store
from foedus.solve.sweeps import FLOOR, backward, reach_all

CUT = 8.0
SPANNED = 1e-10
LOOSE = 5.0
SHRINKING = 0.8
SHORTEST = 0.02


class Settings(NamedTuple):
    """How to iterate: reach in logarithms or not, the most sweeps, the tolerance, and the rhythm.

    Stretches of `rest` plain sweeps, whose steps are `calm` long and shorter in each later stretch, alternate
    with bursts of `burst` accelerated ones, damped by `damping` in [0, 1).
    """

    logarithmic: bool
    sweeps: int
    tolerance: float
    rest: int
    calm: float
    burst: int
    damping: float


@part
def cut_step(scratch: Any, o: int) -> Any:
    """How far the answer is from ln σ of option o, both cut off below."""
    floor = spread(FLOOR)
    return maximum(load(scratch.next_logs, o), floor) - maximum(load(scratch.logs, o), floor)


@part
def compare(layout: Any, scratch: Any) -> None:
    """Into `change` and `drift` (lane): the largest difference of σ, NaN where any is, and of ln σ, cut."""
    change, drift, poison = spread(0.0), spread(0.0), spread(0.0)
    for o in range(layout.weight.shape[0]):
        step = magnitude(load(scratch.next_sigma, o) - load(scratch.sigma, o))
        change = maximum(step, change)
        poison += step * 0.0
        drift = maximum(magnitude(cut_step(scratch, o)), drift)
    store(scratch.change, 0, change + poison)
    store(scratch.drift, 0, drift)


@part
def remember(scratch: Any, memory: Any, slot: int) -> None:
    """Residual (option, lane) of this sweep, and the differences from the last one into `slot`."""
    options = memory.residual.shape[0]
    for o in range(options):
        answer, row = load(scratch.next_logs, o), slot * options + o
        step = cut_step(scratch, o)
        step = maximum(less(step, spread(CUT), step, spread(CUT)), spread(-CUT))
        store(memory.residual_steps, row, step - load(memory.residual, o))
        store(memory.answer_steps, row, answer - load(memory.answer, o))
        store(memory.residual, o, step)
        store(memory.answer, o, answer)


@part
def project(memory: Any, slot: int, used: int) -> None:
    """Inner products of the new difference with those in use, and of all those with the residual."""
    depth, options = memory.target.shape[0], memory.residual.shape[0]
    for i in range(used):
        product, target = spread(0.0), spread(0.0)
        for o in range(options):
            step = load(memory.residual_steps, i * options + o)
            product = fma(step, load(memory.residual_steps, slot * options + o), product)
            target = fma(step, load(memory.residual, o), target)
        store(memory.products, i * depth + slot, product)
        store(memory.products, slot * depth + i, product)
        store(memory.target, i, target)


@part
def fit(memory: Any, slot: int, used: int) -> None:
    """Least squares by Cholesky's method on the normal equations, into `share` (difference, lane).

    Columns come newest first; one that lies in the span of those before it is left out.
    """
    depth = memory.target.shape[0]
    for i in range(used):
        a = (slot - i) % used
        for j in range(i):
            total = load(memory.products, a * depth + (slot - j) % used)
            for k in range(j):
                total -= load(memory.factor, i * depth + k) * load(memory.factor, j * depth + k)
            store(memory.factor, i * depth + j, total * load(memory.inverse, j))
        size = load(memory.products, a * depth + a)
        total, target = size, load(memory.target, a)
        for k in range(i):
            entry = load(memory.factor, i * depth + k)
            total -= entry * entry
            target -= entry * load(memory.half, k)
        inverse = less(size * SPANNED, total, 1.0 / root(total), spread(0.0))
        store(memory.inverse, i, inverse)
        store(memory.half, i, target * inverse)
    for i in range(used - 1, -1, -1):
        total = load(memory.half, i)
        for k in range(i + 1, used):
            total -= load(memory.factor, k * depth + i) * load(memory.share, (slot - k) % used)
        store(memory.share, (slot - i) % used, total * load(memory.inverse, i))


@part
def mix(layout: Any, scratch: Any, memory: Any, used: int, damping: float) -> None:
    """The next ln σ, and its σ, of the lanes still at work."""
    options, frozen = memory.residual.shape[0], load(scratch.frozen, 0)
    for h in range(layout.mover.shape[0]):
        first, last = layout.first_option[h], layout.first_option[h + 1]
        for o in range(first, last):
            total = load(memory.answer, o)
            if damping > 0.0:
                total -= damping * load(memory.residual, o)
            for i in range(used):
                step = load(memory.answer_steps, i * options + o)
                if damping > 0.0:
                    step -= damping * load(memory.residual_steps, i * options + o)
                total -= load(memory.share, i) * step
            mixed = passes.at_least_never(total)
            store(scratch.next_logs, o, less(spread(0.0), frozen, load(scratch.logs, o), mixed))
        passes.softmax(first, last, scratch.next_logs, scratch.next_sigma)
        for o in range(first, last):
            kept, share = load(scratch.logs, o), load(scratch.sigma, o)
            store(scratch.logs, o, less(spread(0.0), frozen, kept, load(scratch.next_logs, o)))
            store(scratch.sigma, o, less(spread(0.0), frozen, share, load(scratch.next_sigma, o)))


@part
def accelerate(layout: Any, scratch: Any, memory: Any, sweep: int, settings: Any) -> None:
    """Take this sweep into the memory and mix the next ln σ."""
    depth, round_length = memory.target.shape[0], settings.rest + settings.burst
    since = sweep % round_length - settings.rest
    slot = (since - 1) % depth
    remember(scratch, memory, slot)
    if since < 0:
        length = max(settings.calm * SHRINKING ** (sweep // round_length), SHORTEST)
        mix(layout, scratch, memory, 0, 1.0 - length)
        return
    used = min(since, depth)
    if used > 0:
        project(memory, slot, used)
        fit(memory, slot, used)
    mix(layout, scratch, memory, used, settings.damping)


@part
def end_lanes(layout: Any, scratch: Any, tolerance: float, sweep: int) -> int:
    """Freeze the lanes that have converged, or whose reach is lost; returns how many are still at work."""
    compare(layout, scratch)
    working = 0
    for lane in range(WIDTH):
        if scratch.frozen[lane] > 0.0:
            continue
        if scratch.lost[lane] > 0.0:
            scratch.ended[lane] = -1.0
            scratch.frozen[lane] = 1.0
        elif scratch.change[lane] <= tolerance and scratch.drift[lane] <= LOOSE * tolerance:
            scratch.ended[lane] = sweep
            scratch.frozen[lane] = 1.0
            for o in range(layout.weight.shape[0]):
                scratch.logs[o, lane] = scratch.next_logs[o, lane]
                scratch.sigma[o, lane] = scratch.next_sigma[o, lane]
        else:
            working += 1
    return working


@part
def begin(layout: Any, numbers: Any, scratch: Any, memory: Any, settings: Any) -> None:
    passes.prepare(layout, numbers, scratch)
    if settings.logarithmic:
        passes.smallness(layout, numbers, scratch)
    passes.softmax_all(layout, scratch.logs, scratch.sigma)
    store(scratch.frozen, 0, spread(0.0))
    store(scratch.ended, 0, spread(0.0))
    for o in range(layout.weight.shape[0]):
        store(memory.residual, o, spread(0.0))
        store(memory.answer, o, spread(0.0))


def iterate(layout: Any, numbers: Any, scratch: Any, memory: Any, settings: Any) -> None:
    """Accelerated sweeps from `scratch.logs` until every lane has ended, or the sweeps are used up.

    `scratch.ended` (lane): the sweep that ended a lane, 0 if none did, −1 where reach was lost to underflow.
    `logs` and `sigma` of a lane that converged are its last answer, of another the next that was to be tried.
    """
    begin(layout, numbers, scratch, memory, settings)
    for sweep in range(settings.sweeps):
        reach_all(layout, scratch, settings.logarithmic)
        store(scratch.lost, 0, backward(layout, numbers, scratch))
        if end_lanes(layout, scratch, settings.tolerance, sweep + 1) == 0:
            return
        accelerate(layout, scratch, memory, sweep, settings)
