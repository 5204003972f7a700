"""PROV-JSON (W3C member submission of 2013) of an analysis: from documents to results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import foedus
from foedus.evidence.bibliography import Entry, names
from foedus.evidence.fingerprints import Fingerprints
from foedus.language.citing import Citing
from foedus.language.scenario import Scenario

PREFIXES = {"foedus": "urn:foedus:", "dcterms": "http://purl.org/dc/terms/"}
ANALYSIS, ENGINE = "foedus:analysis", "foedus:software"


def provenance(
    scenario: Scenario,
    sha256: str,
    verdicts: Mapping[str, Any],
    compared: Mapping[str, Any],
    entries: list[Entry],
    found: list[Citing],
    kept: Fingerprints,
) -> dict[str, Any]:
    """Documents, passages, assumptions, the scenario and the results, with what each was derived from.

    A document was attributed to its authors, a passage was derived from its document, what cites it from the
    passage; the analysis used the scenario and generated a result for each arrangement and each claim.
    """
    entities = dict(_documents(entries)) | dict(_passages(found, kept)) | dict(_parts(scenario, found))
    entities["foedus:scenario"] = {"dcterms:title": scenario.title, "foedus:sha256": sha256}
    results = dict(_results(verdicts, compared))
    derived = [*_derivations(scenario, found), *_rests_on(verdicts)]
    people = {name: _key("author", name) for each in entries for name in names(each.author)}
    attributed = [
        (_key("document", each.id), people[name]) for each in entries for name in names(each.author)
    ]
    engine = {"prov:type": "prov:SoftwareAgent", "foedus:version": foedus.__version__}
    agents: dict[str, Any] = {key: {"dcterms:title": name} for name, key in people.items()}
    return {
        "prefix": PREFIXES,
        "entity": entities | results,
        "activity": {ANALYSIS: {"dcterms:title": "foedus compare and foedus claims, at the base values"}},
        "agent": agents | {ENGINE: engine},
        "used": {"_:u1": {"prov:activity": ANALYSIS, "prov:entity": "foedus:scenario"}},
        "wasGeneratedBy": {
            f"_:g{n}": {"prov:entity": name, "prov:activity": ANALYSIS} for n, name in enumerate(results, 1)
        },
        "wasAssociatedWith": {"_:a1": {"prov:activity": ANALYSIS, "prov:agent": ENGINE}},
        "wasAttributedTo": {
            f"_:t{n}": {"prov:entity": what, "prov:agent": who} for n, (what, who) in enumerate(attributed, 1)
        },
        "wasDerivedFrom": {
            f"_:d{n}": {"prov:generatedEntity": what, "prov:usedEntity": source}
            for n, (what, source) in enumerate(dict.fromkeys(derived), 1)
        },
    }


def _key(kind: str, name: str) -> str:
    """A qualified name; what may not stand in one is escaped by its number."""
    said = "".join(each if each.isalnum() or each in "_-." else f"-u{ord(each):x}-" for each in name)
    return f"foedus:{kind}.{said}"


def _documents(entries: list[Entry]) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in entries:
        found = {
            "dcterms:identifier": each.id,
            "dcterms:title": each.title,
            "dcterms:publisher": each.publisher,
            "dcterms:date": each.date,
            "dcterms:language": each.language,
            "foedus:stance": each.stance,
            "foedus:sha256": each.sha256,
        }
        yield _key("document", each.id), {key: value for key, value in found.items() if value}


def _passages(found: list[Citing], kept: Fingerprints) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in dict.fromkeys(str(each.citation) for each in found):
        made = kept.citations.get(name)
        said = (
            {"foedus:exact": made.exact, "foedus:prefix": made.prefix, "foedus:suffix": made.suffix}
            if made
            else {}
        )
        yield _key("passage", name), {"dcterms:identifier": name} | said


def _parts(scenario: Scenario, found: list[Citing]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every parameter, with what it rests on, and every other part of the scenario that cites something."""
    for name, each in scenario.parameters.items():
        value = {} if each.value is None else {"foedus:value": each.value}
        yield _key("parameter", name), {"foedus:basis": each.basis} | value
    for citing in found:
        if citing.kind != "parameter":
            yield _key(citing.kind, citing.name), {"dcterms:identifier": citing.name}


def _derivations(scenario: Scenario, found: list[Citing]) -> Iterator[tuple[str, str]]:
    for each in found:
        passage = _key("passage", str(each.citation))
        yield passage, _key("document", each.citation.partition("#")[0])
        if each.key != "contradicts":
            yield _key(each.kind, each.name), passage
        yield "foedus:scenario", _key(each.kind, each.name)
    for name in scenario.parameters:
        yield "foedus:scenario", _key("parameter", name)


def _results(
    verdicts: Mapping[str, Any], compared: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    for claim in verdicts["claims"]:
        said = {True: "holds", False: "does not hold"}.get(claim["holds"])
        word = said or ("untestable" if claim["untestable"] else "undefined")
        yield _key("verdict", claim["id"]), {"foedus:verdict": word, "foedus:formula": claim["formula"]}
    for row in compared["arrangements"]:
        numbers = {
            f"foedus:{_local(name)}": value
            for name, value in row["offered"]["outcomes"].items()
            if value is not None
        }
        yield _key("result", row["id"]), {"foedus:status": row["status"]} | numbers


def _local(name: str) -> str:
    return _key("outcome", name).partition(":")[2]


def _rests_on(verdicts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for claim in verdicts["claims"]:
        for citation in claim["cites"]:
            yield _key("verdict", claim["id"]), _key("passage", citation)
