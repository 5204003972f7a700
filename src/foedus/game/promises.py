"""Commitments as the exploration meets them: when one comes due, what a breach costs, and making it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from foedus.game.arithmetic import Op
from foedus.game.bind import Binder
from foedus.game.columns import Layout, States
from foedus.game.evaluate import Rounds
from foedus.game.growing import Mask
from foedus.game.pool import ZERO, Ids
from foedus.game.signing import flag
from foedus.language.expression import Expression, Number
from foedus.language.names import IN_FORCE
from foedus.language.scenario import Arrangement, Clause, Commitment


def broken(name: str) -> str:
    return f"broken.{name}"


def breaking(name: str) -> str:
    """The hidden column that holds a first breach until simultaneous moves are revealed."""
    return f"breaking.{name}"


def is_nothing(amount: Expression | None) -> bool:
    return amount is None or (isinstance(amount, Number) and amount.value == 0)


def counts_breaches(commitment: Commitment) -> bool:
    """Whether a flag has to record that the penalty has been paid."""
    return commitment.once and not is_nothing(commitment.penalty)


@dataclass(frozen=True)
class Promise:
    """A commitment with the arrangements, as places in the domain of `in_force`, that contain it."""

    commitment: Commitment
    in_force: tuple[int, ...]
    unsigned: tuple[int, ...]

    def stands(self, states: States, layout: Layout) -> Mask:
        """Whether it is in force: its arrangement is, and with consent each its promisor has signed."""
        column = states[:, layout.index[IN_FORCE]]
        stands = np.isin(column, self.in_force)
        if self.unsigned:
            signed = states[:, layout.index[flag(self.commitment.by)]] == 1
            stands &= signed | ~np.isin(column, self.unsigned)
        return stands


@dataclass(frozen=True)
class Promises:
    """The commitments and clauses of an arrangement and its fallback."""

    binder: Binder
    promises: dict[str, Promise]
    clauses: dict[str, tuple[int, ...]]

    @property
    def layout(self) -> Layout:
        return self.binder.layout

    def at(self, move: str) -> Iterator[Promise]:
        return (promise for promise in self.promises.values() if move in promise.commitment.at)

    def due(self, promise: Promise, states: States, rounds: Rounds) -> Mask:
        due = promise.stands(states, self.layout)
        if due.any():
            commitment = promise.commitment
            due &= self.binder.truth(commitment.when, states, rounds, commitment.mark)
        return due

    def unpunished(self, promise: Promise, states: States) -> Mask:
        """Where a breach still costs the penalty."""
        name = promise.commitment.name
        if not counts_breaches(promise.commitment):
            return np.ones(len(states), np.bool_)
        columns = [self.layout.index[broken(name)], self.layout.index[breaking(name)]]
        unbroken: Mask = (states[:, columns] == 0).all(axis=1)
        return unbroken

    def cost(self, amount: Expression | None, states: States, rounds: Rounds) -> Ids:
        """What an amount takes from the promisor in each state, as entries of the pool."""
        if amount is None:
            return np.full(len(states), ZERO, np.int32)
        bound = self.binder.bind(amount, states, rounds)
        unique, inverse = np.unique(bound, return_inverse=True)
        return np.array([self.binder.pool.apply(Op.NEGATE, e) for e in unique.tolist()], np.int32)[inverse]

    def active(self, clause: Clause, states: States, rounds: Rounds) -> Mask:
        active = np.isin(states[:, self.layout.index[IN_FORCE]], self.clauses[clause.name])
        if active.any():
            active &= self.binder.truth(clause.when, states, rounds, clause.mark)
        return active


def promises_of(arrangements: list[Arrangement], binder: Binder) -> Promises:
    """What an arrangement and its fallback promise."""
    layout, scenario = binder.layout, binder.scenario
    places = {each.name: layout.value(IN_FORCE, each.name) for each in arrangements}
    names = [name for each in arrangements for name in each.commitments]
    promises = {}
    for name in dict.fromkeys(names):
        holders = [each for each in arrangements if name in each.commitments]
        promisor = scenario.commitments[name].by
        singly = [each for each in holders if each.consent == "each" and promisor in each.signed_by]
        promises[name] = Promise(
            scenario.commitments[name],
            tuple(places[each.name] for each in holders),
            tuple(places[each.name] for each in singly),
        )
    clauses = {
        name: tuple(places[each.name] for each in arrangements if name in each.clauses)
        for name in scenario.clauses
        if any(name in each.clauses for each in arrangements)
    }
    return Promises(binder, promises, clauses)
