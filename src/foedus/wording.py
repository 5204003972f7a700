"""Words that go with a number."""

from __future__ import annotations


def plural(count: int, noun: str, several: str | None = None) -> str:
    """A number and what it counts: 1 citation, 2 citations; `several` where more than one is another word."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {several or noun + 's'}"
