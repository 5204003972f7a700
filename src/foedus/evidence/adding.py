"""`foedus evidence add`: files into the store, with what was read of each, and what is told of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from foedus.errors import EvidenceError
from foedus.evidence.gather import Found, gather, id_of
from foedus.evidence.listing import Listing, listing_of
from foedus.evidence.near import band_keys, near_duplicates, shingles, signature, words_of
from foedus.evidence.passages import parse_citation
from foedus.evidence.reading import Reading, format_of, load, read_plain
from foedus.evidence.store import FIELDS, Record, Store
from foedus.evidence.worker import Worker

SCHEMA = "foedus/evidence-added/1"
LONGEST_FIELD = 2_000
OPTION = "option"
ADDED, REPLACED, SAME, REFUSED = "added", "replaced", "unchanged", "refused"

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Asked:
    """What the command line says of all documents that are added."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    id: str | None = None
    encoding: str | None = None
    replace: bool = False
    listing: Path | None = None


def add(
    store: Store, paths: Sequence[Path], asked: Asked, progress: Progress | None = None
) -> dict[str, Any]:
    """Register files and folders; the documented shape `foedus/evidence-added/1`.

    A file that is refused is told, and the others are added. Raises EvidenceError or ScenarioError where the
    command itself is at fault: a listing that cannot be read, one id for several files.
    """
    files = list(gather(paths))
    if asked.id and len(files) != 1:
        raise EvidenceError(f"--id is for one file, and {len(files)} were found")
    work = _Work(store, asked)
    with Worker() as worker:
        for done, found in enumerate(files):
            if progress:
                progress(done, len(files), found.path.name)
            work.take(found, worker)
    counts = {state: sum(each["state"] == state for each in work.told) for state in STATES}
    return {"schema": SCHEMA, "store": str(store.path), "counts": counts, "documents": work.told}


STATES = (ADDED, REPLACED, SAME, REFUSED)


class _Work:
    """One call of `add`: what it has told so far, and the ids that it has given."""

    def __init__(self, store: Store, asked: Asked) -> None:
        self.store = store
        self.asked = asked
        self.told: list[dict[str, Any]] = []
        self._given: dict[str, Path] = {}
        self._listings: dict[Path, Listing | None] = {}

    def take(self, found: Found, worker: Worker) -> None:
        told: dict[str, Any] = {"file": str(found.path), "id": None, "state": REFUSED}
        try:
            if found.problem:
                raise EvidenceError(found.problem)
            told |= self._register(found, self._read(found, worker))
        except EvidenceError as error:
            told["reason"] = str(error)
        self.told.append(told)

    def _read(self, found: Found, worker: Worker) -> Reading:
        format_ = format_of(found.path)
        assert format_ is not None
        data = load(found.path)
        if format_ in ("text", "markdown"):
            return read_plain(data, format_, self.asked.encoding)
        got = worker.read(data, format_, self.asked.encoding)
        source = "HTML meta" if format_ == "html" else "PDF info"
        pages, notes = tuple(got["pages"]), tuple(got["notes"])
        return Reading(format_, got["encoding"], pages, got["metadata"], source, notes)

    def _register(self, found: Found, reading: Reading) -> dict[str, Any]:
        paragraphs = reading.paragraphs()
        if not paragraphs:
            raise EvidenceError("it holds no text")
        sha256 = hashlib.sha256(reading.text.encode("utf-8", "surrogatepass")).hexdigest()
        document, row = self._record(found, reading, sha256)
        self._claim(document.id, found.path)
        known = self.store.get(document.id)
        if known:
            document = with_known(document, known)
        twins = [name for name in self.store.with_text(sha256) if name != document.id]
        words = words_of(reading.text)
        hashes = shingles(words)
        made = signature(hashes)
        keys = band_keys(made)
        state = self._state(document, known)
        if state == SAME:
            return told_of(known or document, state, reading, twins, [], row)
        document = replace(document, words=len(words), paragraphs=len(paragraphs))
        number = self.store.put(document, paragraphs, made.tobytes(), keys)
        alike = near_duplicates(self.store, number, keys, hashes)
        near = [pair for pair in alike if pair[0] not in twins]
        return told_of(document, state, reading, twins, near, row)

    def _record(self, found: Found, reading: Reading, sha256: str) -> tuple[Record, str]:
        """The document as it is to be registered, and the name of the listing that has a row for it."""
        listing = self._listing(found.folder)
        row = listing.find(id_of(found.name.name), sha256, found.name) if listing else None
        name = self.asked.id or (row.id if row and row.id else id_of(found.name.name))
        if parse_citation(f"{name}#1") is None:
            raise EvidenceError(f"'{name}' is no id that a citation can name; give one with --id")
        metadata: dict[str, str] = {}
        origins: dict[str, str] = {}
        sources = [
            (OPTION, self.asked.metadata),
            (listing.name if listing else "", row.metadata if row else {}),
            (reading.source, reading.metadata),
        ]
        for key in FIELDS:
            for source, said in sources:
                if said.get(key) and key not in metadata:
                    metadata[key], origins[key] = str(said[key])[:LONGEST_FIELD], source
        file = found.name.as_posix()
        record = Record(name, sha256, file, reading.format, reading.encoding, 0, 0, metadata, origins)
        return record, listing.name if listing and row else ""

    def _listing(self, folder: Path) -> Listing | None:
        if folder not in self._listings:
            self._listings[folder] = listing_of(self.asked.listing, folder)
        return self._listings[folder]

    def _claim(self, name: str, path: Path) -> None:
        other = self._given.setdefault(name, path)
        if other != path:
            raise EvidenceError(
                f"its id would be '{name}', which is that of {other}; give one with --id or a listing"
            )

    def _state(self, document: Record, known: Record | None) -> str:
        """What is to happen to a document; EvidenceError where another text has its id."""
        if known is None:
            return ADDED
        if known.sha256 == document.sha256 and document.metadata == known.metadata:
            return SAME
        if known.sha256 != document.sha256 and not self.asked.replace:
            raise EvidenceError(
                f"'{document.id}' is registered with another text (sha256 {known.sha256[:12]}…, here"
                f" {document.sha256[:12]}…); --replace puts this one in its place, --id gives it another id"
            )
        return REPLACED


def with_known(document: Record, known: Record) -> Record:
    """A document with what was said of the one in its place: all if the text is the same, else options."""
    kept = set(known.origins)
    if document.sha256 != known.sha256:
        kept = {key for key in kept if known.origins[key] == OPTION}
    return replace(
        document,
        metadata={key: known.metadata[key] for key in kept} | document.metadata,
        origins={key: known.origins[key] for key in kept} | document.origins,
    )


def told_of(
    document: Record,
    state: str,
    reading: Reading,
    twins: Sequence[str],
    near: Sequence[tuple[str, float]],
    listing: str,
) -> dict[str, Any]:
    """What is told of a document that was taken."""
    return {
        "id": document.id,
        "state": state,
        "sha256": document.sha256,
        "format": document.format,
        "encoding": document.encoding or None,
        "paragraphs": document.paragraphs,
        "words": document.words,
        "metadata": {key: document.metadata.get(key) for key in FIELDS},
        "origins": document.origins,
        "listing": listing or None,
        "same_text_as": list(twins),
        "near_duplicates": [{"id": name, "similarity": round(share, 4)} for name, share in near],
        "notes": list(reading.notes),
    }
