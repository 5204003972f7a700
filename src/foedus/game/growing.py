"""The edges and nodes of a game while it is being explored."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foedus.game.arithmetic import Op
from foedus.game.columns import States
from foedus.game.pool import ZERO, Ids, Pool

Places = NDArray[np.intp]
Mask = NDArray[np.bool_]


class Edges:
    """Arrays that grow by doubling. Amounts and probabilities are entries of the pool, or -1."""

    def __init__(self, actors: int, pool: Pool) -> None:
        self.pool = pool
        self.count = 0
        self.child = np.zeros(64, np.int32)
        self.name = np.zeros(64, np.int32)
        self.probability = np.zeros(64, np.int32)
        self.slip = np.zeros(64, np.bool_)
        self.payment = np.zeros((64, actors), np.int32)

    def add(self, name: Ids, probability: Ids, slip: Mask) -> Places:
        """New edges without payments, and with children to come."""
        first, self.count = self.count, self.count + len(name)
        while self.count > len(self.child):
            self._double()
        new = slice(first, self.count)
        self.name[new], self.probability[new], self.slip[new] = name, probability, slip
        return np.arange(first, self.count)

    def _double(self) -> None:
        for each in ("child", "name", "probability", "slip", "payment"):
            array = getattr(self, each)
            setattr(self, each, np.concatenate([array, np.zeros_like(array)]))

    def pay(self, edges: Places, actor: int, amounts: Ids) -> None:
        """Adds an amount to what an actor gets on each of some distinct edges."""
        before = self.payment[edges, actor]
        if (before != ZERO).any():
            amounts = self.pool.combine(Op.ADD, before, amounts)
        self.payment[edges, actor] = amounts


@dataclass
class Nodes:
    """Chunks of nodes in their final order. `payoff` holds an entry for each actor at a terminal node."""

    actors: int
    count: int = 0
    information_set: list[Ids] = field(default_factory=list)
    position: list[Ids] = field(default_factory=list)
    degree: list[Ids] = field(default_factory=list)
    states: list[States] = field(default_factory=list)
    payoff: list[Ids] = field(default_factory=list)

    def add(
        self, information_set: Ids, position: int, degree: Ids, states: States, *, payoff: Ids | None = None
    ) -> None:
        """Nodes at one position; those without a payoff have none."""
        if payoff is None:
            payoff = np.full((len(states), self.actors), ZERO, np.int32)
        self.count += len(states)
        self.information_set.append(information_set)
        self.position.append(np.full(len(states), position, np.int32))
        self.degree.append(degree)
        self.states.append(states)
        self.payoff.append(payoff)


@dataclass
class InformationSets:
    """One entry for each information set, and for `weight` one for each option."""

    mover: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    options: list[int] = field(default_factory=list)
    weight: list[int] = field(default_factory=list)
