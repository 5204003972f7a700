"""Links: whether an answer that sweeps have found hangs together with uniform play at λ = 0.

All λ = t · λ̂. Answers at several t, from 0 to the one in question, are found side by side in the lanes of a
block, each with the slope of the branch through it, dx/dt, and the sign of det(1 − J), where J is the
derivative of the answer. Two neighbours are linked if each lies where the slopes of both say, and Newton's
method comes to the later from where the slope of the earlier leads; where the slopes do not agree, answers
between them are asked for. A chain of links is a branch that rises in t from play by weight
alone, and there is no other such branch: it is the principal one, at the first crossing of its end. A change
of the sign along it is a bifurcation.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.solve import arnoldi
from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.block import Floats, Indices, rationality_in, repacked
from foedus.solve.cubic import between
from foedus.solve.equilibrium import Branch
from foedus.solve.krylov import least_residual
from foedus.solve.lanes import WIDTH
from foedus.solve.mixing import Rhythm
from foedus.solve.problem import Answers, Problem
from foedus.solve.queue import Jobs
from foedus.solve.reach import LINEAR, LOGARITHMIC, ORDERED
from foedus.solve.response import Response
from foedus.solve.runner import Runner
from foedus.solve.threads import PerThread

SWEEPS = AcceleratedSweeps(sweeps=80, rhythms=(Rhythm(depth=8),))
SAME = 1e-6  # a distance, in log-odds over 1 + |log-odds|, between two that are one
ENOUGH = 1e-4  # of the right side: what a slope may leave of it
FAR = 700.0  # log-odds beyond which probabilities are no numbers


class Point(NamedTuple):
    """An answer at t: log-odds, their slope, and whether det(1 − J) is positive."""

    t: float
    x: Floats
    slope: Floats
    upright: bool


@dataclass(frozen=True)
class Linking:
    """How neighbours are judged, in log-odds: `miss` is the most that the slopes may be wrong about, `bend`
    the most by which what the one foretells may differ from what the other does.

    Intervals shorter than `least` are not cut. Up to `dense` unknowns whole matrices are made; beyond,
    `slope_rounds` and `sign_rounds` of Arnoldi's method are. `points` bounds the answers asked for.
    """

    miss: float = 0.05
    bend: float = 0.2
    least: float = 1.0 / 300.0
    dense: int = 60
    slope_rounds: int = 12
    sign_rounds: int = 16
    points: int = 160

    def __call__(self, problem: Problem, answers: Answers, worlds: Indices) -> NDArray[np.int8]:
        """What is known of the branch of each answer (world): SWEEPS where it is not linked."""
        found = np.full(problem.tabulation.worlds, Branch.SWEEPS, np.int8)
        scratches, tangents = PerThread(problem.scratch), PerThread(problem.tangent)
        for layout, _, alike in problem.alike(worlds, answers.logarithmic):
            runner = Runner(problem, layout, SWEEPS.depth)

            def work(block: Indices, runner: Runner = runner) -> None:
                world = int(block[0])
                response = Response(problem, world, scratches.get(), tangents.get())
                chain = Chain(self, runner, response, runner.jobs(block))
                found[world] = chain.judge(response.odds(answers.log_behaviour(world)))
                answers.sweeps[world] += response.sweeps

            problem.over_blocks(alike, work, width=1)
        return found[worlds]


@dataclass(eq=False)
class Chain:
    """The points found so far for one world."""

    rule: Linking
    runner: Runner
    response: Response
    world: Jobs
    points: dict[float, Point] = field(default_factory=dict)

    def judge(self, end: Floats) -> Branch:
        """What is known of the branch through `end`, the answer at t = 1."""
        if not len(end):
            return Branch.PRINCIPAL
        if not np.isfinite(end).all():
            return Branch.SWEEPS
        t = np.linspace(0.0, 1.0, WIDTH)
        guesses = np.repeat(self.response.start()[:, None], WIDTH, axis=1)
        guesses[:, -1] = end
        if not self.add(t, guesses) or not _same(self.points[1.0].x, end):
            return Branch.SWEEPS
        while gaps := self.gaps():
            t = np.array([self._middle(*gap) for gap in gaps])
            short = min(after.t - before.t for before, after in gaps) < self.rule.least
            if short or len(self.points) + len(t) > self.rule.points:
                return Branch.SWEEPS
            guesses = np.stack([self._between(*gap) for gap in gaps], axis=1)
            for first in range(0, len(t), WIDTH):
                if not self.add(t[first : first + WIDTH], guesses[:, first : first + WIDTH]):
                    return Branch.SWEEPS
        if not self.straight():
            return Branch.SWEEPS
        if all(point.upright for point in self.points.values()):
            return Branch.PRINCIPAL
        return Branch.BIFURCATED if self.response.size <= self.rule.dense else Branch.SWEEPS

    def gaps(self) -> list[tuple[Point, Point]]:
        """Neighbours that are not linked."""
        chain = [self.points[t] for t in sorted(self.points)]
        return [pair for pair in pairwise(chain) if not self.linked(*pair)]

    def linked(self, before: Point, after: Point) -> bool:
        """Whether the mean of both slopes leads from the one to the other, and they are nearly the same.

        The mean alone could lead across a pitchfork, from the slope before it to the steep one beyond.
        """
        length, size = after.t - before.t, 1.0 + 0.01 * np.abs(after.x)
        led = before.x + length * (before.slope + after.slope) / 2.0
        astray = float((np.abs(after.x - led) / size).max(initial=0.0))
        bent = float((length * np.abs(after.slope - before.slope) / size).max(initial=0.0))
        return astray <= self.rule.miss and bent <= self.rule.bend

    def add(self, t: Floats, guesses: Floats) -> bool:
        """Find the answers at t (at most a block), starting at the guesses (unknown, t); whether all were."""
        x = self._solve(t, guesses)
        if x is None:
            return False
        lanes = np.minimum(np.arange(WIDTH), len(t) - 1)
        slopes, signs = self._slopes(x[:, lanes], t[lanes])
        for k, each in enumerate(t.tolist()):
            self.points[each] = Point(each, x[:, k], slopes[:, k], bool(signs[k] > 0))
        return bool(np.isfinite(slopes).all())

    def _solve(self, t: Floats, guesses: Floats) -> Floats | None:
        numbers = repacked(self.world.numbers, np.zeros(len(t), np.intp))
        rationality_in(numbers, len(self.runner.problem.game.actors), len(t))[:] *= t
        for reach in (LINEAR, ORDERED, LOGARITHMIC):
            odds = np.ascontiguousarray(self.response.filled(guesses).T)
            jobs = Jobs(numbers, odds, np.zeros(len(t), np.int64))
            self.runner.iterate(jobs, SWEEPS.settings(self.runner.problem, reach))
            self.response.sweeps += int(SWEEPS.counted(jobs).max())
            if (jobs.ended > 0).all():
                return self.response.emptied(jobs.odds.T)
            if not (jobs.ended < 0).any():
                break
        return None

    def _slopes(self, x: Floats, t: Floats) -> tuple[Floats, Floats]:
        """dx/dt (unknown, lane), and the sign of det(1 − J), or −1 where that is in doubt (lane)."""
        response = self.response
        response.answers(x, t)
        ahead = response.push(np.vstack([np.zeros_like(x), np.ones(WIDTH)]))
        slopes, signs = self._solved(ahead)
        if signs is None:
            random = np.random.default_rng(response.size).normal(size=(response.size, 1))
            starts = np.repeat(random, WIDTH, axis=1)
            above = arnoldi.beyond_one(response.push_play, starts, self.rule.sign_rounds)
            signs = np.where(above == 0, 1.0, -1.0)
        return slopes, signs

    def _solved(self, right: Floats) -> tuple[Floats, Floats | None]:
        """y with (1 − J) y = right in each lane (unknown, lane), and the sign of det(1 − J) if known."""
        response, rule = self.response, self.rule
        if response.size > rule.dense:
            rounds = min(rule.slope_rounds, response.size)
            return least_residual(lambda x: x - response.push_play(x), right, rounds, ENOUGH), None
        matrix = np.eye(response.size) - response.matrices()
        signs, sizes = np.linalg.slogdet(matrix)
        if not np.isfinite(sizes).all():
            return np.full_like(right, np.nan), np.asarray(signs, np.float64)
        solution = np.linalg.solve(matrix, right.T[:, :, None])[:, :, 0].T
        return np.asarray(solution, np.float64), np.asarray(signs, np.float64)

    def straight(self) -> bool:
        """Whether Newton's method comes to each point from where the slope of the one before it leads.

        Across a pitchfork it does not: straight on lies the branch that the answers have left.
        """
        pairs = list(pairwise(self.points[t] for t in sorted(self.points)))
        return all(self._straight(pairs[k : k + WIDTH]) for k in range(0, len(pairs), WIDTH))

    def _straight(self, pairs: list[tuple[Point, Point]]) -> bool:
        lanes = [pairs[min(lane, len(pairs) - 1)] for lane in range(WIDTH)]
        t = np.array([after.t for _, after in lanes])
        there = np.stack([after.x for _, after in lanes], axis=1)
        led = np.stack([one.x + (other.t - one.t) * one.slope for one, other in lanes], axis=1)
        right = self.response.answers(led, t) - led
        if not np.isfinite(right).all():
            return False
        came = led + self._solved(right)[0]
        size = 1.0 + np.abs(there)
        before, after = (np.abs(each - there) / size for each in (led, came))
        left = after.max(axis=0, initial=0.0) <= SAME + before.max(axis=0, initial=0.0) / 2.0
        return bool(left.all())

    def _middle(self, before: Point, after: Point) -> float:
        return (before.t + after.t) / 2.0

    def _between(self, before: Point, after: Point) -> Floats:
        length = after.t - before.t
        return between(before.x, after.x, length * before.slope, length * after.slope, 0.5)


def _same(one: Floats, other: Floats) -> bool:
    near, far = np.clip(one, -FAR, FAR), np.clip(other, -FAR, FAR)
    return bool((np.abs(near - far) / (1.0 + np.abs(far))).max(initial=0.0) <= SAME)
