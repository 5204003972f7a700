"""The text of a file: read within bounds, decoded without loss, or refused with a reason."""

from __future__ import annotations

import codecs
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from foedus.errors import EvidenceError, Mark, ScenarioError
from foedus.evidence.passages import Paragraph, split
from foedus.language.compose import compose, decode
from foedus.language.fields import Entries, content

LARGEST_FILE = 64 * 2**20
MOST_CHARACTERS = 20_000_000
MOST_PARAGRAPHS = 500_000
FORMATS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
}
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FALLBACKS = ("cp1252", "latin-1")
BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
FRONT = re.compile(r"---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE)
NAMES = {"lang": "language", "authors": "author"}
"""Other names that front matter has for what a store keeps."""


@dataclass(frozen=True)
class Reading:
    """What was read of a file: pages of text (one, but for a PDF), and the metadata that it holds itself.

    `source` is what to call the place of the metadata; `notes` are sentences for whoever added the file.
    """

    format: str
    encoding: str
    pages: tuple[str, ...]
    metadata: dict[str, str] = field(default_factory=dict)
    source: str = ""
    notes: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\f".join(self.pages)

    def paragraphs(self) -> list[Paragraph]:
        """Its paragraphs, numbered through; a page of a PDF ends a paragraph."""
        found: list[Paragraph] = []
        for number, page in enumerate(self.pages, 1):
            found += split(page, len(found) + 1, number if self.format == "pdf" else None)
            if len(found) > MOST_PARAGRAPHS:
                raise EvidenceError(f"it has over {MOST_PARAGRAPHS:,} paragraphs, the most that are taken")
        return found


def format_of(path: Path) -> str | None:
    """The format that a file's name tells; None for one that Foedus does not read."""
    return FORMATS.get(path.suffix.lower())


def load(path: Path, limit: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file; EvidenceError, before anything is read, if it is too large."""
    try:
        # Non-blocking, so that a pipe without a writer does not hold the command up.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise EvidenceError("it is not a regular file")
            if found.st_size > limit:
                raise EvidenceError(
                    f"it has {found.st_size:,} bytes, expected at most {limit // 2**20} MiB; nothing was read"
                )
            data = file.read(limit + 1)
    except OSError as error:
        raise EvidenceError(f"it cannot be read: {error.strerror or error}") from None
    if len(data) > limit:
        raise EvidenceError(f"it grew past {limit // 2**20} MiB while it was read")
    return data


def decoded(data: bytes, encoding: str | None = None) -> tuple[str, str, tuple[str, ...]]:
    """Text, encoding, and what to say about it. A byte order mark decides, then UTF-8 is tried.

    What is neither is read as Windows-1252 (or Latin-1, where that has a byte too many), which loses nothing
    and is told; `encoding` is tried alone. EvidenceError for what is no text.
    """
    marked = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), None)
    tried = (encoding,) if encoding else (marked,) if marked else ("utf-8", *FALLBACKS)
    problem = ""
    for name in tried:
        try:
            text = data.decode(name)
        except LookupError:
            raise EvidenceError(f"no encoding is called '{name}'") from None
        except UnicodeError as error:
            problem = problem or _undecodable(name, error)
            continue
        refuse_binary(text)
        told = f"is not in UTF-8; read as {name} (give --encoding if that is wrong)"
        return text, name.removesuffix("-sig"), (told,) if name in FALLBACKS and not encoding else ()
    raise EvidenceError(problem)


def _undecodable(name: str, error: UnicodeError) -> str:
    if not isinstance(error, UnicodeDecodeError):
        return f"it is not text in {name}: {error}"
    byte = error.object[error.start] if error.start < len(error.object) else 0
    return f"found the byte 0x{byte:02x} at {error.start:,}, expected text in {name}: {error.reason}"


def refuse_binary(text: str) -> None:
    found = BINARY.search(text)
    if found:
        raise EvidenceError(
            f"found the control character U+{ord(found[0]):04X} at {found.start():,}, expected text"
        )


def bounded(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise EvidenceError(f"its text has {len(text):,} characters, expected at most {MOST_CHARACTERS:,}")
    return text


def read_plain(data: bytes, format_: str, encoding: str | None) -> Reading:
    """A text, or Markdown with or without front matter; the front matter is no part of the text."""
    text, used, notes = decoded(data, encoding)
    bounded(text)
    if format_ != "markdown":
        return Reading(format_, used, (text,), {}, "", notes)
    found = FRONT.match(text)
    metadata = front_matter(found[1]) if found else None
    if found is None or metadata is None:
        return Reading(format_, used, (text,), {}, "", notes)
    return Reading(format_, used, (text[found.end() :],), metadata, "front matter", notes)


def front_matter(text: str) -> dict[str, str] | None:
    """Keys with a single text or a list of texts; None where it is no mapping (a rule, not front matter)."""
    if not re.match(r"\s*(#.*\n\s*)*[\w\"'-]+\s*:", text):
        return None
    try:
        document = compose(text, "the front matter")
        if document.faults:
            raise ScenarioError(*document.faults)
    except ScenarioError as error:
        raise EvidenceError(f"its front matter has a fault: {error.faults[0]}") from None
    entries = content(document.root)
    return texts(entries) if isinstance(entries, Entries) else None


def texts(entries: Entries) -> dict[str, str]:
    """The plain texts of a mapping by lower-case key; a list of texts is joined by '; '."""
    found = {}
    for key, value in entries.items():
        name = NAMES.get(key.lower(), key.lower())
        parts = value if isinstance(value, list) else [value]
        if parts and all(isinstance(each, str) for each in parts):
            found[name] = "; ".join(parts)
    return found


def read_listing_text(path: Path) -> str:
    """The text of a listing, in UTF-8. Raises EvidenceError or ScenarioError."""
    try:
        return decode(load(path, 16 * 2**20), str(path))
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error}") from None


def place(path: Path, line: int = 1) -> Mark:
    return Mark(str(path), line, 1)
