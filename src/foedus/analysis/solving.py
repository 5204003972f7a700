"""One arrangement solved, for a closer look."""

from __future__ import annotations

from foedus.analysis.games import Games
from foedus.analysis.settling import Settings, settle
from foedus.analysis.solutions import TOLERANCE, Solution, Solutions, affords_certainty
from foedus.language.scenario import Scenario
from foedus.solve.others import Search, search_others
from foedus.study.worlds import Worlds, base_world


def solve_scenario(
    scenario: Scenario,
    arrangement: str,
    *,
    in_force: bool = False,
    settings: Settings | None = None,
    worlds: Worlds | None = None,
    games: Games | None = None,
    threads: int | None = None,
    trace: bool = False,
) -> Solution:
    """The solution of one arrangement, offered or in force, at base values or in the worlds given.

    `settings` override parameters, constants, variables' starts or moves' options. All worlds are held in
    memory at once. Where that is affordable (`affords_certainty`) each answer is seen to lie on the principal
    branch, or else traced; with `trace` every one is traced. Raises UnknownName, OverrideError, and
    ScenarioError for what does not compile.
    """
    settled = settle(scenario, base_world(scenario) if worlds is None else worlds, settings)
    case = settled.case(scenario, arrangement, in_force)
    solutions = Solutions(scenario, settled.worlds, games=games, threads=threads, trace=trace)
    solutions.certain = affords_certainty(solutions.games.of(case), solutions.count)
    return solutions[case]


def find_others(solution: Solution, starts: int, seed: int = 0) -> Search | None:
    """Search from so many random starts for equilibria besides this one; None where it is not solved.

    Raises ValueError for a solution of several worlds.
    """
    if not solution.solved.all():
        return None
    return search_others(
        solution.game,
        solution.tabulation,
        solution.behaviour[:, 0],
        starts,
        seed=seed,
        tolerance=TOLERANCE,
        threads=solution.threads,
    )
