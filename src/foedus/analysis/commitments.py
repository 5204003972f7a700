"""Promises: how likely each comes due, is kept once due, and is delivered; arrays of shape (world).

Kept means kept at every due occasion, and delivered that what was promised happened: by a promise kept, or
by a clause that does the same. Both are conditional, so a promise that is seldom tested is not counted as
reliable for that (the base rates of Leeds, Long and Mitchell 2000 are conditional on a call in this way).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.events import Broken, Due, Fired, delivering
from foedus.analysis.expressions import Unanswerable
from foedus.analysis.frame import Ground
from foedus.analysis.games import once
from foedus.analysis.solutions import Solution
from foedus.analysis.tally import judged
from foedus.language.expression import Expression

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reliability:
    """due, kept, delivered and kept_each (world): kept and delivered given that it came due, and kept per
    due occasion; NaN where it comes due with a probability too small to measure."""

    due: Floats
    kept: Floats
    delivered: Floats
    kept_each: Floats


def reliability(solution: Solution, commitment: str) -> Reliability:
    """What becomes of one commitment of the arrangement."""
    ends, occasions = solution.all_ends([_bits(solution, commitment)])
    due, kept, delivered, kept_each = judged(ends, occasions, solution.solved, 1)
    return Reliability(due, kept, delivered, kept_each)


def due(solution: Solution, commitment: str) -> Floats:
    """Probability that the commitment comes due at least once."""
    return reliability(solution, commitment).due


def kept(solution: Solution, commitment: str) -> Floats:
    """Probability that it is kept at every due occasion, given that there is one."""
    return reliability(solution, commitment).kept


def delivered(solution: Solution, commitment: str) -> Floats:
    """Probability that what was promised happens, given that it came due or a clause did it unasked."""
    return reliability(solution, commitment).delivered


def kept_each(solution: Solution, commitment: str) -> Floats:
    """Share of the due occasions on which it is kept."""
    return reliability(solution, commitment).kept_each


def bits_of(ground: Ground, commitment: str) -> tuple[Expression, ...]:
    """What has to be followed to tell what becomes of a commitment."""

    def find() -> tuple[Expression, ...]:
        bits = (Due(commitment), Broken(commitment))
        return (*bits, Fired(commitment)) if delivering(ground, commitment) else bits

    return once(ground.game, ("commitment", commitment), ground.scenario.clauses, find)


def _bits(solution: Solution, commitment: str) -> tuple[Expression, ...]:
    if commitment not in solution.ground.labels.due:
        raise Unanswerable(f"'{solution.ground.case.arrangement}' has no commitment '{commitment}'")
    return bits_of(solution.ground, commitment)
