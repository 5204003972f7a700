"""Where the risk of an outcome comes from: errors, hidden information, slips, and what is deliberate.

The game is solved without each cause and each set of causes, and a cause's contribution is its Shapley
value (Shapley 1953): how much its removal lowers the outcome's probability, averaged over the orders in
which the causes can be removed. Contributions add up to what removing all of them does; what then remains is
deliberate. A contribution can be negative: errors can prevent a war as well as cause one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.cases import Case
from foedus.analysis.expressions import Unanswerable
from foedus.analysis.games import Games
from foedus.analysis.results import probability
from foedus.analysis.settling import Settings, settle
from foedus.analysis.slips import has_slips, without_slips
from foedus.analysis.solutions import Solution, Solutions, affords_certainty
from foedus.analysis.summary import plain
from foedus.errors import UnknownName, nearest
from foedus.language.expression import Expression
from foedus.language.scenario import Scenario
from foedus.solve.solver import solve
from foedus.study.worlds import base_world

Floats = NDArray[np.float64]
Removed = frozenset[str]

SCHEMA = "foedus/causes/1"
CAUSES = ("errors", "hidden_information", "slips")
SHARPER = 10.0
"""Without errors every rationality is this many times what it is: at λ = ∞ not every game can be solved."""


@dataclass(frozen=True, eq=False)
class Causes:
    """What `find_causes` found for one outcome in one arrangement; all arrays are (world).

    without: the outcome's probability with each set of causes removed; NaN where that game is not solved.
    """

    scenario: Scenario
    arrangement: str
    in_force: bool
    outcome: str
    settings: Settings
    without: dict[Removed, Floats]

    @property
    def probability(self) -> Floats:
        return self.without[frozenset()]

    @property
    def deliberate(self) -> Floats:
        """What remains once every cause is removed; NaN unless all eight games are solved."""
        return np.where(self.complete, self.without[frozenset(CAUSES)], np.nan)

    @property
    def complete(self) -> NDArray[np.bool_]:
        return np.asarray(np.all(~np.isnan([*self.without.values()]), axis=0))

    def contribution(self, cause: str) -> Floats:
        """The signed share of the probability that a cause brings about; NaN unless all eight are solved."""
        return np.where(self.complete, shapley(self.without, cause), np.nan)

    def to_json(self) -> dict[str, Any]:
        """The documented shape `foedus/causes/1`, for the first world."""
        unsolved = [key for key, values in self.without.items() if np.isnan(values[0])]
        return {
            "schema": SCHEMA,
            "scenario": self.scenario.name,
            "arrangement": self.arrangement,
            "in_force": self.in_force,
            "outcome": self.outcome,
            "settings": dict(self.settings),
            "probability": plain(self.probability[0]),
            "contributions": {cause: plain(self.contribution(cause)[0]) for cause in CAUSES},
            "deliberate": plain(self.deliberate[0]),
            "without": [
                {"removed": [cause for cause in CAUSES if cause in key], "probability": plain(values[0])}
                for key, values in self.without.items()
            ],
            "reason": _reason(unsolved),
        }


def find_causes(
    scenario: Scenario,
    arrangement: str,
    outcome: str,
    *,
    in_force: bool = True,
    settings: Settings | None = None,
    solved: Mapping[Removed, Solution] | None = None,
    threads: int | None = None,
) -> Causes:
    """What brings an outcome about in an arrangement at base values. Raises UnknownName, OverrideError.

    `solved` is what `solve_subsets` gave for the same arrangement and settings, where several outcomes are
    asked about.
    """
    if outcome not in scenario.outcomes:
        raise UnknownName(f"no outcome '{outcome}'{nearest(outcome, list(scenario.outcomes))}")
    if solved is None:
        solved = solve_subsets(scenario, arrangement, in_force=in_force, settings=settings, threads=threads)
    event = scenario.outcomes[outcome]
    without = {key: _probability(solution, event) for key, solution in solved.items()}
    in_force = solved[frozenset()].ground.case.in_force
    return Causes(scenario, arrangement, in_force, outcome, settings or {}, without)


def solve_subsets(
    scenario: Scenario,
    arrangement: str,
    *,
    in_force: bool = True,
    settings: Settings | None = None,
    games: Games | None = None,
    threads: int | None = None,
) -> dict[Removed, Solution]:
    """The arrangement at base values with each set of causes removed."""
    settled = settle(scenario, base_world(scenario), settings)
    case = settled.case(scenario, arrangement, in_force)
    solutions = Solutions(scenario, settled.worlds, games=games, threads=threads)
    # Where there are no slips, a game without them is the game itself.
    slips = frozenset({"slips"}) if not has_slips(solutions.games.of(case)) else frozenset()
    found = {key: solve_without(solutions, case, key) for key in {key - slips for key in subsets()}}
    return {key: found[key - slips] for key in subsets()}


def subsets() -> list[Removed]:
    """All sets of causes, the empty one first."""
    return [frozenset(some) for size in range(len(CAUSES) + 1) for some in combinations(CAUSES, size)]


def solve_without(solutions: Solutions, case: Case, removed: Removed) -> Solution:
    """The case solved with some causes removed."""
    ground = solutions.ground(case.seen() if "hidden_information" in removed else case)
    game, tabulation = ground.game, solutions.tabulate(ground)
    if "slips" in removed:
        game, tabulation = without_slips(game, tabulation)
    if "errors" in removed:
        tabulation = replace(tabulation, rationality=tabulation.rationality * SHARPER)
    equilibrium = solve(
        game,
        tabulation,
        tolerance=solutions.tolerance,
        threads=solutions.threads,
        certain=affords_certainty(game, tabulation.worlds),
    )
    return Solution(replace(ground, game=game), tabulation, equilibrium, solutions.threads)


def shapley(without: dict[Removed, Floats], cause: str) -> Floats:
    """The mean over orders of removal of how much removing the cause lowers the probability (world)."""
    others = [each for each in CAUSES if each != cause]
    whole = factorial(len(CAUSES))
    value = np.zeros_like(without[frozenset()])
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(len(others) - size) / whole
        for some in combinations(others, size):
            value += weight * (without[frozenset(some)] - without[frozenset((*some, cause))])
    return value


def _probability(solution: Solution, event: Expression) -> Floats:
    try:
        return probability(solution, event)
    except Unanswerable:
        return np.full(solution.tabulation.worlds, np.nan)


def _reason(unsolved: list[Removed]) -> str | None:
    if not unsolved:
        return None
    some = [
        "nothing" if not key else " and ".join(each for each in CAUSES if each in key) for key in unsolved
    ]
    return f"not solved without {'; without '.join(some)}".replace("_", " ")
