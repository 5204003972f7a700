"""A claim's margin as a function of the assumptions that have a range, with its slopes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.claims import make_evaluation
from foedus.analysis.expressions import Unanswerable
from foedus.analysis.formula import Evaluation
from foedus.analysis.games import Games
from foedus.analysis.gradients import Gradients, NoExactDerivative
from foedus.analysis.settling import Settings
from foedus.language.scenario import Claim, Scenario
from foedus.solve.krylov import EXACT
from foedus.study.worlds import base_world, varied

Floats = NDArray[np.float64]

STEP = 0.01
"""Of a range: wide enough that the differences by which derivatives are found in many worlds do not show."""


@dataclass(eq=False)
class Margins:
    """Where a claim's margin is, and how it changes. `names` are the assumptions that may move.

    Points have shape (point, assumption), in the order of `names`; all else is as at the base values, or as
    `settings` have it.
    """

    scenario: Scenario
    claim: Claim
    settings: Settings
    threads: int | None = None
    games: Games | None = None
    names: tuple[str, ...] = field(init=False)
    by_differences: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.games = self.games or Games(self.scenario)
        self._base = base_world(self.scenario)
        self._last: tuple[Floats, Evaluation] | None = None
        self.names = tuple(
            name
            for name in varied(self.scenario)
            if name not in self.settings and self.scenario.parameters[name].range is not None
        )

    @property
    def base(self) -> Floats:
        """The base values (assumption)."""
        return np.array([self._base[name][0] for name in self.names])

    @property
    def ranges(self) -> Floats:
        """Lowest and highest, shape (assumption, 2)."""
        return np.array([self.scenario.parameters[name].range for name in self.names]).reshape(-1, 2)

    def at(self, points: Floats) -> Floats:
        """The margin at each point, shape (point); NaN where the claim is undefined.

        The solver's own residuals are relied on. What was last asked is remembered for `slopes`.
        """
        return self._signed(self._evaluation(points))

    def certified(self, points: Floats) -> Floats:
        """The same where the independent certificate finds every solution right; NaN elsewhere."""
        return self._signed(self._solvable(points, check=1))

    def slopes(self, points: Floats, exact: float = EXACT) -> Floats:
        """The derivative of the margin by each assumption, (point, assumption); NaN where there is none.

        `exact` as for `Gradients`. A claim that itself holds a derivative or a tipping point has its slopes
        by differences, which `by_differences` tells from then on.
        """
        if not self.by_differences:
            try:
                gradients = Gradients(self._evaluation(points), self.names, exact)
                _, slopes = gradients.signed(self.claim.condition)
            except NoExactDerivative:
                self.by_differences = True
            except Unanswerable:
                return np.full(points.shape, np.nan)
            else:
                return np.broadcast_to(slopes, points.T.shape).T.copy()
        return np.stack([self._differences(point) for point in points])

    def _differences(self, point: Floats) -> Floats:
        """Slopes (assumption) between two points for each assumption, a hundredth of its range to either side
        or as far as the range goes; all points are one batch."""
        steps = np.diag(STEP * (self.ranges[:, 1] - self.ranges[:, 0]))
        below, above = (np.clip(point + way * steps, *self.ranges.T) for way in (-1.0, 1.0))
        found = self._signed(self._solvable(np.concatenate([below, above]), check=0)).reshape(2, -1)
        return np.asarray((found[1] - found[0]) / np.diag(above - below))

    def _signed(self, evaluation: Evaluation) -> Floats:
        try:
            return evaluation.signed(self.claim.condition)
        except Unanswerable:
            return np.full(evaluation.count, np.nan)

    def _evaluation(self, points: Floats) -> Evaluation:
        if self._last is None or not np.array_equal(self._last[0], points):
            self._last = points.copy(), self._solvable(points, check=0)
        return self._last[1]

    def _solvable(self, points: Floats, check: int) -> Evaluation:
        moved = {name: np.ascontiguousarray(points[:, k]) for k, name in enumerate(self.names)}
        still = {name: value for name, value in self._base.items() if name not in moved}
        worlds = {name: np.repeat(value, len(points)) for name, value in still.items()} | moved
        evaluation = make_evaluation(
            self.scenario, worlds, self.settings, games=self.games, threads=self.threads
        )
        evaluation.solutions.certain, evaluation.solutions.check = False, check
        return evaluation
