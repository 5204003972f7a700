"""`foedus evidence list` and `show`: documents, and passages in their place."""

from __future__ import annotations

from typing import Any

from foedus.errors import EvidenceError
from foedus.evidence.checking import absent
from foedus.evidence.passages import Passages, Place, parse_citation
from foedus.evidence.searching import neighbours
from foedus.evidence.store import FIELDS, Record, Store

LIST_SCHEMA = "foedus/evidence-documents/1"
SCHEMA = "foedus/evidence-document/1"


def documents(store: Store) -> dict[str, Any]:
    """The documented shape `foedus/evidence-documents/1`."""
    return {
        "schema": LIST_SCHEMA,
        "store": str(store.path),
        "documents": [described(each) for each in store.documents()],
    }


def described(record: Record) -> dict[str, Any]:
    return {
        "id": record.id,
        **{key: record.metadata.get(key) for key in FIELDS},
        "origins": record.origins,
        "sha256": record.sha256,
        "file": record.file,
        "format": record.format,
        "encoding": record.encoding or None,
        "paragraphs": record.paragraphs,
        "words": record.words,
    }


def shown(store: Store, target: str, context: int) -> dict[str, Any]:
    """The documented shape `foedus/evidence-document/1`: all of a document, or one passage in its place."""
    name, mark, _ = target.partition("#")
    citation = parse_citation(target)
    if mark and citation is None:
        raise EvidenceError(
            f"'{target[:100]}' is no citation; expected document#paragraph, as in wire-0801#3"
        )
    record = store.require(name)
    shape = {"schema": SCHEMA, "store": str(store.path), "document": described(record)}
    if citation is None:
        rows = store.paragraphs(record)
        return shape | {"citation": None, "before": [], "after": [], "passages": passages_of(name, rows)}
    place = citation.place
    paragraphs = store.paragraphs(record, place.paragraph, place.paragraph)
    found = Passages(paragraphs)
    text = found.text(place)
    if text is None:
        raise EvidenceError(f"{citation}: {absent(store.passages(record), place)}")
    own = {"citation": str(citation), "page": found.page(place), "text": text}
    before, after = around(store, name, place, found, context)
    return shape | {"citation": str(citation), "before": before, "after": after, "passages": [own]}


def around(
    store: Store, name: str, place: Place, found: Passages, context: int
) -> tuple[list[Any], list[Any]]:
    """What stands before and after: paragraphs, or the other lines of a line's paragraph."""
    if place.line is None:
        return neighbours(store, name, place.paragraph, context)
    lines = found.paragraphs[0].lines
    rows = [
        (at, {"citation": f"{name}#{Place(place.paragraph, at)}", "text": line})
        for at, line in enumerate(lines, 1)
        if abs(at - place.line) <= context
    ]
    return [row for at, row in rows if at < place.line], [row for at, row in rows if at > place.line]


def passages_of(name: str, paragraphs: Any) -> list[dict[str, Any]]:
    return [
        {"citation": f"{name}#{each.number}", "page": each.page, "text": each.text} for each in paragraphs
    ]
