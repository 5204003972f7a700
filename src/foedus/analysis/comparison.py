"""Arrangements side by side: offered and in force, at base values or over many worlds."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock
from typing import Any

import numpy as np

from foedus.analysis.cases import Case
from foedus.analysis.comparison_shape import comparison_shape
from foedus.analysis.measures import CHUNK, Floats, Measures, measure_case
from foedus.analysis.settling import Settings, Settled, settle
from foedus.analysis.shape import differences
from foedus.analysis.solutions import Games, prepare
from foedus.errors import UnknownName, nearest
from foedus.game.game import Game
from foedus.language.scenario import Arrangement, Scenario
from foedus.study.worlds import Worlds, base_world, sample_worlds

Progress = Callable[[int, int, str], None]
"""Called with how many worlds are solved, how many there are in all, and what is solved next."""

MOST_NAMED = 4
CHECK = 32
"""Of drawn worlds one in so many is certified by the independent code; at base values every one."""


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


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` found. A Measures has an entry for each world, and a single one at base values.

    `rows` are the arrangements asked for, and `fallbacks` those that they are held against, shown or not.
    `worlds` and `seed` are None at base values.
    """

    scenario: Scenario
    rows: Mapping[str, Row]
    fallbacks: Mapping[str, Row]
    settings: Settings
    warnings: tuple[str, ...]
    worlds: int | None = None
    seed: int | None = None

    @property
    def sampled(self) -> bool:
        return self.worlds is not None

    def fallback(self, arrangement: str) -> Row | None:
        """The row that the arrangement is compared with (`Scenario.baseline`); None for a fallback."""
        baseline = self.scenario.baseline(arrangement)
        return None if baseline is None else self.fallbacks[baseline]

    def to_json(self) -> dict[str, Any]:
        """The documented shape `foedus/comparison/1`; the same comparison gives the same bytes."""
        return comparison_shape(self)


@dataclass(eq=False)
class _Run:
    """A comparison under way. `drawn` is None at base values."""

    scenario: Scenario
    base: Settled
    drawn: Settled | None
    chunk: int
    threads: int | None
    progress: Progress | None
    total: int
    done: int = 0

    def __post_init__(self) -> None:
        self.games = Games(self.scenario)
        self._lock = Lock()

    def rows(self, names: Sequence[str]) -> dict[str, Row]:
        """The rows of all arrangements: of many worlds one after another, of one world side by side."""
        workers = (self.threads or os.cpu_count() or 1) if self.drawn is None else 1
        if workers == 1 or len(names) == 1:
            return {name: self.row(name) for name in names}
        prepare()
        with ThreadPoolExecutor(workers) as pool:
            return dict(zip(names, pool.map(self.row, names), strict=True))

    def row(self, name: str) -> Row:
        arrangement = self.scenario.arrangements[name]
        in_force, indifferent, game_in_force = self._in_force(name)
        offered, game = self._offered(name) if arrangement.signed_by else (in_force, game_in_force)
        return Row(arrangement, offered, in_force, indifferent, game, game_in_force)

    def _offered(self, name: str) -> tuple[Measures, Game]:
        settled = self.drawn or self.base
        case = settled.case(self.scenario, name)
        return self._measure(case, settled.worlds, True), self.games.of(case)

    def _in_force(self, name: str) -> tuple[Measures, Measures, Game]:
        """In force, the same at λ = 0 at base values, and the game.

        At base values both are solved as worlds of one batch, which costs no more than one of them.
        """
        settled = self.drawn or self.base
        case = settled.case(self.scenario, name, True)
        signed = bool(self.scenario.arrangements[name].signed_by)
        if self.drawn is not None:
            measures = self._measure(case, self.drawn.worlds, not signed)
            indifferent = self._measure(case, self.base.worlds, False, np.zeros(1), silent=True)
            return measures, indifferent, self.games.of(case)
        twice = {key: np.repeat(values, 2) for key, values in self.base.worlds.items()}
        if not twice:
            alone = self._measure(case, twice, not signed)
            return alone, self._measure(case, twice, False, np.zeros(1), silent=True), self.games.of(case)
        both = self._measure(case, twice, not signed, np.array([np.nan, 0.0]))
        return both.world(0), both.world(1), self.games.of(case)

    def _measure(
        self,
        case: Case,
        worlds: Worlds,
        with_precision: bool,
        rationality: Floats | None = None,
        silent: bool = False,
    ) -> Measures:
        label = f"{case.arrangement}, in force" if case.in_force else case.arrangement
        self._tell(label, 0)
        return measure_case(
            self.scenario,
            case,
            worlds,
            self.games,
            chunk=self.chunk,
            threads=self.threads,
            with_precision=with_precision,
            rationality=rationality,
            check=1 if self.drawn is None or silent else CHECK,
            step=None if silent else lambda solved: self._tell(label, solved),
        )

    def _tell(self, label: str, solved: int) -> None:
        with self._lock:
            self.done += solved if self.drawn is not None else min(solved, 1)
            if self.progress:
                self.progress(self.done, self.total, label)


def compare(
    scenario: Scenario,
    arrangements: Sequence[str] | None = None,
    *,
    settings: Settings | None = None,
    worlds: int | None = None,
    seed: int = 0,
    chunk: int = CHUNK,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Compare arrangements (all, in file order, if None), each offered and in force.

    With `worlds`, in that many worlds drawn with `seed`; else at the base values. `settings` override
    parameters, constants, variables' starts or moves' options in all of them. The result does not depend on
    `chunk`, how many worlds are solved at a time, or on `threads`. Raises UnknownName, OverrideError,
    SamplingError, and ScenarioError for a scenario that does not compile.
    """
    names = _chosen(scenario, arrangements)
    fallbacks = [scenario.baseline(name) for name in names]
    everything = tuple(dict.fromkeys([*names, *(each for each in fallbacks if each is not None)]))
    base = settle(scenario, base_world(scenario), settings)
    drawn = settle(scenario, sample_worlds(scenario, worlds, seed), settings) if worlds else None
    cases = sum(2 if scenario.arrangements[name].signed_by else 1 for name in everything)
    run = _Run(scenario, base, drawn, chunk, threads, progress, cases * (worlds or 1))
    rows = run.rows(everything)
    return Comparison(
        scenario=scenario,
        rows={name: rows[name] for name in names},
        fallbacks={name: rows[name] for name in fallbacks if name is not None},
        settings=dict(settings or {}),
        warnings=tuple(_warnings(scenario, names, rows)),
        worlds=worlds,
        seed=seed if worlds else None,
    )


def _chosen(scenario: Scenario, arrangements: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(arrangements or scenario.arrangements))
    for name in names:
        if name not in scenario.arrangements:
            raise UnknownName(f"no arrangement '{name}'{nearest(name, list(scenario.arrangements))}")
    return names


def _warnings(scenario: Scenario, names: Sequence[str], rows: Mapping[str, Row]) -> list[str]:
    found = []
    for name in names:
        baseline = scenario.baseline(name)
        if baseline is not None:
            found += _different(name, baseline, rows)
        if not rows[name].offered.partition:
            found.append(
                f"{name}: an end state has no outcome or several; the probabilities need not sum to 1"
            )
    return found


def _different(name: str, otherwise: str, rows: Mapping[str, Row]) -> list[str]:
    more, fewer = differences(rows[name].game_in_force, rows[otherwise].game)
    if not more and not fewer:
        return []
    words = [f"{what} {_listed(some)}" for what, some in (("has", more), ("lacks", fewer)) if some]
    return [
        f"{name} {' and '.join(words)}, unlike {otherwise}: part of what differs between them is the shape "
        "of the game (compare both at λ = 0)"
    ]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown} and {len(names) - MOST_NAMED} more options"
