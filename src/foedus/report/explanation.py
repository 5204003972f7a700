"""An explanation as text: the main line of play, causes, promises, and what the fallback would bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from foedus.language.scenario import Scenario
from foedus.report.comparison import print_promises
from foedus.report.numbers import Style, cell, change, in_points, percent, signed
from foedus.report.table import Column, print_table

Shape = Mapping[str, Any]
CAUSES = ("errors", "hidden_information", "slips")


def public_starts(scenario: Scenario) -> dict[str, str]:
    """The start values of the variables that all actors see."""
    everybody = set(scenario.actors)
    return {name: each.start for name, each in scenario.variables.items() if each.seen_by == everybody}


def print_explanation(console: Console, document: Shape, starts: Mapping[str, str]) -> None:
    """All parts of an explanation; `starts` are start values of what all see, not told again."""
    view = ", in force" if document["in_force"] else ", as offered" if document["fallback"] else ""
    console.print()
    console.print(Text(f"{document['arrangement']}{view}: the most likely course of play", style="bold"))
    _print_course(console, document["course"], starts)
    _print_causes(console, document["causes"])
    print_promises(console, "", [document["results"]])
    if document["fallback"]:
        _print_differences(console, document["results"], document["fallback"])


def _print_course(console: Console, course: Shape, starts: Mapping[str, str]) -> None:
    if course["status"] != "solved":
        console.print(f"Not solved: {course['status']}.", style="red")
        return
    expected = (each["expected"] for stage in course["stages"] for each in stage["options"])
    payoffs = in_points(expected)
    for number, stage in enumerate(course["stages"], 1):
        _print_stage(console, number, stage, starts, payoffs)
    ends = ", ".join(course["outcomes"]) or "no outcome"
    console.print(f"It ends in {ends}; its probability is {percent(course['probability'])} %.", markup=False)
    gained = ", ".join(f"{actor} {payoffs(value)}" for actor, value in course["payoffs"].items())
    console.print(f"Payoffs: {gained}.", markup=False)


def _print_stage(
    console: Console, number: int, stage: Shape, starts: Mapping[str, str], payoffs: Style
) -> None:
    if stage["mover"] is None and stage["step"] == stage["taken"]:
        console.print(Text(f"{number:3}  {stage['taken']} enters into force"))
        return
    taken = next(each for each in stage["options"] if each["name"] == stage["taken"])
    rounds = f" (round {'.'.join(map(str, stage['rounds']))})" if stage["rounds"] else ""
    who = stage["mover"] or "chance"
    head = f"{number:3}  {stage['step']}{rounds}: {who} → {stage['taken']}, {percent(taken['probability'])} %"
    console.print(Text(head))
    for line in _thoughts(stage, starts, payoffs):
        console.print(Padding(Text(line, style="dim"), (0, 0, 0, 7), expand=False))


def _thoughts(stage: Shape, starts: Mapping[str, str], payoffs: Style) -> list[str]:
    """What the mover knew, believed, expected and gave up."""
    if stage["mover"] is None:
        return []
    sees = [f"{name} {value}" for name, value in stage["sees"].items() if value != starts.get(name)]
    beliefs = [
        f"{name}: {', '.join(f'{value} {percent(share)} %' for value, share in weights.items())}"
        for name, weights in stage["beliefs"].items()
    ]
    lines = [f"sees {', '.join(sees)}"] if sees else []
    lines += [f"believes {'; '.join(beliefs)}"] if beliefs else []
    if len(stage["options"]) > 1:
        worth = ", ".join(f"{each['name']} {payoffs(each['expected'])}" for each in stage["options"])
        lost = f"; gives up {payoffs(stage['gave_up'])}" if stage["gave_up"] > 0 else ""
        lines.append(f"expects {worth}{lost}")
    return lines


def _print_causes(console: Console, causes: Sequence[Shape]) -> None:
    """Where the probability of each outcome comes from, in points of percent that add up to it."""
    if not causes:
        return
    columns = [Column("probability", tuple(cell(each["probability"], percent) for each in causes))]
    for cause in CAUSES:
        shares = tuple(cell(each["contributions"][cause], change) for each in causes)
        columns.append(Column(cause.replace("_", " "), shares))
    columns.append(Column("deliberate", tuple(cell(each["deliberate"], percent) for each in causes)))
    title = "Where outcomes come from, percentage points (Shapley values; what remains is deliberate)"
    print_table(console, title, [each["outcome"] for each in causes], columns, "outcome")
    for each in causes:
        if each["reason"]:
            console.print(f"{each['outcome']}: {each['reason']}.", markup=False)


def _print_differences(console: Console, row: Shape, fallback: Shape) -> None:
    """In force against the fallback, as it is and at λ = 0."""
    blind = row["indifferent"]["difference"]
    payoffs = in_points(value for each in (row, fallback) for value in each["in_force"]["values"].values())
    styles = {"outcomes": (percent, change, "%"), "values": (payoffs, signed(payoffs), "points")}
    for part, (plain, style, unit) in styles.items():
        names = list(row["difference"][part])
        columns = [
            Column(
                fallback["id"], tuple(cell(fallback["in_force"][part].get(name), plain) for name in names)
            ),
            Column(row["id"], tuple(cell(row["in_force"][part].get(name), plain) for name in names)),
            Column("difference", tuple(cell(row["difference"][part][name], style) for name in names)),
            Column("the same at λ = 0", tuple(cell(blind[part].get(name), style) for name in names)),
        ]
        title = f"{part.capitalize()} in force against the fallback, {unit}"
        print_table(console, title, names, columns)
