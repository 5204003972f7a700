"""Reach: how likely play comes to each node, forwards through a game, for one block of worlds.

`reach` (node, lane) is what beliefs are shares of. It can be found in three ways. LINEAR: the products of
probabilities. ORDERED: where only impossible steps lead to an information set, its beliefs are the limits for
equal small probabilities; so each node has an order of smallness, the fewest impossible steps on a way to it,
only ways of that order count, an impossible step on them as one of probability 1, and only the nodes of the
least order in their set. LOGARITHMIC: the same in logarithms, and reach is relative to the likeliest node of
each set, for probabilities whose products are too small for a number.
"""

from __future__ import annotations

from typing import Any

from .arithmetic import exp, log, part
from .lanes import entry, fma, less, load, maximum, same, spread, store
from .passes import ABSENT, OUTSIDE, at_least_never
from .rearward import WAY_PART

LINEAR, ORDERED, LOGARITHMIC = range(3)
ENDLESS = 1e300


@part
def find_reach(layout: Any, numbers: Any, scratch: Any, way: int) -> None:
    """Reach of every node that is not an end under `sigma`, or `logs`, in one of the ways above.

    All but the linear way need the orders of smallness.
    """
    if way == LOGARITHMIC:
        forward_logarithmic(layout, scratch)
        rescale(layout, scratch)
    elif way == ORDERED:
        forward_ordered(layout, numbers, scratch)
        leave_least(layout, scratch)
    else:
        forward(layout, scratch.sigma, scratch.reach, False)


@part
def forward(layout: Any, sigma: Any, reach: Any, ends: bool) -> None:
    """Reach (node, lane) of every node, linear; of those where play ends only if asked for."""
    store(reach, 0, spread(1.0))
    for n in range(1, reach.shape[0]):
        if not ends and entry(layout.information_set, n) == -2:
            continue
        first, last = entry(layout.in_first, n), entry(layout.in_first, n + 1)
        total = load(reach, entry(layout.in_parent, first)) * load(sigma, entry(layout.in_share, first))
        for way in range(first + 1, last):
            above = load(reach, entry(layout.in_parent, way))
            total = fma(above, load(sigma, entry(layout.in_share, way)), total)
        store(reach, n, total)


@part
def forward_by_runs(runs: Any, sigma: Any, reach: Any) -> None:
    """Reach (node, lane), linear, of the nodes whose reach some belief depends on."""
    store(reach, 0, spread(1.0))
    for at in range(0, runs.way_parts.shape[0], WAY_PART):
        first, last = entry(runs.way_parts, at + 1), entry(runs.way_parts, at + 2)
        if entry(runs.way_parts, at) == 1:
            add_up(runs.ways, sigma, reach, first, last, 1)
        elif entry(runs.way_parts, at) == 2:
            add_up(runs.ways, sigma, reach, first, last, 2)
        else:
            add_up(runs.ways, sigma, reach, first, last, entry(runs.way_parts, at))


@part
def add_up(ways: Any, sigma: Any, reach: Any, first: int, last: int, count: int) -> None:
    """Reach of the nodes told of from place `first` to `last`, of so many ways into each."""
    for at in range(first, last, 1 + 2 * count):
        total = load(reach, entry(ways, at + 1)) * load(sigma, entry(ways, at + 2))
        for way in range(at + 3, at + 1 + 2 * count, 2):
            total = fma(load(reach, entry(ways, way)), load(sigma, entry(ways, way + 1)), total)
        store(reach, entry(ways, at), total)


@part
def possible(layout: Any, numbers: Any, share: int) -> Any:
    """ln of the weight of an option, or of a probability of chance (lane)."""
    options = layout.weight.shape[0]
    if share < options:
        return load(numbers.log_weights, entry(layout.weight, share))
    return load(numbers.log_probabilities, share - options)


@part
def smallness(layout: Any, numbers: Any, scratch: Any) -> None:
    """Order of smallness (node, lane): the least number of impossible steps on a way to each node."""
    store(scratch.order, 0, spread(0.0))
    for n in range(1, scratch.order.shape[0]):
        least = spread(ENDLESS)
        for way in range(entry(layout.in_first, n), entry(layout.in_first, n + 1)):
            step = less(possible(layout, numbers, entry(layout.in_share, way)), ABSENT, 1.0, spread(0.0))
            order = load(scratch.order, entry(layout.in_parent, way)) + step
            least = less(order, least, order, least)
        store(scratch.order, n, least)


@part
def forward_ordered(layout: Any, numbers: Any, scratch: Any) -> None:
    """Reach (node, lane) within each node's order of smallness."""
    store(scratch.reach, 0, spread(1.0))
    for n in range(1, scratch.reach.shape[0]):
        if entry(layout.information_set, n) == -2:
            continue
        order, total = load(scratch.order, n), spread(0.0)
        for way in range(entry(layout.in_first, n), entry(layout.in_first, n + 1)):
            share, parent = entry(layout.in_share, way), entry(layout.in_parent, way)
            absent = less(possible(layout, numbers, share), ABSENT, 1.0, spread(0.0))
            step = same(absent, 1.0, 1.0, load(scratch.sigma, share))
            step = same(load(scratch.order, parent) + absent, order, step, 0.0)
            total = fma(load(scratch.reach, parent), step, total)
        store(scratch.reach, n, total)


@part
def least_order(layout: Any, scratch: Any, h: int) -> Any:
    """The least order (lane) of the nodes of h."""
    least = load(scratch.order, entry(layout.first_node, h))
    for n in range(entry(layout.first_node, h) + 1, entry(layout.last_node, h)):
        order = load(scratch.order, n)
        least = less(order, least, order, least)
    return least


@part
def leave_least(layout: Any, scratch: Any) -> None:
    """Reach 0 for the nodes of each information set that are not of its least order."""
    for h in range(layout.mover.shape[0]):
        first, last = entry(layout.first_node, h), entry(layout.last_node, h)
        if last - first > 1:
            least = least_order(layout, scratch, h)
            for n in range(first, last):
                reached = same(load(scratch.order, n), least, load(scratch.reach, n), 0.0)
                store(scratch.reach, n, reached)


@part
def way_into(layout: Any, scratch: Any, n: int, way: int) -> Any:
    """ln(reach of the parent · chance) of a way into node n, if it is of the node's own order."""
    step = load(scratch.logs, entry(layout.in_share, way))
    absent = less(step, spread(ABSENT), spread(1.0), spread(0.0))
    parent = entry(layout.in_parent, way)
    term = load(scratch.log_reach, parent) + step * (1.0 - absent)
    order = load(scratch.order, parent) + absent
    return same(order, load(scratch.order, n), term, spread(OUTSIDE))


@part
def forward_logarithmic(layout: Any, scratch: Any) -> None:
    """ln reach (node, lane) of every node, within its order of smallness."""
    store(scratch.log_reach, 0, spread(0.0))
    for n in range(1, scratch.log_reach.shape[0]):
        top, total = spread(OUTSIDE), spread(0.0)
        for way in range(entry(layout.in_first, n), entry(layout.in_first, n + 1)):
            top = maximum(way_into(layout, scratch, n, way), top)
        for way in range(entry(layout.in_first, n), entry(layout.in_first, n + 1)):
            total += exp(way_into(layout, scratch, n, way) - top)
        store(scratch.log_reach, n, at_least_never(top + log(total)))


@part
def rescale(layout: Any, scratch: Any) -> None:
    """Reach per information set relative to its likeliest node; other nodes are left alone."""
    for h in range(layout.mover.shape[0]):
        first, last = entry(layout.first_node, h), entry(layout.last_node, h)
        least, top = least_order(layout, scratch, h), spread(OUTSIDE)
        for n in range(first, last):
            reached = same(load(scratch.order, n), least, load(scratch.log_reach, n), spread(OUTSIDE))
            top = maximum(reached, top)
        for n in range(first, last):
            share = exp(load(scratch.log_reach, n) - top)
            store(scratch.reach, n, same(load(scratch.order, n), least, share, spread(0.0)))
