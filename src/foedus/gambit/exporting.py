"""A scenario's game as an `.efg` file: the shape `foedus/export/1`, documented in docs/reference/cli.md."""

from __future__ import annotations

from typing import Any

import numpy as np

from foedus import checking
from foedus.analysis.frame import Ground
from foedus.analysis.outcomes import ends_of
from foedus.analysis.settling import Settings, settle
from foedus.analysis.solutions import Solutions
from foedus.gambit.writer import Unrolled
from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.language.scenario import Scenario
from foedus.study.worlds import base_world

SCHEMA = "foedus/export/1"
LIMIT = 100_000


def export_scenario(
    scenario: Scenario,
    arrangement: str,
    *,
    in_force: bool = True,
    settings: Settings | None = None,
    limit: int = LIMIT,
) -> dict[str, Any]:
    """The game of one arrangement at base values, as text and with its size.

    Raises SizeLimit where the tree has more than `limit` nodes; UnknownName, OverrideError, and ScenarioError
    for what does not compile or has impossible numbers.
    """
    settled = settle(scenario, base_world(scenario), settings)
    case = settled.case(scenario, arrangement, in_force)
    solutions = Solutions(scenario, settled.worlds)
    ground = solutions.ground(case)
    numbers = solutions.tabulate(ground)
    if not numbers.valid[0]:
        checking.refuse_invalid(scenario, arrangement, {name: str(x) for name, x in (settings or {}).items()})
    unrolled = Unrolled(ground.game, numbers, _outcome_names(ground), limit)
    rationality = dict(zip(ground.game.actors, numbers.rationality[:, 0].tolist(), strict=True))
    told = ", ".join(f"{actor} {number:.12g}" for actor, number in rationality.items())
    view = "in force" if case.in_force else "as offered"
    comment = f"Scenario {scenario.name}, arrangement {arrangement}, {view}. Rationality: {told}."
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "arrangement": arrangement,
        "in_force": case.in_force,
        "settings": dict(settings or {}),
        "actors": list(ground.game.actors),
        "rationality": {name: x if np.isfinite(x) else "inf" for name, x in rationality.items()},
        "nodes": unrolled.size,
        "information_sets": ground.game.information_sets,
        "warnings": [*_warnings(ground.game, numbers)],
        "efg": unrolled.text(comment),
    }


def _outcome_names(ground: Ground) -> list[str]:
    """What holds at each end (node), in words; nothing elsewhere."""
    ends = ends_of(ground)
    names = [
        ", ".join(name for name, holds in zip(ends.names, column, strict=True) if holds)
        for column in ends.groups.holds.T
    ]
    return [names[group] if group >= 0 else "" for group in ends.groups.group.tolist()]


def _warnings(game: Game, numbers: Tabulation) -> list[str]:
    """What the format cannot hold, and the file therefore loses."""
    found = []
    weights = numbers.weights[game.weight, 0]
    bounds = zip(game.first_option[:-1].tolist(), game.first_option[1:].tolist(), strict=True)
    open_weights = [weights[first:last][weights[first:last] > 0] for first, last in bounds]
    if any(np.ptp(each) > 0 for each in open_weights):
        found.append("Options have different weights, which the format cannot hold: they are left out.")
    if len(np.unique(numbers.rationality[:, 0])) > 1:
        found.append("Actors differ in rationality, which the format cannot hold: see the file's comment.")
    return found
