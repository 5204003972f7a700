"""`foedus evidence check`: whether every citation of a scenario still finds the passage it was made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from foedus.errors import nearest
from foedus.evidence.fingerprints import Fingerprints, fingerprint_file, in_order, read_fingerprints
from foedus.evidence.passages import END, START, Fingerprint, Passages, Place, parse_citation
from foedus.evidence.store import Record, Store
from foedus.language.citing import Citing, citations_in
from foedus.language.scenario import Scenario

SCHEMA = "foedus/evidence-check/1"
RESOLVES = "resolves"
CHANGED = "changed"
MOVED = "moved"
AMBIGUOUS = "ambiguous"
MISSING_PARAGRAPH = "missing paragraph"
MISSING_DOCUMENT = "missing document"
UNRECORDED = "no fingerprint"
STATES = (RESOLVES, CHANGED, MOVED, AMBIGUOUS, MISSING_PARAGRAPH, MISSING_DOCUMENT, UNRECORDED)


@dataclass(frozen=True)
class Finding:
    """What became of one citation. `places` are where its passage, or what took its place, stands now."""

    state: str
    reason: str
    found: Fingerprint | None = None
    places: tuple[Place, ...] = ()


def check(store: Store, scenario: Scenario, *, passages: bool = False) -> dict[str, Any]:
    """The documented shape `foedus/evidence-check/1`; with `passages` their text, and what stands on each."""
    path = fingerprint_file(Path(scenario.file))
    kept = read_fingerprints(path)
    uses = by_citation(citations_in(scenario.text, scenario.file))
    look = Look(store, scenario, kept)
    rows = [_shape(name, look.at(name), kept.citations.get(name), uses[name]) for name in uses]
    if passages:
        rows = [row | {"passage": look.text(row["citation"]), "says": says(scenario, row)} for row in rows]
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "file": scenario.file,
        "store": str(store.path),
        "fingerprints": str(path) if path.exists() else None,
        "counts": {state: sum(row["state"] == state for row in rows) for state in STATES},
        "uses": sum(map(len, uses.values())),
        "citations": rows,
        "documents": [look.document(name) for name in sorted(look.named(uses))],
        "not_cited_any_more": sorted(kept.citations.keys() - uses.keys(), key=in_order),
    }


def by_citation(found: Iterable[Citing]) -> dict[str, list[Citing]]:
    """The uses of each citation, citations in the order of documents and places."""
    uses: dict[str, list[Citing]] = {}
    for each in found:
        uses.setdefault(str(each.citation), []).append(each)
    return {name: uses[name] for name in sorted(uses, key=in_order)}


def says(scenario: Scenario, row: dict[str, Any]) -> list[str]:
    """What the scenario says where it uses a citation: what a claim says, or what another part is about."""
    parts: dict[str, Mapping[str, Any]] = {
        "parameter": scenario.parameters,
        "variable": scenario.variables,
        "commitment": scenario.commitments,
        "clause": scenario.clauses,
        "arrangement": scenario.arrangements,
    }
    return [
        scenario.claims[use["name"]].says
        if use["kind"] == "claim"
        else getattr(parts.get(use["kind"], {}).get(use["name"]), "about", "")
        for use in row["uses"]
    ]


class Look:
    """Looks citations up in a store; each document is read once."""

    def __init__(self, store: Store, scenario: Scenario, kept: Fingerprints) -> None:
        self.store = store
        self.scenario = scenario
        self.kept = kept
        self.record = cache(store.get)
        self.passages = cache(self._passages)

    def _passages(self, name: str) -> Passages:
        record = self.record(name)
        return self.store.passages(record) if record else Passages(())

    def at(self, name: str) -> Finding:
        citation = parse_citation(name)
        assert citation is not None
        if self.record(citation.document) is None:
            return Finding(MISSING_DOCUMENT, self._missing(citation.document))
        return judge(self.passages(citation.document), citation.place, self.kept.citations.get(name))

    def text(self, name: str) -> str | None:
        """The passage as it stands; None where there is none."""
        citation = parse_citation(name)
        assert citation is not None
        return self.passages(citation.document).text(citation.place)

    def _missing(self, name: str) -> str:
        others = [other for sha256 in self.known_hashes(name) for other in self.store.with_text(sha256)]
        if others:
            return f"no document '{name}' is registered, but its very text is, as '{others[0]}'"
        known = tuple(each.id for each in self.store.documents())
        return f"no document '{name}' is registered{nearest(name, known)}"

    def known_hashes(self, name: str) -> list[str]:
        """The SHA-256 of a document's text, as the scenario and the fingerprints have it."""
        said = self.scenario.documents.get(name)
        return list(filter(None, [said.sha256 if said else "", self.kept.documents.get(name, "")]))

    def named(self, uses: Iterable[str]) -> set[str]:
        return {name.partition("#")[0] for name in uses} | set(self.scenario.documents)

    def document(self, name: str) -> dict[str, Any]:
        """Whether a document is there, and is the one that the scenario was written from."""
        record: Record | None = self.record(name)
        known = self.known_hashes(name)
        return {
            "id": name,
            "registered": record is not None,
            "expected": known[0] if known else None,
            "found": record.sha256 if record else None,
            "same_text": None if record is None or not known else record.sha256 in known,
        }


def judge(passages: Passages, place: Place, kept: Fingerprint | None) -> Finding:
    """What stands at a place against the fingerprint kept of it; nothing that is only similar counts."""
    here = passages.fingerprint(place)
    if kept is None:
        if here is None:
            return Finding(MISSING_PARAGRAPH, absent(passages, place))
        return Finding(
            UNRECORDED, "there is a passage, but no fingerprint to compare it with", here, (place,)
        )
    places = tuple(passages.find(kept.exact))
    if here and here.exact == kept.exact:
        same_neighbours = (here.prefix, here.suffix) == (kept.prefix, kept.suffix)
        known = len(places) == kept.occurrences and same_neighbours
        if known or len(places) == kept.occurrences == 1:
            reason = "" if same_neighbours else "its neighbours have changed"
            return Finding(RESOLVES, reason, here, (place,))
        return Finding(AMBIGUOUS, f"the same text stands at {told(places)}", here, places)
    if len(places) == kept.occurrences == 1:
        return Finding(MOVED, f"its text stands at #{places[0]} now", here, places)
    if places:
        return Finding(AMBIGUOUS, f"its text stands elsewhere, at {told(places)}", here, places)
    return gone(passages, place, kept, here)


def gone(passages: Passages, place: Place, kept: Fingerprint, here: Fingerprint | None) -> Finding:
    """A passage whose text is nowhere: its neighbours tell whether it was changed or taken out."""
    row = [(place, START), *passages.row(place.line is not None), (place, END)]
    hashes = [exact for _, exact in row]
    between = [
        row[at][0]
        for at in range(1, len(row) - 1)
        if (hashes[at - 1], hashes[at + 1]) == (kept.prefix, kept.suffix)
    ]
    if len(between) == 1:
        where = (
            "" if between[0] == place else f", and stands at #{between[0]} now, between the same neighbours"
        )
        return Finding(
            CHANGED, f"its text is another{where}", passages.fingerprint(between[0]), tuple(between)
        )
    if any(pair == (kept.prefix, kept.suffix) for pair in pairwise(hashes)):
        stands = f"; at #{place} stands another passage" if here else ""
        return Finding(MISSING_PARAGRAPH, f"it was taken out from between its neighbours{stands}", here)
    if here is None:
        return Finding(MISSING_PARAGRAPH, absent(passages, place))
    return Finding(CHANGED, "its text is another, and so are its neighbours", here, (place,))


def absent(passages: Passages, place: Place) -> str:
    last = passages.paragraphs[-1].number if passages.paragraphs else 0
    lines = passages.lines(place.paragraph)
    if not lines:
        return f"there is no paragraph {place.paragraph}; the last is {last}"
    if lines == 1:
        return f"paragraph {place.paragraph} has a single line, which is cited as #{place.paragraph}"
    return f"paragraph {place.paragraph} has {lines} lines, and no line {place.line}"


def told(places: tuple[Place, ...]) -> str:
    first = ", ".join(f"#{place}" for place in places[:4])
    return f"{first} and {len(places) - 4} more" if len(places) > 4 else first


def _shape(name: str, finding: Finding, kept: Fingerprint | None, uses: list[Citing]) -> dict[str, Any]:
    document = name.partition("#")[0]
    return {
        "citation": name,
        "state": finding.state,
        "reason": finding.reason,
        "expected": asdict(kept) if kept else None,
        "found": asdict(finding.found) if finding.found else None,
        "candidates": [f"{document}#{place}" for place in finding.places if f"{document}#{place}" != name],
        "uses": [_use(each) for each in uses],
    }


def _use(each: Citing) -> dict[str, Any]:
    mark = each.citation.mark
    return {
        "kind": each.kind,
        "name": each.name,
        "key": each.key,
        "line": mark.line if mark else None,
        "column": mark.column if mark else None,
    }
