"""Central differences of formulas, from tightened solutions, to hold exact derivatives against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.formula import Evaluation
from foedus.analysis.gradients import Gradients
from foedus.analysis.solutions import Solutions
from foedus.language import expression as ex
from foedus.language.resolve import resolve_formula
from foedus.language.scenario import Arrangement, Move, Scenario, walk_steps
from foedus.study.worlds import base_world

Floats = NDArray[np.float64]

TIGHT = 1e-12
CENTRAL = ((-2.0, 1 / 12), (-1.0, -8 / 12), (1.0, 8 / 12), (2.0, -1 / 12))
RELATIVE, ABSOLUTE = 1e-5, 1e-9


def excess(exact: Floats, differences: Floats) -> Floats:
    """How far apart two derivatives are, in units of what is allowed."""
    apart: Floats = np.abs(exact - differences) / (RELATIVE * np.abs(differences) + ABSOLUTE)
    return apart


def evaluation_at(scenario: Scenario, worlds: Mapping[str, Floats] | None = None) -> Evaluation:
    """An evaluation at base values, or in some worlds, of tightened solutions."""
    return Evaluation(Solutions(scenario, worlds or base_world(scenario), tolerance=TIGHT))


def formulas(scenario: Scenario, *texts: str) -> list[ex.Expression]:
    return [resolve_formula(scenario, text) for text in texts]


def exact_slopes(
    evaluation: Evaluation, asked: Sequence[ex.Expression], names: Sequence[str]
) -> tuple[Floats, Floats]:
    """Values (formula) and derivatives (formula, name) in the first world."""
    gradients = Gradients(evaluation, tuple(names))
    pairs = [gradients.signed(each) for each in asked]
    values = np.array([value[0, 0] for value, _ in pairs])
    return values, np.array([np.broadcast_to(slope, (len(names), 1))[:, 0] for _, slope in pairs])


def central_slopes(
    evaluation: Evaluation, asked: Sequence[ex.Expression], names: Sequence[str], step: float = 2e-3
) -> Floats:
    """The same by fourth-order central differences, with a step relative to the parameter's size."""
    base = {name: float(values[0]) for name, values in evaluation.solutions.worlds.items()}
    steps = np.array([step * (abs(base[name]) or 1.0) for name in names])
    points = len(names) * len(CENTRAL)
    worlds = {name: np.full(points, value) for name, value in base.items()}
    for row, name in enumerate(names):
        for column, (offset, _) in enumerate(CENTRAL):
            worlds[name][row * len(CENTRAL) + column] += offset * steps[row]
    there = evaluation.elsewhere(worlds, TIGHT)
    weights = np.array([weight for _, weight in CENTRAL])
    found = [there.signed(each).reshape(len(names), len(CENTRAL)) @ weights / steps for each in asked]
    return np.array(found)


def all_formulas(scenario: Scenario) -> list[str]:
    """Formulas with every kind of result, for every arrangement, offered and in force."""
    found: list[str] = []
    for arrangement in scenario.arrangements.values():
        for flag in ("", "; in_force") if arrangement.signed_by else ("",):
            found += _results(scenario, arrangement, f"[{arrangement.name}{flag}]")
        found += [f"Signs[{arrangement.name}]({actor})" for actor in arrangement.signed_by]
    return found


def _results(scenario: Scenario, arrangement: Arrangement, brackets: str) -> list[str]:
    first = next(iter(scenario.outcomes))
    found = [f"P{brackets}({outcome})" for outcome in scenario.outcomes]
    found += [f"V{brackets}({actor}{given})" for actor in scenario.actors for given in ("", f" | {first}")]
    for promise in arrangement.commitments:
        each = f"{brackets[:-1]}; each]".replace("; in_force; each", "; in_force, each")
        found += [f"Keeps{brackets}({promise})", f"Delivers{brackets}({promise})", f"Keeps{each}({promise})"]
    for move in walk_steps(scenario.play):
        if isinstance(move, Move):
            taken = f"{move.name}.{move.options[0].name}"
            found += [f"Share{brackets}({taken})", f"Share{brackets}({taken} | ever({first}))"]
            found += [f"Q{brackets}({move.by}, {taken})", f"P{brackets}({first} | chose({taken}))"]
            parameter = next(iter(scenario.parameters))
            found += [f"E{brackets}({parameter} * ({first}) + chose({taken}))"]
    return found
