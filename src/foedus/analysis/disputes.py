"""Where two claims, or two documents, part ways over worlds, and on which assumption that turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.cruxes import Crux, Dispute, dispute
from foedus.analysis.settling import Settings
from foedus.analysis.survey import Survey, survey
from foedus.errors import FoedusError
from foedus.language.scenario import Scenario
from foedus.study.worlds import varied

Floats = NDArray[np.float64]
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
    document that makes bold claims is measured by itself, not by how cautious the other is. Claims that both
    cite speak for neither and are left out. Raises NoDispute where there is nothing to compare.
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
        left, right = (_score(found, sides[name]) for name in documents)
        rows.append(_shape(scenario, documents, dispute(points, left, right, columns)))
    for pair in pairs:
        left, right = (found[name].holds for name in pair)
        rows.append(_shape(scenario, pair, dispute(points, left, right, columns)))
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


def _score(found: Survey, names: tuple[str, ...]) -> Floats:
    """1 where more of the claims hold than in the average world, 0 elsewhere, NaN where none is defined."""
    holds = np.stack([found[name].holds for name in names])
    known = ~np.isnan(holds)
    count = known.sum(axis=0)
    share = np.where(count > 0, np.where(known, holds, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
    return np.where(np.isnan(share), np.nan, (share > np.nanmean(share)).astype(np.float64))


def _shape(scenario: Scenario, pair: Pair, found: Dispute) -> dict[str, Any]:
    return {
        "left": pair[0],
        "right": pair[1],
        "counts": {
            "both": found.both,
            "left": found.left,
            "right": found.right,
            "neither": found.neither,
            "undefined": found.undefined,
        },
        "reason": found.reason,
        "cruxes": [dict(_crux(scenario, each)) for each in found.cruxes],
    }


def _crux(scenario: Scenario, crux: Crux) -> Iterator[tuple[str, Any]]:
    parameter: Mapping[str, Any] = {"about": scenario.parameters[crux.name].about}
    yield "parameter", crux.name
    yield "about", parameter["about"]
    yield "threshold", crux.threshold
    yield "left_is_right", "above" if crux.left_above else "below"
    yield "accuracy", crux.accuracy
    yield "left_on_its_side", crux.left
    yield "right_on_its_side", crux.right
