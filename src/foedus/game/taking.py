"""One option or outcome taken: it pays, it sets variables, and the play goes on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.game.events import with_sets
from foedus.game.table import Origin
from foedus.game.walk import Batch, Place, Walk
from foedus.language.scenario import ChanceOutcome, Option


@dataclass(frozen=True)
class Branch:
    """An option or outcome of a step; `target` is the instruction that follows it."""

    step: str
    taken: Option | ChanceOutcome
    target: int


def take(walk: Walk, branch: Branch, place: Place, batch: Batch) -> None:
    """Sends plays on along a branch that takes effect at once."""
    taken = branch.taken
    pay(walk, branch, place, batch)
    after = with_sets(walk, taken.sets, place, batch.states, taken.mark)
    walk.rules.ask_then(after, np.arange(len(after)), taken.then)
    walk.recall.saw(batch.states, after)
    walk.go(branch.target, place.rounds, Batch(batch.edges, after))


def pay(walk: Walk, branch: Branch, place: Place, batch: Batch) -> None:
    """Adds what a branch pays to its edges, read in the states before."""
    for actor, amount in branch.taken.pays:
        bound = walk.binder.bind(amount, batch.states, place.named)
        text = f"what '{branch.step}.{branch.taken.name}' pays to '{actor}'"
        walk.note("payoff", bound, Origin(branch.taken.mark, text, ("pays", actor)))
        walk.edges.pay(batch.edges, walk.actors[actor], bound)
