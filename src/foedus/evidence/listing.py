"""A listing: the metadata of many documents in one file, beside them or named.

A `.csv` file has a heading of `file`, `id` and the metadata; a `.yaml` or `.json` file has, as a scenario has
under `documents`, a mapping of ids. A row is for the document of its file, its sha256 or its id.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from foedus.errors import Mark, ScenarioError, nearest
from foedus.evidence.reading import read_listing_text, texts
from foedus.evidence.store import FIELDS
from foedus.language.compose import compose
from foedus.language.fields import IDENTITY, Entries, Word, content

SIDECARS = ("documents.csv", "documents.yaml", "documents.yml", "documents.json")
KEYS = (*FIELDS, "file", "id", "sha256")


@dataclass(frozen=True)
class Row:
    """What a listing says of one document."""

    id: str
    file: str
    sha256: str
    metadata: dict[str, str]


@dataclass(frozen=True)
class Listing:
    """The rows of one file. `name` is what to call it."""

    name: str
    rows: tuple[Row, ...]

    def find(self, name: str, sha256: str, file: PurePosixPath) -> Row | None:
        """The row of a document: by its file, else by its text, else by its id."""
        tests = (
            lambda row: bool(row.file) and PurePosixPath(row.file) == file,
            lambda row: not row.file and bool(sha256) and row.sha256.lower() == sha256,
            lambda row: not row.file and row.id == name,
        )
        return next((row for test in tests for row in self.rows if test(row)), None)


def beside(folder: Path) -> Path | None:
    """The listing in a folder, if there is one."""
    return next((folder / name for name in SIDECARS if (folder / name).is_file()), None)


def read_listing(path: Path) -> Listing:
    """A listing. Raises EvidenceError, or ScenarioError with the place of a fault."""
    text = read_listing_text(path)
    found = list(from_csv(text, path) if path.suffix.lower() == ".csv" else from_yaml(text, path))
    return Listing(path.name, tuple(found))


def from_csv(text: str, path: Path) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(text), strict=True, restkey="?")
    names = [str(name).strip().lower() for name in reader.fieldnames or ()]
    for name in names:
        if name not in KEYS:
            at = Mark(str(path), 1, 1)
            message = f"found the column '{name}', expected {', '.join(KEYS)}{nearest(name, KEYS)}"
            raise ScenarioError.at(at, message, "listing")
    reader.fieldnames = names
    try:
        for each in reader:
            mark = Mark(str(path), reader.line_num, 1)
            if "?" in each:
                raise ScenarioError.at(mark, "found more cells than the heading has columns", "listing")
            yield row({key: (value or "").strip() for key, value in each.items()}, mark)
    except csv.Error as error:
        raise ScenarioError.at(Mark(str(path), reader.line_num, 1), f"no CSV: {error}", "listing") from None


def from_yaml(text: str, path: Path) -> Iterator[Row]:
    document = compose(text, str(path))
    if document.faults:
        raise ScenarioError(*document.faults)
    root = content(document.root)
    entries = root.get(Word("documents"), root) if isinstance(root, Entries) else None
    if not isinstance(entries, Entries):
        raise ScenarioError.at(Mark(str(path), 1, 1), "expected a mapping of documents by id", "listing")
    for name, each in entries.items():
        mark = name.mark or Mark(str(path), 1, 1)
        if not isinstance(each, Entries):
            raise ScenarioError.at(mark, f"expected a mapping of {', '.join(KEYS)}", "listing")
        found = texts(each)
        for key in found:
            if key not in KEYS:
                message = f"found '{key}', expected {', '.join(KEYS)}{nearest(key, KEYS)}"
                raise ScenarioError.at(mark, message, "listing")
        yield row({"id": str(name)} | found, mark)


def row(found: dict[str, str], mark: Mark) -> Row:
    """A row, whose file is a name below the listing's folder and whose id is one that citations can name."""
    file, name = found.get("file", ""), found.get("id", "")
    parts = PurePosixPath(file.replace("\\", "/"))
    if file and (parts.is_absolute() or ".." in parts.parts or ":" in file):
        raise ScenarioError.at(
            mark, f"found the file '{file}', expected a name below the listing's folder", "listing"
        )
    if name and not IDENTITY.match(name):
        message = f"found the id '{name[:60]}', expected letters, digits, '_', '-' and '.'"
        raise ScenarioError.at(mark, message, "listing")
    if not file and not name:
        raise ScenarioError.at(mark, "expected a file or an id", "listing")
    metadata = {key: found[key] for key in FIELDS if found.get(key)}
    return Row(name, str(parts) if file else "", found.get("sha256", ""), metadata)


def listing_of(path: Path | None, folder: Path | None) -> Listing | None:
    """The listing that was named, or else the one beside the documents."""
    chosen = path or (beside(folder) if folder else None)
    return read_listing(chosen) if chosen else None
