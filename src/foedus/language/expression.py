"""The nodes of an expression: what the parser makes, and what every later part reads.

A node is a frozen dataclass, equal by value. `at` is the offset in the source text where the node starts;
it takes no part in equality, so equal expressions from different places are one.

After `resolve`, a bare `Name` never remains: it has become a `Parameter`, `Variable`, `Constant`, `Round`
or `Value`, and an outcome's name has become the outcome's condition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Literal


@dataclass(frozen=True, slots=True)
class Expression:
    """Any expression."""

    at: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Expression):
    value: float


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A bare word whose meaning its place decides. A move's name may have dots: `consent.us`."""

    name: str


@dataclass(frozen=True, slots=True)
class Parameter(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class Variable(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    name: str


@dataclass(frozen=True, slots=True)
class Round(Expression):
    """The number of the current round of the loop whose `as` has this name, from 1."""

    name: str


@dataclass(frozen=True, slots=True)
class Value(Expression):
    """A named value of a variable's domain."""

    value: str


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """`-x`, `not x`."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary(Expression):
    """`+ - * / ^`."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Compare(Expression):
    """`== != < <= > >=`, worth 0 or 1."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Member(Expression):
    """`x in (a, b)`, worth 0 or 1."""

    operand: Expression
    members: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """`a and b and …` or `a or b or …`, worth 0 or 1."""

    operator: str
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Conditional(Expression):
    """`if(condition, then, otherwise)`."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """`min max abs exp log sqrt`."""

    function: str
    arguments: tuple[Expression, ...]


# --- events: only in claims -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ever(Expression):
    """`ever(condition)`: the condition was true in some state of the play so far."""

    condition: Expression


@dataclass(frozen=True, slots=True)
class Chose(Expression):
    """`chose(move.option)`: the option was taken at least once so far."""

    move: str
    option: str


# --- results: only in claims ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Override(Expression):
    """`name = expression` in the brackets of a result.

    `kind` says what `name` is once names are looked up: parameter, constant, variable (then the value is
    its start) or move (then the value is the only option left).
    """

    name: str
    value: Expression
    kind: Literal["", "parameter", "constant", "variable", "move"] = ""


@dataclass(frozen=True, slots=True)
class Setting(Expression):
    """The brackets of a result: which arrangement, offered or in force, with which overrides.

    `flags` holds the words that stand alone: `in_force`, and `each` for `Keeps`.
    """

    arrangement: str
    flags: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Result(Expression):
    """`P E V Share Q Signs Keeps Delivers`, with brackets, subject and condition.

    `subject` is an event or an expression for P and E. `actor` is set for V, Q and Signs; `move` and
    `option` for Share and Q; `commitment` for Keeps and Delivers. `condition` stands after the bar.
    """

    function: str
    setting: Setting
    subject: Expression | None = None
    actor: str | None = None
    move: str | None = None
    option: str | None = None
    commitment: str | None = None
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Derivative(Expression):
    """`D(formula; parameter)`."""

    formula: Expression
    parameter: str


@dataclass(frozen=True, slots=True)
class Tip(Expression):
    """`Tip(formula; parameter)`: the value of the parameter at which the formula changes sign."""

    formula: Expression
    parameter: str


@dataclass(frozen=True, slots=True)
class Over(Expression):
    """`min(formula for a in group)`, `max(…)`; `group` is a group's name, or a tuple of arrangements."""

    function: str
    formula: Expression
    binder: str
    group: str | tuple[str, ...]


def children(node: Expression) -> Iterator[Expression]:
    """The expressions directly inside a node."""
    for each in fields(node):
        content = getattr(node, each.name)
        if isinstance(content, Expression):
            yield content
        elif isinstance(content, tuple):
            yield from (item for item in content if isinstance(item, Expression))


def walk(node: Expression) -> Iterator[Expression]:
    """The node and everything inside it, outermost first."""
    yield node
    for child in children(node):
        yield from walk(child)
