"""Values and answers backwards through a game, for one block of worlds. Reach goes forwards: see `reach`.

Arrays end in the lane (a world of the block). `sigma` and `logs` (share, lane) hold σ and ln σ of the
options, followed by the probabilities of chance.
"""

from __future__ import annotations

from typing import Any

from .arithmetic import exp, log, logistic, part
from .lanes import entry, fma, halves, join, less, load, maximum, spread, store

NEVER = -1e300  # ln 0, kept finite so that differences of two stay numbers
ABSENT = -1e299  # below it, ln of a weight or probability stands for ln 0
OUTSIDE = -3e300  # ln of what does not take part at all
UNREACHED = 1e-250  # reach of an information set below which nothing is divided by it


@part
def prepare(layout: Any, numbers: Any, scratch: Any) -> None:
    """Write what no sweep changes: the values of terminal nodes, and the probabilities of chance."""
    prepare_chance(layout, numbers, scratch)
    actors = scratch.values.shape[1]
    for n in range(layout.information_set.shape[0]):
        if entry(layout.information_set, n) == -2:
            for a in range(actors):
                pay = load(numbers.payoffs, entry(layout.payoff, n) * actors + a)
                store(scratch.values, n * actors + a, pay)


@part
def prepare_chance(layout: Any, numbers: Any, scratch: Any) -> None:
    """Write the probabilities of chance."""
    options = layout.weight.shape[0]
    for row in range(numbers.probabilities.shape[0]):
        chance, logarithm = load(numbers.probabilities, row), load(numbers.log_probabilities, row)
        store(scratch.sigma, options + row, chance)
        store(scratch.next_sigma, options + row, chance)
        store(scratch.logs, options + row, logarithm)


@part
def at_least_never(x: Any) -> Any:
    """x, but no less than NEVER; NaN stays NaN, which `maximum` would drop."""
    return less(x, spread(NEVER), spread(NEVER), x)


@part
def share_out(layout: Any, h: int, odds: Any, sigma: Any) -> None:
    """σ of the options of h from their log-odds."""
    first, last = entry(layout.first_option, h), entry(layout.first_option, h + 1)
    base, row = entry(layout.base, h), entry(layout.first_row, h)
    if last - first == 2:
        option, rest = logistic(load(odds, row))
        store(sigma, entry(layout.row_option, row), option)
        store(sigma, base, rest)
        return
    top = spread(0.0)
    for r in range(row, row + last - first - 1):
        top = maximum(load(odds, r), top)
    total = exp(0.0 - top)
    store(sigma, base, total)
    for r in range(row, row + last - first - 1):
        share = exp(load(odds, r) - top)
        store(sigma, entry(layout.row_option, r), share)
        total += share
    scale = 1.0 / total
    for o in range(first, last):
        store(sigma, o, load(sigma, o) * scale)


@part
def two(layout: Any, h: int) -> Any:
    """Whether h is a set of two options."""
    return entry(layout.first_option, h + 1) - entry(layout.first_option, h) == 2


@part
def share_pair(layout: Any, g: int, h: int, odds: Any, sigma: Any) -> None:
    """σ of two sets of two options, at once."""
    first, second = entry(layout.first_row, g), entry(layout.first_row, h)
    options, rests = logistic(join(load(odds, first), load(odds, second)))
    option, rest = halves(options), halves(rests)
    store(sigma, entry(layout.row_option, first), option[0])
    store(sigma, entry(layout.base, g), rest[0])
    store(sigma, entry(layout.row_option, second), option[1])
    store(sigma, entry(layout.base, h), rest[1])


@part
def log_shares(layout: Any, h: int, odds: Any, logs: Any) -> None:
    """ln σ of the options of h from their log-odds."""
    row, top = entry(layout.first_row, h), spread(0.0)
    end = row + entry(layout.first_option, h + 1) - entry(layout.first_option, h) - 1
    for r in range(row, end):
        top = maximum(load(odds, r), top)
    total = exp(0.0 - top)
    for r in range(row, end):
        total += exp(load(odds, r) - top)
    shift = top + log(total)
    store(logs, entry(layout.base, h), at_least_never(0.0 - shift))
    for r in range(row, end):
        store(logs, entry(layout.row_option, r), at_least_never(load(odds, r) - shift))


@part
def show_asked(layout: Any, scratch: Any, logarithmic: bool) -> None:
    """σ from `odds`, and ln σ too where reach goes by logarithms, of all sets that beliefs may depend on."""
    single = -1
    for k in range(layout.asked.shape[0]):
        h = entry(layout.asked, k)
        if logarithmic:
            log_shares(layout, h, scratch.odds, scratch.logs)
        single = share_beside(layout, h, single, scratch.odds, scratch.sigma)
    if single >= 0:
        share_out(layout, single, scratch.odds, scratch.sigma)


@part
def show_all(layout: Any, scratch: Any, logarithmic: bool) -> None:
    """The same for all sets."""
    if logarithmic:
        for h in range(layout.mover.shape[0]):
            log_shares(layout, h, scratch.odds, scratch.logs)
    share_all(layout, scratch.odds, scratch.sigma)


@part
def share_all(layout: Any, odds: Any, sigma: Any) -> None:
    """σ of the options of all sets from their log-odds, two sets at a time where they have two options."""
    single = -1
    for h in range(layout.mover.shape[0]):
        single = share_beside(layout, h, single, odds, sigma)
    if single >= 0:
        share_out(layout, single, odds, sigma)


@part
def share_beside(layout: Any, h: int, single: int, odds: Any, sigma: Any) -> int:
    """σ of the options of h; a set of two options waits for another. Returns the set that waits, or −1.

    `single` is the set that waited before, or −1.
    """
    if not two(layout, h):
        share_out(layout, h, odds, sigma)
        return single
    if single < 0:
        return h
    share_pair(layout, single, h, odds, sigma)
    return -1


@part
def beliefs(first: int, last: int, reach: Any) -> Any:
    """Turn the reach of nodes first … last − 1 into beliefs, in place; returns its sum (lane)."""
    total = load(reach, first)
    if last - first == 1:
        store(reach, first, spread(1.0))
        return total
    for n in range(first + 1, last):
        total += load(reach, n)
    for n in range(first, last):
        store(reach, n, load(reach, n) / total)
    return total


@part
def after(values: Any, payoffs: Any, below: int, paid: int) -> Any:
    """What an edge brings an actor (lane): the value of its child, and its payment, if it has one.

    `below` and `paid` are the rows of the two. Most edges pay nothing.
    """
    if paid < values.shape[1]:
        return load(values, below)
    return load(payoffs, paid) + load(values, below)


@part
def expect(layout: Any, numbers: Any, scratch: Any, h: int) -> None:
    """`quality` (option of h, lane): what the mover expects of each option, given the beliefs in `reach`."""
    actors, actor = scratch.values.shape[1], entry(layout.mover, h)
    for k in range(entry(layout.first_option, h + 1) - entry(layout.first_option, h)):
        total = spread(0.0)
        for n in range(entry(layout.first_node, h), entry(layout.last_node, h)):
            e = entry(layout.first_edge, n) + k
            below, paid = entry(layout.child, e) * actors + actor, entry(layout.payment, e) * actors + actor
            worth = after(scratch.values, numbers.payoffs, below, paid)
            total = fma(load(scratch.reach, n), worth, total)
        store(scratch.quality, k, total)


@part
def best_available(layout: Any, numbers: Any, scratch: Any, h: int) -> Any:
    """The largest of `quality` (lane) among the options of h whose weight is positive."""
    first = entry(layout.first_option, h)
    top = spread(NEVER)
    for o in range(first, entry(layout.first_option, h + 1)):
        weight = load(numbers.log_weights, entry(layout.weight, o))
        quality = less(spread(ABSENT), weight, load(scratch.quality, o - first), spread(NEVER))
        top = maximum(quality, top)
    return top


@part
def logit(layout: Any, numbers: Any, scratch: Any, h: int) -> None:
    """`next_odds` and `next_sigma` of h from `quality`."""
    odds_of(layout, numbers, scratch, h)
    share_out(layout, h, scratch.next_odds, scratch.next_sigma)


@part
def odds_of(layout: Any, numbers: Any, scratch: Any, h: int) -> None:
    """`next_odds` of h from `quality`."""
    first, base, row = entry(layout.first_option, h), entry(layout.base, h), entry(layout.first_row, h)
    rationality = load(numbers.rationality, entry(layout.mover, h))
    worth = load(scratch.quality, base - first)
    weight = load(numbers.log_weights, entry(layout.weight, base))
    for r in range(row, row + entry(layout.first_option, h + 1) - first - 1):
        o = entry(layout.row_option, r)
        gain = load(scratch.quality, o - first) - worth
        heavier = load(numbers.log_weights, entry(layout.weight, o)) - weight
        store(scratch.next_odds, r, at_least_never(fma(rationality, gain, heavier)))


@part
def answer(layout: Any, numbers: Any, scratch: Any, h: int) -> Any:
    """The logit response at h: `next_odds`, `next_sigma`, `quality`. Returns the reach of h (lane)."""
    total = answer_odds(layout, numbers, scratch, h)
    share_out(layout, h, scratch.next_odds, scratch.next_sigma)
    return total


@part
def answer_odds(layout: Any, numbers: Any, scratch: Any, h: int) -> Any:
    """The same without `next_sigma`."""
    total = beliefs(entry(layout.first_node, h), entry(layout.last_node, h), scratch.reach)
    expect(layout, numbers, scratch, h)
    odds_of(layout, numbers, scratch, h)
    return total


@part
def pair(values: Any, payoffs: Any, here: int, one: Any, other: Any) -> None:
    """Values of a node of two ways; each is its share, its child's row of values, its row of payments.

    For the usual numbers of actors the loop is unrolled.
    """
    actors = values.shape[1]
    if actors == 5:
        weigh(values, payoffs, here, one, other, 5)
    elif actors == 4:
        weigh(values, payoffs, here, one, other, 4)
    elif actors == 3:
        weigh(values, payoffs, here, one, other, 3)
    elif actors == 2:
        weigh(values, payoffs, here, one, other, 2)
    else:
        weigh(values, payoffs, here, one, other, actors)


@part
def weigh(values: Any, payoffs: Any, here: int, one: Any, other: Any, actors: int) -> None:
    """The mean over two ways, for each actor."""
    share, below, paid = one
    rest, second, extra = other
    if paid < values.shape[1] and extra < values.shape[1]:
        for a in range(actors):
            store(values, here + a, fma(rest, load(values, second + a), share * load(values, below + a)))
        return
    for a in range(actors):
        worth = load(payoffs, paid + a) + load(values, below + a)
        more = load(payoffs, extra + a) + load(values, second + a)
        store(values, here + a, fma(rest, more, share * worth))


@part
def way_out(layout: Any, sigma: Any, e: int, actors: int) -> Any:
    """The share of an edge, its child's row of values, and its row of payments."""
    below, paid = entry(layout.child, e) * actors, entry(layout.payment, e) * actors
    return load(sigma, entry(layout.share, e)), below, paid


@part
def value(layout: Any, payoffs: Any, n: int, sigma: Any, values: Any) -> None:
    """Values (actor, lane) of node n from those of its children."""
    actors, first, last = values.shape[1], entry(layout.first_edge, n), entry(layout.first_edge, n + 1)
    here = n * actors
    if last - first == 2:
        one, other = way_out(layout, sigma, first, actors), way_out(layout, sigma, first + 1, actors)
        pair(values, payoffs, here, one, other)
        return
    for a in range(actors):
        total = spread(0.0)
        for e in range(first, last):
            share, below, paid = way_out(layout, sigma, e, actors)
            total = fma(share, after(values, payoffs, below + a, paid + a), total)
        store(values, here + a, total)
