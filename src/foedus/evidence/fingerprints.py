"""The fingerprints of a scenario's citations: `NAME.citations.json` beside it, hashes only, no text."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from foedus.errors import EvidenceError
from foedus.evidence.passages import END, START, Fingerprint, parse_citation
from foedus.evidence.reading import read_listing_text

SCHEMA = "foedus/evidence-fingerprints/1"
NORMAL = "Unicode NFC, every run of white space one blank; UTF-8; SHA-256"
HASH = re.compile(r"sha256:[0-9a-f]{64}\Z")


@dataclass(frozen=True)
class Fingerprints:
    """By citation, and the SHA-256 of each document's text when they were taken."""

    citations: Mapping[str, Fingerprint] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)


def fingerprint_file(scenario: Path) -> Path:
    return scenario.with_name(f"{scenario.stem}.citations.json")


def read_fingerprints(path: Path) -> Fingerprints:
    """Those of a file; none where there is no file. EvidenceError for a file that holds something else."""
    if not path.exists():
        return Fingerprints()
    try:
        found = json.loads(read_listing_text(path))
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"{path}: no JSON: {error}") from None
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise EvidenceError(f"{path}: expected the schema {SCHEMA}")
    try:
        citations = {name: fingerprint(name, each) for name, each in found["citations"].items()}
        documents = {str(name): str(sha256) for name, sha256 in found["documents"].items()}
    except (KeyError, AttributeError) as error:
        raise EvidenceError(f"{path}: {error} is missing") from None
    except (TypeError, ValueError) as error:
        raise EvidenceError(f"{path}: {error}") from None
    return Fingerprints(citations, documents)


def fingerprint(name: str, found: Mapping[str, Any]) -> Fingerprint:
    """One entry of the file; ValueError says what is wrong with it."""
    if parse_citation(name) is None:
        raise ValueError(f"'{name[:60]}' is no citation")
    for key in ("exact", "prefix", "suffix"):
        if not HASH.match(str(found[key])) and not (key != "exact" and found[key] in (START, END)):
            raise ValueError(
                f"{name}: found '{str(found[key])[:80]}' as {key}, expected sha256: and 64 digits"
            )
    count = found["occurrences"]
    if not isinstance(count, int) or count < 1:
        raise ValueError(f"{name}: found {count!r} occurrences, expected a whole number from 1")
    return Fingerprint(found["exact"], found["prefix"], found["suffix"], count)


def write_fingerprints(path: Path, scenario: str, found: Fingerprints) -> None:
    """Write the file beside its place and rename it; EvidenceError if that cannot be."""
    document = {
        "schema": SCHEMA,
        "scenario": scenario,
        "normal_form": NORMAL,
        "documents": dict(sorted(found.documents.items())),
        "citations": {name: asdict(found.citations[name]) for name in sorted(found.citations, key=in_order)},
    }
    try:
        handle, beside = tempfile.mkstemp(suffix=".new", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(json.dumps(document, indent=1) + "\n")
            os.chmod(beside, 0o644)
            os.replace(beside, path)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        raise EvidenceError(f"'{path}' cannot be written: {error.strerror}") from None


def in_order(name: str) -> tuple[str, int, int]:
    citation = parse_citation(name)
    assert citation is not None
    return citation.document, citation.place.paragraph, citation.place.line or 0
