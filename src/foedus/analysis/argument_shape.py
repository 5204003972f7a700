"""The JSON shapes `foedus/arguments/1` and `foedus/argdown/1`, documented in docs/reference/results.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from foedus.analysis.arguments import argue_over, follows_here
from foedus.analysis.claims import check_claims
from foedus.analysis.findings_shape import Commands, argument_shape
from foedus.analysis.settling import Settings
from foedus.analysis.summary import plain
from foedus.analysis.survey import Survey, survey
from foedus.language.arguing import Relation, disputes, relations_of
from foedus.language.scenario import Scenario

SCHEMA = "foedus/arguments/1"
IMPORT_SCHEMA = "foedus/argdown/1"

Progress = Callable[[int, int, str], None]
Shape = dict[str, Any]


def find_arguments(
    scenario: Scenario,
    path: str,
    *,
    worlds: int = 0,
    seed: int = 0,
    settings: Settings | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Shape:
    """How the claims of a scenario bear on each other, at the base values and over `worlds`, if any.

    `path` is what the scenario is called on the command line. Raises OverrideError, SamplingError.
    """
    related = {name for each in relations_of(scenario) for name in (each.claim, each.other)}
    names = [name for name in scenario.claims if name in related]
    checked = check_claims(scenario, names, settings=settings, threads=threads, progress=progress)
    truths = {each.claim.name: each.holds for each in checked.verdicts}
    found: Survey | None = None
    if worlds and names:
        found = survey(
            scenario, names, worlds=worlds, seed=seed, settings=settings, threads=threads, progress=progress
        )
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "title": scenario.title,
        "settings": dict(settings or {}),
        "worlds": worlds or None,
        "seed": seed if worlds else None,
        "claims": [
            {
                "id": each.claim.name,
                "says": each.claim.says,
                "cites": list(each.claim.cites),
                "holds": each.holds,
                "margin": None if each.truth is None else plain(each.truth.margin[0]),
                "untestable": each.claim.untestable,
                "because": list(each.claim.because),
                "against": list(each.claim.against),
            }
            for each in checked.verdicts
        ],
        "arguments": [
            _argument(scenario, name, truths, found, path) for name in names if scenario.claims[name].because
        ],
        "disputes": [_dispute(pair, truths, found) for pair in disputes(scenario)],
    }


def _argument(
    scenario: Scenario, name: str, truths: Mapping[str, bool | None], found: Survey | None, path: str
) -> Shape:
    claim = scenario.claims[name]
    over = None
    if found and claim.holds is not None and (argument := argue_over(found, claim)):
        over = argument_shape(argument, Commands(found, claim, path))
    return {
        "conclusion": name,
        "because": list(claim.because),
        "untestable": [each for each in (*claim.because, name) if scenario.claims[each].holds is None],
        "at_base": follows_here([truths[each] for each in claim.because], truths[name]),
        "over_worlds": over,
    }


def _dispute(pair: tuple[str, str], truths: Mapping[str, bool | None], found: Survey | None) -> Shape:
    """Which of two claims holds; and in how many worlds both do, one of them, or neither."""
    left, right = (truths[name] for name in pair)
    counts = None
    if found and not any(found.scenario.claims[name].holds is None for name in pair):
        one, other = (found[name].holds for name in pair)
        known = ~np.isnan(one) & ~np.isnan(other)
        counts = {
            word: int((known & (one == a) & (other == b)).sum())
            for word, a, b in (("both", 1, 1), ("left", 1, 0), ("right", 0, 1), ("neither", 0, 0))
        } | {"undefined": int((~known).sum())}
    return {"left": pair[0], "right": pair[1], "at_base": _which(left, right), "counts": counts}


def _which(left: bool | None, right: bool | None) -> str:
    if left is None or right is None:
        return "undefined"
    return {(True, True): "both", (True, False): "left", (False, True): "right"}.get((left, right), "neither")


def import_shape(scenario: Scenario, relations: Sequence[Relation], file: str) -> Shape:
    """What an Argdown file says of a scenario's claims against what the scenario says itself.

    `paste` is the text for the scenario: every claim with a difference, with its lines as the file has them.
    """
    own = relations_of(scenario)
    here, there = ({each.meant for each in rows} for rows in (own, relations))
    added = [each for each in relations if each.meant not in here]
    missing = [each for each in own if each.meant not in there]
    changed = [name for name in scenario.claims if any(name == each.claim for each in (*added, *missing))]
    lines = [(name, key, _others(relations, name, key)) for name in changed for key in ("because", "against")]
    return {
        "schema": IMPORT_SCHEMA,
        "scenario": scenario.name,
        "file": file,
        "relations": [_relation(each) for each in relations],
        "added": [_relation(each) for each in added],
        "missing": [_relation(each) for each in missing],
        "paste": "".join(
            f"  {name}:\n" + "".join(f"    {key}: [{', '.join(others)}]\n" for _, key, others in rows)
            for name in changed
            if (rows := [row for row in lines if row[0] == name and row[2]])
        ),
    }


def _others(relations: Sequence[Relation], claim: str, key: str) -> list[str]:
    return [each.other for each in relations if (each.claim, each.key) == (claim, key)]


def _relation(each: Relation) -> Shape:
    place = each.mark
    return {
        "claim": each.claim,
        "key": each.key,
        "other": each.other,
        "line": place.line if place else None,
        "column": place.column if place else None,
    }
