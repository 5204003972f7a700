"""The text of an HTML page: what a reader would see, block by block; never a script, a style or a comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PreformattedString

from foedus.evidence.reading import BYTE_ORDER_MARKS, bounded, decoded

DROPPED = ("script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas")
FORMS = ("button", "select", "textarea", "input", "datalist")
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "meter",
        "output",
        "progress",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "img",
        "picture",
        "source",
        "nobr",
    ]
)
MOST_TAGS = 500_000
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
    ends: list[tuple[Any, bool]] = []
    node: Any = soup.next_element
    skipped = soup.find("head")
    count = 0
    while node is not None:
        while ends and ends[-1][0] is node:
            ends.pop()
            yield from flush(pieces)
        count += 1
        if isinstance(node, Tag):
            if node is skipped or node.name in DROPPED or node.name in FORMS or "hidden" in node.attrs:
                node = after(node)
                continue
            if node.name == "br":
                pieces.append("\n")
            elif node.name in ("td", "th"):
                pieces.append(" ")
            elif node.name not in INLINE:
                yield from flush(pieces)
                ends.append((after(node), True))
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            within = any(parent.name == "pre" for parent in nearest_parents(node))
            pieces.append(str(node) if within else " ".join(["", *str(node).split(), ""]) if node else "")
        node = node.next_element
    yield from flush(pieces)


def nearest_parents(node: NavigableString) -> Iterator[Tag]:
    """The three innermost elements around a text."""
    parent = node.parent
    for _ in range(3):
        if parent is None:
            return
        yield parent
        parent = parent.parent


def after(node: Tag) -> Any:
    """The element that follows a tag and all that it holds."""
    last: Any = node
    while isinstance(last, Tag) and last.contents:
        last = last.contents[-1]
    return last.next_element


def flush(pieces: list[str]) -> Iterator[str]:
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
