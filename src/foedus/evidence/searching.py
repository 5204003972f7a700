"""`foedus evidence search`: paragraphs by their words, best first, each shown in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from foedus.errors import EvidenceError
from foedus.evidence.passages import Paragraph
from foedus.evidence.store import Record, Store

SCHEMA = "foedus/evidence-search/1"
OPEN, CLOSE = "\x02", "\x03"
PIECE = re.compile(r'(-?)"([^"]*)"?|(\S+)')
WORD = re.compile(r"\w")
MOST_WORDS = 50
MOST_CANDIDATES = 1_000
MOST_RANKED = 15_000


def search(store: Store, query: str, most: int, context: int, document: str | None = None) -> dict[str, Any]:
    """The documented shape `foedus/evidence-search/1`. Raises EvidenceError for a query without words."""
    only = store.require(document) if document else None
    match = match_of(query)
    best, complete = ranked(store, match, only, most)
    hits = [_hit(store, match, number, score, context) for number, score in best]
    return {
        "schema": SCHEMA,
        "store": str(store.path),
        "query": query,
        "match": match,
        "complete": complete,
        "hits": hits,
    }


def ranked(store: Store, match: str, only: Record | None, most: int) -> tuple[list[tuple[int, float]], bool]:
    """Numbers and scores of the best paragraphs, and whether all that match were ranked.

    The ranking (BM25) stops after 15,000 paragraphs: a query that so many match is one of words that are
    everywhere, and tell no paragraph from another.
    """
    condition, values = "", []
    if only:
        condition = "AND rowid IN (SELECT number FROM paragraphs WHERE document = ?)"
        values = [only.number]
    rows = store.connection.execute(
        f"SELECT rowid, -rank FROM passages WHERE passages MATCH ? {condition} LIMIT ?",
        (match, *values, MOST_RANKED + 1),
    ).fetchall()
    best = sorted(rows[:MOST_RANKED], key=lambda row: (-row[1], row[0]))[:most]
    return best, len(rows) <= MOST_RANKED


def _hit(store: Store, match: str, paragraph: int, score: float, context: int) -> dict[str, Any]:
    """One paragraph. Only the best are marked, which costs more than to rank them."""
    name, number, page, text = store.connection.execute(
        "SELECT documents.id, paragraph, page, text FROM paragraphs"
        " JOIN documents ON documents.number = document WHERE paragraphs.number = ?",
        (paragraph,),
    ).fetchone()
    marked = store.connection.execute(
        "SELECT highlight(passages, 0, ?, ?) FROM passages WHERE passages MATCH ? AND rowid = ?",
        (OPEN, CLOSE, match, paragraph),
    ).fetchone()[0]
    before, after = neighbours(store, name, number, context)
    return {
        "citation": f"{name}#{number}",
        "document": name,
        "page": page,
        "score": score,
        "text": text,
        "matches": spans(marked),
        "before": before,
        "after": after,
    }


def neighbours(store: Store, name: str, number: int, context: int) -> tuple[list[Any], list[Any]]:
    """The paragraphs before and after one, each with its citation."""
    found = store.paragraphs(store.require(name), max(1, number - context), number + context)
    rows = [(each.number, {"citation": f"{name}#{each.number}", "text": each.text}) for each in found]
    return [row for at, row in rows if at < number], [row for at, row in rows if at > number]


def spans(marked: str) -> list[list[int]]:
    """Where the matches begin and end in the text, from the marks around them."""
    found: list[list[int]] = []
    at = 0
    for piece in re.split(f"([{OPEN}{CLOSE}])", marked):
        if piece == OPEN:
            found.append([at, at])
        elif piece == CLOSE:
            found[-1][1] = at
        else:
            at += len(piece)
    return found


def match_of(query: str) -> str:
    """A query in FTS5's syntax, which no query of a user can break.

    Words must all occur, "several words" as a phrase; `word*` is a beginning, `-word` must not occur, and OR
    stands between alternatives.
    """
    groups: list[list[str]] = [[]]
    without: list[str] = []
    for found in list(PIECE.finditer(query.replace("\0", " ")))[:MOST_WORDS]:
        word = found[3]
        if word == "OR":
            groups.append([])
            continue
        text = found[2] if word is None else word.lstrip("-").rstrip("*")
        if not WORD.search(text):
            continue
        quoted = '"' + text.replace('"', '""') + '"'
        if word and word.endswith("*"):
            quoted += "*"
        (without if found[1] or (word or "").startswith("-") else groups[-1]).append(quoted)
    wanted = [" AND ".join(group) for group in groups if group]
    if not wanted:
        raise EvidenceError(f"the query '{query[:100]}' holds no word to look for")
    match = " OR ".join(f"({each})" for each in wanted)
    return f"({match}) NOT ({' OR '.join(without)})" if without else match


def candidates(store: Store, words: str) -> Iterator[tuple[str, Paragraph]]:
    """Documents and paragraphs in which these words stand one after another."""
    pieces = [piece for piece in re.split(r'[\0"]+', words) if WORD.search(piece)]
    if not pieces:
        raise EvidenceError(f"'{words[:100]}' is no citation, and holds no word to look for")
    rows = store.connection.execute(
        "SELECT documents.id, paragraphs.paragraph, paragraphs.text, paragraphs.page"
        " FROM passages JOIN paragraphs ON paragraphs.number = passages.rowid"
        " JOIN documents ON documents.number = paragraphs.document"
        " WHERE passages MATCH ? ORDER BY documents.id, paragraphs.paragraph LIMIT ?",
        (" AND ".join(f'"{piece}"' for piece in pieces), MOST_CANDIDATES),
    )
    for name, number, text, page in rows:
        yield name, Paragraph(number, text, page)
