"""The arguments of a scenario as a text in Argdown (https://argdown.org/syntax), from `foedus/arguments/1`.

A claim is a statement, called by its name, with what it says, a tag for its verdict, and its citations as
data. What it rests on stands below it after `<+`, what it is against after `->`, and where each is against
the other, after `><` below the first of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Shape = Mapping[str, Any]

SPECIAL = re.compile(r"[\\\[\]<>{}#@*_/=]|[.:](?=\S)")
"""What may begin syntax of Argdown inside of a text."""


def argdown_text(document: Shape) -> str:
    """The whole file; relations in it are those of the scenario."""
    title = json.dumps(document["title"].replace("=", " "), ensure_ascii=False)
    head = f"===\ntitle: {title}\n===\n"
    mutual = {(each["id"], other) for each in document["claims"] for other in each["against"]}
    order = [each["id"] for each in document["claims"]]
    blocks = ["\n".join(_block(each, mutual, order)) for each in document["claims"]]
    return "\n\n".join([head.rstrip("\n"), *blocks]) + "\n"


def _block(claim: Shape, against: set[tuple[str, str]], order: list[str]) -> Iterator[str]:
    name = claim["id"]
    yield f"[{name}]: {_escaped(claim['says'])} #{_tag(claim)}"
    if claim["cites"]:
        yield f"{{cites: {json.dumps(claim['cites'])}}}"
    for other in claim["because"]:
        yield f"  <+ [{other}]"
    for other in claim["against"]:
        if (other, name) not in against:
            yield f"  -> [{other}]"
        elif order.index(name) < order.index(other):
            yield f"  >< [{other}]"


def _tag(claim: Shape) -> str:
    if claim["untestable"]:
        return "untestable"
    return {True: "holds", False: "fails", None: "undefined"}[claim["holds"]]


def _escaped(text: str) -> str:
    """A text on one line in which nothing is syntax."""
    return SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))
