"""A game cut into runs: stretches of nodes none of which is a child of another, but where play ends.

The sets of a run answer, and its nodes find their values, in any order, so the kernels do what is alike for
one after the other, and the processor need not wait for the end of a long chain of arithmetic before it
begins with the next.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game

LONGEST = 64
WAYS, MEMBER = 7, 5


class Runs(NamedTuple):
    """Runs from the end of the game to the root. The k-th has the information sets
    sets[first_set[k]] … sets[first_set[k + 1] - 1], and likewise of `others`, nodes of other than two ways,
    and of `pairs`, nodes of two, each as WAYS numbers: its own row of values, then of either way the share,
    the child's row of values and the row of payments. Rows are those of actor 0; each actor has one.

    members: of each node of an information set of two options MEMBER numbers, the node, then the mover's rows
    of values and of payments for the second option, and for the first. Those of set h, if it is such a set,
    are first_member[h] … first_member[h + 1] - 1.
    """

    sets: NDArray[np.intp]
    first_set: NDArray[np.intp]
    pairs: NDArray[np.intp]
    first_pair: NDArray[np.intp]
    others: NDArray[np.intp]
    first_other: NDArray[np.intp]
    members: NDArray[np.intp]
    first_member: NDArray[np.intp]


def runs_of(game: Game, share: NDArray[np.integer]) -> Runs:
    """The runs of a game, given the share of each edge (see `Layout`)."""
    starts, actors = _starts(game), len(game.actors)
    degree, first = np.diff(game.first_edge), np.asarray(game.first_edge)
    run = np.searchsorted(-starts, -np.arange(game.nodes), "left")
    inner = np.flatnonzero(game.information_set != TERMINAL)
    two, others = inner[degree[inner] == 2], inner[degree[inner] != 2]
    two, others = two[np.argsort(run[two], kind="stable")], others[np.argsort(run[others], kind="stable")]
    edges = first[two][:, None] + np.arange(2)
    ways = np.stack([share[edges], game.child[edges] * actors, game.payment[edges] * actors], axis=2)
    members, first_member = _members(game)
    of_set = run[np.asarray(game.first_node)]
    count = len(starts)
    return Runs(
        sets=np.argsort(of_set, kind="stable"),
        first_set=_firsts(of_set, count),
        pairs=np.concatenate([two[:, None] * actors, ways.reshape(len(two), WAYS - 1)], axis=1).ravel(),
        first_pair=_firsts(run[two], count),
        others=others,
        first_other=_firsts(run[others], count),
        members=members.ravel(),
        first_member=first_member,
    )


def _members(game: Game) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    owner, actors = np.asarray(game.information_set), len(game.actors)
    two = np.append(np.diff(game.first_option) == 2, False)  # the last is for nodes of no set
    nodes = np.flatnonzero(two[np.maximum(owner, -1)])
    nodes = nodes[np.argsort(owner[nodes], kind="stable")]
    edges = np.asarray(game.first_edge)[nodes][:, None] + np.array([1, 0])
    rows = np.stack([game.child[edges] * actors, game.payment[edges] * actors], axis=2)
    rows += game.mover[owner[nodes]][:, None, None]
    members = np.concatenate([nodes[:, None], rows.reshape(len(nodes), MEMBER - 1)], axis=1)
    return members, _firsts(owner[nodes], game.information_sets)


def _firsts(run: NDArray[Any], count: int) -> NDArray[np.intp]:
    """Where those of each run start, and the end."""
    return np.concatenate([[0], np.cumsum(np.bincount(run, minlength=count))])


def _starts(game: Game) -> NDArray[np.intp]:
    """Where runs start, from the end of the game on: as long as can be, of whole information sets, but short
    enough to stay in the nearest memory."""
    first, nearest = (each[::-1].tolist() for each in _together(game))
    starts, end, start = [], game.nodes, game.nodes
    for whole, child in zip(first, nearest, strict=True):
        if whole >= start:
            continue
        if start < end and (child < end or end - whole > LONGEST):
            starts.append(start)
            end = start
        start = whole
    return np.array([*starts, 0], np.intp)


def _together(game: Game) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The first node of each node's information set, and the first child of any of its nodes where play goes
    on (node)."""
    owner, nodes = np.asarray(game.information_set), np.arange(game.nodes)
    nearest, inner = np.full(game.nodes, game.nodes), np.flatnonzero(owner != TERMINAL)
    if len(inner):
        below = np.where(owner[game.child] == TERMINAL, game.nodes, game.child)
        nearest[inner] = np.minimum.reduceat(below, np.asarray(game.first_edge)[inner])
    if game.information_sets:
        owned, least = np.flatnonzero(owner >= 0), np.full(game.information_sets, game.nodes)
        np.minimum.at(least, owner[owned], nearest[owned])
        nearest[owned] = least[owner[owned]]
    first = np.where(owner >= 0, np.append(game.first_node, 0)[np.maximum(owner, 0)], nodes)
    return first, nearest
