"""The value of a claim's formula in each world, and whether it holds; arrays of shape (world).

NaN is a number that has no value, and a verdict that is undefined. `and` and `or` follow Kleene's strong
three-valued logic (1952): a conjunction with a false part is false whatever the undefined part would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from foedus.analysis import results
from foedus.analysis.cases import Case, Overrides, make_case
from foedus.analysis.expressions import Unanswerable, apply, call
from foedus.analysis.parameters import ParameterFrame, column
from foedus.analysis.solutions import Solution, Solutions
from foedus.game.arithmetic import BINARY, UNARY
from foedus.language import expression as ex
from foedus.solve.equilibrium import Status

Floats = NDArray[np.float64]

EQUAL = 1e-9
"""Sides closer than this are equal: a certificate allows each that much error."""


@dataclass(frozen=True, eq=False)
class Truth:
    """holds (world): 1, 0 or NaN; margin (world): how far the sides are apart, positive where it holds.

    `sides` are the two sides (world) of each comparison inside, in reading order.
    """

    holds: Floats
    margin: Floats
    sides: tuple[tuple[Floats, Floats], ...]


Asked = tuple[Case, ex.Result]
"""A result, its setting left out, of a case."""


@dataclass(frozen=True, eq=False)
class Reply:
    """What a result is (world), and why it has no value where it has none."""

    value: Floats
    reasons: tuple[str, ...]


@dataclass(eq=False)
class Evaluation:
    """Formulas evaluated in some worlds. `reasons` collects why something had no value.

    `given` are overrides of the whole run, and `settled` the parameters among them, whose values the worlds
    already hold. `drawn`: the worlds are some of many, of which none may cost much. `known` are the results
    worked out so far.
    """

    solutions: Solutions
    given: Overrides = ()
    settled: frozenset[str] = frozenset()
    drawn: bool = False
    binding: Mapping[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    known: dict[Asked, Reply] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return self.solutions.count

    def because(self, reason: str) -> None:
        if reason not in self.reasons:
            self.reasons.append(reason)

    def elsewhere(self, worlds: Mapping[str, Floats], tolerance: float) -> Evaluation:
        """The same in other worlds, telling its reasons to this one."""
        return replace(self, solutions=self.solutions.in_worlds(worlds, tolerance), known={})

    # --- numbers ------------------------------------------------------------------------------------------

    def number(self, node: ex.Expression) -> Floats:
        """The value of a formula, shape (world); a comparison counts as 0 or 1."""
        match node:
            case ex.Number(value):
                return np.full(self.count, value)
            case ex.Parameter():
                frame = ParameterFrame(self.solutions.scenario, self.solutions.worlds)
                return column(node, frame, self.count)
            case ex.Constant(name):
                return np.full(self.count, float(self.solutions.scenario.constants[name]))
            case ex.Unary("-", operand):
                return apply(UNARY["-"], self.number(operand))
            case ex.Binary(operator, left, right):
                return apply(BINARY[operator], self.number(left), self.number(right))
            case ex.Call(function, arguments):
                return call(function, [self.number(each) for each in arguments])
            case ex.Conditional(condition, then, otherwise):
                return self._choose(self.truth(condition).holds, self.number(then), self.number(otherwise))
            case ex.Result():
                return self._result(node)
            case ex.Over(function, formula, binder, group):
                bound = [self.bound(binder, name).number(formula) for name in self.members(group)]
                return call(function, bound)
            case ex.Derivative(formula, parameter):
                from foedus.analysis.derivative import derivative  # noqa: PLC0415  (each needs the other)

                return derivative(self, formula, parameter)
            case ex.Tip(formula, parameter):
                from foedus.analysis.tipping import tip  # noqa: PLC0415

                return tip(self, formula, parameter)
        return self.truth(node).holds

    def signed(self, node: ex.Expression) -> Floats:
        """A formula as a number that changes sign where it turns: the margin of a comparison."""
        verdict = isinstance(node, ex.Compare | ex.Logical) or (
            isinstance(node, ex.Unary) and node.operator == "not"
        )
        return self.truth(node).margin if verdict else self.number(node)

    def _choose(self, condition: Floats, then: Floats, otherwise: Floats) -> Floats:
        return np.where(np.isnan(condition), np.nan, np.where(condition != 0.0, then, otherwise))

    def bound(self, binder: str, arrangement: str) -> Evaluation:
        """The same with a name that stands for an arrangement."""
        return replace(self, binding={**self.binding, binder: arrangement})

    def members(self, group: str | tuple[str, ...]) -> tuple[str, ...]:
        """The arrangements of a group. Raises Unanswerable where there are none."""
        if isinstance(group, tuple):
            return group
        arrangements = self.solutions.scenario.arrangements.values()
        members = tuple(each.name for each in arrangements if each.group == group)
        if not members:
            raise Unanswerable(f"no arrangement is in group '{group}'")
        return members

    # --- results ------------------------------------------------------------------------------------------

    def case(self, setting: ex.Setting) -> Case:
        return make_case(
            self.solutions.scenario,
            self.binding.get(setting.arrangement, setting.arrangement),
            in_force="in_force" in setting.flags,
            overrides=(*self.given, *setting.overrides),
            settled=self.settled,
        )

    def asked(self, node: ex.Result) -> Asked:
        """The case of a result, and what is asked of it."""
        return self.case(node.setting), replace(node, setting=ex.Setting("", node.setting.flags))

    def _result(self, node: ex.Result) -> Floats:
        asked = self.asked(node)
        if asked not in self.known:
            self.known[asked] = reply(self.solutions[asked[0]], asked[1])
        for reason in self.known[asked].reasons:
            self.because(reason)
        return self.known[asked].value

    # --- verdicts -----------------------------------------------------------------------------------------

    def truth(self, node: ex.Expression) -> Truth:
        """Whether a formula holds in each world, with its margin and sides."""
        match node:
            case ex.Compare(operator, left, right):
                return compare_sides(operator, self.number(left), self.number(right))
            case ex.Logical(operator, operands):
                return combine(operator, [self.truth(each) for each in operands])
            case ex.Unary("not", operand):
                inner = self.truth(operand)
                return Truth(1.0 - inner.holds, -inner.margin, inner.sides)
        number = self.number(node)
        said = np.where(np.isnan(number), np.nan, (number != 0.0).astype(np.float64))
        return Truth(said, number, ())


def reply(solution: Solution, node: ex.Result) -> Reply:
    """A result of a solved case."""
    try:
        found = _measure(solution, node)
    except Unanswerable as reason:
        return Reply(np.full(solution.tabulation.worlds, np.nan), (str(reason),))
    return Reply(found, tuple(_reasons(solution, node, found)) if np.isnan(found).any() else ())


def _reasons(solution: Solution, node: ex.Result, found: Floats) -> Iterator[str]:
    for status in np.unique(solution.equilibrium.status[~solution.solved]):
        yield f"'{solution.ground.case.arrangement}' is not solved: {Status(status).sentence}"
    if np.isnan(found[solution.solved]).any():
        yield f"what {node.function} is conditional on has a probability below 1e-12, or no number"


def compare_sides(operator: str, left: Floats, right: Floats) -> Truth:
    """A comparison's verdict and margin; sides within EQUAL of each other are equal."""
    with np.errstate(invalid="ignore"):
        # Equal infinities are no distance apart.
        apart = np.where(left == right, 0.0, right - left)
    margin = {
        "<": apart,
        "<=": apart,
        ">": -apart,
        ">=": -apart,
        "==": -np.abs(apart),
        "!=": np.abs(apart),
    }[operator]
    holds = margin > EQUAL if operator in ("<", ">", "!=") else margin >= -EQUAL
    return Truth(np.where(np.isnan(margin), np.nan, holds.astype(np.float64)), margin, ((left, right),))


def combine(operator: str, parts: list[Truth]) -> Truth:
    """`and` or `or` of verdicts; the margin is that of the part that decides."""
    holds = np.stack([part.holds for part in parts])
    margins = np.stack([part.margin for part in parts])
    decisive = 0.0 if operator == "and" else 1.0
    decided = (holds == decisive).any(axis=0)
    undefined = np.isnan(holds).any(axis=0) & ~decided
    fill = np.inf if operator == "and" else -np.inf
    known = np.where(np.isnan(holds), fill, margins)
    margin = known.min(axis=0) if operator == "and" else known.max(axis=0)
    verdict = np.where(decided, decisive, 1.0 - decisive)
    sides = tuple(side for part in parts for side in part.sides)
    return Truth(np.where(undefined, np.nan, verdict), np.where(undefined, np.nan, margin), sides)


def _measure(solution: Solution, node: ex.Result) -> Floats:
    match node.function:
        case "P":
            assert node.subject is not None
            return results.probability(solution, node.subject, node.condition)
        case "E":
            assert node.subject is not None
            return results.expectation(solution, node.subject, node.condition)
        case "V":
            assert node.actor is not None
            return results.value(solution, node.actor, node.condition)
        case "Signs":
            assert node.actor is not None
            return results.signs(solution, node.actor)
        case "Share" | "Q":
            return _at_move(solution, node)
    assert node.commitment is not None
    if node.function == "Delivers":
        return results.delivered(solution, node.commitment)
    each = "each" in node.setting.flags
    return (results.kept_each if each else results.kept)(solution, node.commitment)


def _at_move(solution: Solution, node: ex.Result) -> Floats:
    assert node.move is not None
    assert node.option is not None
    if node.function == "Share":
        return results.share(solution, node.move, node.option, node.condition)
    assert node.actor is not None
    return results.quality(solution, node.actor, node.move, node.option, node.condition)
