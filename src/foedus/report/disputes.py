"""Disputes as text: in how many worlds the sides part, and on which assumption that turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from foedus.report.numbers import figure, percent

INDENT = 4


def print_disputes(console: Console, document: Mapping[str, Any]) -> None:
    """Every dispute with its cruxes, best first."""
    for each in document["disputes"]:
        console.print()
        console.print(Text.assemble((each["left"], "bold"), " against ", (each["right"], "bold")))
        for line in _lines(each, document["worlds"]):
            console.print(Padding(Text(line), (0, 0, 0, INDENT), expand=False))
    if document["between"] == "documents":
        console.print()
        for name, claims in document["claims"].items():
            console.print(f"Claims of {name}: {', '.join(claims)}.", markup=False)


def _lines(found: Mapping[str, Any], worlds: int) -> list[str]:
    counts = found["counts"]
    told = (
        f"Of {worlds:,} worlds both are right in {counts['both']:,}, {found['left']} alone in "
        f"{counts['left']:,}, {found['right']} alone in {counts['right']:,}, neither in {counts['neither']:,}"
    )
    undefined = f"; undefined in {counts['undefined']:,}." if counts["undefined"] else "."
    if not found["cruxes"]:
        return [told + undefined, f"{'They agree' if found['agreement'] else 'No crux'}: {found['reason']}."]
    return [told + undefined, *(_crux(found, each) for each in found["cruxes"])]


def _crux(found: Mapping[str, Any], crux: Mapping[str, Any]) -> str:
    above, below = found["left"], found["right"]
    if crux["above"] == "right":
        above, below = below, above
    return (
        f"{crux['parameter']}: above {figure(crux['threshold'])} rather {above}, below rather {below} "
        f"(balanced accuracy {percent(crux['accuracy'])} %). {crux['about']}"
    )
