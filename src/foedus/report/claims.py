"""Claims as text: each with its verdict, its formula, the two sides and the places that it cites."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from foedus.analysis.settling import Move
from foedus.report.numbers import figure
from foedus.wording import tally

Claim = Mapping[str, Any]
INDENT = 4
STYLES = {"holds": "green", "does not hold": "red", "undefined": "yellow", "untestable": "dim"}


def print_claims(console: Console, document: Mapping[str, Any]) -> None:
    """Every claim, and then how many hold."""
    claims: Sequence[Claim] = document["claims"]
    for claim in claims:
        _print_claim(console, claim)
    counts = {word: sum(_verdict(claim) == word for claim in claims) for word in STYLES}
    console.print()
    console.print(f"Claims: {tally(counts.items()) or 'none'}.", markup=False)


def print_moves(console: Console, moves: Sequence[Move]) -> None:
    """How far the world is from the base values, in widths of the ranges: the Euclidean length of moves."""
    if not moves:
        return
    distance = math.hypot(*(move.share or 0.0 for move in moves))
    told = ", ".join(
        f"{move.parameter} {figure(move.start)} → {figure(move.end)}"
        + (" (no range)" if move.share is None else f" ({move.share:+.2f})")
        for move in moves
    )
    console.print(f"This world lies {distance:.2f} range-widths from the base values: {told}.", markup=False)


def _print_claim(console: Console, claim: Claim) -> None:
    verdict = _verdict(claim)
    margin = f", margin {figure(claim['margin'])}" if claim.get("margin") is not None else ""
    trivial = " (trivial: every equilibrium of this kind makes it true)" if claim.get("trivial") else ""
    console.print()
    head = Text.assemble((str(claim["id"]), "bold"), "  ", (verdict, STYLES[verdict]), f"{margin}{trivial}")
    console.print(head)
    for line in (claim["says"], *_details(claim)):
        if line:
            console.print(Padding(Text(str(line)), (0, 0, 0, INDENT), expand=False))


def _details(claim: Claim) -> list[str]:
    if claim.get("untestable"):
        reason = f"No game can test it: {claim['untestable']}"
    else:
        reason = f"Undefined: {claim['reason']}" if claim.get("reason") else ""
    sides = [f"{figure(left)} against {figure(right)}" for left, right in claim.get("sides") or ()]
    cites = f"[{', '.join(claim['cites'])}]" if claim["cites"] else ""
    return [str(claim.get("formula") or ""), "; ".join(sides), reason, str(claim.get("note") or ""), cites]


def _verdict(claim: Claim) -> str:
    if claim.get("untestable"):
        return "untestable"
    return {True: "holds", False: "does not hold", None: "undefined"}[claim["holds"]]
