"""How far apart the best and the worst possible play of a game are for each actor."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game
from foedus.game.table import Tabulation
from foedus.solve.arena import lend_each
from foedus.solve.block import Floats, Indices, gather
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import layout_of
from foedus.solve.merging import merged
from foedus.solve.problem import Problem
from foedus.solve.runs import schedule_of
from foedus.solve.walks import Tour

Rows = NDArray[np.intp]

FEW = 2
"""Worlds up to which each is taken by itself, with the actors side by side."""
TASK = 128
"""Worlds that a thread takes at a time."""


def payoff_spread(game: Game, tabulation: Tabulation, threads: int | None = None) -> Floats:
    """Most less least that each actor (actor, world) can get in any possible play, payments included.

    An edge whose probability or weight is 0 is on no possible play. Raises UnorderedGame.
    """
    worlds, actors = tabulation.worlds, len(game.actors)
    tour, doors = _toured(game, tabulation)
    if worlds <= FEW and actors <= WIDTH:
        return _one_by_one(tour, tabulation.payoffs, doors)
    payoffs, spread = tabulation.payoffs.reshape(-1, worlds), np.empty((actors, max(worlds, WIDTH)))
    if worlds < WIDTH:
        payoffs, doors = (gather(each, np.arange(worlds)) for each in (payoffs, doors))
    payoffs, doors = _whole(payoffs), _whole(doors)

    def work(block: Indices) -> None:
        _fill(tour, payoffs, doors, spread, int(block[0]), int(block[-1]) + 1)

    Problem(game, tabulation, threads=threads).over_blocks(np.arange(worlds), work, TASK)
    return spread[:, :worlds]


def _one_by_one(tour: Tour, payoffs: Floats, doors: Floats) -> Floats:
    """The same, world after world: the lanes are the actors, who differ in what they are paid alone."""
    rows, actors, worlds = payoffs.shape
    found, paid, spread = np.empty((actors, worlds)), np.zeros((rows, WIDTH)), np.empty((1, WIDTH))
    for world in range(worlds):
        paid[:, :actors] = payoffs[:, :, world]
        _fill(tour, paid, np.repeat(doors[:, world : world + 1], WIDTH, axis=1), spread, 0, WIDTH)
        found[:, world] = spread[0, :actors]
    return found


def _fill(tour: Tour, payoffs: Floats, doors: Floats, spread: Floats, first: int, last: int) -> None:
    room = (tour.slots * len(spread) + len(payoffs),)
    least, most = lend_each(room, room)
    compiled().extremes(tour, payoffs, doors, least, most, spread, first, last)


def _whole(numbers: Floats) -> Floats:
    """The same as the kernel takes it: contiguous, and not closed to writing."""
    return np.require(numbers, np.float64, ["C", "W"])


class _Way(NamedTuple):
    """A tour without doors. gate (edge): the row of weights, or, where it is `chance`, of probabilities."""

    tour: Tour
    gate: NDArray[np.intp]
    chance: NDArray[np.bool_]


def _toured(game: Game, tabulation: Tabulation) -> tuple[Tour, Floats]:
    """The tour, and the doors (row, world): weights and probabilities that are 0 in some world."""
    numbers = np.concatenate((tabulation.weights, tabulation.probabilities))
    shut = (numbers == 0.0).any(axis=1)
    tour, rows = _with_doors(game, shut.tobytes(), len(tabulation.weights))
    return tour, numbers[rows]


@lru_cache(maxsize=128)
def _with_doors(game: Game, shut: bytes, weights: int) -> tuple[Tour, Rows]:
    """The tour with a door at each row of weights, which come first, or of probabilities that is `shut`, and
    these rows; made once per game and for what is shut."""
    rows, way = np.frombuffer(shut, np.bool_), _way_of(game)
    number = np.where(rows, np.cumsum(rows) - 1, -1).astype(np.int32)
    door = number[way.gate + np.where(way.chance, weights, 0)]
    return way.tour._replace(door=door), np.flatnonzero(rows)


@lru_cache(maxsize=128)
def _way_of(game: Game) -> _Way:
    game = merged(game)
    layout, (schedule, _, slots) = layout_of(game), schedule_of(game)
    ends = layout.information_set == TERMINAL
    row = np.where(ends, slots + layout.payoff, schedule.slot)
    inner = np.flatnonzero(~ends)
    stops = inner[np.argsort(schedule.run[inner], kind="stable")]
    degree = np.diff(layout.first_edge)[stops]
    first = np.concatenate([[0], np.cumsum(degree)])
    edges = np.arange(first[-1]) + np.repeat(layout.first_edge[stops] - first[:-1], degree)
    share, options = layout.share[edges], game.options
    chance = share >= options
    gate = np.where(chance, share - options, np.append(layout.weight, 0)[np.minimum(share, options)])
    numbers = row[stops], first, row[layout.child[edges]], layout.payment[edges], np.empty(0)
    slot, starts, below, paid, door = (np.ascontiguousarray(each, np.int32) for each in numbers)
    return _Way(Tour(slot, starts, below, paid, door, slots, int(row[0])), gate, chance)
