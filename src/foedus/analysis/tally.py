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
from foedus.solve.lanes import entry, fma, load, lowest, spread, store
from foedus.solve.layout import Ints, layout_of
from foedus.solve.problem import Problem

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

SETS = 8
ALL = (1 << SETS) - 1


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
    """What the kernel is to be asked, of the end states too where these are given."""
    whole = [*tracks] or [_nothing(game)]
    edges = np.stack([track.edges for track in whole])
    roots = np.array([track.root for track in whole], np.int32)
    present = np.zeros((len(whole), game.nodes), np.uint8)
    passes().mark(layout_of(game), edges, roots, present)
    sizes = np.unpackbits(present[:, :, None], axis=2).sum(axis=2, dtype=np.int32)
    group = np.full(game.nodes, -1) if groups is None else groups.group
    holds = np.zeros((0, 0)) if groups is None else groups.holds
    return Asked(
        edges,
        np.stack([track.occasion for track in whole]),
        present,
        np.cumsum(sizes, axis=1, dtype=np.int32) - sizes,
        np.asarray(group, np.int32),
        np.ascontiguousarray(holds, np.uint8),
        int(sizes.sum(axis=1).max()),
    )


def tally(
    game: Game, tabulation: Tabulation, behaviour: Floats, asked: Asked, threads: int | None = None
) -> Tally:
    """Count what is asked under a behaviour (option, world).

    Every world is counted by itself: the result does not depend on the number of threads or on the worlds
    beside it.
    """
    worlds, tracks = tabulation.worlds, len(asked.edges)
    outcomes, groups = asked.holds.shape
    options, chances = game.options, len(tabulation.probabilities)
    found = Tally(*(np.empty((*shape, worlds)) for shape in ((tracks, SETS), (tracks, 2), (outcomes,))))
    rooms = (options + chances,), (asked.size,)
    sums = (tracks, SETS), (tracks, 2), (outcomes,), (groups,)
    layout, follow = layout_of(game), passes().follow

    def work(block: Indices) -> None:
        first, last = int(block[0]), int(block[-1]) + 1
        shares, mass, *counted = lend_each(*rooms, *sums)
        shares[:options, : len(block)] = behaviour[:, first:last]
        shares[options:, : len(block)] = tabulation.probabilities[:, first:last]
        shares[:, len(block) :] = 0.0
        follow(layout, shares, asked, mass, Sums(*counted))
        for whole, one in zip((found.ends, found.occasions, found.outcomes), counted, strict=False):
            whole[..., first:last] = one[..., : len(block)]

    Problem(game, tabulation, threads=threads).over_blocks(np.arange(worlds), work)
    return found


class Asked(NamedTuple):
    """Bits that each edge sets (track, edge), and what kind of occasion it is (track, edge); the sets of bits
    that occur at each node (track, node), as bits, and the row of the first of them (track, node); group and
    holds as in `Groups`; and how many rows there are at most."""

    edges: Bytes
    occasion: Bytes
    present: Bytes
    rows: Ints
    group: Ints
    holds: Bytes
    size: int


class Sums(NamedTuple):
    """ends (track, set, lane), occasions (track, 2, lane), outcomes (outcome, lane), groups (group, lane)."""

    ends: Floats
    occasions: Floats
    outcomes: Floats
    groups: Floats


def _nothing(game: Game) -> Track:
    return Track(np.zeros(game.edges, np.uint8), 0, np.zeros(game.edges, np.uint8))


def mark(layout: Any, edges: Any, roots: Any, present: Any) -> None:
    """Fill `present` (track, node), so far zeros: bit k is 1 where the set of bits k occurs at the node."""
    for track in range(edges.shape[0]):
        present[track, 0] = 1 << roots[track]
        for n in range(present.shape[1]):
            for held in range(SETS):
                if present[track, n] >> held & 1:
                    for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
                        present[track, layout.child[e]] |= 1 << (held | edges[track, e])


@part
def clear(numbers: Any, rows: int) -> None:
    """Zeros in so many rows."""
    for row in range(rows):
        store(numbers, row, spread(0.0))


@part
def add(sums: Any, row: int, more: Any) -> None:
    store(sums, row, load(sums, row) + more)


@part
def members(sets: int) -> int:
    """How many of eight bits are 1."""
    pairs = sets - (sets >> 1 & 0x55)
    fours = (pairs & 0x33) + (pairs >> 2 & 0x33)
    return (fours + (fours >> 4)) & 0x0F


@part
def take(
    layout: Any, shares: Any, asked: Any, mass: Any, sums: Any, track: int, e: int, held: int, here: Any
) -> None:
    """Let an edge's share of the mass here, which has the set `held`, pass on to its child."""
    at = track * asked.edges.shape[1] + e
    share, kind = load(shares, entry(layout.share, e)), entry(asked.occasion, at)
    child = track * asked.present.shape[1] + entry(layout.child, e)
    before = entry(asked.present, child) & ((1 << (held | entry(asked.edges, at))) - 1)
    row = entry(asked.rows, child) + members(before)
    store(mass, row, fma(share, here, load(mass, row)))
    if kind > 0:
        add(sums.occasions, track * 2 + kind - 1, share * here)


@part
def count_track(layout: Any, shares: Any, asked: Any, mass: Any, sums: Any, track: int) -> None:
    """Follow one track."""
    nodes = asked.present.shape[1]
    clear(mass, asked.size)
    store(mass, 0, spread(1.0))
    for n in range(nodes):
        first, last = entry(layout.first_edge, n), entry(layout.first_edge, n + 1)
        row, sets = entry(asked.rows, track * nodes + n), entry(asked.present, track * nodes + n) & ALL
        while sets != 0:
            held, here = lowest(sets), load(mass, row)
            sets, row = sets & (sets - 1), row + 1
            if first == last:
                add(sums.ends, track * SETS + held, here)
                if track == 0 and entry(asked.group, n) >= 0:
                    add(sums.groups, entry(asked.group, n), here)
            for e in range(first, last):
                take(layout, shares, asked, mass, sums, track, e, held, here)


@part
def count_outcomes(asked: Any, sums: Any) -> None:
    """Add up the groups in which each outcome holds."""
    outcomes, groups = asked.holds.shape
    for at in range(outcomes * groups):
        if entry(asked.holds, at) > 0:
            add(sums.outcomes, at // groups, load(sums.groups, at % groups))


def follow(layout: Any, shares: Any, asked: Any, mass: Any, sums: Any) -> None:
    """Fill `sums`; groups are counted once. `mass` (row, lane) is memory."""
    tracks = asked.edges.shape[0]
    clear(sums.ends, tracks * SETS)
    clear(sums.occasions, tracks * 2)
    clear(sums.outcomes, sums.outcomes.shape[0])
    clear(sums.groups, sums.groups.shape[0])
    for track in range(tracks):
        count_track(layout, shares, asked, mass, sums, track)
    count_outcomes(asked, sums)


class Passes(NamedTuple):
    """The compiled passes."""

    mark: Callable[..., None]
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
    asked = named((*[bytes_] * 3, ints, row, bytes_, types.int64), Asked)
    sums = named((*[kernels.CUBE] * 2, *[kernels.MATRIX] * 2), Sums)
    signatures = (
        (mark, void(kernels.LAYOUT, bytes_, row, bytes_)),
        (follow, void(kernels.LAYOUT, kernels.MATRIX, asked, kernels.MATRIX, sums)),
    )
    config: Any = numba.config
    kept, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        return Passes(*(numba.jit(types_, cache=True, **JIT)(function) for function, types_ in signatures))
    finally:
        config.CACHE_DIR = kept
