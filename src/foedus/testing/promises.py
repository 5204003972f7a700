"""Draws commitments, clauses and arrangements for a drafted play."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from foedus.testing.draft import Document, Draft, Draw, draw_condition


def options_of(draft: Draft, move: str) -> list[str]:
    step = draft.moves[move]
    return list(step["options"]) if "options" in step else list(draft.records[step["choose"]])


def draw_promises(draw: Draw, draft: Draft) -> Document:
    """Up to two commitments and one clause."""
    commitments = {f"promise{n}": draw_commitment(draw, draft) for n in range(draw(st.integers(1, 2)))}
    promises: Document = {"commitments": commitments}
    if draw(st.booleans()):
        promises["clauses"] = {"snapback": draw_clause(draw, draft, list(commitments))}
    return promises


def draw_commitment(draw: Draw, draft: Draft) -> Document:
    move = draw(st.sampled_from(list(draft.moves)))
    options = options_of(draft, move)
    keeps = draw(st.lists(st.sampled_from(options), min_size=1, max_size=len(options) - 1, unique=True))
    commitment: Document = {"by": draft.moves[move]["by"], "at": {move: keeps}}
    if draw(st.booleans()):
        commitment["when"] = draw_condition(draw, draft)
    commitment["penalty"] = draw(st.sampled_from([0, 0.5, "abs(loss)"]))
    commitment["price"] = draw(st.sampled_from([0, 0.2, "chance_a"]))
    if draw(st.booleans()):
        commitment["once"] = True
    return commitment


def draw_clause(draw: Draw, draft: Draft, commitments: list[str]) -> Document:
    name = draw(st.sampled_from(list(draft.records)))
    clause: Document = {
        "after": draw(st.sampled_from(list(draft.moves))),
        "when": draw_condition(draw, draft),
        "set": {name: draw(st.sampled_from(draft.records[name]))},
    }
    if draw(st.booleans()):
        clause["probability"] = draw(st.sampled_from([0.5, "chance_b"]))
    if draw(st.booleans()):
        clause["delivers"] = [draw(st.sampled_from(commitments))]
    return clause


def draw_arrangements(draw: Draw, draft: Draft, promises: Document) -> Document:
    """`none`, which nobody signs, and `pact`, which some actors sign or which stands by itself."""
    pact: Document = {"about": "drawn", "commitments": list(promises["commitments"])}
    if "clauses" in promises:
        pact["clauses"] = list(promises["clauses"])
    if draft.limits.signing and draw(st.integers(0, 3)) > 0:
        pact.update(draw_signing(draw, draft))
    pact.update(draw_patch(draw, draft))
    pact.update(draw_hands(draw, draft, [*promised_moves(promises), *pact.get("requires", {})]))
    return {"none": {"about": "nothing is promised"}, "pact": pact}


def draw_signing(draw: Draw, draft: Draft) -> Document:
    signatories = draw(st.lists(st.sampled_from(draft.actors), min_size=1, max_size=3, unique=True))
    signing: Document = {
        "signed_by": signatories,
        "otherwise": "none",
        "order": draw(st.sampled_from(["sequence", "together"] if draft.limits.together else ["sequence"])),
        "refusal": draw(st.sampled_from(["final", "later"])),
        "consent": draw(st.sampled_from(["all", "each"])),
    }
    if draw(st.integers(0, 2)) == 0:
        signing["ratified"] = {signatories[0]: draw(st.sampled_from([0.8, "chance_b"]))}
    return signing


def draw_patch(draw: Draw, draft: Draft) -> Document:
    """Now and then another start, another parameter, an option removed or made conditional."""
    patch: dict[str, Any] = {}
    if draw(st.integers(0, 3)) == 0:
        name = draw(st.sampled_from(list(draft.records)))
        patch["start"] = {name: draw(st.sampled_from(draft.records[name]))}
    if draw(st.integers(0, 3)) == 0:
        patch["parameters"] = {"gain": 0.5}
    free = [move for move in draft.moves if "options" in draft.moves[move]]
    if free and draw(st.integers(0, 3)) == 0:
        patch["removes"] = {draw(st.sampled_from(free)): ["way1"]}
    for move in [move for move in free if "way2" in draft.moves[move]["options"]]:
        visible = draft.seen_by(draft.moves[move]["by"])
        if visible and draw(st.integers(0, 3)) == 0:
            patch["requires"] = {move: {"way2": draw_condition(draw, draft, visible)}}
    return patch


def promised_moves(promises: Document) -> list[str]:
    return [move for each in promises["commitments"].values() for move in each["at"]]


def draw_hands(draw: Draw, draft: Draft, taken: list[str]) -> Document:
    """Now and then another actor makes a move: one without promises or conditions."""
    open_moves = [
        name
        for name, move in draft.moves.items()
        if name not in taken and not any("if" in option for option in move.get("options", {}).values())
    ]
    if not open_moves or draw(st.integers(0, 3)) > 0:
        return {}
    return {"hands": {draw(st.sampled_from(open_moves)): draw(st.sampled_from(draft.actors))}}
