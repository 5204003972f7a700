"""What a behaviour is worth, and what it reaches, at every node of a game."""

from __future__ import annotations

import numpy as np

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.block import Floats, Indices, empty, gather
from foedus.solve.kernels import compiled
from foedus.solve.problem import PerThread, Problem


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
    problem = Problem(game, tabulation, threads=threads)
    spread = np.empty((len(game.actors), tabulation.worlds))
    both = PerThread(lambda: (empty(game.nodes, len(game.actors)), empty(game.nodes, len(game.actors))))

    def work(block: Indices) -> None:
        least, most = both.get()
        compiled().extremes(problem.layout, problem.numbers(block), least, most)
        spread[:, block] = (most[0] - least[0])[:, : len(block)]

    problem.over_blocks(np.arange(tabulation.worlds), work)
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
