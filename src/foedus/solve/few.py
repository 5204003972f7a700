"""Few worlds of several games with nothing unusual about them, swept without the book-keeping that many need.

Kernels, jobs and tolerance are those of the first method, and so is every bit of an answer. Where a number is
missing or 0, reach is lost, or a world resists, nothing is said, and the usual way is to be gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.acceleration import AcceleratedSweeps
from foedus.solve.arena import lend
from foedus.solve.crew import LENGTH
from foedus.solve.equilibrium import SOLVED, Branch, Equilibrium
from foedus.solve.kernels import NARROW_KERNELS
from foedus.solve.layout import Layout, layout_of
from foedus.solve.paths import NO_PATH
from foedus.solve.problem import Problem
from foedus.solve.queue import Findings, Jobs
from foedus.solve.reach import LINEAR
from foedus.solve.rearward import Runs
from foedus.solve.runner import Runner, Seat, carved
from foedus.solve.sweeps import LOST, REGRET, RESIDUAL, WEIGHTED
from foedus.solve.threads import helped
from foedus.solve.width import NARROW
from foedus.solve.words import address, words_of

AT_A_TIME = 8
"""Answers that the caller gets one after another: to turn from them to sweeping and back empties caches."""


@dataclass(frozen=True, eq=False)
class _Place:
    """A game's layout and runs, and the room that it needs, as words in the order of `crew`; they hold while
    what they tell of is `kept`."""

    words: NDArray[np.int64]
    kept: tuple[Layout, Runs]


@lru_cache(maxsize=128)
def _place_of(game: Game, seat: Seat) -> _Place:
    layout, some = layout_of(game), np.empty((seat.needs.end, NARROW))
    words = words_of((layout, seat.runs)) + words_of(carved(seat.needs, some), address(some))
    return _Place(np.array(words), (layout, seat.runs))


@dataclass(frozen=True, eq=False)
class Few:
    """At most NARROW worlds of a game, prepared to be swept on any thread, and then to be read."""

    problem: Problem
    method: AcceleratedSweeps
    runner: Runner
    jobs: Jobs
    found: Findings
    place: _Place

    @classmethod
    def of(cls, problem: Problem, method: AcceleratedSweeps) -> Few | None:
        """The worlds prepared; None where there are none, or too many, or a number is not as usual."""
        worlds = problem.tabulation.worlds
        if not 0 < worlds <= NARROW or not usual(problem.tabulation):
            return None
        runner = Runner(problem, problem.layout, method.depth)
        jobs = runner.jobs(np.arange(worlds), linear=True, lanes=NARROW)
        place = _place_of(problem.game, runner.seat)
        return cls(problem, method, runner, jobs, runner.findings(worlds), place)

    def tell(self, words: NDArray[np.int64]) -> None:
        """Write to one row of what the kernel is told."""
        count = len(self.place.words)
        words[:count] = self.place.words
        words[count:] = words_of((self.jobs, self.found))

    def answer(self) -> Equilibrium | None:
        """The equilibria, if sweeps found all of them."""
        report, worlds = self.found.report, self.problem.tabulation.worlds
        good = self.jobs.ended.min() > 0 and report[RESIDUAL].max() <= self.problem.tolerance
        if not good or report[LOST].any() or not np.isfinite(self.found.values.sum()):
            return None
        branch = Branch.SWEEPS if len(self.problem.layout.asked) else Branch.PRINCIPAL
        nothing: NDArray[np.bool_] = np.zeros(worlds, np.bool_)
        return Equilibrium(
            behaviour=self.found.sigma,
            values=self.found.values,
            residual=report[RESIDUAL],
            regret=report[REGRET],
            weighted_regret=report[WEIGHTED],
            status=_all(worlds, SOLVED),
            sweeps=self.jobs.ended.astype(np.int32),
            limit_beliefs=nothing,
            ties=nothing,
            method=_all(worlds, self.method.method),
            branch=_all(worlds, branch),
            checked=nothing,
            discrepancy=np.zeros(worlds),
        )


def answered(games: Sequence[Few], threads: int) -> Iterator[Few]:
    """Sweep the worlds of all games, which share a method and a tolerance, and give each game soon after.

    Threads take one game after another, the largest first, and need no interpreter for that: they go on while
    the caller sees to what it got.
    """
    if not games:
        return
    games, count = sorted(games, key=lambda each: each.problem.game.nodes, reverse=True), len(games)
    words, queue = np.empty((count, LENGTH), np.int64), np.zeros(1 + count, np.int64)
    for each, row in zip(games, words, strict=True):
        each.tell(row)
    settings = games[0].method.settings(games[0].problem, LINEAR)
    rows = max(each.runner.seat.needs.end for each in games)
    seen, told = np.zeros((2, count), np.int64)
    helpers = min(threads, count) - 1

    def work(most: int, seen: NDArray[np.int64]) -> None:
        room = lend(rows, NARROW)
        NARROW_KERNELS.answer_each(words, queue, seen, NO_PATH, settings, address(room), most)

    def fresh() -> list[Few]:
        found = np.flatnonzero(seen > told)
        told[found] = 1
        return [games[k] for k in found.tolist()]

    with helped(lambda: work(count, np.zeros(count, np.int64)), helpers):
        while queue[0] < count:
            work(1 if helpers else count, seen)
            if seen.sum() - told.sum() >= AT_A_TIME:
                yield from fresh()
        yield from fresh()
    work(0, seen)
    yield from fresh()


def _all(worlds: int, code: Any) -> NDArray[np.int8]:
    codes = np.empty(worlds, np.int8)
    codes.fill(int(code))
    return codes


def usual(numbers: Tabulation) -> bool:
    """Whether all numbers are finite, weights positive, and rationality not negative."""
    rationality, weights = numbers.rationality, numbers.weights
    if rationality.min() < 0.0 or weights.min() <= 0.0 or not numbers.valid.all():
        return False
    total = numbers.payoffs.sum() + numbers.probabilities.sum() + weights.sum() + rationality.sum()
    return bool(np.isfinite(total))
