"""What each operation of an expression does to arrays of numbers.

A number that cannot be said (0/0, x/0, log 0, the root of a negative) is NaN, and NaN is never lost on the
way: comparisons hand it on, where IEEE 754 would answer false, and powers too, where it would answer 1.
Infinity comes only from overflow or from the word `inf`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Op(IntEnum):
    """The operations. Their numbers are stored in caches."""

    NUMBER = 0
    PARAMETER = 1
    NEGATE = 2
    NOT = 3
    ADD = 4
    SUBTRACT = 5
    MULTIPLY = 6
    DIVIDE = 7
    POWER = 8
    EQUAL = 9
    DIFFERENT = 10
    LESS = 11
    LESS_EQUAL = 12
    GREATER = 13
    GREATER_EQUAL = 14
    AND = 15
    OR = 16
    IF = 17
    MIN = 18
    MAX = 19
    ABS = 20
    EXP = 21
    LOG = 22
    SQRT = 23


TRUTH_VALUED = frozenset({Op.NOT, *(Op(code) for code in range(Op.EQUAL, Op.OR + 1))})
COMMUTATIVE = frozenset({Op.ADD, Op.MULTIPLY, Op.EQUAL, Op.DIFFERENT, Op.AND, Op.OR, Op.MIN, Op.MAX})
ARITY = {
    Op.NUMBER: 0,
    Op.PARAMETER: 0,
    **dict.fromkeys((Op.NEGATE, Op.NOT, Op.ABS, Op.EXP, Op.LOG, Op.SQRT), 1),
    **dict.fromkeys((Op(code) for code in (*range(Op.ADD, Op.OR + 1), Op.MIN, Op.MAX)), 2),
    Op.IF: 3,
}

BINARY = {
    "+": Op.ADD,
    "-": Op.SUBTRACT,
    "*": Op.MULTIPLY,
    "/": Op.DIVIDE,
    "^": Op.POWER,
    "==": Op.EQUAL,
    "!=": Op.DIFFERENT,
    "<": Op.LESS,
    "<=": Op.LESS_EQUAL,
    ">": Op.GREATER,
    ">=": Op.GREATER_EQUAL,
    "and": Op.AND,
    "or": Op.OR,
    "min": Op.MIN,
    "max": Op.MAX,
}
UNARY = {"-": Op.NEGATE, "not": Op.NOT, "abs": Op.ABS, "exp": Op.EXP, "log": Op.LOG, "sqrt": Op.SQRT}
"""The operations by the words of an expression; those of `BINARY` take further operands one by one."""


def _unsaid(result: Floats, where: NDArray[np.bool_]) -> Floats:
    if where.any():
        result[where] = np.nan
    return result


def _compare(operation: Callable[..., NDArray[np.bool_]]) -> Callable[..., Floats]:
    def compare(left: Floats, right: Floats) -> Floats:
        return _unsaid(operation(left, right).astype(np.float64), np.isnan(left) | np.isnan(right))

    return compare


def _choose(condition: Floats, then: Floats, otherwise: Floats) -> Floats:
    return _unsaid(np.where(condition != 0.0, then, otherwise), np.isnan(condition))


KERNELS: dict[Op, Callable[..., Floats]] = {
    Op.NEGATE: np.negative,
    Op.NOT: lambda x: _unsaid((x == 0.0).astype(np.float64), np.isnan(x)),
    Op.ADD: np.add,
    Op.SUBTRACT: np.subtract,
    Op.MULTIPLY: np.multiply,
    Op.DIVIDE: lambda x, y: _unsaid(np.divide(x, y), y == 0.0),
    Op.POWER: lambda x, y: _unsaid(np.power(x, y), (x == 0.0) & (y < 0.0) | np.isnan(x) | np.isnan(y)),
    Op.EQUAL: _compare(np.equal),
    Op.DIFFERENT: _compare(np.not_equal),
    Op.LESS: _compare(np.less),
    Op.LESS_EQUAL: _compare(np.less_equal),
    Op.GREATER: _compare(np.greater),
    Op.GREATER_EQUAL: _compare(np.greater_equal),
    Op.AND: _compare(lambda x, y: (x != 0.0) & (y != 0.0)),
    Op.OR: _compare(lambda x, y: (x != 0.0) | (y != 0.0)),
    Op.IF: _choose,
    Op.MIN: np.minimum,
    Op.MAX: np.maximum,
    Op.ABS: np.abs,
    Op.EXP: np.exp,
    Op.LOG: lambda x: _unsaid(np.log(x), x == 0.0),
    Op.SQRT: np.sqrt,
}


def fold(operation: Op, arguments: Sequence[float]) -> float:
    """The value of an operation on plain numbers."""
    with np.errstate(all="ignore"):
        return float(KERNELS[operation](*(np.array([x]) for x in arguments))[0])
