"""Worlds of one game as jobs for the kernels, each thread with memory of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from foedus.game.game import Game
from foedus.solve.arena import Cut, carve, cut, lend_carved
from foedus.solve.block import (
    Floats,
    Indices,
    Memory,
    Numbers,
    Room,
    Scratch,
    log_weights_in,
    memory_for,
    packed,
    scratch_for,
)
from foedus.solve.kernels import compiled
from foedus.solve.layout import Ints, Layout, layout_of
from foedus.solve.mixing import Settings
from foedus.solve.paths import NO_PATH, Path
from foedus.solve.problem import Found, Problem
from foedus.solve.queue import Findings, Jobs
from foedus.solve.rearward import Runs
from foedus.solve.runs import pays, runs_of
from foedus.solve.sweeps import ROWS
from foedus.solve.width import WIDTH


class Needs(NamedTuple):
    """Where the arrays that kernels need stand: those of `Numbers` from payoffs on, after the slots, those of
    `Scratch`, and the `Memory` of lanes."""

    numbers: Cut
    scratch: Cut
    memory: Cut

    @property
    def end(self) -> int:
        """How many rows there are."""
        return self.memory.end


@dataclass(frozen=True, eq=False)
class Seat:
    """What the jobs of a game are run with: its runs, and what they need."""

    runs: Runs
    needs: Needs


@lru_cache(maxsize=128)
def seat_of(game: Game, some: bytes, rows: tuple[int, int, int], depth: int) -> Seat:
    """The seat of a game, made once per what `pays`, given `rows` as in `needs_of`."""
    runs = runs_of(game, some)
    return Seat(runs, needs_of(game, runs.slots, rows, depth))


def needs_of(game: Game, slots: int, rows: tuple[int, int, int], depth: int) -> Needs:
    """What a game needs with so many rows of slots, and of probabilities, of payoffs and of weights."""
    layout, actors = layout_of(game), len(game.actors)
    chances, payoffs, weights = rows
    scratch, memory = scratch_for(layout, chances, actors), memory_for(layout, depth)
    first = cut((payoffs, actors), (chances,), (chances,), (weights,), (actors,), first=slots)
    second = cut(*(each.shape[:-1] for each in scratch), first=first.end)
    return Needs(first, second, cut(*(each.shape[:-1] for each in memory), first=second.end))


def carved(needs: Needs, room: Floats) -> Room:
    """The arrays of a room (row, lane), the last of which is of whole numbers."""
    numbers, scratch, memory = needs
    payoffs, *others = carve(room, numbers)
    first = numbers.places[0][0]
    assert isinstance(first, slice)
    *floats, job = carve(room, memory)
    remembered = dict(zip(Memory._fields, floats, strict=False))
    return Room(
        Numbers(room[: first.stop], room[first.start : numbers.end], payoffs, *others),
        Scratch(*carve(room, scratch)),
        Memory(**remembered, job=job.view(np.int64)),
        room[scratch.end : memory.end - 1],
    )


def weights_of(layout: Layout) -> tuple[Ints, Ints]:
    """The rows of weights (row) of the options that log-odds are of, and of those that they are against."""
    owner = np.repeat(np.arange(len(layout.mover)), np.diff(layout.first_option))
    others = layout.row_option
    return layout.weight[others], layout.weight[layout.base[owner[others]]]


@lru_cache(maxsize=128)
def usual_weights(game: Game) -> tuple[Ints, Ints]:
    """The same, made once per game."""
    return weights_of(layout_of(game))


class Runner:
    """Runs jobs over one layout; `depth` differences are remembered by accelerated sweeps."""

    def __init__(self, problem: Problem, layout: Layout, depth: int = 1) -> None:
        self.problem, self.layout = problem, layout
        numbers = problem.tabulation
        rows = len(numbers.probabilities), len(numbers.payoffs), len(numbers.weights)
        self.seat = seat_of(problem.game, pays(numbers.payoffs), rows, depth)

    def fresh_room(self) -> Room:
        """The thread's memory. What is remembered is nothing, and lanes that get no world have numbers."""
        room = self._room()
        room.numbers.whole.fill(0.0)
        room.remembered.fill(0.0)
        room.memory.job.fill(0)
        return room

    def _room(self) -> Room:
        return lend_carved(self.seat.needs, self.seat.needs.end, carved)

    def jobs(self, worlds: Indices, *, linear: bool = False, lanes: int = WIDTH) -> Jobs:
        """The worlds as jobs, for blocks of so many lanes, that start from play by weight alone.

        `linear`: reach will go by products, and logarithms of probabilities need not be taken.
        """
        count, tabulation = len(worlds), self.problem.tabulation
        numbers = packed(tabulation, worlds, linear, lanes)
        odds = self.odds_by_weight(log_weights_in(numbers, tabulation, count))
        return Jobs(numbers, odds, np.zeros(count, np.int64))

    def odds_by_weight(self, logs: Floats) -> Floats:
        """The log-odds (world, row) of play by weight alone, given the logarithms of weights (row, world)."""
        layout = self.layout
        if len(logs) == 1:
            return np.zeros((logs.shape[1], len(layout.row_option)))
        usual = layout is self.problem.layout
        own, base = usual_weights(self.problem.game) if usual else weights_of(layout)
        by_world = logs.T
        odds: Floats = by_world.take(own, axis=1) - by_world.take(base, axis=1)
        return odds

    def iterate(self, jobs: Jobs, settings: Settings, path: Path = NO_PATH) -> None:
        """Sweep until every job has ended; the answers are in `jobs`, or, along a path, in `path.here`."""
        room = self.fresh_room()
        compiled().iterate(
            self.layout, self.seat.runs, room.numbers, room.scratch, room.memory, jobs, path, settings
        )

    def conclude(self, jobs: Jobs, logarithmic: bool) -> Found:
        """The play that the jobs' log-odds stand for, and its certificate."""
        found = self.findings(len(jobs.ended))
        self.conclude_into(found, jobs, logarithmic)
        logs = self.logs(jobs.odds.T) if logarithmic else None
        return Found(found.sigma, found.values, found.report, logs)

    def conclude_into(self, found: Findings, jobs: Jobs, logarithmic: bool) -> None:
        """Write the same to columns `found.first` … of arrays that are there already."""
        room = self._room()
        compiled().conclude(self.layout, room.numbers, room.scratch, jobs, found, logarithmic)

    def findings(self, jobs: int) -> Findings:
        """Room for the answers of so many jobs."""
        options, actors = len(self.layout.weight), len(self.problem.game.actors)
        return Findings(np.empty((options, jobs)), np.empty((actors, jobs)), np.empty((ROWS, jobs)), 0)

    def logs(self, odds: Floats) -> Floats:
        """ln σ (option, …) of log-odds (row, …)."""
        layout = self.layout
        widths, first = np.diff(layout.first_option), layout.first_option[:-1]
        logs = np.zeros((len(layout.weight), odds.shape[1]))
        if not len(logs):
            return logs
        logs[layout.row_option] = odds
        logs -= np.repeat(np.maximum.reduceat(logs, first, axis=0), widths, axis=0)
        sums: Floats = np.log(np.add.reduceat(np.exp(logs), first, axis=0))
        return logs - np.repeat(sums, widths, axis=0)
