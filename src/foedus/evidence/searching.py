"""`foedus evidence search`: paragraphs by their words, best first, each shown in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from foedus.errors import EvidenceError
from foedus.evidence.passages import Paragraph
from foedus.evidence.store import Record, Store

SCHEMA = "foedus/evidence-search/1"
OPEN, CLOSE = "\x02", "\x03"
PIECE = re.compile(r'(-?)"([^"]*)("?)|(\S+)')
WORD = re.compile(r"[^\W_]")
NEAR = re.compile(r"-?\(*NEAR[(/]")
SYNTAX = re.compile(r"[*^{}+]|(?<=\w):(?=\w)")
"""What means something to FTS5, or to other searches, and nothing here."""
OPERATORS = ("AND", "OR")
MOST_WORDS = 50
MOST_CANDIDATES = 1_000
MOST_RANKED = 5_000


def search(store: Store, query: str, most: int, context: int, document: str | None = None) -> dict[str, Any]:
    """The documented shape `foedus/evidence-search/1`. EvidenceError for a query without a meaning."""
    only = store.require(document) if document else None
    asked = read_query(query)
    match = asked.match
    best, complete = ranked(store, match, only, most)
    hits = [_hit(store, match, number, score, context) for number, score in best]
    return {
        "schema": SCHEMA,
        "store": str(store.path),
        "query": query,
        "match": match,
        "notes": asked.notes,
        "complete": complete,
        "hits": hits,
    }


def ranked(store: Store, match: str, only: Record | None, most: int) -> tuple[list[tuple[int, float]], bool]:
    """Numbers and scores of the best paragraphs, and whether all that match were ranked.

    The ranking (BM25) stops after 5,000 paragraphs: a query that so many match is one of words that are
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


@dataclass
class Query:
    """What is looked for: alternatives, each of words that must all occur, and words that must not.

    `notes` are sentences on what was not searched as it was typed.
    """

    groups: list[list[str]] = field(default_factory=lambda: [[]])
    without: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def match(self) -> str:
        """The query in FTS5's syntax, which nothing that a user types can break."""
        if len(self.groups) == 1 and not self.without:
            return " AND ".join(self.groups[0])
        match = " OR ".join(f"({' AND '.join(group)})" for group in self.groups)
        return f"({match}) NOT ({' OR '.join(self.without)})" if self.without else match


def read_query(query: str) -> Query:
    """A query as it is typed.

    Words must all occur, "several words" as a phrase; `word*` is a beginning, `-word` must not occur, OR
    stands between alternatives, and AND, between words, changes nothing. Raises EvidenceError for what has
    no meaning.
    """
    pieces = list(PIECE.finditer(query.replace("\0", " ")))
    found = Query()
    if len(pieces) > MOST_WORDS:
        found.notes.append(f"only the first {MOST_WORDS} of {len(pieces)} words were searched for")
    refuse_grouping([piece[4] or "" for piece in pieces])
    last = None
    for piece in pieces[:MOST_WORDS]:
        word = piece[4]
        if word in OPERATORS:
            if last is None or last in OPERATORS:
                raise EvidenceError(one_sided(query, word, "before"))
            if word == "OR":
                found.groups.append([])
        elif not take(found, piece, query):
            continue
        last = word or '"'
    if last in OPERATORS:
        raise EvidenceError(one_sided(query, last, "after"))
    if not any(found.groups):
        only = "only words that must not occur, and " if found.without else ""
        raise EvidenceError(f"the query '{query[:100]}' holds {only}no word to look for")
    if not all(found.groups):
        raise EvidenceError(one_sided(query, "OR", "on one side of"))
    return found


def take(found: Query, piece: re.Match[str], query: str) -> bool:
    """Put a word or a phrase where it belongs in the query. Whether there is one; if not, that is noted."""
    word, without = piece[4], bool(piece[1])
    if word is None:
        if not piece[3]:
            at = piece.start(2)
            raise EvidenceError(
                f"the query '{query[:100]}' has a quote at character {at} that nothing closes; "
                "expected '\"' after the last word of a phrase"
            )
        text, beginning = piece[2], False
    else:
        refuse_word(word, query)
        text, without = word.lstrip("-"), word.startswith("-")
        text, beginning = text.rstrip("*"), text.endswith("*")
    if not WORD.search(text):
        found.notes.append(f"'{piece[0][:60]}' holds no word, and was passed over")
        return False
    if SYNTAX.search(text) or (word is None and set(OPERATORS) & set(text.split())):
        words = re.findall(r"[^\W_]+", text)
        plain = f"the words '{' '.join(words)[:60]}', one after another"
        if len(words) == 1:
            plain = f"the word '{words[0][:60]}'"
        found.notes.append(f"'{text[:60]}' was searched for as {plain}")
    if word in ("NOT", "NEAR"):
        hint = "; '-word' is for what must not occur" if word == "NOT" else ""
        found.notes.append(f"{word} was searched for as a word{hint}")
    quoted = '"' + text.replace('"', '""') + '"' + "*" * beginning
    (found.without if without else found.groups[-1]).append(quoted)
    return True


def refuse_grouping(words: list[str]) -> None:
    """Parentheses around alternatives, which would have to be heeded."""
    if "OR" in words:
        for word in words:
            if word.startswith(("(", "-(")) or (word.endswith(")") and "(" not in word):
                raise EvidenceError(
                    f"found '{word[:60]}' beside OR: parentheses group nothing here; "
                    "expected every alternative in full, as in: a c OR b c"
                )


def refuse_word(word: str, query: str) -> None:
    """What stands for more than a word, and cannot be searched for."""
    if NEAR.match(word):
        raise EvidenceError(
            f"found '{word[:60]}': there is no search for words near each other; "
            'expected words, a "phrase", word*, -word or OR'
        )
    if '"' in word:
        raise EvidenceError(
            f"found a quote within the word '{word[:60]}' of the query '{query[:100]}'; "
            "expected a blank before a phrase, and a quote at both of its ends"
        )


def one_sided(query: str, operator: str, where: str) -> str:
    """What is wrong with an operator that has nothing on one side."""
    small = operator.lower()
    return (
        f"the query '{query[:100]}' has no word to look for {where} {operator}; "
        f"expected one on both sides, or '{small}' where it is a word itself"
    )


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
