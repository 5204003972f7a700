"""Anderson acceleration of the iteration on log-odds, each lane with a least-squares problem of its own.

Method: Anderson (1965), in the difference form of Walker and Ni (2011). The residuals that enter the least
squares are cut off, since a penalty of 10^6 would otherwise be all that the fit sees; the mixing itself works
on the uncut log-odds. Lanes begin at different times, so each has its own age; what the memory held before a
lane began is masked, and the newest difference comes first, wherever it stands.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from foedus.solve.block import Floats

from . import passes
from .arithmetic import part
from .lanes import WIDTH, entry, fma, less, load, magnitude, maximum, minimum, spread, store

FAR = 40.0
CUT = 8.0
SPANNED = 1e-10
LOOSE = 5.0
SHRINKING = 0.8
SHORTEST = 0.02


class Rhythm(NamedTuple):
    """Stretches of `rest` plain sweeps, whose steps are `calm` long and shorter in each later stretch,
    alternate with bursts of `burst` accelerated ones, damped by `damping` in [0, 1), which know `depth`
    differences."""

    depth: float = 5
    rest: float = 0
    calm: float = 1.0
    burst: float = 60
    damping: float = 0.0


DEPTH, REST, CALM, BURST, DAMPING = range(5)


class Settings(NamedTuple):
    """How to iterate: the way to find reach (see `reach`), the most sweeps, the tolerance, and the rhythms.

    rhythms (rhythm, field): those of `Rhythm`. If there are several, as many jobs that follow one another are
    rivals, each with a rhythm of its own, and what one of them needs is the most that is left to the others.
    """

    reach: int
    sweeps: int
    tolerance: float
    rhythms: Floats


@part
def bounded(x: Any, most: float) -> Any:
    """x, but within ± most; NaN becomes a number."""
    return maximum(less(x, spread(most), x, spread(most)), spread(0.0 - most))


@part
def remember(layout: Any, scratch: Any, memory: Any, slot: int) -> None:
    """Take a sweep into the memory: its residual (row, lane), and the differences from the last one into
    `slot`; and into `change` and `drift` (lane) the largest difference of σ, NaN where any is, and of
    log-odds."""
    change, drift, poison, rows = spread(0.0), spread(0.0), spread(0.0), memory.residual.shape[0]
    for r in range(rows):
        o, place = entry(layout.row_option, r), slot * rows + r
        moved = magnitude(load(scratch.next_sigma, o) - load(scratch.sigma, o))
        change = maximum(moved, change)
        poison += moved * 0.0
        answer = load(scratch.next_odds, r)
        gap = bounded(answer, FAR) - bounded(load(scratch.odds, r), FAR)  # next to nothing is as good as none
        drift = maximum(magnitude(gap), drift)
        step = bounded(gap, CUT)
        store(memory.residual_steps, place, step - load(memory.residual, r))
        store(memory.answer_steps, place, answer - load(memory.answer, r))
        store(memory.residual, r, step)
        store(memory.answer, r, answer)
    store(scratch.change, 0, change + poison)
    store(scratch.drift, 0, drift)


@part
def before(slot: int, k: int, depth: int) -> int:
    """The slot of k sweeps before. Division by a number that is no constant takes long."""
    return slot - k if k <= slot else slot - k + depth


@part
def project(memory: Any, slot: int, used: int) -> None:
    """Inner products of the new difference with those in use, and of all those with the residual."""
    depth = memory.target.shape[0]
    for k in range(0, used - 1, 2):
        project_two(memory, slot, before(slot, k, depth), before(slot, k + 1, depth))
    if used & 1:
        project_one(memory, slot, before(slot, used - 1, depth))


@part
def project_one(memory: Any, slot: int, i: int) -> None:
    """The inner products of difference i."""
    rows, product, target = memory.residual.shape[0], spread(0.0), spread(0.0)
    for r in range(rows):
        step = load(memory.residual_steps, i * rows + r)
        product = fma(step, load(memory.residual_steps, slot * rows + r), product)
        target = fma(step, load(memory.residual, r), target)
    keep_products(memory, slot, i, product, target)


@part
def project_two(memory: Any, slot: int, i: int, j: int) -> None:
    """The inner products of two differences: the processor need not wait for the end of one sum's addition
    before it begins with the other's."""
    rows, product, target = memory.residual.shape[0], spread(0.0), spread(0.0)
    other_product, other_target = spread(0.0), spread(0.0)
    for r in range(rows):
        step, other = load(memory.residual_steps, i * rows + r), load(memory.residual_steps, j * rows + r)
        new, residual = load(memory.residual_steps, slot * rows + r), load(memory.residual, r)
        product, target = fma(step, new, product), fma(step, residual, target)
        other_product, other_target = fma(other, new, other_product), fma(other, residual, other_target)
    keep_products(memory, slot, i, product, target)
    keep_products(memory, slot, j, other_product, other_target)


@part
def keep_products(memory: Any, slot: int, i: int, product: Any, target: Any) -> None:
    """Write the inner products of difference i with the new one and with the residual."""
    depth = memory.target.shape[0]
    store(memory.products, i * depth + slot, product)
    store(memory.products, slot * depth + i, product)
    store(memory.target, i, target)


@part
def fit(memory: Any, slot: int, used: int) -> None:
    """Least squares on the normal equations, factorised as L D Lᵀ, into `share` (difference, lane).

    Columns come newest first; one that lies in the span of those before it, or is older than the lane, is
    left out.
    """
    depth = memory.target.shape[0]
    for i in range(used):
        a = before(slot, i, depth)
        size, target = load(memory.products, a * depth + a), load(memory.target, a)
        own = size
        for j in range(i):
            total = load(memory.products, a * depth + before(slot, j, depth))
            for k in range(j):
                total -= load(memory.row, k) * load(memory.factor, j * depth + k)
            store(memory.row, j, total)
            factor = total * load(memory.inverse, j)
            store(memory.factor, i * depth + j, factor)
            own -= total * factor
            target -= factor * load(memory.half, j)
        inverse = less(size * SPANNED, own, 1.0 / own, 0.0)
        inverse = less(float(i), load(memory.known, 0), inverse, 0.0)
        store(memory.inverse, i, inverse)
        store(memory.half, i, less(0.0, inverse, target, 0.0))
    for i in range(used - 1, -1, -1):
        inverse = load(memory.inverse, i)
        total = load(memory.half, i) * inverse
        for k in range(i + 1, used):
            total -= load(memory.factor, k * depth + i) * load(memory.share, before(slot, k, depth))
        store(memory.share, before(slot, i, depth), less(0.0, inverse, total, 0.0))


@part
def mix(scratch: Any, memory: Any, slot: int, used: int) -> None:
    """The next log-odds of every lane, all steps being whole."""
    depth, rows = memory.target.shape[0], memory.residual.shape[0]
    for r in range(rows):
        total = load(memory.answer, r)
        for k in range(used):
            i = before(slot, k, depth)
            total -= load(memory.share, i) * load(memory.answer_steps, i * rows + r)
        store(scratch.odds, r, passes.at_least_never(total))


@part
def mix_damped(scratch: Any, memory: Any, slot: int, used: int) -> None:
    """The next log-odds of every lane."""
    depth, rows, damping = memory.target.shape[0], memory.residual.shape[0], load(memory.damping, 0)
    for r in range(rows):
        total = load(memory.answer, r) - damping * load(memory.residual, r)
        for k in range(used):
            i = before(slot, k, depth)
            step = load(memory.answer_steps, i * rows + r)
            step -= damping * load(memory.residual_steps, i * rows + r)
            total -= load(memory.share, i) * step
        store(scratch.odds, r, passes.at_least_never(total))


@part
def steady(settings: Any) -> bool:
    """Whether all sweeps of every lane are accelerated, in one burst."""
    rhythms = settings.rhythms
    one: bool = rhythms.shape[0] == 1 and rhythms[0, REST] == 0 and settings.sweeps <= rhythms[0, BURST]
    return one


@part
def pace(memory: Any, made: int, settings: Any) -> int:
    """Into `known` and `damping` (lane) what each lane's age asks for; returns the most that may be known.

    A lane's age is how many sweeps it has made before this one; then it counts this one too. `made`: how many
    were made in all.
    """
    depth: int = memory.target.shape[0]
    age, rhythms = load(memory.age, 0), settings.rhythms
    store(memory.age, 0, age + 1.0)
    if steady(settings):
        store(memory.known, 0, minimum(age, float(depth)))
        store(memory.damping, 0, spread(rhythms[0, DAMPING]))
        return min(made, depth)
    most = 0
    for lane in range(WIDTH):
        own = memory.job[lane] % rhythms.shape[0]
        rest, length = int(rhythms[own, REST]), int(rhythms[own, REST] + rhythms[own, BURST])
        before = int(memory.age[lane]) - 1
        turn = before // length if before >= length else 0
        since = before - turn * length - rest
        if since < 0:
            step = max(rhythms[own, CALM] * SHRINKING**turn, SHORTEST)
            memory.known[lane], memory.damping[lane] = 0.0, 1.0 - step
        else:
            known = min(since, int(rhythms[own, DEPTH]))
            most = max(most, known)
            memory.known[lane], memory.damping[lane] = known, rhythms[own, DAMPING]
    return most


@part
def accelerate(scratch: Any, memory: Any, slot: int, made: int, settings: Any) -> None:
    """Mix the next log-odds, this sweep being remembered in `slot`; `made` sweeps came before it."""
    used = pace(memory, made, settings)
    if used > 0:
        project(memory, slot, used)
        fit(memory, slot, used)
    if steady(settings) and settings.rhythms[0, DAMPING] == 0.0:
        mix(scratch, memory, slot, used)
    else:
        mix_damped(scratch, memory, slot, used)


@part
def forget(memory: Any, lane: int) -> None:
    """Empty what a lane remembers, which may not be numbers."""
    for r in range(memory.residual.shape[0]):
        memory.residual[r, lane] = 0.0
        memory.answer[r, lane] = 0.0
        for k in range(memory.target.shape[0]):
            memory.residual_steps[k, r, lane] = 0.0
            memory.answer_steps[k, r, lane] = 0.0
