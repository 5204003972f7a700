"""Text to expression: a Lark LALR parser with bounds on length and nesting, and errors with a place."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from lark import Lark
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from foedus.errors import Fault, Mark, ScenarioError
from foedus.language.building import Builder, Misuse
from foedus.language.expression import (
    Chose,
    Derivative,
    Ever,
    Expression,
    Name,
    Number,
    Over,
    Result,
    Tip,
    children,
    walk,
)
from foedus.language.grammar import DEEPEST_NESTING, GRAMMAR, LONGEST_TEXT, RESERVED
from foedus.language.syntax import explain_character, explain_token

WORD = re.compile(r"[^\W\d]\w*\Z")
WHOLE = re.compile(r"[0-9]{1,15}\Z")
CLAIMS_ONLY = (Result, Derivative, Tip, Over, Ever, Chose)


class ExpressionError(ScenarioError):
    """An expression that cannot be read: what is wrong, and the offset in the text."""

    code = "syntax"

    def __init__(self, message: str, at: int, text: str = "") -> None:
        self.message = message
        self.offset = at
        line = text.count("\n", 0, at) + 1
        column = at - (text.rfind("\n", 0, at) + 1) + 1
        super().__init__(Fault(message, Mark("<expression>", line, column), self.code))


def parse_expression(text: str) -> Expression:
    """The tree of an expression, names unresolved; ExpressionError with the offset of what is wrong."""
    tree = parse(text)
    for node in walk(tree) if may_hold_claims(text) else ():
        if isinstance(node, CLAIMS_ONLY):
            raise ExpressionError(
                f"'{text[node.at : node.at + 8]}…' may stand only in a claim", node.at, text
            )
    return tree


def parse_formula(text: str) -> Expression:
    """The tree of a claim's formula, names unresolved; ExpressionError with the offset of what is wrong."""
    return parse(text)


def may_hold_claims(text: str) -> bool:
    return any(mark in text for mark in ("[", ";", "ever", "chose", "for"))


@lru_cache(maxsize=8192)
def parse(text: str) -> Expression:
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(
            f"found {len(text)} characters, expected at most {LONGEST_TEXT}", LONGEST_TEXT, text
        )
    stripped = text.strip()
    if not stripped:
        raise ExpressionError("found nothing, expected an expression", 0, text)
    simple = parse_word(stripped, len(text) - len(text.lstrip()))
    if simple is not None:
        return simple
    refuse_deep_brackets(text)
    return bounded(parse_whole(text), text)


def parse_word(text: str, at: int) -> Expression | None:
    """A single name or whole number, as most texts are, needs no grammar."""
    if WORD.match(text) and text not in RESERVED:
        return Name(text, at=at)
    if WHOLE.match(text):
        return Number(float(text), at=at)
    return None


def parse_whole(text: str) -> Expression:
    try:
        return lark().parse(text)  # type: ignore[return-value]
    except UnexpectedToken as error:
        message, at = explain_token(error, text)
    except UnexpectedCharacters as error:
        message, at = explain_character(error, text)
    except UnexpectedInput as error:
        message, at = "the text cannot be read", error.pos_in_stream or 0
    except VisitError as error:
        if not isinstance(error.orig_exc, Misuse):
            raise
        message, at = error.orig_exc.message, error.orig_exc.at
    except Misuse as error:
        message, at = error.message, error.at
    raise ExpressionError(message, at, text) from None


@cache
def lark() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="contextual", transformer=Builder(), maybe_placeholders=False)


def refuse_deep_brackets(text: str) -> None:
    depth = 0
    for at, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth > DEEPEST_NESTING:
            raise ExpressionError(too_deep(), at, text)


def bounded(tree: Expression, text: str) -> Expression:
    """The tree, unless it is so deep that walking it could exhaust the stack."""
    limit = 2 * DEEPEST_NESTING
    if len(text) <= limit:
        return tree
    layer: list[Expression] = [tree]
    for _ in range(limit):
        layer = [child for node in layer for child in children(node)]
        if not layer:
            return tree
    raise ExpressionError(too_deep(), layer[0].at, text)


def too_deep() -> str:
    return "the expression is nested too deeply; name parts of it as parameters"
