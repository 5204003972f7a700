"""The numbers in README.md, written from the results: `python -m benchmarks.summary`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.common import RESULTS

README = Path(__file__).parent / "README.md"
START, END = "<!-- numbers -->", "<!-- end of numbers -->"

Document = dict[str, Any]


def number(value: float | None, digits: int = 3) -> str:
    """So many digits, thousands apart; a dash for nothing."""
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(document: Document) -> str:
    facts = document["machine"]
    caches = ", ".join(f"{level} {size}" for level, size in facts["caches"].items())
    versions = ", ".join(f"{name} {facts[name]}" for name in ("numba", "numpy", "pygambit", "open_spiel"))
    return (
        f"Measured on {facts['cores']} cores of {facts['processor']}, {caches}, {facts['memory_GiB']} GiB, "
        f"Python {facts['python']}, {versions}; load before the start {facts['load_before']}."
    )


def targets(document: Document) -> str:
    words = {True: "reached", False: "**missed**", None: "nothing to measure"}
    return "\n".join(f"- {words[reached]}: {target}" for target, reached in document["targets"].items())


def one_game(document: Document) -> str:
    """One line a game: medians over λ."""
    rows = []
    for name in dict.fromkeys(row["game"] for row in document["rows"]):
        some = [row for row in document["rows"] if row["game"] == name]
        theirs = [row["pygambit_ms"] for row in some if row["pygambit_ms"] is not None]
        times = [row["times"] for row in some if row["times"] is not None]
        apart = [row["difference"] for row in some if row["difference"] is not None]
        stalled = [f"λ = {row['λ']:g}" for row in some if row["pygambit_came_to"] != "λ"]
        row = [name, str(some[0]["nodes"]), some[0]["way"], number(median(row["foedus_ms"] for row in some))]
        row += [number(median(each)) if each else "–" for each in (theirs, times)]
        rows.append([*row, number(max(apart, default=None), 2), ", ".join(stalled)])
    heads = ("game", "nodes", "kind", "ms", "pygambit ms", "times", "apart", "pygambit elsewhere at")
    return table(heads, rows)


def one_world(document: Document) -> str:
    rows = [
        [row["scenario"], str(row["arrangements"]), "yes" if row["certain"] else "no"]
        + [number(row[name]) for name in ("least_ms", "median_ms", "most_ms")]
        for row in document["rows"]
    ]
    return table(("scenario", "arrangements", "made certain", "least ms", "median ms", "most ms"), rows)


def batches(document: Document) -> str:
    rows = []
    for row in document["rows"]:
        cells = [row["game"], str(row["nodes"]), number(row["a_second"])]
        for peer in ("pygambit", "openspiel"):
            rate, times = row.get(peer), row.get(f"{peer}_times")
            slow = rate is None and times is not None
            cells += [number(rate) if not slow else "> 60 s", ("> " if slow else "") + number(times)]
        rows.append([*cells, number(row.get("pygambit_apart"), 2)])
    heads = ("game", "nodes", "worlds/s", "pygambit", "times", "OpenSpiel", "times", "apart from pygambit")
    return table(heads, rows)


def growth(document: Document) -> str:
    rows = []
    for family, points in {**document["nodes"], **document["worlds"]}.items():
        for point in points:
            told = [number(point["seconds"]), number(point["peak_MiB"]), point["why"]]
            rows.append([family, f"{point['size']:,}", *told])
        rows[-1][-1] += f" exponent {number(document['exponents'][family])}"
    return table(("family", "size", "seconds", "peak MiB", ""), rows)


def limit(document: Document) -> str:
    probes = document["probes"]
    heads = list(probes[0])
    first = table(heads, [[number(row[name]) for name in heads] for row in probes])
    shown = ("what", "cores", "nodes", "arithmetic_ns", "bytes_ns", "level", "limit_ns", "ns", "share")
    flagship = document["flagship"]
    rows = [[_cell(row, name) for name in shown] for row in document["tree"] + flagship]
    return f"{first}\n\n{table([name.replace('_ns', ', ns') for name in shown], rows)}"


def _cell(row: Document, name: str) -> str:
    value = row[name]
    return f"{value:.0%}" if name == "share" else value if isinstance(value, str) else number(value)


SECTIONS: dict[str, tuple[str, Callable[[Document], str]]] = {
    "one_game": ("One game", one_game),
    "one_world": ("One world", one_world),
    "batches": ("Batches", batches),
    "growth": ("Growth", growth),
    "limit": ("The limit", limit),
}


def numbers(folder: Path) -> str:
    """All sections for which there are results."""
    parts: list[str] = []
    for name, (title, tell) in SECTIONS.items():
        place = folder / f"{name}.json"
        if place.exists():
            document = json.loads(place.read_text("utf-8"))
            parts += [f"### {title}", machine(document), targets(document), tell(document)]
    return "\n\n".join(parts)


def page(text: str, folder: Path) -> str:
    """The text with its numbers made anew."""
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    return f"{before}{START}\n\n{numbers(folder)}\n\n{END}{after}"


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.summary", description=__doc__)
    parser.add_argument("--results", type=Path, default=RESULTS, help="the folder with the JSON")
    asked = parser.parse_args(words)
    README.write_text(page(README.read_text("utf-8"), asked.results), "utf-8")


if __name__ == "__main__":
    main()
