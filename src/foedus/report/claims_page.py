"""The claims of a scenario over worlds as a page in Markdown: each document in turn, and what divides them.

Written from the JSON shapes alone, so that the page says nothing that the numbers do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from foedus.report.findings import argument_line, counter_line, rule_line, share_line
from foedus.report.likelihood import likelihood, scale
from foedus.report.numbers import figure, percent

Claim = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]

MOST = 5
READING = (
    "A claim is a statement of a document put as a formula about one model. That it holds here does not make "
    "it true, and that it fails does not refute its author: what is told is on which assumptions it hangs. "
    "The interval says how sure a share is among these worlds, not how sure the ranges are."
)
VERDICTS = {True: "holds", False: "fails", None: "undefined"}


def claims_page(document: Mapping[str, Any], claims: Rows, documents: Rows, command: str) -> str:
    """The page for a `foedus/claims-worlds/1`, the disputes between its claims, and between its documents."""
    parts = [_head(document, command), *_sources(document), *_disputes(claims), *_cruxes(documents)]
    return "\n".join([*parts, *_untestable(document)]) + "\n"


def _head(document: Mapping[str, Any], command: str) -> str:
    claims = document["claims"]
    held = sum(each["base"]["holds"] is True for each in claims)
    drawn = f"seed {document['seed']}, {document['scrambles']} independent scrambles"
    return "\n\n".join(
        [
            f"# The claims: {document['title']}",
            f"Written by `{command}`; do not edit. What each number means is told in "
            "[Answers](answers.md#claims).",
            f"{len(claims)} claims can be tested, {len(document['untestable'])} cannot. At the base values "
            f"{held} hold. Over {document['worlds']:,} worlds drawn from the ranges of the assumptions "
            f"({drawn}) each has a share with a 95 % interval. {READING}",
            scale() + "\n",
        ]
    )


def _sources(document: Mapping[str, Any]) -> Iterator[str]:
    """A section for each document, with the claims that cite it first."""
    seen: dict[str, list[Claim]] = {}
    heads: dict[str, str] = {}
    nothing: dict[str, Any] = {"id": "", "title": None, "stance": None}
    for claim in document["claims"]:
        first = next(iter(claim["documents"]), nothing)
        stance = f" ({first['stance']})" if first["stance"] else ""
        heads[first["id"]] = f"{first['title'] or first['id'] or 'No document'}{stance}"
        seen.setdefault(first["id"], []).append(claim)
    for name, claims in seen.items():
        yield f"## {name} {heads[name]}".rstrip() + "\n"
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
    verdict, word = VERDICTS[claim["base"]["holds"]], likelihood(worlds["share"])
    return f"| {' | '.join((claim['id'], claim['says'], verdict, share, word, distance))} |"


def _details(claim: Claim) -> Iterator[str]:
    yield f"**{claim['id']}** {claim['says']} [{', '.join(claim['cites'])}]\n"
    yield f"`{claim['formula']}`" + (f" ({claim['note']})" if claim["note"] else "") + "\n"
    yield f"- {share_line(claim['worlds'])}"
    yield f"- {rule_line(claim['rule'])}"
    yield f"- {counter_line(claim['counter_world'])}"
    if claim["argument"]:
        yield f"- {argument_line(claim['argument'])}"
    yield f"- `{claim['worlds']['command']}`\n"


def _disputes(rows: Rows) -> Iterator[str]:
    if rows:
        yield "## Where claims contradict each other\n"
        yield from map(_dispute, rows)
        yield ""


def _cruxes(rows: Rows) -> Iterator[str]:
    """The disputes between documents that one assumption parts best."""
    telling = sorted(
        (each for each in rows if each["cruxes"]), key=lambda each: -each["cruxes"][0]["accuracy"]
    )
    if telling:
        yield "## What divides the documents\n"
        yield (
            "A document is right in a world where its claims do better than they usually do; claims that "
            "cite both documents are left out.\n"
        )
        yield from map(_dispute, telling[:MOST])
        yield ""


def _dispute(found: Mapping[str, Any]) -> str:
    counts = found["counts"]
    told = (
        f"- **{found['left']} against {found['right']}**: both right in {counts['both']:,} worlds, only "
        f"{found['left']} in {counts['left']:,}, only {found['right']} in {counts['right']:,}, neither in "
        f"{counts['neither']:,}."
    )
    if not found["cruxes"]:
        return f"{told} {'They agree' if found['agreement'] else 'No crux'}: {found['reason']}."
    return told + " " + " ".join(_crux(found, each) for each in found["cruxes"])


def _crux(found: Mapping[str, Any], crux: Mapping[str, Any]) -> str:
    above = found[crux["above"]]
    return (
        f"Above {figure(crux['threshold'])} of `{crux['parameter']}` ({crux['about']}) rather {above} "
        f"(balanced accuracy {percent(crux['accuracy'])} %)."
    )


def _untestable(document: Mapping[str, Any]) -> Iterator[str]:
    if document["untestable"]:
        yield "## What no game can test\n"
        for claim in document["untestable"]:
            yield f"- **{claim['id']}** {claim['says']} [{', '.join(claim['cites'])}] {claim['reason']}."
