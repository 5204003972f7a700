"""One new world, all arrangements: what a slider waits for.

The process is warm: the scenario is loaded, its games compiled, and one world has been compared. Then one
parameter after another gets a value that no call before it had, so that no answer can be remembered.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from benchmarks.common import Row, options, seconds, show, targets, write
from foedus import library
from foedus.analysis.comparison import Comparison, compare
from foedus.language.reader import read_scenario
from foedus.language.scenario import Scenario
from foedus.study.worlds import base_world

SCENARIO, QUICK = "ukraine", "guarantee"
RUNS, THREADS, STEP = 25, 2, 1e-3
MOST_MS = 50.0


@dataclass(frozen=True, eq=False)
class Slider:
    """A scenario's parameters at base values, to be moved one at a time; `moves` numbers the moves."""

    scenario: Scenario
    values: dict[str, float]
    moves: count[int]

    @classmethod
    def of(cls, name: str) -> Slider:
        scenario = read_scenario(Path(str(library.find(name))))
        base = base_world(scenario)
        settable = [each for each, told in scenario.parameters.items() if told.range and base[each][0]]
        return cls(scenario, {each: float(base[each][0]) for each in settable}, count(1))

    def move(self, certain: bool) -> Comparison:
        """Compare all arrangements with one parameter slightly off its base value."""
        number = next(self.moves)
        name = list(self.values)[number % len(self.values)]
        settings = {name: str(self.values[name] * (1.0 - STEP * number))}
        return compare(self.scenario, settings=settings, threads=THREADS, certain=certain)


def measure(slider: Slider, certain: bool, runs: int) -> Row:
    """Milliseconds of new worlds, and the share of measured games that were solved."""
    solved = [
        bool(each.solved.all())
        for row in slider.move(certain).rows.values()
        for each in (row.offered, row.in_force)
    ]
    spent = [seconds(lambda: slider.move(certain)) * 1e3 for _ in range(runs)]
    return {
        "scenario": slider.scenario.name,
        "arrangements": len(slider.scenario.arrangements),
        "certain": certain,
        "least_ms": min(spent),
        "median_ms": statistics.median(spent),
        "most_ms": max(spent),
        "solved": sum(solved) / len(solved),
    }


def judged(rows: list[Row]) -> dict[str, bool | None]:
    """The target is that of answers alone."""
    swift = next(row["median_ms"] for row in rows if not row["certain"])
    return {
        f"a new world in all arrangements in at most {MOST_MS:.0f} ms ({swift:.0f})": swift <= MOST_MS,
        "all solved": all(row["solved"] == 1.0 for row in rows),
    }


def main(words: list[str] | None = None) -> None:
    asked = options("one_world", "One new world, all arrangements.", words)
    slider = Slider.of(QUICK if asked.quick else SCENARIO)
    runs = 2 if asked.quick else RUNS
    rows = [measure(slider, certain, runs) for certain in (False, True)]
    show("One world: ms from a parameter's new value to the comparison", rows)
    found = judged(rows)
    targets(found)
    write(asked.out, "one_world", rows=rows, targets=found)


if __name__ == "__main__":
    main()
