"""Nodes at which nobody chooses: chance, and the end of the play."""

from __future__ import annotations

import numpy as np

from foedus.game.arithmetic import Op
from foedus.game.columns import States, distinct
from foedus.game.game import TERMINAL
from foedus.game.growing import Mask
from foedus.game.leaks import refuse_stuck
from foedus.game.pool import ONE, ZERO, Ids
from foedus.game.program import Draw, Stop
from foedus.game.table import Origin
from foedus.game.taking import Branch, take
from foedus.game.walk import Batch, Outcomes, Place, Walk
from foedus.language.scenario import Chance

END_OF_PLAY = "end"


def stop(walk: Walk, _: Stop, place: Place, batch: Batch) -> None:
    states = batch.states.copy()
    states[:, walk.layout.public :] = 0
    rows, inverse = distinct(states)
    walk.arrive(batch, inverse)
    payoffs = np.full((len(rows), len(walk.actors)), ZERO, np.int32)
    for name, payoff in walk.binder.scenario.payoffs.items():
        bound = walk.binder.bind(payoff, rows, place.named)
        payoffs[:, walk.actors[name]] = bound
        walk.note("payoff", bound, Origin(None, f"the payoff of '{name}'", ("payoffs", name)))
    ends = np.full(len(rows), TERMINAL, np.int32)
    degree = np.zeros(len(rows), np.int32)
    public = rows[:, : walk.layout.public]
    walk.nodes.add(ends, walk.position(END_OF_PLAY, place), degree, public, payoff=payoffs)


def draw(walk: Walk, step: Draw, place: Place, batch: Batch) -> None:
    chance = step.chance
    rows, inverse = distinct(batch.states)
    walk.arrive(batch, inverse)
    offered = np.stack(
        [walk.binder.truth(each.condition, rows, place.named, each.mark) for each in chance.outcomes], axis=1
    )
    stuck = ~offered.any(axis=1)
    if stuck.any():
        refuse_stuck(walk, chance.name, chance.mark, rows[stuck][0], "outcome")
    probability = _probabilities(walk, chance, rows, offered, place)
    names = [each.name for each in chance.outcomes]
    slip = np.array([each.slip for each in chance.outcomes])
    walk.note_chance(Origin(chance.mark, chance.name), offered, probability)
    edges, parent, outcome = walk.add_chance(
        chance.name, place, rows, Outcomes(names, offered, probability, slip)
    )
    states = rows[parent]
    for k, each in enumerate(chance.outcomes):
        taken = np.flatnonzero(outcome == k)
        if len(taken):
            branch = Branch(chance.name, each, step.targets.get(each.name, place.at + 1))
            take(walk, branch, place, Batch(edges[taken], states[taken]))


def _probabilities(walk: Walk, chance: Chance, rows: States, offered: Mask, place: Place) -> Ids:
    """An entry for each node and outcome; `rest` is what the offered others leave."""
    table = np.full(offered.shape, ZERO, np.int32)
    rest = np.full(len(rows), ONE, np.int32)
    for k, outcome in enumerate(chance.outcomes):
        here = offered[:, k]
        if outcome.probability is not None and here.any():
            table[here, k] = walk.binder.bind(outcome.probability, rows[here], place.named)
            rest = walk.binder.pool.combine(Op.SUBTRACT, rest, table[:, k])
    for k, outcome in enumerate(chance.outcomes):
        if outcome.probability is None:
            table[:, k] = rest
        text = f"the probability of '{chance.name}.{outcome.name}'"
        origin = Origin(outcome.mark, text, ("probability",))
        walk.note("probability", table[offered[:, k], k], origin)
    return table
