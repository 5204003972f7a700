"""Everything that a comparison says of one case, in every world; arrays have the world as last axis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from foedus.analysis import commitments, signing
from foedus.analysis.cases import Case
from foedus.analysis.games import Games, once
from foedus.analysis.outcomes import ends_of, outcomes
from foedus.analysis.solutions import Solution, Solutions, part_of, size_of
from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.language.scenario import Scenario
from foedus.solve.equilibrium import SOLVED
from foedus.solve.ranges import payoff_spread
from foedus.study.worlds import Worlds

Floats = NDArray[np.float64]

CHUNK, FEWEST, SMALL = 2048, 8, 256
"""Worlds solved at a time: so many for every SMALL nodes begun. Of a large game that is enough for those that
resist the first methods to fill a block together, and of a small one so few that memory hardly shows it."""
BUDGET = 512 * 2**20
"""Bytes that the numbers, answers and results of these worlds may take together."""
COPIES = 3

Columns = dict[str, Floats]


@dataclass(frozen=True, eq=False)
class Measures:
    """What a case comes to, by name, each (world): NaN where a world is not solved or a number undefined.

    precision: rationality times the range of what an actor can get, by actor. certificate: status,
    residual, regret, branch; 1 where the certificate is of independent code (`checked`) and how far the
    kernels' residual is from it (`discrepancy`); 1 where beliefs were taken as a limit (`limit_beliefs`) or
    ties shared (`ties`).
    """

    outcomes: Columns
    values: Columns
    signs: Columns
    due: Columns
    kept: Columns
    kept_each: Columns
    delivered: Columns
    precision: Columns
    certificate: Columns
    partition: bool

    @property
    def status(self) -> NDArray[np.int8]:
        return self.certificate["status"].astype(np.int8)

    @property
    def solved(self) -> NDArray[np.bool_]:
        return np.asarray(self.status == SOLVED)

    def world(self, number: int) -> Measures:
        """The same of one world alone."""
        here = slice(number, number + 1)
        return self._each(lambda columns: {name: values[here] for name, values in columns.items()})

    def _each(self, change: Callable[[Columns], Columns]) -> Measures:
        names = [each.name for each in fields(Measures) if each.name != "partition"]
        return Measures(**{name: change(getattr(self, name)) for name in names}, partition=self.partition)

    def value_matrix(self) -> Floats:
        """Values as (actor, world)."""
        return np.stack([*self.values.values()])


def fitting(game: Game) -> int:
    """How many worlds of a game to solve at a time, so that what they need stays within the budget."""
    return max(FEWEST, min(CHUNK * (1 + game.nodes // SMALL), BUDGET // bytes_of(game)))


def bytes_of(game: Game) -> int:
    """About what one world takes while it is tabulated, solved and measured."""
    table = game.table
    numbers = len(table.probability) + table.payoff.size + len(table.weight)
    return 8 * COPIES * (numbers + game.options + len(game.actors))


def measure(solution: Solution, *, with_precision: bool = False) -> Measures:
    """The measures of a solved case; `with_precision` adds the spread, at the cost of a pass of its own."""
    ground, equilibrium = solution.ground, solution.equilibrium
    arrangement = ground.scenario.arrangements[ground.case.arrangement]
    asked = () if ground.case.in_force else arrangement.signed_by
    promises = [name for name in arrangement.commitments if name in ground.labels.due]
    follow = (
        *(commitments.bits_of(ground, name) for name in promises),
        *(signing.bits_of(ground, actor) for actor in asked),
    )
    ends = ends_of(ground)
    found = outcomes(solution, ends, follow)
    reliable = commitments.reliabilities(solution, promises)
    values = np.where(solution.solved, equilibrium.values, np.nan)
    return Measures(
        outcomes=found,
        values=dict(zip(solution.game.actors, values, strict=True)),
        signs=signing.signatures(solution, asked),
        due={name: each.due for name, each in reliable.items()},
        kept={name: each.kept for name, each in reliable.items()},
        kept_each={name: each.kept_each for name, each in reliable.items()},
        delivered={name: each.delivered for name, each in reliable.items()},
        precision=_precision(solution) if with_precision else {},
        certificate={
            "status": equilibrium.status.astype(np.float64),
            "residual": equilibrium.residual,
            "regret": equilibrium.regret,
            "branch": equilibrium.branch.astype(np.float64),
            "checked": equilibrium.checked.astype(np.float64),
            "discrepancy": equilibrium.discrepancy,
            "limit_beliefs": equilibrium.limit_beliefs.astype(np.float64),
            "ties": equilibrium.ties.astype(np.float64),
        },
        partition=ends.partition,
    )


def _precision(solution: Solution) -> Columns:
    game, tabulation = solution.game, solution.tabulation
    with np.errstate(invalid="ignore"):
        spread = payoff_spread(game, tabulation, solution.threads) * tabulation.rationality
    movers = once(game, "movers", game.mover, lambda: np.unique(game.mover).tolist())
    return {game.actors[actor]: spread[actor] for actor in movers}


def measure_case(
    scenario: Scenario,
    case: Case,
    worlds: Worlds,
    games: Games,
    *,
    chunk: int | None = None,
    threads: int | None = None,
    with_precision: bool = False,
    rationality: Floats | None = None,
    tabulated: Mapping[Game, Tabulation] | None = None,
    step: Callable[[int], None] | None = None,
    certain: bool = False,
    check: int = 1,
) -> Measures:
    """The measures of a case in many worlds, solved a chunk at a time (as many as are `fitting`, if None).

    `step` hears how many are done. `rationality` (world), if given, is every actor's, but where it is NaN;
    `tabulated`, if given, the numbers of some games in these worlds; `certain` and `check` as for `solve`.
    """
    parts: list[Measures] = []
    count, size = size_of(worlds), chunk or fitting(games.of(case))
    for first in range(0, count, size):
        last = min(first + size, count)
        here = part_of(worlds, first, last)
        solutions = Solutions(
            scenario,
            here,
            games=games,
            threads=threads,
            rationality=None if rationality is None else rationality[first:last],
            tabulated=tabulated if size >= count else None,
            certain=certain,
            check=check,
        )
        parts.append(measure(solutions[case], with_precision=with_precision))
        if step:
            step(last - first)
    return _joined(parts)


def _joined(parts: list[Measures]) -> Measures:
    if len(parts) == 1:
        return parts[0]
    names = [each.name for each in fields(Measures) if each.name != "partition"]
    joined = {name: _columns(getattr(part, name) for part in parts) for name in names}
    return Measures(**joined, partition=parts[0].partition)


def _columns(parts: Iterable[Columns]) -> Columns:
    whole = list(parts)
    return {name: np.concatenate([part[name] for part in whole]) for name in whole[0]}
