"""The comparison of arrangements as tables, made from its documented JSON shape and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console

from foedus.report.brief import print_brief
from foedus.report.numbers import NOTHING, cell, in_points, percent, small
from foedus.report.table import Column, print_table

Row = Mapping[str, Any]
VIEWS = (("in_force", "in force"), ("offered", "as offered"))
NOTES = 4
REMARKS = {
    "ties": "Ties of an actor that never errs are shared by weight",
    "limit_beliefs": "Beliefs where chance never leads are limits",
}
BRANCHES = {
    "principal": "on the principal branch",
    "bifurcated": "past a bifurcation of it",
    "sweeps": "where sweeps led, usually the principal branch",
}
HELP = {
    "unsupported": "An actor that never errs is supported only where nothing is hidden.",
    "invalid": "`foedus check` names the number that is not finite, or the probability that is out of place.",
    "not_converged": "The residual stayed above the tolerance; nothing of these enters a number above.",
}
PROMISES = (("due", "comes due"), ("kept", "kept when due"), ("delivered", "delivered when due"))


def print_comparison(console: Console, comparison: Mapping[str, Any]) -> None:
    """Group by group, the fallback first: outcomes, values, signing and promises; then all of it in brief."""
    everything: Sequence[Row] = comparison["arrangements"]
    fallbacks = {row.get("fallback") for row in everything}
    groups = list(dict.fromkeys(row.get("group") or "" for row in everything))
    in_order: list[tuple[Row, str]] = []
    for group in groups:
        rows = [row for row in everything if (row.get("group") or "") == group]
        rows.sort(key=lambda row: row["id"] not in fallbacks)
        prefix = f"{group}: " if group and len(groups) > 1 else ""
        labels = [f"{row['id']} (fallback)" if row["id"] in fallbacks else row["id"] for row in rows]
        _print_group(console, prefix, rows, labels)
        in_order += zip(rows, labels, strict=True)
    if len(in_order) > 1:
        print_brief(console, [row for row, _ in in_order], [label for _, label in in_order])
    _print_notes(console, comparison)
    _print_certificate(console, everything)


def _print_group(console: Console, prefix: str, rows: Sequence[Row], labels: Sequence[str]) -> None:
    signed = [index for index, row in enumerate(rows) if row.get("signs")]
    # Where nobody signs anything, offered and in force are the same.
    views = VIEWS if signed else VIEWS[:1]
    for key, words in views:
        outcomes = _columns(rows, (key, "outcomes"), percent)
        _print(console, f"{prefix}outcomes {words}, % of plays", labels, outcomes)
    payoffs = in_points(number for row in rows for key, _ in views for number in row[key]["values"].values())
    for key, words in views:
        values = _columns(rows, (key, "values"), payoffs)
        _print(console, f"{prefix}value to each actor {words}, points", labels, values)
    if signed:
        bound = [rows[index] for index in signed]
        columns = [*_columns(bound, ("signs",), percent), *_judgements(bound)]
        _print(console, f"{prefix}who signs, %", [labels[index] for index in signed], columns)
    print_promises(console, prefix, rows)


def _judgements(rows: Sequence[Row]) -> list[Column]:
    """Whether any signatory does worse than under the fallback, and whether another is better for all."""
    found = [row.get("signing") or {} for row in rows]
    unblocked = tuple(_verdict(each.get("nobody_blocks")) for each in found)
    dominated = tuple("\n".join(each.get("dominated_by") or ()) for each in found)
    columns = [Column("nobody would block", unblocked)] if any(unblocked) else []
    return [*columns, Column("worse for all than", dominated, words=True)] if any(dominated) else columns


def _verdict(share: bool | float | None) -> str:
    if isinstance(share, bool):
        return "yes" if share else "no"
    return "" if share is None else percent(share)


def _print_notes(console: Console, comparison: Mapping[str, Any]) -> None:
    warnings = comparison.get("warnings") or ()
    console.print()
    for warning in warnings[:NOTES]:
        console.print(f"Note: {warning}.", style="dim", markup=False)
    if len(warnings) > NOTES:
        console.print(f"Further notes stand in --json: {len(warnings) - NOTES}.", style="dim", markup=False)
    spread = (comparison.get("rationality_times_spread") or {}).get("largest")
    if spread and spread["median"] is not None:
        low, middle, high = (f"{spread[key]:.3g}" for key in ("low", "median", "high"))
        told = f"λ × range of payoffs, for the actor with most at stake: {middle} (5–95 %: {low}–{high})."
        console.print(told, style="dim", markup=False)


def print_promises(console: Console, prefix: str, rows: Sequence[Row]) -> None:
    """How often each promise of some arrangements in force comes due, is kept and is delivered."""
    found = [
        (row["id"], name, numbers)
        for row in rows
        for name, numbers in (row["in_force"].get("commitments") or {}).items()
    ]
    if not found:
        return
    columns = [Column("promise", tuple(name for _, name, _ in found), words=True)]
    for key, heading in PROMISES:
        columns.append(Column(heading, tuple(cell(numbers.get(key), percent) for *_, numbers in found)))
    labels = ["" if row and found[row - 1][0] == name else name for row, (name, *_) in enumerate(found)]
    _print(console, f"{prefix}promises in force, %", labels, columns)


def _columns(rows: Sequence[Row], path: Iterable[str], style: Callable[[float], str]) -> list[Column]:
    """One column for each key that any row has at the end of `path`."""
    parts = [_at(row, path) for row in rows]
    keys = dict.fromkeys(key for part in parts for key in part)
    return [
        Column(key.replace("_", " "), tuple(cell(part.get(key), style) for part in parts)) for key in keys
    ]


def _at(row: Row, path: Iterable[str]) -> Mapping[str, Any]:
    part: Mapping[str, Any] = row
    for key in path:
        part = part.get(key) or {}
    return part


def _print(console: Console, title: str, labels: Sequence[str], columns: Sequence[Column]) -> None:
    print_table(console, title[:1].upper() + title[1:], labels, columns, "arrangement")


def _print_certificate(console: Console, rows: Sequence[Row]) -> None:
    """What was solved and how well; whatever was not solved is counted, never averaged in."""
    asked = [row.get("worlds", 1) for row in rows]
    solved = [row.get("solved", int(row["status"] == "solved")) for row in rows]
    unsolved: dict[str, list[str]] = {}
    for row, all_worlds, found in zip(rows, asked, solved, strict=True):
        if found < all_worlds:
            told = f"{all_worlds - found} of {all_worlds} worlds: " if "worlds" in row else ""
            unsolved.setdefault(f"{told}{_reasons(row)}", []).append(row["id"])
    for told, names in unsolved.items():
        console.print(f"Not solved ({told}): {', '.join(names)}.", style="red", markup=False)
    found = {status for row in rows for status in (row.get("unsolved") or {row["status"]: 1})}
    for status, told in HELP.items():
        if status in found:
            console.print(told, style="red", markup=False)
    for key, told in REMARKS.items():
        if marked := [row["id"] for row in rows if row.get(key)]:
            console.print(f"{told}: {', '.join(marked)}.", style="dim", markup=False)
    unit = "worlds (all arrangements together)" if any("worlds" in row for row in rows) else "arrangements"
    console.print(
        f"Solved: {sum(solved)} of {sum(asked)} {unit}; largest residual {_largest(rows, 'residual')}, "
        f"largest regret {_largest(rows, 'regret')} points.",
        style="dim",
        markup=False,
    )
    console.print(f"{_branches(rows)}{_checked(rows)}", style="dim", markup=False)


def _branches(rows: Sequence[Row]) -> str:
    """What is known of where the answers lie."""
    counts: dict[str, int] = {}
    for row in rows:
        for branch, count in (row.get("branches") or {row.get("branch"): 1}).items():
            counts[branch] = counts.get(branch, 0) + count
    told = [f"{counts[name]} {words}" for name, words in BRANCHES.items() if name in counts]
    return f"Branch: {', '.join(told)}." if told else ""


def _checked(rows: Sequence[Row]) -> str:
    """Over worlds, of how many the certificate was computed a second time."""
    if not any("checked" in row for row in rows):
        return ""
    count = sum(row["checked"] for row in rows)
    largest = _largest(rows, "discrepancy")
    return f" Certified by independent code: {count}; largest difference in residual {largest}."


def _reasons(row: Row) -> str:
    """Which status those that are not solved ended with, and how many with each if there are several."""
    found = row.get("unsolved") or {row["status"]: 1}
    words = {status.replace("_", " "): count for status, count in found.items()}
    return ", ".join(words if len(words) == 1 else (f"{count} {word}" for word, count in words.items()))


def _largest(rows: Sequence[Row], key: str) -> str:
    numbers = [row[key] for row in rows if row.get(key) is not None]
    return small(max(numbers)) if numbers else NOTHING
