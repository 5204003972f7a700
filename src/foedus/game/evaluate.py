"""An expression in one state: which expression of the parameters it is there, or which value it assigns."""

from __future__ import annotations

import numpy as np

from foedus.errors import Mark, ScenarioError
from foedus.game.arithmetic import BINARY, UNARY, Op
from foedus.game.columns import Layout
from foedus.game.glossary import Environment, glossary_of
from foedus.game.places import place
from foedus.game.pool import ONE, ZERO
from foedus.language import expression as x
from foedus.language.names import IN_FORCE
from foedus.language.scenario import Scenario

CAN_FAIL = frozenset({Op.DIVIDE, Op.POWER, Op.LOG, Op.SQRT, Op.EXP})

Rounds = dict[str, int]


class Evaluator:
    """Evaluates the expressions of one scenario; a state is an environment of columns and their values.

    `patches` maps an arrangement to the parameters that it changes where it is in force. Their right sides
    read the parameters as the scenario has them, so a patch cannot be circular.
    """

    def __init__(
        self,
        scenario: Scenario,
        layout: Layout,
        constants: dict[str, int],
        patches: dict[str, dict[str, x.Expression]],
    ) -> None:
        self.scenario = scenario
        self.layout = layout
        self.constants = constants
        self.patches = patches
        self.glossary = glossary_of(scenario)
        self.pool = self.glossary.pool
        self.places = self.glossary.places
        self.changed = {name: self._affected(patch) for name, patch in patches.items()}

    def _affected(self, patch: dict[str, x.Expression]) -> frozenset[str]:
        """The parameters that a patch changes, itself or through another's expression."""
        affected = frozenset(patch)
        while True:
            more = {
                name
                for name, parameter in self.scenario.parameters.items()
                if parameter.expression is not None
                and not affected.isdisjoint(self.glossary.reads(parameter.expression).parameters)
            }
            if more <= affected:
                return affected
            affected |= more

    # --- numbers ------------------------------------------------------------------------------------------

    def text(self, expression: x.Expression, values: Environment) -> str | None:
        """The value's text of a variable or a named value; None for an expression that is a number."""
        if isinstance(expression, x.Value):
            return expression.value
        if isinstance(expression, x.Variable):
            column = self.layout.index[expression.name]
            return self.layout.columns[column].domain[values[column]]
        return None

    def value(self, expression: x.Expression, values: Environment, rounds: Rounds) -> int:
        """The pool entry of a numeric expression in one state."""
        match expression:
            case x.Number(number):
                return self.pool.number(number)
            case x.Parameter(name):
                return self._parameter(name, values)
            case x.Constant(name):
                return self.pool.number(self.constants[name])
            case x.Round(name):
                return self.pool.number(rounds[name])
            case x.Variable():
                return self.pool.number(float(self.text(expression, values) or 0))
            case x.Compare(operator, left, right):
                return self._compare(operator, left, right, values, rounds)
            case x.Member(operand, members):
                return self._member(operand, members, values, rounds)
        return self._operation(expression, values, rounds)

    def _operation(self, expression: x.Expression, values: Environment, rounds: Rounds) -> int:
        match expression:
            case x.Unary(operator, operand):
                return self.pool.apply(UNARY[operator], self.value(operand, values, rounds))
            case x.Binary(operator, left, right):
                parts = [self.value(left, values, rounds), self.value(right, values, rounds)]
                return self.note(self.pool.apply(BINARY[operator], *parts), right)
            case x.Conditional(condition, then, otherwise):
                return self._conditional(condition, then, otherwise, values, rounds)
            case x.Logical(operator, operands) | x.Call(operator, operands):
                parts = [self.value(part, values, rounds) for part in operands]
                return self.note(self._fold(operator, parts), expression)
        raise TypeError(f"no number: {expression}")

    def _conditional(
        self,
        condition: x.Expression,
        then: x.Expression,
        otherwise: x.Expression,
        values: Environment,
        rounds: Rounds,
    ) -> int:
        decision = self.value(condition, values, rounds)
        if decision in (ZERO, ONE):
            return self.value(then if decision == ONE else otherwise, values, rounds)
        arms = [self.value(arm, values, rounds) for arm in (then, otherwise)]
        return self.pool.apply(Op.IF, decision, *arms)

    def _fold(self, operator: str, parts: list[int]) -> int:
        if operator in UNARY:
            return self.pool.apply(UNARY[operator], *parts)
        result = parts[0]
        for part in parts[1:]:
            result = self.pool.apply(BINARY[operator], result, part)
        return self.pool.truth(result) if operator in ("and", "or") else result

    def _compare(
        self, operator: str, left: x.Expression, right: x.Expression, values: Environment, rounds: Rounds
    ) -> int:
        texts = self.text(left, values), self.text(right, values)
        if operator in ("==", "!=") and None not in texts:
            return ONE if (texts[0] == texts[1]) == (operator == "==") else ZERO
        parts = [self.value(left, values, rounds), self.value(right, values, rounds)]
        return self.pool.apply(BINARY[operator], *parts)

    def _member(
        self, operand: x.Expression, members: tuple[x.Expression, ...], values: Environment, rounds: Rounds
    ) -> int:
        parts = [self._compare("==", operand, member, values, rounds) for member in members]
        return self._fold("or", parts)

    def _parameter(self, name: str, values: Environment) -> int:
        column = self.layout.index[IN_FORCE]
        arrangement = self.layout.columns[column].domain[values[column]] if column in values else ""
        return self._patched(name, arrangement)

    def _patched(self, name: str, arrangement: str) -> int:
        """A parameter where an arrangement is in force; one that follows from a patched one follows it."""
        if name not in self.changed.get(arrangement, ()):
            return self.pool.parameter(name)
        patch = self.patches[arrangement].get(name)
        if patch is not None:
            return self.value(patch, {}, {})
        derived = self.scenario.parameters[name].expression
        assert derived is not None
        return self._derived(derived, arrangement)

    def _derived(self, expression: x.Expression, arrangement: str) -> int:
        column = self.layout.index[IN_FORCE]
        domain = self.layout.columns[column].domain
        return self.value(expression, {column: domain.index(arrangement)}, {})

    def note(self, entry: int, part: x.Expression) -> int:
        """The entry; if it can fail, with the place in the text where it was first met."""
        if self.pool.entries[entry][0] in CAN_FAIL:
            self.places.setdefault(entry, part.at)
        return entry

    # --- conditions and values ----------------------------------------------------------------------------

    def decided(
        self, condition: x.Expression, values: Environment, rounds: Rounds, mark: Mark | None
    ) -> bool:
        """Whether a condition holds; an error if that depends on a parameter."""
        return self.known(self.value(condition, values, rounds), mark)

    def known(self, entry: int, mark: Mark | None) -> bool:
        number = self.pool.numbers[entry]
        if number is None:
            raise ScenarioError.at(
                mark,
                "this condition depends on a parameter or cannot be computed; the shape of the play may "
                "depend only on variables, constants and rounds (let chance set a variable, with the "
                "parameter as its probability)",
            )
        return number != 0.0

    def place_of(
        self, variable: str, right: x.Expression, values: Environment, rounds: Rounds, mark: Mark | None
    ) -> int:
        column = self.layout.columns[self.layout.index[variable]]
        text = self._assigned(variable, right, values, rounds, mark)
        if text not in column.domain:
            raise ScenarioError.at(
                place(self.scenario, mark, ("set", variable)),
                f"'{variable}' would become {text}, which is not one of its values "
                f"({_domain(column.domain, column.numeric)})",
            )
        return column.domain.index(text)

    def _assigned(
        self, variable: str, right: x.Expression, values: Environment, rounds: Rounds, mark: Mark | None
    ) -> str:
        while isinstance(right, x.Conditional):
            right = right.then if self.decided(right.condition, values, rounds, mark) else right.otherwise
        text = self.text(right, values)
        if text is not None:
            return text
        number = self.pool.numbers[self.value(right, values, rounds)]
        if number is None:
            raise ScenarioError.at(
                place(self.scenario, mark, ("set", variable)),
                f"what '{variable}' is set to depends on a parameter or cannot be computed",
            )
        return str(int(number)) if number == np.floor(number) and abs(number) < 1e15 else f"{number:g}"


def _domain(domain: tuple[str, ...], numeric: bool) -> str:
    return f"{domain[0]}..{domain[-1]}" if numeric and len(domain) > 3 else ", ".join(domain)
