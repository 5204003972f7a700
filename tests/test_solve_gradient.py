"""Derivatives through equilibria, held against central differences of tightened solutions."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.evaluate import node_values
from foedus.solve.follow import follow
from foedus.solve.gradient import Adjoints, Gradient, gradient
from foedus.solve.krylov import solve_lanes
from foedus.solve.retrace import Followed, retrace
from foedus.solve.solver import solve
from games import random_game, random_tree

Floats = NDArray[np.float64]

TIGHT = 1e-12
CENTRAL = ((-2.0, 1 / 12), (-1.0, -8 / 12), (1.0, 8 / 12), (2.0, -1 / 12))


@dataclass(frozen=True, eq=False)
class Measure:
    """A random result of a game: events followed along the play, payments on the way, values at nodes."""

    edge_bits: NDArray[np.int32]
    mass: Floats
    paid: Floats
    actor: int
    nodes: NDArray[np.intp]
    weights: Floats

    @classmethod
    def drawn(cls, game: Game, r: np.random.Generator) -> Measure:
        bits = np.where(r.random(game.edges) < 0.3, r.integers(1, 4, game.edges), 0).astype(np.int32)
        mass, paid = r.normal(size=(2, game.nodes, 4, 1))
        nodes = r.choice(game.nodes, 5)
        return cls(bits, mass, paid, int(r.integers(len(game.actors))), nodes, r.normal(size=(5, 1)))

    def value(self, game: Game, numbers: Tabulation, behaviour: Floats) -> Floats:
        """(world)"""
        mass, paid = follow(game, numbers, behaviour, self.edge_bits, 0, 2, self.actor)
        worth = node_values(game, numbers, behaviour)[self.nodes, self.actor]
        found: Floats = (self.mass * mass + self.paid * paid).sum(axis=(0, 1)) + (self.weights * worth).sum(0)
        return found

    def gradient(self, game: Game, numbers: Tabulation, behaviour: Floats) -> Gradient:
        mass, paid = follow(game, numbers, behaviour, self.edge_bits, 0, 2, self.actor)
        followed = Followed(self.edge_bits, 0, mass, paid, self.actor)
        shares, payoffs = retrace(game, numbers, behaviour, followed, self.mass, self.paid)
        values = np.broadcast_to(self.weights, (5, numbers.worlds))
        return gradient(game, numbers, behaviour, Adjoints(shares, payoffs, self.actor, self.nodes, values))


FIELDS = ("probabilities", "payoffs", "weights", "rationality")


def direction(numbers: Tabulation, r: np.random.Generator) -> dict[str, Floats]:
    """One that moves every number by a share of its size."""
    moved = {name: getattr(numbers, name) * r.normal(size=getattr(numbers, name).shape) for name in FIELDS}
    moved["weights"][0] = 0.0
    return moved


def along(numbers: Tabulation, step: dict[str, Floats], size: float) -> Tabulation:
    return replace(numbers, **{name: getattr(numbers, name) + size * step[name] for name in FIELDS})


def check(game: Game, numbers: Tabulation, seed: int, step: float = 1e-4) -> float:
    """The largest difference of the derivative from central differences, in units of what is allowed."""
    r = np.random.default_rng(seed)
    measure, moved = Measure.drawn(game, r), direction(numbers, r)
    found = measure.gradient(game, numbers, solve(game, numbers, tolerance=TIGHT).behaviour)
    exact = np.zeros(numbers.worlds)
    for name in FIELDS:
        axes = tuple(range(moved[name].ndim - 1))
        exact += (getattr(found, name) * moved[name]).sum(axis=axes)
    slope = np.zeros(numbers.worlds)
    for offset, weight in CENTRAL:
        there = along(numbers, moved, offset * step)
        solved = solve(game, there, tolerance=TIGHT)
        assert solved.solved.all()
        slope += weight * measure.value(game, there, solved.behaviour) / step
    return float((np.abs(exact - slope) / (1e-5 * np.abs(slope) + 1e-9)).max())
