"""Documents for the tests of evidence: written here, and owned by nobody."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

from foedus import library
from foedus.evidence.adding import Asked, add
from foedus.evidence.store import open_store

WIRE = """The guarantor wavers

On Monday the challenger moved two brigades to the river.

A minister valued the province at forty times its tax yield.

Few doubt that a public promise would be kept; fewer say so aloud.

First line of the table
Second line of the table
Third line of the table
"""


def pdf(pages: Sequence[str], info: str = "", stream: bytes | None = None) -> bytes:
    """A PDF file with a line of text on each page, or with one compressed stream on all of them."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en) >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, text in enumerate(pages):
        font = "/Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 600 800]"
        objects.append(f"<< /Type /Page /Parent 2 0 R {font} /Contents {5 + 2 * n} 0 R >>".encode())
        lines = " ".join(f"({line}) Tj 0 -14 Td" for line in text.split("\n"))
        content = zlib.compress(f"BT /F1 12 Tf 50 700 Td {lines} ET".encode()) if stream is None else stream
        head = f"<< /Filter /FlateDecode /Length {len(content)} >>\nstream\n".encode()
        objects.append(head + content + b"\nendstream")
    objects.append(f"<< {info} >>".encode())
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + each + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    head = f"xref\n0 {size}\n0000000000 65535 f \n{table}"
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info {size - 1} 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + (head + trailer).encode()


def bomb(size: int) -> bytes:
    """A stream of a few kilobytes that unpacks to `size` bytes."""
    packer = zlib.compressobj(9)
    block = b" " * 2**20
    return b"".join(packer.compress(block) for _ in range(size >> 20)) + packer.flush()


def registered(folder: Path, text: str, name: str = "wire-0801.txt") -> Path:
    """A store with one document of this text."""
    file, store = folder / name, folder / "papers.sqlite"
    file.write_text(text, "utf-8")
    with open_store(store, write=True) as opened:
        told = add(opened, [file], Asked(replace=True))
    assert told["counts"]["refused"] == 0, told
    return store


def scenario(folder: Path, name: str = "own") -> Path:
    """A scenario of the reader's own: the smallest that ships, which cites #3 and #4 of wire-0801."""
    file = folder / f"{name}.yaml"
    file.write_text(library.find("guarantee").read_text("utf-8"), "utf-8")
    return file
