"""The value of an expression for many states and many worlds at once.

Arrays have shape (state, world), where either may be 1 and is broadcast. Named values are compared as text;
a comparison counts as 0 or 1; a number that cannot be said is NaN and stays NaN.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from foedus.errors import FoedusError
from foedus.game.arithmetic import BINARY, KERNELS, UNARY, Op
from foedus.language import expression as ex

Floats = NDArray[np.float64]


class Unanswerable(FoedusError):
    """A result has no value here; the message says why."""

    code = "unanswerable"


class Frame(Protocol):
    """What the words of an expression stand for."""

    def parameter(self, name: str) -> Floats: ...
    def constant(self, name: str) -> float: ...
    def round(self, name: str) -> Floats: ...
    def numeric(self, variable: str) -> bool: ...
    def number(self, variable: str) -> Floats: ...
    def equals(self, variable: str, text: str) -> Floats: ...
    def same(self, variable: str, other: str) -> Floats: ...
    def bit(self, event: ex.Expression) -> Floats: ...


def apply(operation: Op, *arguments: Floats) -> Floats:
    """An operation on arrays that broadcast against each other."""
    with np.errstate(all="ignore"):
        return KERNELS[operation](*np.broadcast_arrays(*arguments))


def evaluate(node: ex.Expression, frame: Frame) -> Floats:
    """The value of an expression, broadcastable to (state, world). Raises Unanswerable."""
    match node:
        case ex.Number(value):
            return np.full((1, 1), value)
        case ex.Parameter(name):
            return frame.parameter(name)
        case ex.Constant(name):
            return np.full((1, 1), float(frame.constant(name)))
        case ex.Round(name):
            return frame.round(name)
        case ex.Variable(name):
            return frame.number(name)
        case ex.Unary(operator, operand):
            return apply(UNARY[operator], evaluate(operand, frame))
        case ex.Binary(operator, left, right):
            return apply(BINARY[operator], evaluate(left, frame), evaluate(right, frame))
        case ex.Compare(operator, left, right):
            return _compare(operator, left, right, frame)
        case ex.Member(operand, members):
            return _any([_compare("==", operand, member, frame) for member in members])
        case ex.Logical(operator, operands):
            return _fold(BINARY[operator], [evaluate(each, frame) for each in operands])
        case ex.Conditional(condition, then, otherwise):
            return apply(Op.IF, *(evaluate(each, frame) for each in (condition, then, otherwise)))
        case ex.Call(function, arguments):
            return call(function, [evaluate(each, frame) for each in arguments])
        case ex.Ever() | ex.Chose():
            return frame.bit(node)
    raise Unanswerable(f"{type(node).__name__} has no number here")


def call(function: str, arguments: list[Floats]) -> Floats:
    """A function of an expression on arrays that broadcast against each other."""
    return apply(UNARY[function], *arguments) if function in UNARY else _fold(BINARY[function], arguments)


def _fold(operation: Op, arguments: list[Floats]) -> Floats:
    result = arguments[0]
    for argument in arguments[1:]:
        result = apply(operation, result, argument)
    return result


def _any(parts: list[Floats]) -> Floats:
    return _fold(Op.OR, parts) if parts else np.zeros((1, 1))


def _compare(operator: str, left: ex.Expression, right: ex.Expression, frame: Frame) -> Floats:
    named = _named(left, right, frame)
    if named is None:
        return apply(BINARY[operator], evaluate(left, frame), evaluate(right, frame))
    if operator not in ("==", "!="):
        raise Unanswerable(f"named values have no order: {operator}")
    return named if operator == "==" else 1.0 - named


def _named(left: ex.Expression, right: ex.Expression, frame: Frame) -> Floats | None:
    """Whether two sides name the same value; None where they are numbers."""
    match left, right:
        case ex.Variable(name), ex.Value(text):
            return frame.equals(name, text)
        case ex.Value(text), ex.Variable(name):
            return frame.equals(name, text)
        case ex.Variable(name), ex.Variable(other) if not (frame.numeric(name) and frame.numeric(other)):
            return frame.same(name, other)
        case ex.Value(text), ex.Value(other):
            return np.full((1, 1), float(text == other))
    return None
