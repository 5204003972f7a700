"""The transpose of tabulating: from the derivatives of a result by a table's numbers to those by parameters.

Reverse accumulation (Griewank and Walther 2008) over the registers. Where an operation has no derivative (a
minimum of equals, a comparison of equals, the root of 0) the result's is NaN, but only by the parameters
that the operation depends on, and only if the result depends on it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from foedus.game.arithmetic import TRUTH_VALUED, Op
from foedus.game.table import Floats, Table, Worlds

Slopes = tuple[Floats, ...]


def parameter_slopes(
    table: Table,
    worlds: Worlds,
    probabilities: Floats,
    payoffs: Floats,
    weights: Floats,
    rationality: Floats,
) -> dict[str, Floats]:
    """The derivatives (world) of a result by every parameter that the table reads.

    What is given are those by the table's numbers, of the shapes that they have in a `Tabulation`. By a
    parameter that follows from others it is the derivative if the parameter alone were moved; unless
    `worlds` holds it, it is also among the derivatives by those that it follows from.
    """
    found: dict[str, list[Floats]] = {name: [] for name in table.parameters}
    for first, values in table.blocks(worlds):
        here = slice(first, first + values.shape[1])
        owed = np.zeros_like(values)
        np.add.at(owed, table.probability, probabilities[:, here])
        np.add.at(owed, table.payoff, payoffs[:, :, here])
        np.add.at(owed, table.weight, weights[:, here])
        np.add.at(owed, table.rationality, rationality[:, here])
        _reverse(table, worlds, values, owed)
        for name, register in table.parameters.items():
            found[name].append(owed[register])
    return {name: np.concatenate(parts) for name, parts in found.items()}


def _reverse(table: Table, worlds: Worlds, values: Floats, owed: Floats) -> None:
    """From the last registers to the first; `owed` (register, world) is added to."""
    given = {register for name, register in table.parameters.items() if name in worlds}
    for start, stop, operation, arguments in reversed(table.stretches):
        if operation is Op.PARAMETER:
            for register in range(start, stop):
                source = table.arguments[register, 0]
                if source >= 0 and register not in given:
                    owed[source] += owed[register]
        elif operation is not Op.NUMBER and owed[start:stop].any():
            parts = tuple(values[each] for each in arguments)
            slopes = slopes_of(operation, parts, values[start:stop])
            for each, slope in zip(arguments, slopes, strict=True):
                np.add.at(owed, each, times(owed[start:stop], slope))


def times(owed: Floats, slope: Floats) -> Floats:
    """The product, 0 where either is 0 even if the other is no number."""
    with np.errstate(all="ignore"):
        product: Floats = owed * slope
        if np.isfinite(product).all():
            return product
        return np.where((owed == 0.0) | (slope == 0.0), 0.0, product)


def slopes_of(operation: Op, parts: Slopes, result: Floats) -> Slopes:
    """The partial derivatives of an operation by its arguments; NaN where it has none.

    A truth value is constant but where it jumps. What is chosen by a condition hands NaN on to it if the
    condition is about to change.
    """
    with np.errstate(all="ignore"):
        if operation in TRUTH_VALUED:
            return _jumps(operation, parts)
        return _SMOOTH[operation](parts, result)


def _jumps(operation: Op, parts: Slopes) -> Slopes:
    """NaN where an infinitesimal change of the arguments changes the truth."""
    if operation in (Op.NOT, Op.AND, Op.OR):
        # 0 and 1 may be comparisons, which stop NaN unless they are about to change.
        return tuple(np.where((part == 0.0) | (part == 1.0), np.nan, 0.0) for part in parts)
    edge = np.where(parts[0] == parts[1], np.nan, 0.0)
    return edge, edge


def _lesser(parts: Slopes, result: Floats) -> Slopes:
    left, right = parts
    tie = np.where(left == right, np.nan, 0.0)
    return (left == result) + tie, (right == result) + tie


def _chosen(parts: Slopes, result: Floats) -> Slopes:
    condition, then, otherwise = parts
    true = condition != 0.0
    return then - otherwise, true.astype(np.float64), (~true).astype(np.float64)


def _power(parts: Slopes, result: Floats) -> Slopes:
    base, exponent = parts
    by_base = np.where(exponent == 0.0, 0.0, exponent * np.power(base, exponent - 1.0))
    by_exponent = np.where((base == 0.0) & (exponent > 0.0), 0.0, result * np.log(base))
    return by_base, by_exponent


_SMOOTH: dict[Op, Callable[[Slopes, Floats], Slopes]] = {
    Op.NEGATE: lambda parts, result: (np.full_like(result, -1.0),),
    Op.ADD: lambda parts, result: (np.ones_like(result), np.ones_like(result)),
    Op.SUBTRACT: lambda parts, result: (np.ones_like(result), np.full_like(result, -1.0)),
    Op.MULTIPLY: lambda parts, result: (parts[1], parts[0]),
    Op.DIVIDE: lambda parts, result: (1.0 / parts[1], -result / parts[1]),
    Op.POWER: _power,
    Op.IF: _chosen,
    Op.MIN: _lesser,
    Op.MAX: _lesser,
    Op.ABS: lambda parts, result: (np.where(parts[0] == 0.0, np.nan, np.sign(parts[0])),),
    Op.EXP: lambda parts, result: (result,),
    Op.LOG: lambda parts, result: (1.0 / parts[0],),
    Op.SQRT: lambda parts, result: (np.where(parts[0] == 0.0, np.nan, 0.5 / result),),
}
