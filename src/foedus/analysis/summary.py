"""Numbers of many worlds as a median with an interval, and of one world as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from operator import add
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from foedus.study.spool import Spool, quantiles

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEVELS = (0.05, 0.5, 0.95)
UNDEFINED = {"median": None, "low": None, "high": None, "defined": 0}

T = TypeVar("T")
U = TypeVar("U")
V = TypeVar("V")


class Summary(Protocol):
    """What to make of columns (world)."""

    def number(self, values: Floats) -> Any:
        """A number, None where it is undefined."""

    def pooled(self, values: Floats) -> Any:
        """Several numbers of each world, all told together."""

    def share(self, holds: Bools, known: Bools) -> Any:
        """A verdict, of those worlds in which it is known; None where it never is."""

    def count(self, holds: Bools) -> Any:
        """Something that may be so."""

    def largest(self, values: Floats) -> float | None:
        """The largest number, None where there is none."""

    def tally(self, kinds: NDArray[np.integer]) -> Counter[int]:
        """How many there are of each kind."""


class OneWorld:
    """The numbers of a single world."""

    def number(self, values: Floats) -> float | None:
        return plain(values[0])

    def pooled(self, values: Floats) -> dict[str, Any]:
        return _interval(*quantiles(lambda: [values], LEVELS))

    def share(self, holds: Bools, known: Bools) -> bool | None:
        return bool(holds[0]) if known[0] else None

    def count(self, holds: Bools) -> bool:
        return bool(holds.any())

    def largest(self, values: Floats) -> float | None:
        return plain(values.max(initial=-np.inf))

    def tally(self, kinds: NDArray[np.integer]) -> Counter[int]:
        return Counter(kinds.tolist())


class ManyWorlds:
    """The numbers of many worlds, gathered part by part, in memory that does not grow with the worlds.

    Whoever makes a shape asks for the same things in the same order for every part, and then once more to be
    told them: until then the answers mean nothing.
    """

    def __init__(self) -> None:
        self._spool = Spool()
        self._columns: list[Floats] = []
        self._totals: list[Any] = []
        self._telling = False
        self._asked = 0

    def of(self, parts: Iterable[T], shape: Callable[[T, Summary], U]) -> U:
        """The shape of all parts together; there must be one at least."""
        with closing(self._spool):
            for part in parts:
                self._begin()
                shape(part, self)
                self._spool.append(self._columns)
            self._telling = True
            self._begin()
            return shape(part, self)

    def _begin(self) -> None:
        self._columns, self._asked = [], 0

    def number(self, values: Floats) -> dict[str, Any]:
        """{median, low, high, defined}, None where it is undefined.

        `low` and `high` are the 5 and 95 % quantiles of the `defined` worlds that have a number; the others
        are left out, never averaged in.
        """
        self._columns.append(values)
        if not self._telling:
            return UNDEFINED
        return _interval(*self._spool.quantiles(len(self._columns) - 1, LEVELS))

    def pooled(self, values: Floats) -> dict[str, Any]:
        return self.number(values)

    def share(self, holds: Bools, known: Bools) -> float | None:
        """The share of the worlds in which it is known and holds."""
        held, of = self._total((int((holds & known).sum()), int(known.sum())), _both)
        return held / of if of else None

    def count(self, holds: Bools) -> int:
        """In how many worlds it is so."""
        return int(self._total(int(holds.sum()), add))

    def largest(self, values: Floats) -> float | None:
        return plain(self._total(float(values.max(initial=-np.inf)), max))

    def tally(self, kinds: NDArray[np.integer]) -> Counter[int]:
        found: Counter[int] = self._total(Counter(kinds.tolist()), add)
        return Counter(found)

    def _total(self, part: V, together: Callable[[V, V], V]) -> V:
        place = self._asked
        self._asked += 1
        if place == len(self._totals):
            self._totals.append(part)
        elif not self._telling:
            self._totals[place] = together(self._totals[place], part)
        total: V = self._totals[place]
        return total


def _both(some: tuple[int, int], more: tuple[int, int]) -> tuple[int, int]:
    return some[0] + more[0], some[1] + more[1]


def _interval(found: Sequence[float], defined: int) -> dict[str, Any]:
    if not defined:
        return dict(UNDEFINED)
    low, median, high = found
    return {"median": median, "low": low, "high": high, "defined": defined}


def plain(value: float) -> float | None:
    """A number that JSON can hold."""
    return float(value) if np.isfinite(value) else None
