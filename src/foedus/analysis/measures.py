"""Everything that a comparison says of one case, in every world; arrays have the world as last axis."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from foedus.analysis import commitments, signing
from foedus.analysis.cases import Case
from foedus.analysis.columns import Columns, joined
from foedus.analysis.frame import Ground
from foedus.analysis.games import Games, once
from foedus.analysis.judging import QUANTITIES
from foedus.analysis.outcomes import Ends, ends_of, outcomes
from foedus.analysis.solutions import Solution, Solutions, part_of, size_of
from foedus.analysis.tally import judged
from foedus.analysis.tracks import Bits
from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.language.scenario import Scenario
from foedus.solve.equilibrium import SOLVED, Equilibrium
from foedus.solve.ranges import payoff_spread
from foedus.study.worlds import Worlds

Floats = NDArray[np.float64]

CHUNK, FEWEST, SMALL = 2048, 8, 256
"""Worlds solved at a time: so many for every SMALL nodes begun. Of a large game that is enough for those that
resist the first methods to fill a block together, and of a small one so few that memory hardly shows it."""
BUDGET = 512 * 2**20
"""Bytes that the numbers, answers and results of these worlds may take together."""
COPIES = 3

CERTIFICATE = (
    "status",
    "residual",
    "regret",
    "branch",
    "checked",
    "discrepancy",
    "limit_beliefs",
    "ties",
)


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
        columns = {name: getattr(self, name).part(here) for name in COLUMNS}
        return Measures(**columns, partition=self.partition)


COLUMNS = tuple(each.name for each in fields(Measures) if each.name != "partition")


def fitting(game: Game) -> int:
    """How many worlds of a game to solve at a time, so that what they need stays within the budget."""
    return max(FEWEST, min(CHUNK * (1 + game.nodes // SMALL), BUDGET // bytes_of(game)))


def bytes_of(game: Game) -> int:
    """About what one world takes while it is tabulated, solved and measured."""
    table = game.table
    numbers = len(table.probability) + table.payoff.size + len(table.weight)
    return 8 * COPIES * (numbers + game.options + len(game.actors))


@dataclass(frozen=True, eq=False)
class _Questions:
    """What is asked of every solution of a game: promises by name, who is asked to sign, what has to be
    followed for the ones and then the others, its end states, and whose precision is told."""

    promises: tuple[str, ...]
    signatories: tuple[str, ...]
    follow: tuple[Bits, ...]
    ends: Ends
    movers: list[int]


def _questions_of(ground: Ground) -> _Questions:
    arrangement = ground.scenario.arrangements[ground.case.arrangement]
    signatories = () if ground.case.in_force else arrangement.signed_by
    promises = tuple(name for name in arrangement.commitments if name in ground.labels.due)
    follow = (
        *(commitments.bits_of(ground, name) for name in promises),
        *(signing.bits_of(ground, actor) for actor in signatories),
    )
    return _Questions(promises, signatories, follow, ends_of(ground), np.unique(ground.game.mover).tolist())


def measure(solution: Solution, *, with_precision: bool = False) -> Measures:
    """The measures of a solved case; `with_precision` adds the spread, at the cost of a pass of its own."""
    ground, solved = solution.ground, solution.solved
    questions = once(ground.game, "measured", ground.scenario.arrangements, lambda: _questions_of(ground))
    promises, count = questions.promises, len(questions.promises)
    found = solution.count(questions.follow, questions.ends.groups)
    tracks = len(questions.follow)
    told = judged(found.ends[:tracks], found.occasions[:tracks], solved, count)
    values = np.where(solved, solution.equilibrium.values, np.nan)
    return Measures(
        outcomes=outcomes(solution, questions.ends, found.outcomes),
        values=Columns(ground.game.actors, values),
        signs=Columns(questions.signatories, told[QUANTITIES * count :]),
        due=Columns(promises, told[:count]),
        kept=Columns(promises, told[count : 2 * count]),
        kept_each=Columns(promises, told[3 * count : 4 * count]),
        delivered=Columns(promises, told[2 * count : 3 * count]),
        precision=_precision(solution, questions.movers if with_precision else []),
        certificate=_certificate(solution.equilibrium),
        partition=questions.ends.partition,
    )


def _certificate(equilibrium: Equilibrium) -> Columns:
    numbers = np.empty((len(CERTIFICATE), len(equilibrium.status)))
    for row, name in enumerate(CERTIFICATE):
        numbers[row] = getattr(equilibrium, name)
    return Columns(CERTIFICATE, numbers)


def _precision(solution: Solution, movers: list[int]) -> Columns:
    game, tabulation = solution.game, solution.tabulation
    if not movers:
        return Columns((), np.empty((0, tabulation.worlds)))
    with np.errstate(invalid="ignore"):
        spread = payoff_spread(game, tabulation, solution.threads) * tabulation.rationality
    return Columns(tuple(game.actors[actor] for actor in movers), spread[movers])


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
    columns = {name: joined([getattr(part, name) for part in parts]) for name in COLUMNS}
    return Measures(**columns, partition=parts[0].partition)
