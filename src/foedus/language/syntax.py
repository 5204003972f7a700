"""Words for a syntax error: what was found, what was expected, and what was probably meant."""

from __future__ import annotations

import re

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from foedus.language.grammar import RESERVED

LAST_WORD = re.compile(r"(\w+)\s*\Z")
SPELT = {
    "LPAR": "'('",
    "RPAR": "')'",
    "LSQB": "'['",
    "RSQB": "']'",
    "COMMA": "','",
    "SEMICOLON": "';'",
    "VBAR": "'|'",
    "EQUAL": "'='",
    "FOR": "'for'",
    "IN": "'in'",
    "NAME": "a name",
    "DOTTED": "a name with a dot",
    "NUMBER": "a number",
    "$END": "the end",
}
CLOSERS = {"$END", "RPAR", "RSQB", "COMMA", "SEMICOLON", "VBAR", "FOR"}
OPERATORS = {"SIGN", "FACTOR", "POWER", "COMPARISON", "AND", "OR"}
MEANT = {
    "=": "write '==' to compare",
    "&&": "write 'and'",
    "&": "write 'and'",
    "||": "write 'or'",
    "!": "write 'not', or '!='",
    "**": "write '^' for a power",
    "'": "names are written without quotes",
    '"': "names are written without quotes",
    "{": "write 'in (a, b)' for a set of values",
    "?": "write 'if(condition, a, b)'",
    "%": "write 0.05 for 5 %",
}


def explain_token(error: UnexpectedToken, text: str) -> tuple[str, int]:
    """The message for a token that cannot stand where it does, and its offset."""
    token: Token = error.token
    if token.type == "$END":
        at, found = len(text.rstrip()), "the end of the text"
    else:
        at, found = token.start_pos or 0, f"'{token}'"
    misplaced = LAST_WORD.search(text[:at])
    if misplaced and misplaced[1] in RESERVED and error.expected & OPERATORS:
        return f"found '{misplaced[1]}', expected a number, a name or '('", misplaced.start()
    return sentence(found, error.expected, text, at), at


def explain_character(error: UnexpectedCharacters, text: str) -> tuple[str, int]:
    """The message for a character that begins nothing, and its offset."""
    at = error.pos_in_stream or 0
    return sentence(
        f'"{text[at]}"' if text[at] == "'" else f"'{text[at]}'", error.allowed or set(), text, at
    ), at


def sentence(found: str, expected: set[str], text: str, at: int) -> str:
    if text[at : at + 1].isdigit():
        return f"found {found}, which begins no number that can be read"
    words = expectation(expected & closers(text, at) | expected - CLOSERS)
    return f"found {found}, expected {words}{meant(text, at)}"


def closers(text: str, at: int) -> set[str]:
    """What may close or continue the innermost bracket that is open at the offset."""
    open_brackets: list[str] = []
    for character in text[:at]:
        if character in "([":
            open_brackets.append(character)
        elif character in ")]" and open_brackets:
            open_brackets.pop()
    if not open_brackets:
        return {"$END"}
    return {"RPAR", "COMMA"} if open_brackets[-1] == "(" else {"RSQB", "COMMA", "SEMICOLON"}


def meant(text: str, at: int) -> str:
    if text[at : at + 1] == "*" and text[at - 1 : at] == "*":
        return f"; {MEANT['**']}"
    hints = (MEANT.get(text[at : at + length]) for length in (2, 1))
    return next((f"; {hint}" for hint in hints if hint), "")


def expectation(accepted: set[str]) -> str:
    """The accepted terminals in words, the many operators as one."""
    words = []
    if {"NAME", "NUMBER"} <= accepted:
        words.append("a number, a name or '('")
        accepted = accepted - {"NAME", "DOTTED", "NUMBER", "LPAR", "SIGN", "NOT"}
    if accepted & OPERATORS:
        words.append("an operator")
        accepted = accepted - OPERATORS - {"LPAR", "LSQB", "IN", "NOT"}
    words += sorted(SPELT[each] for each in accepted if each in SPELT)
    return " or ".join(words) or "something else"
