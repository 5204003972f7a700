"""A game's runs as lists of what a sweep reads and writes, made once per game."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game
from foedus.solve.block import Floats
from foedus.solve.kernels import compiled
from foedus.solve.layout import Ints, Layout, hides, layout_of, leads, stretches
from foedus.solve.rearward import FREE, KINDS, PAYING, TWO, WIDE, Runs
from foedus.solve.schedule import MOST_BITS, ROWS, WINDOW, Schedule

Longs = NDArray[np.intp]
Whole = NDArray[np.integer]
Bools = NDArray[np.bool_]


def pays(payoffs: Floats) -> bytes:
    """A flag for each row and actor of payoffs (row, actor, world): whether they are not 0 in all worlds."""
    flags: Bools = (payoffs != 0.0).any(axis=2)
    return flags.tobytes()


@lru_cache(maxsize=128)
def runs_of(game: Game, some: bytes) -> Runs:
    """The runs of a game, made once per game and per what `pays`. Raises UnorderedGame."""
    layout = layout_of(game)
    found, count, slots = schedule_of(game)
    paying = np.frombuffer(some, np.bool_).reshape(-1, len(game.actors))
    lists = Lists(game, paying, found, layout, count, slots)
    return Runs(slots * len(game.actors), *map(_owned, lists.all()))


@lru_cache(maxsize=128)
def schedule_of(game: Game) -> tuple[Schedule, int, int]:
    """A game's schedule, and how many runs and slots there are, made once per game. Raises UnorderedGame."""
    nodes = game.nodes
    found = Schedule(np.zeros(nodes, np.int32), np.zeros(nodes, np.int32), np.zeros(nodes, np.int64))
    work = np.empty((ROWS, nodes), np.int32)
    count, slots = compiled().schedule(layout_of(game), found, WINDOW, work)
    return found, count, slots


def turns_of(game: Game) -> NDArray[np.int64]:
    """A bit (node) for each actor on whose value of the node an earlier choice turns; all, of many actors."""
    turns: NDArray[np.int64] = schedule_of(game)[0].turns
    return turns if len(game.actors) <= MOST_BITS else np.full(game.nodes, -1, np.int64)


class Lists:
    """What the lists are made of: rows (node, edge), the first actor needed, and how many (node)."""

    def __init__(
        self, game: Game, pays: Bools, schedule: Schedule, layout: Layout, count: int, slots: int
    ) -> None:
        self.game, self.run, self.layout, self.count = game, schedule.run, layout, count
        self.pays, self.parent = pays, np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
        actors, ends = len(game.actors), np.asarray(game.information_set) == TERMINAL
        self.row = np.where(ends, slots + np.asarray(game.payoff), schedule.slot) * actors
        self.below = self.row[game.child]
        self.paid = (slots + np.asarray(game.payment)) * actors
        self.first, self.needed = _spans(schedule.turns, actors)

    def all(self) -> list[Longs]:
        """Everything in the order of `Runs`, but how many slots there are."""
        return [*self.sets(), *self.choices(), *self.means(), *self.ways(), self.below, self.paid]

    def sets(self) -> tuple[Longs, Longs]:
        """`sets` and `first_set`."""
        kind = np.where(np.diff(self.game.first_option) == 2, TWO, WIDE)
        group = self.run[self.game.first_node] * KINDS + kind
        return np.argsort(group, kind="stable"), _firsts(group, self.count * KINDS)

    def choices(self) -> tuple[Longs, Longs, Longs]:
        """`choices`, `choice_parts` and `first_choice`."""
        game, sets = self.game, np.flatnonzero(np.diff(self.game.first_option) == 2)
        first = np.asarray(game.first_node)[sets]
        weights = np.asarray(game.weight)[np.asarray(game.first_option)[sets][:, None] + np.arange(2)]
        heads = np.column_stack([sets, self.layout.first_row[sets], game.mover[sets], weights])
        size = game.last_node[sets] - first
        owner, nodes = np.repeat(np.arange(len(sets)), size), stretches(first, first + size)
        edges, mover = np.asarray(game.first_edge)[nodes][:, None] + [1, 0], game.mover[sets][owner][:, None]
        paying = owner[self.pays[game.payment[edges], mover].any(axis=1)]
        width = np.where(np.bincount(paying, minlength=len(sets)) > 0, PAYING, FREE)
        told = np.column_stack([nodes, self.below[edges] + mover, self.paid[edges] + mover])
        told = told[np.arange(PAYING) < width[owner][:, None]]
        return self.parted(self.run[first], [size, width], heads, told, size * width)

    def means(self) -> tuple[Longs, Longs, Longs]:
        """`means`, `mean_parts` and `first_mean`."""
        game, nodes = self.game, np.flatnonzero((self.needed > 0) & (np.diff(self.game.first_edge) > 0))
        after = np.arange(len(game.actors)) - self.first[:, None]
        wanted = (after >= 0) & (after < self.needed[:, None])
        tolls = np.flatnonzero((self.pays[game.payment] & wanted[self.parent]).any(axis=1))
        edges = np.concatenate([np.arange(game.edges), tolls])
        rows = np.concatenate([self.below, self.paid[tolls]]) + self.first[self.parent[edges]]
        pairs = np.column_stack([np.asarray(self.layout.share)[edges], rows])
        pairs = pairs[np.argsort(self.parent[edges], kind="stable")]
        size = np.bincount(self.parent[edges], minlength=game.nodes)
        last = np.cumsum(size)
        told = pairs[stretches((last - size)[nodes], last[nodes])].ravel()
        heads, size = (self.row + self.first)[nodes][:, None], size[nodes]
        return self.parted(self.run[nodes], [size, self.needed[nodes]], heads, told, 2 * size)

    def ways(self) -> tuple[Longs, Longs]:
        """`ways` and `way_parts`."""
        layout, counts = self.layout, leads(self.game) | hides(self.game)
        nodes = 1 + np.flatnonzero(counts[1:])
        first, last = layout.in_first[nodes], layout.in_first[nodes + 1]
        told = np.column_stack([layout.in_parent, layout.in_share])[stretches(first, last)].ravel()
        size, turn = np.asarray(last - first, np.intp), self.count - 1 - self.run[nodes]
        records, parts, _ = self.parted(turn, [size], nodes[:, None], told, 2 * size)
        return records, parts

    def parted(
        self, run: Whole, keys: Sequence[Whole], heads: Whole, told: Whole, size: Whole
    ) -> tuple[Longs, Longs, Longs]:
        """Records in the order of runs and, within each, of `keys` (record), their parts, and the first part
        of each run. A record is a head (record, …) and so many (record) of the numbers `told`."""
        order = np.lexsort((*keys[::-1], run))
        last, whole = np.cumsum(size), size[order] + heads.shape[1]
        end = np.cumsum(whole)
        start = end - whole
        records, rest = np.empty(int(whole.sum()), np.intp), np.ones(int(whole.sum()), np.bool_)
        places = start[:, None] + np.arange(heads.shape[1])
        records[places], rest[places] = heads[order], False
        records[rest] = told[stretches((last - size)[order], last[order])]
        kinds = np.column_stack([run, *keys])[order]
        new = np.flatnonzero(np.append(True, (np.diff(kinds, axis=0) != 0).any(axis=1))[: len(order)])
        final = np.append(new[1:], len(order))[: len(new)] - 1
        parts = np.column_stack([kinds[new, 1:], start[new], end[final]])
        return records, parts.ravel(), _firsts(kinds[new, 0], self.count)


def _spans(turns: NDArray[np.int64], actors: int) -> tuple[Longs, Longs]:
    """The first actor on whose value of a node an earlier choice turns, and how many there are from that to
    the last such actor (node)."""
    if actors > MOST_BITS:
        return np.zeros(len(turns), np.intp), np.full(len(turns), actors)
    needs = (turns[:, None] >> np.arange(actors)) & 1 == 1
    first, after = needs.argmax(axis=1), actors - needs[:, ::-1].argmax(axis=1)
    return first, np.where(needs.any(axis=1), after - first, 0)


def _owned(numbers: Whole) -> Ints:
    return np.ascontiguousarray(numbers, np.int32)


def _firsts(group: Whole, count: int) -> Longs:
    """Where those of each group start, and the end."""
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=count))])
