"""The solver's front door: a game and the numbers of some worlds in, an equilibrium of each out.

Methods are tried in turn, each on the worlds that those before it left unsolved, so that a world's answer
depends on nothing but the world. A world that resists all of them says so in its status.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.askable import askable, finite
from foedus.solve.block import Indices
from foedus.solve.certainty import make_certain
from foedus.solve.checking import Checks
from foedus.solve.continuation import RationalitySteps
from foedus.solve.equilibrium import (
    INVALID,
    SOLVED,
    UNSOLVED,
    UNSUPPORTED,
    Branch,
    Equilibrium,
    Method,
)
from foedus.solve.few import Few, answered
from foedus.solve.induction import backward_induction
from foedus.solve.kernels import narrow_is_ready
from foedus.solve.merging import merged
from foedus.solve.mixing import Rhythm
from foedus.solve.plan import plan_of
from foedus.solve.problem import Answers, Problem
from foedus.solve.threads import processors, shared
from foedus.solve.tracing import BranchTracing

FIRST = AcceleratedSweeps(slack=0.5)
CALMED = AcceleratedSweeps(
    Method.CALMED_SWEEPS,
    sweeps=1200,
    rhythms=(
        Rhythm(depth=8, rest=20, calm=0.8, burst=30, damping=0.3),
        Rhythm(depth=8, rest=100, calm=0.5, burst=50, damping=0.5),
        Rhythm(depth=5, rest=60, calm=0.7, burst=30, damping=0.3),
        Rhythm(depth=8, rest=500, calm=0.5, burst=100),
    ),
)
METHODS = (FIRST, RationalitySteps(), CALMED)
TRACING = BranchTracing()
Sweeping = AcceleratedSweeps | RationalitySteps
PRINCIPAL, NONE = np.int8(Branch.PRINCIPAL), np.int8(Branch.NONE)


def solve(
    game: Game,
    tabulation: Tabulation,
    *,
    tolerance: float = 1e-10,
    max_sweeps: int | None = None,
    threads: int | None = None,
    trace: bool = False,
    certain: bool = False,
    check: int = 1,
) -> Equilibrium:
    """A logit agent quantal response equilibrium of the game in each world of the tabulation.

    Where nothing is hidden the answer is exact and unique. Otherwise it is the fixed point that sweeps from
    uniform play lead to, usually on the principal branch, or, where they lead nowhere, the end of the traced
    principal branch; with `trace` it is that in every world, and with `certain` wherever an answer of sweeps
    cannot be linked to λ = 0. `tolerance` bounds the residual, a probability;
    `max_sweeps`, if given, keeps to the first method and bounds its sweeps; `threads` are all processors if
    None, and results do not depend on them. One world in `check` (none if 0), picked by its own numbers, is
    certified by the independent code of `certificate`, the others by the kernels. Nothing is raised for a
    world: its `status` tells. Raises UnorderedGame for a malformed game.
    """
    whole = Problem(game, tabulation, tolerance, threads)
    checks = Checks(whole, check)
    plan = plan_of(game, len(tabulation.payoffs))
    if plan is not None:
        return checks.all_of(backward_induction(whole, plan), {})
    problem = replace(whole, game=merged(game))
    answers = Answers(problem)
    status = _askable(problem)
    pending = np.flatnonzero(status == UNSOLVED)
    methods = () if trace else _methods(max_sweeps)
    pending = _resist(problem, answers, pending, methods[:1])
    easy, logs = (answers.residual <= tolerance) & np.isfinite(answers.values).all(axis=0), dict(answers.logs)

    def go_on() -> None:
        resist = _resist(problem, answers, pending, methods[1:])
        if trace or max_sweeps is None:
            TRACING(problem, answers, resist)

    def check_meanwhile() -> None:
        if not certain:
            checks.add(easy, answers.behaviour, answers.values, logs)

    shared(lambda call: call(), [go_on, check_meanwhile], whole.most_threads if len(pending) else 1)
    if certain and not trace and max_sweeps is None:
        swept = (answers.residual <= tolerance) & (answers.method != Method.BRANCH_TRACING)
        make_certain(problem, answers, np.flatnonzero(swept), TRACING)
    status[answers.residual <= tolerance] = SOLVED
    return checks.all_of(_equilibrium(problem, answers, status), answers.logs)


def _resist(problem: Problem, answers: Answers, worlds: Indices, methods: Sequence[Sweeping]) -> Indices:
    """Try the methods in turn on these worlds; returns those that resist all of them."""
    for method in methods:
        if not len(worlds):
            break
        known = answers.logarithmic[worlds]
        method(problem, answers, worlds)
        found_lost = worlds[answers.logarithmic[worlds] & ~known]
        if len(found_lost):
            method(problem, answers, found_lost)
        worlds = worlds[~(answers.residual[worlds] <= problem.tolerance)]
    return worlds


def solve_each(
    asked: Sequence[tuple[Game, Tabulation]], *, tolerance: float = 1e-10, threads: int | None = None
) -> Iterator[tuple[int, Equilibrium]]:
    """What `solve` gives, unchecked, for several games, to the bit, and sooner if their worlds are few: the
    place of each among those asked, and its answer, in whatever order they are found.

    Such are prepared one after another, and then swept side by side on the threads, by the narrow kernel if
    it is ready; threads go on while the caller sees to some answers. Raises UnorderedGame for a malformed
    game.
    """
    threads = threads or processors()
    few = [_few(game, numbers, tolerance) for game, numbers in asked]
    place = {one: k for k, one in enumerate(few) if one}
    left = {k for k, one in enumerate(few) if not one}
    for one in answered([*place], threads):
        found = one.answer()
        if found:
            yield place[one], found
        else:
            left.add(place[one])
    for k in sorted(left):
        yield k, solve(*asked[k], tolerance=tolerance, threads=threads, check=0)


def _few(game: Game, numbers: Tabulation, tolerance: float) -> Few | None:
    if not narrow_is_ready() or game.hides_nothing:
        return None
    return Few.of(Problem(merged(game), numbers, tolerance, 1), FIRST)


def _methods(max_sweeps: int | None) -> Sequence[Sweeping]:
    if max_sweeps is None:
        return METHODS
    return [replace(FIRST, sweeps=max_sweeps)]


def _askable(problem: Problem) -> NDArray[np.int8]:
    """Status (world): INVALID or UNSUPPORTED where there is nothing to solve, else NOT_CONVERGED."""
    status, numbers = askable(problem), problem.tabulation
    endless = np.isinf(numbers.rationality).any(axis=0)
    status[endless & (status == UNSOLVED)] = UNSUPPORTED
    status[~finite(numbers.payoffs)] = INVALID
    return status


def _branches(problem: Problem, answers: Answers, status: NDArray[np.int8]) -> NDArray[np.int8]:
    """What is known of the branch (world). Without beliefs that depend on play there is only one."""
    branch = answers.branch if len(problem.layout.asked) else PRINCIPAL
    return np.where(status == SOLVED, branch, NONE)


def _equilibrium(problem: Problem, answers: Answers, status: NDArray[np.int8]) -> Equilibrium:
    answers.blank()
    residual, regret, weighted, ties, limit, _ = answers.report
    with_numbers = np.isfinite(answers.values).all(axis=0)
    status[(status == SOLVED) & ~with_numbers] = UNSOLVED
    return Equilibrium(
        behaviour=answers.behaviour,
        values=answers.values,
        residual=residual,
        regret=regret,
        weighted_regret=weighted,
        status=status,
        sweeps=answers.sweeps,
        limit_beliefs=limit > 0,
        ties=ties > 0,
        method=answers.method,
        branch=_branches(problem, answers, status),
        checked=np.zeros(len(status), np.bool_),
        discrepancy=np.zeros(len(status)),
    )
