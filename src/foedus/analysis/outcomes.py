"""How likely each outcome is at the end of play."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.columns import Columns
from foedus.analysis.frame import Ground
from foedus.analysis.games import once
from foedus.analysis.results import probability
from foedus.analysis.solutions import Solution
from foedus.analysis.unfolding import Groups
from foedus.game.game import TERMINAL
from foedus.language.expression import Parameter, walk

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Ends:
    """The end states of a game in groups by the outcomes that hold in them.

    names: the outcomes told by the state alone, those of `groups`; `others` depend on a parameter too.
    """

    names: tuple[str, ...]
    others: tuple[str, ...]
    groups: Groups

    @cached_property
    def partition(self) -> bool:
        """Whether each end state has exactly one outcome."""
        return not self.others and bool(np.all(self.groups.holds.sum(axis=0) == 1))


def ends_of(ground: Ground) -> Ends:
    """Which outcomes hold in which end states; worked out once for a game."""
    return once(ground.game, "ends", ground.scenario.outcomes, lambda: _ends_of(ground))


def _ends_of(ground: Ground) -> Ends:
    ends = np.flatnonzero(ground.game.information_set == TERMINAL)
    frame = ground.nodes(ends)
    told: dict[str, Bools] = {
        name: frame.truth(condition)
        for name, condition in ground.scenario.outcomes.items()
        if not any(isinstance(node, Parameter) for node in walk(condition))
    }
    rows = np.array([*told.values()], np.bool_).reshape(len(told), len(ends))
    holds, number = np.unique(rows, axis=1, return_inverse=True)
    group = np.full(ground.game.nodes, -1, np.int32)
    group[ends] = number.reshape(-1)
    others = tuple(name for name in ground.scenario.outcomes if name not in told)
    return Ends(tuple(told), others, Groups(group, holds))


def outcomes(solution: Solution, ends: Ends, counted: Floats) -> Columns:
    """Probability (world) of each outcome, in file order; NaN in worlds that are not solved.

    `counted` (outcome, world) are those of the outcomes that the end states tell.
    """
    found, names = np.where(solution.solved, counted, np.nan), ends.names
    if ends.others:
        named = dict(zip(ends.names, found, strict=True))
        for name in ends.others:
            likely = probability(solution, solution.ground.scenario.outcomes[name])
            named[name] = np.where(solution.solved, likely, np.nan)
        names = tuple(solution.ground.scenario.outcomes)
        found = np.stack([named[name] for name in names])
    return Columns(names, found)
