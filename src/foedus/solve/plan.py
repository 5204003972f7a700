"""How to walk a game that hides nothing, made once per game."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game
from foedus.solve.kernels import compiled
from foedus.solve.layout import Ints, layout_of
from foedus.solve.tape import CHANCE, EDGE, HEADER, MANY, PAID, THREE, TWO, Tape


class Plan(NamedTuple):
    """A tape and what there is to know about it.

    slots: how many are used. widest: rows for scores, one for each edge of a record. end: the row of payoffs
    of a game that is over at once. unpaid: rows of payoffs that nobody gets. tree: whether no record is a
    child of two. weighted: whether weights can differ within a set.
    """

    tape: Tape
    slots: int
    widest: int
    end: int
    unpaid: NDArray[np.intp]
    tree: bool
    weighted: bool


SCORES = 4
"""Rows that a record of three options needs for its scores."""


@lru_cache(maxsize=128)
def plan_of(game: Game, rows: int) -> Plan | None:
    """The plan, made once per game, of so many rows of payoffs; None where something is hidden.

    Raises UnorderedGame.
    """
    if not game.hides_nothing:
        return None
    layout = layout_of(game)
    inner, into = game.information_set != TERMINAL, np.diff(layout.in_first)
    records = int(np.count_nonzero(inner))
    tape = Tape(np.empty(HEADER * records + EDGE * game.edges, np.int32), np.empty(records, np.int32))
    work = np.zeros((5, game.nodes), np.int32)
    paid = np.concatenate([game.payoff[~inner], game.payment[game.payment != 0]])
    kinds = _kinds(game)
    slots = compiled().arrange(layout, kinds, tape, work)
    return Plan(
        tape,
        slots,
        int(np.max(np.diff(game.first_edge), initial=SCORES)),
        int(game.payoff[0]),
        np.setdiff1d(np.arange(rows), paid),
        tree=bool(np.all(into[inner] <= 1)),
        weighted=bool(_weighted(game).any()),
    )


def _weighted(game: Game) -> NDArray[np.bool_]:
    """Whether the options of a set have different rows of weights (information set)."""
    if not game.information_sets:
        return np.zeros(0, np.bool_)
    first = game.first_option[:-1]
    least = np.minimum.reduceat(game.weight, first)
    return np.not_equal(least, np.maximum.reduceat(game.weight, first))


def _kinds(game: Game) -> Ints:
    """The kind of each node's record (node)."""
    kinds = np.full(game.nodes, CHANCE, np.int32)
    sets = np.diff(game.first_option)
    usual = ~_weighted(game)
    owned = np.where(usual & (sets == 2), TWO, np.where(usual & (sets == 3), THREE, MANY))
    moves = game.information_set >= 0
    kinds[moves] = owned[game.information_set[moves]]
    paying = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))[np.not_equal(game.payment, 0)]
    kinds[paying] |= PAID
    return kinds
