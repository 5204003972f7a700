"""The distinct numbers of a game, as expressions of the parameters, evaluated for all worlds at once.

The expressions are registers in an order of evaluation, shared wherever they are equal. Registers of one
depth and operation stand side by side and are computed by one call for all of them and all worlds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from foedus.errors import Mark
from foedus.game.arithmetic import ARITY, KERNELS, Op

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Worlds = Mapping[str, Floats]

LINE = 8  # numbers in a cache line
BLOCK, AT_A_TIME = 128, 1 << 17
"""Worlds that are tabulated at a time: at least, and as many as make so many numbers."""
LANES = 16
TOLERANCE = 1e-9
MOST = float(np.finfo(np.float64).max)


@dataclass(frozen=True, eq=False)
class Tabulation:
    """The table's numbers in some worlds; the world is the last axis.

    probabilities (row, world); payoffs (row, actor, world), row 0 zeros; weights (row, world), row 0 ones;
    rationality (actor, world); valid (world): False where a number is not finite, a probability lies
    outside [0, 1], a weight or rationality is negative, or a chance node's probabilities do not sum to 1.
    Probabilities within 1e-9 outside of [0, 1] count as 0 or 1; rationality may be infinite.
    """

    probabilities: Floats
    payoffs: Floats
    weights: Floats
    rationality: Floats
    valid: NDArray[np.bool_]

    @property
    def worlds(self) -> int:
        return len(self.valid)

    def part(self, worlds: slice | NDArray[np.intp]) -> Tabulation:
        """The same of some worlds alone."""
        return Tabulation(
            self.probabilities[:, worlds],
            self.payoffs[:, :, worlds],
            self.weights[:, worlds],
            self.rationality[:, worlds],
            self.valid[worlds],
        )


@dataclass(frozen=True)
class Origin:
    """Where in the scenario a number comes from: an entry at a mark, or the whole, and keys from there on."""

    mark: Mark | None
    text: str
    path: tuple[str, ...] = ()


PURPOSES = ("probability", "payoff", "weight", "rationality")

Origins = dict[str, dict[int, Origin]]
"""What numbers are for, and for each number the first place that it comes from."""


@dataclass(frozen=True, eq=False)
class Table:
    """Registers and the rows that show them.

    operation (register); arguments (register, 3), -1 where unused; number (register), for numbers.
    starts: where each stretch of registers that are computed together starts, and the end.
    parameters: name to register; one that follows from others has the register of its expression as its
    first argument. base: the values of the others at base.
    probability (row), payoff (row, actor), weight (row), rationality (actor): registers.
    simplices (chance, outcome): registers that have to sum to 1, padded with the register of 0.
    origins (by register), simplex_origins (by row of `simplices`): where they come from. places: for
    operations that can fail, the offset of their last argument in the expression's text.
    """

    operation: Ints
    arguments: Ints
    number: Floats
    starts: Ints
    parameters: dict[str, int]
    base: dict[str, float]
    probability: Ints
    payoff: Ints
    weight: Ints
    rationality: Ints
    simplices: Ints
    origins: Origins
    simplex_origins: tuple[Origin, ...]
    places: dict[int, int]

    @property
    def registers(self) -> int:
        return len(self.operation)

    def tabulate(self, worlds: Worlds) -> Tabulation:
        """The numbers in each world. A parameter that `worlds` lacks has its base value.

        A parameter that follows from others is computed unless `worlds` has it. Never raises for what the
        numbers are: a world in which one cannot be computed is not valid. A world's numbers do not depend
        on what other worlds are tabulated with it.
        """
        count = count_worlds(worlds)
        rows, actors = self.payoff.shape
        result = Tabulation(
            aligned(len(self.probability), count),
            aligned(rows, actors, count),
            aligned(len(self.weight), count),
            np.empty((len(self.rationality), count)),
            np.empty(count, np.bool_),
        )
        for first, values in self.blocks(worlds):
            self._fill(result, first, values)
        return result

    def blocks(self, worlds: Worlds, spoilt: int = -1) -> Iterator[tuple[int, Floats]]:
        """All registers (register, world) for one block of worlds after another, with its first world.

        A register that is `spoilt` counts as NaN.
        """
        count = count_worlds(worlds)
        block = max(BLOCK, AT_A_TIME // self.registers)
        for first in range(0, count, block):
            size = min(block, count - first)
            yield first, self._evaluate(worlds, first, size, spoilt)[:, :size]

    def _fill(self, result: Tabulation, first: int, values: Floats) -> None:
        here = slice(first, first + values.shape[1])
        result.probabilities[:, here] = _clipped(values[self.probability])
        result.payoffs[:, :, here] = values[self.payoff]
        result.weights[:, here] = values[self.weight]
        result.rationality[:, here] = values[self.rationality]
        result.valid[here] = self.valid(values)

    def valid(self, values: Floats) -> NDArray[np.bool_]:
        """Whether the numbers of each world are possible, given all registers (register, world)."""
        chances, weights, rationality, paid = self._shown
        probability, weight = values[chances], values[weights]
        with np.errstate(invalid="ignore", over="ignore"):
            sums = np.abs(values[self.simplices].sum(axis=1) - 1.0)
            if (
                _between(probability, -TOLERANCE, 1.0 + TOLERANCE)
                and _between(weight, 0.0, MOST)
                and _between(values[rationality], 0.0, np.inf)
                and np.isfinite(values[paid].sum())  # which may overflow, but then all is looked at
                and _between(sums, 0.0, TOLERANCE)
            ):
                return np.ones(values.shape[1], np.bool_)
            good = [
                (probability >= -TOLERANCE) & (probability <= 1.0 + TOLERANCE),
                (weight >= 0.0) & np.isfinite(weight),
                values[rationality] >= 0.0,
                np.isfinite(values[paid]),
                sums <= TOLERANCE,
            ]
        valid: NDArray[np.bool_] = np.logical_and.reduce(np.concatenate(good), axis=0)
        return valid

    def _evaluate(self, worlds: Worlds, first: int, size: int, spoilt: int) -> Floats:
        """The registers for worlds first … first + size - 1, and for a few copies of the last.

        The copies fill whole vector registers of the machine: its remainder loops may round otherwise.
        """
        width = -(-size // LANES) * LANES
        values = np.empty((self.registers, width))
        with np.errstate(all="ignore"):
            for start, stop, operation, arguments in self.stretches:
                if operation is Op.NUMBER:
                    values[start:stop] = self.number[start:stop, None]
                elif operation is Op.PARAMETER:
                    self._parameters(values, start, stop, worlds, slice(first, first + size))
                else:
                    _compute(KERNELS[operation], [values[each] for each in arguments], values[start:stop])
                if start <= spoilt < stop:
                    values[spoilt] = np.nan
        return values

    @cached_property
    def stretches(self) -> list[tuple[int, int, Op, list[Ints | slice]]]:
        """Start, stop, operation and arguments of the registers that are computed together."""
        found = []
        for start, stop in pairwise(self.starts.tolist()):
            operation = Op(self.operation[start])
            arguments = [_compact(self.arguments[start:stop, k]) for k in range(ARITY[operation])]
            found.append((start, stop, operation, arguments))
        return found

    @cached_property
    def _shown(self) -> tuple[Ints, ...]:
        """The registers of all probabilities, weights, rationalities and payoffs, but for constants that are
        as they should be."""
        told = (
            (self.probability, 0.0, 1.0),
            (self.weight, 0.0, MOST),
            (self.rationality, 0.0, np.inf),
            (self.payoff, -MOST, MOST),
        )
        good = [(self.number >= least) & (self.number <= most) for _, least, most in told]
        settled = (self.operation == Op.NUMBER) & np.array(good)
        return tuple(
            np.setdiff1d(rows, np.flatnonzero(each)) for (rows, _, _), each in zip(told, settled, strict=True)
        )

    @cached_property
    def _names(self) -> dict[int, str]:
        """The parameter that each register holds."""
        return {register: name for name, register in self.parameters.items()}

    def _parameters(self, values: Floats, start: int, stop: int, worlds: Worlds, here: slice) -> None:
        given = [register for register in range(start, stop) if self._names[register] in worlds]
        for register in set(range(start, stop)).difference(given):
            origin = self.arguments[register, 0]
            values[register] = values[origin] if origin >= 0 else self.base[self._names[register]]
        size = here.stop - here.start
        for register in given:
            values[register, :size] = worlds[self._names[register]][here]
        if given and size < values.shape[1]:
            values[given, size:] = values[given, size - 1 : size]


def _compact(registers: Ints) -> Ints | slice:
    """The registers, as a slice where they follow one another: they need not be copied then."""
    if (np.diff(registers) == 1).all():
        return slice(int(registers[0]), int(registers[-1]) + 1)
    return registers.copy()


def _compute(kernel: Callable[..., Floats], arguments: list[Floats], result: Floats) -> None:
    if isinstance(kernel, np.ufunc):
        kernel(*arguments, out=result)
    else:
        result[:] = kernel(*arguments)


def _between(numbers: Floats, least: float, most: float) -> bool:
    """Whether all numbers lie there; NaN does not."""
    return not numbers.size or bool(numbers.min() >= least and numbers.max() <= most)


def _clipped(probability: Floats) -> Floats:
    if _between(probability, 0.0, 1.0):
        return probability
    low = (probability < 0.0) & (probability >= -TOLERANCE)
    high = (probability > 1.0) & (probability <= 1.0 + TOLERANCE)
    probability[low] = 0.0
    probability[high] = 1.0
    return probability


def aligned(*shape: int) -> Floats:
    """An array, not filled in, that starts on a cache line: vectors of eight numbers do not straddle two."""
    size = math.prod(shape)
    raw = np.empty(size + LINE)
    start = -(raw.__array_interface__["data"][0] // raw.itemsize) % LINE
    numbers: Floats = raw[start : start + size].reshape(shape)
    return numbers


def count_worlds(worlds: Worlds) -> int:
    """How many worlds there are; one, at base values, where nothing is given."""
    sizes = set(map(len, worlds.values()))
    if len(sizes) > 1:
        raise ValueError(f"parameters with values for different numbers of worlds: {sorted(sizes)}")
    return sizes.pop() if sizes else 1
