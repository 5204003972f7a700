"""The parameters' values in some worlds, those that follow from others worked out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.expressions import Unanswerable, evaluate
from foedus.language import expression as ex
from foedus.language.expression import Expression
from foedus.language.scenario import Scenario
from foedus.study.worlds import Worlds

Floats = NDArray[np.float64]


class ParameterFrame:
    """A frame in which only parameters and constants have a meaning; arrays of shape (1, world)."""

    def __init__(self, scenario: Scenario, worlds: Worlds) -> None:
        self._scenario = scenario
        self._worlds = worlds
        self._known: dict[str, Floats] = {}

    def parameter(self, name: str) -> Floats:
        if name not in self._known:
            self._known[name] = self._work_out(name)
        return self._known[name]

    def given(self, name: str) -> bool:
        """Whether the worlds hold the parameter, so that it follows from no other."""
        return name in self._worlds

    def _work_out(self, name: str) -> Floats:
        if name in self._worlds:
            return np.asarray(self._worlds[name], dtype=np.float64)[None, :]
        expression = self._scenario.parameters[name].expression
        if expression is None:
            raise Unanswerable(f"parameter '{name}' has no value")
        return evaluate(expression, self)

    def constant(self, name: str) -> float:
        return self._scenario.constants[name]

    def round(self, name: str) -> Floats:
        raise Unanswerable(f"round '{name}' has no value outside the play")

    def numeric(self, variable: str) -> bool:
        return self._scenario.variables[variable].numeric

    def number(self, variable: str) -> Floats:
        raise Unanswerable(f"variable '{variable}' has no value outside the play")

    def equals(self, variable: str, text: str) -> Floats:
        return self.number(variable)

    def same(self, variable: str, other: str) -> Floats:
        return self.number(variable)

    def bit(self, event: Expression) -> Floats:
        raise Unanswerable("an event has no value outside the play")


def behind_rationality(scenario: Scenario) -> frozenset[str]:
    """The parameters with a value of their own from which some actor's λ follows."""
    found: set[str] = set()
    waiting = list(scenario.rationality.values())
    while waiting:
        for node in ex.walk(waiting.pop()):
            if isinstance(node, ex.Parameter) and node.name not in found:
                found.add(node.name)
                expression = scenario.parameters[node.name].expression
                waiting.extend([] if expression is None else [expression])
    return frozenset(name for name in found if scenario.parameters[name].expression is None)


def column(expression: Expression, frame: ParameterFrame, count: int) -> Floats:
    """An expression of parameters as one value for each world, shape (world)."""
    return np.ascontiguousarray(np.broadcast_to(evaluate(expression, frame), (1, count))[0])
