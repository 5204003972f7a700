"""How time and memory grow: with nodes, from a thousand to a million, and with worlds, likewise.

Every point is measured in a process of its own, so that its peak of memory is its own. The exponent is that
of the line through the logarithms. With worlds, chunks are drawn, tabulated, solved and summed up one after
another, so memory has no reason to grow; `comparison` is all of `foedus compare`.
"""

from __future__ import annotations

import json
import subprocess
import sys

from benchmarks.common import Row, exponent, options, show, targets, write

NODES = (1_000, 10_000, 100_000, 1_000_000)
WORLDS = (1_000, 10_000, 100_000, 1_000_000)
MOST_NODES, MOST_WORLDS, FLAT = 1.15, 1.05, 1.1
PATIENCE = 600.0


def point(family: str, size: int) -> Row:
    """What a fresh process says of one size; its seconds are None where it failed or took too long."""
    words = [sys.executable, "-m", "benchmarks.growth_point", family, str(size)]
    row: Row = {"family": family, "size": size}
    nothing = {"build_s": None, "seconds": None, "peak_MiB": None, "solved": None}
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return row | nothing | {"why": f"> {PATIENCE:.0f} s"}
    if done.returncode:
        return (
            row | nothing | {"why": (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]}
        )
    found: Row = json.loads(done.stdout)
    return row | found | {"why": ""}


def flat(families: dict[str, list[Row]]) -> list[Row]:
    """All rows, with the columns that some of them have."""
    rows = [row for each in families.values() for row in each]
    names = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in names} for row in rows]


def line(rows: list[Row]) -> float | None:
    """The exponent of seconds over size."""
    good = [row for row in rows if row["seconds"]]
    return (
        exponent([row["size"] for row in good], [row["seconds"] for row in good]) if len(good) > 1 else None
    )


def judged(nodes: dict[str, list[Row]], worlds: dict[str, list[Row]]) -> dict[str, bool | None]:
    found: dict[str, bool | None] = {}
    for most, families in ((MOST_NODES, nodes), (MOST_WORLDS, worlds)):
        for family, rows in families.items():
            slope, whole = line(rows), all(row["seconds"] for row in rows)
            found[f"{family}: exponent at most {most} ({slope or 0.0:.2f})"] = (
                whole and slope is not None and slope <= most
            )
    for family, rows in worlds.items():
        peaks = [row["peak_MiB"] for row in rows if row["peak_MiB"]]
        found[f"{family}: memory flat ({peaks[0]:.0f} to {peaks[-1]:.0f} MiB)"] = peaks[-1] <= FLAT * peaks[0]
    return found


def main(words: list[str] | None = None) -> None:
    asked = options("growth", "Time and memory against nodes and worlds.", words)
    sizes = ((100, 1_000), (1_000, 2_000)) if asked.quick else (NODES, WORLDS)
    nodes = {name: [point(name, size) for size in sizes[0]] for name in ("open", "hidden")}
    worlds = {
        name: [point(name, size) for size in sizes[1]] for name in ("guarantee", "crisis", "comparison")
    }
    show("Growth with nodes: 8 worlds of one game, one thread", flat(nodes))
    show("Growth with worlds: two threads", flat(worlds))
    found = judged(nodes, worlds)
    targets(found)
    exponents = {name: line(rows) for name, rows in (nodes | worlds).items()}
    write(asked.out, "growth", nodes=nodes, worlds=worlds, exponents=exponents, targets=found)


if __name__ == "__main__":
    main()
