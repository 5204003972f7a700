"""What a scenario rests on, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from foedus.report.numbers import NOTHING, figure, percent
from foedus.report.table import Column, print_table
from foedus.wording import plural

Shape = Mapping[str, Any]


def print_coverage(console: Console, document: Shape) -> None:
    """Assumptions by what they rest on, documents by what rests on them, and shares of sensitivity."""
    _print_assumptions(console, document["assumptions"])
    _print_documents(console, document["documents"])
    if document["results"]:
        _print_results(console, document["results"], document["in_force"])
    counts = document["counts"]
    said = ", ".join(f"{count} {basis}" for basis, count in counts.items())
    console.print()
    derived = plural(document["derived"], "follows", "follow")
    derived = f"; {derived} from others" if document["derived"] else ""
    console.print(f"Assumptions: {sum(counts.values())}: {said}{derived}.", markup=False)
    idle = [each["id"] for each in document["documents"] if not each["citations"]]
    if idle:
        console.print(f"Nothing rests on {', '.join(idle)}.", style="yellow", markup=False)


def _print_assumptions(console: Console, rows: Sequence[Shape]) -> None:
    shown = [each for each in rows if not each["derived"]]
    if not shown:
        return
    columns = [
        Column("basis", tuple(each["basis"] for each in shown), words=True),
        Column("value", tuple(figure(each["value"]) for each in shown)),
        Column("range", tuple(_range(each["range"]) for each in shown)),
        Column("sources", tuple(", ".join(_sources(each)) or NOTHING for each in shown), words=True),
    ]
    if any(each["widened"] for each in shown):
        widened = tuple(_range(each["shown_range"]) if each["widened"] else "" for each in shown)
        columns.insert(3, Column("widened by sources", widened))
    print_table(console, "Assumptions", [each["id"] for each in shown], columns, "parameter")


def _sources(row: Shape) -> list[str]:
    supports = [f"+{each['citation']}{_numbers(each)}" for each in row["supports"]]
    contradicts = [f"−{each['citation']}{_numbers(each)}" for each in row["contradicts"]]
    return [*row["cites"], *supports, *contradicts]


def _numbers(source: Shape) -> str:
    numbers = source["numbers"]
    if not numbers:
        return ""
    return f" ({figure(numbers[0])})" if numbers[0] == numbers[1] else f" ({_range(numbers)})"


def _range(ends: Sequence[float] | None) -> str:
    if not ends:
        return NOTHING
    low, high = map(figure, ends)
    return f"{low}{' to ' if high.startswith('-') or low.startswith('-') else '–'}{high}"


def _print_documents(console: Console, rows: Sequence[Shape]) -> None:
    kinds = list(dict.fromkeys(kind for each in rows for kind in each["rests"]))
    columns = [Column("citations", tuple(str(each["citations"]) for each in rows))]
    for kind in kinds:
        columns.append(Column(f"{kind}s", tuple(str(len(each["rests"].get(kind, ()))) for each in rows)))
    if rows:
        print_table(
            console, "Documents, and what rests on them", [each["id"] for each in rows], columns, "id"
        )


def _print_results(console: Console, rows: Sequence[Shape], in_force: bool) -> None:
    names = list(dict.fromkeys(each["id"] for row in rows for each in row["quantities"]))
    columns = [Column(name, tuple(_judged(row, name) for row in rows)) for name in names]
    view = "in force" if in_force else "as offered"
    title = f"Share of sensitivity (derivative × range) that rests on judgment alone, %, {view}"
    print_table(console, title, [row["arrangement"] for row in rows], columns, "arrangement")


def _judged(row: Shape, name: str) -> str:
    found = next(each for each in row["quantities"] if each["id"] == name)
    share = found["shares"]["judged"]
    return NOTHING if share is None else percent(share)
