"""The JSON shape `foedus/cruxes/1`, documented in docs/reference/results.md."""

from __future__ import annotations

from typing import Any

from foedus.analysis.cruxes import Threshold
from foedus.analysis.disputes import Dispute, Disputes
from foedus.analysis.findings_shape import command_line
from foedus.language.scenario import Scenario

SCHEMA = "foedus/cruxes/1"


def disputes_shape(found: Disputes, path: str) -> dict[str, Any]:
    """All disputes, and of two documents the claims of each; `path` is what the scenario is called on the
    command line."""
    survey = found.survey
    return {
        "schema": SCHEMA,
        "scenario": survey.scenario.name,
        "title": survey.scenario.title,
        "settings": dict(survey.settings),
        "worlds": survey.count,
        "seed": survey.seed,
        "between": "documents" if found.documents else "claims",
        "claims": _claims(found),
        "disputes": [_shape(found, each, path) for each in found.disputes],
    }


def _claims(found: Disputes) -> dict[str, list[str]]:
    if not found.documents or len(found.disputes) != 1:
        return {}
    (only,) = found.disputes
    return {name: list(claims) for name, claims in zip((only.left, only.right), only.claims, strict=True)}


def _shape(found: Disputes, dispute: Dispute, path: str) -> dict[str, Any]:
    scenario, crux = found.survey.scenario, dispute.crux
    return {
        "left": dispute.left,
        "right": dispute.right,
        "counts": {
            "both": crux.both,
            "left": crux.only_left,
            "right": crux.only_right,
            "neither": crux.neither,
            "undefined": crux.undefined,
        },
        "agreement": crux.agreement,
        "reason": crux.reason or None,
        "held": list(found.held),
        "cruxes": [{**_cut(scenario, each), "within": each.within} for each in crux.thresholds],
        "rationality": None
        if crux.held is None
        else {**_cut(scenario, crux.held), "foremost": crux.foremost},
        "command": _command(found, dispute, path),
    }


def _cut(scenario: Scenario, cut: Threshold) -> dict[str, Any]:
    return {
        "parameter": cut.parameter,
        "about": scenario.parameters[cut.parameter].about,
        "threshold": cut.threshold,
        "above": cut.above,
        "accuracy": cut.accuracy,
    }


def _command(found: Disputes, dispute: Dispute, path: str) -> str:
    """The command that prints a dispute again."""
    survey = found.survey
    which = ["--documents"] if found.documents else []
    drawn = ["--worlds", str(survey.count), "--seed", str(survey.seed)]
    also = ["--with-rationality"] if found.with_rationality else []
    pair = [dispute.left, dispute.right]
    return command_line(["foedus", "cruxes", path, *which, *pair, *drawn, *also], survey.settings)
