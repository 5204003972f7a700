"""What `foedus check` found, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from foedus.report.faults import fault_of, print_faults
from foedus.report.numbers import NOTHING
from foedus.report.table import Column, print_table

Shape = Mapping[str, Any]


def print_check(console: Console, errors: Console, document: Shape) -> None:
    """Faults on `errors`; what the games are like, what moves give away, and doubts on `console`."""
    print_faults(errors, tuple(map(fault_of, document["faults"])))
    if document["arrangements"]:
        _print_sizes(console, document["arrangements"])
        _print_moves(console, document["moves"])
    for each in document["warnings"]:
        console.print(Text(f"Warning: {fault_of(each)}", style="yellow"), soft_wrap=True)
    if not document["faults"]:
        console.print(
            f"{document['file']} is in order, at its base values and in {document['worlds']} worlds."
        )


def _print_sizes(console: Console, arrangements: Sequence[Shape]) -> None:
    columns = []
    for view, words in (("offered", "offered"), ("in_force", "in force")):
        for size, unit in (("nodes", "nodes"), ("information_sets", "information sets")):
            found = tuple(f"{row[view][size]}" if row[view] else NOTHING for row in arrangements)
            columns.append(Column(f"{unit} {words}", found))
    print_table(console, "Games", [row["id"] for row in arrangements], columns, "arrangement")


def _print_moves(console: Console, moves: Sequence[Shape]) -> None:
    """Who is told something by being asked to move."""
    console.print()
    telling = [move for move in moves if move["gives_away"]]
    if not telling:
        console.print("No move gives anything away to whoever is asked.")
        return
    console.print(Text("What being asked to move gives away", style="bold"))
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for move in telling:
        where = f" under {move['arrangement']}" if move["arrangement"] else ""
        alike.setdefault((move["by"], _lessons(move)), []).append(f"{move['move']}{where}")
    for (actor, lessons), names in alike.items():
        console.print(Text(f"{', '.join(names)}: {actor} learns something of"))
        for line in lessons:
            console.print(Padding(Text(line), (0, 0, 0, 4), expand=False))


def _lessons(move: Shape) -> tuple[str, ...]:
    """What is learned, with all the conditions that tell it for one reason in one line."""
    told: dict[tuple[str, str], list[str]] = {}
    for each in move["gives_away"]:
        told.setdefault((", ".join(each["reveals"]), each["why"]), []).append(each["condition"])
    return tuple(f"{what}: {'; '.join(conditions)} ({why})" for (what, why), conditions in told.items())
