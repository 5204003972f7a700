"""Arguments as text: what rests on what, what is against what, and whether it follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from foedus.report.findings import VERDICTS
from foedus.report.numbers import NOTHING, percent
from foedus.report.table import Column, print_table
from foedus.wording import plural

Shape = Mapping[str, Any]
Rows = Sequence[Shape]


def print_arguments(console: Console, document: Shape) -> None:
    """The arguments, the disputes, and how to look at the counter-worlds."""
    verdicts = {each["id"]: _verdict(each) for each in document["claims"]}
    if document["arguments"]:
        _print_arguments(console, document["arguments"], verdicts, document["worlds"])
    if document["disputes"]:
        _print_disputes(console, document["disputes"], verdicts, document["worlds"])
    console.print()
    counters = [each["over_worlds"]["counter"] for each in document["arguments"] if each["over_worlds"]]
    for counter in filter(None, counters):
        console.print(Text(f"    $ {counter['command']}"), soft_wrap=True)
    over = ""
    if document["worlds"]:
        over = f", over {plural(document['worlds'], 'world')} (seed {document['seed']})"
    resting, pairs = len(document["arguments"]), len(document["disputes"])
    claims, others = plural(resting, "claim rests", "claims rest"), plural(pairs, "pair is", "pairs are")
    console.print(f"{claims} on others, {others} against each other{over}.", markup=False)


def _print_arguments(console: Console, rows: Rows, verdicts: Mapping[str, str], worlds: int | None) -> None:
    columns = [
        Column("verdict", tuple(verdicts[row["conclusion"]] for row in rows), words=True),
        Column("rests on", tuple(_premises(row, verdicts) for row in rows), words=True),
        Column("at base values", tuple(row["at_base"] for row in rows), words=True),
    ]
    if worlds:
        found = [row["over_worlds"] or {} for row in rows]
        columns += [
            Column("premises hold, worlds", tuple(_count(each.get("premises_hold")) for each in found)),
            Column("follows, % of these", tuple(_follows(each.get("follows")) for each in found)),
            Column("no different without", tuple(map(_idle, found)), words=True),
            Column("clearest counter-world", tuple(_world(each.get("counter")) for each in found)),
        ]
    print_table(console, "Arguments", [row["conclusion"] for row in rows], columns, "claim")


def _print_disputes(console: Console, rows: Rows, verdicts: Mapping[str, str], worlds: int | None) -> None:
    columns = [
        Column("verdict", tuple(verdicts[row["left"]] for row in rows), words=True),
        Column("against", tuple(row["right"] for row in rows), words=True),
        Column("its verdict", tuple(verdicts[row["right"]] for row in rows), words=True),
    ]
    if worlds:
        for word, head in (
            ("both", "both hold, worlds"),
            ("left", "first alone"),
            ("right", "second alone"),
            ("neither", "neither"),
        ):
            columns.append(Column(head, tuple(_count((row["counts"] or {}).get(word)) for row in rows)))
    print_table(console, "Disputes", [row["left"] for row in rows], columns, "claim")


def print_import(console: Console, document: Shape) -> None:
    """What differs between an Argdown file and the scenario, and the lines to paste."""
    scenario, file = document["scenario"], document["file"]
    for key, where in (("added", f"Only in {file}"), ("missing", f"Only in {scenario}")):
        if document[key]:
            console.print(Text(where, style="bold"))
            for each in document[key]:
                place = f"  ({file}:{each['line']}:{each['column']})" if each["line"] else ""
                relation = f"  {each['claim']} {each['key']} {each['other']}{place}"
                console.print(Text(relation), soft_wrap=True)
    if document["paste"]:
        console.print(Text(f"Lines for the claims of {scenario}, in the place of those it has", style="bold"))
        console.print(Text(document["paste"].rstrip("\n")), soft_wrap=True)
    count = plural(len(document["relations"]), "relation")
    same = not document["added"] and not document["missing"]
    ending = f"the same as {scenario} has" if same else f"not the same as {scenario} has"
    console.print(f"{file} has {count}, {ending}.", markup=False, soft_wrap=True)


def _verdict(claim: Shape) -> str:
    return "untestable" if claim["untestable"] else VERDICTS[claim["holds"]]


def _premises(row: Shape, verdicts: Mapping[str, str]) -> str:
    return "\n".join(f"{name} ({verdicts[name]})" for name in row["because"])


def _count(number: int | None) -> str:
    return NOTHING if number is None else f"{number:,}"


def _follows(follows: Shape | None) -> str:
    if not follows or follows["share"] is None:
        return NOTHING
    return f"{percent(follows['share'])}\n{percent(follows['low'])}–{percent(follows['high'])}"


def _idle(argument: Shape) -> str:
    if not argument or argument["vacuous"]:
        return NOTHING
    return "\n".join(each["id"] for each in argument["premises"] if not each["needed"]) or NOTHING


def _world(counter: Shape | None) -> str:
    return f"{counter['world']}" if counter else NOTHING
