"""A game's runs as lists of what the backward half of a sweep reads and writes, made once per game."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game
from foedus.solve.block import Floats
from foedus.solve.kernels import compiled
from foedus.solve.layout import Ints, layout_of
from foedus.solve.rearward import FREE, KINDS, MEMBER, PAYING, WAYS, WIDE, Runs
from foedus.solve.schedule import MOST_BITS, ROWS, WINDOW, Schedule

Longs = NDArray[np.intp]
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
    lists = Lists(game, paying, found, layout.share, count, slots)
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
        self, game: Game, pays: Bools, schedule: Schedule, share: Ints, count: int, slots: int
    ) -> None:
        self.game, self.run, self.share, self.count = game, schedule.run, share, count
        self.pays, self.parent = pays, np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
        actors, ends = len(game.actors), np.asarray(game.information_set) == TERMINAL
        self.row = np.where(ends, slots + np.asarray(game.payoff), schedule.slot) * actors
        self.below = self.row[game.child]
        self.paid = (slots + np.asarray(game.payment)) * actors
        self.first, self.needed = _spans(schedule.turns, actors)
        self.degree = np.diff(game.first_edge)

    def all(self) -> list[Longs]:
        """Everything in the order of `Runs`, but how many slots there are."""
        inner = np.flatnonzero((self.needed > 0) & (self.degree > 0))
        others = inner[self.degree[inner] != 2]
        return [
            *self.sets(),
            *self.members(),
            *self.pairs(inner[self.degree[inner] == 2]),
            *self.others(others[np.argsort(self.run[others], kind="stable")]),
            *self.tolls(),
            self.below,
            self.paid,
        ]

    def sets(self) -> tuple[Longs, Longs]:
        """`sets` and `first_set`."""
        game = self.game
        pays, owner = np.zeros(game.information_sets, np.bool_), np.asarray(game.information_set)
        chosen = np.flatnonzero(owner[self.parent] >= 0)
        by = owner[self.parent[chosen]]
        pays[by[self.pays[game.payment[chosen], game.mover[by]]]] = True
        kind = np.where(np.diff(game.first_option) == 2, np.where(pays, PAYING, FREE), WIDE)
        group = self.run[game.first_node] * KINDS + kind
        return np.argsort(group, kind="stable"), _firsts(group, self.count * KINDS)

    def members(self) -> tuple[Longs, Longs]:
        """`members` and `first_member`."""
        game, owner = self.game, np.asarray(self.game.information_set)
        two = np.append(np.diff(game.first_option) == 2, False)  # the last is for nodes of no set
        nodes = np.flatnonzero(two[np.maximum(owner, -1)])
        nodes = nodes[np.argsort(owner[nodes], kind="stable")]
        edges = np.asarray(game.first_edge)[nodes][:, None] + np.array([1, 0])
        rows = np.stack([self.below[edges], self.paid[edges]], axis=2)
        rows += game.mover[owner[nodes]][:, None, None]
        members = np.concatenate([nodes[:, None], rows.reshape(len(nodes), MEMBER - 1)], axis=1)
        return members.ravel(), _firsts(owner[nodes], game.information_sets)

    def pairs(self, nodes: Longs) -> tuple[Longs, Longs, Longs]:
        """`pairs`, `parts` and `first_part`, for these nodes."""
        edges, first = np.asarray(self.game.first_edge)[nodes][:, None] + np.arange(2), self.first[nodes]
        rows = [self.share[edges], self.below[edges] + first[:, None]]
        ways = np.stack(rows, axis=2).reshape(len(nodes), WAYS - 1)
        pairs = np.concatenate([(self.row[nodes] + first)[:, None], ways], axis=1)
        order = np.lexsort((self.needed[nodes], self.run[nodes]))
        run, needed = self.run[nodes][order], self.needed[nodes][order]
        new = np.flatnonzero(np.append(True, (np.diff(run) != 0) | (np.diff(needed) != 0))[: len(nodes)])
        parts = np.stack([needed[new], new, np.append(new[1:], len(nodes))[: len(new)]], axis=1)
        return pairs[order].ravel(), parts.ravel(), _firsts(run[new], self.count)

    def others(self, nodes: Longs) -> tuple[Longs, Longs]:
        """`others` and `first_other`, for these nodes, which come by run."""
        told = np.stack([nodes, self.row[nodes], self.first[nodes], self.needed[nodes]], axis=1)
        return told.ravel(), _firsts(self.run[nodes], self.count)

    def tolls(self) -> tuple[Longs, Longs]:
        """`tolls` and `first_toll`."""
        after = np.arange(len(self.game.actors)) - self.first[:, None]
        wanted = (after >= 0) & (after < self.needed[:, None])
        edges, actor = np.nonzero(self.pays[self.game.payment] & wanted[self.parent])
        order = np.argsort(self.run[self.parent[edges]], kind="stable")
        edges, actor = edges[order], actor[order]
        here, share, toll = self.row[self.parent[edges]], np.asarray(self.share)[edges], self.paid[edges]
        return np.stack([here + actor, share, toll + actor], axis=1).ravel(), _firsts(
            self.run[self.parent[edges]], self.count
        )


def _spans(turns: NDArray[np.int64], actors: int) -> tuple[Longs, Longs]:
    """The first actor on whose value of a node an earlier choice turns, and how many there are from that to
    the last such actor (node)."""
    if actors > MOST_BITS:
        return np.zeros(len(turns), np.intp), np.full(len(turns), actors)
    needs = (turns[:, None] >> np.arange(actors)) & 1 == 1
    first, after = needs.argmax(axis=1), actors - needs[:, ::-1].argmax(axis=1)
    return first, np.where(needs.any(axis=1), after - first, 0)


def _owned(numbers: NDArray[Any]) -> Ints:
    return np.ascontiguousarray(numbers, np.int32)


def _firsts(group: NDArray[Any], count: int) -> Longs:
    """Where those of each group start, and the end."""
    return np.concatenate([[0], np.cumsum(np.bincount(group, minlength=count))])
