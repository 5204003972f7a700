"""A game that hides nothing as a tape: one record for each inner node, a node's children before it.

The backward pass reads the tape from its start and keeps the values of a node in a slot, which is free again
as soon as the last of its parents has read it. Depth first, few slots are in use at a time, and they stay in
the nearest cache.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from foedus.solve.arithmetic import part
from foedus.solve.layout import Ints

CHANCE, TWO, THREE, MANY = range(4)
PAID = 4
"""Kinds of records; PAID is added where an edge pays something."""

KIND, MOVER, OPTION, COUNT, SLOT, HEADER = range(6)
BELOW, PAYMENT, ROW, RECORD, EDGE = range(5)


class Tape(NamedTuple):
    """Records of HEADER numbers and EDGE more for each edge, one after another; they begin at `starts`.

    Header: kind, mover, first option, how many edges, the node's slot. Edge: where its child's values are (a
    row of payoffs, or −1 − slot), the row of what it pays, the row of its weight or probability, and the
    record of its child (−1 for none).
    """

    code: Ints
    starts: Ints


NEXT, STACK, PLACE, WAITING, FREE = range(5)


@part
def emit(layout: Any, kinds: Any, tape: Any, work: Any, n: int, number: int, at: int) -> int:
    """Write the record of node n; returns where the next one begins."""
    first, last, h = layout.first_edge[n], layout.first_edge[n + 1], layout.information_set[n]
    tape.starts[number] = at
    tape.code[at + KIND] = kinds[n]
    tape.code[at + MOVER] = layout.mover[h] if h >= 0 else -1
    tape.code[at + OPTION] = layout.first_option[h] if h >= 0 else -1
    tape.code[at + COUNT] = last - first
    tape.code[at + SLOT] = -1 - work[PLACE, n]
    at += HEADER
    for e in range(first, last):
        below, share = layout.child[e], layout.share[e]
        end = layout.information_set[below] == -2
        tape.code[at + BELOW] = layout.payoff[below] if end else work[PLACE, below]
        tape.code[at + PAYMENT] = layout.payment[e]
        tape.code[at + ROW] = layout.weight[share] if h >= 0 else share - layout.weight.shape[0]
        tape.code[at + RECORD] = -1 if end else work[NEXT, below]
        at += EDGE
    return at


@part
def give_back(layout: Any, work: Any, n: int, free: int) -> int:
    """Free the slots of the children of n that no other parent waits for; returns how many are free."""
    for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
        below = layout.child[e]
        work[WAITING, below] -= 1
        if layout.information_set[below] != -2 and work[WAITING, below] == 0:
            work[FREE, free] = -1 - work[PLACE, below]
            free += 1
    return free


def arrange(layout: Any, kinds: Any, tape: Any, work: Any) -> int:
    """Write the tape, depth first; returns how many slots it needs.

    work (5, node): the next edge to go down by, or, once its record is written, its number; the stack; its
    place, which is 0 before it is met; how many parents wait for them; free slots.
    """
    nodes = layout.information_set.shape[0]
    for n in range(nodes):
        work[NEXT, n] = layout.first_edge[n]
        work[WAITING, n] = layout.in_first[n + 1] - layout.in_first[n]
    number, at, slots, free, depth = 0, 0, 0, 0, 0
    if layout.information_set[0] != -2:
        depth = 1
    while depth > 0:
        n = work[STACK, depth - 1]
        e = work[NEXT, n]
        if e < layout.first_edge[n + 1]:
            below = layout.child[e]
            work[NEXT, n] = e + 1
            if layout.information_set[below] != -2 and work[PLACE, below] == 0:
                work[PLACE, below] = 1
                work[STACK, depth] = below
                depth += 1
            continue
        if free > 0:
            free -= 1
            work[PLACE, n] = -1 - work[FREE, free]
        else:
            work[PLACE, n] = -1 - slots
            slots += 1
        at = emit(layout, kinds, tape, work, n, number, at)
        work[NEXT, n] = number
        number += 1
        free = give_back(layout, work, n, free)
        depth -= 1
    return slots
