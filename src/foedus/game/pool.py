"""Expressions of the parameters alone, each kept once.

An expression that has been bound in a state is a number in a pool: equal ones share it, and constants are
folded on the way in. Arguments have smaller numbers than what they are part of, so the order of the pool is
an order of evaluation.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from foedus.game.arithmetic import COMMUTATIVE, TRUTH_VALUED, Op, fold

Ids = NDArray[np.int32]

ZERO = 0
ONE = 1


class Pool:
    """`entries[i]` is (operation, argument, …); `numbers[i]` is a number's value, None for all else."""

    def __init__(self) -> None:
        self.entries: list[tuple[int, ...]] = []
        self.numbers: list[float | None] = []
        self.parameters: dict[str, int] = {}
        self._known: dict[tuple[object, ...], int] = {}
        self.number(0.0)
        self.number(1.0)

    def number(self, value: float) -> int:
        value += 0.0  # -0.0 becomes 0.0: a payoff of -100 * 0 is none
        return self._enter((Op.NUMBER, repr(value)), (int(Op.NUMBER),), float(value))

    def parameter(self, name: str) -> int:
        entry = self._enter((Op.PARAMETER, name), (int(Op.PARAMETER),), None)
        self.parameters[name] = entry
        return entry

    def _enter(self, key: tuple[object, ...], entry: tuple[int, ...], number: float | None) -> int:
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = len(self.entries)
            self.entries.append(entry)
            self.numbers.append(number)
        return known

    def apply(self, operation: Op, *arguments: int) -> int:
        """The entry of an operation on entries, simplified."""
        key = (operation, *arguments)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._simplify(operation, arguments)
        return known

    def _simplify(self, operation: Op, arguments: tuple[int, ...]) -> int:
        numbers = [x for argument in arguments if (x := self.numbers[argument]) is not None]
        if len(numbers) == len(arguments):
            result = fold(operation, numbers)
            # What cannot be computed stays an operation, so that messages can say which one failed.
            if math.isfinite(result) or not all(map(math.isfinite, numbers)):
                return self.number(result)
        short = self._shorten(operation, arguments)
        if short is not None:
            return short
        ordered = tuple(sorted(arguments)) if operation in COMMUTATIVE else arguments
        return self._enter((operation, *ordered, "kept"), (int(operation), *ordered), None)

    def _shorten(self, operation: Op, arguments: tuple[int, ...]) -> int | None:
        """The identities that partial evaluation meets often; None where none applies."""
        if operation in (Op.MIN, Op.MAX):
            return arguments[0] if arguments[0] == arguments[1] else None
        if operation is Op.IF:
            return self._choose(*arguments)
        if operation in (Op.AND, Op.OR):
            return self._connect(operation, *arguments)
        if len(arguments) == 2:
            return self._with_number(operation, *arguments)
        return None

    def _with_number(self, operation: Op, left: int, right: int) -> int | None:
        match operation:
            case Op.ADD if ZERO in (left, right):
                return right if left == ZERO else left
            case Op.SUBTRACT if right == ZERO:
                return left
            case Op.SUBTRACT if left == ZERO:
                return self.apply(Op.NEGATE, right)
            case Op.MULTIPLY if ZERO in (left, right):
                return ZERO
            case Op.MULTIPLY if ONE in (left, right):
                return right if left == ONE else left
            case Op.DIVIDE | Op.POWER if right == ONE:
                return left
        return None

    def _choose(self, condition: int, then: int, otherwise: int) -> int | None:
        value = self.numbers[condition]
        if value is not None:
            return then if value else otherwise
        return then if then == otherwise else None

    def _connect(self, operation: Op, left: int, right: int) -> int | None:
        for known, other in ((left, right), (right, left)):
            value = self.numbers[known]
            if value is not None:
                decides = (value != 0.0) == (operation is Op.OR)
                return (ONE if value else ZERO) if decides else self.truth(other)
        return None

    def truth(self, entry: int) -> int:
        """The entry counted as 0 or 1."""
        if self.entries[entry][0] in TRUTH_VALUED or entry in (ZERO, ONE):
            return entry
        return self.apply(Op.DIFFERENT, entry, ZERO)

    def combine(self, operation: Op, left: Ids, right: Ids) -> Ids:
        """`apply` for arrays of entries of equal shape."""
        codes = left.astype(np.int64) * len(self.entries) + right
        unique, inverse = np.unique(codes, return_inverse=True)
        size = len(self.entries)
        results = [self.apply(operation, *divmod(code, size)) for code in unique.tolist()]
        return np.array(results, np.int32)[inverse].reshape(left.shape)
