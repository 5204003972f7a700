"""Small game files, loaded once and solved in one compiled call: `solve/small_path.py` on the file's tree.

An order of play is not needed. What that call cannot settle, other methods are asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

import numpy as np

from foedus.gambit.plan import plan_of
from foedus.gambit.tree import END, Tree
from foedus.solve.block import Floats
from foedus.solve.branch import Pace
from foedus.solve.kernels import compiled
from foedus.solve.small_path import ARRIVED, ROWS, Limits
from foedus.solve.small_plan import CODES, Desk, Packed, Plan, desk_for, pack

MOST_UNKNOWNS, MOST_NODES = 60, 1000
TOLERANCE = 1e-10
PACE = Pace()


@dataclass(frozen=True, eq=False)
class SmallAnswer:
    """The end of a traced branch, with its certificate.

    behaviour (option) and its logarithms, visits (decision), values (actor). `alone` is whether no other
    branch was crossed on the way from uniform play.
    """

    behaviour: Floats
    logs: Floats
    visits: Floats
    values: Floats
    alone: bool
    residual: float
    regret: float
    steps: int


@dataclass(frozen=True, eq=False)
class SmallGame:
    """A tree as arrays, with room to solve it in.

    `places` and `first` (decision): which of the tree's places it is, and where its options start and stop.
    """

    plan: Plan
    codes: Packed
    numbers: Packed
    places: tuple[int, ...]
    first: tuple[tuple[int, int], ...]
    desks: list[tuple[Packed, Desk]] = field(default_factory=list)

    def solve(self, rationality: float) -> SmallAnswer | None:
        """The first crossing of λ by the principal branch; None where it could not be followed there."""
        room, desk = self.desks.pop() if self.desks else self._desk()
        (codes, by_code, _), (numbers, by_number, _), (whole, bounds, _) = self.codes, self.numbers, room
        compiled().solve_small(codes, by_code, numbers, by_number, whole, bounds, rationality)
        ending, bifurcations, steps, residual, regret = desk.report.tolist()
        found = None
        if ending == ARRIVED and residual <= TOLERANCE:
            values = desk.value[self.plan.top]
            play = desk.sigma[: len(desk.logs)].copy(), desk.logs.copy(), desk.met.copy()
            found = SmallAnswer(*play, values, not bifurcations, residual, regret, int(steps))
        self.desks.append((room, desk))
        return found

    def _desk(self) -> tuple[Packed, Desk]:
        room = desk_for(self.plan, ROWS)
        return room, Desk._make(room.parts)


def small_game(tree: Tree, pace: Pace = PACE) -> SmallGame | None:
    """The tree made ready; None if it is not small."""
    places = [k for k, each in enumerate(tree.places) if not each.chance]
    widths = [len(tree.places[k].options) for k in places]
    if tree.nodes > MOST_NODES or sum(widths) - len(widths) > MOST_UNKNOWNS:
        return None
    plan = plan_of(tree)
    limits = [getattr(pace, name) for name in Limits._fields[:-1]]
    codes = pack(plan[:CODES])
    numbers = pack([*plan[CODES:], np.array([*limits, spread_of(tree)])])
    plan = Plan._make([*codes.parts, *numbers.parts[:-1]])
    ranges = tuple(pairwise(plan.first_option.tolist()))
    return SmallGame(plan, codes, numbers, tuple(places), ranges)


def spread_of(tree: Tree) -> float:
    """The most that any actor's payoff can vary by."""
    payoff = np.array([each.payoffs for each in tree.outcomes], np.float64)[tree.outcome]
    least, most = np.full_like(payoff, inf), np.full_like(payoff, -inf)
    for node in range(len(payoff) - 1, -1, -1):
        ends = tree.place[node] == END
        least[node] = payoff[node] + (0.0 if ends else least[node])
        most[node] = payoff[node] + (0.0 if ends else most[node])
        above = tree.parent[node]
        if node:
            least[above] = np.minimum(least[above], least[node])
            most[above] = np.maximum(most[above], most[node])
    return float((most[0] - least[0]).max())
