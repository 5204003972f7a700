"""An equilibrium in full: what everybody does wherever they may have to choose."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from foedus.report.numbers import percent, points, small
from foedus.report.others import print_others
from foedus.report.table import Column, print_table

WORDS = 30
BRANCHES = {
    "principal": "on the principal branch",
    "sweeps": "where sweeps led",
    "bifurcated": "past a bifurcation of the principal branch",
}


def print_solution(console: Console, document: Mapping[str, Any], most: int) -> None:
    """What each actor does where it is asked, the `most` information sets that play reaches most often."""
    if document["status"] != "solved":
        console.print(
            f"{document['arrangement']} is not solved: {document['status']}.", style="red", markup=False
        )
        return
    values = {
        actor: Column(actor.replace("_", " "), (points(value),))
        for actor, value in document["values"].items()
    }
    print_table(console, "Value to each actor, points", [document["arrangement"]], list(values.values()))
    likely = sorted(document["behaviour"], key=lambda each: -each["reach"])[:most]
    chosen = [each for each in document["behaviour"] if each in likely]
    print_table(console, "Choices, %", [_place(each) for each in chosen], _choices(chosen), "move")
    console.print()
    left = len(document["behaviour"]) - len(chosen)
    if left:
        console.print(
            f"{left} information sets that play reaches less often are left out (--most).", style="dim"
        )
    console.print(
        f"Solved, {BRANCHES[document['branch']]}: "
        f"residual {small(document['residual'])}, regret {small(document['regret'])} points; "
        f"{document['nodes']} nodes, {document['information_sets']} information sets.",
        style="dim",
    )
    print_others(console, document.get("others"), list(document["values"]))


def _place(choice: Mapping[str, Any]) -> str:
    rounds = ".".join(map(str, choice["rounds"]))
    return f"{choice['move']} ({rounds})" if rounds else str(choice["move"])


def _choices(chosen: Sequence[Mapping[str, Any]]) -> list[Column]:
    seen = [", ".join(f"{name} {value}" for name, value in each["sees"].items()) for each in chosen]
    options = [
        "\n".join(f"{percent(share)} {name}" for name, share in each["options"].items()) for each in chosen
    ]
    return [
        Column("actor", tuple(each["actor"] for each in chosen), words=True),
        Column("sees", tuple(textwrap.fill(text, WORDS) for text in seen), words=True),
        Column("reached", tuple(percent(each["reach"]) for each in chosen)),
        Column("options", tuple(options), words=True),
    ]
