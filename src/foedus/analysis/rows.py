"""Rows of a comparison: arrangements measured offered and in force, in some worlds after others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from threading import Lock

import numpy as np

from foedus.analysis.cases import Case
from foedus.analysis.games import Games
from foedus.analysis.measures import Measures, fitting, measure, measure_case
from foedus.analysis.settling import Settled
from foedus.analysis.solutions import Solution, Solutions, affords_certainty, prepare, size_of, solve_all
from foedus.game.game import Game
from foedus.game.joint import tabulate_together
from foedus.game.table import Tabulation
from foedus.language.scenario import Arrangement, Scenario
from foedus.solve.kernels import make_narrow_ready
from foedus.solve.threads import processors, shared
from foedus.study.worlds import Worlds, repeated

Progress = Callable[[int, int, str], None]
"""Called with how many worlds are solved, how many there are in all, and what is solved next."""

CHECK = 32
"""Of drawn worlds one in so many is certified by the independent code; at base values every one, or, where
certainty is not asked for, none."""


class _Kind(Enum):
    """What is solved at base values: these, λ = 0, or both as two worlds."""

    GIVEN = auto()
    ZERO = auto()
    BOTH = auto()


@dataclass(frozen=True, eq=False)
class Row:
    """One arrangement. For one that nobody signs `in_force` and its game are those offered.

    indifferent: the arrangement in force at base values were λ = 0, that is, what the shape of the game
    alone brings about.
    """

    arrangement: Arrangement
    offered: Measures
    in_force: Measures
    indifferent: Measures
    game: Game
    game_in_force: Game


@dataclass(eq=False)
class Rows:
    """A comparison under way, of so many worlds in all; None at base values.

    `certain`: answers are seen to lie on the principal branch, or traced, where that is affordable, and at
    base values all are certified by the independent code.
    """

    scenario: Scenario
    names: Sequence[str]
    base: Settled
    worlds: int | None
    chunk: int | None
    threads: int | None
    progress: Progress | None
    certain: bool = True
    done: int = 0

    def __post_init__(self) -> None:
        self.games = Games(self.scenario)
        self._cases: dict[tuple[str, bool], Case] = {}
        self._indifferent: dict[str, Measures] = {}
        self._tabulated: dict[int, dict[Game, Tabulation]] = {}
        self._ahead: dict[tuple[_Kind, Case], Measures] = {}
        self._twice = repeated(self.base.worlds, 2)
        self._lock = Lock()
        cases = sum(2 if self.scenario.arrangements[name].signed_by else 1 for name in self.names)
        self._total = cases * (self.worlds or 1)

    def at_once(self) -> int:
        """How many worlds can be taken at a time through all games, the largest of them too."""
        if not self.base.worlds:
            return self.worlds or 1
        if self.chunk is not None:
            return self.chunk
        found = []
        for name in self.names:
            for in_force in (False, True):
                self._tell(name, 0)
                found.append(fitting(self.games.of(self._case(name, in_force))))
        return min(found)

    def at_base(self) -> dict[str, Row]:
        """All rows at base values.

        Who does without certainty wants them fast, and will ask again: then all games are prepared one after
        another, and measured one after another while other threads sweep. Threads that did all of that to a
        game would wait for the interpreter at every turn.
        """
        self._tabulate()
        if self.certain:
            return self._side_by_side(self._base_row)
        make_narrow_ready()
        self._measure_ahead()
        return {name: self._base_row(name, self.threads) for name in self.names}

    def _measure_ahead(self) -> None:
        """Measure all that rows at base values are made of, as soon as it is solved."""
        kinds = (_Kind.BOTH,) if self.base.worlds else (_Kind.GIVEN, _Kind.ZERO)
        wanted = [(kind, self._case(name, True)) for kind in kinds for name in self.names]
        signed = [name for name in self.names if self.scenario.arrangements[name].signed_by]
        wanted += [(_Kind.GIVEN, self._case(name)) for name in signed]
        solutions = {kind: self._solutions(kind, False, self.threads) for kind in _Kind}
        asked = [(solutions[kind], case) for kind, case in wanted]
        for place, solution in solve_all(asked, self.threads):
            kind, _ = wanted[place]
            self._ahead[wanted[place]] = _measured(kind, solution)

    def _tabulate(self) -> None:
        """The numbers of all games that are at hand, in one base world and in two, in one go."""
        cases = [self._case(name, each) for name in self.names for each in (False, True)]
        games = [*{game: None for game in map(self.games.known, cases) if game is not None}]
        both = tabulate_together([game.table for game in games], self._twice)
        alone = [each.part(slice(0, 1)) for each in both]
        self._tabulated = {
            count: dict(zip(games, each, strict=True)) for count, each in ((1, alone), (2, both))
        }

    def over(self, drawn: Settled) -> dict[str, Row]:
        """All rows in the worlds drawn."""
        return self._side_by_side(lambda name, threads: self._drawn_row(name, drawn, threads))

    def _side_by_side(self, row: Callable[[str, int | None], Row]) -> dict[str, Row]:
        """Each row on a thread of its own: the few worlds that resist the first method fill a block better
        so than shared between threads. Large games come first, lest one thread be left alone with them."""
        threads = self.threads or processors()
        workers = min(threads, len(self.names))
        if workers == 1:
            return {name: row(name, self.threads) for name in self.names}
        prepare()
        order = sorted(self.names, key=self._size, reverse=True)
        found: dict[str, Row] = {}
        shared(lambda name: found.update({name: row(name, threads // workers)}), order, workers)
        return {name: found[name] for name in self.names}

    def _case(self, name: str, in_force: bool = False) -> Case:
        key = name, in_force
        if key not in self._cases:
            self._cases[key] = self.base.case(self.scenario, *key)
        return self._cases[key]

    def _size(self, name: str) -> int:
        return self.games.of(self._case(name)).nodes

    def _drawn_row(self, name: str, drawn: Settled, threads: int | None) -> Row:
        in_force = drawn.case(self.scenario, name, True)
        signed = bool(self.scenario.arrangements[name].signed_by)
        if name not in self._indifferent:
            self._indifferent[name] = self._at_base(_Kind.ZERO, in_force, threads)
        measured = self._over(in_force, drawn.worlds, threads)
        offered = drawn.case(self.scenario, name)
        found = self._over(offered, drawn.worlds, threads) if signed else measured
        return self._row(name, found, measured, self._indifferent[name], offered, in_force)

    def _base_row(self, name: str, threads: int | None) -> Row:
        """In force, what is asked for and λ = 0 are two worlds of one batch: it costs no more than one."""
        self._tell(name, 0)
        in_force = self._case(name, True)
        signed = bool(self.scenario.arrangements[name].signed_by)
        if self.base.worlds:
            both = self._at_base(_Kind.BOTH, in_force, threads)
            measured, indifferent = both.world(0), both.world(1)
        else:
            measured = self._at_base(_Kind.GIVEN, in_force, threads)
            indifferent = self._at_base(_Kind.ZERO, in_force, threads)
        offered = self._case(name)
        found = self._at_base(_Kind.GIVEN, offered, threads) if signed else measured
        self._tell(name, 2 if signed else 1)
        return self._row(name, found, measured, indifferent, offered, in_force)

    def _row(
        self, name: str, found: Measures, in_force: Measures, indifferent: Measures, *cases: Case
    ) -> Row:
        games = [self.games.of(case) for case in cases]
        return Row(self.scenario.arrangements[name], found, in_force, indifferent, *games)

    def _at_base(self, kind: _Kind, case: Case, threads: int | None) -> Measures:
        if (kind, case) in self._ahead:
            return self._ahead[kind, case]
        count = 2 if kind == _Kind.BOTH else 1
        certain = self.certain and affords_certainty(self.games.of(case), count)
        return _measured(kind, self._solutions(kind, certain, threads).solve(case))

    def _solutions(self, kind: _Kind, certain: bool, threads: int | None) -> Solutions:
        """The solutions-to-be of some cases at base values."""
        worlds, rationality = self.base.worlds, None
        if kind == _Kind.BOTH:
            worlds, rationality = self._twice, np.array([np.nan, 0.0])
        if kind == _Kind.ZERO:
            rationality = np.zeros(1)
        return Solutions(
            self.scenario,
            worlds,
            games=self.games,
            threads=threads,
            rationality=rationality,
            tabulated=self._tabulated.get(size_of(worlds)),
            certain=certain,
            check=1 if self.certain else 0,
        )

    def _over(self, case: Case, worlds: Worlds, threads: int | None) -> Measures:
        label = f"{case.arrangement}, in force" if case.in_force else case.arrangement
        self._tell(label, 0)
        return measure_case(
            self.scenario,
            case,
            worlds,
            self.games,
            chunk=self.chunk,
            threads=threads,
            with_precision=not case.in_force,
            certain=self.certain and affords_certainty(self.games.of(case), self.worlds or 1),
            check=CHECK,
            step=lambda solved: self._tell(label, solved),
        )

    def _tell(self, label: str, solved: int) -> None:
        with self._lock:
            self.done += solved
            if self.progress:
                self.progress(self.done, self._total, label)


def _measured(kind: _Kind, solution: Solution) -> Measures:
    """Precision is that of what is asked for, offered, which for what nobody signs is in force too."""
    return measure(solution, with_precision=kind != _Kind.ZERO and not solution.ground.case.in_force)
