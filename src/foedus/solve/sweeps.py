"""One sweep of a block, and the certificate."""

from __future__ import annotations

from typing import Any

from . import passes
from .arithmetic import exp, part
from .lanes import entry, fma, less, load, magnitude, maximum, same, spread, store
from .passes import UNREACHED
from .reach import LINEAR, LOGARITHMIC, find_reach, forward, least_order, smallness

RESIDUAL, REGRET, WEIGHTED, TIES, LIMIT, LOST = range(6)
ROWS = 6


@part
def backward(layout: Any, numbers: Any, scratch: Any) -> Any:
    """Answers and values; each information set reckons with what those after it have just answered.

    Returns 1.0 (lane) where the reach of some information set of several nodes is too small to divide by.
    """
    lost = spread(0.0)
    n = layout.information_set.shape[0] - 1
    while n >= 0:
        h, first = entry(layout.information_set, n), n
        if h >= 0:
            first = entry(layout.first_node, h)
            total = passes.answer(layout, numbers, scratch, h)
            if n > first:
                lost = less(total, spread(UNREACHED), spread(1.0), lost)
        if h != -2:
            for member in range(first, n + 1):
                passes.value(layout, numbers.payoffs, member, scratch.next_sigma, scratch.values)
        n = first - 1
    return lost


@part
def gain(layout: Any, numbers: Any, scratch: Any, h: int) -> Any:
    """What the mover of h would gain by its best available option (lane), given its beliefs."""
    first = entry(layout.first_option, h)
    expected = spread(0.0)
    for o in range(first, entry(layout.first_option, h + 1)):
        expected = fma(load(scratch.sigma, o), load(scratch.quality, o - first), expected)
    return maximum(passes.best_available(layout, numbers, scratch, h) - expected, spread(0.0))


@part
def weight_of(layout: Any, scratch: Any, h: int, total: Any, logarithmic: bool) -> Any:
    """The probability that play comes to h (lane); 0 where only impossible steps lead there."""
    if not logarithmic:
        return total
    reached = spread(0.0)
    for n in range(entry(layout.first_node, h), entry(layout.last_node, h)):
        chance = exp(load(scratch.log_reach, n))
        reached += same(load(scratch.order, n), spread(0.0), chance, spread(0.0))
    return reached


@part
def in_the_limit(layout: Any, scratch: Any, h: int) -> Any:
    """1.0 (lane) where only impossible steps lead to h."""
    return less(spread(0.0), least_order(layout, scratch, h), spread(1.0), spread(0.0))


@part
def appraise(layout: Any, numbers: Any, scratch: Any, h: int, logarithmic: bool) -> None:
    """Take h into the certificate, in the rows of `scratch.report`; its `next_sigma` is left for later."""
    total = passes.answer_odds(layout, numbers, scratch, h)
    report, several = scratch.report, entry(layout.last_node, h) - entry(layout.first_node, h) > 1
    regret = gain(layout, numbers, scratch, h)
    weighted = regret * weight_of(layout, scratch, h, total, logarithmic)
    store(report, REGRET, maximum(regret, load(report, REGRET)))
    store(report, WEIGHTED, maximum(weighted, load(report, WEIGHTED)))
    if logarithmic:
        store(report, LIMIT, maximum(in_the_limit(layout, scratch, h), load(report, LIMIT)))
    elif several:
        small = less(total, spread(UNREACHED), spread(1.0), load(report, LOST))
        store(report, LOST, small)


@part
def distance(layout: Any, scratch: Any) -> Any:
    """max |next_sigma − sigma| over all options (lane), NaN where any is."""
    most, poison = spread(0.0), spread(0.0)
    for o in range(layout.weight.shape[0]):
        step = magnitude(load(scratch.next_sigma, o) - load(scratch.sigma, o))
        most = maximum(step, most)
        poison += step * 0.0
    return most + poison


@part
def appraise_backward(layout: Any, numbers: Any, scratch: Any, logarithmic: bool) -> None:
    """Values under `sigma`, and the certificate, information set after information set from the end."""
    n = layout.information_set.shape[0] - 1
    while n >= 0:
        h, first = entry(layout.information_set, n), n
        if h >= 0:
            first = entry(layout.first_node, h)
            appraise(layout, numbers, scratch, h, logarithmic)
        if h != -2:
            for member in range(first, n + 1):
                passes.value(layout, numbers.payoffs, member, scratch.sigma, scratch.values)
        n = first - 1


@part
def appraise_all(layout: Any, numbers: Any, scratch: Any, logarithmic: bool) -> None:
    """Reach and values under `sigma` (`logs`) as they stand, after `prepare`, and their certificate.

    `scratch.report` (row, lane): residual, regret, weighted regret, ties, limit beliefs, reach lost.
    """
    for row in range(ROWS):
        store(scratch.report, row, spread(0.0))
    if logarithmic:
        smallness(layout, numbers, scratch)
    find_reach(layout, numbers, scratch, LOGARITHMIC if logarithmic else LINEAR)
    appraise_backward(layout, numbers, scratch, logarithmic)
    passes.share_all(layout, scratch.next_odds, scratch.next_sigma)
    store(scratch.report, RESIDUAL, distance(layout, scratch))


def evaluate(layout: Any, numbers: Any, scratch: Any) -> None:
    """Reach and values of every node under `sigma`."""
    passes.prepare(layout, numbers, scratch)
    forward(layout, scratch.sigma, scratch.reach, True)
    for n in range(layout.information_set.shape[0] - 1, -1, -1):
        if entry(layout.information_set, n) != -2:
            passes.value(layout, numbers.payoffs, n, scratch.sigma, scratch.values)
