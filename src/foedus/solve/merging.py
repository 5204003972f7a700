"""Nodes from which play goes on alike, made one: a smaller game with the same behaviour and values.

Two nodes are alike if they are of the same information set, or of none, and each edge of the one has the
chance, the payment and, up to this very likeness, the child of the same edge of the other: the coarsest
bisimulation (Paige and Tarjan 1987, here of an acyclic graph, level by level from its ends). Whoever is at
one of them expects from each option what they would at the other; so only how likely play is to come to
either counts, and that adds up. Options and information sets stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game, Labels
from foedus.solve.layout import Layout, layout_of, stretches

Prints = NDArray[np.uint64]
Numbers = NDArray[np.intp]

FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
HALF = np.uint64(31)
UNNAMED = Labels(
    variables=(),
    domains=(),
    positions=(),
    position=np.empty(0, np.int32),
    state=np.empty((0, 0), np.int16),
    edge_names=(),
    edge_name=np.empty(0, np.int32),
    first_transit=np.zeros(1, np.int32),
    transit=np.empty((0, 0), np.int16),
    sees=(),
)


@lru_cache(maxsize=128)
def merged(game: Game) -> Game:
    """The game with alike nodes made one, without labels; the game itself if there are none. Made once per
    game. Raises UnorderedGame."""
    layout = layout_of(game)
    same = classes(game, layout)
    last = np.zeros(int(same.max()) + 1, np.intp)
    np.maximum.at(last, same, np.arange(game.nodes))
    if len(last) == game.nodes:
        return game
    stays = last[same]  # after all parents of those that it stands for
    kept = stays == np.arange(game.nodes)
    before = np.concatenate([[0], np.cumsum(kept)])
    edges = np.repeat(kept, np.diff(game.first_edge))
    return replace(
        game,
        first_edge=_whole(np.concatenate([[0], np.cumsum(np.diff(game.first_edge)[kept])])),
        information_set=game.information_set[kept],
        payoff=game.payoff[kept],
        child=_whole(before[stays[game.child[edges]]]),
        probability=game.probability[edges],
        payment=game.payment[edges],
        slip=game.slip[edges],
        first_node=_whole(before[game.first_node]),
        last_node=_whole(before[game.last_node]),
        labels=UNNAMED,
    )


def classes(game: Game, layout: Layout) -> Numbers:
    """The number of each node's class (node): alike nodes share one.

    Likeness is first told by fingerprints, and then seen to hold. Where they should have misled, every node
    is a class by itself.
    """
    alone = np.arange(game.nodes)
    _, found = np.unique(_prints(game, layout), return_inverse=True)
    example = np.zeros(int(found.max()) + 1, np.intp)
    example[found] = alone
    return found if _alike(game, found, example[found]) else alone


def _prints(game: Game, layout: Layout) -> Prints:
    """A fingerprint (node) of how play goes on from each node."""
    ends = np.equal(game.information_set, TERMINAL)
    prints = _stirred(game.information_set, np.where(ends, game.payoff, 0))
    parent = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    place = np.arange(game.edges) - game.first_edge[parent]
    edges = _stirred(game.probability, game.payment, place)
    for level in _levels(game, layout):
        first, after = game.first_edge[level], game.first_edge[level + 1]
        here = stretches(first, after)
        starts = np.cumsum(after - first) - (after - first)
        told = np.add.reduceat(_stir(prints[game.child[here]] + edges[here]), starts)
        prints[level] = _stir(prints[level] + told)
    return prints


def _levels(game: Game, layout: Layout) -> Iterator[Numbers]:
    """The nodes that are no ends, in levels of which each needs only those before it."""
    left = np.diff(game.first_edge).astype(np.intp)
    level: Numbers = np.flatnonzero(left == 0)
    while len(level):
        parents = layout.in_parent[stretches(layout.in_first[level], layout.in_first[level + 1])]
        np.subtract.at(left, parents, 1)
        level = np.unique(parents[left[parents] == 0])
        if len(level):
            yield level


def _alike(game: Game, found: Numbers, other: Numbers) -> bool:
    """Whether each node is like the one that it is told to be like, if all others are."""
    degree = np.diff(game.first_edge)
    columns = [game.information_set, np.where(degree == 0, game.payoff, 0), degree]
    if not all(np.array_equal(column, column[other]) for column in columns):
        return False
    there = stretches(game.first_edge[other], game.first_edge[other + 1])
    columns = [game.probability, game.payment, found[game.child]]
    return all(np.array_equal(column, column[there]) for column in columns)


def _stirred(*columns: NDArray[np.integer]) -> Prints:
    """A fingerprint of each row of whole numbers."""
    total: Prints = np.zeros(len(columns[0]), np.uint64)
    for column in columns:
        total = _stir(total + column.astype(np.int64).view(np.uint64))
    return total


def _stir(prints: Prints) -> Prints:
    """Bits mixed by products and shifts, as SplitMix64 does in the end (Steele, Lea and Flood 2014)."""
    prints = (prints + FIRST) * SECOND
    prints = (prints ^ (prints >> HALF)) * FIRST
    mixed: Prints = prints ^ (prints >> HALF)
    return mixed


def _whole(numbers: NDArray[np.integer]) -> NDArray[np.int32]:
    return numbers.astype(np.int32)
