"""Claims that every logit equilibrium makes true, so that their holding says nothing.

Where λ is finite every option that is on offer is taken with a probability strictly between 0 and 1, so a
bound of 0 or 1 on the probability of something that can happen is kept whatever the numbers are.
"""

from __future__ import annotations

from foedus.language import expression as ex

PROBABILITIES = frozenset({"P", "Share", "Signs", "Keeps", "Delivers"})
MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def trivial(formula: ex.Expression) -> bool:
    """Whether a formula that holds would hold at any numbers."""
    match formula:
        case ex.Logical("and", operands):
            return all(trivial(each) for each in operands)
        case ex.Logical("or", operands):
            return any(trivial(each) for each in operands)
        case ex.Unary("not", ex.Compare(operator, left, right)):
            opposite = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
            return trivial(ex.Compare(opposite[operator], left, right))
        case ex.Compare(operator, left, right):
            return _bound(operator, left, right) or _bound(MIRROR[operator], right, left)
    return False


def _bound(operator: str, left: ex.Expression, right: ex.Expression) -> bool:
    """Whether a probability on the left is held against a constant that none can pass."""
    constant = _constant(right)
    if constant is None or not _probability(left):
        return False
    return {
        "<": constant >= 1.0,
        "<=": constant >= 1.0,
        ">": constant <= 0.0,
        ">=": constant <= 0.0,
        "!=": constant <= 0.0 or constant >= 1.0,
        "==": False,
    }[operator]


def _probability(formula: ex.Expression) -> bool:
    match formula:
        case ex.Result(function):
            return function in PROBABILITIES
        case ex.Over(_, inner):
            return _probability(inner)
        case ex.Call("min" | "max", arguments):
            return all(_probability(each) for each in arguments)
    return False


def _constant(formula: ex.Expression) -> float | None:
    match formula:
        case ex.Number(value):
            return value
        case ex.Unary("-", ex.Number(value)):
            return -value
    return None
