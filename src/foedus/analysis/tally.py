"""Ends and occasions of a play counted in one forward pass for each thing that is followed, over all worlds.

The pass is that of `foedus.solve.follow`, but it keeps sums alone and visits only the sets of bits that
occur, so that what becomes of every promise in ten thousand worlds costs a fraction of solving them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numba
import numpy as np
from numba import types, void
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve import kernels
from foedus.solve.arena import lend_each
from foedus.solve.arithmetic import JIT, part
from foedus.solve.block import Indices
from foedus.solve.lanes import WIDTH, entry, fma, load, load_from, spread, store
from foedus.solve.layout import Ints, layout_of
from foedus.solve.problem import Problem
from foedus.solve.queue import copy_rows

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

SETS = 8
TASK = 128
"""Worlds that a thread takes at a time."""


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


@dataclass(frozen=True, eq=False)
class Tally:
    """ends (track, set, world): probability of ending the play with each set of bits; occasions
    (track, 2, world): expected number of occasions that go well and that do not; outcomes (outcome, world):
    probability of ending in a group in which each holds."""

    ends: Floats
    occasions: Floats
    outcomes: Floats


def ask(game: Game, tracks: Sequence[Track], groups: Groups | None = None) -> Asked:
    """What is to be counted, of the end states too where groups are given."""
    whole = [*tracks] or [_nothing(game)]
    told = Told(
        np.stack([track.edges for track in whole]),
        np.array([track.root for track in whole], np.int32),
        np.stack([track.occasion for track in whole]),
        np.asarray(np.full(game.nodes, -1) if groups is None else groups.group, np.int32),
    )
    present = np.zeros((len(whole), game.nodes), np.uint8)
    passes().mark(layout_of(game), told, present)
    sizes = np.unpackbits(present[:, :, None], axis=2).sum(axis=2, dtype=np.int32)
    states, ways = sizes.sum(axis=1), int((sizes * np.diff(game.first_edge)).sum())
    count = int(states.sum())
    asked = Asked(
        np.concatenate([[0], np.cumsum(states)]).astype(np.int32),
        np.zeros(count + 1, np.int32),
        np.empty(count, np.int32),
        np.empty(count, np.int32),
        np.empty(ways, np.int32),
        np.empty(ways, np.int32),
        np.empty(ways, np.uint8),
        np.ascontiguousarray(np.zeros((0, 0)) if groups is None else groups.holds, np.uint8),
        int(states.max()),
    )
    rows = np.cumsum(sizes, axis=1, dtype=np.int32) - sizes
    passes().unfold(layout_of(game), told, present, rows, asked)
    return asked


def tally(
    game: Game, tabulation: Tabulation, behaviour: Floats, asked: Asked, threads: int | None = None
) -> Tally:
    """Count what is asked under a behaviour (option, world).

    Every world is counted by itself: the result does not depend on the number of threads or on the worlds
    beside it.
    """
    worlds, tracks = tabulation.worlds, len(asked.start) - 1
    outcomes, groups = asked.holds.shape
    drawn = _whole(behaviour), _whole(tabulation.probabilities)
    found = Tally(*(np.empty((*shape, worlds)) for shape in ((tracks, SETS), (tracks, 2), (outcomes,))))
    flat = [each.reshape(-1, worlds) for each in (found.ends, found.occasions, found.outcomes)]
    rooms = (game.options + len(drawn[1]),), (asked.most,)
    sums = (tracks, SETS), (tracks, 2), (outcomes,), (groups,)
    count = passes().follow

    def work(task: Indices) -> None:
        shares, mass, *counted = lend_each(*rooms, *sums)
        here = int(task[0]), int(task[-1]) + 1
        count(*drawn, asked, shares, mass, Sums(*counted), *flat, *here)

    Problem(game, tabulation, threads=threads).over_blocks(np.arange(worlds), work, TASK)
    return found


def _whole(numbers: Floats) -> Floats:
    """The same as kernels take it: contiguous, and not closed to writing."""
    return np.require(numbers, np.float64, ["C", "W"])


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


class Sums(NamedTuple):
    """ends (track, set, lane), occasions (track, 2, lane), outcomes (outcome, lane), groups (group, lane)."""

    ends: Floats
    occasions: Floats
    outcomes: Floats
    groups: Floats


def _nothing(game: Game) -> Track:
    return Track(np.zeros(game.edges, np.uint8), 0, np.zeros(game.edges, np.uint8))


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
def clear(numbers: Any, rows: int) -> None:
    """Zeros in so many rows."""
    for row in range(rows):
        store(numbers, row, spread(0.0))


@part
def add(sums: Any, row: int, more: Any) -> None:
    store(sums, row, load(sums, row) + more)


@part
def count_track(shares: Any, asked: Any, mass: Any, sums: Any, track: int) -> None:
    """Follow one track."""
    start, end = entry(asked.start, track), entry(asked.start, track + 1)
    clear(mass, end - start)
    store(mass, 0, spread(1.0))
    for state in range(start, end):
        here, ends, group = load(mass, state - start), entry(asked.ends, state), entry(asked.group, state)
        if ends >= 0:
            add(sums.ends, ends, here)
        if group >= 0:
            add(sums.groups, group, here)
        for way in range(entry(asked.first, state), entry(asked.first, state + 1)):
            share, to, kind = (
                load(shares, entry(asked.share, way)),
                entry(asked.to, way),
                entry(asked.kind, way),
            )
            store(mass, to, fma(share, here, load(mass, to)))
            if kind > 0:
                add(sums.occasions, track * 2 + kind - 1, share * here)


@part
def count_outcomes(asked: Any, sums: Any) -> None:
    """Add up the groups in which each outcome holds."""
    outcomes, groups = asked.holds.shape
    for at in range(outcomes * groups):
        if entry(asked.holds, at) > 0:
            add(sums.outcomes, at // groups, load(sums.groups, at % groups))


@part
def take_shares(shares: Any, numbers: Any, place: int, first: int, count: int) -> None:
    """Write numbers (row, world) of `count` worlds from `first` on, WIDTH at most, to rows of `shares`.

    Lanes that are left get 0.
    """
    rows, worlds = numbers.shape
    for row in range(rows):
        if count >= WIDTH:
            store(shares, place + row, load_from(numbers, row * worlds + first))
        else:
            for lane in range(WIDTH):
                shares[place + row, lane] = numbers[row, first + lane] if lane < count else 0.0


@part
def count_all(shares: Any, asked: Any, mass: Any, sums: Any) -> None:
    """Fill `sums`; groups are counted once."""
    tracks = asked.start.shape[0] - 1
    clear(sums.ends, tracks * SETS)
    clear(sums.occasions, tracks * 2)
    clear(sums.outcomes, sums.outcomes.shape[0])
    clear(sums.groups, sums.groups.shape[0])
    for track in range(tracks):
        count_track(shares, asked, mass, sums, track)
    count_outcomes(asked, sums)


def follow(
    behaviour: Any,
    probabilities: Any,
    asked: Any,
    shares: Any,
    mass: Any,
    sums: Any,
    ends: Any,
    occasions: Any,
    outcomes: Any,
    first: int,
    last: int,
) -> None:
    """Fill columns `first` … `last` − 1 of `ends`, `occasions` and `outcomes` (row, world).

    shares, mass (row, lane) and `sums` are memory.
    """
    for world in range(first, last, WIDTH):
        count = last - world
        take_shares(shares, behaviour, 0, world, count)
        take_shares(shares, probabilities, behaviour.shape[0], world, count)
        count_all(shares, asked, mass, sums)
        copy_rows(sums.ends, ends, world, count)
        copy_rows(sums.occasions, occasions, world, count)
        copy_rows(sums.outcomes, outcomes, world, count)


class Passes(NamedTuple):
    """The compiled passes."""

    mark: Callable[..., None]
    unfold: Callable[..., None]
    follow: Callable[..., None]


@cache
def passes() -> Passes:
    """They are kept beside the solver's kernels under a name with the hash of this file."""
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    folder = kernels.cache_folder() / f"tally-{own}"
    folder.mkdir(mode=0o700, exist_ok=True)
    bytes_, ints = (types.Array(kind, 2, "C") for kind in (types.uint8, types.int32))
    named: Callable[..., Any] = types.NamedTuple
    row = types.Array(types.int32, 1, "C")
    told = named((bytes_, row, bytes_, row), Told)
    asked = named((*[row] * 6, types.Array(types.uint8, 1, "C"), bytes_, types.int64), Asked)
    matrix = kernels.MATRIX
    sums = named((*[kernels.CUBE] * 2, *[matrix] * 2), Sums)
    signatures = (
        (mark, void(kernels.LAYOUT, told, bytes_)),
        (unfold, void(kernels.LAYOUT, told, bytes_, ints, asked)),
        (follow, void(*[matrix] * 2, asked, *[matrix] * 2, sums, *[matrix] * 3, *[types.int64] * 2)),
    )
    config: Any = numba.config
    kept, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        return Passes(*(numba.jit(types_, cache=True, **JIT)(function) for function, types_ in signatures))
    finally:
        config.CACHE_DIR = kept
