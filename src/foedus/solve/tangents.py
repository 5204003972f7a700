"""A sweep of a block together with its derivative in some direction: exact, and without a further exp.

`respond` makes the sweep in logarithms and leaves what its derivative needs; `push` then carries a direction
through it, any number of times. The direction is of ln σ and of λ; with the same world in every lane a block
carries WIDTH directions at once.
"""

from __future__ import annotations

from typing import Any

from foedus.solve import passes
from foedus.solve.arithmetic import exp, part
from foedus.solve.lanes import entry, fma, less, load, spread, store
from foedus.solve.reach import LOGARITHMIC, find_reach, smallness, way_into
from foedus.solve.schedule import MOST_BITS
from foedus.solve.sweeps import backward


@part
def way_shares(layout: Any, scratch: Any, tangent: Any) -> None:
    """Which share of its node's reach each way brings (way, lane)."""
    for n in range(1, scratch.log_reach.shape[0]):
        total = load(scratch.log_reach, n)
        for way in range(entry(layout.in_first, n), entry(layout.in_first, n + 1)):
            store(tangent.ways, way, exp(way_into(layout, scratch, n, way) - total))


def respond(layout: Any, numbers: Any, scratch: Any, tangent: Any) -> None:
    """One sweep from `scratch.odds`: `next_odds` and `next_sigma` answer the play that they stand for."""
    passes.prepare(layout, numbers, scratch)
    smallness(layout, numbers, scratch)
    passes.show_all(layout, scratch, True)
    find_reach(layout, numbers, scratch, LOGARITHMIC)
    way_shares(layout, scratch, tangent)
    store(scratch.lost, 0, backward(layout, numbers, scratch))


@part
def normalise(layout: Any, scratch: Any, tangent: Any) -> None:
    """Make of the direction one along which the shares of an information set still sum to 1."""
    for h in range(layout.mover.shape[0]):
        first, last = entry(layout.first_option, h), entry(layout.first_option, h + 1)
        mean = spread(0.0)
        for o in range(first, last):
            mean = fma(load(scratch.sigma, o), load(tangent.logs, o), mean)
        for o in range(first, last):
            step = load(tangent.logs, o) - mean
            absent = less(load(scratch.logs, o), spread(passes.ABSENT), spread(0.0), step)
            store(tangent.logs, o, absent)


@part
def push_reach(layout: Any, tangent: Any) -> None:
    """The change of ln reach (node, lane)."""
    store(tangent.reach, 0, spread(0.0))
    for n in range(1, tangent.reach.shape[0]):
        total = spread(0.0)
        for way in range(entry(layout.in_first, n), entry(layout.in_first, n + 1)):
            step = load(tangent.reach, entry(layout.in_parent, way)) + load(
                tangent.logs, entry(layout.in_share, way)
            )
            total = fma(load(tangent.ways, way), step, total)
        store(tangent.reach, n, total)


@part
def push_beliefs(first: int, last: int, scratch: Any, tangent: Any) -> None:
    """From the change of ln reach of nodes first … last − 1 that of their beliefs, in place."""
    mean = spread(0.0)
    for n in range(first, last):
        mean = fma(load(scratch.reach, n), load(tangent.reach, n), mean)
    for n in range(first, last):
        store(tangent.reach, n, load(scratch.reach, n) * (load(tangent.reach, n) - mean))


@part
def push_quality(layout: Any, numbers: Any, scratch: Any, tangent: Any, h: int) -> None:
    """What the mover of h expects of each option, into `scratch.quality`, and its change."""
    actors, actor = scratch.values.shape[1], entry(layout.mover, h)
    for k in range(entry(layout.first_option, h + 1) - entry(layout.first_option, h)):
        total, change = spread(0.0), spread(0.0)
        for n in range(entry(layout.first_node, h), entry(layout.last_node, h)):
            e = entry(layout.first_edge, n) + k
            below, belief = entry(layout.child, e) * actors + actor, load(scratch.reach, n)
            pay = load(numbers.payoffs, entry(layout.payment, e) * actors + actor)
            worth = pay + load(scratch.values, below)
            total = fma(belief, worth, total)
            change = fma(load(tangent.reach, n), worth, change)
            change = fma(belief, load(tangent.values, below), change)
        store(scratch.quality, k, total)
        store(tangent.quality, k, change)


@part
def push_answer(layout: Any, numbers: Any, scratch: Any, tangent: Any, h: int) -> None:
    """The change of the answer of h, into `tangent.next_logs`."""
    push_beliefs(entry(layout.first_node, h), entry(layout.last_node, h), scratch, tangent)
    push_quality(layout, numbers, scratch, tangent, h)
    first, last, actor = (
        entry(layout.first_option, h),
        entry(layout.first_option, h + 1),
        entry(layout.mover, h),
    )
    rationality, faster = load(numbers.rationality, actor), load(tangent.rationality, actor)
    base, mean = load(scratch.quality, 0), spread(0.0)
    for o in range(first, last):
        change = rationality * load(tangent.quality, o - first)
        change = fma(faster, load(scratch.quality, o - first) - base, change)
        store(tangent.next_logs, o, change)
        mean = fma(load(scratch.next_sigma, o), change, mean)
    for o in range(first, last):
        store(tangent.next_logs, o, load(tangent.next_logs, o) - mean)


@part
def push_value(layout: Any, numbers: Any, scratch: Any, tangent: Any, n: int) -> None:
    """The change of the values (actor, lane) of node n to those actors on whom an earlier choice turns."""
    actors, options, turns = scratch.values.shape[1], layout.weight.shape[0], tangent.turns[n]
    for a in range(actors):
        if (turns >> min(a, MOST_BITS)) & 1 == 0:
            continue
        total = spread(0.0)
        for e in range(entry(layout.first_edge, n), entry(layout.first_edge, n + 1)):
            below, share = entry(layout.child, e) * actors + a, entry(layout.share, e)
            step = load(tangent.values, below)
            if share < options:
                worth = load(scratch.values, below) + load(
                    numbers.payoffs, entry(layout.payment, e) * actors + a
                )
                step = fma(load(tangent.next_logs, share), worth, step)
            total = fma(load(scratch.next_sigma, share), step, total)
        store(tangent.values, n * actors + a, total)


def push(layout: Any, numbers: Any, scratch: Any, tangent: Any) -> None:
    """Carry `tangent.logs` and `tangent.rationality` through the sweep, into `tangent.next_logs`."""
    normalise(layout, scratch, tangent)
    push_reach(layout, tangent)
    n = layout.information_set.shape[0] - 1
    while n >= 0:
        h, first = entry(layout.information_set, n), n
        if h >= 0:
            first = entry(layout.first_node, h)
            push_answer(layout, numbers, scratch, tangent, h)
        if h != -2:
            for member in range(first, n + 1):
                push_value(layout, numbers, scratch, tangent, member)
        n = first - 1
