"""Claims over worlds: in which of many worlds each holds, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.bulk import Certified, cases_in, work_out
from foedus.analysis.cases import Case
from foedus.analysis.claims import chosen_claims, make_evaluation, verdict
from foedus.analysis.games import Games
from foedus.analysis.measures import CHUNK, fitting
from foedus.analysis.settling import Settings
from foedus.analysis.solutions import part_of, size_of
from foedus.language.scenario import Claim, Scenario
from foedus.solve.equilibrium import Status
from foedus.study.worlds import Worlds, base_world, sample_scrambles

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class Surveyed:
    """One claim in every world: holds is 1, 0 or NaN, and margin as in `Truth`; shape (world).

    unsolved (world): whether one of the cases that it rests on is not solved there, so that it has no
    verdict. residual, regret: the largest of the certificates of those that are.
    """

    claim: Claim
    holds: Floats
    margin: Floats
    unsolved: Bools
    residual: float
    regret: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Survey:
    """What `survey` found. scramble (world): the number of the scramble that a world belongs to.

    `premises` are those that the claims asked for rest on, as far as they were not asked for themselves.
    """

    scenario: Scenario
    settings: Settings
    seed: int
    worlds: Worlds
    scramble: NDArray[np.int64]
    claims: tuple[Surveyed, ...]
    premises: tuple[Surveyed, ...]
    untestable: tuple[Claim, ...]
    cases: int

    def __getitem__(self, claim: str) -> Surveyed:
        return next(each for each in (*self.claims, *self.premises) if each.claim.name == claim)

    @property
    def count(self) -> int:
        return len(self.scramble)


def survey(
    scenario: Scenario,
    claims: Sequence[str] | None = None,
    *,
    worlds: int,
    seed: int = 0,
    settings: Settings | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Survey:
    """Evaluate claims (all that can be tested, if None) in `worlds` worlds drawn with `seed`.

    Worlds come in independent scrambles of a Sobol' sequence, so that shares have intervals. Each distinct
    case is solved once in each world; the answers do not depend on `threads`. Raises UnknownName,
    OverrideError, SamplingError.
    """
    names = chosen_claims(scenario, claims)
    asked = [scenario.claims[name] for name in names if scenario.claims[name].holds is not None]
    wanted = [*asked, *_premises(scenario, asked)]
    drawn, scramble = sample_scrambles(scenario, worlds, seed)
    run = _Run(scenario, wanted, settings, threads, progress, worlds)
    parts = [run.part(part_of(drawn, *bounds)) for bounds in run.chunks(size_of(drawn))]
    found = tuple(_joined(claim, [part[k] for part in parts]) for k, claim in enumerate(wanted))
    others = tuple(claim for claim in map(scenario.claims.__getitem__, names) if claim.holds is None)
    return Survey(
        scenario=scenario,
        settings=dict(settings or {}),
        seed=seed,
        worlds=drawn,
        scramble=scramble,
        claims=found[: len(asked)],
        premises=found[len(asked) :],
        untestable=others,
        cases=len(run.cases),
    )


def _premises(scenario: Scenario, asked: Sequence[Claim]) -> list[Claim]:
    """The testable claims on which others directly rest, without these."""
    names = dict.fromkeys(name for claim in asked for name in claim.because)
    found = [scenario.claims[name] for name in names]
    return [claim for claim in found if claim.holds is not None and claim not in asked]


class _Run:
    """A survey under way."""

    def __init__(
        self,
        scenario: Scenario,
        claims: Sequence[Claim],
        settings: Settings | None,
        threads: int | None,
        progress: Progress | None,
        worlds: int,
    ) -> None:
        self._scenario, self._claims, self._settings = scenario, claims, settings
        self._threads, self._progress, self._worlds = threads, progress, worlds
        self._games = Games(scenario)
        self._done = 0
        self.cases = self._cases()

    def _cases(self) -> dict[Case, None]:
        base = make_evaluation(self._scenario, base_world(self._scenario), self._settings, games=self._games)
        return dict.fromkeys(case for claim in self._claims for case in cases_in(base, claim.condition))

    def chunks(self, worlds: int) -> Iterable[tuple[int, int]]:
        """Where parts begin and end, so that the largest of the games has room for one."""
        size = min((fitting(self._games.of(case)) for case in self.cases), default=CHUNK)
        return [(first, min(first + size, worlds)) for first in range(0, worlds, size)]

    def part(self, worlds: Worlds) -> list[Surveyed]:
        evaluation = make_evaluation(
            self._scenario, worlds, self._settings, drawn=True, games=self._games, threads=self._threads
        )
        count = size_of(worlds)
        formulas = [claim.condition for claim in self._claims]
        certified = work_out(evaluation, formulas, lambda case: self._tell(case.arrangement, count))
        found = []
        for claim in self._claims:
            said = verdict(evaluation, claim)
            nothing = np.full(count, np.nan)
            holds, margin = (said.truth.holds, said.truth.margin) if said.truth else (nothing, nothing)
            rests_on = [certified[case] for case in cases_in(evaluation, claim.condition)]
            found.append(Surveyed(claim, holds, margin, *_certificate(rests_on, count), said.reasons))
        return found

    def _tell(self, label: str, solved: int) -> None:
        self._done += solved
        if self._progress:
            self._progress(self._done, self._worlds * len(self.cases), label)


def _certificate(cases: Sequence[Certified], count: int) -> tuple[Bools, float, float]:
    unsolved = np.zeros(count, np.bool_)
    residual = regret = 0.0
    for each in cases:
        solved = each.status == Status.SOLVED
        unsolved |= ~solved
        residual = max(residual, float(np.max(each.residual[solved], initial=0.0)))
        regret = max(regret, float(np.max(each.regret[solved], initial=0.0)))
    return unsolved, residual, regret


def _joined(claim: Claim, parts: Sequence[Surveyed]) -> Surveyed:
    return Surveyed(
        claim,
        np.concatenate([part.holds for part in parts]),
        np.concatenate([part.margin for part in parts]),
        np.concatenate([part.unsolved for part in parts]),
        max(part.residual for part in parts),
        max(part.regret for part in parts),
        tuple(dict.fromkeys(reason for part in parts for reason in part.reasons)),
    )
