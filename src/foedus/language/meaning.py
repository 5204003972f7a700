"""Gives the names in an expression their meaning: `Name` becomes a parameter, a variable, a value, …

What a name means depends on what it meets. In `fate == lost` the right side is looked up among the values of
`fate`; in `prize * 2` the name must be a number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from foedus.errors import Mark
from foedus.language import expression as ast
from foedus.language.expression import Expression
from foedus.language.faults import Faults
from foedus.language.folding import fold
from foedus.language.names import Domain, Scope

NOWHERE = ast.Number(0.0)
"""Stands for what could not be understood, so that reading can go on to the next fault."""


class Meaning:
    """Resolves one expression; `mark` turns an offset in it into a place."""

    def __init__(self, scope: Scope, mark: Callable[[int], Mark | None], faults: Faults) -> None:
        self.scope = scope
        self.mark = mark
        self.faults = faults

    def fault(self, message: str, at: int, code: str = "name") -> Expression:
        self.faults.add(message, self.mark(at), code)
        return NOWHERE

    # --- numbers --------------------------------------------------------------------------------------

    def number(self, node: Expression) -> Expression:
        """The expression as a number; comparisons and conditions are 0 or 1."""
        match node:
            case ast.Number():
                return self.literal(node)
            case ast.Name():
                return self.numeric_name(node)
            case ast.Unary():
                return replace(node, operand=self.number(node.operand))
            case ast.Binary():
                return replace(node, left=self.number(node.left), right=self.number(node.right))
            case ast.Compare():
                return self.comparison(node)
            case ast.Member():
                return self.member(node)
            case ast.Logical():
                return replace(node, operands=tuple(map(self.number, node.operands)))
            case ast.Conditional():
                arms = self.number(node.then), self.number(node.otherwise)
                return replace(node, condition=self.number(node.condition), then=arms[0], otherwise=arms[1])
            case ast.Call():
                return replace(node, arguments=tuple(map(self.number, node.arguments)))
        return self.special(node)

    def special(self, node: Expression) -> Expression:
        """What only claims may hold."""
        return self.fault("this may stand only in a claim", node.at, "syntax")

    def literal(self, node: ast.Number) -> Expression:
        if math.isinf(node.value) and not self.scope.infinite:
            return self.fault(
                "found inf, or a number too large to hold; expected a finite number", node.at, "value"
            )
        return node

    def numeric_name(self, node: ast.Name) -> Expression:
        scope, name = self.scope, node.name
        if name in scope.outcomes:
            return scope.outcomes[name]
        if name in scope.rounds:
            return ast.Round(name, at=node.at)
        if name in scope.parameters:
            return ast.Parameter(name, at=node.at)
        if name in scope.constants:
            return ast.Constant(name, at=node.at)
        domain = scope.variables.get(name)
        if domain is None:
            return self.unknown(node)
        if not domain.numeric:
            values = f"'{name}' has named values ({domain.listed})"
            return self.fault(f"{values}; it can be compared (==, !=, in) or set, not counted with", node.at)
        return ast.Variable(name, at=node.at)

    def unknown(self, node: ast.Name) -> Expression:
        name = node.name
        if name in self.scope.refused:
            return self.fault(self.scope.refused[name], node.at)
        if "." in name:
            return self.fault(f"'{name}' has a dot: an option taken is written chose({name})", node.at)
        owner = next((each for each, domain in self.scope.variables.items() if name in domain.values), None)
        if owner:
            message = f"'{name}' is a value of '{owner}'; write {owner} == {name}"
            return self.fault(message, node.at)
        return self.fault(f"unknown name '{name}'{self.faults.hint(name, self.scope.known)}", node.at)

    # --- values ---------------------------------------------------------------------------------------

    def comparison(self, node: ast.Compare) -> Expression:
        left, right = self.sides(node.left, node.right, node.operator in ("==", "!="))
        return replace(node, left=left, right=right)

    def sides(self, left: Expression, right: Expression, equality: bool) -> tuple[Expression, Expression]:
        """Both sides of a comparison, each looked up in the domain of the other where that is named."""
        first, second = self.named_domain(left), self.named_domain(right)
        if (first or second) and not equality:
            owner = first or second
            assert owner is not None
            self.fault(f"'{owner.variable}' has named values, which have no order; use ==, != or in", left.at)
            return NOWHERE, NOWHERE
        if second and (not first or (isinstance(right, ast.Name) and is_value(left, second))):
            return self.value(left, second), self.owner(right, second)
        if first:
            return self.owner(left, first), self.value(right, first)
        return self.numbers(left, right, equality)

    def numbers(self, left: Expression, right: Expression, equality: bool) -> tuple[Expression, Expression]:
        if self.stranger(left) and isinstance(right, ast.Name):
            return self.number(left), NOWHERE
        one, other = self.number(left), self.number(right)
        if equality:
            self.check_reachable(one, other)
            self.check_reachable(other, one)
        return one, other

    def stranger(self, node: Expression) -> bool:
        return isinstance(node, ast.Name) and node.name not in self.scope.known

    def check_reachable(self, variable: Expression, other: Expression) -> None:
        """A numeric variable is compared with a number that it can be."""
        number = fold(other)
        if isinstance(variable, ast.Variable) and number is not None:
            domain = self.scope.variables[variable.name]
            if not holds(domain, number):
                message = f"'{variable.name}' is never {number:g}; its values are {domain.listed}"
                self.fault(message, other.at, "value")

    def member(self, node: ast.Member) -> Expression:
        domain = self.named_domain(node.operand)
        if domain:
            members = tuple(self.value(each, domain) for each in node.members)
            return replace(node, operand=self.owner(node.operand, domain), members=members)
        operand = self.number(node.operand)
        if self.stranger(node.operand):
            return NOWHERE
        members = tuple(map(self.number, node.members))
        for each in members:
            self.check_reachable(operand, each)
        return replace(node, operand=operand, members=members)

    def named_domain(self, node: Expression) -> Domain | None:
        """The domain that the other side of a comparison is looked up in, if it holds named values."""
        if isinstance(node, ast.Name):
            domain = self.scope.variables.get(node.name)
            return domain if domain and not domain.numeric else None
        if isinstance(node, ast.Conditional):
            return self.named_domain(node.then) or self.named_domain(node.otherwise)
        return None

    def owner(self, node: Expression, domain: Domain) -> Expression:
        """The side of a comparison that brings the domain."""
        if isinstance(node, ast.Name):
            return ast.Variable(node.name, at=node.at)
        return self.value(node, domain)

    def value(self, node: Expression, domain: Domain) -> Expression:
        """The expression as a value of the domain: what is set, or meant by a comparison."""
        if domain.numeric:
            return self.whole(node, domain)
        if isinstance(node, ast.Conditional):
            arms = self.value(node.then, domain), self.value(node.otherwise, domain)
            return replace(node, condition=self.number(node.condition), then=arms[0], otherwise=arms[1])
        if not isinstance(node, ast.Name):
            return self.fault(f"expected a value of '{domain.variable}': {domain.listed}", node.at, "value")
        if node.name in domain.values:
            return ast.Value(node.name, at=node.at)
        other = self.named_domain(node)
        if other is None:
            return self.not_a_value(node, domain)
        if not set(other.values) & set(domain.values):
            return self.fault(
                f"'{node.name}' and '{domain.variable}' have no value in common", node.at, "value"
            )
        return ast.Variable(node.name, at=node.at)

    def not_a_value(self, node: ast.Name, domain: Domain) -> Expression:
        known = [*domain.values]
        suggestion = self.faults.hint(node.name, known) or f"; they are {domain.listed}"
        return self.fault(f"'{node.name}' is not a value of '{domain.variable}'{suggestion}", node.at)

    def whole(self, node: Expression, domain: Domain) -> Expression:
        result = self.number(node)
        number = fold(result)
        if number is not None and not holds(domain, number):
            message = f"{number:g} is not a value of '{domain.variable}'; they are {domain.listed}"
            return self.fault(message, node.at, "value")
        return result


def is_value(node: Expression, domain: Domain) -> bool:
    return not isinstance(node, ast.Name) or node.name in domain.values


def holds(domain: Domain, number: float) -> bool:
    return number == int(number) and str(int(number)) in domain.values if math.isfinite(number) else False
