"""Faults that show only in the game: options that give a hidden variable away, and moves without options."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from foedus.errors import Mark, ScenarioError
from foedus.game.choice import Choice
from foedus.game.columns import States
from foedus.game.places import key_place
from foedus.game.walk import Walk
from foedus.language.names import IN_FORCE
from foedus.language.scenario import Move, Option


def in_words(walk: Walk, row: States) -> str:
    """A state as `name = value, …`, without what has its first value where there is much."""
    public = walk.layout.columns[: walk.layout.public]
    pairs = [(column.name, column.domain[k], k) for column, k in zip(public, row.tolist(), strict=False)]
    told = [pair for pair in pairs if pair[2]] if len(pairs) > 8 else pairs
    return ", ".join(f"{name} = {value}" for name, value, _ in told)


def refuse_stuck(walk: Walk, step: str, mark: Mark | None, row: States, what: str) -> NoReturn:
    """A move or chance with nothing left; the place is that of the arrangement's rule that took the last."""
    force = walk.layout.index[IN_FORCE]
    for each in walk.rules.arrangements:
        if row[force] == walk.layout.value(IN_FORCE, each.name):
            for rule, moves in (("removes", each.removes), ("requires", each.requires)):
                if step in moves:
                    mark = key_place(walk.binder.scenario, each.mark, (rule, step))
    raise ScenarioError.at(mark, f"'{step}' is left with no {what} where {in_words(walk, row)}", "no-option")


def refuse_leak(walk: Walk, choice: Choice) -> None:
    """An actor that cannot tell two states apart must have the same options in both, of equal weight."""
    weight = np.where(choice.offered, choice.weight, -1)
    differs = weight != weight[choice.first]
    if not differs.any():
        return
    node = int(np.flatnonzero(differs.any(axis=1))[0])
    other = int(choice.first[node])
    option = choice.move.options[int(np.flatnonzero(differs[node])[0])]
    actor = int(choice.mover[node])
    hidden = _hidden(walk, choice.move, option, walk.recall.knowledge(actor), choice.rows[[other, node]])
    raise ScenarioError.at(
        choice.move.mark,
        f"option '{option.name}' of '{choice.move.name}' gives '{hidden}' away: '{list(walk.actors)[actor]}' "
        f"does not see it, but its options differ with it ({in_words(walk, choice.rows[other])} against "
        f"{in_words(walk, choice.rows[node])})",
        "leak",
    )


def _hidden(walk: Walk, move: Move, option: Option, seen: list[int], pair: States) -> str:
    """The variable that shows through: one that the option reads, if any of those differs."""
    differs = [k for k in np.flatnonzero(pair[0] != pair[1]).tolist() if k not in seen]
    conditions = [option.condition, option.weight]
    conditions += [each.requires.get(move.name, {}).get(option.name) for each in walk.rules.arrangements]
    read = {k for each in conditions if each is not None for k in walk.binder.mentions(each).columns}
    public = [k for k in differs if k < walk.layout.public]
    chosen = next((k for k in public if k in read), public[0] if public else differs[0])
    return walk.layout.columns[chosen].name
