"""Ends and occasions of a play counted in one forward pass for each thing that is followed, over all worlds.

The pass is that of `foedus.solve.follow`, but it keeps sums alone and visits only the sets of bits that
occur, so that what becomes of every promise in ten thousand worlds costs a fraction of solving them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types, void
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve import kernels
from foedus.solve.arithmetic import JIT

Floats = NDArray[np.float64]
Bytes = NDArray[np.uint8]

LANES = 32
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


def tally(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    tracks: Sequence[Track],
    *,
    group: NDArray[np.int32],
    groups: int,
    threads: int | None = None,
) -> Tally:
    """Count what the tracks follow under a behaviour (option, world).

    `group` (node) is the group of a terminal node, −1 for none. Every world is counted by itself: the
    result does not depend on the number of threads or on the worlds beside it.
    """
    worlds = tabulation.worlds
    whole = [*tracks] or [_nothing(game)]
    edges = np.stack([track.edges for track in whole])
    roots = np.array([track.root for track in whole], np.int32)
    occasion = np.stack([track.occasion for track in whole])
    ends = np.zeros((len(whole), SETS, worlds))
    occasions = np.zeros((len(whole), 2, worlds))
    found = np.zeros((groups, worlds))
    lanes = min(LANES, worlds)
    kernel, structure = count_kernel(), _structure(game)

    def block(first: int) -> None:
        here = slice(first, min(first + lanes, worlds))
        probabilities = _filled(tabulation.probabilities[:, here], lanes)
        sigma = _filled(behaviour[:, here], lanes)
        sums = (np.zeros((*ends.shape[:2], lanes)), np.zeros((*occasions.shape[:2], lanes)))
        grouped = np.zeros((groups, lanes))
        scratch = np.empty((game.nodes, SETS, lanes)), np.zeros((game.nodes, SETS), np.uint8)
        kernel(*structure, probabilities, sigma, edges, roots, occasion, group, *scratch, *sums, grouped)
        width = here.stop - first
        ends[:, :, here], occasions[:, :, here] = sums[0][:, :, :width], sums[1][:, :, :width]
        found[:, here] = grouped[:, :width]

    starts = range(0, worlds, lanes)
    workers = min(threads or os.cpu_count() or 1, len(starts))
    if workers <= 1:
        for first in starts:
            block(first)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(block, starts))
    return Tally(ends[: len(tracks)], occasions[: len(tracks)], found)


def _structure(game: Game) -> tuple[NDArray[np.int32], ...]:
    """first_edge, source of σ (node), child and probability, as the kernel takes them."""
    number = np.asarray(game.information_set)
    first_option = np.append(np.asarray(game.first_option), 0)
    source = np.where(number >= 0, first_option[np.maximum(number, 0)], number)
    arrays = (game.first_edge, source, game.child, game.probability)
    return tuple(np.ascontiguousarray(each, dtype=np.int32) for each in arrays)


def _nothing(game: Game) -> Track:
    return Track(np.zeros(game.edges, np.uint8), 0, np.zeros(game.edges, np.uint8))


def _filled(numbers: Floats, lanes: int) -> Floats:
    """A block's numbers with the last world repeated until it is full."""
    missing = lanes - numbers.shape[1]
    return np.ascontiguousarray(np.pad(numbers, ((0, 0), (0, missing)), mode="edge"))


def count_ends(
    first_edge: Any,
    source: Any,
    child: Any,
    probability: Any,
    probabilities: Any,
    sigma: Any,
    edges: Any,
    roots: Any,
    occasion: Any,
    group: Any,
    mass: Any,
    present: Any,
    ends: Any,
    occasions: Any,
    grouped: Any,
) -> None:
    """Fill ends (track, set, lane), occasions (track, 2, lane) and, once, grouped (group, lane).

    `source` (node) is a decision node's first option, CHANCE or TERMINAL else. `present` (node, set) tells
    which rows of `mass` (node, set, lane) hold a number; the others are stale.
    """
    lanes = mass.shape[2]
    for track in range(edges.shape[0]):
        present[:] = 0
        present[0, roots[track]] = 1
        for lane in range(lanes):
            mass[0, roots[track], lane] = 1.0
        for n in range(mass.shape[0]):
            for held in range(mass.shape[1]):
                if present[n, held] == 0:
                    continue
                if source[n] == -2:
                    for lane in range(lanes):
                        ends[track, held, lane] += mass[n, held, lane]
                    if track == 0 and group[n] >= 0:
                        for lane in range(lanes):
                            grouped[group[n], lane] += mass[n, held, lane]
                for e in range(first_edge[n], first_edge[n + 1]):
                    after = held | edges[track, e]
                    chosen = source[n] >= 0
                    row = source[n] + e - first_edge[n] if chosen else probability[e]
                    chance = sigma if chosen else probabilities
                    if present[child[e], after] == 0:
                        present[child[e], after] = 1
                        for lane in range(lanes):
                            mass[child[e], after, lane] = chance[row, lane] * mass[n, held, lane]
                    else:
                        for lane in range(lanes):
                            mass[child[e], after, lane] += chance[row, lane] * mass[n, held, lane]
                    kind = occasion[track, e]
                    if kind > 0:
                        for lane in range(lanes):
                            occasions[track, kind - 1, lane] += chance[row, lane] * mass[n, held, lane]


@cache
def count_kernel() -> Callable[..., None]:
    """The compiled pass, kept beside the solver's kernels under a name with the hash of this file."""
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]
    folder = kernels.cache_folder() / f"tally-{own}"
    folder.mkdir(mode=0o700, exist_ok=True)
    bytes_, bits = (types.Array(types.uint8, 2, "C"), types.Array(types.int32, 1, "C"))
    signature = void(
        *[bits] * 4,
        kernels.MATRIX,
        kernels.MATRIX,
        bytes_,
        bits,
        bytes_,
        bits,
        kernels.CUBE,
        bytes_,
        kernels.CUBE,
        kernels.CUBE,
        kernels.MATRIX,
    )
    config: Any = numba.config
    kept, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        compiled: Callable[..., None] = numba.jit(signature, cache=True, **JIT)(count_ends)
    finally:
        config.CACHE_DIR = kept
    return compiled
