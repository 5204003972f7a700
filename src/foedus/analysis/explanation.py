"""Why an arrangement ends as it does: all that the other analyses say of it, together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from foedus.analysis.causes import find_causes, solve_subsets
from foedus.analysis.comparison import compare
from foedus.analysis.course import main_line
from foedus.analysis.games import Games
from foedus.analysis.rows import Progress
from foedus.analysis.settling import Settings
from foedus.language.scenario import Scenario

SCHEMA = "foedus/explanation/1"


def explain(
    scenario: Scenario,
    arrangement: str,
    outcomes: Sequence[str] | None = None,
    *,
    in_force: bool = True,
    settings: Settings | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The documented shape `foedus/explanation/1` at base values, with the causes of the named outcomes (all,
    if None). Raises UnknownName, OverrideError."""
    games = Games(scenario)
    names = tuple(scenario.outcomes if outcomes is None else outcomes)
    tell = progress or _silent
    tell(0, 3, "main line")
    course = main_line(
        scenario, arrangement, in_force=in_force, settings=settings, games=games, threads=threads
    )
    tell(1, 3, "fallback")
    baseline = scenario.baseline(arrangement)
    both = [arrangement] if baseline is None else [baseline, arrangement]
    rows = compare(scenario, both, settings=settings, threads=threads).to_json()["arrangements"]
    tell(2, 3, "causes")
    solved = solve_subsets(
        scenario, arrangement, in_force=in_force, settings=settings, games=games, threads=threads
    )
    causes = [
        find_causes(scenario, arrangement, name, settings=settings, solved=solved).to_json() for name in names
    ]
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "arrangement": arrangement,
        "in_force": course.in_force,
        "settings": dict(settings or {}),
        "course": course.to_json(),
        "causes": causes,
        "results": rows[-1],
        "fallback": rows[0] if baseline is not None else None,
    }


def _silent(done: int, total: int, label: str) -> None:
    """Nobody is listening."""
