"""Worlds at the edges of what is plausible, and worlds in which a number divides by exactly zero.

A sample of worlds almost never meets the one world in which a denominator is zero. Where it is above zero in
one world and below in another, it is zero between them: bisection finds where.
"""

from __future__ import annotations

import numpy as np

from foedus.errors import Fault
from foedus.game.arithmetic import Op
from foedus.game.check import check_worlds, fault_of_zero
from foedus.game.game import Game
from foedus.game.table import Floats, Table, Worlds
from foedus.language.scenario import Parameter, Scenario

SAMPLE = 128
HALVINGS = 100
SMALL = 1e-9


def possible_zero_division(scenario: Scenario, game: Game) -> list[Fault]:
    """Faults in the most extreme worlds, and divisions by zero somewhere between them.

    Extreme: all parameters at base but one, at an end of its range; all at one end; and some in between.
    """
    worlds = extreme_worlds(scenario)
    faults = check_worlds(scenario, game, worlds)
    known = {fault.mark for fault in faults}
    zeros = [fault_of_zero(scenario, game.table, *found) for found in zero_divisors(game.table, worlds)]
    return [*faults, *(fault for fault in zeros if fault is not None and fault.mark not in known)]


def extreme_worlds(scenario: Scenario) -> Worlds:
    """Worlds at and between the ends of the parameters' ranges; arrays of shape (world)."""
    spans = {
        name: (*_span(each), each.value)
        for name, each in scenario.parameters.items()
        if each.value is not None
    }
    names = list(spans)
    low, high, base = (np.array([spans[name][k] for name in names]) for k in range(3))
    corners = [base, low, high]
    for k in range(len(names)):
        for end in (low, high):
            corners.append(np.where(np.arange(len(names)) == k, end, base))
    # Multiples of the square roots of primes fill the box evenly (Weyl 1916), without a seed.
    steps = np.sqrt(_primes(len(names)))
    between = low + (high - low) * (np.arange(1, SAMPLE + 1)[:, None] * steps % 1.0)
    table = np.concatenate([np.array(corners).reshape(len(corners), len(names)), between])
    return {name: np.ascontiguousarray(table[:, k]) for k, name in enumerate(names)}


def _span(parameter: Parameter) -> tuple[float, float]:
    """The ends of a parameter's range, or of what its distribution makes likely."""
    value = float(parameter.value or 0.0)
    distribution = parameter.distribution
    if parameter.range is not None:
        return parameter.range
    if distribution is None:
        return value, value
    arguments = distribution.arguments
    match distribution.kind:
        case "choice":
            return min(distribution.values), max(distribution.values)
        case "normal":
            return arguments["mean"] - 4 * arguments["sd"], arguments["mean"] + 4 * arguments["sd"]
        case "lognormal":
            factor = float(np.exp(4 * arguments["sigma"]))
            return arguments["median"] / factor, arguments["median"] * factor
    return value, value


def _primes(count: int) -> Floats:
    primes: list[int] = []
    number = 2
    while len(primes) < count:
        if all(number % prime for prime in primes):
            primes.append(number)
        number += 1
    return np.array(primes, np.float64)


def zero_divisors(table: Table, worlds: Worlds) -> list[tuple[int, Worlds]]:
    """Divisions whose divisor changes sign between worlds and spoils a number where it does."""
    values = np.concatenate([block for _, block in table.blocks(worlds)], axis=1)
    found = []
    for register in np.flatnonzero(table.operation == Op.DIVIDE).tolist():
        divisor = values[table.arguments[register, 1]]
        if (divisor > 0).any() and (divisor < 0).any():
            above, below = int((divisor > 0).argmax()), int((divisor < 0).argmax())
            world = _bisect(table, register, _one(worlds, above), _one(worlds, below))
            if world is not None:
                found.append((register, world))
    return found


def _one(worlds: Worlds, k: int) -> dict[str, Floats]:
    return {name: values[k : k + 1] for name, values in worlds.items()}


def _bisect(table: Table, register: int, above: Worlds, below: Worlds) -> Worlds | None:
    """A world between two in which the divisor vanishes and a number that is shown depends on it."""
    divisor = int(table.arguments[register, 1])
    middle, size = above, 1.0
    for _ in range(HALVINGS):
        middle = {name: (above[name] + below[name]) / 2 for name in above}
        size = float(next(table.blocks(middle))[1][divisor, 0])
        above, below = (middle, below) if size > 0 else (above, middle)
    spoilt = next(table.blocks(middle, spoilt=register))[1]
    return middle if abs(size) < SMALL and not table.valid(spoilt).all() else None
