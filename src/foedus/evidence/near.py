"""Near-duplicates: documents that share most of their runs of five words.

MinHash (Broder 1997): equal entries of two signatures estimate the Jaccard similarity of their shingles;
bands of entries (Leskovec, Rajaraman & Ullman, Mining of Massive Datasets, 3.4) find the pairs to compare.
"""

from __future__ import annotations

import re
from collections import Counter
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from foedus.evidence.store import Store

SHINGLE = 5
BANDS, ROWS = 16, 4
ALIKE = 0.7
MOST_COMPARED = 5
WORD = re.compile(r"\w+")
Hashes = NDArray[np.uint64]

_random = np.random.Generator(np.random.PCG64(1997))
_FACTORS = _random.integers(1, 2**63, (BANDS * ROWS, 1), dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_SHIFTS = _random.integers(0, 2**63, (BANDS * ROWS, 1), dtype=np.uint64)
_POWERS = np.array([pow(0x9E3779B97F4A7C15, n, 2**64) for n in range(SHINGLE)], dtype=np.uint64)


def words_of(text: str) -> list[str]:
    return WORD.findall(text.casefold())


def shingles(words: list[str]) -> Hashes:
    """Distinct hashes of all runs of five words (of the whole, where there are fewer)."""
    hashes = np.fromiter((crc32(word.encode("utf-8", "replace")) for word in words), np.uint64, len(words))
    size = min(SHINGLE, len(words))
    runs = np.zeros(max(0, len(words) - size + 1), np.uint64)
    for offset in range(size):
        runs += hashes[offset : offset + len(runs)] * _POWERS[offset]
    runs ^= runs >> np.uint64(29)
    return np.unique(runs * np.uint64(0xBF58476D1CE4E5B9))


def signature(found: Hashes) -> NDArray[np.uint32]:
    """64 minima (entry); all the largest number for a text without words."""
    if not len(found):
        return np.full(BANDS * ROWS, 2**32 - 1, np.uint32)
    least = np.full(BANDS * ROWS, 2**64 - 1, np.uint64)
    for start in range(0, len(found), 4096):
        part = found[start : start + 4096]
        np.minimum(least, (_FACTORS * part + _SHIFTS).min(axis=1), out=least)
    return (least >> np.uint64(32)).astype(np.uint32)


def band_keys(made: NDArray[np.uint32]) -> list[int]:
    """One key a band; two documents that share one are compared."""
    rows = made.reshape(BANDS, ROWS)
    return [crc32(row.tobytes()) | band << 32 for band, row in enumerate(rows)]


def similarity(first: Hashes, second: Hashes) -> float:
    """The share of all shingles of two texts that both have (Jaccard)."""
    common = len(np.intersect1d(first, second, assume_unique=True))
    union = len(first) + len(second) - common
    return common / union if union else 0.0


def near_duplicates(store: Store, number: int, keys: list[int], found: Hashes) -> list[tuple[str, float]]:
    """Ids of documents at least 0.7 alike to this one, and how alike, the most alike first; at most five."""
    shared: Counter[int] = Counter()
    for key in keys:
        rows = store.connection.execute(
            "SELECT document FROM bands WHERE key = ? AND document <> ? LIMIT ?", (key, number, MOST_COMPARED)
        )
        shared.update(document for (document,) in rows)
    alike = []
    for document, _ in sorted(shared.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_COMPARED]:
        name, text = text_of(store, document)
        share = similarity(found, shingles(words_of(text)))
        if share >= ALIKE:
            alike.append((name, share))
    return sorted(alike, key=lambda pair: (-pair[1], pair[0]))


def text_of(store: Store, document: int) -> tuple[str, str]:
    """The id and the text of a document by its number."""
    run = store.connection.execute
    (name,) = run("SELECT id FROM documents WHERE number = ?", (document,)).fetchone()
    rows = run("SELECT text FROM paragraphs WHERE document = ? ORDER BY paragraph", (document,))
    return name, "\n\n".join(text for (text,) in rows)
