"""The text of a PDF file, page by page, within bounds on what it may unpack to."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from pypdf import PdfReader
from pypdf.errors import LimitReachedError

from foedus.errors import EvidenceError
from foedus.evidence.reading import MOST_CHARACTERS
from foedus.wording import plural

MOST_PAGES = 10_000
INFO = {"title": "/Title", "author": "/Author", "date": "/CreationDate"}


def read(data: bytes) -> dict[str, Any]:
    """`pages`, `metadata` and `notes` of a file.

    EvidenceError if it is encrypted, has too many pages, unpacks to too much, or holds no text at all.
    """
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise EvidenceError("it is encrypted; store it without a password first")
        count = len(reader.pages)
        if count > MOST_PAGES:
            raise EvidenceError(f"it has {count:,} pages, expected at most {MOST_PAGES:,}")
        pages = read_pages(reader)
        metadata = metadata_of(reader)
    except LimitReachedError as error:
        raise EvidenceError(f"it unpacks to more than is taken: {error}") from None
    empty = sum(not page.strip() for page in pages)
    if empty == len(pages):
        told = plural(count, "page holds", "pages hold")
        raise EvidenceError(f"its {told} no text; if it is a scan, recognise its text first")
    notes = [f"{empty} of its {count} pages {'holds' if empty == 1 else 'hold'} no text"] if empty else []
    return {"pages": pages, "encoding": "", "metadata": metadata, "notes": notes}


def read_pages(reader: PdfReader) -> list[str]:
    pages: list[str] = []
    size = 0
    for page in reader.pages:
        text = page.extract_text()
        size += len(text)
        if size > MOST_CHARACTERS:
            raise EvidenceError(f"its text has over {MOST_CHARACTERS:,} characters, the most that are taken")
        pages.append("".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in text))
    return pages


def metadata_of(reader: PdfReader) -> dict[str, str]:
    """What the file's own information says; a date as year-month-day."""
    info: Mapping[str, Any] = reader.metadata or {}
    found = {key: " ".join(str(info.get(name) or "").split()) for key, name in INFO.items()}
    found["date"] = day(found["date"])
    root = reader.root_object
    found["language"] = str(root.get("/Lang") or "")
    return {key: value for key, value in found.items() if value}


def day(text: str) -> str:
    """`D:20240613…` as `2024-06-13`; anything else as it is."""
    digits = text.removeprefix("D:")[:8]
    if len(digits) < 8 or not digits.isdecimal():
        return text
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
