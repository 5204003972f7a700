"""One forward pass over (node, set of bits): how events along a play, each a bit, come together."""

from __future__ import annotations

from typing import overload

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.block import Floats, Indices, Walk, gather, zeros
from foedus.solve.kernels import compiled
from foedus.solve.problem import Problem
from foedus.solve.threads import PerThread


@overload
def follow(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    edge_bits: NDArray[np.integer],
    root_bits: int,
    bits: int,
    actor: None = None,
    threads: int | None = None,
) -> Floats: ...


@overload
def follow(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    edge_bits: NDArray[np.integer],
    root_bits: int,
    bits: int,
    actor: int,
    threads: int | None = None,
) -> tuple[Floats, Floats]: ...


def follow(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    edge_bits: NDArray[np.integer],
    root_bits: int,
    bits: int,
    actor: int | None = None,
    threads: int | None = None,
) -> Floats | tuple[Floats, Floats]:
    """Probability (node, 2**bits, world) of coming to each node with exactly that set of bits behind it.

    `edge_bits` (edge) are the bits that an edge sets; none is ever cleared. With an actor, also its payments
    so far times that probability (same shape); at a terminal node the payoff there is among them, so the sum
    over terminal nodes and sets is the actor's expected payoff. The array grows with the worlds: callers
    pass a chunk of them.
    """
    problem = Problem(game, tabulation, threads=threads)
    shape = (game.nodes, 1 << bits, tabulation.worlds)
    mass = np.empty(shape)
    paid = np.empty(shape if actor is not None else (0, 0, tabulation.worlds))
    edges = np.array(edge_bits, dtype=np.int32)

    scratches = PerThread(problem.scratch)

    def work(block: Indices) -> None:
        scratch, numbers = scratches.get(), problem.numbers(block)
        scratch.sigma[: game.options] = gather(behaviour, block)
        scratch.sigma[game.options :] = numbers.probabilities
        walk = Walk(
            zeros(*shape[:2]), zeros(*paid.shape[:2]), edges, root_bits, -1 if actor is None else actor
        )
        compiled().follow(problem.layout, numbers, scratch, walk)
        mass[:, :, block] = walk.mass[:, :, : len(block)]
        paid[:, :, block] = walk.paid[:, :, : len(block)]

    problem.over_blocks(np.arange(tabulation.worlds), work)
    return mass if actor is None else (mass, paid)
