"""The principal branch of one world, followed by arclength from λ = 0 to the first crossing of t = 1.

All λ = t · λ̂. The solutions of F(x, t) = x − answer(x, t) form a curve; a step goes along its tangent, and
Newton's method, kept to the plane across that tangent, leads back to it. So t may fall as well as rise, and
folds are nothing special. Source of the method: Allgower and Georg, Introduction to Numerical Continuation
Methods (2003), chapters 6 to 8; Turocy (2005) follows the logit branch of games by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from foedus.solve.block import Floats
from foedus.solve.bordered import Bordered, Factorised, Shortcut, bordered
from foedus.solve.cubic import Cubic, between
from foedus.solve.curve import Curve

SMALL = 1e-3  # a correction, in log-odds, that is no danger however slowly it shrinks
FACTORABLE = 2500  # unknowns up to which the orientation is looked at once, on arrival
CLOSE = 1e-8  # a correction at which a point counts as found


class Ending(IntEnum):
    """How the following of a branch ended."""

    ARRIVED = 0
    OUT_OF_STEPS = 1
    STUCK = 2


@dataclass(frozen=True)
class Pace:
    """How a step is judged: what is seen in a good one, and how long steps and paths may be.

    The most strained of the measures sets the length of the next step; at twice its strain (four times the
    miss or the contraction, which grow with the square of the step) the step is made again, shorter.

    `miss`: how far, in log-odds, the tangent led astray. `turn`: the angle, in radians, between the tangents
    at its ends. `swing`: the largest change of a probability. `contraction`: how much of a Newton step the
    next one is. `narrow` is the step below which a change of orientation is taken for a bifurcation and not
    for a jump; `dense` is the number of unknowns up to which matrices are factorised. `steps`, and `effort`,
    passes over the game times its nodes, bound the work.
    """

    first: float = 0.1
    least: float = 1e-7
    most: float = 5.0
    narrow: float = 1e-3
    miss: float = 0.1
    turn: float = 0.2
    swing: float = 0.1
    contraction: float = 0.1
    dense: int = 150
    steps: int = 1500
    effort: float = 2e9


@dataclass(frozen=True, eq=False)
class Point:
    """A solution y = (x, τ) with τ = t · scale, the tangent there, and the orientation, 0 if not known."""

    y: Floats
    tangent: Floats
    orientation: int
    shares: Floats


@dataclass(eq=False)
class Trace:
    """What was met on the way: `turns` are the t of the folds, in their order; `points` how many."""

    ending: Ending
    x: Floats
    turns: list[float] = field(default_factory=list)
    bifurcations: int = 0
    points: int = 0


class BranchPath:
    """The branch of one world. `scale` (log-odds) makes a step in t comparable to one in x."""

    def __init__(self, response: Curve, scale: float, pace: Pace, tolerance: float) -> None:
        self.response, self.scale, self.pace, self.tolerance = response, scale, pace, tolerance
        self._shortcut = Shortcut()

    def follow(self, goal: float = 1.0) -> Trace:
        """Go from t = 0 to the first point with t = `goal`."""
        point, step = self.begin(), self.pace.first
        trace = Trace(Ending.OUT_OF_STEPS, point.y[:-1])
        while trace.ending == Ending.OUT_OF_STEPS and self._may_go_on(trace):
            trace.points += 1
            ahead, strain = self.step(point, step)
            landed = None
            if ahead is not None and self._crosses(point, ahead, goal):
                landed = self.land(point, ahead, goal)
                doubtful = landed is None and (self.t(ahead) >= goal or step > self.pace.narrow)
                ahead = None if doubtful else ahead
            if landed is not None:
                trace.ending, trace.x = Ending.ARRIVED, landed
                trace.bifurcations += point.orientation == 0 and self._turned(landed, goal)
            elif ahead is None:
                step /= max(strain, 2.0)
                trace.ending = Ending.STUCK if step < self.pace.least else trace.ending
            else:
                self.note(trace, point, ahead)
                step = min(step / max(strain, 0.4), self.pace.most)
                point, trace.x = ahead, ahead.y[:-1]
        return trace

    def _may_go_on(self, trace: Trace) -> bool:
        spent = self.response.sweeps * self.response.nodes
        return trace.points < self.pace.steps and spent < self.pace.effort

    def _turned(self, x: Floats, goal: float) -> bool:
        """Whether the orientation at a point with rising t is not that of the start of the branch."""
        y = np.append(x, goal * self.scale)
        self._gap(y)
        return (
            self.response.size <= FACTORABLE
            and Factorised(self.response, self.scale, _last(y)).orientation < 0
        )

    def t(self, point: Point) -> float:
        return float(point.y[-1]) / self.scale

    def begin(self) -> Point:
        """Play by weight alone, with the tangent that leads to positive λ."""
        y = np.append(self.response.start(), 0.0)
        return self._point(y, _last(y))

    def step(self, point: Point, length: float) -> tuple[Point | None, float]:
        """The point a step further along, or None where the step was too long; and how much too long."""
        metric = self._metric(point.y)
        guess = point.y + length * point.tangent
        found, contraction = self.correct(guess, metric * point.tangent)
        if found is None:
            return None, 4.0
        ahead = self._point(found, metric * point.tangent)
        strain = self._strain(point, ahead, guess, contraction)
        if not strain <= 2.0:
            return None, 4.0 if np.isnan(strain) else min(strain, 4.0)
        if ahead.orientation != point.orientation and length > self.pace.narrow:
            return None, 4.0
        return ahead, strain

    def correct(self, y: Floats, normal: Floats) -> tuple[Floats | None, float]:
        """Newton's method in the plane through y across `normal`; and the worst contraction seen."""
        gap = self._gap(y)
        if not np.isfinite(gap).all():
            return None, 0.0
        system, last, worst = self._system(normal), np.inf, 0.0
        for _ in range(8):
            move = system.solve(-np.append(gap, 0.0))
            y = y + move
            size = float((np.abs(move) / (1.0 + np.abs(y))).max())
            if np.isfinite(last):
                worst = max(worst, size / max(last, SMALL))
            gap = self._gap(y)
            if not np.isfinite(gap).all() or y[-1] < 0.0 or worst > 4 * self.pace.contraction:
                return None, worst
            if size <= CLOSE:
                return y, worst
            last = size
        return None, worst

    def land(self, point: Point, ahead: Point, goal: float) -> Floats | None:
        """The log-odds at t = `goal` between two points, by Newton's method with t held; None if it fails."""
        guess = self._between(point, ahead, goal)
        x, best, change = guess[:-1], np.inf, np.inf
        kept, orientation = x, 0
        for _ in range(20):
            y = np.append(x, goal * self.scale)
            gap = self._gap(y)
            size = float((np.abs(gap) / (1.0 + np.abs(x))).max(initial=0.0))
            if not size < best:
                break
            system = self._system(_last(y))
            best, change, kept, orientation = size, self.response.change(), x, system.orientation
            x = x + system.solve(-np.append(gap, 0.0))[:-1]
        near = self._miss(kept, guess[:-1]) <= 4 * self.pace.miss
        expected = point.orientation if point.y[-1] <= goal * self.scale else -point.orientation
        return kept if change <= self.tolerance and near and orientation == expected else None

    def turn(self, point: Point, ahead: Point) -> float:
        """The t of the fold between two points."""
        for _ in range(4):
            path = Cubic.of(point.y[-1], ahead.y[-1], *self._slopes(point, ahead))
            middle, _ = self.step(point, self._distance(point, ahead) * path.turn())
            if middle is None:
                break
            before = middle.tangent[-1] * point.tangent[-1] > 0
            point, ahead = (middle, ahead) if before else (point, middle)
        path = Cubic.of(point.y[-1], ahead.y[-1], *self._slopes(point, ahead))
        return path.at(path.turn()) / self.scale

    def note(self, trace: Trace, point: Point, ahead: Point) -> None:
        """Take a step that was made into the trace."""
        trace.bifurcations += point.orientation != ahead.orientation
        if point.tangent[-1] * ahead.tangent[-1] < 0:
            trace.turns.append(self.turn(point, ahead))

    def _gap(self, y: Floats) -> Floats:
        gap: Floats = y[:-1] - self.response.answer(y[:-1], float(y[-1]) / self.scale)
        return gap

    def _system(self, normal: Floats) -> Bordered:
        """The derivative of F at the place last answered, bordered by `normal`."""
        return bordered(self.response, self.scale, normal, self.pace.dense, self._shortcut)

    def _point(self, y: Floats, normal: Floats) -> Point:
        self._gap(y)
        system = self._system(normal)
        tangent = system.solve(_last(y))
        tangent /= np.sqrt(tangent @ (self._metric(y) * tangent))
        return Point(y, tangent, system.orientation, self.response.shares())

    def _metric(self, y: Floats) -> Floats:
        """Weights of squares: the mean of the unknowns, and t; large ones count by their ratio."""
        weights: Floats = (1.0 + np.abs(y) / 10.0) ** -2
        weights[:-1] /= max(len(y) - 1, 1)
        return weights

    def _miss(self, found: Floats, guess: Floats) -> float:
        return float((np.abs(found - guess) / (1.0 + 0.01 * np.abs(found))).max(initial=0.0))

    def _strain(self, point: Point, ahead: Point, guess: Floats, contraction: float) -> float:
        """How much too long a step was: 1 is as it should be."""
        pace, metric = self.pace, self._metric(ahead.y)
        along = point.tangent @ (metric * ahead.tangent)
        cosine = along / np.sqrt(point.tangent @ (metric * point.tangent))
        turn = float(np.arccos(np.clip(cosine, -1.0, 1.0)))
        swing = float(np.abs(ahead.shares - point.shares).max(initial=0.0))
        miss = self._miss(ahead.y[:-1], guess[:-1])
        curved = np.sqrt([miss / pace.miss, contraction / pace.contraction])
        return float(np.max([*curved, turn / pace.turn, swing / pace.swing]))

    def _crosses(self, point: Point, ahead: Point, goal: float) -> bool:
        """Whether t comes to the goal between two points, perhaps only for a moment."""
        path = Cubic.of(point.y[-1], ahead.y[-1], *self._slopes(point, ahead))
        return bool(max(ahead.y[-1], path.at(path.top())) >= goal * self.scale)

    def _distance(self, point: Point, ahead: Point) -> float:
        step, metric = ahead.y - point.y, self._metric(point.y)
        return float(np.sqrt(step @ (metric * step)))

    def _slopes(self, point: Point, ahead: Point) -> tuple[float, float]:
        length = self._distance(point, ahead)
        return float(point.tangent[-1]) * length, float(ahead.tangent[-1]) * length

    def _between(self, point: Point, ahead: Point, goal: float) -> Floats:
        """Where the cubic through two points and along their tangents first comes to t = `goal`."""
        length = self._distance(point, ahead)
        path = Cubic.of(point.y[-1], ahead.y[-1], *self._slopes(point, ahead))
        share = path.first(goal * self.scale)
        return between(point.y, ahead.y, length * point.tangent, length * ahead.tangent, share)


def _last(y: Floats) -> Floats:
    """The direction of t."""
    direction = np.zeros(len(y))
    direction[-1] = 1.0
    return direction
