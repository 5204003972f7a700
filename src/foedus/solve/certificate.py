"""The certificate: residual and regret of a behaviour in plain NumPy, sharing nothing with the kernels.

What is computed is the definition (McKelvey and Palfrey 1998), in another order than the kernels': the game
is cut into layers by the longest way from the root, reach goes forwards in logarithms, values backwards, and
then all information sets answer at once. The world is the last axis of every array.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game
from foedus.game.table import Tabulation

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

BLOCK, FEW_NODES = 32, 1 << 15
MOST_NUMBERS = 8_000_000
TIE = 1e-12


@dataclass(frozen=True, eq=False)
class Certificate:
    """By world: max |σ − logit(Q)|; the most that an agent could gain by its best option, in payoff points,
    as it is and weighted by reach; and whether beliefs somewhere are limits, as chance never comes there.
    """

    residual: Floats
    regret: Floats
    weighted_regret: Floats
    limit_beliefs: NDArray[np.bool_]


class Groups(NamedTuple):
    """Rows in groups, one after another: where each starts and how many it has (group), and how many all
    have, 0 if they differ."""

    start: Whole
    size: Whole
    alike: int

    @classmethod
    def of(cls, start: Whole, size: Whole) -> Groups:
        alike = len(size) > 0 and bool((size == size[0]).all())
        return cls(start, size, int(size[0]) if alike else 0)

    @classmethod
    def sized(cls, size: Whole) -> Groups:
        return cls.of(np.cumsum(size) - size, size)


@dataclass(frozen=True, eq=False)
class Layers:
    """A game in layers of `nodes`. by_child: the edges by the layer of their child, and by child; into: for
    all but the first layer, which of them lead there, by child. by_parent, out: the same by the node that
    they leave. parent, place (edge), the latter among the options, followed by the rows of probabilities;
    by_option: edges of options in the options' order, and `edges_of` each option; members: the nodes of all
    information sets, in their order, and `members_of` each set; options_of: the options of each.
    """

    nodes: list[Whole]
    by_child: Whole
    into: list[tuple[slice, Groups]]
    by_parent: Whole
    out: list[tuple[slice, Groups]]
    parent: Whole
    place: Whole
    by_option: Whole
    edges_of: Groups
    members: Whole
    members_of: Groups
    options_of: Groups


@lru_cache(maxsize=128)
def layers_of(game: Game) -> Layers:
    """The game's layers, made once per game."""
    degree = np.diff(game.first_edge)
    parent = np.repeat(np.arange(game.nodes), degree)
    owner = game.information_set[parent]
    within = np.arange(game.edges) - np.asarray(game.first_edge)[parent]
    option = np.where(owner >= 0, np.append(game.first_option, 0)[np.maximum(owner, 0)] + within, -1)
    layer = _longest_ways(game, parent)
    order = np.argsort(layer, kind="stable")
    by_child, into = _in_layers(np.asarray(game.child), layer)
    by_parent, out = _in_layers(parent, layer)
    by_option = np.argsort(option, kind="stable")[int((option < 0).sum()) :]
    return Layers(
        nodes=np.split(order, np.cumsum(np.bincount(layer))[:-1]),
        by_child=by_child,
        into=into[1:],
        by_parent=by_parent,
        out=out,
        parent=parent,
        place=np.where(option >= 0, option, game.options + np.asarray(game.probability)),
        by_option=by_option,
        edges_of=_runs(option[by_option]),
        members=np.argsort(game.information_set, kind="stable")[int((game.information_set < 0).sum()) :],
        members_of=Groups.sized(np.asarray(game.last_node - game.first_node, np.intp)),
        options_of=Groups.sized(np.asarray(np.diff(game.first_option), np.intp)),
    )


def _runs(keys: Whole) -> Groups:
    """Equal keys that stand one after another, as groups."""
    start = np.flatnonzero(np.diff(keys, prepend=-1))
    return Groups.of(start, np.diff(start, append=len(keys)))


def _in_layers(node: Whole, layer: Whole) -> tuple[Whole, list[tuple[slice, Groups]]]:
    """The edges in the order of the layer of one of their nodes (edge), and of this; and which of them belong
    to each layer, by node."""
    order = np.lexsort((node, layer[node]))
    start, size, _ = _runs(node[order])
    depths = np.arange(int(layer.max()) + 2)
    edges = np.searchsorted(layer[node[order]], depths).tolist()
    groups = np.searchsorted(layer[node[order[start]]], depths).tolist()
    found = []
    for (first, last), (begin, end) in zip(pairwise(edges), pairwise(groups), strict=True):
        found.append((slice(first, last), Groups.of(start[begin:end] - first, size[begin:end])))
    return order, found


def _longest_ways(game: Game, parent: Whole) -> Whole:
    """How many steps the longest way from the root to each node has (node)."""
    waits = np.bincount(game.child, minlength=game.nodes)
    layer = np.zeros(game.nodes, np.intp)
    here = np.zeros(1, np.intp)
    while len(here):
        edges = _ranges(game.first_edge[here], game.first_edge[here + 1])
        below = np.asarray(game.child)[edges]
        layer[below] = layer[here[0]] + 1
        np.subtract.at(waits, below, 1)
        here = np.unique(below[waits[below] == 0])
    return layer


def _ranges(first: NDArray[np.int32], last: NDArray[np.int32]) -> Whole:
    """first … last − 1 of each, one after another."""
    size = np.asarray(last - first, np.intp)
    start = np.cumsum(size) - size
    whole: Whole = np.arange(int(size.sum())) + np.repeat(np.asarray(first, np.intp) - start, size)
    return whole


def certify(
    game: Game, tabulation: Tabulation, behaviour: Floats, logs: Mapping[int, Floats] | None = None
) -> Certificate:
    """The certificate of a behaviour (option, world).

    `logs` are ln σ (option) of worlds in which a probability may be too small for a number. A world whose
    numbers are not finite, or whose beliefs cannot be told, has a residual of NaN.
    """
    worlds = behaviour.shape[1]
    block = max(BLOCK, FEW_NODES // game.nodes)
    size = max(1, min(block, MOST_NUMBERS // (game.nodes * len(game.actors))))
    blocks = [np.arange(first, min(first + size, worlds)) for first in range(0, worlds, size)]
    with np.errstate(all="ignore"):
        parts = [_block(game, _Numbers.of(game, tabulation, behaviour, logs or {}, each)) for each in blocks]
    columns = np.concatenate([np.empty((4, 0)), *parts], axis=1)
    return Certificate(columns[0], columns[1], columns[2], columns[3] > 0)


@dataclass(frozen=True, eq=False)
class _Numbers:
    """The numbers of some worlds. share, log_share (edge, world); impossible (edge, world): excluded, then
    `log_share` is 0; behaviour and weights (option, world)."""

    share: Floats
    log_share: Floats
    impossible: NDArray[np.bool_]
    behaviour: Floats
    weights: Floats
    payoffs: Floats
    rationality: Floats

    @classmethod
    def of(
        cls, game: Game, tabulation: Tabulation, behaviour: Floats, logs: Mapping[int, Floats], here: Whole
    ) -> _Numbers:
        place = layers_of(game).place
        shares, weights = behaviour[:, here], tabulation.weights[:, here][game.weight]
        log_shares = np.log(shares)
        for k, world in enumerate(here.tolist()):
            if world in logs:
                log_shares[:, k] = logs[world]
        drawn = tabulation.probabilities[:, here]
        share, log_share, possible = (
            np.concatenate(each)[place]
            for each in ((shares, drawn), (log_shares, np.log(drawn)), (weights > 0, drawn > 0))
        )
        payoffs, rationality = tabulation.payoffs[:, :, here], tabulation.rationality[:, here]
        log_share = np.where(possible, log_share, 0.0)
        return cls(share, log_share, ~possible, shares, weights, payoffs, rationality)


def _block(game: Game, numbers: _Numbers) -> Floats:
    """Residual, regret, weighted regret and limit beliefs (4, world)."""
    worlds = numbers.rationality.shape[1]
    if not game.options:
        return np.zeros((4, worlds))
    log_reach, order = _reach(game, numbers)
    belief, visits, limit = _beliefs(game, log_reach, order)
    quality = _quality(game, numbers, belief, _values(game, numbers))
    options = layers_of(game).options_of
    best = _grouped(np.maximum, np.where(numbers.weights > 0, quality, -np.inf), options)
    expected = _grouped(np.add, numbers.behaviour * quality, options)
    gain = np.maximum(best - expected, 0.0)
    change = np.abs(_logit(game, numbers, quality, best) - numbers.behaviour)
    rows = change.max(axis=0), gain.max(axis=0), (gain * visits).max(axis=0), limit.any(axis=0)
    found: Floats = np.stack(rows).astype(np.float64)
    return found


def _reach(game: Game, numbers: _Numbers) -> tuple[Floats, NDArray[np.int64]]:
    """ln reach and order of smallness (node, world): the fewest impossible steps on a way to the node.

    Only ways of that order count, and an impossible step on them as one of probability 1: this is the limit
    of equal small probabilities.
    """
    layers, worlds = layers_of(game), numbers.share.shape[1]
    log_reach = np.zeros((game.nodes, worlds))
    order = np.zeros((game.nodes, worlds), np.int64)
    excluded = bool(numbers.impossible.any())
    above, log_share = layers.parent[layers.by_child], numbers.log_share[layers.by_child]
    for nodes, (edges, groups) in zip(layers.nodes[1:], layers.into, strict=True):
        parent = above[edges]
        way = log_reach[parent] + log_share[edges]
        if excluded:
            steps = order[parent] + numbers.impossible[layers.by_child[edges]]
            order[nodes] = np.minimum.reduceat(steps, groups.start, axis=0)
            way[steps > np.repeat(order[nodes], groups.size, axis=0)] = -np.inf
        log_reach[nodes] = _log_sums(way, groups)
    return log_reach, order


def _grouped(operation: np.ufunc, numbers: Floats, groups: Groups) -> Floats:
    """The operation over each group of rows. `reduceat` takes several times as long as `reduce`, which serves
    where all groups have the same size."""
    if groups.alike:
        rows = numbers.reshape(len(groups.start), groups.alike, *numbers.shape[1:])
        found: Floats = operation.reduce(rows, axis=1)
        return found
    apart: Floats = operation.reduceat(numbers, groups.start, axis=0)
    return apart


def _log_sums(logs: Floats, groups: Groups) -> Floats:
    """ln Σ exp of each group of rows."""
    if len(groups.start) == len(logs):
        return logs
    top = _grouped(np.maximum, logs, groups)
    finite: Floats = np.where(np.isneginf(top), 0.0, top)
    scaled = np.exp(logs - np.repeat(finite, groups.size, axis=0))
    sums: Floats = np.log(_grouped(np.add, scaled, groups))
    total: Floats = np.add(finite, sums)
    return total


def _beliefs(
    game: Game, log_reach: Floats, order: NDArray[np.int64]
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Beliefs (node, world), and by information set the probability of coming there, and whether several
    nodes stand there to which only impossible steps lead."""
    members, groups = layers_of(game).members, layers_of(game).members_of
    size = groups.size
    here, least = log_reach[members], np.zeros((len(size), log_reach.shape[1]), np.int64)
    if order.any():
        least = np.minimum.reduceat(order[members], groups.start, axis=0)
        here[order[members] > np.repeat(least, size, axis=0)] = -np.inf
    total = _log_sums(here, groups)
    belief = np.ones_like(log_reach)
    several = np.repeat(size > 1, size)
    belief[members[several]] = np.exp(here - np.repeat(total, size, axis=0))[several]
    return belief, np.where(least == 0, np.exp(total), 0.0), (least > 0) & (size > 1)[:, None]


def _values(game: Game, numbers: _Numbers) -> Floats:
    """What each actor expects from each node on (node, actor, world)."""
    worth = np.zeros((game.nodes, len(game.actors), numbers.share.shape[1]))
    ends = game.information_set == TERMINAL
    worth[ends] = numbers.payoffs[game.payoff[ends]]
    order, layers = layers_of(game).by_parent, layers_of(game)
    source, child, payment = layers.parent[order], np.asarray(game.child)[order], game.payment[order]
    share = numbers.share[order]
    for edges, groups in reversed(layers.out):
        if len(groups.start):
            after = numbers.payoffs[payment[edges]] + worth[child[edges]]
            nodes = source[edges][groups.start]
            worth[nodes] = _grouped(np.add, share[edges][:, None] * after, groups)
    return worth


def _quality(game: Game, numbers: _Numbers, belief: Floats, worth: Floats) -> Floats:
    """What the mover expects of each option, given its beliefs (option, world).

    Where these cannot be told, since every way there is too unlikely for a number, an option that is worth
    the same at all nodes is worth that; others are NaN.
    """
    layers = layers_of(game)
    edges = layers.by_option
    above = layers.parent[edges]
    mover = game.mover[game.information_set[above]]
    after = numbers.payoffs[game.payment[edges], mover] + worth[game.child[edges], mover]
    expected = _grouped(np.add, belief[above] * after, layers.edges_of)
    untold = np.isnan(expected)
    if untold.any():
        least, most = (_grouped(each, after, layers.edges_of) for each in (np.minimum, np.maximum))
        same = most - least <= TIE * np.maximum(np.abs(least), 1.0)
        expected = np.where(untold & same, least, expected)
    return expected


def _logit(game: Game, numbers: _Numbers, quality: Floats, best: Floats) -> Floats:
    """The logit answer (option, world)."""
    options = layers_of(game).options_of
    size = options.size
    rationality = np.repeat(numbers.rationality[game.mover], size, axis=0)
    exponent = rationality * np.minimum(quality - np.repeat(best, size, axis=0), 0.0)
    if np.isinf(numbers.rationality).any():
        exponent = np.where(np.isinf(rationality), _ties(game, numbers, quality, best), exponent)
    scores = numbers.weights * np.exp(exponent)
    shares: Floats = scores / np.repeat(_grouped(np.add, scores, options), size, axis=0)
    return shares


def _ties(game: Game, numbers: _Numbers, quality: Floats, best: Floats) -> Floats:
    """0 for what is as good as the best option, −∞ for the rest (option, world)."""
    size = layers_of(game).options_of.size
    loss = np.minimum(quality - np.repeat(best, size, axis=0), 0.0)
    largest = TIE * np.abs(numbers.payoffs).max(axis=0)
    return np.where(loss >= -np.repeat(largest[game.mover], size, axis=0), 0.0, -np.inf)
