"""Claims over worlds as text: for each its verdict, its share, its rule and what it would take to turn it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from foedus.report.claims import STYLES
from foedus.report.likelihood import likelihood, scale
from foedus.report.numbers import figure, percent

Claim = Mapping[str, Any]
INDENT = 4
MOST_MOVES = 4
VERDICTS = {True: "holds", False: "does not hold", None: "undefined"}


def print_findings(console: Console, document: Mapping[str, Any]) -> None:
    """Every claim that can be tested, then those that cannot, then how many hold."""
    for claim in document["claims"]:
        _print_claim(console, claim)
    for claim in document["untestable"]:
        console.print()
        console.print(Text.assemble((claim["id"], "bold"), "  ", ("untestable", STYLES["untestable"])))
        _indented(console, claim["says"])
        _indented(console, f"No game can test it: {claim['reason']}")
    console.print()
    held = sum(claim["base"]["holds"] is True for claim in document["claims"])
    console.print(
        f"{len(document['claims'])} claims over {document['worlds']:,} worlds (seed {document['seed']}, "
        f"{document['scrambles']} scrambles), {document['cases']} cases: {held} hold at the base values.",
        markup=False,
    )
    console.print(scale(), markup=False)


def _print_claim(console: Console, claim: Claim) -> None:
    base = claim["base"]
    verdict = VERDICTS[base["holds"]]
    margin = "" if base["margin"] is None else f", margin {figure(base['margin'])}"
    branch = "" if base["branch"] is None else f" ({base['branch']} branch)"
    console.print()
    console.print(
        Text.assemble((claim["id"], "bold"), "  at base values ", (verdict, STYLES[verdict]), margin, branch)
    )
    _indented(console, claim["says"])
    for line in _lines(claim):
        _indented(console, line)


def _indented(console: Console, line: str) -> None:
    console.print(Padding(Text(line), (0, 0, 0, INDENT), expand=False))


def _lines(claim: Claim) -> Iterator[str]:
    yield share_line(claim["worlds"])
    if claim["weakest"]:
        yield f"Weakest in world {claim['weakest']['world']}: margin {figure(claim['weakest']['margin'])}."
    yield rule_line(claim["rule"])
    yield counter_line(claim["counter_world"])
    steep = [f"{each['parameter']} {each['over_range']:+.3g}" for each in claim["slopes"]["rows"]]
    if steep:
        yield f"Margin over an assumption's range, at the slope here: {', '.join(steep)}."
    if claim["argument"]:
        yield argument_line(claim["argument"])
    if claim["others"] is not None:
        yield _others(claim["others"])
    for document in claim["documents"]:
        stance = f" ({document['stance']})" if document["stance"] else ""
        yield f"[{', '.join(document['cites'])}] {document['title'] or document['id']}{stance}"
    yield f"$ {claim['worlds']['command']}"


def share_line(worlds: Mapping[str, Any]) -> str:
    """In what share of worlds a claim holds."""
    missing = []
    if worlds["undefined"]:
        missing.append(f"undefined in {worlds['undefined']:,}")
    if worlds["unsolved"]:
        missing.append(f"{worlds['unsolved']:,} of these not solved")
    left = f" ({', '.join(missing)})" if missing else ""
    if worlds["share"] is None:
        return f"Undefined in every world{left}."
    interval = f"{percent(worlds['low'])}–{percent(worlds['high'])} %"
    return (
        f"Holds in {percent(worlds['share'])} % of worlds ({interval}): {likelihood(worlds['share'])}{left}."
    )


def rule_line(rule: Mapping[str, Any]) -> str:
    """Where a claim holds or fails, by its rule."""
    if not rule["limits"]:
        return f"No rule: {rule['reason']}."
    where = " and ".join(_limit(each) for each in rule["limits"])
    verb = "Holds" if rule["of"] == "holds" else "Fails"
    told = f"density {percent(rule['density'])} %, coverage {percent(rule['coverage'])} %"
    return f"{verb} where {where}: {told}."


def _limit(limit: Mapping[str, Any]) -> str:
    low, high = limit["low"], limit["high"]
    if low is None:
        return f"{limit['parameter']} ≤ {figure(high)}"
    if high is None:
        return f"{limit['parameter']} > {figure(low)}"
    return f"{figure(low)} < {limit['parameter']} ≤ {figure(high)}"


def counter_line(counter: Mapping[str, Any] | None) -> str:
    """What it takes to turn a claim."""
    if counter is None:
        return "No world with another verdict was found."
    moves = [
        f"{each['parameter']} {figure(each['from'])} → {figure(each['to'])}"
        for each in counter["moved"][:MOST_MOVES]
    ]
    more = len(counter["moved"]) - len(moves)
    rest = f" and {more} more" if more > 0 else ""
    return f"Turns {counter['distance']:.2f} range-widths away: {', '.join(moves)}{rest}."


def argument_line(argument: Mapping[str, Any]) -> str:
    """Whether a claim follows where those that it rests on hold."""
    names = " and ".join(argument["because"])
    if argument["vacuous"]:
        return (
            f"Rests on {names}, which never {'hold together' if len(argument['because']) > 1 else 'holds'}."
        )
    follows = argument["follows"]
    interval = f"{percent(follows['low'])}–{percent(follows['high'])} %"
    told = (
        f"Rests on {names}: holds in {percent(follows['share'])} % of the "
        f"{argument['premises_hold']:,} worlds with that ({interval})"
    )
    idle = [each["id"] for each in argument["premises"] if not each["needed"]]
    unneeded = f"; no different without {', '.join(idle)}" if idle else ""
    counter = f"; clearest counter-world {argument['counter']['world']}" if argument["counter"] else ""
    return f"{told}{unneeded}{counter}."


def _others(turns: list[Mapping[str, Any]]) -> str:
    if not turns:
        return "No other equilibrium was found."
    verdicts = ", ".join(f"{VERDICTS[each['holds']]} with that of {each['arrangement']}" for each in turns)
    return f"Other equilibria found: {verdicts}."
