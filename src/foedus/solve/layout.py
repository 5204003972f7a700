"""A game's structure in the form that the kernels walk: integers only, each edge also listed by its child."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.errors import FoedusError
from foedus.game.game import TERMINAL, Game

Ints = NDArray[np.int32]


class UnorderedGame(FoedusError):
    """A game's arrays break the order of nodes that every pass relies on."""

    code = "unordered-game"


class Layout(NamedTuple):
    """Structure of a game.

    share (edge): where its probability stands in a list of all options followed by the rows of the table of
    probabilities. The ways into node n are numbered in_first[n] … in_first[n + 1] - 1; in_parent, in_share
    (way) tell where each comes from and its share.

    The log-odds of all options but one of each information set, its `base` (set), are numbered in rows:
    first_row (set), row_option (row). Those of the sets in `asked`, where beliefs may depend on play, come
    first. The other fields are as in `Game`.
    """

    first_edge: Ints
    information_set: Ints
    payoff: Ints
    child: Ints
    payment: Ints
    share: Ints
    in_first: Ints
    in_parent: Ints
    in_share: Ints
    first_node: Ints
    last_node: Ints
    first_option: Ints
    mover: Ints
    weight: Ints
    first_row: Ints
    row_option: Ints
    base: Ints
    asked: Ints


@lru_cache(maxsize=128)
def layout_of(game: Game) -> Layout:
    """The game's layout, made once per game. Raises UnorderedGame."""
    out_degree = np.diff(game.first_edge)
    parent = np.repeat(np.arange(game.nodes), out_degree)
    _check(game, parent, out_degree)
    share = _shares(game, parent)
    by_child = np.argsort(game.child, kind="stable")
    into = np.bincount(game.child, minlength=game.nodes)
    layout = Layout(
        first_edge=_owned(game.first_edge),
        information_set=_owned(game.information_set),
        payoff=_owned(game.payoff),
        child=_owned(game.child),
        payment=_owned(game.payment),
        share=_owned(share),
        in_first=_owned(np.concatenate([[0], np.cumsum(into)])),
        in_parent=_owned(parent[by_child]),
        in_share=_owned(share[by_child]),
        first_node=_owned(game.first_node),
        last_node=_owned(game.last_node),
        first_option=_owned(game.first_option),
        mover=_owned(game.mover),
        weight=_owned(game.weight),
        first_row=_owned(np.empty(0)),
        row_option=_owned(np.empty(0)),
        base=_owned(np.empty(0)),
        asked=_owned(np.flatnonzero(matters(game))),
    )
    return with_bases(layout, layout.first_option[:-1])


def with_bases(layout: Layout, base: NDArray[np.integer]) -> Layout:
    """The layout with the log-odds taken against these options, one of each information set."""
    widths = np.diff(layout.first_option)
    unasked = np.ones(len(widths), np.bool_)
    unasked[layout.asked] = False
    order = np.argsort(unasked, kind="stable")
    first_row = np.empty(len(widths), np.intp)
    first_row[order] = np.cumsum(widths[order] - 1) - (widths[order] - 1)
    owner = np.repeat(np.arange(len(widths)), widths)
    others = np.flatnonzero(np.arange(len(owner)) != np.asarray(base)[owner])
    row_option = others[np.argsort(unasked[owner[others]], kind="stable")]
    return layout._replace(first_row=_owned(first_row), row_option=_owned(row_option), base=_owned(base))


def asked_rows(layout: Layout) -> int:
    """How many log-odds beliefs may depend on."""
    return int(np.diff(layout.first_option)[layout.asked].sum()) - len(layout.asked)


@lru_cache(maxsize=128)
def leads(game: Game) -> NDArray[np.bool_]:
    """Whether play can come from each node to an information set of several nodes later on."""
    parent = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    by_child = np.argsort(game.child, kind="stable")
    starts = np.searchsorted(game.child[by_child], np.arange(game.nodes + 1))
    found = np.zeros(game.nodes, np.bool_)
    found_now = np.flatnonzero(hides(game))
    while len(found_now):
        ways = stretches(starts[found_now], starts[found_now + 1])
        before = np.unique(parent[by_child[ways]])
        found_now = before[~found[before]]
        found[found_now] = True
    return found


def hides(game: Game) -> NDArray[np.bool_]:
    """Whether each node is of an information set of several nodes."""
    several = np.append(game.last_node - game.first_node > 1, False)  # the last is for nodes of no set
    found: NDArray[np.bool_] = several[np.maximum(game.information_set, -1)]
    return found


@lru_cache(maxsize=128)
def matters(game: Game) -> NDArray[np.bool_]:
    """Whether the beliefs of some later information set can depend on the choice at each one."""
    found = np.zeros(game.information_sets, np.bool_)
    found[game.information_set[leads(game) & (game.information_set >= 0)]] = True
    return found


def stretches(first: NDArray[np.integer], last: NDArray[np.integer]) -> NDArray[np.intp]:
    """The numbers first … last − 1 of each stretch, one after another."""
    sizes = last - first
    ends = np.cumsum(sizes)
    count = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(count) + np.repeat(first - (ends - sizes), sizes), np.intp)


def _owned(numbers: NDArray[Any]) -> Ints:
    """A copy: kernels take no read-only arrays, such as a mapped file gives."""
    return np.array(numbers, dtype=np.int32, order="C")


def _shares(game: Game, parent: NDArray[np.int64]) -> NDArray[np.int64]:
    owner = game.information_set[parent]
    within = np.arange(game.edges) - np.asarray(game.first_edge)[parent]
    option = np.append(game.first_option, 0)[np.maximum(owner, 0)] + within
    return np.where(owner >= 0, option, game.options + np.asarray(game.probability))


def _check(game: Game, parent: NDArray[np.int64], out_degree: NDArray[np.integer]) -> None:
    owner = game.information_set[parent]
    last = np.where(owner >= 0, np.append(game.last_node, 0)[owner] - 1, parent)
    owned = game.information_set >= 0
    rules = {
        "a child comes after every node of its parent's information set": bool(np.all(game.child > last)),
        "the nodes of an information set are consecutive": bool(
            np.all(
                np.repeat(np.arange(game.information_sets), game.last_node - game.first_node)
                == game.information_set[stretches(game.first_node, game.last_node)]
            )
            and np.sum(game.last_node - game.first_node) == np.sum(owned)
        ),
        "each node of an information set offers all its options": bool(
            np.all(out_degree[owned] == np.diff(game.first_option)[game.information_set[owned]])
        ),
        "terminal nodes, and only they, have no edges": bool(
            np.all((out_degree == 0) == (game.information_set == TERMINAL))
        ),
        "every node but the root is some edge's child": bool(
            np.all(np.bincount(game.child, minlength=game.nodes)[1:] > 0)
        ),
    }
    for rule, holds in rules.items():
        if not holds:
            raise UnorderedGame(f"{game.title}: not so in this game's arrays: {rule}")
