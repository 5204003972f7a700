"""Further equilibria that a search found, in a table of what they are worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from foedus.report.numbers import percent, points, small
from foedus.report.table import Column, print_table


def print_others(console: Console, search: Mapping[str, Any] | None, actors: Sequence[str]) -> None:
    """How many starts led to which equilibrium, and what each is worth to each actor."""
    if search is None:
        return
    found = search["equilibria"]
    if found:
        values = [list(_values(each)) for each in found]
        columns = [
            Column(name.replace("_", " "), tuple(points(each[k]) for each in values))
            for k, name in enumerate(actors)
        ]
        columns += [
            Column("starts", tuple(str(each["starts"]) for each in found)),
            Column("outcome", tuple(_outcome(each) for each in found)),
            Column("apart, %", tuple(percent(each["apart"]) for each in found)),
            Column("residual", tuple(small(each["residual"]) for each in found)),
        ]
        rows = [f"other {k}" for k in range(1, len(found) + 1)]
        print_table(console, "Other equilibria, value to each actor, points", rows, columns)
    console.print()
    lost = f", {search['to_none']} to none" if search["to_none"] else ""
    console.print(
        f"{search['starts']} random starts: {search['to_this']} led to the equilibrium above{lost}; "
        f"{len(found)} other equilibria found{of_outcomes(found)}, none proved to be all.",
        style="dim",
    )
    degenerate = [f"other {k}" for k, each in enumerate(found, 1) if each["isolated"] is False]
    if search["this_isolated"] is False:
        degenerate.insert(0, "the equilibrium above")
    if degenerate:
        console.print(f"Degenerate, not seen to be isolated: {', '.join(degenerate)}.", style="dim")


def of_outcomes(found: Sequence[Mapping[str, Any]]) -> str:
    """How many outcomes they come to, where there are others than one for each equilibrium."""
    numbers = [each["outcome"] for each in found]
    different = len(set(numbers) - {0})
    if different == len(found):
        return ""
    if different == 0:
        return ", all with the outcome above"
    return f" with {different} {'outcome' if different == 1 else 'outcomes'} besides the one above"


def _outcome(each: Mapping[str, Any]) -> str:
    return str(each["outcome"]) if each["outcome"] else "above"


def _values(each: Mapping[str, Any]) -> Sequence[float]:
    values = each["values"]
    return list(values.values()) if isinstance(values, Mapping) else values
