"""The value of an expression without names, for what can be checked while reading."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from foedus.language.expression import (
    Binary,
    Call,
    Compare,
    Conditional,
    Expression,
    Logical,
    Member,
    Number,
    Unary,
    children,
)

ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": lambda *numbers: min(numbers),
    "max": lambda *numbers: max(numbers),
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
}


def fold(expression: Expression) -> float | None:
    """The number that the expression is in every world, or None if it depends on a name or is undefined."""
    parts = [fold(child) for child in children(expression)]
    numbers = [part for part in parts if part is not None]
    if isinstance(expression, Number):
        return expression.value
    if len(numbers) < len(parts) or not parts:
        return None
    try:
        return combine(expression, numbers)
    except (ArithmeticError, ValueError):
        return None


def combine(expression: Expression, numbers: list[float]) -> float | None:
    match expression:
        case Unary(operator="-"):
            return -numbers[0]
        case Unary():
            return float(not numbers[0])
        case Binary(operator=sign):
            return ARITHMETIC[sign](numbers[0], numbers[1])
        case Compare(operator=sign):
            return float(COMPARISONS[sign](numbers[0], numbers[1]))
        case Member():
            return float(numbers[0] in numbers[1:])
        case Logical(operator=word):
            return float(all(numbers) if word == "and" else any(numbers))
        case Conditional():
            return numbers[1] if numbers[0] else numbers[2]
        case Call(function=name):
            return float(FUNCTIONS[name](*numbers))
    return None
