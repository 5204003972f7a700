"""Where a chunk of worlds has its numbers, and what every kind of record does with them."""

from __future__ import annotations

from typing import Any, NamedTuple

from foedus.solve.addresses import load_at, store_at
from foedus.solve.arithmetic import part
from foedus.solve.lanes import WIDTH, entry, less, magnitude, maximum, same, spread
from foedus.solve.tape import BELOW, PAYMENT

BYTES = 8 * WIDTH
"""Of one vector."""

REGRET, WEIGHTED, TIES, NOUGHT, FIXED = range(5)
"""Rows of the arena that every game has; the last is all zeros."""


class Room(NamedTuple):
    """Where a chunk's numbers begin, as addresses; `wide` bytes lie between the rows of the arena.

    gains and reach (record) are used in graphs only. exact: whether some actor is infinitely rational.
    """

    vectors: int
    actors: int
    step: int
    wide: int
    payoffs: int
    probabilities: int
    log_weights: int
    behaviour: int
    fixed: int
    rationality: int
    ties: int
    scores: int
    slots: int
    gains: int
    reach: int
    tree: bool
    exact: bool


@part
def below(code: Any, room: Any, edge: int) -> Any:
    """Of an edge's child: address of its values, bytes between those of two actors, and of its gain.

    Whether play ends there follows no pattern, so it is better not to branch.
    """
    place = entry(code, edge + BELOW)
    inner = place >> 63
    slot = room.slots + (-1 - place) * (room.actors + 1) * room.wide
    end = room.payoffs + place * room.actors * room.step
    nought = room.fixed + NOUGHT * room.wide
    values = end ^ ((end ^ slot) & inner)
    apart = room.step ^ ((room.step ^ room.wide) & inner)
    gains = nought ^ ((nought ^ (slot + room.actors * room.wide)) & inner)
    return values, apart, gains


@part
def paid_on(code: Any, room: Any, edge: int) -> Any:
    """The address of what an edge pays."""
    return room.payoffs + entry(code, edge + PAYMENT) * room.actors * room.step


@part
def worth(values: int, payment: int, paid: bool) -> Any:
    """What an edge is worth (lane), to the actor whose number and payment are at these addresses."""
    if paid:
        return load_at(values) + load_at(payment)
    return load_at(values)


@part
def raise_to(place: int, x: Any) -> None:
    """Let the number at an address be at least x (lane)."""
    store_at(place, maximum(x, load_at(place)))


@part
def untie(room: Any, mover: int, x: Any, shift: int) -> Any:
    """0 where x (lane) is no further from it than what counts as a tie."""
    tie = load_at(room.ties + mover * room.wide + shift)
    return same(x, x, less(tie, magnitude(x), x, spread(0.0)), x)


@part
def tell_ties(room: Any, mover: int, chosen: Any, shift: int) -> None:
    """Tell where an infinitely rational mover has chosen more than one option (lane)."""
    tie = load_at(room.ties + mover * room.wide + shift)
    shared = less(spread(1.0), chosen, spread(1.0), spread(0.0))
    raise_to(room.fixed + TIES * room.wide + shift, less(tie, spread(0.0), spread(0.0), shared))


@part
def settle(room: Any, slot: int, record: int, gain: Any, later: Any, shift: int) -> None:
    """Take what a mover could gain into the certificate; `later` is the most that those after it could.

    In a tree the gains weighted by reach are handed up; in a graph, where ways merge, reach is summed first.
    """
    raise_to(room.fixed + REGRET * room.wide + shift, gain)
    if room.tree:
        store_at(slot + room.actors * room.wide + shift, maximum(gain, later))
    else:
        store_at(room.gains + record * room.wide + shift, gain)
