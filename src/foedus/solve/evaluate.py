"""What a behaviour is worth, and what it reaches, at every node of a game."""

from __future__ import annotations

import numpy as np

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.block import Floats, Indices, gather
from foedus.solve.kernels import compiled
from foedus.solve.problem import Problem
from foedus.solve.threads import PerThread


def node_values(game: Game, tabulation: Tabulation, behaviour: Floats, threads: int | None = None) -> Floats:
    """What each actor expects from each node on (node, actor, world), payments before it left out."""
    values, _ = _evaluated(game, tabulation, behaviour, threads)
    return values


def reach(game: Game, tabulation: Tabulation, behaviour: Floats, threads: int | None = None) -> Floats:
    """The probability of each node (node, world)."""
    _, reached = _evaluated(game, tabulation, behaviour, threads)
    return reached


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
