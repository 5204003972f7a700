"""Who signs, and who is better off with the arrangement in force than without; arrays of shape (world)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.events import Asked
from foedus.analysis.expressions import Unanswerable
from foedus.analysis.frame import Ground
from foedus.analysis.games import once
from foedus.analysis.solutions import Solution
from foedus.analysis.tally import judged
from foedus.language.expression import Chose, Expression
from foedus.language.scenario import sign_step

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

AS_GOOD = 1e-9
"""Differences in payoff up to this count as none."""


def signs(solution: Solution, actor: str) -> Floats:
    """Probability that the actor signs at some time, given that it is asked."""
    case = solution.ground.case
    if actor not in solution.ground.scenario.arrangements[case.arrangement].signed_by:
        raise Unanswerable(f"{actor} is not asked to sign '{case.arrangement}'")
    if case.in_force:
        raise Unanswerable(f"nobody is asked to sign '{case.arrangement}' once it is in force")
    ends, occasions = solution.all_ends([bits_of(solution.ground, actor)])
    found: Floats = judged(ends, occasions, solution.solved, 0)[0]
    return found


def bits_of(ground: Ground, actor: str) -> tuple[Expression, ...]:
    """What has to be followed to tell whether an actor signs."""

    def find() -> tuple[Expression, ...]:
        step = sign_step(ground.scenario)
        move = f"{step.name if step else 'sign'}.{actor}"
        return Asked(move), Chose(move, "sign")

    return once(ground.game, ("signature", actor), ground.scenario.play, find)


def worth(in_force: Solution, fallback: Solution) -> Floats:
    """What the arrangement in force is worth to each actor above its fallback, shape (actor, world)."""
    solved = in_force.solved & fallback.solved
    return np.where(solved, in_force.equilibrium.values - fallback.equilibrium.values, np.nan)


def unblocked(gain: Mapping[str, Floats], signatories: tuple[str, ...]) -> Bools:
    """Whether no signatory is worse off with it than without, shape (world)."""
    return np.asarray(np.all([gain[name] >= -AS_GOOD for name in signatories], axis=0))


def dominates(values: Floats, others: Floats) -> Bools:
    """Whether values (actor, world) are as good for every actor and better for one, shape (world)."""
    better = values - others
    return np.asarray(np.all(better >= -AS_GOOD, axis=0) & np.any(better > AS_GOOD, axis=0))
