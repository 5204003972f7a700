"""Disputes as text: in how many worlds the sides part, and on which assumption that turns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
        for line in dispute_lines(each):
            console.print(Padding(Text(line), (0, 0, 0, INDENT), expand=False))
        console.print(Padding(Text(f"$ {each['command']}"), (0, 0, 0, INDENT), expand=False))
    if document["between"] == "documents":
        console.print()
        for name, claims in document["claims"].items():
            console.print(f"Claims of {name}: {', '.join(claims)}.", markup=False)


def dispute_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Who is right in how many worlds, the cruxes, and what rationality has to do with it."""
    counts = found["counts"]
    undefined = f"; undefined in {counts['undefined']:,}" if counts["undefined"] else ""
    yield (
        f"Both are right in {counts['both']:,} worlds, {found['left']} alone in {counts['left']:,}, "
        f"{found['right']} alone in {counts['right']:,}, neither in {counts['neither']:,}{undefined}."
    )
    rationality = found["rationality"]
    foremost = rationality is not None and rationality["foremost"]
    for each in found["cruxes"]:
        yield f"{_cut(found, each)} ({_accuracy(found, each)}). {each['about']}"
    if found["cruxes"] and foremost:
        yield (
            "How rational the actors are separates the two better by itself: "
            f"{_cut(found, rationality)} (balanced accuracy {percent(rationality['accuracy'])} %)."
        )
    elif foremost:
        yield (
            f"It hinges on how rational the actors are, {_cut(found, rationality)} (balanced accuracy "
            f"{percent(rationality['accuracy'])} %), and on nothing of substance that these worlds tell: "
            f"{found['reason']}."
        )
    elif not found["cruxes"]:
        yield f"{'They agree' if found['agreement'] else 'No crux'}: {found['reason']}."


def _accuracy(found: Mapping[str, Any], crux: Mapping[str, Any]) -> str:
    if not found["held"]:
        return f"balanced accuracy {percent(crux['accuracy'])} %"
    return (
        f"balanced accuracy {percent(crux['within'])} % among worlds alike in {' and '.join(found['held'])}, "
        f"{percent(crux['accuracy'])} % among all"
    )


def _cut(found: Mapping[str, Any], cut: Mapping[str, Any]) -> str:
    above, below = found["left"], found["right"]
    if cut["above"] == "right":
        above, below = below, above
    return f"{cut['parameter']}: above {figure(cut['threshold'])} rather {above}, below rather {below}"
