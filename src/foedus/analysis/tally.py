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
from foedus.solve.lanes import fma, load, spread, store
from foedus.solve.layout import Ints, layout_of
from foedus.solve.problem import Problem

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

SETS = 8


@dataclass(frozen=True, eq=False)
class Track:
    """Something followed with up to three bits: those that each edge sets (edge), and those of the root.

    `occasion` (edge): 1 where an occasion goes well, 2 where it does not, 0 where it is none.
    """

    edges: Bytes
    root: int
    occasion: Bytes


@dataclass(frozen=True, eq=False)
class Tally:
    """ends (track, set, world): probability of ending the play with each set of bits; occasions
    (track, 2, world): expected number of occasions that go well and that do not; groups (group, world):
    probability of ending in each group of nodes."""

    ends: Floats
    occasions: Floats
    groups: Floats


def ask(game: Game, tracks: Sequence[Track], group: NDArray[np.int32]) -> Asked:
    """What the kernel is to be asked. `group` (node) is the group of a terminal node, −1 for none."""
    whole = [*tracks] or [_nothing(game)]
    return Asked(
        np.stack([track.edges for track in whole]),
        np.array([track.root for track in whole], np.int32),
        np.stack([track.occasion for track in whole]),
        np.asarray(group, np.int32),
    )


def tally(
    game: Game, tabulation: Tabulation, behaviour: Floats, asked: Asked, threads: int | None = None
) -> Tally:
    """Count what is asked under a behaviour (option, world).

    Every world is counted by itself: the result does not depend on the number of threads or on the worlds
    beside it.
    """
    worlds, tracks = tabulation.worlds, len(asked.roots)
    groups = int(asked.group.max(initial=-1)) + 1
    ends, occasions = np.empty((tracks, SETS, worlds)), np.empty((tracks, 2, worlds))
    found = np.empty((groups, worlds))
    layout, kernel = layout_of(game), count_kernel()

    def work(block: Indices) -> None:
        first, last = int(block[0]), int(block[-1]) + 1
        counted = (tracks, SETS), (tracks, 2), (groups,)
        mass, shares, *rest = lend_each(
            (game.nodes, SETS), (game.options + len(tabulation.probabilities),), *counted
        )
        shares[: game.options, : len(block)] = behaviour[:, first:last]
        shares[game.options :, : len(block)] = tabulation.probabilities[:, first:last]
        shares[:, len(block) :] = 0.0
        sums = Sums(*rest)
        for each in sums:
            each[:] = 0.0
        kernel(layout, shares, asked, mass, np.zeros(game.nodes, np.uint8), sums)
        ends[:, :, first:last], occasions[:, :, first:last], found[:, first:last] = (
            each[..., : len(block)] for each in sums
        )

    Problem(game, tabulation, threads=threads).over_blocks(np.arange(worlds), work)
    return Tally(ends, occasions, found)


class Asked(NamedTuple):
    """Bits that each edge sets (track, edge), those of the root (track), what kind of occasion each edge is
    (track, edge), and the group of each terminal node (node)."""

    edges: Bytes
    roots: Ints
    occasion: Bytes
    group: Ints


class Sums(NamedTuple):
    """ends (track, set, lane), occasions (track, 2, lane) and groups (group, lane)."""

    ends: Floats
    occasions: Floats
    groups: Floats


def _nothing(game: Game) -> Track:
    return Track(np.zeros(game.edges, np.uint8), 0, np.zeros(game.edges, np.uint8))


@part
def add(sums: Any, row: int, more: Any) -> None:
    store(sums, row, load(sums, row) + more)


@part
def pass_on(mass: Any, present: Any, n: int, held: int, share: Any, here: Any) -> None:
    """Let `share` of the mass here pass to node n with the set `held`."""
    row, bit = n * SETS + held, 1 << held
    if present[n] & bit:
        store(mass, row, fma(share, here, load(mass, row)))
    else:
        present[n] |= bit
        store(mass, row, share * here)


@part
def count_track(layout: Any, shares: Any, asked: Any, mass: Any, present: Any, sums: Any, track: int) -> None:
    """Follow one track. `present` (node): which sets of a node hold a number; other rows are stale."""
    present[:] = 0
    present[0] = 1 << asked.roots[track]
    store(mass, asked.roots[track], spread(1.0))
    for n in range(present.shape[0]):
        first, last = layout.first_edge[n], layout.first_edge[n + 1]
        for held in range(SETS):
            if not present[n] & (1 << held):
                continue
            here = load(mass, n * SETS + held)
            if first == last:
                add(sums.ends, track * SETS + held, here)
                if track == 0 and asked.group[n] >= 0:
                    add(sums.groups, asked.group[n], here)
            for e in range(first, last):
                share, kind = load(shares, layout.share[e]), asked.occasion[track, e]
                pass_on(mass, present, layout.child[e], held | asked.edges[track, e], share, here)
                if kind > 0:
                    add(sums.occasions, track * 2 + kind - 1, share * here)


def count_ends(layout: Any, shares: Any, asked: Any, mass: Any, present: Any, sums: Any) -> None:
    """Fill `sums`; groups are counted once. `mass` (node, set, lane) and `present` (node) are memory."""
    for track in range(asked.edges.shape[0]):
        count_track(layout, shares, asked, mass, present, sums, track)


@cache
def count_kernel() -> Callable[..., None]:
    """The compiled pass, kept beside the solver's kernels under a name with the hash of this file."""
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    folder = kernels.cache_folder() / f"tally-{own}"
    folder.mkdir(mode=0o700, exist_ok=True)
    bytes_, ints = (types.Array(types.uint8, 2, "C"), types.Array(types.int32, 1, "C"))
    named: Callable[..., Any] = types.NamedTuple
    signature = void(
        kernels.LAYOUT,
        kernels.MATRIX,
        named((bytes_, ints, bytes_, ints), Asked),
        kernels.CUBE,
        types.Array(types.uint8, 1, "C"),
        named((kernels.CUBE, kernels.CUBE, kernels.MATRIX), Sums),
    )
    config: Any = numba.config
    kept, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        compiled: Callable[..., None] = numba.jit(signature, cache=True, **JIT)(count_ends)
    finally:
        config.CACHE_DIR = kept
    return compiled
