"""Draws the play of a scenario file: moves, chance, moves made together, loops, blocks and the signing."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from foedus.testing.draft import Document, Draft, Draw, draw_amount, draw_condition


def draw_play(draw: Draw, draft: Draft) -> list[Document]:
    """Types are drawn first, then up to `limits.steps` steps; one of them is a move."""
    play = [draw_type(draw, draft, name) for name in draft.types]
    steps = [draw_step(draw, draft) for _ in range(draw(st.integers(1, draft.limits.steps)))]
    if not draft.moves:
        steps.append(draw_move(draw, draft))
    if draft.limits.signing and draw(st.booleans()):
        place = draw(st.integers(0, len(steps)))
        inside = place < len(steps) and "repeat" in steps[place] and draw(st.booleans())
        (steps[place]["steps"] if inside else steps).insert(0 if inside else place, {"sign": "consent"})
    return play + steps


def draw_type(draw: Draw, draft: Draft, name: str) -> Document:
    probability = draw(st.sampled_from([0.5, 0.3, "chance_a", "chance_b"]))
    outcomes = {
        "low": {"probability": probability, "set": {name: "low"}},
        "high": {"probability": "rest", "set": {name: "high"}},
    }
    return {"chance": draft.new_name("nature"), "outcomes": outcomes}


def draw_step(draw: Draw, draft: Draft, inside_loop: bool = False) -> Document:
    kinds = ["move", "move", "chance", "set", "block"]
    if draft.limits.together and len(draft.actors) > 1 and len(draft.records) > 1:
        kinds.append("together")
    if not inside_loop and draft.limits.rounds > 1:
        kinds.append("repeat")
    kind = draw(st.sampled_from(kinds))
    if kind == "move":
        return draw_move(draw, draft, inside_loop=inside_loop)
    if kind == "chance":
        return draw_chance(draw, draft)
    if kind == "set":
        return {"set": draw_setting(draw, draft, list(draft.records))}
    if kind == "block":
        return {
            "when": draw_condition(draw, draft),
            "steps": [draw_move(draw, draft, inside_loop=inside_loop)],
        }
    return draw_together(draw, draft) if kind == "together" else draw_repeat(draw, draft)


def draw_repeat(draw: Draw, draft: Draft) -> Document:
    loop: Document = {"repeat": draft.limits.rounds}
    if draw(st.booleans()):
        loop["until"] = draw_condition(draw, draft)
    if draw(st.booleans()):
        loop["as"] = draft.new_name("round")
    loop["steps"] = [draw_step(draw, draft, inside_loop=True) for _ in range(draw(st.integers(1, 2)))]
    return loop


def draw_together(draw: Draw, draft: Draft) -> Document:
    """Moves of different actors that write different records."""
    count = draw(st.integers(2, min(len(draft.actors), len(draft.records))))
    actors = draw(st.permutations(draft.actors))[:count]
    records = draw(st.permutations(list(draft.records)))[:count]
    pairs = zip(actors, records, strict=True)
    return {"together": [draw_move(draw, draft, actor, [record]) for actor, record in pairs]}


def draw_setting(draw: Draw, draft: Draft, records: list[str]) -> Document:
    """A record's next value: one of its own, or an expression of its domain."""
    name = draw(st.sampled_from(records))
    values = draft.records[name]
    value = draw(st.sampled_from(values))
    if draw(st.integers(0, 3)) > 0:
        return {name: value}
    if name in draft.numeric:
        return {name: f"min({name} + 1, {values[-1]})"}
    return {name: f"if({draw_condition(draw, draft)}, {value}, {values[0]})"}


def draw_move(
    draw: Draw,
    draft: Draft,
    actor: str | None = None,
    records: list[str] | None = None,
    *,
    inside_loop: bool = False,
) -> Document:
    """A move of two or three options; only the third may have a condition, on what the mover sees."""
    alone = actor is None
    actor = actor or draw(st.sampled_from(draft.actors))
    records = records or list(draft.records)
    move: Document = {"move": draft.new_name("move"), "by": actor}
    if alone and draw(st.integers(0, 3)) == 0:
        move["when"] = draw_condition(draw, draft)
    if draw(st.integers(0, 4)) == 0:
        move["choose"] = draw(st.sampled_from(records))
    else:
        count = draw(st.integers(2, 3))
        way_out = ("leave" if inside_loop else "end") if alone else None
        move["options"] = {f"way{n}": draw_option(draw, draft, actor, records) for n in range(count)}
        if count == 3:
            draw_limits(draw, draft, actor, move["options"]["way2"], way_out)
    draft.moves[move["move"]] = move
    return move


def draw_option(draw: Draw, draft: Draft, actor: str, records: list[str]) -> Document:
    option: Document = {}
    if draw(st.booleans()):
        option["set"] = draw_setting(draw, draft, records)
    if draw(st.integers(0, 2)) == 0:
        option["pays"] = {draw(st.sampled_from([actor, *draft.actors])): draw_amount(draw, draft)}
    if draw(st.integers(0, 5)) == 0:
        option["weight"] = draw(st.sampled_from([0.5, 2]))
    return option


def draw_limits(draw: Draw, draft: Draft, actor: str, option: Document, way_out: str | None) -> None:
    """A condition on what the mover sees, and a way out of the loop or the play."""
    visible = draft.seen_by(actor)
    if len(visible) > 0 and draw(st.booleans()):
        option["if"] = draw_condition(draw, draft, visible)
    if way_out is not None and draw(st.booleans()):
        option["then"] = way_out


def draw_chance(draw: Draw, draft: Draft) -> Document:
    """Two or three outcomes; the last takes the rest, so that a condition may drop another."""
    outcomes: dict[str, Any] = {}
    for number in range(draw(st.integers(1, 2))):
        outcomes[f"luck{number}"] = {
            "probability": draw(st.sampled_from([0.1, 0.25, "chance_a / 2"])),
            "set": draw_setting(draw, draft, list(draft.records)),
        }
        if draw(st.integers(0, 3)) == 0:
            outcomes[f"luck{number}"]["if"] = draw_condition(draw, draft)
        if draw(st.integers(0, 3)) == 0:
            outcomes[f"luck{number}"]["slip"] = True
    outcomes["otherwise"] = {"probability": "rest"}
    return {"chance": draft.new_name("luck"), "outcomes": outcomes}
