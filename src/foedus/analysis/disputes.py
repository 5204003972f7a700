"""Where two claims, or two documents, part ways over worlds, and on which assumption that turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from foedus.analysis.cruxes import Crux, find_crux, find_document_crux
from foedus.analysis.settling import Settings
from foedus.analysis.survey import survey
from foedus.errors import FoedusError
from foedus.language.scenario import Scenario
from foedus.study.worlds import varied

Progress = Callable[[int, int, str], None]
Pair = tuple[str, str]

SCHEMA = "foedus/cruxes/1"


class NoDispute(FoedusError):
    """Nothing was asked that can be in dispute."""

    code = "no-dispute"


def find_disputes(
    scenario: Scenario,
    *,
    claims: Pair | None = None,
    documents: Pair | None = None,
    worlds: int = 1000,
    seed: int = 0,
    settings: Settings | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The documented shape `foedus/cruxes/1`: of two claims, of two documents, or of every pair that the
    scenario's claims name with `against`.

    Of two documents, each is right in a world in which more of its claims hold than in the average world: a
    document that makes bold claims is measured by itself, not by how cautious the other is. Claims that cite
    both speak for neither and are left out. Raises NoDispute where there is nothing to compare.
    """
    pairs = [] if documents else [claims] if claims else _against(scenario)
    sides = _of_documents(scenario, documents) if documents else {}
    names = [*sides[documents[0]], *sides[documents[1]]] if documents else _testable(scenario, pairs)
    found = survey(
        scenario,
        tuple(dict.fromkeys(names)),
        worlds=worlds,
        seed=seed,
        settings=settings,
        threads=threads,
        progress=progress,
    )
    columns = [name for name in varied(scenario) if name not in found.settings]
    points = np.stack([found.worlds[name] for name in columns], axis=1)
    rows = []
    if documents:
        verdicts = np.stack([each.holds for each in found.claims])
        places = {each.claim.name: row for row, each in enumerate(found.claims)}
        left, right = ([places[name] for name in sides[each]] for each in documents)
        crux = find_document_crux(points, verdicts, left, right, columns)
        rows.append(_shape(scenario, documents, crux))
    for pair in pairs:
        crux = find_crux(points, found[pair[0]].holds, found[pair[1]].holds, columns)
        rows.append(_shape(scenario, pair, crux))
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "title": scenario.title,
        "settings": dict(found.settings),
        "worlds": worlds,
        "seed": seed,
        "between": "documents" if documents else "claims",
        "claims": {name: list(members) for name, members in sides.items()},
        "disputes": rows,
    }


def _against(scenario: Scenario) -> list[Pair]:
    """The pairs of testable claims of which one is against the other, each once."""
    found: dict[frozenset[str], Pair] = {}
    for claim in scenario.claims.values():
        for other in claim.against:
            if claim.holds is not None and scenario.claims[other].holds is not None:
                found.setdefault(frozenset((claim.name, other)), (claim.name, other))
    if not found:
        raise NoDispute("no two claims that can be tested are `against` each other; name two")
    return list(found.values())


def _testable(scenario: Scenario, pairs: list[Pair]) -> list[str]:
    names = [name for pair in pairs for name in pair]
    for name in names:
        if scenario.claims[name].holds is None:
            raise NoDispute(f"claim '{name}' cannot be tested: {scenario.claims[name].untestable}")
    return names


def _of_documents(scenario: Scenario, documents: Pair) -> dict[str, tuple[str, ...]]:
    """The testable claims that cite one of two documents and not the other."""
    found: dict[str, tuple[str, ...]] = {}
    for name, other in (documents, documents[::-1]):
        found[name] = tuple(
            claim.name
            for claim in scenario.claims.values()
            if claim.holds is not None and name in _cited(claim.cites) and other not in _cited(claim.cites)
        )
        if not found[name]:
            raise NoDispute(f"no claim that can be tested cites '{name}' and not '{other}'")
    return found


def _cited(cites: tuple[str, ...]) -> set[str]:
    return {place.partition("#")[0] for place in cites}


def _shape(scenario: Scenario, pair: Pair, found: Crux) -> dict[str, Any]:
    return {
        "left": pair[0],
        "right": pair[1],
        "counts": {
            "both": found.both,
            "left": found.only_left,
            "right": found.only_right,
            "neither": found.neither,
            "undefined": found.undefined,
        },
        "agreement": found.agreement,
        "reason": found.reason or None,
        "cruxes": [
            {
                "parameter": each.parameter,
                "about": scenario.parameters[each.parameter].about,
                "threshold": each.threshold,
                "above": each.above,
                "accuracy": each.accuracy,
            }
            for each in found.thresholds
        ],
    }
