"""Nodes at which an actor chooses: grouped by what it sees, with the promises that come due there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.game.choice import Choice
from foedus.game.columns import States, distinct, encode
from foedus.game.growing import Places
from foedus.game.leaks import refuse_leak, refuse_stuck
from foedus.game.pool import ONE, Ids
from foedus.game.program import Decide
from foedus.game.promises import Promise, breaking, broken, counts_breaches
from foedus.game.table import Origin
from foedus.game.taking import Branch, pay, take
from foedus.game.walk import Batch, Place, Walk
from foedus.language.scenario import Move


@dataclass(frozen=True)
class Taken:
    """The edges of new decision nodes: `plays` on them, the node (from 0) and the option of each."""

    plays: Batch
    parent: Places
    option: Places


def decide(walk: Walk, step: Decide, place: Place, batch: Batch) -> None:
    choice, inverse = _choice(walk, step.move, place, batch.states)
    walk.arrive(batch, inverse)
    stuck = ~choice.offered.any(axis=1)
    if stuck.any():
        refuse_stuck(walk, step.move.name, step.move.mark, choice.rows[stuck][0], "option")
    refuse_leak(walk, choice)
    taken = _add_edges(walk, choice)
    _breaches(walk, step, place, choice, taken)
    _add_nodes(walk, choice, place)
    for k, option in enumerate(step.move.options):
        here = np.flatnonzero(taken.option == k)
        if len(here) == 0:
            continue
        plays = Batch(taken.plays.edges[here], taken.plays.states[here])
        _remember(walk, place, plays.states, choice.mover[taken.parent[here]], k)
        branch = Branch(step.move.name, option, step.targets.get(option.name, place.at + 1))
        if step.secret:
            pay(walk, branch, place, plays)
            plays.states[:, walk.layout.index[step.secret]] = k + 1
            walk.go(place.at + 1, place.rounds, plays)
        else:
            take(walk, branch, place, plays)


def _choice(walk: Walk, move: Move, place: Place, states: States) -> tuple[Choice, Places]:
    """What is chosen where, and for each given state its row in that."""
    rows, inverse = distinct(states)
    mover = walk.rules.movers(move, rows, walk.actors)
    seen = np.zeros(len(rows), np.int64)
    for actor in np.unique(mover).tolist():
        own = mover == actor
        seen[own] = encode(rows[np.ix_(own, walk.recall.knowledge(actor))])
    order = np.lexsort((np.arange(len(rows)), seen, mover))
    rows, mover, seen = rows[order], mover[order], seen[order]
    numbers = np.arange(len(rows))
    starts = np.ones(len(rows), np.bool_)
    starts[1:] = (seen[1:] != seen[:-1]) | (mover[1:] != mover[:-1])
    place_of = np.empty(len(rows), np.intp)
    place_of[order] = numbers
    choice = Choice(
        move=move,
        rows=rows,
        mover=mover,
        first=np.maximum.accumulate(np.where(starts, numbers, 0)),
        offered=walk.rules.offered(move, rows, place.named),
        weight=_weights(walk, move, rows, place),
    )
    return choice, place_of[inverse]


def _weights(walk: Walk, move: Move, rows: States, place: Place) -> Ids:
    table = np.full((len(rows), len(move.options)), ONE, np.int32)
    for k, option in enumerate(move.options):
        if option.weight is not None:
            table[:, k] = walk.binder.bind(option.weight, rows, place.named)
            origin = Origin(option.mark, f"the weight of '{move.name}.{option.name}'", ("weight",))
            walk.note("weight", table[:, k], origin)
    return table


def _add_edges(walk: Walk, choice: Choice) -> Taken:
    parent, option = np.nonzero(choice.offered)
    names = np.array([walk.name(each.name) for each in choice.move.options], np.int32)
    none = np.full(len(parent), -1, np.int32)
    edges = walk.edges.add(names[option], none, np.zeros(len(parent), np.bool_))
    return Taken(Batch(edges, choice.rows[parent]), parent, option)


def _add_nodes(walk: Walk, choice: Choice, place: Place) -> None:
    """Numbers the nodes, those of an information set side by side."""
    rows, offered = choice.rows, choice.offered
    starts = np.flatnonzero(choice.first == np.arange(len(rows)))
    number = np.searchsorted(starts, choice.first) + len(walk.sets.mover)
    walk.sets.mover += choice.mover[starts].tolist()
    walk.sets.first += (starts + walk.nodes.count).tolist()
    walk.sets.last += (np.append(starts[1:], len(rows)) + walk.nodes.count).tolist()
    walk.sets.options += offered[starts].sum(axis=1).tolist()
    walk.sets.weight += choice.weight[starts][offered[starts]].tolist()
    degree = offered.sum(axis=1).astype(np.int32)
    public = rows[:, : walk.layout.public]
    walk.nodes.add(number.astype(np.int32), walk.position(choice.move.name, place), degree, public)


def _remember(walk: Walk, place: Place, states: States, mover: Places, option: int) -> None:
    if not walk.recall.memory:
        return
    for actor in np.unique(mover).tolist():
        own = mover == actor
        states[own] = walk.recall.took(states[own], actor, (place.at, *place.rounds), option)


# --- promises ---------------------------------------------------------------------------------------------


def _breaches(walk: Walk, step: Decide, place: Place, choice: Choice, taken: Taken) -> None:
    """Notes which promises come due at the nodes and which edges break them; breaches are paid for."""
    names = [each.name for each in step.move.options]
    for promise in walk.promises.at(step.move.name):
        commitment = promise.commitment
        due = walk.promises.due(promise, choice.rows, place.named)
        due &= choice.mover == walk.actors[commitment.by]
        keeps = np.isin(names, commitment.at[step.move.name])
        breaks = due[taken.parent] & ~keeps[taken.option]
        walk.trail.due.append((commitment.name, np.flatnonzero(due) + walk.nodes.count))
        walk.trail.breach.append((commitment.name, taken.plays.edges[breaks]))
        breaks &= walk.promises.unpunished(promise, choice.rows)[taken.parent]
        if breaks.any():
            _punish(walk, promise, place, choice.rows[taken.parent[breaks]], taken.plays.edges[breaks])
            if counts_breaches(commitment):
                flag = breaking(commitment.name) if step.secret else broken(commitment.name)
                taken.plays.states[breaks, walk.layout.index[flag]] = 1


def _punish(walk: Walk, promise: Promise, place: Place, states: States, edges: Places) -> None:
    commitment = promise.commitment
    cost = walk.promises.cost(commitment.penalty, states, place.named)
    walk.note("payoff", cost, Origin(commitment.mark, f"the penalty of '{commitment.name}'", ("penalty",)))
    walk.edges.pay(edges, walk.actors[commitment.by], cost)
