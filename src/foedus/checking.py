"""Everything that `foedus check` looks at: the file, the games it compiles to, and a sample of worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from foedus.analysis.settling import Settings, settle
from foedus.errors import Fault, FoedusError, Mark, ScenarioError
from foedus.game.cache import cached_game
from foedus.game.check import check_worlds
from foedus.game.compile import Variation
from foedus.game.extremes import possible_zero_division
from foedus.language.check import warnings
from foedus.language.information import Information, information
from foedus.language.reader import read_scenario
from foedus.language.scenario import Scenario
from foedus.study.worlds import Worlds, base_world, sample_worlds

SCHEMA = "foedus/check/1"

Progress = Callable[[int, int, str], None]
View = tuple[str, bool]


def check_file(path: Path, worlds: int, seed: int, progress: Progress) -> dict[str, Any]:
    """The documented shape `foedus/check/1`; faults are data here and raise nothing."""
    document: dict[str, Any] = {"schema": SCHEMA, "file": str(path), "scenario": path.stem, "worlds": worlds}
    nothing: dict[str, Any] = {"faults": [], "warnings": [], "moves": [], "arrangements": []}
    try:
        scenario = read_scenario(path)
    except ScenarioError as error:
        return document | nothing | {"faults": [_shape(fault) for fault in error.faults]}
    faults, sizes = _compile_all(scenario, worlds, seed, progress)
    return document | {
        "faults": [_shape(fault) for fault in _distinct(faults)],
        "warnings": [_shape(fault) for fault in warnings(scenario)],
        "moves": [_told(each) for each in information(scenario)],
        "arrangements": [{"id": name, **sizes[name]} for name in scenario.arrangements],
    }


def refuse_invalid(scenario: Scenario, arrangement: str, settings: Settings) -> None:
    """Raises ScenarioError with what makes an arrangement's numbers impossible under some settings."""
    settled = settle(scenario, base_world(scenario), settings)
    for in_force in (False, True):
        case = settled.case(scenario, arrangement, in_force)
        faults = check_worlds(scenario, cached_game(scenario, arrangement, case.variation), settled.worlds)
        if faults:
            raise ScenarioError(*_distinct(faults))


def _compile_all(
    scenario: Scenario, count: int, seed: int, progress: Progress
) -> tuple[list[Fault], dict[str, dict[str, Any]]]:
    """Faults of every arrangement, offered and in force, and the sizes of those that compile."""
    faults: list[Fault] = []
    sizes: dict[str, dict[str, Any]] = {
        name: {"offered": None, "in_force": None} for name in scenario.arrangements
    }
    worlds: Worlds | None = None
    views = list(_views(scenario))
    for done, (name, in_force) in enumerate(views):
        progress(done, len(views), name)
        try:
            game = cached_game(scenario, name, Variation(in_force=in_force))
        except ScenarioError as error:
            faults += error.faults
            continue
        # Drawn only now: a game that does not compile needs no worlds, and the sampler is slow to import.
        worlds = _sample(scenario, count, seed, faults) if worlds is None else worlds
        faults += [*check_worlds(scenario, game, worlds), *possible_zero_division(scenario, game)]
        sizes[name]["in_force" if in_force else "offered"] = {
            "nodes": game.nodes,
            "information_sets": game.information_sets,
        }
    return faults, sizes


def _sample(scenario: Scenario, count: int, seed: int, faults: list[Fault]) -> Worlds:
    try:
        return sample_worlds(scenario, count, seed)
    except FoedusError as error:
        faults.append(Fault(str(error), code=error.code))
        return {}


def _views(scenario: Scenario) -> Iterator[View]:
    for name, arrangement in scenario.arrangements.items():
        yield name, False
        if arrangement.signed_by:
            yield name, True


def _distinct(faults: list[Fault]) -> Iterator[Fault]:
    """One fault of each kind at each place: arrangements share most of what they are made of."""
    known: set[tuple[Mark | str, str]] = set()
    for fault in faults:
        key = fault.mark or fault.message, fault.code
        if key not in known:
            known.add(key)
            yield fault


def _shape(fault: Fault) -> dict[str, Any]:
    place = fault.mark
    return {
        "message": fault.message,
        "code": fault.code,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }


def _told(move: Information) -> dict[str, Any]:
    return {
        "move": move.move,
        "by": move.by,
        "arrangement": move.arrangement or None,
        "sees": list(move.sees),
        "hidden": list(move.hidden),
        "gives_away": [
            {"condition": each.condition, "why": each.why, "reveals": list(each.reveals)}
            for each in move.gives_away
        ],
    }
