"""What `foedus verify` found as text: every part with its result, then all that has changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from foedus.analysis.staleness import CHANGES
from foedus.report.evidence import print_failure
from foedus.report.faults import fault_of, print_faults
from foedus.report.numbers import NOTHING, figure, percent, small
from foedus.report.table import Column, print_table

Shape = Mapping[str, Any]
Rows = Sequence[Shape]
STYLES = {"passes": "green", "fails": "red", "not looked at": "yellow"}


def print_verification(console: Console, errors: Console, document: Shape) -> None:
    """Citations that fail on `errors`, each with its place; the rest on `console`. Of a file with faults
    these alone, since nothing else was looked at."""
    if document["check"]["faults"]:
        print_faults(errors, tuple(map(fault_of, document["check"]["faults"])))
        return
    _print_citations(errors, document)
    _print_parts(console, document["parts"])
    _print_claims(console, _changed(document["claims"]))
    _print_arguments(console, _changed(document["arguments"]))
    if document["worlds"]:
        _print_worlds(console, _changed(document["worlds"]["rows"]))
    console.print()
    for line in _lines(document):
        console.print(Text(line))


def _print_citations(errors: Console, document: Shape) -> None:
    looked = next((part for part in document["parts"] if part["part"] == "citations"), None)
    if document["evidence"] is None or looked is None or looked["result"] == "not looked at":
        return
    for row in document["evidence"]["citations"]:
        if row["state"] != "resolves":
            print_failure(errors, document["evidence"]["file"], row)


def _print_parts(console: Console, parts: Rows) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(min_width=max(map(len, STYLES)))
    table.add_column()
    for part in parts:
        result = Text(part["result"], style=STYLES[part["result"]])
        table.add_row(Text(part["part"], style="bold"), result, Text(part["told"], overflow="fold"))
    console.print(table)


def _print_claims(console: Console, rows: Rows) -> None:
    if rows:
        columns = [
            Column("what", _words(rows, "change"), words=True),
            Column("verdict kept", _kept(rows, "verdict"), words=True),
            Column("verdict now", _words(rows, "verdict"), words=True),
            Column("margin kept", tuple(figure((row["kept"] or {}).get("margin")) for row in rows)),
            Column("margin now", tuple(figure(row["margin"]) for row in rows)),
        ]
        print_table(console, "Claims that changed", [row["id"] for row in rows], columns, "claim")


def _print_arguments(console: Console, rows: Rows) -> None:
    if rows:
        columns = [
            Column("what", _words(rows, "change"), words=True),
            Column("premises kept", tuple(_names(row["kept"]) for row in rows), words=True),
            Column("premises now", tuple(_names(row) for row in rows), words=True),
            Column("argument kept", _kept(rows, "argument"), words=True),
            Column("argument now", _words(rows, "argument"), words=True),
        ]
        print_table(console, "Arguments that changed", [row["id"] for row in rows], columns, "conclusion")


def _print_worlds(console: Console, rows: Rows) -> None:
    if rows:
        columns = [
            Column("what", _words(rows, "change"), words=True),
            Column("of", _words(rows, "kind"), words=True),
            Column("share kept, %", tuple(_share(row["kept"] or {}) for row in rows)),
            Column("share now, %", tuple(_share(row) for row in rows)),
            Column("worlds kept", tuple(_counts(row["kept"]) for row in rows)),
            Column("worlds now", tuple(_counts(row) for row in rows)),
        ]
        title = "Shares that changed (worlds that hold/fail/undefined)"
        print_table(console, title, [row["id"] for row in rows], columns, "claim")


def _lines(document: Shape) -> list[str]:
    """What cannot be tested, what is not solved, the certificate, and the end of it."""
    lines = []
    untestable = [row["id"] for row in document["claims"] if row["verdict"] == "untestable"]
    if untestable:
        lines.append(f"No game can test {', '.join(untestable)}.")
    for each in document["unsolved"]:
        view = " in force" if each["in_force"] else ""
        lines.append(
            f"Not solved: {each['arrangement']}{view} ({each['status']}), on which "
            f"{', '.join(each['claims'])} rest. {each['reason']}"
        )
    if document["residual"] is not None:
        lines.append(
            f"Largest residual {small(document['residual'])}, which is how far an answer is from "
            f"equilibrium; margins may differ by {document['tolerance']:g}."
        )
    if document["same_text"] is False:
        lines.append("The scenario's text is another than when the record was kept.")
    if document["kept"]:
        lines.append(f"Kept in {document['record']}.")
    failing = [part["part"] for part in document["parts"] if part["result"] == "fails"]
    name = document["scenario"]
    lines.append(f"{name} does not hold: {', '.join(failing)}." if failing else f"{name} holds.")
    return lines


def _changed(rows: Rows) -> Rows:
    """What has changed, the gravest first."""
    return sorted((row for row in rows if row["change"]), key=lambda row: CHANGES.index(row["change"]))


def _words(rows: Rows, key: str) -> tuple[str, ...]:
    return tuple(row[key] or NOTHING for row in rows)


def _kept(rows: Rows, key: str) -> tuple[str, ...]:
    return tuple((row["kept"] or {}).get(key) or NOTHING for row in rows)


def _names(row: Shape | None) -> str:
    return ",\n".join(row["because"]) if row and row["because"] else NOTHING


def _share(row: Shape) -> str:
    if row.get("share") is None:
        return NOTHING
    return f"{percent(row['share'])}\n{percent(row['low'])}–{percent(row['high'])}"


def _counts(row: Shape | None) -> str:
    if row is None or row["holds"] is None:
        return NOTHING
    return f"{row['holds']}/{row['fails']}/{row['undefined']}"
