"""Sources as CSL-JSON (version 1.0.2 of its schema) and as BibTeX."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from foedus.evidence.store import FIELDS, Store
from foedus.language.scenario import Scenario

DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
YEAR = re.compile(r"\b(1\d{3}|20\d{2})\b")
ESCAPED = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "&%$#_"},
}


@dataclass(frozen=True)
class Entry:
    """One source, as the scenario describes it, or else as it is registered."""

    id: str
    title: str = ""
    publisher: str = ""
    author: str = ""
    date: str = ""
    stance: str = ""
    language: str = ""
    sha256: str = ""


def sources(scenario: Scenario, cited: Sequence[str], store: Store | None) -> list[Entry]:
    """The documents that a scenario lists or cites; what it does not say of one is taken from the store."""
    found = []
    for name in sorted({*scenario.documents, *cited}):
        listed, record = scenario.documents.get(name), store.get(name) if store else None
        said = {key: getattr(listed, key, "") for key in (*FIELDS, "sha256")} if listed else {}
        kept = {**record.metadata, "sha256": record.sha256} if record else {}
        known = {key: said.get(key) or kept.get(key, "") for key in (*FIELDS, "sha256")}
        found.append(Entry(name, **known))
    return found


def csl(entries: Sequence[Entry]) -> str:
    """A CSL-JSON list."""
    return json.dumps([_csl(each) for each in entries], indent=2, ensure_ascii=False) + "\n"


def _csl(entry: Entry) -> dict[str, object]:
    found: dict[str, object] = {"id": entry.id, "type": "document", "title": entry.title or entry.id}
    if entry.author:
        found["author"] = [{"literal": name} for name in names(entry.author)]
    if entry.publisher:
        found["publisher"] = entry.publisher
    if entry.date:
        day = DAY.match(entry.date)
        parts = [int(part) for part in day.groups() if part] if day else []
        found["issued"] = {"date-parts": [parts]} if parts else {"literal": entry.date}
    if entry.language:
        found["language"] = entry.language
    notes = [f"stance: {entry.stance}"] if entry.stance else []
    notes += [f"sha256: {entry.sha256}"] if entry.sha256 else []
    if notes:
        found["note"] = "; ".join(notes)
    return found


def names(author: str) -> list[str]:
    """Several authors stand with semicolons between them."""
    return [name.strip() for name in author.split(";") if name.strip()]


def bibtex(entries: Sequence[Entry]) -> str:
    """One @misc entry for each source."""
    return "\n".join(map(_bibtex, entries))


def _bibtex(entry: Entry) -> str:
    year = YEAR.search(entry.date)
    stance = f"Stance: {entry.stance}" if entry.stance else ""
    fields = {
        "title": "{" + escaped(entry.title or entry.id) + "}",
        "author": " and ".join("{" + escaped(name) + "}" for name in names(entry.author)),
        "publisher": escaped(entry.publisher),
        "year": year[1] if year else "",
        "date": entry.date if DAY.match(entry.date) else "",
        "language": escaped(entry.language),
        "note": escaped(stance),
    }
    lines = [f"  {key} = {{{value}}},\n" for key, value in fields.items() if value]
    return f"@misc{{{entry.id},\n{''.join(lines)}}}\n"


def escaped(text: str) -> str:
    """A text as TeX reads it."""
    return "".join(ESCAPED.get(letter, letter) for letter in " ".join(text.split()))
