"""Sensitivities as text: a table for each quantity, what matters most first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from foedus.report.numbers import figure, percent, points
from foedus.report.table import Column, print_table

ORDERS = "elasticity", "range"
"""What may come first: the largest elasticity, or what a whole range would make at the slope here."""
KINDS = {"outcome": "Outcome", "value": "Value to", "claim": "Claim"}


def print_sensitivities(
    console: Console, document: Mapping[str, Any], most: int, by: str = ORDERS[0]
) -> None:
    """The `most` parameters that matter most to each quantity, one of ORDERS, and how to read them."""
    if document["status"] != "solved":
        console.print(
            f"{document['arrangement']} is not solved: {document['status']}.", style="red", markup=False
        )
    left = 0
    for quantity in document["quantities"]:
        left += _print_quantity(console, quantity, most, by)
    console.print()
    told = "elasticity: percent of the quantity per percent of the parameter; over range: derivative × width"
    console.print(told, style="dim", markup=False)
    if left:
        console.print(f"{left} rows that are not 0 are left out (--most).", style="dim")


def _print_quantity(console: Console, quantity: Mapping[str, Any], most: int, by: str) -> int:
    """Print one; returns how many rows that are not 0 were left out."""
    rows = [row for row in quantity["rows"] if row["derivative"] != 0.0]
    if by == "range":
        rows.sort(key=lambda row: -abs(row["over_range"] or 0.0))
    shown = rows[:most]
    if shown:
        names = [row["id"] + (" (all, factor)" if row["kind"].endswith("factor") else "") for row in shown]
        print_table(console, _title(quantity), names, _columns(shown), "parameter")
    else:
        console.print()
        console.print(_title(quantity), style="bold", markup=False)
        if not quantity["reason"]:
            console.print("Nothing moves it.", markup=False)
    if quantity["reason"]:
        console.print(
            f"{quantity['reason'][0].upper()}{quantity['reason'][1:]}.", style="yellow", markup=False
        )
    return len(rows) - len(shown)


def _title(quantity: Mapping[str, Any]) -> str:
    value = quantity["value"]
    if value is None:
        told = "undefined"
    elif quantity["kind"] == "outcome":
        told = f"{percent(value)} %"
    else:
        told = points(value, 2) if quantity["kind"] == "value" else figure(value)
    which = "margin" if quantity["side"] == "margin" else f"{quantity['side']} side"
    side = f", {which}: {quantity['formula']}" if quantity["side"] else ""
    return f"{KINDS[quantity['kind']]} {quantity['id']}{side}: {told}"


def _columns(rows: list[Mapping[str, Any]]) -> list[Column]:
    keys = {
        "value": "value",
        "derivative": "derivative",
        "elasticity": "elasticity",
        "over_range": "over range",
    }
    return [Column(heading, tuple(figure(row[key]) for row in rows)) for key, heading in keys.items()]
