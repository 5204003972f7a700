"""`foedus evidence cite`: the citation of a passage, and the fingerprints of all that a scenario cites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from foedus.errors import EvidenceError
from foedus.evidence.checking import absent, by_citation
from foedus.evidence.fingerprints import (
    Fingerprints,
    fingerprint_file,
    read_fingerprints,
    write_fingerprints,
)
from foedus.evidence.passages import Citation, Fingerprint, Passages, normal, parse_citation
from foedus.evidence.searching import candidates
from foedus.evidence.store import Store
from foedus.language.citing import citations_in
from foedus.language.scenario import Scenario

SCHEMA = "foedus/evidence-citations/1"
ALL_SCHEMA = "foedus/evidence-kept/1"
NEW, SAME, DIFFERS, RENEWED, ABSENT = "new", "same", "differs", "renewed", "absent"
KEPT = (NEW, SAME, DIFFERS, RENEWED, ABSENT)


def cite(store: Store, target: str) -> dict[str, Any]:
    """The passage of a citation, or all passages with these very words; EvidenceError if there is none."""
    citation = parse_citation(target)
    found = [citation] if citation else holding(store, target)
    if not found:
        raise EvidenceError(f"no passage holds the words '{target[:100]}'")
    return {
        "schema": SCHEMA,
        "store": str(store.path),
        "target": target,
        "passages": [passage(store, each) for each in found],
    }


def passage(store: Store, citation: Citation) -> dict[str, Any]:
    document = store.require(citation.document)
    passages = store.passages(document)
    text = passages.text(citation.place)
    made = passages.fingerprint(citation.place)
    if text is None or made is None:
        raise EvidenceError(f"{citation}: {absent(passages, citation.place)}")
    return {
        "citation": str(citation),
        "paste": f"cites: [{citation}]",
        "page": passages.page(citation.place),
        "fingerprint": asdict(made),
        "text": text,
    }


def holding(store: Store, words: str) -> list[Citation]:
    """The paragraphs in which some words stand as they are, but for white space and case."""
    wanted = normal(words).casefold()
    found = []
    for name, paragraph in candidates(store, words):
        if wanted in normal(paragraph.text).casefold():
            citation = parse_citation(f"{name}#{paragraph.number}")
            assert citation is not None
            found.append(citation)
    return found


def cite_all(store: Store, scenario: Scenario, *, write: bool, renew: bool) -> dict[str, Any]:
    """Fingerprints of every citation; the documented shape `foedus/evidence-kept/1`.

    With `write` new ones are kept and those that nothing cites are dropped; one that differs from what is
    kept stays as it was unless `renew` says otherwise.
    """
    path = fingerprint_file(Path(scenario.file))
    before = read_fingerprints(path)
    uses = by_citation(citations_in(scenario.text, scenario.file))
    opened = {name: _open(store, name) for name in {each.partition("#")[0] for each in uses}}
    rows, kept = [], {}
    for name in uses:
        citation = parse_citation(name)
        assert citation is not None
        passages = opened[citation.document]
        found = passages.fingerprint(citation.place) if passages else None
        state, chosen = decide(before.citations.get(name), found, renew)
        if chosen:
            kept[name] = chosen
        shape = asdict(found) if found else None
        rows.append({"citation": name, "state": state, "fingerprint": shape})
    if write and kept:
        write_fingerprints(path, scenario.name, Fingerprints(kept, hashes(store, opened, before, renew)))
    return {
        "schema": ALL_SCHEMA,
        "scenario": scenario.name,
        "store": str(store.path),
        "fingerprints": str(path),
        "written": write and bool(kept),
        "counts": {state: sum(row["state"] == state for row in rows) for state in KEPT},
        "dropped": sorted(before.citations.keys() - uses.keys()) if write else [],
        "citations": rows,
    }


def decide(
    kept: Fingerprint | None, found: Fingerprint | None, renew: bool
) -> tuple[str, Fingerprint | None]:
    """What becomes of a fingerprint: its state, and the one to keep."""
    if found is None:
        return ABSENT, kept
    if kept is None:
        return NEW, found
    if kept == found:
        return SAME, kept
    return (RENEWED, found) if renew else (DIFFERS, kept)


def hashes(
    store: Store, opened: Mapping[str, Passages | None], before: Fingerprints, renew: bool
) -> dict[str, str]:
    """The SHA-256 of each cited document: as kept, unless it is new or renewed."""
    found = {name: record.sha256 for name in opened if (record := store.get(name))}
    kept = {name: sha256 for name, sha256 in before.documents.items() if name in opened}
    return kept | found if renew else found | kept


def _open(store: Store, name: str) -> Passages | None:
    record = store.get(name)
    return store.passages(record) if record else None
