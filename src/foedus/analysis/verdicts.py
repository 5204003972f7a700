"""What `foedus verify` compares: every claim and argument at the base values, and counted over worlds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.arguments import argue_over, follows_here
from foedus.analysis.bulk import cases_in
from foedus.analysis.cases import Case
from foedus.analysis.claims import make_evaluation, verdict
from foedus.analysis.formula import Evaluation
from foedus.analysis.record import Counted, Drawn, Said
from foedus.analysis.shares import Share, share_of
from foedus.analysis.summary import plain
from foedus.analysis.survey import Surveyed, survey
from foedus.language.scenario import Claim, Scenario
from foedus.solve.equilibrium import Status
from foedus.study.worlds import base_world

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Solved:
    """One game that claims rest on, at the base values; no residual and regret (in points of payoff) where
    it is not solved."""

    case: Case
    claims: tuple[str, ...]
    status: Status
    residual: float | None
    regret: float | None


@dataclass(frozen=True)
class AtBase:
    """Every claim of a scenario at its base values, in file order, and the games that they rest on."""

    claims: Mapping[str, Said]
    cases: tuple[Solved, ...]

    @property
    def unsolved(self) -> tuple[Solved, ...]:
        return tuple(each for each in self.cases if each.status != Status.SOLVED)


@dataclass(frozen=True)
class OverWorlds:
    """What was counted over worlds; and for each claim and argument its ties, in how many of the worlds a
    margin is so small that the verdict may be another one on another machine."""

    drawn: Drawn
    claim_ties: Mapping[str, int]
    argument_ties: Mapping[str, int]
    unsolved: Mapping[str, int]
    residual: float
    regret: float


def at_base(scenario: Scenario, *, threads: int | None = None, progress: Progress | None = None) -> AtBase:
    """All claims at the base values; each distinct game is solved once."""
    evaluation = make_evaluation(scenario, base_world(scenario), threads=threads)
    truths: dict[str, bool | None] = {}
    margins: dict[str, float | None] = {}
    resting: dict[Case, list[str]] = {}
    for done, (name, claim) in enumerate(scenario.claims.items()):
        if progress:
            progress(done, len(scenario.claims), name)
        said = verdict(evaluation, claim)
        truths[name] = said.holds
        margins[name] = None if said.truth is None else plain(said.truth.margin[0])
        for case in cases_in(evaluation, claim.holds) if claim.holds is not None else ():
            resting.setdefault(case, []).append(name)
    cases = tuple(_solved(evaluation, case, tuple(names)) for case, names in resting.items())
    unsolved = {name for each in cases if each.status != Status.SOLVED for name in each.claims}
    claims = {
        name: Said(
            _word(claim, truths[name], name in unsolved),
            margins[name],
            claim.because,
            _argument(claim, truths),
        )
        for name, claim in scenario.claims.items()
    }
    return AtBase(claims, cases)


def _solved(evaluation: Evaluation, case: Case, claims: tuple[str, ...]) -> Solved:
    equilibrium = evaluation.solutions[case].equilibrium
    status = Status(equilibrium.status[0])
    if status != Status.SOLVED:
        return Solved(case, claims, status, None, None)
    return Solved(case, claims, status, float(equilibrium.residual[0]), float(equilibrium.regret[0]))


def _word(claim: Claim, holds: bool | None, unsolved: bool) -> str:
    if claim.holds is None:
        return "untestable"
    if holds is None:
        return "unsolved" if unsolved else "undefined"
    return "holds" if holds else "fails"


def _argument(claim: Claim, truths: Mapping[str, bool | None]) -> str | None:
    if not claim.because:
        return None
    return follows_here([truths[name] for name in claim.because], truths[claim.name])


def over_worlds(
    scenario: Scenario,
    *,
    worlds: int,
    seed: int,
    tolerance: float,
    threads: int | None = None,
    progress: Progress | None = None,
) -> OverWorlds:
    """All claims that can be tested over worlds; a margin within `tolerance` of 0 is a tie.

    Raises SamplingError.
    """
    found = survey(scenario, worlds=worlds, seed=seed, threads=threads, progress=progress)
    close = {each.claim.name: _close(each, tolerance) for each in found.claims}
    arguments = {
        each.claim.name: argument for each in found.claims if (argument := argue_over(found, each.claim))
    }
    involved = {name: [name, *(each.name for each in arguments[name].premises)] for name in arguments}
    return OverWorlds(
        Drawn(
            worlds,
            seed,
            {each.claim.name: _counted(share_of(each.holds, found.scramble)) for each in found.claims},
            {name: _counted(argument.follows, argument.undefined) for name, argument in arguments.items()},
        ),
        {name: int(near.sum()) for name, near in close.items()},
        {
            name: int(np.logical_or.reduce([close[each] for each in names]).sum())
            for name, names in involved.items()
        },
        {each.claim.name: int(each.unsolved.sum()) for each in found.claims},
        max((each.residual for each in found.claims), default=0.0),
        max((each.regret for each in found.claims), default=0.0),
    )


def _close(each: Surveyed, tolerance: float) -> NDArray[np.bool_]:
    """In which worlds (world) the margin is a tie."""
    return np.abs(each.margin) <= tolerance


def _counted(share: Share, undefined: int | None = None) -> Counted:
    return Counted(
        share.holds,
        share.fails,
        share.undefined if undefined is None else undefined,
        share.share,
        share.low,
        share.high,
    )
