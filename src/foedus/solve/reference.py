"""A slow solver in plain NumPy, one world at a time, that shares no code with the kernels.

It exists so that tests can hold the fast one against it, and to say in few lines what is computed: logit
agent quantal response equilibrium (McKelvey and Palfrey 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import CHANCE, TERMINAL, Game
from foedus.game.table import Tabulation

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class World:
    """A game with the numbers of one world."""

    game: Game
    probabilities: Floats
    payoffs: Floats
    weights: Floats
    rationality: Floats

    @classmethod
    def of(cls, game: Game, tabulation: Tabulation, world: int) -> World:
        return cls(
            game,
            tabulation.probabilities[:, world],
            tabulation.payoffs[:, :, world],
            tabulation.weights[:, world],
            tabulation.rationality[:, world],
        )

    def options(self, h: int) -> slice:
        return slice(int(self.game.first_option[h]), int(self.game.first_option[h + 1]))

    def edges(self, node: int) -> range:
        return range(int(self.game.first_edge[node]), int(self.game.first_edge[node + 1]))

    def chances(self, node: int, behaviour: Floats) -> Floats:
        """Probability of each edge of the node, in order."""
        h = int(self.game.information_set[node])
        if h == CHANCE:
            return self.probabilities[self.game.probability[list(self.edges(node))]]
        return behaviour[self.options(h)] if h != TERMINAL else np.empty(0)

    def possible(self, node: int) -> NDArray[np.bool_]:
        """Whether each edge of the node, in order, has a positive weight or probability."""
        h = int(self.game.information_set[node])
        if h == TERMINAL:
            return np.empty(0, np.bool_)
        if h == CHANCE:
            return self.probabilities[self.game.probability[list(self.edges(node))]] > 0
        return self.weights[self.game.weight[self.options(h)]] > 0

    def members(self, h: int) -> range:
        return range(int(self.game.first_node[h]), int(self.game.last_node[h]))


def uniform(world: World) -> Floats:
    """Play by weight alone (option)."""
    weights = world.weights[world.game.weight]
    sets = [world.options(h) for h in range(world.game.information_sets)]
    return np.concatenate([np.empty(0), *(weights[s] / weights[s].sum() for s in sets)])


def reach(world: World, behaviour: Floats) -> Floats:
    """Probability of each node (node)."""
    reached, order = relative_reach(world, behaviour)
    return np.where(order == 0, reached, 0.0)


def relative_reach(world: World, behaviour: Floats) -> tuple[Floats, Floats]:
    """Reach if every impossible step had the same small probability ε, as reach · ε ^ order (node)."""
    reached, order = np.zeros(world.game.nodes), np.full(world.game.nodes, np.inf)
    reached[0], order[0] = 1.0, 0.0
    for node in range(world.game.nodes):
        steps = zip(world.edges(node), world.chances(node, behaviour), world.possible(node), strict=True)
        for edge, chance, possible in steps:
            child, way = world.game.child[edge], order[node] + (not possible)
            if way < order[child]:
                reached[child], order[child] = 0.0, way
            if way == order[child]:
                reached[child] += reached[node] * (chance if possible else 1.0)
    return reached, order


def values(world: World, behaviour: Floats) -> Floats:
    """What each actor expects from each node on (node, actor)."""
    game = world.game
    worth = np.zeros((game.nodes, len(game.actors)))
    for node in reversed(range(game.nodes)):
        if game.information_set[node] == TERMINAL:
            worth[node] = world.payoffs[game.payoff[node]]
        for edge, chance in zip(world.edges(node), world.chances(node, behaviour), strict=True):
            worth[node] += chance * (world.payoffs[game.payment[edge]] + worth[game.child[edge]])
    return worth


def beliefs(world: World, h: int, reached: tuple[Floats, Floats]) -> Floats:
    """Bayes' rule at h (node of h), in the limit where only impossible steps lead there."""
    members = list(world.members(h))
    belief, order = reached[0][members], reached[1][members]
    belief = np.where(order == order.min(), belief, 0.0)
    return belief / belief.sum() if len(belief) > 1 else np.ones(1)


def quality(world: World, h: int, reached: tuple[Floats, Floats], worth: Floats) -> Floats:
    """What the mover of h expects of each option (option of h)."""
    game, mover = world.game, int(world.game.mover[h])
    belief = beliefs(world, h, reached)
    expected = np.zeros(world.options(h).stop - world.options(h).start)
    for share, node in zip(belief, world.members(h), strict=True):
        edges = list(world.edges(node))
        paid = world.payoffs[game.payment[edges], mover]
        expected += share * (paid + worth[game.child[edges], mover])
    return expected


def logit(world: World, h: int, expected: Floats) -> Floats:
    """The logit response at h (option of h)."""
    weights = world.weights[world.game.weight[world.options(h)]]
    precision = world.rationality[world.game.mover[h]]
    loss = expected - expected[weights > 0].max()
    if np.isinf(precision):
        scores = weights * (loss >= -1e-12 * np.abs(world.payoffs[:, world.game.mover[h]]).max())
    else:
        scores = weights * np.exp(precision * np.minimum(loss, 0.0))
    shares: Floats = scores / scores.sum()
    return shares


def response(world: World, behaviour: Floats) -> Floats:
    """The logit response of every agent to the behaviour (option)."""
    reached, worth = relative_reach(world, behaviour), values(world, behaviour)
    sets = range(world.game.information_sets)
    answers = (logit(world, h, quality(world, h, reached, worth)) for h in sets)
    return np.concatenate([np.empty(0), *answers])


def residual(world: World, behaviour: Floats) -> float:
    return float(np.abs(response(world, behaviour) - behaviour).max(initial=0.0))


def regret(world: World, behaviour: Floats) -> tuple[float, float]:
    """The most that an agent would gain by its best option, as it is and weighted by reach."""
    reached, worth = relative_reach(world, behaviour), values(world, behaviour)
    passed, most, weighted = reach(world, behaviour), 0.0, 0.0
    for h in range(world.game.information_sets):
        expected, options = quality(world, h, reached, worth), world.options(h)
        open_to = world.weights[world.game.weight[options]] > 0
        gain = expected[open_to].max() - behaviour[options] @ expected
        most = max(most, gain)
        weighted = max(weighted, gain * passed[list(world.members(h))].sum())
    return most, weighted


def backward_induction(world: World) -> Floats:
    """The exact equilibrium where every information set is a single node (option)."""
    game, behaviour = world.game, uniform(world)
    certain = np.ones(game.nodes), np.zeros(game.nodes)
    worth = np.zeros((game.nodes, len(game.actors)))
    for node in reversed(range(game.nodes)):
        h = int(game.information_set[node])
        if h == TERMINAL:
            worth[node] = world.payoffs[game.payoff[node]]
            continue
        if h >= 0:
            behaviour[world.options(h)] = logit(world, h, quality(world, h, certain, worth))
        for edge, chance in zip(world.edges(node), world.chances(node, behaviour), strict=True):
            worth[node] += chance * (world.payoffs[game.payment[edge]] + worth[game.child[edge]])
    return behaviour


def fixed_point(
    world: World, *, damping: float = 0.5, tolerance: float = 1e-13, sweeps: int = 20_000
) -> Floats:
    """Damped iteration from uniform play (option); it may end above the tolerance."""
    behaviour = uniform(world)
    for _ in range(sweeps):
        answer = response(world, behaviour)
        if np.abs(answer - behaviour).max(initial=0.0) <= tolerance:
            break
        behaviour = damping * behaviour + (1 - damping) * answer
    return behaviour
