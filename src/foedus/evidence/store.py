"""The store: one SQLite file with documents, their paragraphs and the index for searching."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from foedus.errors import EvidenceError, nearest
from foedus.evidence.passages import Paragraph, Passages

APPLICATION, VERSION = 0x464F4544, 1
FIELDS = ("title", "publisher", "author", "date", "stance", "language")
TABLES = """
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sha256 TEXT NOT NULL, file TEXT NOT NULL,
    format TEXT NOT NULL, encoding TEXT NOT NULL, words INTEGER NOT NULL, paragraphs INTEGER NOT NULL,
    metadata TEXT NOT NULL, origins TEXT NOT NULL, signature BLOB NOT NULL
);
CREATE INDEX same_text ON documents (sha256);
CREATE TABLE paragraphs (
    number INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents (number),
    paragraph INTEGER NOT NULL, page INTEGER, text TEXT NOT NULL
);
CREATE UNIQUE INDEX places ON paragraphs (document, paragraph);
CREATE TABLE bands (
    key INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (key, document)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE passages USING fts5 (
    text, content='paragraphs', content_rowid='number', tokenize='unicode61 remove_diacritics 2',
    prefix='1 2 3'
);
"""


@dataclass(frozen=True)
class Record:
    """A registered document. `origins` says where each of its metadata was read."""

    id: str
    sha256: str
    file: str
    format: str
    encoding: str
    words: int
    paragraphs: int
    metadata: dict[str, str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    number: int = 0


class Store:
    """An open store; made by `open_store`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.connection = connection

    def documents(self) -> list[Record]:
        """All documents, by id."""
        rows = self.connection.execute(f"SELECT {COLUMNS} FROM documents ORDER BY id")
        return [record(row) for row in rows]

    def get(self, name: str) -> Record | None:
        row = self.connection.execute(f"SELECT {COLUMNS} FROM documents WHERE id = ?", (name,)).fetchone()
        return record(row) if row else None

    def require(self, name: str) -> Record:
        """A document; EvidenceError with the nearest id where there is none."""
        found = self.get(name)
        if found is None:
            known = tuple(row[0] for row in self.connection.execute("SELECT id FROM documents"))
            raise EvidenceError(f"{self.path} holds no document '{name}'{nearest(name, known)}")
        return found

    def with_text(self, sha256: str) -> list[str]:
        """The ids of the documents of this text."""
        rows = self.connection.execute("SELECT id FROM documents WHERE sha256 = ? ORDER BY id", (sha256,))
        return [row[0] for row in rows]

    def paragraphs(self, document: Record, first: int = 1, last: int | None = None) -> list[Paragraph]:
        """The paragraphs of a document from `first` to `last`, in order."""
        rows = self.connection.execute(
            "SELECT paragraph, text, page FROM paragraphs WHERE document = ? AND paragraph BETWEEN ? AND ?"
            " ORDER BY paragraph",
            (document.number, first, document.paragraphs if last is None else last),
        )
        return [Paragraph(*row) for row in rows]

    def passages(self, document: Record) -> Passages:
        return Passages(self.paragraphs(document))

    def put(
        self,
        document: Record,
        paragraphs: Sequence[Paragraph],
        signature: bytes,
        bands: Iterable[int],
    ) -> int:
        """Register a document in the place of one of the same id; returns its number."""
        known = self.get(document.id)
        if known:
            self.remove(known)
        run = self.connection.execute
        number = run(
            "INSERT INTO documents (id, sha256, file, format, encoding, words, paragraphs, metadata, origins,"
            " signature) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                document.id,
                document.sha256,
                document.file,
                document.format,
                document.encoding,
                document.words,
                document.paragraphs,
                json.dumps(document.metadata),
                json.dumps(document.origins),
                signature,
            ),
        ).lastrowid
        assert number is not None
        many = self.connection.executemany
        base = run("SELECT coalesce(max(number), 0) FROM paragraphs").fetchone()[0]
        many(
            "INSERT INTO paragraphs VALUES (?, ?, ?, ?, ?)",
            [(base + n, number, each.number, each.page, each.text) for n, each in enumerate(paragraphs, 1)],
        )
        many(
            "INSERT INTO passages (rowid, text) VALUES (?, ?)",
            [(base + n, each.text) for n, each in enumerate(paragraphs, 1)],
        )
        many("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(key, number) for key in bands])
        return number

    def remove(self, document: Record) -> None:
        """Take a document out, with its paragraphs and its words."""
        run, key = self.connection.execute, (document.number,)
        run(
            "INSERT INTO passages (passages, rowid, text)"
            " SELECT 'delete', number, text FROM paragraphs WHERE document = ?",
            key,
        )
        for table, column in (("paragraphs", "document"), ("bands", "document"), ("documents", "number")):
            run(f"DELETE FROM {table} WHERE {column} = ?", key)


COLUMNS = "id, sha256, file, format, encoding, words, paragraphs, metadata, origins, number"


def record(row: Sequence[Any]) -> Record:
    return Record(*row[:7], *map(json.loads, row[7:9]), *row[9:])


@contextmanager
def open_store(path: Path, *, write: bool = False) -> Iterator[Store]:
    """An existing store to read, or with `write` one that is made if missing; all or nothing is written.

    Raises EvidenceError for a file that is no store, that is missing, or that cannot be opened or written.
    """
    if not write and not path.is_file():
        raise EvidenceError(f"there is no store '{path}' yet; 'foedus evidence add' makes it")
    try:
        if write:
            path.parent.mkdir(parents=True, exist_ok=True)
        mode = "rwc" if write else "ro"
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None
        )
    except (sqlite3.Error, OSError) as error:
        raise EvidenceError(f"the store '{path}' cannot be opened: {error}") from None
    try:
        yield from _use(Store(path, connection), write)
    except sqlite3.DatabaseError as error:
        raise EvidenceError(f"the store '{path}' cannot be used: {error}") from None
    finally:
        connection.close()


def _use(store: Store, write: bool) -> Iterator[Store]:
    run = store.connection.execute
    run("PRAGMA trusted_schema = OFF")
    if write:
        run("PRAGMA cache_size = -65536")
        run("BEGIN IMMEDIATE")
    try:
        _prepare(store, write)
        yield store
    except BaseException:
        if store.connection.in_transaction:
            run("ROLLBACK")
        raise
    if write:
        run("COMMIT")


def _prepare(store: Store, write: bool) -> None:
    run = store.connection.execute
    if write and not run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        for statement in TABLES.strip().split(";\n"):
            run(statement)
        run(f"PRAGMA application_id = {APPLICATION}")
        run(f"PRAGMA user_version = {VERSION}")
    if run("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise EvidenceError(
            f"'{store.path}' is a database, but no store of evidence; name another with --store"
        )
    version = run("PRAGMA user_version").fetchone()[0]
    if version != VERSION:
        raise EvidenceError(f"the store '{store.path}' is of version {version}, expected {VERSION}")


def data_folder() -> Path:
    """Where a user's own store is: $FOEDUS_DATA, or foedus in the user's data folder."""
    own = os.environ.get("FOEDUS_DATA")
    if own:
        return Path(own)
    shared = os.environ.get("XDG_DATA_HOME")
    return (Path(shared) if shared else Path.home() / ".local" / "share") / "foedus"


def shared_store() -> Path:
    """The store that serves the scenarios that ship, and whatever names no other."""
    return data_folder() / "evidence.sqlite"


def store_of(scenario: Path) -> Path:
    """The store beside a scenario: `NAME.evidence.sqlite`."""
    return scenario.with_name(f"{scenario.stem}.evidence.sqlite")
