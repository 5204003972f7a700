"""What a survey shows of each claim: where it holds, by which rule, and what it would take to turn it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.arguments import Argument, argue_over
from foedus.analysis.bulk import asked_in, cases_in
from foedus.analysis.cases import Case
from foedus.analysis.claims import Verdict, make_evaluation, verdict
from foedus.analysis.counterworld import CounterWorld, Ground, nearest
from foedus.analysis.discovery import Discovery, rule_for_rarer
from foedus.analysis.formula import Evaluation, reply
from foedus.analysis.margins import Margins
from foedus.analysis.shares import Share, share_of
from foedus.analysis.solving import find_others
from foedus.analysis.survey import Survey, Surveyed
from foedus.language.scenario import Claim
from foedus.solve.equilibrium import Branch
from foedus.solve.others import Further
from foedus.solve.problem import processors
from foedus.study.worlds import base_world

Floats = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

STEEPEST = 5
ROUGH = 1e-5
"""How exact slopes have to be that only tell a search where to look next."""


@dataclass(frozen=True)
class Slope:
    """How the margin changes with one assumption at the base values: per unit, and over its whole range."""

    name: str
    derivative: float
    over_range: float


@dataclass(frozen=True)
class Turn:
    """A further equilibrium of one of a claim's cases, and the verdict if that case were played by it."""

    case: Case
    starts: int
    on_branch: bool
    holds: bool | None
    margin: float | None


@dataclass(frozen=True, eq=False)
class Finding:
    """All that is found of one claim that can be tested.

    branch: the least certain among those of its cases at the base values, None where one is not solved.
    weakest: the number of the world with the smallest margin. rule is of the worlds in which the claim
    holds, or, where it holds in more than half of them, of those in which it fails. counter is None where no
    search found a world with another verdict. turns is None where nobody searched for other equilibria, and
    argument where the claim rests on no other that can be tested.
    """

    surveyed: Surveyed
    base: Verdict
    branch: Branch | None
    share: Share
    weakest: int | None
    rule: Discovery
    counter: CounterWorld | None
    moved: tuple[str, ...]
    slopes: tuple[Slope, ...]
    turns: tuple[Turn, ...] | None
    argument: Argument | None

    @property
    def claim(self) -> Claim:
        return self.surveyed.claim


def assess(
    survey: Survey,
    *,
    others: int = 0,
    threads: int | None = None,
    progress: Progress | None = None,
) -> tuple[Finding, ...]:
    """What the survey shows of each of its claims. `others` is the number of random starts from which each of
    their cases is searched, once, for further equilibria at the base values; none if 0."""
    base = make_evaluation(survey.scenario, base_world(survey.scenario), survey.settings, threads=threads)
    said = [verdict(base, each.claim) for each in survey.claims]
    cases = dict.fromkeys(case for each in survey.claims for case in cases_in(base, each.claim.condition))
    searched = list(cases) if others else []
    finished: list[str] = []

    def tell(what: str) -> None:
        finished.append(what)
        if progress:
            progress(len(finished), len(searched) + len(said), what)

    def search(case: Case) -> tuple[Further, ...]:
        found = find_others(base.solutions[case], others, survey.seed)
        tell(case.arrangement)
        return found.others if found else ()

    searches = {case: search(case) for case in searched}

    def work(place: int) -> Finding:
        surveyed = survey.claims[place]
        turns = _turns(base, surveyed.claim, searches) if others else None
        found = _finding(survey, surveyed, said[place], _branch(base, surveyed.claim), turns)
        tell(surveyed.claim.name)
        return found

    with ThreadPoolExecutor(min(threads or processors(), len(said)) or 1) as pool:
        return tuple(pool.map(work, range(len(said))))


def _finding(
    survey: Survey, surveyed: Surveyed, base: Verdict, branch: Branch | None, turns: tuple[Turn, ...] | None
) -> Finding:
    margins = Margins(survey.scenario, surveyed.claim, survey.settings, threads=1)
    points = np.stack([survey.worlds[name] for name in margins.names], axis=1)
    known = ~np.isnan(surveyed.margin)
    weakest = int(np.nanargmin(surveyed.margin)) if known.any() else None
    share = share_of(surveyed.holds, survey.scramble)
    counter: CounterWorld | None = None
    slopes: tuple[Slope, ...] = ()
    if base.holds is not None:
        slopes = _slopes(margins)
        directions = partial(margins.slopes, exact=ROUGH)
        ground = Ground(margins.base, margins.ranges, margins.at, directions, base.holds, margins.certified)
        counter = nearest(ground, points[known], surveyed.margin[known])
    return Finding(
        surveyed,
        base,
        branch,
        share,
        weakest,
        rule_for_rarer(points, surveyed.holds, margins.names),
        counter,
        margins.names,
        slopes,
        turns,
        argue_over(survey, surveyed.claim),
    )


def _slopes(margins: Margins) -> tuple[Slope, ...]:
    """The steepest slopes of a margin at the base values, by what they do over the range."""
    slopes = margins.slopes(margins.base[None])[0]
    over = slopes * (margins.ranges[:, 1] - margins.ranges[:, 0])
    order = np.argsort(-np.abs(np.nan_to_num(over)), kind="stable")[:STEEPEST]
    return tuple(
        Slope(margins.names[k], float(slopes[k]), float(over[k]))
        for k in order
        if np.isfinite(slopes[k]) and over[k]
    )


def _branch(base: Evaluation, claim: Claim) -> Branch | None:
    found = []
    for case in cases_in(base, claim.condition):
        solution = base.solutions[case]
        if not solution.solved.all():
            return None
        found.append(Branch(solution.equilibrium.branch[0]))
    return max(found, key=_UNCERTAIN.index, default=Branch.PRINCIPAL)


_UNCERTAIN = [Branch.PRINCIPAL, Branch.BIFURCATED, Branch.SWEEPS]


def _turns(base: Evaluation, claim: Claim, searches: Mapping[Case, tuple[Further, ...]]) -> tuple[Turn, ...]:
    """The verdicts if one of the claim's cases were played by another equilibrium that was found of it."""
    formula, found = claim.condition, []
    for case in cases_in(base, formula):
        solution = base.solutions[case]
        for other in searches[case]:
            equilibrium = replace(
                solution.equilibrium, behaviour=other.behaviour[:, None], values=other.values[:, None]
            )
            played = replace(solution, equilibrium=equilibrium)
            known = {asked: reply(played, asked[1]) for asked in asked_in(base, formula) if asked[0] == case}
            truth = replace(base, known={**base.known, **known}, reasons=[]).truth(formula)
            holds = None if np.isnan(truth.holds[0]) else bool(truth.holds[0])
            margin = None if np.isnan(truth.margin[0]) else float(truth.margin[0])
            found.append(Turn(case, other.starts, other.on_branch, holds, margin))
    return tuple(found)
