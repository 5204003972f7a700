"""Sums over the plays of a case that a result is made of, worked out for many worlds block by block.

What a result adds up depends on the game and on its own words alone: at which nodes, with which events
behind it, times what. So it is worked out once, and a world then costs one pass through the game, whose
numbers never leave the cache.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.block import Indices, Numbers, Scratch, Walk, numbers_like, put, zeros
from foedus.solve.kernels import compiled
from foedus.solve.problem import Problem
from foedus.solve.threads import PerThread

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Sum:
    """The sum over terms of a factor times the probability of passing a node with a set of bits behind it.

    node, held, factor (term). With `edge` (term) each term is also multiplied by the probability of that
    edge once its node is reached; if `worth`, by what `actor` gets from taking it, instead. If `paid`, the
    probability is weighted by what `actor` has been paid until then, what it gets at an end included.
    """

    node: Rows
    held: Rows
    factor: Floats
    edge: Rows | None = None
    worth: bool = False
    paid: bool = False

    def over(self, view: _View) -> Floats:
        """The sum in each lane of a block, shape (lane)."""
        place = self.node * view.sets + self.held
        terms = (view.paid if self.paid else view.mass)[place]
        if self.worth:
            terms *= view.worth(self.edge)
        elif self.edge is not None:
            terms *= view.share(self.edge)
        if not np.isfinite(self.factor).all():
            # What never happens adds nothing, however much it would.
            return np.asarray(np.where(terms == 0.0, 0.0, terms * self.factor[:, None]).sum(axis=0))
        terms *= self.factor[:, None]
        return np.asarray(terms.sum(axis=0))


@dataclass(frozen=True, eq=False)
class Followed:
    """What a pass follows: the bits (edge) that each edge sets, those of the root, how many there are, and
    whose payments, if anybody's."""

    edges: NDArray[np.int32]
    root: int
    bits: int
    actor: int = -1


def add_up(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    followed: Followed,
    sums: Sequence[Sum],
    threads: int | None = None,
) -> Floats:
    """All sums in all worlds, shape (sum, world), under a behaviour (option, world).

    Every world is added up by itself, in the same order: the result depends neither on the worlds beside it
    nor on the number of threads.
    """
    problem = Problem(game, tabulation, threads=threads)
    found = np.empty((len(sums), tabulation.worlds))
    views = PerThread(lambda: _View(problem, followed, sums))

    def work(block: Indices) -> None:
        view = views.get()
        view.fill(block, behaviour)
        for k, each in enumerate(sums):
            found[k, block] = each.over(view)[: len(block)]

    problem.over_blocks(np.arange(tabulation.worlds), work)
    return found


class _View:
    """The memory of one thread, and what a pass through one block of worlds leaves there."""

    def __init__(self, problem: Problem, followed: Followed, sums: Sequence[Sum]) -> None:
        self.sets = 1 << followed.bits
        self._problem, self._actor = problem, followed.actor
        self._looks_ahead = any(each.worth for each in sums)
        self._pays = self._looks_ahead or any(each.paid for each in sums)
        self._scratch: Scratch = problem.scratch()
        self._numbers: Numbers = numbers_like(problem.tabulation)
        nodes = problem.game.nodes
        mass, paid = zeros(nodes, self.sets), zeros(nodes if self._pays else 0, self.sets)
        walks_for = followed.actor if any(each.paid for each in sums) else -1
        self._walk = Walk(mass, paid, followed.edges, followed.root, walks_for)
        self.mass, self.paid = (each.reshape(-1, each.shape[-1]) for each in (mass, paid))

    def fill(self, block: Indices, behaviour: Floats) -> None:
        problem, scratch = self._problem, self._scratch
        options, tabulation = problem.game.options, problem.tabulation
        put(self._numbers.probabilities, tabulation.probabilities, block)
        if self._pays:
            put(self._numbers.payoffs, tabulation.payoffs, block)
        put(scratch.sigma[:options], behaviour, block)
        scratch.sigma[options:] = self._numbers.probabilities
        if self._looks_ahead:
            compiled().evaluate(problem.layout, self._numbers, scratch)
        self._walk.mass[:] = 0.0
        self._walk.paid[:] = 0.0
        compiled().follow(problem.layout, self._numbers, scratch, self._walk)

    def share(self, edges: Rows) -> Any:
        """The probability (edge, lane) of each edge once its node is reached."""
        return self._scratch.sigma[self._problem.layout.share[edges]]

    def worth(self, edges: Rows | None) -> Any:
        """What the actor gets (edge, lane) by taking each edge, from there on."""
        game = self._problem.game
        paid = self._numbers.payoffs[game.payment[edges], self._actor]
        return paid + self._scratch.values[game.child[edges], self._actor]
