"""What an expression's words stand for in the states of a compiled game."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.cases import Case
from foedus.analysis.expressions import Unanswerable, evaluate
from foedus.analysis.parameters import ParameterFrame
from foedus.game.game import Game, Labels
from foedus.language.expression import Expression
from foedus.language.names import IN_FORCE
from foedus.language.scenario import Scenario

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
States = NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Ground:
    """What all frames of one solved case share: scenario, case, game and the case's parameter values."""

    scenario: Scenario
    case: Case
    game: Game
    parameters: ParameterFrame

    @property
    def labels(self) -> Labels:
        return self.game.labels

    def rows(self, states: States) -> StateFrame:
        return StateFrame(self, states)

    def nodes(self, nodes: NDArray[np.intp] | None = None) -> StateFrame:
        """A frame of the states at some nodes, at all if None."""
        return StateFrame(self, self.labels.state if nodes is None else self.labels.state[nodes])


@dataclass(eq=False)
class StateFrame:
    """A frame of states (state, variable); `bits` gives the events so far a value, 0 or 1."""

    ground: Ground
    states: States
    bits: Mapping[Expression, float] = field(default_factory=dict)

    def with_bits(self, bits: Mapping[Expression, float]) -> StateFrame:
        return StateFrame(self.ground, self.states, bits)

    def truth(self, condition: Expression) -> Bools:
        """Whether a condition holds in each state, shape (state). Raises Unanswerable if worlds differ."""
        value = evaluate(condition, self)
        if np.any(value != value[:, :1]):
            raise Unanswerable("what is followed through the play may not depend on a parameter")
        return np.broadcast_to(value[:, 0] != 0.0, (len(self.states),))

    def bit(self, event: Expression) -> Floats:
        return np.full((1, 1), self.bits[event])

    def constant(self, name: str) -> float:
        changed = dict(self.ground.case.variation.constants)
        return changed.get(name, self.ground.scenario.constants[name])

    def numeric(self, variable: str) -> bool:
        known = self.ground.scenario.variables.get(variable)
        return known is not None and known.numeric

    def number(self, variable: str) -> Floats:
        if not self.numeric(variable):
            raise Unanswerable(f"variable '{variable}' has named values; compare it with one of them")
        domain = np.array([float(text) for text in self._domain(variable)])
        return np.asarray(domain[self._column(variable)][:, None])

    def equals(self, variable: str, text: str) -> Floats:
        domain = self._domain(variable)
        if text not in domain:
            return np.zeros((1, 1))
        return _truth(self._column(variable) == domain.index(text))

    def same(self, variable: str, other: str) -> Floats:
        theirs = self._domain(other)
        place = np.array([theirs.index(text) if text in theirs else -1 for text in self._domain(variable)])
        return _truth(place[self._column(variable)] == self._column(other))

    def parameter(self, name: str) -> Floats:
        """The value in each state: a patch holds where its arrangement is in force."""
        plain = self.ground.parameters
        expression = self.ground.scenario.parameters[name].expression
        follows = expression is not None and not plain.given(name)
        value = evaluate(expression, self) if follows and expression else plain.parameter(name)
        for arrangement, patch in self.patches(name):
            here = self.equals(IN_FORCE, arrangement) != 0.0
            value = np.where(here, evaluate(patch, plain), value)
        return value

    def patches(self, name: str) -> list[tuple[str, Expression]]:
        """The arrangements under which a parameter has another value, with that value."""
        if name in self.ground.case.variation.unpatched:
            return []
        arrangements = self.ground.scenario.arrangements
        own = arrangements[self.ground.case.arrangement]
        chain = [own] if own.otherwise is None else [own, arrangements[own.otherwise]]
        return [(each.name, patch) for each in chain for key, patch in each.parameters if key == name]

    def round(self, name: str) -> Floats:
        raise Unanswerable(f"round '{name}' has no value in a result")

    def _domain(self, variable: str) -> tuple[str, ...]:
        return self.ground.labels.domains[self._place(variable)]

    def _column(self, variable: str) -> States:
        return self.states[:, self._place(variable)]

    def _place(self, variable: str) -> int:
        if variable not in self.ground.labels.variables:
            raise Unanswerable(f"nothing in the scenario reads '{variable}', so its games do not keep it")
        return self.ground.labels.variables.index(variable)


def _truth(holds: Bools) -> Floats:
    return np.asarray(holds[:, None], dtype=np.float64)
