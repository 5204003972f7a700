"""From the rules of the grammar to the nodes of an expression, as the parser reduces them."""

from __future__ import annotations

from lark import Token, Transformer, v_args

from foedus.errors import nearest
from foedus.language import grammar
from foedus.language.expression import (
    Binary,
    Call,
    Chose,
    Compare,
    Conditional,
    Derivative,
    Ever,
    Expression,
    Logical,
    Member,
    Name,
    Number,
    Over,
    Override,
    Result,
    Setting,
    Tip,
    Unary,
)
from foedus.wording import plural


class Misuse(Exception):
    """A well-formed piece of text that means nothing: what is wrong, and the offset."""

    def __init__(self, message: str, at: int) -> None:
        self.message = message
        self.at = at
        super().__init__(message)


class Flag(str):
    """A word that stands alone in the brackets of a result."""


Arguments = tuple[Expression, ...]


def at(token: Token) -> int:
    return token.start_pos or 0


@v_args(inline=True)
class Builder(Transformer[Token, Expression]):
    """One method for each named rule of the grammar."""

    def number(self, token: Token) -> Expression:
        return Number(float(token), at=at(token))

    def name(self, token: Token) -> Expression:
        if token == "inf":
            return Number(float("inf"), at=at(token))
        if token in grammar.RESERVED:
            raise Misuse(f"found '{token}', expected a number, a name or '('", at(token))
        return Name(str(token), at=at(token))

    def binary(self, left: Expression, operator: Token, right: Expression) -> Expression:
        return Binary(str(operator), left, right, at=left.at)

    def signed(self, sign: Token, operand: Expression) -> Expression:
        return Unary("-", operand, at=at(sign)) if sign == "-" else operand

    def negation(self, word: Token, operand: Expression) -> Expression:
        return Unary("not", operand, at=at(word))

    def conjunction(self, *operands: Expression) -> Expression:
        return Logical("and", operands, at=operands[0].at)

    def disjunction(self, *operands: Expression) -> Expression:
        return Logical("or", operands, at=operands[0].at)

    def comparison(self, first: Expression, *rest: Expression | Token) -> Expression:
        """`a < b < c` is `a < b and b < c`."""
        links: list[Expression] = []
        for operator, right in zip(rest[::2], rest[1::2], strict=True):
            assert isinstance(right, Expression)
            links.append(Compare(str(operator), first, right, at=first.at))
            first = right
        return links[0] if len(links) == 1 else Logical("and", tuple(links), at=links[0].at)

    def member(self, operand: Expression, *members: Expression) -> Expression:
        return Member(operand, members, at=operand.at)

    def non_member(self, operand: Expression, word: Token, *members: Expression) -> Expression:
        return Unary("not", Member(operand, members, at=operand.at), at=operand.at)

    def call(self, name: Token, *arguments: Expression) -> Expression:
        function, start = str(name), at(name)
        count_arguments(function, len(arguments), start)
        if function == "if":
            return Conditional(arguments[0], arguments[1], arguments[2], at=start)
        if function == "ever":
            return Ever(arguments[0], at=start)
        if function == "chose":
            move, option = move_option(arguments[0])
            return Chose(move, option, at=start)
        return Call(function, arguments, at=start)

    def over(
        self, name: Token, formula: Expression, binder: Token, group: str | tuple[str, ...]
    ) -> Expression:
        if name not in ("min", "max"):
            raise Misuse(f"found '{name}(… for …)', expected min or max", at(name))
        return Over(str(name), formula, str(binder), group, at=at(name))

    def group(self, name: Token) -> str:
        return str(name)

    def listed(self, *names: Token) -> tuple[str, ...]:
        return tuple(map(str, names))

    def with_parameter(self, name: Token, formula: Expression, parameter: Token) -> Expression:
        if name == "D":
            return Derivative(formula, str(parameter), at=at(name))
        if name == "Tip":
            return Tip(formula, str(parameter), at=at(name))
        raise Misuse(f"found '{name}(…; …)', expected D or Tip", at(name))

    def flag(self, name: Token) -> Flag:
        return Flag(name)

    def override(self, name: Token, value: Expression) -> Override:
        return Override(str(name), value, at=at(name))

    def setting(self, name: Token, *items: Flag | Override) -> Setting:
        flags = tuple(str(each) for each in items if isinstance(each, Flag))
        overrides = tuple(each for each in items if isinstance(each, Override))
        return Setting(str(name), flags, overrides, at=at(name))

    def subject(self, *arguments: Expression) -> Arguments:
        return arguments

    def condition(self, event: Expression) -> Expression:
        return event

    def result(
        self, name: Token, setting: Setting, subject: Arguments, condition: Expression | None = None
    ) -> Expression:
        function, start = str(name), at(name)
        if function not in grammar.RESULTS:
            raise Misuse(unknown_function(function, grammar.RESULTS), start)
        count = 2 if function == "Q" else 1
        if len(subject) != count:
            raise Misuse(f"{function}[…] takes {plural(count, 'argument')}, found {len(subject)}", start)
        if condition is not None and function in ("Signs", "Keeps", "Delivers"):
            raise Misuse(f"{function}[…] takes no condition", condition.at)
        return asked(function, setting, subject, condition, start)


def asked(
    function: str, setting: Setting, subject: Arguments, condition: Expression | None, start: int
) -> Result:
    """The result with its subject in the field that fits the function."""
    if function in ("P", "E"):
        return Result(function, setting, subject=subject[0], condition=condition, at=start)
    if function in ("Keeps", "Delivers"):
        return Result(function, setting, commitment=bare_name(subject[0], "a commitment"), at=start)
    if function in ("V", "Signs"):
        actor = bare_name(subject[0], "an actor")
        return Result(function, setting, actor=actor, condition=condition, at=start)
    move, option = move_option(subject[-1])
    mover = bare_name(subject[0], "an actor") if function == "Q" else None
    return Result(function, setting, actor=mover, move=move, option=option, condition=condition, at=start)


def bare_name(expression: Expression, what: str) -> str:
    if not isinstance(expression, Name) or "." in expression.name:
        raise Misuse(f"expected the name of {what}", expression.at)
    return expression.name


def move_option(expression: Expression) -> tuple[str, str]:
    """The last dot separates the option from the move."""
    if not isinstance(expression, Name) or "." not in expression.name:
        raise Misuse("expected a move and one of its options, written move.option", expression.at)
    move, _, option = expression.name.rpartition(".")
    return move, option


def count_arguments(function: str, count: int, start: int) -> None:
    known = grammar.FUNCTIONS | grammar.EVENTS
    if function in grammar.RESULTS:
        raise Misuse(f"'{function}' needs the arrangement in brackets, as in {function}[treaty](…)", start)
    if function in grammar.OPERATORS_ON_FORMULAS:
        raise Misuse(
            f"'{function}' takes a formula and a parameter, as in {function}(formula; parameter)", start
        )
    if function not in known:
        raise Misuse(unknown_function(function, (*known, "in")), start)
    least, most = known[function]
    if count < least or (most is not None and count > most):
        raise Misuse(f"'{function}' takes {plural(least, 'argument')}, found {count}", start)


def unknown_function(name: str, known: tuple[str, ...]) -> str:
    return f"there is no function '{name}'{nearest(name, known) or '; known are ' + ', '.join(known)}"
