"""Small game files, loaded once and solved in one compiled call: `solve/small_path.py` on the file's tree.

An order of play is not needed. What that call cannot settle, other methods are asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

import numpy as np
from numpy.typing import NDArray

from foedus.gambit.tree import END, Tree
from foedus.solve.block import Floats
from foedus.solve.branch import Pace
from foedus.solve.kernels import compiled
from foedus.solve.small import CHANCE, MET, NEVER, OUT, TERMINAL, Desk, Plan, desk_for
from foedus.solve.small_path import ARRIVED, ROWS, Limits

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
    spread: float
    places: tuple[int, ...]
    first: tuple[tuple[int, int], ...]
    limits: Limits
    desks: list[Desk] = field(default_factory=list)

    def solve(self, rationality: float) -> SmallAnswer | None:
        """The first crossing of λ by the principal branch; None where it could not be followed there."""
        desk = self.desks.pop() if self.desks else desk_for(self.plan, ROWS)
        compiled().solve_small(self.plan, desk, self.limits, rationality, self.spread)
        ending, bifurcations, steps, residual, regret = desk.report.tolist()
        found = None
        if ending == ARRIVED and residual <= TOLERANCE:
            values = desk.value[: len(self.plan.payoff) // len(self.plan.parent)].copy()
            play = desk.sigma.copy(), desk.logs.copy(), desk.met.copy()
            found = SmallAnswer(*play, values, not bifurcations, residual, regret, int(steps))
        self.desks.append(desk)
        return found


def small_game(tree: Tree, pace: Pace = PACE) -> SmallGame | None:
    """The tree made ready; None if it is not small."""
    places = [k for k, each in enumerate(tree.places) if not each.chance]
    widths = [len(tree.places[k].options) for k in places]
    if tree.nodes > MOST_NODES or sum(widths) - len(widths) > MOST_UNKNOWNS:
        return None
    number = np.full(len(tree.places) + 1, CHANCE, np.int32)
    number[places], number[END] = np.arange(len(places)), TERMINAL
    first = np.cumsum([0, *widths])
    option, share = _ways(tree, dict(zip(places, first.tolist(), strict=False)))
    payoffs = np.array([each.payoffs for each in tree.outcomes], np.float64)[tree.outcome]
    plan = Plan(
        parent=np.array(tree.parent, np.int32),
        place=number[tree.place],
        option=np.array(option, np.int32),
        counts=_counts(tree, share),
        share=np.array(share),
        log_share=np.log([each or 1.0 for each in share]),
        payoff=payoffs.ravel(),
        first_option=first.astype(np.int32),
        mover=np.array([tree.places[k].actor for k in places], np.int32),
    )
    limits = Limits(**{name: getattr(pace, name) for name in Limits._fields})
    ranges = tuple(pairwise(first.tolist()))
    return SmallGame(plan, spread_of(plan, len(tree.actors)), tuple(places), ranges, limits)


def _ways(tree: Tree, first: dict[int, int]) -> tuple[list[int], list[float]]:
    """How play comes to each node: the option, or -1, and the probability by chance."""
    count = [0] * tree.nodes
    option, share = [-1], [1.0]
    for node in range(1, tree.nodes):
        above = tree.parent[node]
        place, k = tree.place[above], count[above]
        count[above] += 1
        chance = tree.places[place].chance
        option.append(-1 if chance else first[place] + k)
        share.append(tree.places[place].probabilities[k] if chance else 1.0)
    return option, share


def _counts(tree: Tree, share: list[float]) -> NDArray[np.int32]:
    """Which nodes count in beliefs (node): of a place those that the fewest impossible steps lead to."""
    steps = [0] * tree.nodes
    least = [tree.nodes] * (len(tree.places) + 1)
    for node, place in enumerate(tree.place):
        steps[node] = steps[tree.parent[node]] + (share[node] == 0.0) if node else 0
        least[place] = min(least[place], steps[node])
    ways = zip(steps, tree.place, strict=True)
    counts = [OUT if own > least[place] else NEVER if own else MET for own, place in ways]
    return np.array(counts, np.int32)


def spread_of(plan: Plan, actors: int) -> float:
    """The most that any actor's payoff can vary by."""
    payoff: NDArray[np.float64] = plan.payoff.reshape(-1, actors)
    least, most = np.full_like(payoff, inf), np.full_like(payoff, -inf)
    for node in range(len(payoff) - 1, -1, -1):
        ends = plan.place[node] == TERMINAL
        least[node] = payoff[node] + (0.0 if ends else least[node])
        most[node] = payoff[node] + (0.0 if ends else most[node])
        above = plan.parent[node]
        if node:
            least[above] = np.minimum(least[above], least[node])
            most[above] = np.maximum(most[above], most[node])
    return float((most[0] - least[0]).max())
