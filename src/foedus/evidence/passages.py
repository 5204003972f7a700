"""Passages: what of a text can be cited, and by which fingerprint it is known again.

A passage is a paragraph, a block between blank lines, numbered from 1 (`000#9`); or a line of a paragraph
that has several (`001#1.2`). Lines end at LF, CR or both; a line of nothing but white space is blank.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

NEWLINE = re.compile(r"\r\n?|\n")
CITATION = re.compile(r"([\w.-]{1,100})#([0-9]{1,9})(?:\.([0-9]{1,9}))?\Z")
START, END = "start", "end"
"""What stands in the place of a neighbour's hash before the first passage and after the last."""


@dataclass(frozen=True, order=True)
class Place:
    """Where in a document a passage stands; `line` is None for a whole paragraph. Both count from 1."""

    paragraph: int
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.paragraph}" if self.line is None else f"{self.paragraph}.{self.line}"


@dataclass(frozen=True)
class Citation:
    """A document and a place in it."""

    document: str
    place: Place

    def __str__(self) -> str:
        return f"{self.document}#{self.place}"


@dataclass(frozen=True)
class Paragraph:
    """A block of a text as it stands there, without its blank surroundings; `page` of a PDF file, from 1."""

    number: int
    text: str
    page: int | None = None

    @cached_property
    def lines(self) -> tuple[str, ...]:
        return tuple(NEWLINE.split(self.text))


@dataclass(frozen=True)
class Fingerprint:
    """SHA-256 of a passage and of its neighbours; the names are those of W3C's TextQuoteSelector.

    `occurrences` is how many passages of the document have this very text.
    """

    exact: str
    prefix: str
    suffix: str
    occurrences: int = 1


def parse_citation(text: str) -> Citation | None:
    """`document#paragraph` or `document#paragraph.line`; None for anything else."""
    found = CITATION.match(text)
    if not found:
        return None
    line = None if found[3] is None else int(found[3])
    return Citation(found[1], Place(int(found[2]), line))


def split(text: str, first: int = 1, page: int | None = None) -> Iterator[Paragraph]:
    """The paragraphs of a text, numbered from `first`."""
    block: list[str] = []
    for line in (*NEWLINE.split(text), ""):
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield Paragraph(first, "\n".join(block), page)
            block, first = [], first + 1


def normal(text: str) -> str:
    """The text as fingerprints see it: Unicode NFC, every run of white space one blank."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def digest(text: str) -> str:
    """`sha256:` and the hash of a passage's normal form."""
    return "sha256:" + hashlib.sha256(normal(text).encode("utf-8", "surrogatepass")).hexdigest()


class Passages:
    """All places of one document, with what stands there."""

    def __init__(self, paragraphs: Sequence[Paragraph]) -> None:
        self.paragraphs = tuple(paragraphs)
        self._by_number = {each.number: each for each in paragraphs}

    def text(self, place: Place) -> str | None:
        """What stands at a place; None where there is no such place."""
        paragraph = self._by_number.get(place.paragraph)
        if paragraph is None or place.line is None:
            return paragraph.text if paragraph else None
        lines = paragraph.lines
        return lines[place.line - 1] if len(lines) > 1 and 1 <= place.line <= len(lines) else None

    def lines(self, number: int) -> int:
        """How many lines a paragraph has; 0 where there is none."""
        return len(self._by_number[number].lines) if number in self._by_number else 0

    def page(self, place: Place) -> int | None:
        paragraph = self._by_number.get(place.paragraph)
        return paragraph.page if paragraph else None

    @cached_property
    def _hashes(self) -> tuple[list[tuple[Place, str]], list[tuple[Place, str]]]:
        """Places and hashes in reading order: of the paragraphs, and of all lines."""
        blocks = [(Place(each.number), digest(each.text)) for each in self.paragraphs]
        lines = [
            (Place(each.number, number if len(each.lines) > 1 else None), digest(line))
            for each in self.paragraphs
            for number, line in enumerate(each.lines, 1)
        ]
        return blocks, lines

    @cached_property
    def _found(self) -> dict[str, list[Place]]:
        blocks, lines = self._hashes
        found: dict[str, list[Place]] = {}
        for place, exact in dict.fromkeys([*blocks, *lines]):
            found.setdefault(exact, []).append(place)
        return found

    def row(self, line: bool) -> list[tuple[Place, str]]:
        """Places with their hashes in reading order: paragraphs, or lines."""
        return self._hashes[line]

    def find(self, exact: str) -> list[Place]:
        """Every place whose passage has this hash."""
        return sorted(self._found.get(exact, []), key=lambda place: (place.paragraph, place.line or 0))

    def fingerprint(self, place: Place) -> Fingerprint | None:
        """That of what stands at a place; neighbours of a line are lines, those of a paragraph paragraphs."""
        if self.text(place) is None:
            return None
        row = self.row(place.line is not None)
        at = next(index for index, (each, _) in enumerate(row) if each == place)
        exact = row[at][1]
        return Fingerprint(
            exact,
            row[at - 1][1] if at else START,
            row[at + 1][1] if at + 1 < len(row) else END,
            len(self.find(exact)),
        )
