"""Backward induction: exact where every information set is a single node.

One pass from the ends to the root, for any rationality. At λ = ∞ it gives a subgame-perfect equilibrium;
options whose payoffs differ by less than 1e-12 of the actor's largest payoff count as tied, and share by
weight, which is the limit of the logit response.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import ceil

import numpy as np
from numpy.typing import NDArray

from foedus.solve.askable import askable, finite
from foedus.solve.backward import CERTIFICATE, Given, Made, Shape, arena_for, lined_up
from foedus.solve.block import Floats, logarithms
from foedus.solve.equilibrium import INVALID, SOLVED, UNSOLVED, Branch, Equilibrium, Method
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.plan import Plan
from foedus.solve.problem import Problem
from foedus.solve.threads import PerThread, shared

VECTORS = 8
CHUNK = VECTORS * WIDTH
TASK = 8 * CHUNK
"""Worlds that a thread takes at a time."""

WORTH_A_THREAD = 200_000
"""Nodes times worlds below which one thread is sooner done than two are started."""

LARGE = 100_000
"""Records of a graph from which on chunks are of one vector, lest reach takes too much memory."""

METHOD, BRANCH = np.int8(Method.BACKWARD_INDUCTION), np.int8(Branch.PRINCIPAL)
"""Of solved worlds; those of others are 0, which is NONE."""


def backward_induction(problem: Problem, plan: Plan) -> Equilibrium:
    """The only equilibrium in each world."""
    made = made_for(problem)
    _induct(problem, plan, made)
    return _equilibrium(made, _status(problem, plan, made))


def made_for(problem: Problem) -> Made:
    """Room for the answers, whatever is in it."""
    worlds = problem.tabulation.worlds
    return Made(
        lined_up(problem.game.options, worlds),
        np.empty((len(problem.game.actors), worlds)),
        np.empty((CERTIFICATE, worlds)),
    )


def kernel_for(problem: Problem, plan: Plan, made: Made) -> Callable[[int, int], None]:
    """The kernel on this problem, with an arena of its own, to be called for worlds first … last − 1."""
    records, worlds = len(plan.tape.starts), problem.tabulation.worlds
    vectors = 1 if records > LARGE and not plan.tree else max(1, min(VECTORS, worlds // WIDTH))
    shape, given = Shape(vectors, plan.slots, plan.widest, plan.end, plan.tree), _given(problem, plan)
    arena = arena_for(shape, given, records, problem.game.options)
    return partial(compiled().induct, plan.tape, shape, given, made, arena)


def _given(problem: Problem, plan: Plan) -> Given:
    """The numbers as the kernel takes them: contiguous, and its own to write to."""
    numbers = problem.tabulation
    weights = numbers.weights
    return Given(
        _own(numbers.payoffs).reshape(-1, numbers.worlds),
        _own(numbers.probabilities),
        _own(logarithms(weights)) if plan.weighted else np.zeros(weights.shape),
        _own(numbers.rationality),
    )


def _own(numbers: Floats) -> Floats:
    flags = numbers.flags
    usable = flags.c_contiguous and flags.writeable and numbers.dtype == np.float64
    return numbers if usable else np.array(numbers, np.float64, order="C")


def _induct(problem: Problem, plan: Plan, made: Made) -> None:
    worlds, threads = problem.tabulation.worlds, problem.most_threads
    if threads == 1 or worlds * problem.game.nodes < WORTH_A_THREAD:
        kernel_for(problem, plan, made)(0, worlds)
        return
    kernels = PerThread(lambda: kernel_for(problem, plan, made))
    shared(lambda task: kernels.get()(*task), _tasks(worlds, threads), threads)


def _tasks(worlds: int, threads: int) -> list[tuple[int, int]]:
    """Stretches of worlds, whole chunks but for the last."""
    chunks = ceil(worlds / CHUNK)
    size = min(TASK, ceil(chunks / threads) * CHUNK)
    return [(first, min(first + size, worlds)) for first in range(0, worlds, size)]


def _status(problem: Problem, plan: Plan, made: Made) -> NDArray[np.int8]:
    """Status (world). A number that is none shows in the values at the root, wherever it is paid."""
    status, payoffs, found = askable(problem), problem.tabulation.payoffs, finite(made.values)
    status[~finite(payoffs[plan.unpaid])] = INVALID
    status[found & (status == UNSOLVED)] = SOLVED
    if not found.all():
        doubtful = np.flatnonzero(~found)
        status[doubtful[~finite(payoffs[:, :, doubtful])]] = INVALID
    return status


def _equilibrium(made: Made, status: NDArray[np.int8]) -> Equilibrium:
    solved, worlds = status == SOLVED, len(status)
    residual, told = np.zeros(worlds), solved.view(np.int8)
    if not solved.all():
        for numbers in made:
            numbers[:, status == INVALID] = np.nan
        made.certificate[:, ~solved] = np.nan
        residual[~solved] = np.nan
    regret, weighted, ties = made.certificate
    return Equilibrium(
        behaviour=made.behaviour,
        values=made.values,
        residual=residual,
        regret=regret,
        weighted_regret=weighted,
        status=status,
        sweeps=(status != INVALID).astype(np.int32),
        limit_beliefs=np.zeros(worlds, np.bool_),
        ties=ties > 0,
        method=told * METHOD,
        branch=told * BRANCH,
        checked=np.zeros(worlds, np.bool_),
        discrepancy=np.zeros(worlds),
    )
