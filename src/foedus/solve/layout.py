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
    (way) tell where each comes from and its share. The other fields are as in `Game`.
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


@lru_cache(maxsize=64)
def layout_of(game: Game) -> Layout:
    """The game's layout, made once per game. Raises UnorderedGame."""
    out_degree = np.diff(game.first_edge)
    parent = np.repeat(np.arange(game.nodes), out_degree)
    _check(game, parent, out_degree)
    share = _shares(game, parent)
    by_child = np.argsort(game.child, kind="stable")
    into = np.bincount(game.child, minlength=game.nodes)
    return Layout(
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
    )


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
                == game.information_set[_members(game)]
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


def _members(game: Game) -> NDArray[np.int64]:
    """The nodes of one information set after another."""
    sizes = np.asarray(game.last_node, np.int64) - game.first_node
    ends = np.cumsum(sizes)
    return np.repeat(game.first_node - (ends - sizes), sizes) + np.arange(sizes.sum())
