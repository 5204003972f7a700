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

from foedus.analysis import judging, unfolding
from foedus.analysis.judging import QUANTITIES, judge
from foedus.analysis.unfolding import SETS, Asked, Groups, Told, Track, mark, prune, unfold
from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve import kernels, kinds
from foedus.solve.arena import lend_each
from foedus.solve.arithmetic import JIT, part
from foedus.solve.lanes import WIDTH, entry, fma, load, load_from, spread, store
from foedus.solve.layout import layout_of
from foedus.solve.problem import Problem
from foedus.solve.queue import copy_rows

Floats = NDArray[np.float64]

TASK = 128
"""Worlds that a thread takes at a time."""


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
    followed = [*tracks] or [_nothing(game)]
    told = Told(
        np.stack([track.edges for track in followed]),
        np.array([track.root for track in followed], np.int32),
        np.stack([track.occasion for track in followed]),
        np.asarray(np.full(game.nodes, -1) if groups is None else groups.group, np.int32),
    )
    present = np.zeros((len(followed), game.nodes), np.uint8)
    passes().mark(layout_of(game), told, present)
    sizes = np.unpackbits(present[:, :, None], axis=2).sum(axis=2, dtype=np.int32)
    states, ways = sizes.sum(axis=1), int((sizes * np.diff(game.first_edge)).sum())
    count = int(states.sum())
    whole = Asked(
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
    passes().unfold(layout_of(game), told, present, rows, whole)
    return _pruned(whole)


def _pruned(whole: Asked) -> Asked:
    """The same without what comes after all is settled."""
    count = len(whole.ends)
    passes().prune(whole, np.empty(count, np.int64), np.full(count, -1, np.int32))
    count = int(whole.start[-1])
    ways = int(whole.first[count])
    return whole._replace(
        first=whole.first[: count + 1].copy(),
        ends=whole.ends[:count].copy(),
        group=whole.group[:count].copy(),
        to=whole.to[:ways].copy(),
        share=whole.share[:ways].copy(),
        kind=whole.kind[:ways].copy(),
        most=int(np.diff(whole.start).max()),
    )


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
    ends, occasions = tracks * SETS, tracks * 2
    whole = np.empty((ends + occasions + outcomes, worlds))
    flat = whole[:ends], whole[ends : ends + occasions], whole[ends + occasions :]
    rooms = (game.options + len(drawn[1]),), (asked.most,)
    sums = (tracks, SETS), (tracks, 2), (outcomes,), (groups,)
    count = passes().follow

    def work(first: int, last: int) -> None:
        shares, mass, *counted = lend_each(*rooms, *sums)
        count(*drawn, asked, shares, mass, Sums(*counted), *flat, first, last)

    if worlds <= WIDTH:
        work(0, worlds)
    else:
        Problem(game, tabulation, threads=threads).over_blocks(
            np.arange(worlds), lambda task: work(int(task[0]), int(task[-1]) + 1), TASK
        )
    return Tally(flat[0].reshape(tracks, SETS, worlds), flat[1].reshape(tracks, 2, worlds), flat[2])


def judged(ends: Floats, occasions: Floats, solved: NDArray[np.bool_], promises: int) -> Floats:
    """What ends (track, set, world) and occasions (track, 2, world) say (row, world), as `judge` tells.

    The first tracks follow so many promises, the others signatories.
    """
    rows = len(ends) + (QUANTITIES - 1) * promises
    found = np.empty((rows, len(solved)))
    passes().judge(_whole(ends), _whole(occasions), _flags(solved), promises, found)
    return found


def _flags(solved: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.require(solved, np.bool_, ["C", "W"])


def _whole(numbers: Floats) -> Floats:
    """The same as kernels take it: contiguous, and not closed to writing."""
    if numbers.flags.carray:
        return numbers
    return np.require(numbers, np.float64, ["C", "W"])


class Sums(NamedTuple):
    """ends (track, set, lane), occasions (track, 2, lane), outcomes (outcome, lane), groups (group, lane)."""

    ends: Floats
    occasions: Floats
    outcomes: Floats
    groups: Floats


def _nothing(game: Game) -> Track:
    return Track(np.zeros(game.edges, np.uint8), 0, np.zeros(game.edges, np.uint8))


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
    prune: Callable[..., None]
    follow: Callable[..., None]
    judge: Callable[..., None]


@cache
def passes() -> Passes:
    """They are kept beside the solver's kernels under a name with the hash of their files."""
    files = [Path(__file__), Path(str(unfolding.__file__)), Path(str(judging.__file__))]
    own = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]
    folder = kernels.cache_folder() / f"tally-{own}"
    folder.mkdir(mode=0o700, exist_ok=True)
    bytes_, ints = (types.Array(kind, 2, "C") for kind in (types.uint8, types.int32))
    named: Callable[..., Any] = types.NamedTuple
    row = types.Array(types.int32, 1, "C")
    told = named((bytes_, row, bytes_, row), Told)
    asked = named((*[row] * 6, types.Array(types.uint8, 1, "C"), bytes_, types.int64), Asked)
    matrix = kinds.MATRIX
    sums = named((*[kinds.CUBE] * 2, *[matrix] * 2), Sums)
    signatures = (
        (mark, void(kinds.LAYOUT, told, bytes_)),
        (unfold, void(kinds.LAYOUT, told, bytes_, ints, asked)),
        (prune, void(asked, types.Array(types.int64, 1, "C"), row)),
        (follow, void(*[matrix] * 2, asked, *[matrix] * 2, sums, *[matrix] * 3, *[types.int64] * 2)),
        (judge, void(*[kinds.CUBE] * 2, types.Array(types.boolean, 1, "C"), types.int64, matrix)),
    )
    config: Any = numba.config
    kept, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        return Passes(*(numba.jit(types_, cache=True, **JIT)(function) for function, types_ in signatures))
    finally:
        config.CACHE_DIR = kept
