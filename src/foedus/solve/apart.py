"""Which equilibria that a search found are one, which stand alone, and which differ in what comes of them.

- Two are *one* where no probability differs by more than DISTINCT, or where the solver's tolerance cannot
  tell them apart: every play on the straight line between their log-odds meets it as well. So copies that
  have not quite converged are one, and so is a flat stretch about a degenerate equilibrium, such as a
  bifurcation, where the distance from the solution goes like a root of the residual.
- An equilibrium is *isolated* if its residual vouches for its place: with J the derivative of the answer,
  (I − J)⁻¹ times what is left of the fixed-point equation, and of its rounding, moves no probability by more
  than DISTINCT (the step of Newton's method as an error bound: Kantorovich 1948, first order). Otherwise it
  is degenerate: I − J is singular, or as good as that.
- The *outcome* of an equilibrium is its distribution over plays. Equilibria whose outcomes are the same, or
  within SAME of each other, may still answer otherwise where play hardly ever comes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.solve.block import Floats
from foedus.solve.curve import Curve
from foedus.solve.problem import SMALLEST

DISTINCT = 1e-6
SAME = 5e-4
"""Outcomes are told in percent with one decimal: less than this is not seen."""
WHOLE = 1000
"""Unknowns up to which the derivative is made whole to see whether an equilibrium is isolated."""
SLACK = 2.0
EIGHTHS = (4, 2, 6, 1, 3, 5, 7)


class Candidate(NamedTuple):
    """An equilibrium before it is known whether it is a new one: behaviour (option), the log-odds (unknown)
    of the choices that beliefs depend on, its certificate, and whether a start led to it.
    """

    behaviour: Floats
    odds: Floats
    residual: float
    regret: float
    by_start: bool


@dataclass(eq=False)
class Cluster:
    """Candidates that are one equilibrium. `members` are those more than DISTINCT apart, the first found
    first."""

    members: list[Candidate]
    starts: int = 0
    on_branch: bool = False

    def add(self, found: Candidate) -> None:
        """Count a candidate, and keep it if it is not the same as one that is kept."""
        self.starts += found.by_start
        self.on_branch |= not found.by_start
        if not any(near(found, each) for each in self.members):
            self.members.append(found)

    def join(self, other: Cluster) -> None:
        """Take in all of another."""
        self.members += other.members
        self.starts += other.starts
        self.on_branch |= other.on_branch


@dataclass(frozen=True, eq=False)
class Telling:
    """Tells equilibria of one game apart. `curve` is its answer at λ = t · λ̂, asked at t = 1 only."""

    curve: Curve
    tolerance: float

    def sort(self, answer: Candidate, found: Iterable[Candidate]) -> list[Cluster]:
        """Those found as clusters, that of the answer first; the answer itself is not counted."""
        clusters = [Cluster([answer])]
        for each in found:
            hit = [one for one in clusters if any(self.one(each, member) for member in one.members)]
            home = hit[0] if hit else Cluster([])
            if not hit:
                clusters.append(home)
            home.add(each)
            for other in hit[1:]:
                home.join(other)
                clusters.remove(other)
        return clusters

    def one(self, one: Candidate, other: Candidate) -> bool:
        """Whether two are one equilibrium, as far as the tolerance can tell."""
        return near(one, other) or self._joined(one.odds, other.odds)

    def _joined(self, one: Floats, other: Floats) -> bool:
        for eighths in EIGHTHS:
            answered = self.curve.answer(one + eighths / 8 * (other - one), 1.0)
            if not np.isfinite(answered).all() or self.curve.change() > SLACK * self.tolerance:
                return False
        return True

    def isolated(self, cluster: Cluster) -> bool | None:
        """Whether a cluster is an isolated equilibrium; None where there are more than WHOLE unknowns."""
        if len(cluster.members) > 1:
            return False
        x = cluster.members[0].odds
        if len(x) > WHOLE:
            return None
        left = np.abs(self.curve.answer(x, 1.0) - x) + np.finfo(np.float64).eps * (1.0 + np.abs(x))
        shares = self.curve.shares()
        matrix = np.eye(len(x)) - self.curve.jacobian()[:, :-1]
        if not (np.isfinite(left).all() and np.isfinite(matrix).all()):
            return False
        try:
            error = np.abs(np.linalg.inv(matrix)) @ left
        except np.linalg.LinAlgError:
            return False
        return bool((shares * (1.0 - shares) * error).max(initial=0.0) <= DISTINCT)


def near(one: Candidate, other: Candidate) -> bool:
    """Whether no probability differs by more than DISTINCT."""
    return bool(np.abs(one.behaviour - other.behaviour).max(initial=0.0) <= DISTINCT)


def logarithms_of(behaviour: Floats) -> Floats:
    """ln σ, no less than that of the smallest number."""
    logs: Floats = np.log(np.maximum(behaviour, SMALLEST))
    return logs


class Outcomes:
    """The probabilities (edge) with which plays of several equilibria pass each edge of a game.

    `last` (edge) marks those on which a play ends.
    """

    def __init__(self, answer: Floats, last: NDArray[np.bool_]) -> None:
        self._classes, self._last = [answer], last

    def apart(self, passed: Floats) -> float:
        """How far an outcome is from the answer's: the total variation distance of how plays end, or the
        largest difference in the probability of an edge, whichever is larger."""
        return self._distance(passed, self._classes[0])

    def number(self, passed: Floats) -> int:
        """Which outcome this is: 0 if it is the answer's, else counted from 1 in the order asked."""
        for k, one in enumerate(self._classes):
            if self._distance(passed, one) <= SAME:
                return k
        self._classes.append(passed)
        return len(self._classes) - 1

    def _distance(self, one: Floats, other: Floats) -> float:
        moved = np.abs(one - other)
        return float(max(moved[self._last].sum() / 2, moved.max(initial=0.0)))
