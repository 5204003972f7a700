"""What all benchmarks share: timing, the machine's description, a table on the screen, JSON in a file."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("foedus", "numba", "numpy", "pygambit", "open_spiel")

Row = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """What the command line asked for. `quick` is a tiny size that shows only that all works."""

    out: Path
    quick: bool
    peers: bool


def options(name: str, about: str, words: Sequence[str] | None = None) -> Options:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=about)
    parser.add_argument("--out", type=Path, default=RESULTS / f"{name}.json", help="where the JSON goes")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, to see that it works")
    parser.add_argument("--no-peers", action="store_true", help="our side only")
    found = parser.parse_args(words)
    return Options(found.out, found.quick, not found.no_peers)


def seconds(function: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def timings(function: Callable[[], object], repeats: int, warm: int = 1) -> list[float]:
    """Seconds of each of `repeats` calls, after `warm` that do not count."""
    for _ in range(warm):
        function()
    return [seconds(function) for _ in range(repeats)]


def timings_within(function: Callable[[], object], budget: float, fewest: int = 3) -> list[float]:
    """Seconds of each call, as many as a budget of seconds has room for, but not too few."""
    spent: list[float] = []
    while len(spent) < fewest or sum(spent) < budget:
        spent.append(seconds(function))
    return spent


def median(function: Callable[[], object], repeats: int) -> float:
    return statistics.median(timings(function, repeats))


def least(function: Callable[[], object], repeats: int) -> float:
    """The shortest of several: what is measured is the machine, and others can only slow it."""
    return min(timings(function, repeats))


def exponent(sizes: Sequence[float], times: Sequence[float]) -> float:
    """The slope of the line through ln time against ln size."""
    x, y = [math.log(each) for each in sizes], [math.log(each) for each in times]
    return statistics.linear_regression(x, y).slope


def machine() -> Row:
    """The processor, its caches, memory and versions: what the numbers depend on."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "caches": _caches(),
        "memory_GiB": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    } | {name: _version(name) for name in PACKAGES}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    facts = {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    kind = ", ".join(f"{key} {facts[key]}" for key in ("cpu family", "model") if key in facts)
    return f"{facts.get('model name', platform.machine())} ({kind})"


def _caches() -> dict[str, str]:
    """By level, of the first core."""
    found = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        level, kind, size = ((folder / name).read_text().strip() for name in ("level", "type", "size"))
        if kind != "Instruction":
            found[f"L{level}"] = size
    return found


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def show(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """A table of the rows, which all have the keys of the first."""
    print(f"\n{title}\n")
    if not rows:
        return
    names = list(rows[0])
    cells = [names, *([_text(row[name]) for name in names] for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    for line in (cells[0], ["-" * width for width in widths], *cells[1:]):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _text(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"
    return str(value)


def write(path: Path, name: str, **parts: Any) -> None:
    """One JSON object: the machine, and what was measured."""
    document = {"schema": "foedus/benchmark/1", "benchmark": name, "machine": machine(), **parts}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"\n→ {path}")


def targets(found: Mapping[str, bool | None]) -> None:
    """Which targets were reached; None where nothing speaks to one."""
    words = {True: "reached", False: "MISSED", None: "nothing to measure"}
    print()
    for target, reached in found.items():
        print(f"{words[reached]}: {target}")
