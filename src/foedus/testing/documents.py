"""Random scenario files as plain mappings, before they are read.

A drawn file is valid by construction: options are conditioned only on what their mover sees, chance nodes
have a `rest`, moves made together write different variables, and a loop's state is bounded. All payoffs,
payments, penalties and prices lie within 1 point, so that at the precisions drawn (at most 0.4 per point)
the fixed point may be taken as unique.
"""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import strategies as st

from foedus.testing.draft import Document, Draft, Draw, Limits, draw_amount, tenths
from foedus.testing.play import draw_play
from foedus.testing.promises import draw_arrangements, draw_promises

ACTORS = ("ada", "ben", "cyd", "dov")


def text_of(document: Document) -> str:
    """The file as YAML text."""
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100))


@st.composite
def documents(draw: Draw, limits: Limits | None = None) -> Document:
    """Scenario files with up to four actors, private types, chance, `together`, loops, commitments, clauses
    and an arrangement to be signed in one of the language's ways."""
    limits = limits or Limits()
    actors = list(ACTORS[: draw(st.integers(1, limits.actors))])
    draft = Draft(limits, actors)
    draft.parameters = draw_parameters(draw)
    draw_variables(draw, draft)
    play = draw_play(draw, draft)
    document: Document = {
        "foedus": 1,
        "title": "A drawn scenario",
        "actors": {name: {"name": name.title()} for name in actors},
        "rationality": draw_rationality(draw, actors),
        "recall": "perfect" if limits.perfect_recall and draw(st.booleans()) else "default",
        "parameters": draft.parameters,
        "variables": variables_of(draft),
        "play": play,
    }
    promises = draw_promises(draw, draft)
    document.update(promises)
    document["payoffs"] = {name: draw_payoff(draw, draft) for name in actors}
    first, values = next(iter(draft.records.items()))
    document["outcomes"] = {f"ends_{value}": f"{first} == {value}" for value in values}
    document["arrangements"] = draw_arrangements(draw, draft, promises)
    return document


def draw_rationality(draw: Draw, actors: list[str]) -> Any:
    precision = st.sampled_from([0.05, 0.1, 0.25, 0.4])
    if draw(st.booleans()):
        return draw(precision)
    return {name: draw(precision) for name in actors}


def draw_parameters(draw: Draw) -> Document:
    return {
        "chance_a": {"value": draw(st.sampled_from([0.1, 0.3, 0.5])), "range": [0.05, 0.6], "about": "drawn"},
        "chance_b": {"value": "1 - chance_a", "about": "follows"},
        "gain": {"value": draw(tenths()), "range": [-1, 1], "about": "drawn"},
        "loss": {"value": draw(tenths()), "range": [-1, 1], "about": "drawn"},
    }


def draw_variables(draw: Draw, draft: Draft) -> None:
    """Private types of some actors, and records that moves and chance write."""
    if draft.limits.hidden:
        owners = draw(st.lists(st.sampled_from(draft.actors), max_size=2, unique=True))
        draft.types = {f"type_{owner}": owner for owner in owners}
    for number in range(draw(st.integers(1, 3))):
        name = f"record{number}"
        stem = "v"
        if draw(st.integers(0, 3)) == 0:
            draft.numeric.add(name)
            stem = ""
        draft.records[name] = [f"{stem}{value}" for value in range(draw(st.integers(2, 3)))]
        draft.seers[name] = list(draft.actors)
        if draft.limits.hidden and draw(st.booleans()):
            draft.seers[name] = draw(st.lists(st.sampled_from(draft.actors), unique=True))


def variables_of(draft: Draft) -> Document:
    types = {name: {"values": ["low", "high"], "seen_by": [owner]} for name, owner in draft.types.items()}
    records: Document = {}
    for name, values in draft.records.items():
        records[name] = {"values": f"0..{values[-1]}" if name in draft.numeric else values}
        if draft.seers[name] != draft.actors:
            records[name]["seen_by"] = draft.seers[name]
    return types | records


def draw_payoff(draw: Draw, draft: Draft) -> Any:
    name = draw(st.sampled_from(list(draft.records)))
    if draw(st.booleans()):
        return {"over": name, "rows": {value: draw_amount(draw, draft) for value in draft.records[name]}}
    amount = draw_amount(draw, draft)
    if not draft.types:
        return amount
    hidden = draw(st.sampled_from(list(draft.types)))
    return f"if({hidden} == high, {amount}, {draw(tenths())})"
