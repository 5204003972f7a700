"""The results that formulas name, worked out case by case in many worlds, none of the solutions kept.

A solution holds the behaviour of every option in every world, and there may be dozens of cases. So each case
is solved once, asked for all that the formulas want of it, and forgotten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.cases import Case
from foedus.analysis.formula import Asked, Evaluation, reply
from foedus.analysis.solutions import Solutions, prepare
from foedus.errors import FoedusError
from foedus.language import expression as ex
from foedus.solve.threads import processors, shared

Floats = NDArray[np.float64]
Step = Callable[[Case], None]


@dataclass(frozen=True, eq=False)
class Certified:
    """What a case's solution says of itself, each (world)."""

    status: NDArray[np.int8]
    residual: Floats
    regret: Floats


def asked_in(evaluation: Evaluation, formula: ex.Expression) -> Iterator[Asked]:
    """The results that a formula names at its own worlds; those inside `D` and `Tip` are asked elsewhere."""
    match formula:
        case ex.Derivative() | ex.Tip():
            return
        case ex.Over(_, inside, binder, group):
            for name in evaluation.members(group):
                yield from asked_in(evaluation.bound(binder, name), inside)
        case ex.Result():
            yield evaluation.asked(formula)
        case _:
            for child in ex.children(formula):
                yield from asked_in(evaluation, child)


def cases_in(evaluation: Evaluation, formula: ex.Expression) -> tuple[Case, ...]:
    """The distinct cases on whose solutions a formula rests, those inside `D` and `Tip` included."""
    found: dict[Case, None] = {}
    for node in (formula, *_moved(formula)):
        found |= dict.fromkeys(case for case, _ in _answerable(evaluation, node))
    return tuple(found)


def _moved(formula: ex.Expression) -> list[ex.Expression]:
    return [node.formula for node in ex.walk(formula) if isinstance(node, ex.Derivative | ex.Tip)]


def _answerable(evaluation: Evaluation, formula: ex.Expression) -> list[Asked]:
    """The same; none where the formula cannot be asked, which whoever evaluates it is told."""
    try:
        return list(asked_in(evaluation, formula))
    except FoedusError:
        return []


def work_out(
    evaluation: Evaluation, formulas: Iterable[ex.Expression], step: Step | None = None
) -> dict[Case, Certified]:
    """Fill `evaluation.known` with all results in some formulas; returns what each case says of itself.

    A case of which only something inside `D` or `Tip` is asked is solved for its certificate, which would
    else hang on whether another formula asks of it too.

    Cases are solved side by side, each on one thread: the few worlds that resist the first method fill a
    block better so.
    """
    wanted: dict[Case, dict[Asked, None]] = {}
    for formula in formulas:
        wanted |= {case: {} for case in cases_in(evaluation, formula) if case not in wanted}
        for asked in _answerable(evaluation, formula):
            if asked not in evaluation.known:
                wanted[asked[0]][asked] = None
    threads = evaluation.solutions.threads or processors()
    workers = min(threads, len(wanted)) or 1
    games = evaluation.solutions.games
    order = sorted(wanted, key=lambda case: games.of(case).nodes, reverse=True)
    found: dict[Case, Certified] = {}

    def work(case: Case) -> None:
        solution = _apart(evaluation.solutions, threads // workers)[case]
        for asked in wanted[case]:
            evaluation.known[asked] = reply(solution, asked[1])
        equilibrium = solution.equilibrium
        found[case] = Certified(equilibrium.status, equilibrium.residual, equilibrium.regret)
        if step:
            step(case)

    prepare()
    shared(work, order, workers)
    return found


def _apart(solutions: Solutions, threads: int) -> Solutions:
    """The same solutions-to-be, kept by nobody."""
    apart = solutions.in_worlds(solutions.worlds)
    apart.threads, apart.certain = threads, solutions.certain
    return apart
