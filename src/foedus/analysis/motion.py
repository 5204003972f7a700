"""How expressions change when parameters do: values and slopes side by side, for many states and worlds.

Forward accumulation (Griewank and Walther 2008). A slope is NaN where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.cases import Case
from foedus.analysis.expressions import Frame, apply, evaluate
from foedus.analysis.frame import Ground, StateFrame
from foedus.analysis.parameters import ParameterFrame
from foedus.game.arithmetic import BINARY, UNARY, Op
from foedus.game.reverse import slopes_of, times
from foedus.language import expression as ex
from foedus.language.names import IN_FORCE
from foedus.language.scenario import Scenario

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
"""A value and its slope, both broadcastable to (state, world)."""


def combine(operation: Op, parts: Sequence[Pair]) -> Pair:
    """An operation on values with slopes."""
    values = np.broadcast_arrays(*(value for value, _ in parts))
    result = apply(operation, *values)
    slope = np.zeros(result.shape)
    for (_, moved), partial in zip(parts, slopes_of(operation, tuple(values), result), strict=True):
        slope = slope + times(moved, partial)
    return result, slope


def fold(operation: Op, parts: Sequence[Pair]) -> Pair:
    """An operation on two, applied to all in turn."""
    result = parts[0]
    for part in parts[1:]:
        result = combine(operation, (result, part))
    return result


def moves(node: ex.Expression | None) -> bool:
    """Whether an expression mentions a parameter."""
    return node is not None and any(isinstance(each, ex.Parameter) for each in ex.walk(node))


def follow_slope(node: ex.Expression, frame: Frame, parameter: Callable[[str], Floats]) -> Pair:
    """An expression's value and slope, given the slopes of parameters."""

    def inside(each: ex.Expression) -> Pair:
        return follow_slope(each, frame, parameter)

    if not moves(node) or isinstance(node, ex.Ever | ex.Chose):
        return evaluate(node, frame), np.zeros((1, 1))
    match node:
        case ex.Parameter(name):
            return frame.parameter(name), parameter(name)
        case ex.Unary(operator, operand):
            return combine(UNARY[operator], [inside(operand)])
        case ex.Binary(operator, left, right):
            return combine(BINARY[operator], [inside(left), inside(right)])
        case ex.Compare(operator, left, right):
            return combine(BINARY[operator], [inside(left), inside(right)])
        case ex.Member(operand, members):
            return fold(Op.OR, [inside(ex.Compare("==", operand, member)) for member in members])
        case ex.Logical(operator, operands):
            return fold(BINARY[operator], [inside(each) for each in operands])
        case ex.Conditional(condition, then, otherwise):
            return combine(Op.IF, [inside(condition), inside(then), inside(otherwise)])
        case ex.Call(function, arguments):
            return fold_or_apply(function, [inside(each) for each in arguments])
    raise TypeError(f"{type(node).__name__} has no slope here")


def fold_or_apply(function: str, arguments: Sequence[Pair]) -> Pair:
    """A function by its name; `min` and `max` take any number of arguments."""
    if function in UNARY:
        return combine(UNARY[function], arguments)
    return fold(BINARY[function], arguments)


@dataclass(frozen=True, eq=False)
class Motion:
    """How the parameters of a frame move: `given` are the slopes (world) of some, 0 for the others that
    follow from none of them."""

    scenario: Scenario
    frame: ParameterFrame
    given: Mapping[str, Floats]

    def plain(self, name: str) -> Floats:
        """The slope of a parameter, patches left aside, broadcastable to (1, world)."""
        if name in self.given:
            return self.given[name][None, :]
        expression = self.scenario.parameters[name].expression
        if expression is None or self.frame.given(name):
            return np.zeros((1, 1))
        return follow_slope(expression, self.frame, self.plain)[1]

    def of(self, node: ex.Expression) -> Pair:
        """An expression of parameters alone."""
        return follow_slope(node, self.frame, self.plain)

    def in_states(self, node: ex.Expression, states: StateFrame) -> Pair:
        """An expression in some states, broadcastable to (state, world)."""
        return follow_slope(node, states, lambda name: self._patched(name, states))

    def _patched(self, name: str, states: StateFrame) -> Floats:
        expression = self.scenario.parameters[name].expression
        follows = expression is not None and not self.frame.given(name) and name not in self.given
        slope = self.in_states(expression, states)[1] if follows and expression else self.plain(name)
        for arrangement, patch in states.patches(name):
            here = states.equals(IN_FORCE, arrangement) != 0.0
            slope = np.where(here, self.of(patch)[1], slope)
        return slope


def motion_of(ground: Ground, frame: ParameterFrame, moved: Mapping[str, Floats]) -> Motion:
    """How a case's parameters move when those of its worlds do; `frame` is without the case's own."""
    scenario, case = ground.scenario, ground.case
    outside = Motion(scenario, frame, moved)
    return Motion(scenario, ground.parameters, {**moved, **_overridden(case, outside)})


def _overridden(case: Case, outside: Motion) -> dict[str, Floats]:
    """The slopes of the parameters that a case gives other values."""
    count = max((len(each) for each in outside.given.values()), default=1)
    return {
        name: np.broadcast_to(outside.of(value)[1], (1, count))[0].copy() for name, value in case.parameters
    }
