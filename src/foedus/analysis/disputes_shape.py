"""The JSON shape `foedus/cruxes/1`, documented in docs/reference/results.md."""

from __future__ import annotations

from typing import Any

from foedus.analysis.disputes import Dispute, Disputes
from foedus.language.scenario import Scenario

SCHEMA = "foedus/cruxes/1"


def disputes_shape(found: Disputes) -> dict[str, Any]:
    """All disputes, and of two documents the claims of each."""
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
        "disputes": [_shape(survey.scenario, each) for each in found.disputes],
    }


def _claims(found: Disputes) -> dict[str, list[str]]:
    if not found.documents or len(found.disputes) != 1:
        return {}
    (only,) = found.disputes
    return {name: list(claims) for name, claims in zip((only.left, only.right), only.claims, strict=True)}


def _shape(scenario: Scenario, found: Dispute) -> dict[str, Any]:
    crux = found.crux
    return {
        "left": found.left,
        "right": found.right,
        "counts": {
            "both": crux.both,
            "left": crux.only_left,
            "right": crux.only_right,
            "neither": crux.neither,
            "undefined": crux.undefined,
        },
        "agreement": crux.agreement,
        "reason": crux.reason or None,
        "cruxes": [
            {
                "parameter": each.parameter,
                "about": scenario.parameters[each.parameter].about,
                "threshold": each.threshold,
                "above": each.above,
                "accuracy": each.accuracy,
            }
            for each in crux.thresholds
        ],
    }
