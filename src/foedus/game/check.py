"""Numbers that cannot be: where in the scenario they come from, and in which worlds they appear."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.errors import Fault, Mark, ScenarioError
from foedus.game.arithmetic import Op
from foedus.game.game import Game
from foedus.game.places import place
from foedus.game.table import TOLERANCE, Floats, Origin, Table, Worlds, count_worlds
from foedus.language.scenario import Scenario

Mask = NDArray[np.bool_]

CAUSES = {
    Op.DIVIDE: "division by zero",
    Op.LOG: "log of a number that is not above zero",
    Op.SQRT: "sqrt of a number below zero",
    Op.POWER: "a power that is not a number",
    Op.EXP: "exp of too large a number",
}
BEFORE = {Op.DIVIDE: "/", Op.POWER: "^"}


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in some worlds, `detail` being what it is in one of them.

    `at` and `before` find the exact place in the expression.
    """

    origin: Origin
    message: str
    detail: str
    register: int
    at: int = 0
    before: str = ""


@dataclass
class Sighting:
    """In how many worlds a problem was seen, and an example of the parameters in one."""

    worlds: int
    example: str


def check_worlds(scenario: Scenario, game: Game, worlds: Worlds) -> list[Fault]:
    """What makes worlds invalid: each fault once, with its place, how many worlds have it, and an example."""
    return check_table(scenario, game.table, worlds)


def check_table(scenario: Scenario, table: Table, worlds: Worlds) -> list[Fault]:
    """`check_worlds` for a table."""
    seen: dict[tuple[Mark | None, str], Sighting] = {}
    for _, values in table.blocks(worlds):
        if table.valid(values).all():
            continue
        for problem, where in _problems(table, values):
            key = _place(scenario, problem), problem.message
            if key not in seen:
                seen[key] = Sighting(0, _example(table, values[:, where.argmax()], problem))
            seen[key].worlds += int(where.sum())
    count = count_worlds(worlds)
    return [
        Fault(f"{message}{_told(sighting, count)}", mark, "value")
        for (mark, message), sighting in seen.items()
    ]


def refuse_base_faults(scenario: Scenario, game: Game) -> None:
    """Raises ScenarioError where a number is impossible at the base values."""
    faults = check_table(scenario, game.table, {})
    if faults:
        raise ScenarioError(*faults)


def _told(sighting: Sighting, count: int) -> str:
    where = f" ({sighting.example})" if sighting.example else ""
    return f" at the base values{where}" if count == 1 else f" in {sighting.worlds} of {count} worlds{where}"


def _place(scenario: Scenario, problem: Problem) -> Mark | None:
    origin = problem.origin
    return place(scenario, origin.mark, origin.path, problem.at, problem.before)


# --- which numbers ----------------------------------------------------------------------------------------


def _problems(table: Table, values: Floats) -> Iterator[tuple[Problem, Mask]]:
    """Each problem in a block of worlds, with the worlds that have it."""
    failed = False
    for purpose, registers in _shown(table).items():
        for register in registers:
            wrong = _impossible(purpose, values[register])
            if wrong.any():
                failed = True
                yield _problem(table, purpose, register, values[:, wrong.argmax()]), wrong
    if not failed:
        yield from _bad_sums(table, values)


def _shown(table: Table) -> dict[str, list[int]]:
    return {
        "probability": table.probability.tolist(),
        "payoff": np.unique(table.payoff).tolist(),
        "weight": table.weight.tolist(),
        "rationality": table.rationality.tolist(),
    }


def _impossible(purpose: str, numbers: Floats) -> Mask:
    with np.errstate(invalid="ignore"):
        if purpose == "probability":
            return ~((numbers >= -TOLERANCE) & (numbers <= 1.0 + TOLERANCE))
        if purpose == "rationality":
            return ~(numbers >= 0.0)
        return ~np.isfinite(numbers) | ((numbers < 0.0) & (purpose == "weight"))


def _bad_sums(table: Table, values: Floats) -> Iterator[tuple[Problem, Mask]]:
    for row, origin in zip(table.simplices, table.simplex_origins, strict=True):
        sums = values[row].sum(axis=0)
        wrong = np.abs(sums - 1.0) > TOLERANCE
        if wrong.any():
            total = sums[wrong.argmax()]
            message = f"the probabilities of '{origin.text}' do not sum to 1"
            yield Problem(origin, message, f"their sum is {total:.9g}", int(row[0])), wrong


def _problem(table: Table, purpose: str, register: int, world: Floats) -> Problem:
    """What is wrong with a register in one world."""
    known = table.origins[purpose]
    if np.isfinite(world[register]):
        origin = _origin(table, known, register, world)
        expected = "between 0 and 1" if purpose == "probability" else "0 or more"
        return Problem(origin, f"{origin.text} is not {expected}", f"it is {world[register]:.6g}", register)
    culprit = _culprit(table, register, world)
    origin = _origin(table, known, register, world)
    operation = Op(table.operation[culprit])
    cause = CAUSES.get(operation, "a number that is not finite")
    if np.isinf(world[culprit]):
        cause = "a number too large to be written"
    name = _derived_around(table, register, world)
    if name:
        origin = Origin(None, f"the parameter '{name}'", ("parameters", name, "value"))
    at, before = table.places.get(culprit, 0), BEFORE.get(operation, "")
    return Problem(origin, f"{cause}, in {origin.text}", "", culprit, at, before)


def _origin(table: Table, known: dict[int, Origin], register: int, world: Floats) -> Origin:
    """Where a register comes from; for a sum of payments, its part that is not finite."""
    waiting = [register]
    while waiting:
        each = waiting.pop(0)
        if each in known:
            return known[each]
        waiting += _parts(table, each, world)
    return Origin(None, "a number")


def _parts(table: Table, register: int, world: Floats) -> list[int]:
    """The arguments of a register, those first that are not finite."""
    parts = [part for part in table.arguments[register].tolist() if part >= 0]
    return sorted(parts, key=lambda part: bool(np.isfinite(world[part])))


def _culprit(table: Table, register: int, world: Floats) -> int:
    """The first register, in order of evaluation, that is not finite and makes this one so."""
    for part in _parts(table, register, world):
        if not np.isfinite(world[part]):
            return _culprit(table, part, world)
    return register


def _derived_around(table: Table, register: int, world: Floats) -> str:
    """The innermost parameter with an expression on the way to the culprit, or nothing."""
    names = {place: name for name, place in table.parameters.items()}
    found = ""
    while True:
        if register in names and table.arguments[register, 0] >= 0:
            found = names[register]
        wrong = [part for part in _parts(table, register, world) if not np.isfinite(world[part])]
        if not wrong:
            return found
        register = wrong[0]


def _example(table: Table, world: Floats, problem: Problem) -> str:
    """What is wrong in one world, and the parameters behind it with their values there."""
    names = {place: name for name, place in table.parameters.items()}
    needed, waiting = set(), [problem.register]
    while waiting:
        each = waiting.pop()
        if each not in needed:
            needed.add(each)
            waiting += [part for part in table.arguments[each].tolist() if part >= 0]
    told = [f"{names[each]} = {world[each]:.6g}" for each in sorted(needed) if each in names]
    where = f"where {', '.join(told[:6])}" if told else ""
    return " ".join(filter(None, [problem.detail, where]))


def fault_of_zero(scenario: Scenario, table: Table, register: int, world: Worlds) -> Fault | None:
    """The fault of a division that fails in one world, told at the first number that it spoils."""
    _, values = next(table.blocks(world, spoilt=register))
    for problem, _ in _problems(table, values):
        example = _example(table, values[:, 0], problem)
        message = f"{problem.message} in some worlds ({example})"
        return Fault(message, _place(scenario, problem), "value")
    return None
