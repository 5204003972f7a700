"""Documents, passages and citations as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from foedus.report.numbers import percent
from foedus.report.table import Column, print_table
from foedus.wording import plural, tally

Shape = Mapping[str, Any]
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
INDENT = 4
SHORT = 100
STYLES = {"resolves": "green", "moved": "yellow", "ambiguous": "yellow", "no fingerprint": "yellow"}
MOST_TOLD = 40


def safe(text: object) -> str:
    """A document's text without what a terminal would obey or turn around."""
    return UNSAFE.sub("\ufffd", str(text)).expandtabs(4)


def print_added(console: Console, document: Shape) -> None:
    """What became of each file: everything that is to be said of it, and then how many there are."""
    rows: Sequence[Shape] = document["documents"]
    told = [row for row in rows if row["state"] == "refused" or remarks(row)]
    if len(rows) <= MOST_TOLD:
        told = list(rows)
    for row in told:
        head = row["id"] or row["file"]
        style = "red" if row["state"] == "refused" else "bold"
        title = (row.get("metadata") or {}).get("title") or ""
        console.print(Text.assemble((safe(head), style), f"  {row['state']}  ", safe(title)), soft_wrap=True)
        for remark in remarks(row):
            console.print(Padding(Text(safe(remark)), (0, 0, 0, INDENT), expand=False))
    untitled = sum(row["state"] != "refused" and not row["metadata"]["title"] for row in rows)
    console.print(counted(document["counts"]) + f", in {document['store']}.", markup=False, soft_wrap=True)
    if untitled:
        console.print(
            f"Without a title: {untitled}. Metadata come from options, a listing or the files themselves.",
            markup=False,
        )


def remarks(row: Shape) -> list[str]:
    """Sentences on one added document."""
    if row["state"] == "refused":
        return [f"{row['file']}: {row['reason']}" if row["id"] else str(row["reason"])]
    same = [f"has the very text of {name}" for name in row["same_text_as"]]
    near = [f"{percent(each['similarity'])} % like {each['id']}" for each in row["near_duplicates"]]
    return [*same, *near, *row["notes"]]


def counted(counts: Mapping[str, int]) -> str:
    return tally(counts.items()) or "nothing found"


def print_documents(console: Console, document: Shape) -> None:
    """A table of all documents."""
    rows: Sequence[Shape] = document["documents"]
    if not rows:
        console.print(f"{document['store']} holds no document yet.", markup=False, soft_wrap=True)
        return
    keys = ("date", "author", "title", "stance")
    columns = [
        Column("paragraphs", tuple(f"{row['paragraphs']:,}" for row in rows)),
        Column("words", tuple(f"{row['words']:,}" for row in rows)),
        *(Column(key, tuple(cut(row[key] or "–", 34) for row in rows), words=True) for key in keys),
    ]
    shown = [each for each in columns if not each.words or set(each.cells) != {"–"}]
    print_table(console, f"Documents in {document['store']}", [row["id"] for row in rows], shown, "id")


def cut(text: str, width: int) -> str:
    text = " ".join(safe(text).split())
    return text if len(text) <= width else text[: width - 1] + "…"


def print_shown(console: Console, document: Shape) -> None:
    """What is known of a document, and its passages or one of them in its place."""
    about: Shape = document["document"]
    keys = ("title", "author", "publisher", "date", "stance", "language")
    console.print(Text(about["id"], style="bold"))
    for key in keys:
        if about[key]:
            origin = about["origins"].get(key)
            console.print(Text(f"  {key}: {safe(about[key])}" + (f" ({origin})" if origin else "")))
    told = f"{plural(about['paragraphs'], 'paragraph')}, {plural(about['words'], 'word')}, {about['format']}"
    console.print(Text(f"  {told}, sha256 {about['sha256'][:16]}…"))
    _print_place(console, document["before"], document["passages"], document["after"])


def _print_place(
    console: Console, before: Iterable[Shape], passages: Iterable[Shape], after: Iterable[Shape]
) -> None:
    for each in before:
        _print_passage(console, each, dim=True)
    for each in passages:
        _print_passage(console, each)
    for each in after:
        _print_passage(console, each, dim=True)


def _print_passage(console: Console, each: Shape, dim: bool = False) -> None:
    page = f"  page {each['page']}" if each.get("page") else ""
    console.print()
    console.print(Text(f"{each['citation']}{page}", style="dim" if dim else "bold"))
    text = Text(cut(each["text"], SHORT) if dim else safe(each["text"]), style="dim" if dim else "")
    for start, end in () if dim else each.get("matches", ()):
        text.stylize("bold underline", start, end)
    console.print(Padding(text, (0, 0, 0, INDENT), expand=False))


def print_hits(console: Console, document: Shape) -> None:
    """The passages found, each between its neighbours."""
    hits: Sequence[Shape] = document["hits"]
    for number, hit in enumerate(hits):
        if number:
            console.print(Text("\n" + "·" * 8, style="dim"))
        _print_place(console, hit["before"], [hit], hit["after"])
    console.print()
    told = f"Passages: {len(hits)}." if hits else f"Passages: none. Searched for: {safe(document['match'])}"
    console.print(told, markup=False, soft_wrap=True)
    for note in document["notes"]:
        console.print(f"Note: {safe(note)}.", style="yellow", markup=False, soft_wrap=True)
    if not document["complete"]:
        console.print("So many match that only the first were ranked; add a word.", style="yellow")


def print_cited(console: Console, document: Shape) -> None:
    """The line to paste for each passage, and its fingerprint."""
    for each in document["passages"]:
        page = f"  (page {each['page']})" if each["page"] else ""
        console.print(Text(f"{each['paste']}{page}", style="bold"))
        console.print(Text(f"  {cut(each['text'], SHORT - 4)}", style="dim"))
        console.print(Text(f"  exact {each['fingerprint']['exact']}", style="dim"))
        if each["fingerprint"]["occurrences"] > 1:
            times = each["fingerprint"]["occurrences"]
            console.print(Text(f"  this text stands {times} times in the document", style="yellow"))
    if len(document["passages"]) > 1:
        console.print(
            Text(f"{len(document['passages'])} passages hold these words: choose one.", style="yellow")
        )


def print_kept(console: Console, document: Shape) -> None:
    """Citations that differ from what is kept or whose passage is absent, then the counts."""
    for row in document["citations"]:
        if row["state"] in ("differs", "absent"):
            said = {
                "differs": "differs from the fingerprint kept (--renew takes the new one)",
                "absent": "is absent",
            }
            console.print(Text(f"{row['citation']} {said[row['state']]}", style="red"))
    where = f"{'kept in' if document['written'] else 'not written to'} {document['fingerprints']}"
    console.print(f"{counted(document['counts'])}: {where}.", markup=False, soft_wrap=True)


def print_checked(console: Console, errors: Console, document: Shape) -> None:
    """Every citation that fails, with its place in the file and both fingerprints, and then the counts.

    Before that each passage with what rests on it, where that was asked for.
    """
    for row in document["citations"]:
        if "passage" in row:
            _print_resting(console, row)
    for row in document["citations"]:
        if row["state"] not in ("resolves", "no fingerprint"):
            print_failure(errors, document["file"], row)
    for each in document["documents"]:
        if each["same_text"] is False:
            console.print(
                f"Document {each['id']} has not the text that was cited.", style="yellow", markup=False
            )
    citations = plural(len(document["citations"]), "citation")
    told = tally(document["counts"].items()) or "none"
    console.print(f"{citations}, used {plural(document['uses'], 'time')}: {told}.", markup=False)
    if document["counts"]["no fingerprint"]:
        console.print("'foedus evidence cite --all SCENARIO --write' keeps the fingerprints.", markup=False)


def _print_resting(console: Console, row: Shape) -> None:
    console.print()
    console.print(Text(row["citation"], style="bold"))
    text = "no such passage" if row["passage"] is None else safe(row["passage"])
    console.print(Padding(Text(text, style="dim"), (0, 0, 0, 4), expand=False))
    for use, said in zip(row["uses"], row["says"], strict=True):
        head = f"{use['kind']} {use['name']}"
        console.print(Padding(Text(f"{head}: {said}" if said else head), (0, 0, 0, 2), expand=False))


def print_failure(console: Console, file: str, row: Shape) -> None:
    """One citation that fails, with its place in the scenario's file and both fingerprints."""
    first, *others = row["uses"]
    more = f", and {len(others)} more" if others else ""
    style = STYLES.get(row["state"], "red")
    place = f"{file}:{first['line']}:{first['column']}"
    where = f"{first['kind']} {first['name']}{more}"
    head = f"{place}: {row['citation']}: {row['state']}: {row['reason']} ({where})"
    console.print(Text(head, style=style), soft_wrap=True)
    for key in ("expected", "found"):
        if row[key]:
            console.print(Text(f"    {key:8} {row[key]['exact']}", style="dim"), soft_wrap=True)
