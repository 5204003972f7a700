"""Partial evaluation: an expression in a state is an expression of the parameters alone.

    prize * (fate == lost)      where fate is lost      ->  prize
    -war_cost * if(resolve == resolved, 0.5, 1.5)       where resolved  ->  -war_cost * 0.5

States come in batches. An expression is evaluated once for each combination of the variables that it
mentions and looked up for all others; a large one is bound part by part, so that a sum of many terms costs
the sum, and not the product, of what its terms mention.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.errors import Mark
from foedus.game.arithmetic import BINARY, UNARY, Op
from foedus.game.columns import Layout, States, distinct
from foedus.game.evaluate import Evaluator, Rounds
from foedus.game.glossary import Compute, Environment, Lookup
from foedus.game.pool import Ids
from foedus.language import expression as x
from foedus.language.names import IN_FORCE
from foedus.language.scenario import Scenario

WIDEST_TABLE = 1 << 12


@dataclass(frozen=True)
class Mentions:
    """What an expression reads: columns and rounds. `shared`: it means the same under every arrangement."""

    columns: tuple[int, ...]
    rounds: tuple[str, ...]
    constants: tuple[str, ...]
    width: int
    shared: bool


class Binder(Evaluator):
    """Binds the expressions of one scenario in batches of states (state, column) of one layout."""

    def __init__(
        self,
        scenario: Scenario,
        layout: Layout,
        constants: dict[str, int],
        patches: dict[str, dict[str, x.Expression]],
    ) -> None:
        super().__init__(scenario, layout, constants, patches)
        self._mentions: dict[int, tuple[x.Expression, Mentions]] = {}
        self._own: dict[tuple[object, ...], Lookup] = {}
        self._anywhere = frozenset[str]().union(*self.changed.values())

    def mentions(self, expression: x.Expression) -> Mentions:
        """What an expression reads, a patched parameter reading `in_force`."""
        known = self._mentions.get(id(expression))
        if known is None:
            known = self._mentions[id(expression)] = expression, self._read(expression)
        return known[1]

    def _read(self, expression: x.Expression) -> Mentions:
        reads = self.glossary.reads(expression)
        names = set(reads.variables)
        patched = not reads.parameters.isdisjoint(self._anywhere)
        if patched:
            names.add(IN_FORCE)
        columns = sorted(self.layout.index[name] for name in names)
        return Mentions(
            columns=tuple(columns),
            rounds=tuple(sorted(reads.rounds)),
            constants=tuple(sorted(reads.constants)),
            width=math.prod(len(self.layout.columns[column].domain) for column in columns),
            shared=not patched and all(name in self.scenario.variables for name in names - {IN_FORCE}),
        )

    def _lookup(self, purpose: object, expression: x.Expression, rounds: Rounds) -> Lookup:
        read = self.mentions(expression)
        numbers = (
            *(rounds[name] for name in read.rounds),
            *(self.constants[name] for name in read.constants),
        )
        key = (purpose, id(expression), *numbers)
        lookups = self.glossary.lookups if read.shared else self._own
        known = lookups.get(key)
        if known is None:
            sizes = [len(self.layout.columns[column].domain) for column in read.columns]
            known = lookups[key] = Lookup(read.columns, sizes)
        return known

    # --- batches ------------------------------------------------------------------------------------------

    def bind(self, expression: x.Expression, states: States, rounds: Rounds) -> Ids:
        """The pool entry of a numeric expression in each state."""

        def compute(values: Environment) -> int:
            return self.value(expression, values, rounds)

        if self.mentions(expression).width <= WIDEST_TABLE:
            return self._lookup("bind", expression, rounds)(states, compute)
        match expression:
            case x.Unary(operator, operand):
                return self._each(UNARY[operator], [self.bind(operand, states, rounds)])
            case x.Binary(operator, left, right):
                parts = [self.bind(left, states, rounds), self.bind(right, states, rounds)]
                entries = self.pool.combine(BINARY[operator], *parts)
                return self._placed(entries, right) if operator in "/^" else entries
            case x.Logical(operator, operands) | x.Call(operator, operands):
                parts = [self.bind(part, states, rounds) for part in operands]
                return self._placed(self._chain(operator, parts), expression)
            case x.Conditional(condition, then, otherwise):
                parts = [self.bind(part, states, rounds) for part in (condition, then, otherwise)]
                return self._each(Op.IF, parts)
        return self._by_combination(expression, states, compute)

    def _by_combination(self, expression: x.Expression, states: States, compute: Compute) -> Ids:
        columns = self.mentions(expression).columns
        rows, inverse = distinct(states[:, columns])
        results = [compute(dict(zip(columns, row, strict=True))) for row in rows.tolist()]
        return np.array(results, np.int32)[inverse]

    def _placed(self, entries: Ids, part: x.Expression) -> Ids:
        """The entries, those that can fail with the place in the text where they were first met."""
        for entry in np.unique(entries).tolist():
            self.note(entry, part)
        return entries

    def _chain(self, operator: str, parts: list[Ids]) -> Ids:
        if operator in UNARY:
            return self._each(UNARY[operator], parts)
        result = parts[0]
        for part in parts[1:]:
            result = self.pool.combine(BINARY[operator], result, part)
        return result

    def _each(self, operation: Op, parts: list[Ids]) -> Ids:
        rows, inverse = distinct(np.stack(parts, axis=1))
        return np.array([self.pool.apply(operation, *row) for row in rows.tolist()], np.int32)[inverse]

    def truth(
        self, condition: x.Expression | None, states: States, rounds: Rounds, mark: Mark | None
    ) -> NDArray[np.bool_]:
        """Whether a condition holds in each state; an error if that depends on a parameter."""
        if condition is None:
            return np.ones(len(states), np.bool_)
        if self.mentions(condition).width <= WIDEST_TABLE:

            def compute(values: Environment) -> int:
                return int(self.decided(condition, values, rounds, mark))

            return self._lookup("truth", condition, rounds)(states, compute) > 0
        bound = self.bind(condition, states, rounds)
        unique, inverse = np.unique(bound, return_inverse=True)
        return np.array([self.known(entry, mark) for entry in unique.tolist()])[inverse]

    def assign(
        self, variable: str, right: x.Expression, states: States, rounds: Rounds, mark: Mark | None
    ) -> States:
        """The place in the variable's domain of what is assigned to it, in each state."""

        def find(values: Environment) -> int:
            return self.place_of(variable, right, values, rounds, mark)

        if self.mentions(right).width > WIDEST_TABLE:
            return self._by_combination(right, states, find)
        return self._lookup(("set", variable), right, rounds)(states, find)
