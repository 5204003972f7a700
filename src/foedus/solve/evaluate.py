"""What a behaviour is worth, and what it reaches, at every node of a game."""

from __future__ import annotations

import numpy as np

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.arena import lend_each
from foedus.solve.block import Floats, Indices, Numbers, gather, logarithms
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import layout_of
from foedus.solve.problem import PerThread, Problem

FEW = 2
"""Worlds up to which each is taken by itself, with the actors side by side."""


def node_values(game: Game, tabulation: Tabulation, behaviour: Floats, threads: int | None = None) -> Floats:
    """What each actor expects from each node on (node, actor, world), payments before it left out."""
    values, _ = _evaluated(game, tabulation, behaviour, threads)
    return values


def reach(game: Game, tabulation: Tabulation, behaviour: Floats, threads: int | None = None) -> Floats:
    """The probability of each node (node, world)."""
    _, reached = _evaluated(game, tabulation, behaviour, threads)
    return reached


def payoff_spread(game: Game, tabulation: Tabulation, threads: int | None = None) -> Floats:
    """Most less least that each actor (actor, world) can get in any possible play, payments included."""
    worlds, actors = tabulation.worlds, len(game.actors)
    if worlds <= FEW and actors <= WIDTH:
        return np.stack([_spread_alone(game, tabulation, world) for world in range(worlds)], axis=1)
    problem = Problem(game, tabulation, threads=threads)
    spread = np.empty((actors, worlds))

    def work(block: Indices) -> None:
        least, most = lend_each(*[(game.nodes, actors)] * 2)
        compiled().extremes(problem.layout, problem.numbers(block), least, most)
        spread[:, block] = (most[0] - least[0])[:, : len(block)]

    problem.over_blocks(np.arange(worlds), work)
    return spread


def _spread_alone(game: Game, tabulation: Tabulation, world: int) -> Floats:
    """The same (actor) in one world: the lanes are the actors, who differ in what they are paid alone."""
    chances, weights = tabulation.probabilities[:, world], tabulation.weights[:, world]
    payoffs, actors = tabulation.payoffs[:, :, world], len(game.actors)
    few, each = (len(chances),), (game.nodes, 1)
    most, least, whole, *numbers = lend_each(
        each, each, (0,), (len(payoffs), 1), few, few, (len(weights),), (0,)
    )
    paid, _, log_chances, log_weights, _ = numbers
    logs = logarithms(np.concatenate([chances, weights]))[:, None]
    log_chances[:], log_weights[:] = logs[: len(chances)], logs[len(chances) :]
    paid[:, 0, :actors], paid[:, 0, actors:] = payoffs, 0.0
    compiled().extremes(layout_of(game), Numbers(whole, whole, *numbers), least, most)
    spread: Floats = (most[0, 0] - least[0, 0])[:actors]
    return spread


def _evaluated(
    game: Game, tabulation: Tabulation, behaviour: Floats, threads: int | None
) -> tuple[Floats, Floats]:
    problem = Problem(game, tabulation, threads=threads)
    values = np.empty((game.nodes, len(game.actors), tabulation.worlds))
    reached = np.empty((game.nodes, tabulation.worlds))
    scratches = PerThread(problem.scratch)

    def work(block: Indices) -> None:
        scratch = scratches.get()
        scratch.sigma[: game.options] = gather(behaviour, block)
        compiled().evaluate(problem.layout, problem.numbers(block), scratch)
        values[:, :, block] = scratch.values[:, :, : len(block)]
        reached[:, block] = scratch.reach[:, : len(block)]

    problem.over_blocks(np.arange(tabulation.worlds), work)
    return values, reached
