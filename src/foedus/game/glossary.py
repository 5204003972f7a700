"""What the games of one scenario share: its expressions bound so far, and what each of them reads.

Twenty arrangements of a scenario are mostly the same play, so most expressions are bound once for all of
them. What the memory holds never shows in a game: tables are numbered by content.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from foedus.game.columns import States
from foedus.game.pool import Ids, Pool
from foedus.language import expression as x
from foedus.language.scenario import Scenario

Environment = dict[int, int]
Compute = Callable[[Environment], int]


@dataclass(frozen=True)
class Reads:
    """The names that an expression mentions, by kind."""

    variables: frozenset[str] = frozenset()
    rounds: frozenset[str] = frozenset()
    constants: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()

    def __or__(self, other: Reads) -> Reads:
        return Reads(
            self.variables | other.variables,
            self.rounds | other.rounds,
            self.constants | other.constants,
            self.parameters | other.parameters,
        )


class Lookup:
    """A function of some columns, computed once for each combination of values that is met."""

    def __init__(self, columns: tuple[int, ...], sizes: list[int]) -> None:
        self.columns = columns
        self.sizes = sizes
        self.radix = [1] * len(sizes)
        for k in range(len(sizes) - 1, 0, -1):
            self.radix[k - 1] = self.radix[k] * sizes[k]
        width = self.radix[0] * sizes[0] if sizes else 1
        self.known = np.full(width, -1, np.int32)

    def __call__(self, states: States, compute: Compute) -> Ids:
        if not self.columns:
            self._learn([0], compute)
            return np.full(len(states), self.known[0], np.int32)
        codes = states[:, self.columns[0]] * self.radix[0]
        for column, radix in zip(self.columns[1:], self.radix[1:], strict=True):
            codes = codes + states[:, column] * radix
        found: Ids = self.known[codes]
        if len(found) and found.min() < 0:
            self._learn(set(codes[found < 0].tolist()), compute)
            found = self.known[codes]
        return found

    def _learn(self, codes: list[int] | set[int], compute: Compute) -> None:
        for code in sorted(codes):
            if self.known[code] < 0:
                digits = zip(self.columns, self.radix, self.sizes, strict=True)
                self.known[code] = compute({column: code // radix % size for column, radix, size in digits})


class Glossary:
    """`lock` is held while a game is compiled: the pool is not made for two at once."""

    def __init__(self) -> None:
        self.pool = Pool()
        self.places: dict[int, int] = {}
        self.lookups: dict[tuple[object, ...], Lookup] = {}
        self.lock = threading.RLock()
        self._reads: dict[int, tuple[x.Expression, Reads]] = {}

    def reads(self, expression: x.Expression) -> Reads:
        """What an expression mentions."""
        known = self._reads.get(id(expression))
        if known is None:
            # The expression is kept with its answer, so that no other can ever have its identity.
            known = self._reads[id(expression)] = expression, self._read(expression)
        return known[1]

    def _read(self, expression: x.Expression) -> Reads:
        match expression:
            case x.Variable(name):
                return Reads(variables=frozenset({name}))
            case x.Round(name):
                return Reads(rounds=frozenset({name}))
            case x.Constant(name):
                return Reads(constants=frozenset({name}))
            case x.Parameter(name):
                return Reads(parameters=frozenset({name}))
        result = Reads()
        for child in x.children(expression):
            result |= self.reads(child)
        return result


_known: dict[int, tuple[weakref.ref[Scenario], Glossary]] = {}


def glossary_of(scenario: Scenario) -> Glossary:
    """The glossary of this very scenario, kept as long as the scenario is."""
    known = _known.get(id(scenario))
    if known is None or known[0]() is not scenario:
        place = id(scenario)
        reference = weakref.ref(scenario, lambda _: _known.pop(place, None))
        known = _known[place] = reference, Glossary()
    return known[1]
