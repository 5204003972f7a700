"""The transpose of `follow`: what a result owes to shares and payoffs, given what it owes to masses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.adjoints import Trail
from foedus.solve.block import Floats, Indices, Walk, gather, zeros
from foedus.solve.kernels import compiled
from foedus.solve.problem import Problem
from foedus.solve.threads import PerThread


@dataclass(frozen=True, eq=False)
class Followed:
    """What `follow` was asked and gave: `mass` and, if asked for an actor, `paid` (node, set, world)."""

    edge_bits: NDArray[np.integer]
    root_bits: int
    mass: Floats
    paid: Floats | None = None
    actor: int = -1


def retrace(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    followed: Followed,
    mass: Floats,
    paid: Floats | None = None,
    *,
    threads: int | None = None,
) -> tuple[Floats, Floats]:
    """The adjoints of shares (option, then row of probabilities; world) and of payoffs (row, actor, world).

    `mass` and `paid` (node, set, world) are how the result changes with what `follow` gave; they may have
    one world for all. For a followed actor both are needed.
    """
    problem = Problem(game, tabulation, threads=threads)
    nodes, sets, worlds = followed.mass.shape
    with_actor = paid is not None and followed.paid is not None
    shares = np.empty((game.options + len(tabulation.probabilities), worlds))
    payoffs = np.zeros_like(tabulation.payoffs)
    edges = np.array(followed.edge_bits, dtype=np.int32)
    scratches = PerThread(problem.scratch)

    def work(block: Indices) -> None:
        scratch, numbers = scratches.get(), problem.numbers(block)
        scratch.sigma[: game.options] = gather(behaviour, block)
        scratch.sigma[game.options :] = numbers.probabilities
        none = zeros(0, sets)
        walk = Walk(
            gather(followed.mass, block),
            gather(followed.paid, block) if with_actor and followed.paid is not None else none,
            edges,
            followed.root_bits,
            followed.actor if with_actor else -1,
        )
        trail = Trail(
            gather(np.broadcast_to(mass, (nodes, sets, worlds)), block),
            gather(np.broadcast_to(paid, (nodes, sets, worlds)), block) if paid is not None else none,
            zeros(len(shares)),
            zeros(*payoffs.shape[:2]),
        )
        compiled().retrace(problem.layout, numbers, scratch, walk, trail)
        shares[:, block] = trail.shares[:, : len(block)]
        payoffs[:, :, block] = trail.payoffs[:, :, : len(block)]

    problem.over_blocks(np.arange(worlds), work)
    return shares, payoffs
