"""Further equilibria: what random starts lead to, and where the branch comes to the same λ again.

Nothing here is exhaustive. Half of the starts are followed by accelerated sweeps first, which find what is
stable, half by Newton's method with short steps, which finds the rest as well; each falls back on the other.
In small games the principal branch is also followed beyond the answer, through its folds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.block import Floats, Indices, Memory, memory_for
from foedus.solve.branch import BranchPath, Pace, Point, Trace
from foedus.solve.certificate import certify
from foedus.solve.evaluate import node_values, payoff_spread
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.problem import PerThread, Problem
from foedus.solve.response import Response, matters

SWEEPS = AcceleratedSweeps(depth=8, sweeps=120)
CALM = AcceleratedSweeps(depth=8, sweeps=1000, rest=20, calm=0.8, burst=30, damping=0.3)
DENSE = 150
ROUNDS = 60
LONGEST = 4.0
DISTINCT = 1e-6
BEYOND = 2.0
SHARPNESS = (0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True, eq=False)
class Further:
    """An equilibrium that a search found: behaviour (option), values (actor), its certificate, how many
    `starts` led to it, and whether the principal branch comes to it again.
    """

    behaviour: Floats
    values: Floats
    residual: float
    regret: float
    starts: int
    on_branch: bool


@dataclass(frozen=True, eq=False)
class Search:
    """What a search came to: how many starts led to the answer itself, how many nowhere, and the others."""

    starts: int
    seed: int
    to_answer: int
    nowhere: int
    others: tuple[Further, ...]


def search_others(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    starts: int,
    *,
    seed: int = 0,
    tolerance: float = 1e-10,
    threads: int | None = None,
) -> Search:
    """Equilibria, besides the one with this behaviour (option), of a game in a single world.

    Two are one where no probability differs by more than 10⁻⁶. The result depends on the seed, not on the
    number of threads.
    """
    if tabulation.worlds != 1:
        raise ValueError(f"a search is for one world, not for {tabulation.worlds}")
    if not matters(game).any():
        return Search(starts, seed, starts, 0, ())
    problem = Problem(game, tabulation, tolerance, threads)
    by_start = _from_starts(problem, starts, seed)
    again = _along_the_branch(problem)
    found = np.concatenate([by_start, again], axis=1)
    good = _certified(problem, found)
    return _sorted_out(problem, behaviour, found, good, starts, seed)


def _from_starts(problem: Problem, starts: int, seed: int) -> Floats:
    """ln σ (option, start), NaN where a start led nowhere."""
    found = np.full((problem.game.options, starts), np.nan)
    scratches, tangents = PerThread(problem.scratch), PerThread(problem.tangent)
    memories = PerThread(lambda: memory_for(problem.layout, SWEEPS.depth))

    def work(block: Indices) -> None:
        response = Response(problem, 0, scratches.get(), tangents.get())
        climb = Climb(problem, response, memories.get())
        drawn = [_draw(response.size, seed, int(start)) for start in np.resize(block, WIDTH)]
        swept_first = np.resize(block, WIDTH) % 2 == 0
        found[:, block] = climb.from_starts(np.stack(drawn, axis=1), swept_first)[:, : len(block)]

    count = len(range(0, starts, WIDTH))
    problem.over_blocks(
        np.arange(count),
        lambda blocks: work(np.arange(blocks[0] * WIDTH, min((blocks[0] + 1) * WIDTH, starts))),
        width=1,
    )
    return found


def _draw(size: int, seed: int, start: int) -> Floats:
    """Random log-odds (unknown), from nearly even to sharp."""
    r = np.random.default_rng([seed, start])
    return r.normal(scale=r.choice(SHARPNESS), size=size)


class Climb:
    """From starts to solutions, a block at a time."""

    def __init__(self, problem: Problem, response: Response, memory: Memory) -> None:
        self.problem, self.response, self.memory = problem, response, memory

    def from_starts(self, x: Floats, swept_first: np.ndarray) -> Floats:
        """ln σ (option, lane) of the solutions that starts lead to, NaN where they lead nowhere."""
        swept = self._sweep(x, SWEEPS)
        if self.response.size > DENSE:
            return self._complete(swept)
        newton = self._newton(x)
        first = np.where(swept_first, swept, newton)
        second = np.where(swept_first, newton, swept)
        chosen = np.where(np.isfinite(first).all(axis=0), first, second)
        if not np.isfinite(chosen).all():
            chosen = np.where(np.isfinite(chosen).all(axis=0), chosen, self._sweep(x, CALM))
        return self._complete(self._newton(chosen))

    def _sweep(self, x: Floats, sweeps: AcceleratedSweeps) -> Floats:
        """What accelerated sweeps lead to (unknown, lane); NaN where they do not settle."""
        scratch = self.response.scratch
        found = np.full_like(x, np.nan)
        for logarithmic in (False, True):
            numbers = self.response.at(x, 1.0)
            settings = sweeps.settings(self.problem, logarithmic)
            compiled().iterate(self.problem.layout, numbers, scratch, self.memory, settings)
            ended = scratch.ended > 0
            found[:, ended] = self.response.odds(scratch.logs)[:, ended]
            if not (scratch.ended < 0).any():
                break
        return found

    def _newton(self, x: Floats) -> Floats:
        """Newton's method in every lane, no step longer than LONGEST; NaN where it does not settle."""
        settled = np.zeros(WIDTH, np.bool_)
        for _ in range(ROUNDS):
            gap = x - self.response.answers(x, 1.0)
            matrix = np.eye(self.response.size) - self.response.matrices()
            good = np.isfinite(gap).all(axis=0) & np.isfinite(matrix).all(axis=(1, 2))
            x = np.where(good, x, np.nan)
            matrix[~good] = np.eye(self.response.size)
            step = _solved(matrix, np.where(good, -gap, 0.0))
            size = (np.abs(step) / (1.0 + np.abs(x))).max(axis=0)
            settled = size <= 1e-11
            if (settled | ~good).all():
                break
            x = x + step * np.minimum(1.0, LONGEST / np.maximum(np.abs(step).max(axis=0), LONGEST))
        return np.where(settled, x, np.nan)

    def _complete(self, x: Floats) -> Floats:
        """The whole play (option, lane) that goes with the unknowns."""
        good = np.isfinite(x).all(axis=0)
        self.response.answers(np.where(good, x, 0.0), 1.0)
        return np.where(good, self.response.complete_logs(), np.nan)


def _solved(matrix: Floats, right: Floats) -> Floats:
    """Solutions (unknown, lane); NaN in all lanes where one system is singular."""
    try:
        return np.asarray(np.linalg.solve(matrix, right.T[:, :, None])[:, :, 0].T, np.float64)
    except np.linalg.LinAlgError:
        return np.asarray((np.linalg.pinv(matrix) @ right.T[:, :, None])[:, :, 0].T, np.float64)


class Onwards(BranchPath):
    """Goes on past t = 1, and keeps the log-odds wherever it comes there again."""

    def follow_on(self) -> list[Floats]:
        self.met: list[Floats] = []
        self.follow(BEYOND)
        return self.met

    def note(self, trace: Trace, point: Point, ahead: Point) -> None:
        super().note(trace, point, ahead)
        if (self.t(point) < 1.0) != (self.t(ahead) < 1.0):
            landed = self.land(point, ahead, 1.0)
            if landed is not None:
                self.met.append(landed)


def _along_the_branch(problem: Problem) -> Floats:
    """ln σ (option, crossing) wherever the principal branch comes to these λ, in small games."""
    response = Response(problem, 0, problem.scratch(), problem.tangent())
    none = np.empty((problem.game.options, 0))
    if response.size > DENSE:
        return none
    spread = payoff_spread(problem.game, problem.tabulation) * problem.tabulation.rationality
    path = Onwards(response, max(float(spread.max()), 1.0), Pace(steps=600), problem.tolerance)
    logs = []
    for x in path.follow_on():
        response.answer(x, 1.0)
        logs.append(response.complete_logs()[:, :1])
    return np.concatenate([none, *logs], axis=1)


def _certified(problem: Problem, logs: Floats) -> Iterator[tuple[int, float, float]]:
    """The number, residual and regret of each that the independent code certifies."""
    there = np.flatnonzero(np.isfinite(logs).all(axis=0))
    numbers = _repeated(problem.tabulation, len(there))
    with_logs = {k: logs[:, each] for k, each in enumerate(there.tolist())}
    found = certify(problem.game, numbers, np.exp(logs[:, there]), with_logs)
    for k, each in enumerate(there.tolist()):
        if found.residual[k] <= problem.tolerance:
            yield each, float(found.residual[k]), float(found.regret[k])


def _repeated(tabulation: Tabulation, count: int) -> Tabulation:
    return Tabulation(
        *(np.repeat(getattr(tabulation, name), count, axis=-1) for name in tabulation.__dataclass_fields__)
    )


def _sorted_out(
    problem: Problem,
    behaviour: Floats,
    logs: Floats,
    good: Iterator[tuple[int, float, float]],
    starts: int,
    seed: int,
) -> Search:
    kept: list[Further] = []
    to_answer = led = 0
    for number, residual, regret in good:
        here, by_start = np.exp(logs[:, number]), number < starts
        led += by_start
        if _near(here, behaviour):
            to_answer += by_start
            continue
        known = next((k for k, each in enumerate(kept) if _near(here, each.behaviour)), None)
        if known is None:
            kept.append(Further(here, np.empty(0), residual, regret, int(by_start), not by_start))
        else:
            each = kept[known]
            kept[known] = replace(
                each, starts=each.starts + by_start, on_branch=each.on_branch or not by_start
            )
    found = np.stack([each.behaviour for each in kept], axis=1) if kept else np.empty((len(behaviour), 0))
    values = node_values(problem.game, _repeated(problem.tabulation, len(kept)), found)[0]
    others = [replace(each, values=values[:, k]) for k, each in enumerate(kept)]
    others.sort(key=lambda each: (-each.starts, each.regret, each.behaviour.tolist()))
    return Search(starts, seed, to_answer, starts - led, tuple(others))


def _near(one: Floats, other: Floats) -> bool:
    return bool(np.abs(one - other).max(initial=0.0) <= DISTINCT)
