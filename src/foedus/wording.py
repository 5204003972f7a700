"""Words that go with a number."""

from __future__ import annotations

from collections.abc import Iterable

SEVERAL = {
    "resolves": "resolve",
    "missing paragraph": "missing paragraphs",
    "missing document": "missing documents",
    "holds": "hold",
    "does not hold": "do not hold",
    "fails": "fail",
    "follows": "follow",
    "does not follow": "do not follow",
    "differs": "differ",
}
"""What is said of one thing, and of several; what is not here is the same of both."""


def plural(count: int, noun: str, several: str | None = None) -> str:
    """A number and what it counts: 1 citation, 2 citations; `several` where more than one is another word."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {several or noun + 's'}"


def tally(counts: Iterable[tuple[str, int]]) -> str:
    """How many things each is said of: 1 resolves, 2 resolve. What is said of none is left out."""
    return ", ".join(plural(count, said, SEVERAL.get(said, said)) for said, count in counts if count)
