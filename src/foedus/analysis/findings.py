"""What a survey shows of each claim: where it holds, by which rule, and what it would take to turn it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import isclose

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
from foedus.solve.threads import processors, shared
from foedus.study.worlds import base_world

Floats = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

STEEPEST = 5
ROUGH = 1e-5
"""How exact slopes have to be that only tell a search where to look next."""
FIGURES, NOTHING = 1e-3, 1e-6
"""Margins that differ by less, of themselves or at all, are told as one."""


@dataclass(frozen=True)
class Slope:
    """How the margin changes with one assumption at the base values: per unit, and over its whole range."""

    name: str
    derivative: float
    over_range: float


@dataclass(frozen=True)
class Turn:
    """Further equilibria of one of a claim's cases that are one for the claim, and the verdict if that case
    were played by them.

    Of these `equilibria` the outcomes, the verdicts and the margins are the same, as far as is printed.
    starts led to them. on_branch: whether the principal branch comes to one of them. isolated: whether each
    is, None where a game is too large to tell. apart: the largest distance of their outcomes from that of
    the case's own equilibrium, in total variation. differs: whether outcome, verdict or margin is another
    than with that one.
    """

    case: Case
    equilibria: int
    starts: int
    on_branch: bool
    isolated: bool | None
    apart: float
    differs: bool
    holds: bool | None
    margin: float | None


@dataclass(frozen=True, eq=False)
class Finding:
    """All that is found of one claim that can be tested.

    branch: the least certain among those of its cases at the base values, None where one is not solved.
    weakest: the number of the world with the smallest margin. rule is of the worlds in which the claim
    holds, or, where it holds in more than half of them, of those in which it fails. counter is None where no
    search found a world with another verdict. by_differences: whether slopes are differences between worlds,
    as of a claim that itself holds a derivative, and not exact. turns is None where nobody searched for
    other equilibria, and argument where the claim rests on no other that can be tested.
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
    by_differences: bool
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

    found: dict[int, Finding] = {}

    def work(place: int) -> None:
        surveyed = survey.claims[place]
        turns = _turns(base, surveyed.claim, searches) if others else None
        found[place] = _finding(survey, surveyed, said[place], _branch(base, surveyed.claim), turns)
        tell(surveyed.claim.name)

    shared(work, range(len(said)), threads or processors())
    return tuple(found[place] for place in range(len(said)))


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
        margins.by_differences,
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
    own = _holding(replace(base, reasons=[]), claim)
    found: list[Turn] = []
    for case in cases_in(base, claim.condition):
        alike: dict[tuple[int, int], list[Further]] = {}
        verdicts = [own]
        for other in searches[case]:
            told = _holding(_played(base, claim, case, other), claim)
            same = (k for k, one in enumerate(verdicts) if _same(told, one))
            number = next(same, len(verdicts))
            if number == len(verdicts):
                verdicts.append(told)
            alike.setdefault((other.outcome, number), []).append(other)
        for (outcome, number), group in alike.items():
            found.append(_turn(case, group, outcome > 0 or number > 0, verdicts[number]))
    return tuple(found)


Holding = tuple[bool | None, float | None]
"""Whether a claim holds, and its margin."""


def _played(base: Evaluation, claim: Claim, case: Case, other: Further) -> Evaluation:
    """The evaluation if the case were played by another equilibrium."""
    solution = base.solutions[case]
    equilibrium = replace(
        solution.equilibrium, behaviour=other.behaviour[:, None], values=other.values[:, None]
    )
    played = replace(solution, equilibrium=equilibrium)
    asked = (each for each in asked_in(base, claim.condition) if each[0] == case)
    known = {each: reply(played, each[1]) for each in asked}
    return replace(base, known={**base.known, **known}, reasons=[])


def _holding(evaluation: Evaluation, claim: Claim) -> Holding:
    """Verdict and margin at the base values."""
    truth = evaluation.truth(claim.condition)
    holds = None if np.isnan(truth.holds[0]) else bool(truth.holds[0])
    return holds, None if np.isnan(truth.margin[0]) else float(truth.margin[0])


def _same(one: Holding, other: Holding) -> bool:
    """Whether verdicts are the same, and margins to three figures."""
    if one[1] is None or other[1] is None:
        return one == other
    return one[0] == other[0] and isclose(one[1], other[1], rel_tol=FIGURES, abs_tol=NOTHING)


def _turn(case: Case, group: Sequence[Further], differs: bool, told: Holding) -> Turn:
    sure = [each.isolated for each in group]
    return Turn(
        case,
        len(group),
        sum(each.starts for each in group),
        any(each.on_branch for each in group),
        False if False in sure else None if None in sure else True,
        max(each.apart for each in group),
        differs,
        *told,
    )
