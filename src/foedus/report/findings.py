"""Claims over worlds as text: for each its verdict, its share, its rule and what it would take to turn it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from foedus.report.claims import STYLES
from foedus.report.likelihood import likelihood_between, scale
from foedus.report.numbers import figure, percent, points, small
from foedus.wording import plural, tally

Claim = Mapping[str, Any]
INDENT = 4
MOST_MOVES, SEVERAL = 4, 2
MOST_LIKELY = 0.5
"""Of a rule's density, from which on it says where a claim holds, and not only where it does more often."""
VERDICTS = {True: "holds", False: "does not hold", None: "undefined"}


@dataclass(frozen=True)
class Told:
    """Sentences, and the command that prints their numbers again."""

    sentences: tuple[str, ...]
    command: str


def print_findings(console: Console, document: Mapping[str, Any]) -> None:
    """Every claim that can be tested, then those that cannot, then how many hold.

    A claim asked for alone has all the moves to its counter-world; among others only the largest.
    """
    whole = len(document["claims"]) == 1
    for claim in document["claims"]:
        _print_claim(console, claim, whole)
    for claim in document["untestable"]:
        console.print()
        console.print(Text.assemble((claim["id"], "bold"), "  ", ("untestable", STYLES["untestable"])))
        _indented(console, said(claim))
        _indented(console, f"No game can test it: {claim['reason']}")
    console.print()
    held = sum(claim["base"]["holds"] is True for claim in document["claims"])
    console.print(
        f"{plural(len(document['claims']), 'claim')} over {plural(document['worlds'], 'world')} "
        f"(seed {document['seed']}, {plural(document['scrambles'], 'scramble')}), "
        f"{plural(document['cases'], 'case')}: {tally([('holds', held)]) or 'none holds'} at the base "
        "values.",
        markup=False,
    )
    if document["claims"]:
        console.print(quality_line(document["claims"]), markup=False)
    console.print(scale(), markup=False)


def _print_claim(console: Console, claim: Claim, whole: bool) -> None:
    verdict = VERDICTS[claim["base"]["holds"]]
    console.print()
    console.print(
        Text.assemble(
            (claim["id"], "bold"), "  at base values ", (verdict, STYLES[verdict]), base_words(claim["base"])
        )
    )
    _indented(console, said(claim))
    _commanded(console, claim["base"]["command"])
    for told in told_of(claim, whole):
        for sentence in told.sentences:
            _indented(console, sentence)
        _commanded(console, told.command)
    for document in claim["documents"]:
        stance = f" ({document['stance']})" if document["stance"] else ""
        _indented(console, f"[{', '.join(document['cites'])}] {document['title'] or document['id']}{stance}")


def _indented(console: Console, line: str) -> None:
    console.print(Padding(Text(line), (0, 0, 0, INDENT), expand=False))


def _commanded(console: Console, command: str) -> None:
    """A command in one piece, so that it can be copied."""
    console.print(Text(f"{' ' * INDENT}$ {command}", style="dim"), soft_wrap=True)


def said(claim: Claim) -> str:
    """What a claim says, and who says it where that is not the author."""
    return f"{claim['says']} (Said by: {claim['speaker']}.)" if claim["speaker"] else str(claim["says"])


def base_words(base: Mapping[str, Any]) -> str:
    """Margin, branch, and the sides of several comparisons, to stand behind a verdict at the base values."""
    margin = "" if base["margin"] is None else f", margin {figure(base['margin'])}"
    branch = "" if base["branch"] is None else f" ({base['branch']} branch)"
    if len(base["sides"]) < SEVERAL:
        return margin + branch
    sides = "; ".join(f"{figure(left)} against {figure(right)}" for left, right in base["sides"])
    return f"{margin}{branch}: {sides}"


def told_of(claim: Claim, whole: bool) -> Iterator[Told]:
    """All that was found of a claim over worlds, in groups of what one command prints again.

    `whole` tells every move to its counter-world, with a command that goes there; else the largest few, which
    the command that draws the worlds prints in full.
    """
    drawn = [share_line(claim["worlds"]), rule_line(claim["rule"])]
    if claim["argument"]:
        drawn.append(argument_line(claim["argument"]))
    if claim["others"] is not None:
        drawn.append(others_line(claim["others"]))
    counter = claim["counter_world"]
    short = whole or counter is None or len(counter["moved"]) <= MOST_MOVES
    if counter is None or not short:
        drawn.append(counter_line(counter))
    yield Told(tuple(drawn), claim["worlds"]["command"])
    if claim["argument"] and claim["argument"]["counter"]:
        clearest = claim["argument"]["counter"]
        words = f"Clearest counter-world to the argument: {clearest['world']}."
        yield Told((words,), clearest["command"])
    weakest = claim["weakest"]
    if weakest:
        words = f"Weakest in world {weakest['world']}: margin {figure(weakest['margin'])}."
        yield Told((words,), weakest["command"])
    if counter and short:
        yield Told((counter_line(counter, whole),), counter["command"])
    steep = [f"{each['parameter']} {each['over_range']:+.3g}" for each in claim["slopes"]["rows"]]
    if steep:
        how = ", by differences" if claim["slopes"]["by"] == "differences" else ""
        words = f"Margin over an assumption's range, at the slope here{how}: {', '.join(steep)}."
        yield Told((words,), claim["slopes"]["command"])


def quality_line(claims: Sequence[Claim]) -> str:
    """How exact the numbers of claims are, and how much is missing."""
    unsolved = sum(each["worlds"]["unsolved"] for each in claims)
    residuals, regrets = (
        [each["worlds"][key] for each in claims if each["worlds"][key] is not None]
        for key in ("residual", "regret")
    )
    told = f"Verdicts missing because a game was not solved: {unsolved:,}."
    if residuals and regrets:
        told += (
            f" Largest residual of the games solved {small(max(residuals))}, largest regret "
            f"{points(max(regrets))} points."
        )
    return told


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
    word = likelihood_between(worlds["share"], worlds["low"], worlds["high"])
    return f"Holds in {percent(worlds['share'])} % of worlds ({interval}): {word}{left}."


def rule_line(rule: Mapping[str, Any]) -> str:
    """Where a claim holds or fails, by its rule."""
    if not rule["limits"]:
        return f"No rule: {rule['reason']}."
    where = " and ".join(_limit(each) for each in rule["limits"])
    verb = "Holds" if rule["of"] == "holds" else "Fails"
    often = "" if rule["density"] >= MOST_LIKELY else " more often"
    told = f"density {percent(rule['density'])} %, against {percent(rule['base'])} % anywhere"
    return f"{verb}{often} where {where}: {told}; coverage {percent(rule['coverage'])} %."


def _limit(limit: Mapping[str, Any]) -> str:
    low, high = limit["low"], limit["high"]
    if low is None:
        return f"{limit['parameter']} ≤ {figure(high)}"
    if high is None:
        return f"{limit['parameter']} > {figure(low)}"
    return f"{figure(low)} < {limit['parameter']} ≤ {figure(high)}"


def counter_line(counter: Mapping[str, Any] | None, whole: bool = False) -> str:
    """What it takes to turn a claim: every move if `whole`, else the largest."""
    if counter is None:
        return "No world with another verdict was found."
    told = counter["moved"] if whole else counter["moved"][:MOST_MOVES]
    moves = [f"{each['parameter']} {_move(each['from'], each['to'])}" for each in told]
    more = len(counter["moved"]) - len(moves)
    rest = f" and {more} more" if more > 0 else ""
    return f"Turns {counter['distance']:.2f} range-widths away: {', '.join(moves)}{rest}."


def _move(start: float, end: float) -> str:
    """From where to where, with as many figures as tell the two apart."""
    if figure(start) != figure(end):
        return f"{figure(start)} → {figure(end)}"
    return f"{start:.8g} → {end:.8g}"


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
    return f"{told}{unneeded}."


def others_line(turns: Sequence[Mapping[str, Any]]) -> str:
    """Other equilibria by arrangement: how many, and the verdicts of those that differ for the claim."""
    if not turns:
        return "No other equilibrium was found."
    by_game: dict[str, list[Mapping[str, Any]]] = {}
    for each in turns:
        name = f"{each['arrangement']}{' in force' if each['in_force'] else ''}"
        by_game.setdefault(name, []).append(each)
    return f"Other equilibria found: {'; '.join(starmap(_of_game, by_game.items()))}."


def _of_game(name: str, turns: list[Mapping[str, Any]]) -> str:
    count = sum(each["equilibria"] for each in turns)
    degenerate = sum(each["equilibria"] for each in turns if each["isolated"] is False)
    unsure = f" ({degenerate} degenerate)" if degenerate else ""
    start = f"{count} of {name}{unsure}"
    different = [each for each in turns if each["differs"]]
    if not different:
        return f"{start}, none that differs in outcomes or margin"
    told = ", ".join(
        f"{VERDICTS[each['holds']]} with {each['equilibria']} (margin {figure(each['margin'])})"
        for each in different
    )
    differ = sum(each["equilibria"] for each in different)
    kinds = f" in {len(different)} way{'s' if len(different) > 1 else ''}" if len(different) < differ else ""
    verb = "differ" if differ > 1 else "differs"
    return f"{start}, {differ} that {verb} in outcomes or margin{kinds}: {told}"
