"""What happens between nodes: sets, entries into force, clauses, and where the play goes on."""

from __future__ import annotations

import numpy as np

from foedus.errors import Mark
from foedus.game.arithmetic import Op
from foedus.game.columns import States, distinct
from foedus.game.growing import Places
from foedus.game.pool import ONE, ZERO
from foedus.game.program import Again, Assign, Enter, Fire, Goto, Loop, Pay, Reveal, Test, Then
from foedus.game.promises import breaking, broken
from foedus.game.rules import ASKED, THEN
from foedus.game.table import Origin
from foedus.game.walk import Batch, Outcomes, Place, Walk
from foedus.language.names import IN_FORCE
from foedus.language.scenario import Sets


def test(walk: Walk, step: Test, place: Place, batch: Batch) -> None:
    holds = walk.binder.truth(step.condition, batch.states, place.named, step.mark)
    walk.go(place.at + 1, place.rounds, batch.where(holds))
    walk.go(step.otherwise, place.rounds, batch.where(~holds))


def goto(walk: Walk, step: Goto, place: Place, batch: Batch) -> None:
    walk.go(step.target, place.rounds, batch)


def loop(walk: Walk, step: Loop, place: Place, batch: Batch) -> None:
    if step.times > 0:
        walk.go(place.at + 1, (*place.rounds, 1), batch)
    else:
        walk.go(step.exit, place.rounds, batch)


def again(walk: Walk, step: Again, place: Place, batch: Batch) -> None:
    *outer, number = place.rounds
    if number >= step.times:
        walk.go(step.exit, place.rounds, batch)
        return
    if step.until is not None:
        over = walk.binder.truth(step.until, batch.states, place.named, step.mark)
        walk.go(step.exit, place.rounds, batch.where(over))
        batch = batch.where(~over)
    walk.go(step.body, (*outer, number + 1), batch)


def then(walk: Walk, step: Then, place: Place, batch: Batch) -> None:
    column = walk.layout.index[THEN]
    asked = batch.states[:, column].copy()
    states = batch.states.copy()
    states[:, column] = 0
    batch = Batch(batch.edges, states)
    walk.go(place.at + 1, place.rounds, batch.where(asked == 0))
    walk.go(step.leave, place.rounds, batch.where(asked == ASKED["leave"]))
    walk.go(step.end, place.rounds, batch.where(asked == ASKED["end"]))


def with_sets(
    walk: Walk, sets: Sets, place: Place, states: States, mark: Mark | None, *, into: States | None = None
) -> States:
    """The states (or `into`) after some sets; right sides read the states before."""
    after = states.copy() if into is None else into
    for variable, right in sets:
        column = walk.layout.index[variable]
        after[:, column] = walk.binder.assign(variable, right, states, place.named, mark)
    return after


def changed(walk: Walk, batch: Batch, after: States) -> Batch:
    """The batch after a change between two nodes; the states that it leaves behind are noted."""
    public = slice(0, walk.layout.public)
    moved = (batch.states[:, public] != after[:, public]).any(axis=1)
    if moved.any():
        walk.trail.transit.append((batch.edges[moved], batch.states[moved, public]))
    walk.recall.saw(batch.states, after)
    return Batch(batch.edges, after)


def assign(walk: Walk, step: Assign, place: Place, batch: Batch) -> None:
    batch = walk.with_edge(place, batch, step.name)
    after = with_sets(walk, step.sets, place, batch.states, step.mark)
    walk.go(place.at + 1, place.rounds, changed(walk, batch, after))


def reveal(walk: Walk, step: Reveal, place: Place, batch: Batch) -> None:
    after = batch.states.copy()
    for move, secret in zip(step.moves, step.secrets, strict=True):
        column = walk.layout.index[secret]
        for k, option in enumerate(move.options, start=1):
            chose = np.flatnonzero(batch.states[:, column] == k)
            if len(chose):
                read, into = batch.states[chose], after[chose]
                after[chose] = with_sets(walk, option.sets, place, read, option.mark, into=into)
                walk.rules.ask_then(after, chose, option.then)
        after[:, column] = 0
    _reveal_breaches(walk, after)
    walk.recall.saw(batch.states, after)
    walk.go(place.at + 1, place.rounds, Batch(batch.edges, after))


def _reveal_breaches(walk: Walk, after: States) -> None:
    for name in walk.promises.promises:
        hidden = walk.layout.index.get(breaking(name))
        if hidden is not None:
            after[:, walk.layout.index[broken(name)]] |= after[:, hidden]
            after[:, hidden] = 0


def enter(walk: Walk, step: Enter, place: Place, batch: Batch) -> None:
    column = walk.layout.index[IN_FORCE]
    entry = walk.layout.value(IN_FORCE, step.arrangement)
    already = batch.states[:, column] == entry
    walk.go(place.at + 1, place.rounds, batch.where(already))
    if already.all():
        return
    batch = walk.with_edge(place, batch.where(~already), step.arrangement)
    arrangement = walk.binder.scenario.arrangements[step.arrangement]
    sets = walk.rules.start_of(step.arrangement)
    after = with_sets(walk, sets, place, batch.states, arrangement.mark)
    after[:, column] = entry
    pay_prices(walk, step.arrangement, place, Batch(batch.edges, after))
    walk.go(place.at + 1, place.rounds, changed(walk, batch, after))


def pay(walk: Walk, step: Pay, place: Place, batch: Batch) -> None:
    batch = walk.with_edge(place, batch, step.arrangement)
    pay_prices(walk, step.arrangement, place, batch)
    walk.go(place.at + 1, place.rounds, batch)


def pay_prices(walk: Walk, arrangement: str, place: Place, batch: Batch) -> None:
    """Promisors pay for their promises, in the state in which these enter into force."""
    for name in walk.binder.scenario.arrangements[arrangement].commitments:
        promise = walk.promises.promises[name]
        stands = promise.stands(batch.states, walk.layout)
        if stands.any():
            cost = walk.promises.cost(promise.commitment.price, batch.states[stands], place.named)
            origin = Origin(promise.commitment.mark, f"the price of '{name}'", ("price",))
            walk.note("payoff", cost, origin)
            walk.edges.pay(batch.edges[stands], walk.actors[promise.commitment.by], cost)


def fire(walk: Walk, step: Fire, place: Place, batch: Batch) -> None:
    clause = step.clause
    chance = np.full(len(batch), ZERO, np.int32)
    active = walk.promises.active(clause, batch.states, place.named)
    if clause.probability is None:
        chance[active] = ONE
    elif active.any():
        chance[active] = walk.binder.bind(clause.probability, batch.states[active], place.named)
    walk.go(place.at + 1, place.rounds, batch.where(chance == ZERO))
    if (chance == ONE).any():
        _fire_surely(walk, step, place, walk.with_edge(place, batch.where(chance == ONE), clause.name))
    unsure = (chance != ONE) & (chance != ZERO)
    if unsure.any():
        _fire_perhaps(walk, step, place, batch.where(unsure))


def _fire_surely(walk: Walk, step: Fire, place: Place, batch: Batch) -> None:
    walk.trail.fired.append((step.clause.name, batch.edges))
    after = with_sets(walk, step.clause.sets, place, batch.states, step.clause.mark)
    walk.go(place.at + 1, place.rounds, changed(walk, batch, after))


def _fire_perhaps(walk: Walk, step: Fire, place: Place, batch: Batch) -> None:
    """A chance node: the clause fires, or does not."""
    clause = step.clause
    assert clause.probability is not None
    rows, inverse = distinct(batch.states)
    walk.arrive(batch, inverse)
    fires = walk.binder.bind(clause.probability, rows, place.named)
    origin = Origin(clause.mark, f"the probability of '{clause.name}'", ("probability",))
    walk.note("probability", fires, origin)
    fails = walk.binder.pool.combine(Op.SUBTRACT, np.full(len(rows), ONE, np.int32), fires)
    both = np.ones((len(rows), 2), np.bool_)
    probability = np.stack([fires, fails], axis=1)
    outcomes = Outcomes(["fires", "does_not"], both, probability, np.zeros(2, np.bool_))
    edges, parent, outcome = walk.add_chance(clause.name, place, rows, outcomes)
    states = rows[parent]
    _after_firing(walk, step, place, Batch(edges, states), outcome)


def _after_firing(walk: Walk, step: Fire, place: Place, batch: Batch, outcome: Places) -> None:
    walk.go(place.at + 1, place.rounds, batch.where(outcome == 1))
    batch = batch.where(outcome == 0)
    walk.trail.fired.append((step.clause.name, batch.edges))
    after = with_sets(walk, step.clause.sets, place, batch.states, step.clause.mark)
    walk.recall.saw(batch.states, after)
    walk.go(place.at + 1, place.rounds, Batch(batch.edges, after))
