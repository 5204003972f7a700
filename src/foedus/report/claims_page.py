"""The claims of a scenario over worlds as a page in Markdown: each document in turn, and what divides them.

Written from the JSON shapes alone, so that the page says nothing that the numbers do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from foedus.report.disputes import dispute_lines
from foedus.report.findings import base_words, quality_line, said, told_of
from foedus.report.likelihood import likelihood_between, scale
from foedus.report.numbers import percent

Claim = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]

MOST = 5
READING = (
    "A claim is a statement of a document put as a formula about one model. That it holds here does not make "
    "it true, and that it fails does not refute its author: what is told is on which assumptions it hangs. "
    "The interval says how sure a share is among these worlds, not how sure the ranges are; where it crosses "
    "the edge of a band both words are given. A formula that only compares is met by any difference, however "
    "small, unless it names a size: the margin tells how large the difference is."
)
VERDICTS = {True: "holds", False: "fails", None: "undefined"}


def claims_page(document: Mapping[str, Any], claims: Rows, documents: Rows, command: str) -> str:
    """The page for a `foedus/claims-worlds/1`, the disputes between its claims, and between its documents."""
    untestable = document["untestable"]
    disputed = [*_disputes(claims, untestable), *_cruxes(documents)]
    parts = [_head(document, command), *_sources(document), *disputed, *_untestable(untestable)]
    return "\n".join(parts) + "\n"


def _head(document: Mapping[str, Any], command: str) -> str:
    claims = document["claims"]
    held = sum(each["base"]["holds"] is True for each in claims)
    drawn = f"seed {document['seed']}, {document['scrambles']} independent scrambles"
    return "\n\n".join(
        [
            f"# The claims: {document['title']}",
            f"Written by `{command}`; do not edit. What each number means is told in "
            "[Answers](answers.md#claims-over-worlds).",
            f"{len(claims)} claims can be tested, {len(document['untestable'])} cannot. At the base values "
            f"{held} hold. Over {document['worlds']:,} worlds drawn from the ranges of the assumptions "
            f"({drawn}) each has a share with a 95 % interval. {READING}",
            quality_line(claims),
            scale() + "\n",
        ]
    )


def _sources(document: Mapping[str, Any]) -> Iterator[str]:
    """A section for each document, with the claims that cite it first."""
    seen: dict[str, list[Claim]] = {}
    heads: dict[str, str] = {}
    notes: dict[str, str] = {}
    nothing: dict[str, Any] = {"id": "", "title": None, "stance": None, "note": ""}
    for claim in document["claims"]:
        first = next(iter(claim["documents"]), nothing)
        stance = f" ({first['stance']})" if first["stance"] else ""
        heads[first["id"]] = f"{first['title'] or first['id'] or 'No document'}{stance}"
        notes[first["id"]] = first["note"]
        seen.setdefault(first["id"], []).append(claim)
    for name, claims in seen.items():
        yield f"## {name} {heads[name]}".rstrip() + "\n"
        if notes[name]:
            yield f"{notes[name]}\n"
        yield "| claim | says | base | share of worlds | word | turns at |"
        yield "|---|---|---|---|---|---|"
        yield from map(_row, claims)
        yield ""
        for claim in claims:
            yield from _details(claim)


def _row(claim: Claim) -> str:
    worlds, counter = claim["worlds"], claim["counter_world"]
    share = "–"
    if worlds["share"] is not None:
        share = f"{percent(worlds['share'])} % ({percent(worlds['low'])}–{percent(worlds['high'])})"
    distance = "–" if counter is None else f"{counter['distance']:.2f}"
    verdict = VERDICTS[claim["base"]["holds"]]
    word = likelihood_between(worlds["share"], worlds["low"], worlds["high"])
    return f"| {' | '.join((claim['id'], claim['says'], verdict, share, word, distance))} |"


def _details(claim: Claim) -> Iterator[str]:
    base = claim["base"]
    yield f"**{claim['id']}** {said(claim)} [{', '.join(claim['cites'])}]\n"
    yield f"`{claim['formula']}`" + (f" ({claim['note']})" if claim["note"] else "") + "\n"
    yield f"- At the base values it {VERDICTS[base['holds']]}{base_words(base)}. `{base['command']}`"
    for told in told_of(claim, whole=False):
        yield f"- {' '.join(told.sentences)} `{told.command}`"
    yield ""


def _disputes(rows: Rows, untestable: Rows) -> Iterator[str]:
    """The disputes between claims over worlds, and those of which one side cannot be put to worlds."""
    beyond = [(each["id"], other, each["reason"]) for each in untestable for other in each["against"]]
    if rows or beyond:
        yield "## Where claims contradict each other\n"
    if rows:
        yield from _alike(rows)
    for each in rows:
        yield from _dispute(each)
    for name, other, reason in beyond:
        yield f"- **{other} against {name}** No worlds can tell, since {name} cannot be tested: {reason}."
    if rows or beyond:
        yield ""


def _cruxes(rows: Rows) -> Iterator[str]:
    """The disputes between documents that one assumption parts best, and those that none does."""
    telling = most_telling(rows)
    if telling:
        yield "## What divides the documents\n"
        yield (
            "A document is right in a world where its claims do better than they usually do. Claims that "
            "cite both documents are left out, and so is what a document quotes from another speaker, unless "
            f"it says nothing of its own. These are the {len(telling)} most telling cruxes, each of "
            "another assumption and between another pair, and then the pairs that have none.\n"
        )
        yield from _alike(rows)
        for each in telling:
            yield from _dispute(each)
            yield from _also(each, rows)
        for each in rows:
            if not each["cruxes"]:
                yield from _dispute(each)
        yield ""


def most_telling(rows: Rows, most: int = MOST) -> list[Mapping[str, Any]]:
    """The disputes that one assumption parts best, the best first, each with that crux before its others.

    No dispute and no assumption counts twice.
    """
    cruxes = [(crux, row) for row in rows for crux in row["cruxes"]]
    found: dict[str, Mapping[str, Any]] = {}
    for crux, row in sorted(cruxes, key=lambda pair: -pair[0]["within"]):
        pairs = [(each["left"], each["right"]) for each in found.values()]
        if crux["parameter"] not in found and (row["left"], row["right"]) not in pairs:
            rest = [each for each in row["cruxes"] if each is not crux]
            found[crux["parameter"]] = {**row, "cruxes": [crux, *rest]}
    return list(found.values())[:most]


def _also(told: Mapping[str, Any], rows: Rows) -> Iterator[str]:
    """The other pairs that the crux told first divides better than any other."""
    name = told["cruxes"][0]["parameter"]
    others = [
        f"{row['left']} and {row['right']} ({percent(row['cruxes'][0]['within'])} %)"
        for row in rows
        if row["cruxes"] and row["cruxes"][0]["parameter"] == name and row["command"] != told["command"]
    ]
    if others:
        yield f"  - {name} is the best crux between {', '.join(others)} too."


def _alike(rows: Rows) -> Iterator[str]:
    held = rows[0]["held"]
    if held:
        yield (
            f"How rational the actors are ({', '.join(held)}) is an assumption of the method and not of a "
            "document. So cruxes are sought among worlds alike in it ([how](answers.md#cruxes)), and it is "
            "named where by itself it separates the two better.\n"
        )


def _dispute(found: Mapping[str, Any]) -> Iterator[str]:
    counts, *lines = dispute_lines(found)
    yield f"- **{found['left']} against {found['right']}** {counts}"
    yield from (f"  - {line}" for line in (*lines, f"`{found['command']}`"))


def _untestable(claims: Rows) -> Iterator[str]:
    if claims:
        yield "## What no game can test\n"
        for claim in claims:
            yield f"- **{claim['id']}** {said(claim)} [{', '.join(claim['cites'])}] {claim['reason']}."
