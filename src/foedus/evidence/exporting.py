"""`foedus evidence export`: sources, verdicts on claims, and where results come from, in others' formats."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import foedus
from foedus.analysis.claims import Verdicts, check_claims
from foedus.analysis.comparison import compare
from foedus.evidence.bibliography import Entry, bibtex, csl, names, sources
from foedus.evidence.fingerprints import Fingerprints, fingerprint_file, read_fingerprints
from foedus.evidence.provenance import provenance
from foedus.evidence.store import open_store
from foedus.language.citing import Citing, citations_in
from foedus.language.scenario import Scenario

Progress = Callable[[int, int, str], None]
RATINGS = {True: (1, "holds"), False: (0, "does not hold")}


def export_as(scenario: Scenario, form: str, store: Path | None, progress: Progress | None = None) -> str:
    """The text of an export: `prov`, `claimreview`, `csl` or `bibtex`."""
    found = citations_in(scenario.text, scenario.file)
    cited = sorted({each.citation.partition("#")[0] for each in found})
    with open_store(store) if store else nullcontext() as opened:
        entries = sources(scenario, cited, opened)
    if form == "csl":
        return csl(entries)
    if form == "bibtex":
        return bibtex(entries)
    verdicts = check_claims(scenario, progress=progress)
    kept = read_fingerprints(fingerprint_file(Path(scenario.file)))
    if form == "claimreview":
        return _json(reviews(scenario, verdicts, entries))
    return _json(prov(scenario, verdicts, entries, found, kept, progress))


def _json(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def prov(
    scenario: Scenario,
    verdicts: Verdicts,
    entries: list[Entry],
    found: list[Citing],
    kept: Fingerprints,
    progress: Progress | None,
) -> dict[str, Any]:
    """PROV-JSON of an analysis: what `foedus compare` and `foedus claims` find at the base values."""
    compared = compare(scenario, progress=progress).to_json()
    text = hashlib.sha256(scenario.text.encode("utf-8", "surrogatepass")).hexdigest()
    return provenance(scenario, text, verdicts.to_json(), compared, entries, found, kept)


def reviews(scenario: Scenario, verdicts: Verdicts, entries: list[Entry]) -> dict[str, Any]:
    """JSON-LD: one ClaimReview of schema.org for each claim."""
    known = {each.id: each for each in entries}
    graph = [_review(scenario, each, known) for each in verdicts.to_json()["claims"]]
    return {"@context": "https://schema.org", "@graph": graph}


def _review(scenario: Scenario, claim: dict[str, Any], known: dict[str, Entry]) -> dict[str, Any]:
    documents = dict.fromkeys(citation.partition("#")[0] for citation in claim["cites"])
    rated: dict[str, Any] = {"@type": "Rating", "worstRating": 0, "bestRating": 1}
    if claim["holds"] is None:
        word = "untestable" if claim["untestable"] else "undefined"
        rated["ratingExplanation"] = claim["untestable"] or claim.get("reason", "")
    else:
        rated["ratingValue"], word = RATINGS[claim["holds"]]
        rated["ratingExplanation"] = f"{claim['formula']} (margin {claim['margin']})"
    said: dict[str, Any] = {
        "@type": "Claim",
        "appearance": [_work(known[name]) for name in documents],
        "citation": claim["cites"],
    }
    if claim["speaker"]:
        said["creditText"] = claim["speaker"]
    return {
        "@type": "ClaimReview",
        "@id": f"#{claim['id']}",
        "claimReviewed": claim["says"],
        "author": {
            "@type": "SoftwareApplication",
            "name": "Foedus",
            "softwareVersion": foedus.__version__,
        },
        "itemReviewed": said,
        "reviewRating": rated | {"alternateName": word},
        "reviewBody": f"In the scenario '{scenario.title}', at its base values, the claim {_said(word)}.",
    }


def _said(word: str) -> str:
    return word if word in ("holds", "does not hold") else f"is {word}"


def _work(entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {"@type": "CreativeWork", "identifier": entry.id, "name": entry.title or entry.id}
    if entry.author:
        found["author"] = [{"@type": "Person", "name": name} for name in names(entry.author)]
    for key, value in (
        ("publisher", entry.publisher),
        ("datePublished", entry.date),
        ("inLanguage", entry.language),
    ):
        if value:
            found[key] = value
    return found
