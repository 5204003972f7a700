"""Which parameters matter at one place: exact derivatives of outcomes, values and sides of claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from foedus.analysis.expressions import Unanswerable
from foedus.analysis.formula import Evaluation
from foedus.analysis.games import Games
from foedus.analysis.gradients import SCALE, SHIFT, Gradients, NoExactDerivative
from foedus.analysis.sensitivity_shape import sensitivities_shape
from foedus.analysis.settling import Settings, settle
from foedus.analysis.solutions import Solutions
from foedus.errors import UnknownName, nearest
from foedus.language import expression as ex
from foedus.language.scenario import Scenario
from foedus.solve.equilibrium import Status
from foedus.study.worlds import base_world

TIGHT = 1e-12

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Quantity:
    """Something whose sensitivities are asked for: an `outcome`, a `value` or a side of a `claim`."""

    kind: str
    name: str
    formula: ex.Expression
    side: str | None = None


@dataclass(frozen=True)
class Row:
    """What one parameter does to a quantity; None is what has no value.

    `derivative` is per unit of the parameter; `elasticity` is in percent of the quantity per percent of the
    parameter, None where either is 0; `over_range` is the derivative times the width of the range. Of kind
    `rationality`, λ itself where all actors have the same, or of `rationality factor` a factor on all λ.
    """

    kind: str
    name: str
    value: float
    range: tuple[float, float] | None
    derivative: float | None
    elasticity: float | None
    over_range: float | None


@dataclass(frozen=True)
class Sensitivity:
    """A quantity's value and rows, the largest elasticity first; `reason` is why something has no number."""

    quantity: Quantity
    value: float | None
    reason: str | None
    rows: tuple[Row, ...]

    def __getitem__(self, name: str) -> Row:
        """The row of a parameter, or of "rationality"."""
        return next(row for row in self.rows if row.name == name)


@dataclass(frozen=True, eq=False)
class Sensitivities:
    """What `find_sensitivities` found at one place."""

    scenario: Scenario
    arrangement: str
    in_force: bool
    settings: Settings
    status: Status
    found: tuple[Sensitivity, ...]

    def of(self, name: str, side: str | None = None) -> Sensitivity:
        """Those of an outcome, of an actor's value, or the `left`, `right` or `margin` of a claim."""
        return next(
            each for each in self.found if each.quantity.name == name and side in (None, each.quantity.side)
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `foedus/sensitivities/1`."""
        return sensitivities_shape(self)


def find_sensitivities(
    scenario: Scenario,
    arrangement: str,
    of: Sequence[str] | None = None,
    *,
    in_force: bool = False,
    settings: Settings | None = None,
    games: Games | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Sensitivities:
    """Derivatives by every parameter, and by λ, at the base values or with `settings` in place of some.

    `of` names outcomes, actors (the value to them) or claims (both sides of each comparison and the margin,
    under the arrangements that the claim itself names); all outcomes and values if None. Parameters
    that follow from others have no rows: what they pass on is in the rows of those. Raises UnknownName and
    OverrideError.
    """
    settled = settle(scenario, base_world(scenario), settings)
    solutions = Solutions(scenario, settled.worlds, games=games, tolerance=TIGHT, threads=threads)
    evaluation = Evaluation(solutions, settled.rest, settled.names)
    solution = solutions[settled.case(scenario, arrangement, in_force)]
    level = solution.tabulation.rationality[:, 0]
    names = (*settled.worlds, SHIFT if (level == level[0]).all() else SCALE)
    rows = _Rows(scenario, Gradients(evaluation, names), float(level[0]))
    wanted = list(quantities(scenario, arrangement, of, in_force))
    found = []
    for done, quantity in enumerate(wanted):
        if progress:
            progress(done, len(wanted), quantity.name)
        found.append(rows.of(quantity))
    status = Status(solution.equilibrium.status[0])
    return Sensitivities(scenario, arrangement, in_force, dict(settings or {}), status, tuple(found))


def quantities(
    scenario: Scenario, arrangement: str, of: Sequence[str] | None, in_force: bool
) -> Iterator[Quantity]:
    """The quantities that some names stand for. Raises UnknownName."""
    known = [*scenario.outcomes, *scenario.actors, *scenario.claims]
    setting = ex.Setting(arrangement, ("in_force",) if in_force else ())
    for name in (*scenario.outcomes, *scenario.actors) if of is None else dict.fromkeys(of):
        if name not in known:
            raise UnknownName(f"no outcome, actor or claim '{name}'{nearest(name, known)}")
        if name in scenario.outcomes:
            yield Quantity("outcome", name, ex.Result("P", setting, subject=scenario.outcomes[name]))
        if name in scenario.actors:
            yield Quantity("value", name, ex.Result("V", setting, actor=name))
        if name in scenario.claims and of is not None:
            yield from _sides(name, scenario.claims[name].holds)


def _sides(name: str, formula: ex.Expression | None) -> Iterator[Quantity]:
    """The sides of a claim's comparisons, as far as they hold a result, and its margin."""
    for node in [] if formula is None else ex.walk(formula):
        if isinstance(node, ex.Compare):
            for side, text in (("left", node.left), ("right", node.right)):
                if any(isinstance(each, ex.Result) for each in ex.walk(text)):
                    yield Quantity("claim", name, text, side)
    if formula is not None:
        yield Quantity("claim", name, formula, "margin")


@dataclass(frozen=True, eq=False)
class _Rows:
    """Makes the rows of a quantity; `level` is the λ that all actors have, if they have the same."""

    scenario: Scenario
    gradients: Gradients
    level: float

    def of(self, quantity: Quantity) -> Sensitivity:
        evaluation = self.gradients.evaluation
        evaluation.reasons.clear()
        try:
            either = self.gradients.signed if quantity.side == "margin" else self.gradients.number
            value, slopes = either(quantity.formula)
        except NoExactDerivative as problem:
            read = evaluation.signed if quantity.side == "margin" else evaluation.number
            known = _said(read(quantity.formula)[0])
            return Sensitivity(quantity, known, str(problem), ())
        except Unanswerable as problem:
            return Sensitivity(quantity, None, str(problem), ())
        number = _said(value[0, 0])
        slopes = np.broadcast_to(slopes, (len(self.gradients.names), 1))[:, 0]
        rows = [
            self._row(name, number, _said(slope))
            for name, slope in zip(self.gradients.names, slopes, strict=True)
        ]
        reason = _reason(number, rows, evaluation.reasons)
        return Sensitivity(quantity, number, reason, tuple(sorted(rows, key=_importance)))

    def _row(self, name: str, number: float | None, slope: float | None) -> Row:
        if name in (SCALE, SHIFT):
            kind, value, bounds = "rationality factor", 1.0, None
            if name == SHIFT:
                kind, value = "rationality", self.level
            name = "rationality"
        else:
            kind, bounds = "parameter", self.scenario.parameters[name].range
            value = float(self.gradients.evaluation.solutions.worlds[name][0])
        elasticity = over_range = None
        if slope is not None and number and value and np.isfinite(value):
            elasticity = _said(value / number * slope)
        if slope is not None and bounds is not None:
            over_range = _said(slope * (bounds[1] - bounds[0]))
        return Row(kind, name, value, bounds, slope, elasticity, over_range)


def _said(number: float) -> float | None:
    return float(number) + 0.0 if np.isfinite(number) else None


def _importance(row: Row) -> tuple[float, float]:
    return -abs(row.elasticity or 0.0), -abs(row.over_range or 0.0)


def _reason(number: float | None, rows: Sequence[Row], reasons: Sequence[str]) -> str | None:
    if number is None:
        return "; ".join(reasons) or "it has no value"
    missing = [row.name for row in rows if row.derivative is None]
    if len(missing) == len(rows):
        return "the equilibrium does not move smoothly here: a fold, or a tie"
    if missing:
        return (
            f"no derivative by {', '.join(missing)}: a kink, a jump, or a chance of 0 that beliefs depend on"
        )
    return None
