"""Small games without an order of play, solved by tracing the principal branch.

The kernels need an order in which the nodes of an information set come before all that follows them. In some
trees there is none: plays meet two information sets in opposite orders, or one of them twice (Piccione and
Rubinstein 1997). Beliefs and quantal responses are defined all the same: at a set that a play meets twice,
by the expected number of visits to its nodes. The branch of logit equilibria that starts at uniform play is
followed in (log-probabilities, λ) by pseudo-arclength, with Jacobians by complex steps (after Turocy 2005;
Squire and Trapp 1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.gambit.tree import END, Tree

Numbers = NDArray[Any]
Floats = NDArray[np.float64]

MOST_OPTIONS, MOST_NUMBERS = 150, 500_000
STEPS = 2_000
FIRST, SMALLEST, LARGEST = 0.05, 1e-9, 0.5
CLOSE = 1e-12
EPSILON = 1e-100


@dataclass(frozen=True, eq=False)
class Point:
    """A logit equilibrium: behaviour (option), reach (place) and values (actor), with its certificate.

    `alone` is whether no other branch was crossed on the way from uniform play.
    """

    behaviour: Floats
    reach: Floats
    values: Floats
    residual: float
    regret: float
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
        reach = np.ones_like(share)
        for level in self.levels:
            reach[level] = reach[self.parent[level]] * share[level]
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


class Tracer:
    """Follows the branch of one game. A point is the log-probabilities of all options, and λ last."""

    def __init__(self, tree: Tree) -> None:
        self.passes = Passes(tree)
        widths = np.diff(self.passes.first)
        self.start = np.append(-np.log(widths[self.passes.owner]), 0.0)
        self.base = self.passes.first[self.passes.owner]
        self.is_base = self.base == np.arange(self.passes.options)

    def gap(self, points: Numbers) -> Numbers:
        """What an equilibrium makes zero (option, …): sums of shares less 1, and odds against the first."""
        logs, rationality = points[:-1], points[-1]
        quality = self.passes.qualities(np.exp(logs))[0]
        sums = np.add.reduceat(np.exp(logs), np.flatnonzero(self.is_base), axis=0)
        odds: Numbers = logs - logs[self.base] - rationality * (quality - quality[self.base])
        odds[self.is_base] = sums - 1.0
        return odds

    def slopes(self, point: Floats) -> Floats:
        """The Jacobian of the gap (option, coordinate), exact by complex steps."""
        nearby = point[:, None] + 1j * EPSILON * np.eye(len(point))
        return np.asarray(self.gap(nearby).imag / EPSILON)

    def correct(self, point: Floats, *, fixed: bool) -> Floats | None:
        """The nearest equilibrium, or that of the same λ; None where Newton's method does not settle."""
        before = np.inf
        for _ in range(12):
            gap, slopes = self.gap(point[:, None])[:, 0], self.slopes(point)
            if not (np.isfinite(gap).all() and np.isfinite(slopes).all()):
                return None
            if fixed:
                slopes = slopes[:, :-1]
            step = np.linalg.lstsq(slopes, -gap, rcond=None)[0]
            point = point + (np.append(step, 0.0) if fixed else step)
            size = float(np.abs(step).max())
            if size <= CLOSE * (1.0 + float(np.abs(point).max())):
                return point
            if size > before:
                return None
            before = size
        return None

    def tangent(self, point: Floats, before: Floats) -> tuple[Floats, float]:
        """The direction of the branch that goes on from `before`, and the orientation of the point.

        The orientation keeps its sign along a branch, folds included, until another one crosses it.
        """
        slopes = self.slopes(point)
        ahead: Floats = np.linalg.svd(slopes)[2][-1]
        ahead = ahead if ahead @ before >= 0.0 else -ahead
        return ahead, float(np.linalg.slogdet(np.vstack([slopes, ahead]))[0])

    def trace(self, targets: Sequence[float]) -> dict[float, Point]:
        """The first crossing of each λ asked for; one that is not reached is left out."""
        found: dict[float, Point] = {}
        waiting = sorted(set(targets))
        point, before, length, alone = self.start, self.start, FIRST, True
        ahead, start = self.tangent(point, np.append(np.zeros(self.passes.options), 1.0))
        for _ in range(STEPS):
            while waiting and waiting[0] <= point[-1]:
                arrived = self.arrive(before, point, waiting[0])
                if arrived is not None:
                    crossed = self.tangent(arrived, ahead)[1] != start
                    found[waiting[0]] = self.certified(arrived, alone and not crossed)
                waiting.pop(0)
            alone &= self.tangent(point, ahead)[1] == start
            if not waiting or length < SMALLEST:
                break
            settled = self.advance(point, ahead, length)
            if settled is None:
                length /= 2.0
                continue
            before, point = point, settled
            ahead = self.tangent(point, ahead)[0]
            length = min(1.5 * length, LARGEST * (1.0 + float(np.abs(point).max()) / 10.0))
        return found

    def advance(self, point: Floats, ahead: Floats, length: float) -> Floats | None:
        """The next point of the branch; None where the step is too long to be sure that it is on it."""
        guess = point + length * ahead
        settled = self.correct(guess, fixed=False)
        if settled is None or np.linalg.norm(settled - guess) > 0.1 * length:
            return None
        return settled if self.tangent(settled, ahead)[0] @ ahead > 0.9 else None

    def arrive(self, before: Floats, after: Floats, rationality: float) -> Floats | None:
        """The point of a λ between two points of the branch."""
        span = after[-1] - before[-1]
        part = (rationality - before[-1]) / span if span else 0.0
        guess = before + part * (after - before)
        guess[-1] = rationality
        return self.correct(guess, fixed=True)

    def certified(self, point: Floats, alone: bool) -> Point:
        """The point as an answer, with its residual and regret worked out anew."""
        behaviour, passes = np.exp(point[:-1]), self.passes
        quality, reach, values = (each[:, 0] for each in passes.qualities(behaviour[:, None]))
        residual, regret = 0.0, 0.0
        for first in np.flatnonzero(self.is_base):
            here = slice(first, first + np.count_nonzero(self.base == first))
            scores = np.exp(point[-1] * (quality[here] - quality[here].max()))
            residual = max(residual, float(np.abs(scores / scores.sum() - behaviour[here]).max()))
            regret = max(regret, float(quality[here].max() - behaviour[here] @ quality[here]))
        return Point(behaviour, reach, values, residual, regret, alone)


def small_enough(tree: Tree) -> bool:
    """Whether the game is of a size for this method."""
    options = sum(len(each.options) for each in tree.places if not each.chance)
    return options <= MOST_OPTIONS and tree.nodes * options * len(tree.actors) <= MOST_NUMBERS
