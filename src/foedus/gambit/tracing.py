"""Small games without an order of play, solved by tracing the principal branch.

The kernels need an order in which the nodes of an information set come before all that follows them. In some
trees there is none: plays meet two information sets in opposite orders, or one of them twice (Piccione and
Rubinstein 1997). Beliefs and quantal responses are defined all the same: at a set that a play meets twice,
by the expected number of visits to its nodes. The branch is followed by the same code as any other's; only
the answer and its derivative are worked out here, the latter by complex steps (Squire and Trapp 1998).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.gambit.tree import END, Tree
from foedus.solve.apart import logarithms_of
from foedus.solve.branch import BranchPath, Ending, Pace

Numbers = NDArray[Any]
Floats = NDArray[np.float64]

MOST_OPTIONS, MOST_NUMBERS = 150, 500_000
TOLERANCE = 1e-10
PACE = Pace(dense=MOST_OPTIONS, effort=np.inf)
EPSILON = 1e-100
NEVER = 1e-60  # stands for a chance of 0, so that beliefs after it are limits


@dataclass(frozen=True, eq=False)
class Point:
    """A logit equilibrium: behaviour (option), reach (place), and values (actor).

    `alone` is whether no other branch was crossed on the way from uniform play.
    """

    behaviour: Floats
    reach: Floats
    values: Floats
    alone: bool


class Passes:
    """A tree as arrays, for passes over many behaviours at once: the last axis of all numbers.

    `first` (place + 1) are the options of each decision; chance has none.
    """

    def __init__(self, tree: Tree) -> None:
        widths = [0 if each.chance else len(each.options) for each in tree.places]
        self.first = np.cumsum([0, *widths])
        self.options = int(self.first[-1])
        self.owner = np.repeat(np.arange(len(widths)), widths)
        self.actor = np.array([each.actor for each in tree.places])[self.owner]
        self.payoffs = np.array([each.payoffs for each in tree.outcomes])[tree.outcome]
        self.place = np.array(tree.place)
        self.parent = np.array(tree.parent)
        self._edges(tree)

    def _edges(self, tree: Tree) -> None:
        """How play comes into each node: by an option, or by chance with a probability."""
        count = [0] * tree.nodes
        self.option, self.chance = np.full(tree.nodes, -1), np.ones(tree.nodes)
        depth = np.zeros(tree.nodes, np.intp)
        for node in range(1, tree.nodes):
            above = tree.parent[node]
            depth[node] = depth[above] + 1
            place, k = tree.place[above], count[above]
            count[above] += 1
            if tree.places[place].chance:
                self.chance[node] = tree.places[place].probabilities[k]
            else:
                self.option[node] = self.first[place] + k
        self.levels = [np.flatnonzero(depth == level) for level in range(1, int(depth.max(initial=0)) + 1)]

    def qualities(self, behaviour: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """What each option is worth to its actor (option, …), reach (place, …), values (actor, …)."""
        share = np.where((self.option >= 0)[:, None], behaviour[self.option], self.chance[:, None])
        never = (self.option < 0)[:, None] & (share == 0.0)
        reach, possible = np.ones_like(share), np.where(never, NEVER, share)
        for level in self.levels:
            reach[level] = reach[self.parent[level]] * possible[level]
        worth = np.repeat(self.payoffs[:, :, None].astype(share.dtype), share.shape[1], axis=2)
        for level in reversed(self.levels):
            np.add.at(worth, self.parent[level], share[level][:, None] * worth[level])
        met = np.zeros((len(self.first) - 1, share.shape[1]), share.dtype)
        np.add.at(met, self.place[self.place != END], reach[self.place != END])
        quality = np.zeros_like(behaviour)
        chosen = np.flatnonzero(self.option >= 0)
        option = self.option[chosen]
        own = worth[chosen, self.actor[option]]
        np.add.at(quality, option, reach[self.parent[chosen]] * own)
        return quality / met[self.owner], met, worth[0]

    def chances(self, behaviour: Floats) -> Floats:
        """The probability (node, …) with which a play comes to each node."""
        reach = np.where((self.option >= 0)[:, None], behaviour[self.option], self.chance[:, None])
        for level in self.levels:
            reach[level] *= reach[self.parent[level]]
        return reach

    def spread(self) -> float:
        """Not less than what any actor's payoff can vary by."""
        least, most = self.payoffs.copy(), self.payoffs.copy()
        for level in reversed(self.levels):
            for bound, better in ((least, np.minimum), (most, np.maximum)):
                below = np.full_like(bound, np.inf if better is np.minimum else -np.inf)
                better.at(below, self.parent[level], bound[level])
                here = np.unique(self.parent[level])
                bound[here] = self.payoffs[here] + below[here]
        return float((most[0] - least[0]).max())


class TreeCurve:
    """The answer in a tree, at λ = t · rationality: a `Curve` of log-odds against each first option."""

    def __init__(self, passes: Passes, rationality: float) -> None:
        self.passes, self.rationality, self.sweeps = passes, rationality, 0
        base = passes.first[passes.owner]
        self.unknown = np.flatnonzero(base != np.arange(passes.options))
        self.base = base[self.unknown]
        self._starts = np.unique(base)

    @property
    def size(self) -> int:
        return len(self.unknown)

    @property
    def nodes(self) -> int:
        return len(self.passes.place)

    def start(self) -> Floats:
        return np.zeros(self.size)

    def answer(self, x: Floats, t: float) -> Floats:
        self._x, self._t = x, t
        with np.errstate(all="ignore"):
            self._odds: Floats = self._answers(x[:, None], np.array([t]))[:, 0]
        return self._odds

    def change(self) -> float:
        here, there = (self.behaviour(x[:, None])[:, 0] for x in (self._x, self._odds))
        return float(np.abs(here - there).max(initial=0.0))

    def shares(self) -> Floats:
        found: Floats = self.behaviour(self._x[:, None])[self.unknown, 0]
        return found

    def push(self, directions: Floats) -> Floats:
        """Exact but for rounding: the imaginary part that an imaginary step leaves."""
        steps = 1j * EPSILON * directions
        with np.errstate(all="ignore"):
            pushed = self._answers(self._x[:, None] + steps[:-1], self._t + steps[-1])
        return np.asarray(pushed.imag / EPSILON, np.float64)

    def jacobian(self) -> Floats:
        return self.push(np.eye(self.size + 1))

    def odds(self, behaviour: Floats) -> Floats:
        """The log-odds (unknown) of probabilities (option)."""
        logs = logarithms_of(behaviour)
        return np.asarray(logs[self.unknown] - logs[self.base], np.float64)

    def behaviour(self, x: Numbers) -> Numbers:
        """Probabilities (option, …) of log-odds (unknown, …)."""
        logs = np.zeros((self.passes.options, x.shape[1]), x.dtype)
        logs[self.unknown] = x
        if not self.passes.options:
            return logs
        top = np.maximum.reduceat(logs.real, self._starts, axis=0)
        groups = np.searchsorted(self._starts, np.arange(self.passes.options), "right") - 1
        scores = np.exp(logs - top[groups])
        shares: Numbers = scores / np.add.reduceat(scores, self._starts, axis=0)[groups]
        return shares

    def _answers(self, x: Numbers, t: Numbers) -> Numbers:
        self.sweeps += 1
        quality = self.passes.qualities(self.behaviour(x))[0]
        odds: Numbers = self.rationality * t * (quality[self.unknown] - quality[self.base])
        return odds


def trace(tree: Tree, rationality: float, pace: Pace = PACE) -> Point | None:
    """The first crossing of this λ by the principal branch; None where it could not be traced."""
    passes = Passes(tree)
    curve = TreeCurve(passes, rationality)
    path = BranchPath(curve, max(rationality * passes.spread(), 1.0), pace, TOLERANCE)
    with np.errstate(all="ignore"):
        found = path.follow()
    if found.ending != Ending.ARRIVED:
        return None
    behaviour = curve.behaviour(found.x[:, None])
    _, reach, values = (each[:, 0] for each in passes.qualities(behaviour))
    return Point(behaviour[:, 0], reach, values, not found.bifurcations)


def small_enough(tree: Tree) -> bool:
    """Whether the game is of a size for this method."""
    options = sum(len(each.options) for each in tree.places if not each.chance)
    return options <= MOST_OPTIONS and tree.nodes * options * len(tree.actors) <= MOST_NUMBERS
