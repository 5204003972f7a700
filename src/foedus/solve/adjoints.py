"""The transpose of a sweep's derivative, and of following a play: what a result owes to what it is made of.

The adjoint of a number is the derivative of some result by it. `pull` takes adjoints of what a sweep answers
back to what it was given: the play, λ, payoffs, weights and probabilities. It is the transpose of
`tangents.push`, and like it needs what `tangents.respond` has left. `retrace` does the same for
`walks.follow`. Each lane has a world and a result of its own. Adjoints are added to, never set.

Source of the method: reverse accumulation (Griewank and Walther 2008).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.solve import passes
from foedus.solve.arithmetic import part
from foedus.solve.lanes import fma, less, load, spread, store

Floats = NDArray[np.float64]


class Adjoint(NamedTuple):
    """Adjoints of one block; the lane is last.

    `next_logs` (option) and `values` (node, actor) of what a sweep answers, `logs` (share) and `reach`
    (node) of what it was given, `quality` of an option; the others of the numbers of the world. `ways` is
    that of `Tangent`, no adjoint.
    """

    next_logs: Floats
    values: Floats
    logs: Floats
    reach: Floats
    ways: Floats
    quality: Floats
    rationality: Floats
    payoffs: Floats
    log_weights: Floats
    probabilities: Floats


class Trail(NamedTuple):
    """Adjoints of what `walks.follow` fills, and of the shares (share) and payoffs that it is made of."""

    mass: Floats
    paid: Floats
    shares: Floats
    payoffs: Floats


@part
def add(array: Any, row: int, lanes: Any) -> None:
    store(array, row, load(array, row) + lanes)


@part
def add_product(array: Any, row: int, left: Any, right: Any) -> None:
    store(array, row, fma(left, right, load(array, row)))


@part
def pull_value(layout: Any, numbers: Any, scratch: Any, adjoint: Any, n: int, whole: bool) -> None:
    """From the values of node n to those of its children, its payments and the shares of its edges."""
    actors, options = scratch.values.shape[1], layout.weight.shape[0]
    for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
        share, below, paid = layout.share[e], layout.child[e] * actors, layout.payment[e] * actors
        chance, gained = load(scratch.next_sigma, share), spread(0.0)
        for a in range(actors):
            owed = load(adjoint.values, n * actors + a)
            worth = load(scratch.values, below + a) + load(numbers.payoffs, paid + a)
            gained = fma(owed, worth, gained)
            add_product(adjoint.values, below + a, chance, owed)
            if whole:
                add_product(adjoint.payoffs, paid + a, chance, owed)
        if share < options:
            add_product(adjoint.next_logs, share, chance, gained)
        elif whole:
            add(adjoint.probabilities, share - options, gained)


@part
def pull_logit(layout: Any, numbers: Any, scratch: Any, adjoint: Any, h: int) -> None:
    """From the answer of h to what the mover expects, times λ: into `adjoint.quality`."""
    first, last = layout.first_option[h], layout.first_option[h + 1]
    rationality, total = load(numbers.rationality, layout.mover[h]), spread(0.0)
    for o in range(first, last):
        total += load(adjoint.next_logs, o)
    for o in range(first, last):
        owed = load(adjoint.next_logs, o) - load(scratch.next_sigma, o) * total
        store(adjoint.next_logs, o, owed)
        store(adjoint.quality, o - first, rationality * owed)


@part
def pull_choice(layout: Any, numbers: Any, scratch: Any, adjoint: Any, h: int) -> None:
    """From the log-odds of the answer of h, as `pull_logit` leaves their adjoints, to its weights and λ."""
    first, last, faster = layout.first_option[h], layout.first_option[h + 1], spread(0.0)
    passes.expect(layout, numbers, scratch, h)
    base = load(scratch.quality, 0)
    for o in range(first, last):
        owed = load(adjoint.next_logs, o)
        faster = fma(owed, load(scratch.quality, o - first) - base, faster)
        add(adjoint.log_weights, layout.weight[o], owed)
    add(adjoint.rationality, layout.mover[h], faster)


@part
def pull_quality(layout: Any, numbers: Any, scratch: Any, adjoint: Any, h: int, whole: bool) -> None:
    """From what the mover of h expects to what follows each option, and to ln reach of its nodes."""
    actors, actor, mean = scratch.values.shape[1], layout.mover[h], spread(0.0)
    for n in range(layout.first_node[h], layout.last_node[h]):
        belief, total = load(scratch.reach, n), spread(0.0)
        for k in range(layout.first_option[h + 1] - layout.first_option[h]):
            e, owed = layout.first_edge[n] + k, load(adjoint.quality, k)
            below, paid = layout.child[e] * actors + actor, layout.payment[e] * actors + actor
            total = fma(owed, load(numbers.payoffs, paid) + load(scratch.values, below), total)
            add_product(adjoint.values, below, belief, owed)
            if whole:
                add_product(adjoint.payoffs, paid, belief, owed)
        store(adjoint.reach, n, total)
        mean = fma(belief, total, mean)
    for n in range(layout.first_node[h], layout.last_node[h]):
        store(adjoint.reach, n, load(scratch.reach, n) * (load(adjoint.reach, n) - mean))


@part
def pull_reach(layout: Any, adjoint: Any) -> None:
    """From ln reach of every node to ln of the shares on the ways to it."""
    for n in range(adjoint.reach.shape[0] - 1, 0, -1):
        owed = load(adjoint.reach, n)
        for way in range(layout.in_first[n], layout.in_first[n + 1]):
            add_product(adjoint.reach, layout.in_parent[way], load(adjoint.ways, way), owed)
            add_product(adjoint.logs, layout.in_share[way], load(adjoint.ways, way), owed)


@part
def pull_shares(layout: Any, scratch: Any, adjoint: Any) -> None:
    """Along directions in which the shares of an information set still sum to 1, as `tangents.normalise`."""
    for h in range(layout.mover.shape[0]):
        first, last = layout.first_option[h], layout.first_option[h + 1]
        total = spread(0.0)
        for o in range(first, last):
            owed = load(adjoint.logs, o)
            owed = less(load(scratch.logs, o), spread(passes.ABSENT), spread(0.0), owed)
            store(adjoint.logs, o, owed)
            total += owed
        for o in range(first, last):
            store(adjoint.logs, o, load(adjoint.logs, o) - load(scratch.sigma, o) * total)


@part
def pull_chances(layout: Any, numbers: Any, adjoint: Any) -> None:
    """From ln of the probabilities of chance to the probabilities; those of 0 are left alone."""
    options = layout.weight.shape[0]
    for row in range(numbers.probabilities.shape[0]):
        chance = load(numbers.probabilities, row)
        slope = less(spread(0.0), chance, load(adjoint.logs, options + row) / chance, spread(0.0))
        add(adjoint.probabilities, row, slope)


def pull(layout: Any, numbers: Any, scratch: Any, adjoint: Any, whole: bool) -> None:
    """Carry `adjoint.next_logs` and `adjoint.values` back through the sweep.

    `adjoint.logs` and `adjoint.reach` are overwritten; unless `whole`, the adjoints of numbers, which are
    added to, are left alone.
    """
    actors, nodes = scratch.values.shape[1], layout.information_set.shape[0]
    for share in range(adjoint.logs.shape[0]):
        store(adjoint.logs, share, spread(0.0))
    n = 0
    while n < nodes:
        h, last = layout.information_set[n], n + 1
        if h >= 0:
            last = layout.last_node[h]
        for member in range(n, last):
            store(adjoint.reach, member, spread(0.0))
            pull_value(layout, numbers, scratch, adjoint, member, whole)
        if h >= 0:
            pull_logit(layout, numbers, scratch, adjoint, h)
            if whole:
                pull_choice(layout, numbers, scratch, adjoint, h)
            pull_quality(layout, numbers, scratch, adjoint, h, whole)
        if h == -2 and whole:
            for a in range(actors):
                add(adjoint.payoffs, layout.payoff[n] * actors + a, load(adjoint.values, n * actors + a))
        n = last
    pull_reach(layout, adjoint)
    pull_shares(layout, scratch, adjoint)
    if whole:
        pull_chances(layout, numbers, adjoint)


def retrace(layout: Any, numbers: Any, scratch: Any, walk: Any, owed: Any) -> None:
    """Carry `owed.mass` and, for an actor ≥ 0, `owed.paid` back through `walks.follow`.

    Into `owed.shares` (share) and `owed.payoffs`; `owed.mass` and `owed.paid` end as the adjoints of all
    that a node's number stands for, what comes after it included.
    """
    sets, actors, actor = walk.mass.shape[1], scratch.values.shape[1], walk.actor
    for n in range(layout.information_set.shape[0] - 1, -1, -1):
        if actor >= 0 and layout.information_set[n] == -2:
            row = layout.payoff[n] * actors + actor
            for here in range(n * sets, (n + 1) * sets):
                paid = load(owed.paid, here)
                add_product(owed.payoffs, row, load(walk.mass, here), paid)
                add_product(owed.mass, here, load(numbers.payoffs, row), paid)
        for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
            share, row = load(scratch.sigma, layout.share[e]), layout.payment[e] * actors + actor
            for bits in range(sets):
                here, there = n * sets + bits, layout.child[e] * sets + (bits | walk.edge_bits[e])
                mass = load(owed.mass, there)
                if actor >= 0:
                    pay, paid = load(numbers.payoffs, row), load(owed.paid, there)
                    mass = fma(pay, paid, mass)
                    add_product(owed.shares, layout.share[e], load(walk.paid, here), paid)
                    add_product(owed.payoffs, row, share * load(walk.mass, here), paid)
                    add_product(owed.paid, here, share, paid)
                add_product(owed.shares, layout.share[e], load(walk.mass, here), mass)
                add_product(owed.mass, here, share, mass)
