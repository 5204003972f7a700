"""A comparison in one table: how each arrangement in force most likely ends, and what it changes most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from foedus.report.numbers import NOTHING, change, middle, percent
from foedus.report.table import Column, fold, print_table

Row = Mapping[str, Any]
WIDTH = 20
NOTICED = 0.0005
"""A change of probability below this is shown as none."""


def print_brief(console: Console, rows: Sequence[Row], labels: Sequence[str]) -> None:
    """The likeliest outcome, and those that gain and lose most on the fallback, in percentage points."""
    changes = [_medians((row.get("difference") or {}).get("outcomes") or {}) for row in rows]
    columns = [
        Column("likeliest end, %", tuple(map(_likeliest, rows)), words=True),
        Column("more often than the fallback", tuple(_furthest(each, 1) for each in changes), words=True),
        Column("less often", tuple(_furthest(each, -1) for each in changes), words=True),
    ]
    print_table(console, "In brief: arrangements in force", labels, columns, "arrangement")


def _likeliest(row: Row) -> str:
    shares = _medians(row["in_force"]["outcomes"])
    if not shares:
        return NOTHING
    name = max(shares, key=shares.__getitem__)
    return _told(percent(shares[name]), name)


def _furthest(changes: Mapping[str, float], sign: int) -> str:
    """The outcome that changes most in one direction."""
    moved = {name: sign * each for name, each in changes.items() if sign * each >= NOTICED}
    if not moved:
        return NOTHING
    name = max(moved, key=moved.__getitem__)
    return _told(change(changes[name]), name)


def _told(number: str, outcome: str) -> str:
    return fold(f"{number} {outcome.replace('_', ' ')}", WIDTH)


def _medians(numbers: Mapping[str, Any]) -> dict[str, float]:
    found = {name: middle(number) for name, number in numbers.items()}
    return {name: number for name, number in found.items() if number is not None}
