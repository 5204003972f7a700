"""The JSON shape `foedus/claims-worlds/1`, documented in docs/reference/results.md.

Every number comes with the command that prints it again.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from foedus.analysis.arguments import Argument
from foedus.analysis.findings import Finding, Turn
from foedus.analysis.settling import Settings
from foedus.analysis.summary import plain
from foedus.analysis.survey import Survey
from foedus.language.arguing import disputes
from foedus.language.scenario import Claim, Scenario

SCHEMA = "foedus/claims-worlds/1"


def findings_shape(survey: Survey, found: Sequence[Finding], path: str, starts: int = 0) -> dict[str, Any]:
    """All findings; `path` is what the scenario is called on the command line, `starts` how many random
    starts other equilibria were searched from."""
    return {
        "schema": SCHEMA,
        "scenario": survey.scenario.name,
        "title": survey.scenario.title,
        "settings": dict(survey.settings),
        "worlds": survey.count,
        "seed": survey.seed,
        "scrambles": int(survey.scramble.max()) + 1,
        "cases": survey.cases,
        "claims": [_shape(survey, each, Commands(survey, each.claim, path, starts)) for each in found],
        "untestable": [
            {
                "id": claim.name,
                "says": claim.says,
                "cites": list(claim.cites),
                "speaker": claim.speaker,
                "against": _disputed(survey.scenario, claim.name),
                "reason": claim.untestable,
            }
            for claim in survey.untestable
        ],
    }


def command_line(words: Sequence[str], settings: Settings) -> str:
    """Words and the settings of a run, as they are typed."""
    also = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    return shlex.join([*words, *also])


class Commands:
    """The commands that print a claim's numbers again; `starts` as in `findings_shape`."""

    def __init__(self, survey: Survey, claim: Claim, path: str, starts: int = 0) -> None:
        self._start = ["foedus", "claims", path, "--claim", claim.name]
        self._settings = survey.settings
        self._drawn = ["--worlds", str(survey.count), "--seed", str(survey.seed)]
        self._others = ["--others", str(starts)] if starts else []
        first = next(iter(survey.scenario.arrangements))
        about = ["--arrangement", first, "--of", claim.name, "--by", "range"]
        self._slopes = ["foedus", "sensitivities", path, *about]

    def base(self) -> str:
        return self._joined(self._start)

    def drawn(self) -> str:
        return self._joined([*self._start, *self._drawn, *self._others])

    def world(self, number: int, *others: str) -> str:
        also = [word for name in others for word in ("--claim", name)]
        return self._joined([*self._start, *also, *self._drawn, "--world", str(number)])

    def moved(self, values: Mapping[str, float]) -> str:
        return self._joined(
            [
                *self._start,
                *(word for name, value in values.items() for word in ("--at", f"{name}={value!r}")),
            ]
        )

    def slopes(self) -> str:
        return self._joined(self._slopes)

    def _joined(self, words: Sequence[str]) -> str:
        return command_line(words, self._settings)


def _shape(survey: Survey, found: Finding, commands: Commands) -> dict[str, Any]:
    claim, surveyed = found.claim, found.surveyed
    truth = found.base.truth
    return {
        "id": claim.name,
        "says": claim.says,
        "cites": list(claim.cites),
        "speaker": claim.speaker,
        "documents": list(_documents(survey.scenario, claim)),
        "formula": claim.formula,
        "note": claim.note,
        "trivial": found.base.trivial,
        "base": {
            "holds": found.base.holds,
            "margin": None if truth is None else plain(truth.margin[0]),
            "branch": None if found.branch is None else found.branch.name.lower(),
            "sides": [[plain(left[0]), plain(right[0])] for left, right in truth.sides] if truth else [],
            "reasons": list(found.base.reasons),
            "command": commands.base(),
        },
        "worlds": {
            "holds": found.share.holds,
            "fails": found.share.fails,
            "undefined": found.share.undefined,
            "unsolved": int(surveyed.unsolved.sum()),
            "share": found.share.share,
            "low": found.share.low,
            "high": found.share.high,
            "method": found.share.method,
            "residual": surveyed.residual,
            "regret": surveyed.regret,
            "reasons": list(surveyed.reasons),
            "command": commands.drawn(),
        },
        "weakest": _weakest(found, commands),
        "rule": _rule(found, commands),
        "counter_world": _counter(survey, found, commands),
        "slopes": {
            "rows": [
                {"parameter": each.name, "derivative": each.derivative, "over_range": each.over_range}
                for each in found.slopes
            ],
            "by": "differences" if found.by_differences else "adjoints",
            "command": commands.drawn() if found.by_differences else commands.slopes(),
        },
        "argument": None if found.argument is None else argument_shape(found.argument, commands),
        "others": None if found.turns is None else [_turn(each) for each in found.turns],
    }


def _documents(scenario: Scenario, claim: Claim) -> Iterator[dict[str, Any]]:
    """The documents that a claim cites, each with its stance and the places."""
    for name in dict.fromkeys(place.partition("#")[0] for place in claim.cites):
        document = scenario.documents.get(name)
        yield {
            "id": name,
            "title": document.title if document else None,
            "stance": document.stance if document else None,
            "note": document.note if document else "",
            "cites": [place for place in claim.cites if place.partition("#")[0] == name],
        }


def _disputed(scenario: Scenario, name: str) -> list[str]:
    """The claims that it is against, or that are against it."""
    return [other for pair in disputes(scenario) if name in pair for other in pair if other != name]


def _weakest(found: Finding, commands: Commands) -> dict[str, Any] | None:
    if found.weakest is None:
        return None
    margin = float(found.surveyed.margin[found.weakest])
    return {"world": found.weakest, "margin": plain(margin), "command": commands.world(found.weakest)}


def _rule(found: Finding, commands: Commands) -> dict[str, Any]:
    rule = found.rule.rule
    if rule is None:
        return {"limits": [], "reason": found.rule.reason, "command": commands.drawn()}
    return {
        "of": "holds" if rule.holding else "fails",
        "limits": [{"parameter": each.parameter, "low": each.low, "high": each.high} for each in rule.limits],
        "coverage": rule.coverage,
        "density": rule.density,
        "base": rule.base,
        "inside": rule.inside,
        "command": commands.drawn(),
    }


def _counter(survey: Survey, found: Finding, commands: Commands) -> dict[str, Any] | None:
    counter = found.counter
    if counter is None:
        return None
    parameters = survey.scenario.parameters
    order = sorted(range(len(found.moved)), key=lambda k: -abs(counter.moves[k]))
    moved = [k for k in order if counter.moves[k] != 0.0]
    values = {found.moved[k]: float(counter.point[k]) for k in moved}
    return {
        "distance": counter.distance,
        "margin": counter.margin,
        "moved": [
            {
                "parameter": found.moved[k],
                "from": parameters[found.moved[k]].value,
                "to": float(counter.point[k]),
                "widths": float(counter.moves[k]),
            }
            for k in moved
        ],
        "command": commands.moved(values),
    }


def argument_shape(argument: Argument, commands: Commands) -> dict[str, Any]:
    """An argument over worlds, with the commands that print its numbers again."""
    follows = argument.follows
    counter = argument.counter
    names = [each.name for each in argument.premises]
    return {
        "because": names,
        "premises_hold": argument.premises_hold,
        "defined": argument.worlds,
        "vacuous": argument.vacuous,
        "follows": {"share": follows.share, "low": follows.low, "high": follows.high},
        "premises": [
            {"id": each.name, "fails": each.fails, "change": each.change, "needed": each.needed}
            for each in argument.premises
        ],
        "counter": None
        if counter is None
        else {"world": counter, "command": commands.world(counter, *names)},
        "command": commands.drawn(),
    }


def _turn(turn: Turn) -> dict[str, Any]:
    return {
        "arrangement": turn.case.arrangement,
        "in_force": turn.case.in_force,
        "equilibria": turn.equilibria,
        "starts": turn.starts,
        "on_branch": turn.on_branch,
        "isolated": turn.isolated,
        "apart": turn.apart,
        "differs": turn.differs,
        "holds": turn.holds,
        "margin": turn.margin,
    }
