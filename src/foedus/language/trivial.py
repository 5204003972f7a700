"""Claims that every logit equilibrium makes true, whatever the scenario says.

A probability lies strictly between 0 and 1 in an equilibrium in which every option is taken now and then;
so `P[a](war) > 0` says nothing. Found by interval arithmetic on the formula alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from foedus.language import expression as ast
from foedus.language.expression import Expression
from foedus.language.folding import fold
from foedus.language.scenario import Claim

PROBABILITIES = ("P", "Share", "Signs", "Keeps", "Delivers")
MIRRORED = {">": "<", ">=": "<="}
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


@dataclass(frozen=True)
class Bounds:
    """What a number lies between; `reached` is whether it can be equal to an end."""

    low: float
    high: float
    reached: bool = True


ANYTHING = Bounds(-math.inf, math.inf, False)


def is_trivial(claim: Claim) -> bool:
    """Whether the claim needs a threshold, being true in every equilibrium."""
    return claim.holds is not None and always(claim.holds)


def always(node: Expression) -> bool:
    match node:
        case ast.Logical(operator="and", operands=operands):
            return all(map(always, operands))
        case ast.Logical(operands=operands):
            return any(map(always, operands))
        case ast.Over(formula=formula):
            return always(formula)
        case ast.Compare():
            return always_compares(node)
        case ast.Unary(operator="not", operand=ast.Compare() as inside):
            return always_compares(ast.Compare(OPPOSITE[inside.operator], inside.left, inside.right))
    return bool(fold(node))


def always_compares(node: ast.Compare) -> bool:
    left, right, operator = node.left, node.right, node.operator
    if operator in MIRRORED:
        left, right, operator = right, left, MIRRORED[operator]
    if left == right:
        return operator in ("<=", "==")
    small, large = bounds(left), bounds(right)
    apart = small.high < large.low or (small.high == large.low and not (small.reached and large.reached))
    match operator:
        case "<":
            return apart
        case "<=":
            return small.high <= large.low
        case "!=":
            return apart or always_compares(ast.Compare("<", right, left))
    return fold(node) == 1


def bounds(node: Expression) -> Bounds:
    """What the formula lies between, whatever the game."""
    number = fold(node)
    if number is not None:
        return Bounds(number, number)
    match node:
        case ast.Result(function=function) if function in PROBABILITIES:
            return Bounds(0, 1, False)
        case ast.Unary(operator="-", operand=operand):
            inner = bounds(operand)
            return Bounds(-inner.high, -inner.low, inner.reached)
        case ast.Binary(operator="+", left=left, right=right):
            return added(bounds(left), bounds(right))
        case ast.Binary(operator="-", left=left, right=right):
            return added(bounds(left), bounds(ast.Unary("-", right)))
        case ast.Binary(operator="*", left=left, right=right):
            return multiplied(bounds(left), bounds(right))
        case ast.Binary(operator="/", left=left, right=right) if divisor := fold(right):
            return multiplied(bounds(left), Bounds(1 / divisor, 1 / divisor))
        case ast.Call(function="abs", arguments=(inside,)):
            inner = bounds(inside)
            return Bounds(0, max(abs(inner.low), abs(inner.high)))
        case ast.Call(function="min" | "max" as function, arguments=arguments):
            return extreme(function, [bounds(each) for each in arguments])
        case ast.Over(formula=formula):
            return bounds(formula)
    return ANYTHING


def added(one: Bounds, other: Bounds) -> Bounds:
    return Bounds(one.low + other.low, one.high + other.high, one.reached and other.reached)


def multiplied(one: Bounds, other: Bounds) -> Bounds:
    """Zero times what has no bound is zero: the number itself is finite."""
    ends = [0.0 if not a or not b else a * b for a in (one.low, one.high) for b in (other.low, other.high)]
    known = (one.reached and one.low == one.high) or (other.reached and other.low == other.high)
    return (
        Bounds(min(ends), max(ends), one.reached and other.reached) if known else Bounds(min(ends), max(ends))
    )


def extreme(function: str, parts: list[Bounds]) -> Bounds:
    choose = min if function == "min" else max
    low, high = choose(part.low for part in parts), choose(part.high for part in parts)
    return Bounds(low, high, any(part.reached for part in parts))
