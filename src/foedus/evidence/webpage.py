"""The text of an HTML page: what a reader would see, block by block; never a script, a style or a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PageElement, PreformattedString

from foedus.errors import EvidenceError
from foedus.evidence.reading import BYTE_ORDER_MARKS, bounded, decoded

DROPPED = frozenset(
    """head script style noscript template svg math iframe object embed canvas button select textarea
    datalist""".split()  # noqa: SIM905
)
INLINE = frozenset(
    """a abbr acronym b bdi bdo big br cite code data del dfn em font i img input ins kbd label mark meter
    nobr output picture progress q rp rt ruby s samp small source span strike strong sub sup td th time tt u
    var wbr""".split()  # noqa: SIM905
)
MOST_TAGS = 500_000
BLANKS = re.compile(r"\s+")
META = {
    "author": ("author", "article:author", "dc.creator", "citation_author"),
    "date": ("date", "article:published_time", "dc.date", "citation_publication_date", "datepublished"),
    "publisher": ("og:site_name", "publisher", "dc.publisher", "citation_publisher"),
    "title": ("og:title", "dc.title", "citation_title"),
}


def read(data: bytes, encoding: str | None) -> dict[str, Any]:
    """`pages` (one), `encoding`, `metadata` and `notes` of a page; EvidenceError if it is no text."""
    marked = any(data.startswith(mark) for mark, _ in BYTE_ORDER_MARKS)
    declared = None if marked else EncodingDetector.find_declared_encoding(data[:4096], is_html=True)
    text, used, notes = decoded(data, encoding or known(declared))
    tags = text.count("<")
    if tags > MOST_TAGS:
        raise EvidenceError(f"it has {tags:,} tags, expected at most {MOST_TAGS:,}")
    soup = BeautifulSoup(text, "html.parser", multi_valued_attributes=None)
    metadata = metadata_of(soup)
    found = bounded("\n\n".join(blocks(soup)))
    return {"pages": [found], "encoding": used, "metadata": metadata, "notes": list(notes)}


def known(declared: str | bytes | None) -> str | None:
    """A declared encoding that is a text encoding; what a page says wrongly is not followed."""
    name = declared.decode("ascii", "replace") if isinstance(declared, bytes) else declared
    try:
        b"".decode(name or "")
    except (LookupError, ValueError):
        return None
    # The standard of HTML reads these as Windows-1252.
    return (
        "cp1252" if (name or "").lower() in ("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii") else name
    )


def blocks(soup: BeautifulSoup) -> Iterator[str]:
    """The blocks of a page, each a text in one line, or in several where the page has line breaks."""
    pieces: list[str] = []
    # Tags that are open, each with what is still to come in it: pages may be nested deeper than calls.
    open_tags: list[tuple[Tag, Iterator[PageElement]]] = [(soup, iter(soup.contents))]
    preformatted = 0
    while open_tags:
        tag, rest = open_tags[-1]
        node = next(rest, None)
        if node is None:
            open_tags.pop()
            preformatted -= tag.name == "pre"
            if tag.name not in INLINE:
                yield from flush(pieces)
        elif isinstance(node, Tag):
            if node.name in DROPPED or "hidden" in node.attrs:
                continue
            pieces += [{"br": "\n", "td": " ", "th": " "}.get(node.name, "")]
            if node.name not in INLINE:
                yield from flush(pieces)
            preformatted += node.name == "pre"
            open_tags.append((node, iter(node.contents)))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            pieces.append(str(node) if preformatted else BLANKS.sub(" ", node))
    yield from flush(pieces)


def flush(pieces: list[str]) -> Iterator[str]:
    """The block that the pieces make, if there is anything in them."""
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    pieces.clear()
    text = "\n".join(line for line in lines if line)
    if text:
        yield text


def metadata_of(soup: BeautifulSoup) -> dict[str, str]:
    """What the head of a page says about it."""
    said: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        name = str(tag.get("name") or tag.get("property") or tag.get("itemprop") or "").lower()
        content = " ".join(str(tag.get("content") or "").split())
        if name and content:
            said.setdefault(name, content)
    found = {key: next((said[name] for name in names if name in said), "") for key, names in META.items()}
    title = soup.find("title")
    if title is not None:
        found["title"] = " ".join(title.get_text().split()) or found["title"]
    page = soup.find("html")
    if isinstance(page, Tag):
        found["language"] = str(page.get("lang") or "")
    return {key: value for key, value in found.items() if value}
