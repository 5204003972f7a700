"""Overrides of a whole run, taken into the worlds where they are about parameters."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from foedus.analysis.cases import Case, OverrideError, Overrides, make_case, overrides_from
from foedus.analysis.parameters import ParameterFrame, column
from foedus.analysis.solutions import size_of
from foedus.errors import UnknownName, nearest
from foedus.language.scenario import Scenario
from foedus.study.worlds import Worlds, base_world

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


def moved_world(scenario: Scenario, given: Settings) -> dict[str, float]:
    """Parameters that a person moves in the world, as numbers. Raises UnknownName, OverrideError."""
    return {name: _as_number(scenario, name, value) for name, value in given.items()}


class Move(NamedTuple):
    """A parameter moved from its base value; `share` is the move in widths of its range, None without one."""

    parameter: str
    start: float
    end: float
    share: float | None


def moves_of(scenario: Scenario, moved: Mapping[str, float], settings: Settings | None) -> tuple[Move, ...]:
    """How far parameters are moved from the base values under some settings."""
    base = settle(scenario, base_world(scenario), settings).worlds
    found = []
    for name, end in moved.items():
        start, (low, high) = float(base[name][0]), scenario.parameters[name].range or (0.0, 0.0)
        found.append(Move(name, start, end, (end - start) / (high - low) if high > low else None))
    return tuple(found)


def _as_number(scenario: Scenario, name: str, value: float | str) -> float:
    parameter = scenario.parameters.get(name)
    if parameter is None or parameter.expression is not None:
        known = [each.name for each in scenario.parameters.values() if each.expression is None]
        raise UnknownName(f"no parameter that can be moved is called '{name}'{nearest(name, known)}")
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise OverrideError(f"'{name}' needs a number, not '{value}'")
    return number
