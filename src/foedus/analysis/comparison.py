"""Arrangements side by side: offered and in force, at base values or over many worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from foedus.analysis.comparison_shape import comparison_shape
from foedus.analysis.rows import Progress, Row, Rows
from foedus.analysis.settling import Settings, settle
from foedus.analysis.shape import differences
from foedus.errors import UnknownName, nearest
from foedus.language.scenario import Scenario
from foedus.study.worlds import base_world, sample_worlds

MOST_NAMED = 4


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
        return comparison_shape([self], self.sampled)


def compare(
    scenario: Scenario,
    arrangements: Sequence[str] | None = None,
    *,
    settings: Settings | None = None,
    worlds: int | None = None,
    seed: int = 0,
    chunk: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    certain: bool = True,
) -> Comparison:
    """Compare arrangements (all, in file order, if None), each offered and in force.

    With `worlds`, in that many worlds drawn with `seed`, all of whose results are kept; else at the base
    values. `settings` override parameters, constants, variables' starts or moves' options in all of them. The
    result does not depend on `chunk`, how many worlds are solved at a time (if None, as many as a bounded
    amount of memory has room for), or on `threads`. Where few worlds make it affordable each answer is seen
    to lie on the principal branch, or traced, and certified a second time, all of which takes several times
    as long as the answers; unless `certain`, none is. Raises UnknownName, OverrideError, SamplingError, and
    ScenarioError for a scenario that does not compile.
    """
    run = _run(scenario, arrangements, settings, worlds, seed, chunk, threads, progress, certain)
    return next(run.parts(worlds))


def summarise(
    scenario: Scenario,
    arrangements: Sequence[str] | None = None,
    *,
    settings: Settings | None = None,
    worlds: int | None = None,
    seed: int = 0,
    chunk: int | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The shape of `compare(…).to_json()`, to the byte, in memory that does not grow with the worlds.

    Parts of the worlds are solved, summed up and forgotten. Only the numbers of which quantiles are shown are
    kept, in a temporary file if they are many. Arguments and errors are those of `compare`.
    """
    run = _run(scenario, arrangements, settings, worlds, seed, chunk, threads, progress)
    return comparison_shape(run.parts(), worlds is not None)


@dataclass(frozen=True, eq=False)
class _Run:
    """A comparison that was asked for; `names` are the arrangements to be shown."""

    rows: Rows
    names: tuple[str, ...]
    settings: Settings
    seed: int

    def parts(self, size: int | None = None) -> Iterator[Comparison]:
        """The comparison in parts of so many worlds, as many as fit if None; a single one at base values."""
        rows = self.rows
        if rows.worlds is None:
            yield self._comparison(rows.at_base())
            return
        size = size or rows.at_once()
        for first in range(0, rows.worlds, size):
            drawn = sample_worlds(rows.scenario, min(size, rows.worlds - first), self.seed, first)
            yield self._comparison(rows.over(settle(rows.scenario, drawn, self.settings)))

    def _comparison(self, rows: Mapping[str, Row]) -> Comparison:
        scenario, worlds = self.rows.scenario, self.rows.worlds
        fallbacks = [scenario.baseline(name) for name in self.names]
        return Comparison(
            scenario=scenario,
            rows={name: rows[name] for name in self.names},
            fallbacks={name: rows[name] for name in fallbacks if name is not None},
            settings=dict(self.settings),
            warnings=tuple(_warnings(scenario, self.names, rows)),
            worlds=worlds,
            seed=None if worlds is None else self.seed,
        )


def _run(
    scenario: Scenario,
    arrangements: Sequence[str] | None,
    settings: Settings | None,
    worlds: int | None,
    seed: int,
    chunk: int | None,
    threads: int | None,
    progress: Progress | None,
    certain: bool = True,
) -> _Run:
    names = _chosen(scenario, arrangements)
    fallbacks = [scenario.baseline(name) for name in names]
    everything = tuple(dict.fromkeys([*names, *(each for each in fallbacks if each is not None)]))
    base = settle(scenario, base_world(scenario), settings)
    rows = Rows(scenario, everything, base, worlds, chunk, threads, progress, certain)
    return _Run(rows, names, settings or {}, seed)


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
