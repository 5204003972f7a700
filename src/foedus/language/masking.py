"""Blots out what is passed over in a text in Argdown: comments, data and front matter."""

from __future__ import annotations

import re

from foedus.language.faults import Faults
from foedus.language.tree import Source

FRONT = re.compile(r"\s*(===+[^=]*===+)")
OPENING = re.compile(r"\\[^\n]|/\*|<!--|//|\{")
BRACE = re.compile(r"[{}]")
CLOSING = {"/*": "*/", "<!--": "-->"}
MASKED = "\0"
"""What stands in place of every character that is blotted out."""


def masked(text: str, file: str, faults: Faults) -> str:
    """The text, as long as it was, with these blotted out and escaped characters made letters."""
    pieces, place = [], 0
    front = FRONT.match(text)
    if front:
        place = front.end()
        pieces.append(blot(text[:place]))
    while found := OPENING.search(text, place):
        start, word = found.start(), found.group()
        end = end_of(text, word, start)
        if end is None:
            faults.add(f"found '{word}', which nothing closes", Source(file, text).mark(start), "syntax")
            end = len(text)
        pieces += [text[place:start], "xx" if word[0] == "\\" else blot(text[start:end])]
        place = end
    return "".join([*pieces, text[place:]])


def end_of(text: str, word: str, start: int) -> int | None:
    """Where what opens at `start` ends; None where that is nowhere."""
    if word[0] == "\\":
        return start + 2
    if word == "//":
        end = text.find("\n", start)
        return len(text) if end < 0 else end
    if word in CLOSING:
        end = text.find(CLOSING[word], start + len(word))
        return None if end < 0 else end + len(CLOSING[word])
    depth = 0
    for brace in BRACE.finditer(text, start):
        depth += 1 if brace.group() == "{" else -1
        if not depth:
            return brace.end()
    return None


def blot(text: str) -> str:
    """Characters that are passed over, line ends left."""
    return re.sub(r"[^\n]", MASKED, text)
