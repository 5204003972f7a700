"""The plays of a game unfolded by what is followed along them, and cut short where all of it is settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.solve.arithmetic import part
from foedus.solve.layout import Ints

Bytes = NDArray[np.uint8]

SETS = 8
MIXED = -1


@dataclass(frozen=True, eq=False)
class Track:
    """Something followed with up to three bits: those that each edge sets (edge), and those of the root.

    `occasion` (edge): 1 where an occasion goes well, 2 where it does not, 0 where it is none.
    """

    edges: Bytes
    root: int
    occasion: Bytes


@dataclass(frozen=True, eq=False)
class Groups:
    """End states in groups: the group of each terminal node (node), −1 elsewhere, and the outcomes that hold
    in each (outcome, group)."""

    group: Ints
    holds: NDArray[np.bool_]


class Told(NamedTuple):
    """Bits that each edge sets (track, edge), those of the root (track), what kind of occasion each edge is
    (track, edge), and the group of each terminal node (node)."""

    edges: Bytes
    roots: Ints
    occasion: Bytes
    group: Ints


class Asked(NamedTuple):
    """The plays with what is followed, unfolded: a state is a node with a set of bits that occurs there, and
    comes after all those that lead to it.

    A state in which play is bound to end with one set of bits and in one group, with no occasion to come, has
    no ways on: it is as good as an end.

    start (track + 1): the first state of each track, and the end. first (state + 1): its first way on. ends,
    group (state): where play ends, track · SETS + set, and the group, in the first track alone; −1 elsewhere.
    to, share, kind (way): the state that it leads to, counted from the track's first, the number of its
    share, and the kind of occasion. holds: as in `Groups`. most: of the states of a track.
    """

    start: Ints
    first: Ints
    ends: Ints
    group: Ints
    to: Ints
    share: Ints
    kind: Bytes
    holds: Bytes
    most: int


def mark(layout: Any, told: Any, present: Any) -> None:
    """Fill `present` (track, node), so far zeros: bit k is 1 where the set of bits k occurs at the node."""
    for track in range(told.edges.shape[0]):
        present[track, 0] = 1 << told.roots[track]
        for n in range(present.shape[1]):
            for held in range(SETS):
                if present[track, n] >> held & 1:
                    for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
                        present[track, layout.child[e]] |= 1 << (held | told.edges[track, e])


@part
def members(sets: int) -> int:
    """How many of eight bits are 1."""
    pairs = sets - (sets >> 1 & 0x55)
    fours = (pairs & 0x33) + (pairs >> 2 & 0x33)
    return (fours + (fours >> 4)) & 0x0F


@part
def unfold_state(
    layout: Any, told: Any, present: Any, rows: Any, asked: Any, track: int, n: int, held: int
) -> None:
    """The ways on from a node of a track with a set of bits."""
    state = asked.start[track] + rows[track, n] + members(present[track, n] & ((1 << held) - 1))
    way, ends = asked.first[state], layout.first_edge[n] == layout.first_edge[n + 1]
    asked.ends[state] = track * SETS + held if ends else -1
    asked.group[state] = told.group[n] if track == 0 else -1
    for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
        child, then = layout.child[e], held | told.edges[track, e]
        asked.to[way] = rows[track, child] + members(present[track, child] & ((1 << then) - 1))
        asked.share[way], asked.kind[way] = layout.share[e], told.occasion[track, e]
        way += 1
    asked.first[state + 1] = way


def unfold(layout: Any, told: Any, present: Any, rows: Any, asked: Any) -> None:
    """Fill all of `asked` but the starts; `rows` (track, node) is the first state of each node."""
    for track in range(told.edges.shape[0]):
        for n in range(present.shape[1]):
            for held in range(SETS):
                if present[track, n] >> held & 1:
                    unfold_state(layout, told, present, rows, asked, track, n, held)


@part
def foresee(asked: Any, fate: Any, begin: int, end: int) -> None:
    """Fill `fate` (state) of a track: the end and the group that are certain to come, or MIXED."""
    groups = asked.holds.shape[1] + 1
    for state in range(end - 1, begin - 1, -1):
        first, last = asked.first[state], asked.first[state + 1]
        if first == last:
            fate[state] = asked.ends[state] * groups + asked.group[state] + 1
        else:
            fate[state] = fate[begin + asked.to[first]]
            for way in range(first, last):
                if asked.kind[way] > 0 or fate[begin + asked.to[way]] != fate[state]:
                    fate[state] = MIXED


@part
def renumber(asked: Any, fate: Any, number: Any, begin: int, end: int) -> None:
    """Number the states of a track that play can come to before its fate is certain; others stay below 0."""
    count = 0
    number[begin] = 0
    for state in range(begin, end):
        if number[state] >= 0:
            number[state], count = count, count + 1
            if fate[state] == MIXED:
                for way in range(asked.first[state], asked.first[state + 1]):
                    number[begin + asked.to[way]] = 0


def prune(asked: Any, fate: Any, number: Any) -> None:
    """Leave out of `asked`, in place, what comes after a certain fate; `fate` and `number` (state), which is
    below 0 everywhere, are memory."""
    groups = asked.holds.shape[1] + 1
    state = way = begin = first = 0
    for track in range(asked.start.shape[0] - 1):
        end = asked.start[track + 1]
        foresee(asked, fate, begin, end)
        renumber(asked, fate, number, begin, end)
        for old in range(begin, end):
            last = asked.first[old + 1]
            if number[old] >= 0:
                asked.ends[state] = asked.group[state] = -1
                if fate[old] != MIXED:
                    asked.ends[state], asked.group[state] = fate[old] // groups, fate[old] % groups - 1
                else:
                    for each in range(first, last):
                        asked.to[way] = number[begin + asked.to[each]]
                        asked.share[way], asked.kind[way] = asked.share[each], asked.kind[each]
                        way += 1
                state += 1
                asked.first[state] = way
            first = last
        begin = end
        asked.start[track + 1] = state
