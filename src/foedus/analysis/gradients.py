"""Exact derivatives of formulas: one adjoint sweep for each result in them, and the chain rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.expressions import Unanswerable
from foedus.analysis.formula import Evaluation
from foedus.analysis.motion import Motion, Pair, combine, fold_or_apply, motion_of, moves
from foedus.analysis.owing import Owing, owing
from foedus.analysis.parameters import ParameterFrame
from foedus.analysis.solutions import Solution, worlds_of
from foedus.analysis.tracks import bit_sets
from foedus.game.arithmetic import BINARY, UNARY, Op
from foedus.game.reverse import parameter_slopes, times
from foedus.language import expression as ex
from foedus.solve.gradient import Adjoints, Gradient, gradient
from foedus.solve.krylov import EXACT
from foedus.solve.layout import layout_of
from foedus.solve.retrace import Followed, retrace

Floats = NDArray[np.float64]

SCALE, SHIFT = "rationality ×", "rationality +"
"""Stand among the names of parameters for a factor on every actor's λ, and for what is added to each."""


class NoExactDerivative(Exception):
    """A formula inside of which there is a derivative or a tipping point."""


@dataclass(eq=False)
class Gradients:
    """Values and derivatives of formulas by some parameters, SCALE and SHIFT.

    Arrays have shape (name, world). A derivative is NaN where there is none: in a world that is not solved,
    at a fold or a tie, at a kink of what the scenario says. Without names only the values are worked out.
    `exact` is how much may be left of the equations that tell how play moves, relatively.
    """

    evaluation: Evaluation
    names: tuple[str, ...]
    exact: float = EXACT

    def __post_init__(self) -> None:
        self._known: dict[tuple[object, ...], Pair] = {}
        self._ones = np.ones(self.evaluation.count)
        solutions = self.evaluation.solutions
        self._frame = ParameterFrame(solutions.scenario, solutions.worlds)

    def number(self, node: ex.Expression) -> Pair:
        """Value (1, world) and slopes (name, world) of a formula. Raises NoExactDerivative."""
        match node:
            case ex.Parameter():
                return self.evaluation.number(node)[None], self._own(node)
            case ex.Unary("-", operand):
                return combine(UNARY["-"], [self.number(operand)])
            case ex.Binary(operator, left, right):
                return combine(BINARY[operator], [self.number(left), self.number(right)])
            case ex.Call(function, arguments):
                return self._called(function, [_number_of(each) for each in arguments])
            case ex.Conditional(condition, then, otherwise):
                truth = self.evaluation.truth(condition).holds[None]
                return combine(Op.IF, [(truth, np.zeros((1, 1))), self.number(then), self.number(otherwise)])
            case ex.Result():
                return self._result(node)
            case ex.Over(function, formula, binder, group):
                members = self.evaluation.members(group)
                return self._called(function, [_number_of(formula, binder, name) for name in members])
            case ex.Derivative() | ex.Tip():
                raise NoExactDerivative("it holds a derivative or a tipping point")
        return self.evaluation.number(node)[None], np.zeros((1, 1))

    def signed(self, node: ex.Expression) -> Pair:
        """The same of a number that changes sign where a formula turns: the margin of a comparison."""
        match node:
            case ex.Compare(operator, left, right):
                return self._margin(operator, self.number(left), self.number(right))
            case ex.Unary("not", operand):
                return combine(Op.NEGATE, [self.signed(operand)])
            case ex.Logical(operator, operands):
                function = "min" if operator == "and" else "max"
                return self._called(function, [_signed_of(each) for each in operands])
        return self.number(node)

    def _margin(self, operator: str, left: Pair, right: Pair) -> Pair:
        if operator in (">", ">="):
            return combine(Op.SUBTRACT, [left, right])
        apart = combine(Op.SUBTRACT, [right, left])
        if operator in ("<", "<="):
            return apart
        distance = combine(Op.ABS, [apart])
        return distance if operator == "!=" else combine(Op.NEGATE, [distance])

    def bound(self, binder: str, arrangement: str) -> Gradients:
        """The same with a name that stands for an arrangement."""
        return replace(self, evaluation=self.evaluation.bound(binder, arrangement))

    def _called(self, function: str, parts: Sequence[Part]) -> Pair:
        """A function of some parts. Those that are nowhere the least, or the greatest, need no slopes."""
        if function not in _EXTREMES:
            return fold_or_apply(function, [part(self) for part in parts])
        still = replace(self, names=())
        values = [part(still)[0] for part in parts]
        found = _EXTREMES[function].reduce(np.broadcast_arrays(*values))
        pairs = [
            part(self) if (value == found).any() else (value, np.zeros((1, 1)))
            for part, value in zip(parts, values, strict=True)
        ]
        return fold_or_apply(function, pairs)

    def _own(self, node: ex.Parameter) -> Floats:
        """The slopes (name, world) of a parameter, as the worlds have it."""
        scenario = self.evaluation.solutions.scenario
        slopes = np.zeros((len(self.names), self.evaluation.count))
        for row, name in enumerate(self.names):
            slopes[row] = Motion(scenario, self._frame, self._moved(name)).plain(node.name)
        return slopes

    def _moved(self, name: str) -> dict[str, Floats]:
        return {} if name in (SCALE, SHIFT) else {name: self._ones}

    def _result(self, node: ex.Result) -> Pair:
        case = self.evaluation.case(node.setting)
        key = case, replace(node, setting=ex.Setting("", node.setting.flags))
        if key not in self._known:
            found = self.evaluation.number(node)
            slopes = np.full((len(self.names), len(found)), np.nan)
            if self.names:
                with suppress(Unanswerable):
                    slopes = self._slopes(self.evaluation.solutions[case], node, found)
            self._known[key] = found[None], slopes
        return self._known[key]

    def _slopes(self, solution: Solution, node: ex.Result, found: Floats) -> Floats:
        """One adjoint sweep, and the derivatives (name, world) that follow from it."""
        owed = owing(solution, node, found)
        numbers = number_gradient(solution, owed, self.exact)
        by_parameter, overrides = self._by_parameter(solution, numbers), solution.ground.case.parameters
        passes_on = owed.direct is not None or any(moves(value) for _, value in overrides)
        heard = by_parameter.keys() - dict(overrides)
        slopes = np.zeros((len(self.names), len(found)))
        for row, name in enumerate(self.names):
            if name in (SCALE, SHIFT):
                by_each = solution.tabulation.rationality if name == SCALE else np.ones((1, 1))
                slopes[row] = times(numbers.rationality, by_each).sum(axis=0)
            elif passes_on:
                slopes[row] = self._passed_on(solution, owed, by_parameter, name)
            elif name in heard:
                slopes[row] = by_parameter[name]
        slopes[:, np.isnan(found) | solution.equilibrium.ties] = np.nan
        return slopes

    def _passed_on(
        self, solution: Solution, owed: Owing, by_parameter: dict[str, Floats], name: str
    ) -> Floats:
        """The derivative (world) by a parameter, through all that moves with it."""
        motion = motion_of(solution.ground, self._frame, self._moved(name))
        slope = np.zeros(self.evaluation.count) if owed.direct is None else owed.direct(motion)
        for each, moved in motion.given.items():
            if each in by_parameter:
                slope = slope + times(by_parameter[each], moved)
        return slope

    def _by_parameter(self, solution: Solution, numbers: Gradient) -> dict[str, Floats]:
        solutions, rationality = self.evaluation.solutions, numbers.rationality
        if solutions.rationality is not None:
            rationality = np.where(np.isnan(solutions.rationality), rationality, 0.0)
        return parameter_slopes(
            solution.game.table,
            worlds_of(solutions.scenario, solution.ground.case, solutions.worlds),
            numbers.probabilities,
            numbers.payoffs,
            numbers.weights,
            rationality,
        )


Part = Callable[[Gradients], Pair]
"""One of the numbers that a function is of, as some gradients have it."""

_EXTREMES = {"min": np.minimum, "max": np.maximum}


def _number_of(node: ex.Expression, binder: str = "", arrangement: str = "") -> Part:
    """A formula, perhaps with a name that stands for an arrangement."""

    def part(gradients: Gradients) -> Pair:
        return (gradients.bound(binder, arrangement) if binder else gradients).number(node)

    return part


def _signed_of(node: ex.Expression) -> Part:
    return lambda gradients: gradients.signed(node)


def number_gradient(solution: Solution, owed: Owing, exact: float) -> Gradient:
    """The derivatives of a result by all numbers of its game."""
    game, tabulation = solution.game, solution.tabulation
    edge_bits, root = bit_sets(solution.ground, owed.bits)
    if owed.paid is None:
        followed = Followed(edge_bits, root, solution.mass(owed.bits))
    else:
        followed = Followed(edge_bits, root, *solution.payoff_mass(owed.bits, owed.actor), owed.actor)
    shares, payoffs = retrace(
        game,
        tabulation,
        solution.behaviour,
        followed,
        owed.mass,
        owed.paid,
        threads=solution.threads,
    )
    np.add.at(shares, layout_of(game).share[owed.taken], owed.shares)
    np.add.at(payoffs[:, owed.actor], game.payment[owed.offered], owed.worth)
    adjoints = Adjoints(shares, payoffs, owed.actor, game.child[owed.offered].astype(np.intp), owed.worth)
    return gradient(game, tabulation, solution.behaviour, adjoints, threads=solution.threads, exact=exact)
