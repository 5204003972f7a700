"""Promises: how likely each comes due, is kept once due, and is delivered; arrays of shape (world).

Kept means kept at every due occasion, and delivered that what was promised happened: by a promise kept, or
by a clause that does the same. Both are conditional, so a promise that is seldom tested is not counted as
reliable for that (the base rates of Leeds, Long and Mitchell 2000 are conditional on a call in this way).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.events import Broken, Due, Fired, delivering
from foedus.analysis.expressions import Unanswerable
from foedus.analysis.frame import Ground
from foedus.analysis.solutions import Solution
from foedus.analysis.totals import ratio, total
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
    return Reliability(
        due(solution, commitment),
        kept(solution, commitment),
        delivered(solution, commitment),
        kept_each(solution, commitment),
    )


def due(solution: Solution, commitment: str) -> Floats:
    """Probability that the commitment comes due at least once."""
    ends = _ends(solution, commitment)
    return np.where(solution.solved, _sum(ends, lambda due, broken, fired: due), np.nan)


def kept(solution: Solution, commitment: str) -> Floats:
    """Probability that it is kept at every due occasion, given that there is one."""
    ends = _ends(solution, commitment)
    good = _sum(ends, lambda due, broken, fired: due and not broken)
    return ratio(good, _sum(ends, lambda due, broken, fired: due), solution.solved)


def delivered(solution: Solution, commitment: str) -> Floats:
    """Probability that what was promised happens, given that it came due or a clause did it unasked."""
    ends = _ends(solution, commitment)
    good = _sum(ends, lambda due, broken, fired: fired or (due and not broken))
    return ratio(good, _sum(ends, lambda due, broken, fired: due or fired), solution.solved)


def kept_each(solution: Solution, commitment: str) -> Floats:
    """Share of the due occasions on which it is kept."""
    _known(solution, commitment)
    good, bad = solution.occasions(bits_of(solution.ground, commitment))
    return ratio(good, good + bad, solution.solved)


def bits_of(ground: Ground, commitment: str) -> tuple[Expression, ...]:
    """What has to be followed to tell what becomes of a commitment."""
    bits = (Due(commitment), Broken(commitment))
    return (*bits, Fired(commitment)) if delivering(ground, commitment) else bits


def _ends(solution: Solution, commitment: str) -> Floats:
    _known(solution, commitment)
    return solution.ends(bits_of(solution.ground, commitment))


def _known(solution: Solution, commitment: str) -> None:
    if commitment not in solution.ground.labels.due:
        raise Unanswerable(f"'{solution.ground.case.arrangement}' has no commitment '{commitment}'")


def _sum(ends: Floats, wanted: Callable[[bool, bool, bool], bool]) -> Floats:
    """The mass (world) of the sets of bits (due, broken, fired) that are wanted."""
    sets = [held for held in range(len(ends)) if wanted(bool(held & 1), bool(held & 2), bool(held & 4))]
    return total(ends[sets])
