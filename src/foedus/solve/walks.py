"""Kernels that follow a given behaviour through a game, or the extremes of what its plays pay."""

from __future__ import annotations

from typing import Any, NamedTuple

from foedus.solve.arithmetic import part
from foedus.solve.lanes import WIDTH, entry, fma, load, load_from, maximum, minimum, same, spread, store
from foedus.solve.layout import Ints
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


class Tour(NamedTuple):
    """A game's inner nodes from its end to the root, as `extremes` visits them.

    slot (stop): where a node's range is kept. first (stop + 1): its first edge among all, which come in the
    order of the stops. below (edge): the child's slot, or, of an end, its payoff's row after the slots. paid
    (edge): the row of what the edge pays. door (edge): the row of doors that the edge may be shut by, below 0
    if it never is. slots: how many there are. root: the slot of the root, or its row if it is an end.
    """

    slot: Ints
    first: Ints
    below: Ints
    paid: Ints
    door: Ints
    slots: int
    root: int


@part
def take_in(payoffs: Any, world: int, least: Any, most: Any) -> None:
    """Write what ends pay in these worlds after the slots."""
    rows, worlds = payoffs.shape
    place = least.shape[0] - rows
    for row in range(rows):
        pay = load_from(payoffs, row * worlds + world)
        store(least, place + row, pay)
        store(most, place + row, pay)


@part
def range_here(tour: Any, doors: Any, world: int, least: Any, most: Any, stop: int, actors: int) -> None:
    """The least and the most from one node on, for each actor."""
    here, begin = entry(tour.slot, stop) * actors, tour.slots * actors
    first, last = entry(tour.first, stop), entry(tour.first, stop + 1)
    for a in range(actors):
        low, high = spread(ENDLESS), spread(-ENDLESS)
        for e in range(first, last):
            below, paid, door = entry(tour.below, e), entry(tour.paid, e), entry(tour.door, e)
            lower, higher = load(least, below * actors + a), load(most, below * actors + a)
            if paid > 0:
                pay = load(least, begin + paid * actors + a)
                lower, higher = pay + lower, pay + higher
            if door >= 0:
                opened = load_from(doors, door * doors.shape[1] + world)
                lower, higher = same(opened, 0.0, ENDLESS, lower), same(opened, 0.0, -ENDLESS, higher)
            low, high = minimum(lower, low), maximum(higher, high)
        store(least, here + a, low)
        store(most, here + a, high)


@part
def range_all(tour: Any, doors: Any, world: int, least: Any, most: Any, actors: int) -> None:
    """The same from every node on."""
    for stop in range(tour.slot.shape[0]):
        range_here(tour, doors, world, least, most, stop, actors)


def extremes(
    tour: Any, payoffs: Any, doors: Any, least: Any, most: Any, found: Any, first: int, last: int
) -> None:
    """Fill `found` (actor, world): the most less the least that a possible play pays, in worlds `first` …
    `last` − 1 of WIDTH at least.

    payoffs (row · actor, world), the first row zeros; doors (row, world), 0 where edges with that door are
    shut; least, most (row, lane): memory for what is found from each slot on, and for payoffs. For the usual
    numbers of actors the loop is unrolled.
    """
    actors, worlds = found.shape
    for begin in range(first, last, WIDTH):
        world = min(begin, worlds - WIDTH)
        take_in(payoffs, world, least, most)
        if actors == 5:
            range_all(tour, doors, world, least, most, 5)
        elif actors == 4:
            range_all(tour, doors, world, least, most, 4)
        elif actors == 3:
            range_all(tour, doors, world, least, most, 3)
        elif actors == 2:
            range_all(tour, doors, world, least, most, 2)
        elif actors == 1:
            range_all(tour, doors, world, least, most, 1)
        else:
            range_all(tour, doors, world, least, most, actors)
        for a in range(actors):
            row = tour.root * actors + a
            for k in range(begin, min(begin + WIDTH, last)):
                found[a, k] = most[row, k - world] - least[row, k - world]
