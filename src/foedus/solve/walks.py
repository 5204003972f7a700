"""Kernels that follow a given behaviour through a game, or the extremes of what its plays pay."""

from __future__ import annotations

from typing import Any

from foedus.solve.lanes import fma, less, load, maximum, spread, store
from foedus.solve.passes import ABSENT
from foedus.solve.reach import ENDLESS


def follow(layout: Any, numbers: Any, scratch: Any, walk: Any) -> None:
    """Fill `walk.mass` and, for an actor ≥ 0, `walk.paid`, both (node, set of bits, lane)."""
    sets, actors, actor = walk.mass.shape[1], scratch.values.shape[1], walk.actor
    store(walk.mass, walk.root_bits, spread(1.0))
    for n in range(layout.information_set.shape[0]):
        for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
            share = load(scratch.sigma, layout.share[e])
            for bits in range(sets):
                here, there = n * sets + bits, layout.child[e] * sets + (bits | walk.edge_bits[e])
                mass = share * load(walk.mass, here)
                store(walk.mass, there, load(walk.mass, there) + mass)
                if actor >= 0:
                    pay = load(numbers.payoffs, layout.payment[e] * actors + actor)
                    paid = fma(share, load(walk.paid, here), mass * pay)
                    store(walk.paid, there, load(walk.paid, there) + paid)
        if actor >= 0 and layout.information_set[n] == -2:
            pay = load(numbers.payoffs, layout.payoff[n] * actors + actor)
            for here in range(n * sets, (n + 1) * sets):
                store(walk.paid, here, fma(load(walk.mass, here), pay, load(walk.paid, here)))


def extremes(layout: Any, numbers: Any, least: Any, most: Any) -> None:
    """Fill the least and the most (node, actor, lane) that a possible play from each node on pays."""
    actors, options = least.shape[1], layout.weight.shape[0]
    for n in range(layout.information_set.shape[0] - 1, -1, -1):
        ends = layout.information_set[n] == -2
        for a in range(actors):
            pay = load(numbers.payoffs, layout.payoff[n] * actors + a)
            store(least, n * actors + a, pay if ends else spread(ENDLESS))
            store(most, n * actors + a, pay if ends else spread(-ENDLESS))
        for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
            share = layout.share[e]
            if share < options:
                logarithm = load(numbers.log_weights, layout.weight[share])
            else:
                logarithm = load(numbers.log_probabilities, share - options)
            for a in range(actors):
                pay = load(numbers.payoffs, layout.payment[e] * actors + a)
                below, here = layout.child[e] * actors + a, n * actors + a
                low, high = pay + load(least, below), pay + load(most, below)
                low = less(logarithm, spread(ABSENT), spread(ENDLESS), low)
                high = less(logarithm, spread(ABSENT), spread(-ENDLESS), high)
                store(least, here, less(low, load(least, here), low, load(least, here)))
                store(most, here, maximum(high, load(most, here)))
