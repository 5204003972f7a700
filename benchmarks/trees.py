"""Games by the thousand nodes: trees in which nothing is hidden, and layered graphs, with random numbers.

Their payoffs are their parameters: a world is a draw of all of them, so the numbers of the worlds come as a
`Tabulation`, as from a scenario's table.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game, Labels, Position
from foedus.game.table import Table, Tabulation, aligned

Ints = NDArray[np.int32]

ROWS = 64


def _ints(numbers: Any) -> Ints:
    return np.array(numbers, dtype=np.int32)


def game_of(title: str, actors: int, degree: Any, child: Any, owner: Any, spans: Any, mover: Any) -> Game:
    """A game of moves only: every terminal node has payoffs of its own, in the order of the nodes.

    degree, owner (node): how many options, and which information set, TERMINAL at an end; child (edge);
    spans (information set, 2): its first node and the one after its last; mover (information set).
    """
    degree, owner, spans = np.asarray(degree), np.asarray(owner), np.asarray(spans)
    ends = owner == TERMINAL
    widths = degree[spans[:, 0]]
    edges = int(degree.sum())
    return Game(
        title=title,
        actors=tuple(f"actor {k}" for k in range(actors)),
        first_edge=_ints([0, *np.cumsum(degree)]),
        information_set=_ints(owner),
        payoff=_ints(np.where(ends, np.cumsum(ends), 0)),
        child=_ints(child),
        probability=np.full(edges, -1, np.int32),
        payment=np.zeros(edges, np.int32),
        slip=np.zeros(edges, np.bool_),
        first_node=_ints(spans[:, 0]),
        last_node=_ints(spans[:, 1]),
        first_option=_ints([0, *np.cumsum(widths)]),
        mover=_ints(mover),
        weight=np.zeros(int(widths.sum()), np.int32),
        table=cast(Table, None),
        labels=_labels(degree, len(spans)),
    )


def _labels(degree: NDArray[np.int64], sets: int) -> Labels:
    """Options are a, b, c and so on; there is nothing else to tell."""
    nodes, edges, widest = len(degree), int(degree.sum()), int(degree.max())
    within = np.arange(edges) - np.repeat(np.cumsum(degree) - degree, degree)
    return Labels(
        variables=(),
        domains=(),
        positions=(Position("move", ()),),
        position=np.zeros(nodes, np.int32),
        state=np.zeros((nodes, 0), np.int16),
        edge_names=tuple(f"o{k}" for k in range(widest)),
        edge_name=_ints(within),
        first_transit=np.zeros(edges + 1, np.int32),
        transit=np.zeros((0, 0), np.int16),
        sees=((),) * sets,
    )


def random_numbers(game: Game, worlds: int, seed: int, rationality: float) -> Tabulation:
    """Each row of payoffs uniform in [0, 1], drawn anew for every actor and world."""
    r = np.random.default_rng(seed)
    rows, actors = int(max(game.payoff.max(), game.payment.max())) + 1, len(game.actors)
    payoffs = r.random(out=aligned(rows, actors, worlds))
    payoffs[0] = 0.0
    return Tabulation(
        np.ones((1, worlds)), payoffs, np.ones((1, worlds)),
        np.full((actors, worlds), rationality), np.ones(worlds, np.bool_),
    )  # fmt: skip


def tree(degree: list[int], mover: list[int], actors: int, title: str) -> Game:
    """The tree whose nodes have these numbers of children, in prefix order; everybody sees everything."""
    child: list[list[int]] = [[] for _ in degree]
    open_nodes: list[int] = []
    for node, width in enumerate(degree):
        if open_nodes:
            above = open_nodes[-1]
            child[above].append(node)
            if len(child[above]) == degree[above]:
                open_nodes.pop()
        if width:
            open_nodes.append(node)
    parent_of = [n for n, width in enumerate(degree) if width]
    owner = np.full(len(degree), TERMINAL)
    owner[parent_of] = np.arange(len(parent_of))
    spans = np.stack([parent_of, np.add(parent_of, 1)], axis=1)
    edges = [below for each in child for below in each]
    return game_of(title, actors, degree, edges, owner, spans, mover)


def random_tree(nodes: int, actors: int, seed: int) -> Game:
    """About so many nodes with two or three options each, grown at random ends; movers at random."""
    r = np.random.default_rng(seed)
    below: list[list[int]] = [[]]
    ends = [0]
    while len(below) < nodes - 2:
        at = int(r.integers(len(ends)))
        node, ends[at] = ends[at], ends[-1]
        ends.pop()
        below[node] = list(range(len(below), len(below) + int(r.integers(2, 4))))
        ends += below[node]
        below += [[] for _ in below[node]]
    degree, waiting = [], [0]
    while waiting:
        node = waiting.pop()
        degree.append(len(below[node]))
        waiting += reversed(below[node])
    mover = r.integers(actors, size=sum(width > 0 for width in degree)).tolist()
    return tree(degree, mover, actors, f"random tree of {len(degree)} nodes")


def binary_tree(depth: int) -> Game:
    """Two actors move in turn, two options each, `depth` moves to each end."""
    degree: list[int] = []
    mover: list[int] = []

    def visit(level: int) -> None:
        degree.append(2 if level < depth else 0)
        if level < depth:
            mover.append(level % 2)
            visit(level + 1)
            visit(level + 1)

    visit(0)
    return tree(degree, mover, 2, f"binary tree of depth {depth}")


def layered(nodes: int, seed: int, *, hidden: bool) -> Game:
    """A square of layers: as many as each has nodes, each node with two options into the next layer.

    Hidden: the nodes of a layer are information sets of four; else each is its own. Three actors; what is
    paid on an edge or at an end is one of ROWS numbers, as in a game that a scenario compiles to.
    """
    r = np.random.default_rng(seed)
    size = 4 if hidden else 1
    width = max(size, round(nodes**0.5) // size * size)
    layers = max(1, round(nodes / width) - 1)
    inner = 1 + width * layers
    total = inner + width
    starts = 1 + width * np.arange(1, layers + 1)
    below = np.stack([r.permuted(np.tile(np.arange(width), (layers, 1)), axis=1) for _ in range(2)], axis=2)
    child = np.concatenate([np.arange(1, width + 1), (starts[:, None, None] + below).ravel()])
    degree = np.repeat([width, 2, 0], [1, inner - 1, width])
    owner = np.concatenate([[0], 1 + np.arange(inner - 1) // size, np.full(width, TERMINAL)])
    first = np.concatenate([[0], np.arange(1, inner, size)])
    spans = np.stack([first, np.append(first[1:], inner)], axis=1)
    mover = r.integers(3, size=len(spans))
    game = game_of(f"layers of {total} nodes", 3, degree, child, owner, spans, mover)
    payoff = np.where(owner == TERMINAL, r.integers(1, ROWS, total), 0)
    payment = r.integers(0, ROWS, len(child))
    return replace(game, payoff=_ints(payoff), payment=_ints(payment))
