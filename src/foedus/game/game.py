"""A compiled game: a layered graph as arrays, and what each part of it stands for.

Nodes are numbered so that a child comes after all its parents; the root is node 0. The nodes of an
information set have consecutive numbers, and no play meets an information set twice. Edges leave a node in
the order of its options (or chance outcomes); `first_edge` has one entry more than there are nodes.

Numbers that depend on parameters are rows of a table (`table`): probabilities, weights, and payoff vectors
with one number per actor. `tabulate` evaluates them for many worlds at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from foedus.game.table import Table

Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

CHANCE = -1
TERMINAL = -2


@dataclass(frozen=True, eq=False)
class Position:
    """Where in the play a node stands: the step's name and the number of each round around it, from 1."""

    step: str
    rounds: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Labels:
    """What nodes and edges stand for. `variables` are in the order of the columns of `state`.

    `state` (node, variable) holds indices into the variable's domain. `transit` holds states that a play
    passes on an edge without stopping: those of edge e are rows `first_transit[e]` to `first_transit[e+1]`.
    `due[c]` (node): commitment c comes due here; `breach[c]` (edge): taking this edge breaks it;
    `fired[k]` (edge): clause k takes effect on this edge (or in transit on it).
    `sees[h]` are the columns of `state` that the mover of information set h sees.
    """

    variables: tuple[str, ...]
    domains: tuple[tuple[str, ...], ...]
    positions: tuple[Position, ...]
    position: Ints
    state: NDArray[np.int16]
    edge_names: tuple[str, ...]
    edge_name: Ints
    first_transit: Ints
    transit: NDArray[np.int16]
    sees: tuple[tuple[int, ...], ...]
    due: dict[str, Bools] = field(default_factory=dict)
    breach: dict[str, Bools] = field(default_factory=dict)
    fired: dict[str, Bools] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Game:
    """The arrays that the solver walks.

    information_set (node): its number for a decision node, CHANCE or TERMINAL otherwise.
    payoff (node): row of the payoff table for a terminal node, 0 elsewhere.
    child, probability, payment, slip (edge): `probability` is a row of the probability table for a chance
    edge and -1 for an option; `payment` is a row of the payoff table, row 0 being all zeros.
    first_node, last_node (information set): its nodes are first_node … last_node - 1.
    first_option (information set + 1): its options are numbered first_option[h] … first_option[h+1] - 1.
    mover (information set): actor. weight (option): row of the weight table, row 0 being 1.
    """

    title: str
    actors: tuple[str, ...]
    first_edge: Ints
    information_set: Ints
    payoff: Ints
    child: Ints
    probability: Ints
    payment: Ints
    slip: Bools
    first_node: Ints
    last_node: Ints
    first_option: Ints
    mover: Ints
    weight: Ints
    table: Table
    labels: Labels

    @property
    def nodes(self) -> int:
        return len(self.information_set)

    @property
    def edges(self) -> int:
        return len(self.child)

    @property
    def information_sets(self) -> int:
        return len(self.mover)

    @property
    def options(self) -> int:
        return len(self.weight)

    @cached_property
    def hides_nothing(self) -> bool:
        """Whether every information set has a single node."""
        return bool(np.all(self.last_node - self.first_node == 1))
