"""The kinds of things that stand in a scenario file: words, numbers, texts and expressions.

Every scalar arrives as a `Word`, a string that knows its node; what a plain scalar means is decided here, by
the field, with the rules of YAML 1.2's core schema.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from foedus.errors import Mark, nearest
from foedus.language.expression import Expression
from foedus.language.grammar import RESERVED
from foedus.language.parser import ExpressionError, parse_expression, parse_formula
from foedus.language.tree import Mapping, Node, Scalar, Sequence

NAME = re.compile(r"[^\W\d]\w*\Z")
WHOLE = re.compile(r"-?[0-9]{1,15}\Z")
INTEGER = re.compile(r"[-+]?[0-9]+\Z")
OCTAL = re.compile(r"0o[0-7]+\Z")
HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+\Z")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
SPECIAL = re.compile(r"([-+]?)\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
CITATION = re.compile(r"[\w.-]+#\d+(\.\d+)?\Z")
IDENTITY = re.compile(r"[\w.-]{1,100}\Z")
NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
LONGEST_NAME = 100


class Word(str):
    """A scalar's text, with the node that it stands in."""

    node: Scalar | None

    def __new__(cls, text: str, node: Scalar | None = None) -> Word:
        word = super().__new__(cls, text)
        word.node = node
        return word

    @property
    def mark(self) -> Mark | None:
        return self.node.mark if self.node else None


class Entries(dict[Word, Any]):
    """A mapping's content, with its node."""

    node: Mapping


@dataclass(frozen=True, eq=False)
class Formula:
    """An expression as it stands in the file; `mark` finds the place of an offset."""

    text: str
    expression: Expression
    node: Scalar | None

    def mark(self, at: int = 0) -> Mark | None:
        return self.node.place(at) if self.node else None


def content(node: Node) -> Any:
    """What pydantic is given for a node: None, a Word, a list or Entries."""
    if isinstance(node, Scalar):
        return None if node.plain and node.text in NOTHING else Word(node.text, node)
    if isinstance(node, Sequence):
        return [content(item) for item in node.items]
    assert isinstance(node, Mapping)
    entries = Entries({Word(key.text, key): content(value) for key, value in node.entries.values()})
    entries.node = node
    return entries


def refuse(problem: str, at: int | None = None) -> PydanticCustomError:
    return PydanticCustomError("foedus", "{problem}", {"problem": problem, "at": at})


def found(value: object) -> str:
    if isinstance(value, Word):
        return f"'{value[:60]}'"
    return {type(None): "nothing", list: "a list", Entries: "a mapping"}.get(type(value), "something else")


def word(value: object, expected: str) -> Word:
    if not isinstance(value, Word):
        raise refuse(f"found {found(value)}, expected {expected}")
    return value


def read_text(value: object) -> str:
    return str(word(value, "a text"))


def read_name(value: object) -> Word:
    name = word(value, "a name")
    if not NAME.match(name) or len(name) > LONGEST_NAME:
        raise refuse(f"found '{name[:60]}', expected a name: letters, digits and _, and no digit first")
    if name in RESERVED:
        raise refuse(f"'{name}' is a word of the language and cannot be a name")
    return name


def read_value(value: object) -> Word:
    """A named value of a variable, or a whole number."""
    name = word(value, "a value's name or a whole number")
    return name if WHOLE.match(name) else read_name(name)


def read_domain(value: object) -> tuple[Word, ...]:
    """A list of values, or the two ends of a range, as in `0..5`."""
    if isinstance(value, list):
        return tuple(read_value(each) for each in value)
    name = word(value, "a list of values, or a range as in 0..5")
    low, dots, high = name.partition("..")
    if not dots or not WHOLE.match(low) or not WHOLE.match(high):
        raise refuse(f"found '{name[:60]}', expected a list of values, or a range as in 0..5")
    return (Word(low, name.node), Word("..", name.node), Word(high, name.node))


def read_number(value: object) -> float:
    name = word(value, "a number")
    number = core_number(name) if name.node is None or name.node.plain else None
    if number is None:
        raise refuse(f"found {found(value)}, expected a number")
    if not math.isfinite(number):
        raise refuse(f"found {name}, expected a finite number")
    return float(number)


def core_number(text: str) -> float | int | None:
    """A number by YAML 1.2's core schema, or None: `1e3` is one, `0o17` and `0x1f` too, `1_000` is not."""
    if len(text) > LONGEST_NAME:
        return None
    if INTEGER.match(text):
        return int(text)
    if OCTAL.match(text):
        return int(text[2:], 8)
    if HEXADECIMAL.match(text):
        return int(text[2:], 16)
    if FLOAT.match(text):
        return float(text)
    special = SPECIAL.match(text)
    return float(special.group(1) + "inf") if special and special.group(2) else math.nan if special else None


def read_whole(value: object) -> int:
    number = core_number(word(value, "a whole number"))
    if number is None or not math.isfinite(number) or number != int(number):
        raise refuse(f"found {found(value)}, expected a whole number")
    return int(number)


def read_times(value: object) -> int | Word:
    name = word(value, "a whole number or the name of a constant")
    return read_whole(name) if core_number(name) is not None else read_name(name)


def read_flag(value: object) -> bool:
    name = word(value, "true or false")
    if name.lower() not in ("true", "false"):
        raise refuse(f"found '{name[:60]}', expected true or false")
    return name.lower() == "true"


def read_citation(value: object) -> Word:
    name = word(value, "a citation")
    if not CITATION.match(name):
        raise refuse(
            f"found '{name[:60]}', expected a citation, written document#paragraph, as in wire-0801#3"
        )
    return name


def read_identity(value: object) -> Word:
    name = word(value, "a document's name")
    if not IDENTITY.match(name):
        raise refuse(f"found '{name[:60]}', expected a document's name: letters, digits, '_', '-' and '.'")
    return name


def read_expression(value: object) -> Formula:
    return formula(value, parse_expression, "an expression")


def read_probability(value: object) -> Formula | None:
    """None for `rest`."""
    return None if value == "rest" else read_expression(value)


def read_claim(value: object) -> Formula:
    return formula(value, parse_formula, "a formula")


def formula(value: object, parse: Callable[[str], Expression], expected: str) -> Formula:
    text = word(value, expected + "; in a flow list or mapping put it in quotes" if value else expected)
    special = SPECIAL.match(text)
    try:
        return Formula(str(text), parse(special_word(text) if special else text), text.node)
    except ExpressionError as error:
        raise refuse(error.message, error.offset) from None


def special_word(text: str) -> str:
    """`.inf` of YAML as the word of expressions; `.nan` stays what no expression knows."""
    return text.lower().replace(".", "")


def one_of(*words: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        name = word(value, " or ".join(words))
        if name not in words:
            hint = nearest(name, words)
            raise refuse(f"found '{name[:60]}', expected {' or '.join(words)}{hint}")
        return str(name)

    return read


SCALAR = ["string", "number", "boolean"]
Text = Annotated[str, PlainValidator(read_text), WithJsonSchema({"type": SCALAR})]
Name = Annotated[Word, PlainValidator(read_name), WithJsonSchema({"type": "string"})]
Value = Annotated[Word, PlainValidator(read_value), WithJsonSchema({"type": SCALAR})]
Domain = Annotated[
    tuple[Word, ...],
    PlainValidator(read_domain),
    WithJsonSchema(
        {
            "oneOf": [
                {"type": "array", "items": {"type": SCALAR}, "minItems": 1},
                {"type": "string", "pattern": r"^-?\d+\.\.-?\d+$"},
            ]
        }
    ),
]
Amount = Annotated[float, PlainValidator(read_number), WithJsonSchema({"type": "number"})]
Whole = Annotated[int, PlainValidator(read_whole), WithJsonSchema({"type": "integer"})]
Times = Annotated[int | Word, PlainValidator(read_times), WithJsonSchema({"type": ["integer", "string"]})]
Flag = Annotated[bool, PlainValidator(read_flag), WithJsonSchema({"type": "boolean"})]
Citation = Annotated[
    Word,
    PlainValidator(read_citation),
    WithJsonSchema({"type": "string", "pattern": r"^[\w.-]+#\d+(\.\d+)?$"}),
]
Identity = Annotated[Word, PlainValidator(read_identity), WithJsonSchema({"type": "string"})]
Expr = Annotated[
    Formula,
    PlainValidator(read_expression),
    WithJsonSchema({"type": ["string", "number"], "description": "an expression"}),
]
Probability = Annotated[
    Formula | None,
    PlainValidator(read_probability),
    WithJsonSchema({"type": ["string", "number"], "description": "an expression, or rest"}),
]
ClaimFormula = Annotated[
    Formula, PlainValidator(read_claim), WithJsonSchema({"type": "string", "description": "a formula"})
]
