"""`foedus evidence coverage`: what every assumption rests on, and how much of a result rests on judgment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from foedus.analysis.sensitivity import Sensitivity, find_sensitivities
from foedus.evidence.store import FIELDS, open_store
from foedus.language.citing import Citing, citations_in
from foedus.language.scenario import Parameter, Scenario, Source

SCHEMA = "foedus/evidence-coverage/1"
BASES = ("quoted", "paraphrased", "judged")

Progress = Callable[[int, int, str], None]


def cover(
    scenario: Scenario,
    store: Path | None,
    arrangements: Sequence[str],
    in_force: bool,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The documented shape `foedus/evidence-coverage/1`.

    `arrangements` are those under which sensitivities are found. Without a store the documents are those that
    the scenario lists or cites.
    """
    assumptions = [_assumption(each) for each in scenario.parameters.values()]
    counted = [each for each in assumptions if not each["derived"]]
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "title": scenario.title,
        "in_force": in_force,
        "store": str(store) if store else None,
        "counts": {basis: sum(each["basis"] == basis for each in counted) for basis in BASES},
        "derived": len(assumptions) - len(counted),
        "assumptions": assumptions,
        "documents": list(_documents(scenario, store)),
        "results": list(_results(scenario, arrangements, in_force, progress)),
    }


def _assumption(parameter: Parameter) -> dict[str, Any]:
    sources = [*parameter.cites, *(each.citation for each in (*parameter.supports, *parameter.contradicts))]
    shown = parameter.shown_range
    return {
        "id": parameter.name,
        "about": parameter.about,
        "basis": parameter.basis,
        "derived": parameter.expression is not None,
        "value": parameter.value,
        "range": list(parameter.range) if parameter.range else None,
        "shown_range": list(shown) if shown else None,
        "widened": shown != parameter.range,
        "cites": list(parameter.cites),
        "supports": [_source(each) for each in parameter.supports],
        "contradicts": [_source(each) for each in parameter.contradicts],
        "documents": sorted({each.partition("#")[0] for each in sources}),
    }


def _source(source: Source) -> dict[str, Any]:
    return {"citation": source.citation, "numbers": list(source.numbers) if source.numbers else None}


def _documents(scenario: Scenario, store: Path | None) -> Iterator[dict[str, Any]]:
    """Every document that is listed, cited or registered, with what rests on it."""
    uses: dict[str, list[Citing]] = {}
    for each in citations_in(scenario.text, scenario.file):
        uses.setdefault(each.citation.partition("#")[0], []).append(each)
    known: dict[str, dict[str, str]] = {}
    if store:
        with open_store(store) as opened:
            known = {each.id: each.metadata for each in opened.documents()}
    for name in sorted({*uses, *scenario.documents, *known}):
        listed = scenario.documents.get(name)
        found = {key: getattr(listed, key) if listed else known.get(name, {}).get(key, "") for key in FIELDS}
        resting = {(each.kind, each.name) for each in uses.get(name, ())}
        kinds = sorted({kind for kind, _ in resting})
        yield {
            "id": name,
            "title": found["title"] or None,
            "stance": found["stance"] or None,
            "listed": listed is not None,
            "registered": name in known if store else None,
            "citations": len(uses.get(name, ())),
            "rests": {kind: sorted(each for of, each in resting if of == kind) for kind in kinds},
        }


def _results(
    scenario: Scenario, arrangements: Sequence[str], in_force: bool, progress: Progress | None
) -> Iterator[dict[str, Any]]:
    for done, name in enumerate(arrangements):
        if progress:
            progress(done, len(arrangements), name)
        signed = in_force and bool(scenario.arrangements[name].signed_by)
        found = find_sensitivities(scenario, name, in_force=signed)
        quantities = [_shares(scenario, each) for each in found.found]
        status = found.status.name.lower()
        yield {"arrangement": name, "in_force": signed, "status": status, "quantities": quantities}


def _shares(scenario: Scenario, found: Sensitivity) -> dict[str, Any]:
    """How the sum of |derivative × width of the range| divides between the kinds of basis.

    Parameters without a range count nothing. All shares are null where nothing moves the quantity, or where a
    derivative that is needed has no value.
    """
    sums = dict.fromkeys(BASES, 0.0)
    judged: list[tuple[float, str]] = []
    missing = [row.name for row in found.rows if row.range and row.over_range is None]
    for row in found.rows:
        if row.kind == "parameter" and row.over_range is not None:
            basis = scenario.parameters[row.name].basis
            sums[basis] += abs(row.over_range)
            if basis == "judged":
                judged.append((-abs(row.over_range), row.name))
    total = sum(sums.values())
    known = total > 0.0 and not missing and found.value is not None
    return {
        "kind": found.quantity.kind,
        "id": found.quantity.name,
        "value": found.value,
        "shares": {basis: sums[basis] / total if known else None for basis in BASES},
        "most_judged": [name for size, name in sorted(judged)[:3] if size < 0.0],
        "reason": found.reason if not known else None,
    }
