"""Overrides of a whole run, taken into the worlds where they are about parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foedus.analysis.cases import Case, Overrides, make_case, overrides_from
from foedus.analysis.parameters import ParameterFrame, column
from foedus.analysis.solutions import size_of
from foedus.language.scenario import Scenario
from foedus.study.worlds import Worlds

Settings = Mapping[str, float | str]
"""Overrides as a person gives them: `{"prize": 30, "rounds": 3, "threaten": "hold"}`."""


@dataclass(frozen=True, eq=False)
class Settled:
    """Worlds that hold the overridden parameters, the names of these, and the overrides that remain."""

    worlds: Worlds
    names: frozenset[str]
    rest: Overrides

    def case(self, scenario: Scenario, arrangement: str, in_force: bool = False) -> Case:
        return make_case(scenario, arrangement, in_force=in_force, overrides=self.rest, settled=self.names)


def settle(scenario: Scenario, worlds: Worlds, given: Settings | None) -> Settled:
    """Take a run's overrides into its worlds. Raises UnknownName, OverrideError."""
    overrides = overrides_from(scenario, given or {})
    frame, count = ParameterFrame(scenario, worlds), size_of(worlds)
    parameters = {
        each.name: column(each.value, frame, count) for each in overrides if each.kind == "parameter"
    }
    rest = tuple(each for each in overrides if each.kind != "parameter")
    return Settled({**worlds, **parameters}, frozenset(parameters), rest)
