"""The solution of a game file: what everybody does wherever they may have to choose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from foedus.report.numbers import percent, points, small
from foedus.report.others import print_others
from foedus.report.table import Column, print_table


def print_game_solution(console: Console, document: Mapping[str, Any], most: int) -> None:
    """Values and choices, the `most` information sets that play reaches most often."""
    about = f"{document['title'] or document['file']}, λ = {document['rationality']}"
    console.print()
    console.print(about, style="bold", markup=False)
    if document["status"] != "solved":
        console.print(f"Not solved: {document['status']}. {document['reason']}", style="red", markup=False)
        return
    actors = document["actors"]
    values = [Column(name, (points(value),)) for name, value in zip(actors, document["values"], strict=True)]
    print_table(console, "Value to each actor, points", [""], values)
    likely = sorted(document["behaviour"], key=lambda each: -each["reach"])[:most]
    chosen = [each for each in document["behaviour"] if each in likely]
    if chosen:
        labels = [f"{each['infoset']} {each['label']}".rstrip() for each in chosen]
        print_table(console, "Choices, %", labels, _choices(actors, chosen), "information set")
    console.print()
    left = len(document["behaviour"]) - len(chosen)
    if left:
        console.print(
            f"{left} information sets that play reaches less often are left out (--most).", style="dim"
        )
    residual, regret = small(document["residual"]), small(document["regret"])
    console.print(
        f"Solved: residual {residual}, regret {regret} points; branch: {document['branch']}.", style="dim"
    )
    print_others(console, document.get("others"), actors)


def _choices(actors: Sequence[str], chosen: Sequence[Mapping[str, Any]]) -> list[Column]:
    options = (
        "\n".join(f"{percent(each['probability'])} {each['label']}" for each in choice["options"])
        for choice in chosen
    )
    return [
        Column("actor", tuple(actors[each["actor"]] for each in chosen), words=True),
        Column("reached", tuple(percent(each["reach"]) for each in chosen)),
        Column("options", tuple(options), words=True),
    ]
