"""The words of an `.efg` file: quoted texts, numbers, letters and braces, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import fsum
from typing import NamedTuple

from foedus.errors import Mark, ScenarioError

WORD = re.compile(
    rb"""[\s,]*+(?:
    (?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")
  | (?P<number>[-+]?(?:\d+/\d+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?))
  | (?P<open>\{)
  | (?P<close>\})
  | (?P<letters>[A-Za-z]+)
  | (?P<end>\Z)
    )""",
    re.VERBOSE | re.DOTALL,
)
"""A comma means no more than a space: writers of the format disagree on where they stand."""

SPACE = re.compile(rb"[\s,]*")
INTEGER = re.compile(r"[-+]?\d{1,9}", re.ASCII)
ESCAPE = re.compile(r'\\(["\\])')
NAMES = {"open": "'{'", "close": "'}'", "end": "the end of the file"}
LONGEST_TEXT = 4 * 2**20
LONGEST_NUMBER = 1000
LARGEST_NUMBER = 1e100
LONGEST_SUM = 4000
SHOWN = 40


class Word(NamedTuple):
    """A word as it stands in the file, and the offset of its first letter."""

    kind: str
    written: str
    at: int

    @property
    def told(self) -> str:
        """The word as a message quotes it."""
        shown = self.written if len(self.written) <= SHOWN else f"{self.written[:SHOWN]}…"
        return NAMES.get(self.kind) or (shown if self.kind == "text" else f"'{shown}'")


class Scanner:
    """Hands out one word after another; `word` is the next. What is wrong is raised as ScenarioError.

    The source is UTF-8, and stays so: decoded, a file with one rare letter would take four times its size.
    """

    def __init__(self, source: bytes, file: str) -> None:
        self.source = source
        self.file = file
        self._match = WORD.scanner(source).match  # type: ignore[attr-defined]
        self._end = self.end_of_last = 0
        self.advance()

    def advance(self) -> None:
        found = self._match()
        if found is None:
            raise self._unreadable()
        self.end_of_last = self._end
        kind, self._end = found.lastgroup, found.end()
        at = found.start(kind)
        if self._end - at > LONGEST_TEXT:
            raise self.fault(f"a {kind} of more than {LONGEST_TEXT // 2**20} MiB", at)
        self.word = Word(kind, found[kind].decode(), at)

    def take(self, kind: str) -> Word | None:
        """The next word if it is of that kind; None, and nothing is taken, if not."""
        word = self.word
        if word.kind != kind:
            return None
        if kind != "end":
            self.advance()
        return word

    def repeats(self, first: int, last: int) -> bool:
        """Whether next comes, byte for byte, what the file says from `first` to `last`; then it is passed."""
        at = self.word.at
        if not self.source.startswith(self.source[first:last], at):
            return False
        self._end = at + last - first
        self._match = WORD.scanner(self.source, self._end).match  # type: ignore[attr-defined]
        self.advance()
        return True

    def expect(self, kind: str, what: str) -> Word:
        """The next word, which has to be of that kind."""
        word = self.take(kind)
        if word is None:
            raise self.unexpected(what)
        return word

    def unexpected(self, what: str) -> ScenarioError:
        return self.fault(f"expected {what}; found {self.word.told}")

    def fault(self, message: str, at: int | None = None) -> ScenarioError:
        """The error that tells a fault at an offset, or at the next word."""
        return ScenarioError.at(self.mark(self.word.at if at is None else at), message, "efg")

    def mark(self, at: int) -> Mark:
        return mark_in(self.source, at, self.file)

    def _unreadable(self) -> ScenarioError:
        space = SPACE.match(self.source, self._end)
        at = space.end() if space else self._end
        letter = self.source[at : at + 4].decode(errors="ignore")[0]
        if letter == '"':
            return self.fault("a text begins here and has no closing quote", at)
        return self.fault(f"expected a text, a number or a brace; found {letter!r}", at)

    # --- what words mean ---

    def text(self, what: str) -> str:
        """A quoted text without its quotes."""
        return unquoted(self.expect("text", what))

    def optional_text(self) -> str | None:
        word = self.take("text")
        return None if word is None else unquoted(word)

    def integer(self, what: str) -> int:
        word = self.word
        if word.kind != "number" or not INTEGER.fullmatch(word.written):
            raise self.unexpected(f"{what}, a whole number")
        self.advance()
        return int(word.written)

    def number(self, what: str) -> float:
        """A decimal or a fraction, rounded once."""
        return self.value(self.expect("number", what), what)

    def value(self, word: Word, what: str) -> float:
        """The number that a word stands for. A solver squares it, so the largest have no meaning to it."""
        if len(word.written) > LONGEST_NUMBER:
            raise self.fault(f"{what} of more than {LONGEST_NUMBER} letters", word.at)
        above, slash, below = word.written.partition("/")
        try:
            found = int(above) / int(below) if slash else float(above)
        except ZeroDivisionError:
            raise self.fault(f"division by zero in {what}", word.at) from None
        except OverflowError:
            found = float("inf")
        if abs(found) > LARGEST_NUMBER:
            raise self.fault(f"{what} is too large: {word.told}", word.at)
        return found


def mark_in(source: bytes, at: int, file: str) -> Mark:
    """The place of an offset; columns count letters, not bytes."""
    line = source.rfind(b"\n", 0, at) + 1
    column = len(source[line:at].decode(errors="replace")) + 1
    return Mark(file, source.count(b"\n", 0, at) + 1, column)


def unquoted(word: Word) -> str:
    """The text between quotes. A backslash stands for itself, but before a quote or another backslash."""
    inner = word.written[1:-1]
    return ESCAPE.sub(r"\1", inner) if "\\" in inner else inner


def total(words: Sequence[Word], values: Sequence[float]) -> float:
    """The sum of numbers that `Scanner.value` has accepted, of fractions without rounding them first.

    Long ones are rounded: the exact sum of many large fractions would take hours.
    """
    written = [each.written for each in words]
    if sum(map(len, written)) > LONGEST_SUM or "e" in "".join(written).lower():
        return fsum(values)
    return float(sum(map(Fraction, written), Fraction()))
