"""The derivative of a result by all the numbers of a game at once, equilibrium and all.

A result is given by its adjoints: how it changes with the shares of edges, with values and with payoffs
while all else stands. One pull takes them through the last sweep. Where beliefs depend on play the play was
itself an answer, and by the implicit function theorem its adjoint u solves u = g + (derivative of the
sweep)ᵀ u, where g is what the first pull left of it; a second pull takes u to the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import CHANCE, Game
from foedus.game.table import Tabulation
from foedus.solve.adjoints import Adjoint
from foedus.solve.block import Floats, Indices, Numbers, Tangent, gather, rooms
from foedus.solve.kernels import compiled
from foedus.solve.krylov import EXACT, least_residual, left_over
from foedus.solve.layout import Layout, matters
from foedus.solve.passes import ABSENT, NEVER
from foedus.solve.problem import Problem
from foedus.solve.threads import PerThread

ROUNDS = 300
SLACK = 1e3
LARGEST = 1e6
UNDERFLOW = 1e-290
LIFTS = 4


@dataclass(frozen=True, eq=False)
class Adjoints:
    """How a result changes with the shares of edges (option, then row of probabilities; world), with the
    values to `actor` at some nodes (place in `nodes`, world), and with payoffs (row, actor, world)."""

    shares: Floats
    payoffs: Floats
    actor: int = 0
    nodes: Indices = field(default_factory=lambda: np.empty(0, np.intp))
    values: Floats = field(default_factory=lambda: np.empty((0, 1)))


@dataclass(frozen=True, eq=False)
class Gradient:
    """Derivatives of a result by the numbers of a tabulation, of its shapes; NaN where there is none.

    regular (world): False where the equilibrium does not move smoothly with the numbers, at a fold.
    """

    probabilities: Floats
    payoffs: Floats
    weights: Floats
    rationality: Floats
    regular: NDArray[np.bool_]


def gradient(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    owed: Adjoints,
    *,
    threads: int | None = None,
    exact: float = EXACT,
) -> Gradient:
    """The derivative of a result by every number of the game, where `behaviour` (option, world) is an
    equilibrium. `exact` is how much of the implicit function's equation may be left, relatively.

    NaN by a weight of 0, and by a probability of 0 on which beliefs depend. Where λ is infinite, behaviour
    counts as fixed; at a tie it is not, and what is returned means nothing.
    """
    problem = Problem(game, tabulation, threads=threads)
    found = Gradient(
        np.full_like(tabulation.probabilities, np.nan),
        np.full_like(tabulation.payoffs, np.nan),
        np.full_like(tabulation.weights, np.nan),
        np.full_like(tabulation.rationality, np.nan),
        np.zeros(tabulation.worlds, np.bool_),
    )
    known = np.flatnonzero(np.isfinite(behaviour).all(axis=0) & tabulation.valid)
    for layout, _, worlds in problem.alike(known, np.zeros(tabulation.worlds, np.bool_)):
        pullers = PerThread(partial(Puller, problem, layout, exact))
        _gradient(problem, pullers, worlds, behaviour, owed, found)
    _leave_out(problem, found)
    return found


def _gradient(
    problem: Problem,
    pullers: PerThread[Puller],
    worlds: Indices,
    behaviour: Floats,
    owed: Adjoints,
    found: Gradient,
) -> None:
    """Fill in the worlds of one layout."""
    weights = problem.tabulation.weights

    def work(block: Indices) -> None:
        adjoint, regular = pullers.get().block(block, behaviour, owed)
        size = len(block)
        found.probabilities[:, block] = adjoint.probabilities[:, :size]
        found.payoffs[:, :, block] = adjoint.payoffs[:, :, :size]
        found.rationality[:, block] = adjoint.rationality[:, :size]
        with np.errstate(divide="ignore", invalid="ignore"):
            found.weights[:, block] = adjoint.log_weights[:, :size] / weights[:, block]
        found.regular[block] = regular[:size]

    problem.over_blocks(worlds, work)


class Puller:
    """The memory of one thread, and the adjoint sweeps over it."""

    def __init__(self, problem: Problem, layout: Layout, exact: float) -> None:
        self._problem, self._layout, self._exact = problem, layout, exact
        self._scratch, self._tangent = problem.scratch(), problem.tangent()
        self._adjoint = adjoint_for(self._layout, problem.tabulation, self._tangent)
        options = np.diff(problem.game.first_option)
        self._matters = np.flatnonzero(np.repeat(matters(problem.game), options))

    def block(self, block: Indices, behaviour: Floats, owed: Adjoints) -> tuple[Adjoint, NDArray[np.bool_]]:
        """The adjoints of the numbers (…, lane), and where they exist (lane)."""
        numbers, adjoint = self._problem.numbers(block), self._adjoint
        self._answer(numbers, gather(behaviour, block))
        options = len(self._layout.weight)
        shares = gather(owed.shares, block)
        _clear(adjoint)
        adjoint.next_logs[:] = self._scratch.next_sigma[:options] * shares[:options]
        adjoint.probabilities[:] = shares[options:]
        adjoint.payoffs[:] = gather(owed.payoffs, block)
        if len(owed.nodes):
            np.add.at(adjoint.values[:, owed.actor], owed.nodes, gather(owed.values, block))
        compiled().pull(self._layout, numbers, self._scratch, adjoint, True)
        if not len(self._matters):
            return adjoint, np.ones(adjoint.logs.shape[1], np.bool_)
        right = adjoint.logs[self._matters]
        play = least_residual(
            partial(self._less_answer, numbers), right, min(len(right), ROUNDS), self._exact
        )
        left = left_over(right, self._less_answer(numbers, play, whole=True))
        largest = LARGEST * np.maximum(np.abs(right).max(axis=0), 1e-300)
        return adjoint, (left <= SLACK * self._exact) & (np.abs(play).max(axis=0) <= largest)

    def _answer(self, numbers: Numbers, sigma: Floats) -> None:
        """Sweep from the behaviour, so that the scratch holds what pulls need.

        Where a share is too small to be a number, its logarithm is what the sweep answers.
        """
        layout, scratch = self._layout, self._scratch
        small = (sigma < UNDERFLOW) & (numbers.log_weights[layout.weight] > ABSENT)
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.where(small, np.log(UNDERFLOW), np.log(sigma)), NEVER)
        owner = np.repeat(np.arange(len(layout.mover)), np.diff(layout.first_option))
        base = layout.base[owner]
        for lifts_left in range(LIFTS if small.any() and len(self._matters) else 0, -1, -1):
            scratch.odds[:] = (logs - logs[base])[layout.row_option]
            compiled().respond(layout, numbers, scratch, self._tangent)
            if not lifts_left:
                return
            odds = np.zeros_like(logs)
            odds[layout.row_option] = scratch.next_odds
            logs = np.where(small, odds - _log_sum(odds, layout)[owner], logs)

    def _less_answer(self, numbers: Numbers, play: Floats, whole: bool = False) -> Floats:
        """Adjoints of the play that beliefs depend on, less what a pull makes of them.

        If `whole`, what the pull leaves at the numbers is taken in.
        """
        adjoint = self._adjoint
        adjoint.values[:] = 0.0
        adjoint.next_logs[:] = 0.0
        adjoint.next_logs[self._matters] = play
        compiled().pull(self._layout, numbers, self._scratch, adjoint, whole)
        left: Floats = play - adjoint.logs[self._matters]
        return left


def adjoint_for(layout: Layout, tabulation: Tabulation, tangent: Tangent) -> Adjoint:
    """Memory for the adjoints of one block."""
    rows, actors, _ = tabulation.payoffs.shape
    options, nodes = len(layout.weight), len(layout.information_set)
    chances = len(tabulation.probabilities)
    return Adjoint(
        **rooms(
            next_logs=(options,),
            values=(nodes, actors),
            logs=(options + chances,),
            reach=(nodes,),
            quality=(len(tangent.quality),),
            rationality=(actors,),
            payoffs=(rows, actors),
            log_weights=(len(tabulation.weights),),
            probabilities=(chances,),
        ),
        ways=tangent.ways,
    )


def _log_sum(odds: Floats, layout: Layout) -> Floats:
    """ln of the sum of exp (set, lane) of the options of each information set."""
    first = layout.first_option[:-1]
    top = np.maximum.reduceat(odds, first)
    widths = np.diff(layout.first_option)
    total = np.add.reduceat(np.exp(odds - np.repeat(top, widths, axis=0)), first)
    found: Floats = top + np.log(total)
    return found


def _clear(adjoint: Adjoint) -> None:
    for each in (adjoint.values, adjoint.rationality, adjoint.log_weights):
        each[:] = 0.0


def _leave_out(problem: Problem, found: Gradient) -> None:
    """NaN where a result has no derivative by a number."""
    tabulation = problem.tabulation
    never = tabulation.probabilities == 0.0
    if never.any():
        never &= _entangled(problem.game, len(never))[:, None]
    found.probabilities[never] = np.nan
    found.weights[tabulation.weights == 0.0] = np.nan
    for each in (found.probabilities, found.payoffs, found.weights, found.rationality):
        each[..., ~found.regular] = np.nan


@lru_cache(maxsize=128)
def _entangled(game: Game, rows: int) -> NDArray[np.bool_]:
    """Whether a belief may depend on a probability (row): it leads to where somebody may wonder."""
    source = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    leads = np.isin(game.information_set, np.flatnonzero(game.last_node - game.first_node > 1))
    known = -1
    while known < leads.sum():
        known = int(leads.sum())
        leads[source[leads[game.child]]] = True
    found = np.zeros(rows, np.bool_)
    found[game.probability[(game.information_set[source] == CHANCE) & leads[game.child]]] = True
    return found
