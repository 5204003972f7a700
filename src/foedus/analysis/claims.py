"""Which of a scenario's claims hold, and by how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.expressions import Unanswerable
from foedus.analysis.formula import Evaluation, Truth
from foedus.analysis.games import Games
from foedus.analysis.rows import CHECK
from foedus.analysis.settling import Settings, settle
from foedus.analysis.solutions import Solutions, size_of
from foedus.analysis.summary import plain
from foedus.errors import UnknownName, nearest
from foedus.language.resolve import resolve_formula
from foedus.language.scenario import Claim, Scenario
from foedus.language.trivial import always
from foedus.study.worlds import Worlds, base_world

Floats = NDArray[np.float64]
Progress = Callable[[int, int, str], None]

SCHEMA = "foedus/claims/1"


@dataclass(frozen=True, eq=False)
class Verdict:
    """What became of one claim. `truth` is None for one that no game can test, or that has no value at all.

    `reasons` say why it is undefined, in the worlds in which it is.
    """

    claim: Claim
    truth: Truth | None
    reasons: tuple[str, ...]
    trivial: bool

    @property
    def holds(self) -> bool | None:
        """The verdict in the first world."""
        if self.truth is None or np.isnan(self.truth.holds[0]):
            return None
        return bool(self.truth.holds[0])


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What `check_claims` found, in file order."""

    scenario: Scenario
    settings: Settings
    verdicts: tuple[Verdict, ...]

    def __getitem__(self, claim: str) -> Verdict:
        return next(each for each in self.verdicts if each.claim.name == claim)

    def to_json(self) -> dict[str, Any]:
        """The documented shape `foedus/claims/1`, for the first world."""
        return {
            "schema": SCHEMA,
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "settings": dict(self.settings),
            "claims": [_shape(each) for each in self.verdicts],
        }


def check_claims(
    scenario: Scenario,
    claims: Sequence[str] | None = None,
    *,
    settings: Settings | None = None,
    world: Mapping[str, float] | None = None,
    drawn: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Verdicts:
    """Evaluate claims (all if None) at the base values, or with `settings` in place of some.

    `world` gives parameters other values as a drawn world does: what an arrangement makes of a parameter
    still holds, which it does not under `settings`. With `drawn` every number is the one that `survey` finds
    in that world.

    Each distinct pair of arrangement and overrides is solved once. Raises UnknownName and OverrideError; a
    claim that cannot be evaluated is undefined, with its reasons.
    """
    names = chosen_claims(scenario, claims)
    here = {
        **base_world(scenario),
        **{name: np.array([float(value)]) for name, value in (world or {}).items()},
    }
    evaluation = make_evaluation(scenario, here, settings, drawn=drawn, threads=threads)
    verdicts = []
    for done, name in enumerate(names):
        if progress:
            progress(done, len(names), name)
        verdicts.append(verdict(evaluation, scenario.claims[name]))
    return Verdicts(scenario, dict(settings or {}), tuple(verdicts))


def make_evaluation(
    scenario: Scenario,
    worlds: Worlds,
    settings: Settings | None = None,
    *,
    drawn: bool = False,
    games: Games | None = None,
    threads: int | None = None,
) -> Evaluation:
    """What formulas are evaluated with in the given worlds, `drawn` if they are some of many."""
    settled = settle(scenario, worlds, settings)
    solutions = Solutions(
        scenario,
        settled.worlds,
        games=games,
        threads=threads,
        certain=size_of(settled.worlds) == 1 and not drawn,
        check=CHECK if drawn else 1,
    )
    return Evaluation(solutions, settled.rest, settled.names, drawn)


def verdict(evaluation: Evaluation, claim: Claim) -> Verdict:
    """Evaluate one claim in all worlds of an evaluation."""
    if claim.holds is None:
        return Verdict(claim, None, (), False)
    evaluation.reasons.clear()
    try:
        truth = evaluation.truth(claim.holds)
    except Unanswerable as reason:
        return Verdict(claim, None, (str(reason),), False)
    undefined = bool(np.isnan(truth.holds).any())
    said = tuple(evaluation.reasons) or ("a number in the formula is undefined",)
    return Verdict(claim, truth, said if undefined else (), always(claim.holds))


def evaluate_text(
    scenario: Scenario, text: str, worlds: Worlds | None = None, *, settings: Mapping[str, Any] | None = None
) -> Any:
    """The value of a formula, `"P[treaty; in_force](war)"`, at base values, or in worlds as an array (world).

    A comparison gives 1 or 0; what is undefined is NaN. Raises ScenarioError for a text that is no formula.
    """
    formula = resolve_formula(scenario, text)
    evaluation = make_evaluation(scenario, base_world(scenario) if worlds is None else worlds, settings)
    value = evaluation.number(formula)
    return float(value[0]) if worlds is None else value


def chosen_claims(scenario: Scenario, claims: Sequence[str] | None) -> tuple[str, ...]:
    """The names asked for, all if None. Raises UnknownName."""
    names = tuple(dict.fromkeys(scenario.claims if claims is None else claims))
    for name in names:
        if name not in scenario.claims:
            raise UnknownName(f"no claim '{name}'{nearest(name, list(scenario.claims))}")
    return names


def _shape(verdict: Verdict) -> dict[str, Any]:
    claim, truth = verdict.claim, verdict.truth
    sides = truth.sides if truth else ()
    found: dict[str, Any] = {
        "id": claim.name,
        "says": claim.says,
        "cites": list(claim.cites),
        "speaker": claim.speaker,
        "formula": claim.formula,
        "holds": verdict.holds,
        "margin": None if truth is None else plain(truth.margin[0]),
        "sides": [[plain(left[0]), plain(right[0])] for left, right in sides],
        "trivial": verdict.trivial and verdict.holds is True,
        "untestable": claim.untestable,
        "note": claim.note,
    }
    if verdict.holds is None and claim.untestable is None:
        found["reason"] = "; ".join(verdict.reasons)
    return found
