"""Worlds of one game as jobs for the kernels, each thread with memory of its own."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from foedus.game.game import Game
from foedus.solve.arena import Cut, carve, cut, lend
from foedus.solve.block import (
    Floats,
    Indices,
    Memory,
    Numbers,
    Scratch,
    logarithms,
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
from foedus.solve.runs import runs_of
from foedus.solve.sweeps import ROWS
from foedus.solve.width import NARROW, WIDTH


class Needs(NamedTuple):
    """Where the arrays that kernels need stand: those of `Numbers` from payoffs on, after the slots, those of
    `Scratch`, and the `Memory` of lanes."""

    numbers: Cut
    scratch: Cut
    memory: Cut


@lru_cache(maxsize=128)
def needs_of(game: Game, slots: int, rows: tuple[int, int, int], depth: int) -> Needs:
    """What a game needs with so many rows of slots, and of probabilities, of payoffs and of weights."""
    layout, actors = layout_of(game), len(game.actors)
    chances, payoffs, weights = rows
    scratch, memory = scratch_for(layout, chances, actors), memory_for(layout, depth)
    first = cut((payoffs, actors), (chances,), (chances,), (weights,), (actors,), first=slots)
    second = cut(*(each.shape[:-1] for each in scratch), first=first.end)
    return Needs(first, second, cut(*(each.shape[:-1] for each in memory[:-1]), first=second.end))


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
        self.runs = runs_of(problem.game, numbers.payoffs)
        rows = len(numbers.probabilities), len(numbers.payoffs), len(numbers.weights)
        self._needs = needs_of(problem.game, self.runs.slots, rows, depth)

    def _room(self, lanes: int) -> tuple[Floats, Numbers, Scratch]:
        """The thread's memory. Lanes that get no world have numbers."""
        numbers, scratch, memory = self._needs
        room, slots = lend(memory.end, lanes), self.runs.slots
        payoffs, *others = carve(room, numbers)
        room[slots : numbers.end] = 0.0
        values = room[: slots + payoffs.shape[0] * payoffs.shape[1]]
        return (
            room,
            Numbers(values, room[slots : numbers.end], payoffs, *others),
            Scratch(*carve(room, scratch)),
        )

    def jobs(self, worlds: Indices, *, linear: bool = False) -> Jobs:
        """The worlds as jobs that start from play by weight alone.

        `linear`: reach will go by products, and logarithms of probabilities need not be taken.
        """
        odds, numbers = self.odds_by_weight(worlds), packed(self.problem.tabulation, worlds, linear)
        return Jobs(numbers, odds, np.zeros(len(worlds), np.int64))

    def odds_by_weight(self, worlds: Indices) -> Floats:
        """The log-odds (world, row) of play by weight alone."""
        layout, weights = self.layout, self.problem.tabulation.weights
        if len(weights) == 1:
            return np.zeros((len(worlds), len(layout.row_option)))
        usual = layout is self.problem.layout
        own, base = usual_weights(self.problem.game) if usual else weights_of(layout)
        logs = logarithms(weights[:, worlds]).T
        odds: Floats = np.take(logs, own, axis=1) - np.take(logs, base, axis=1)
        return odds

    def _lanes(self, jobs: Jobs) -> int:
        """How many jobs are done side by side; the answers are the same."""
        return NARROW if self.problem.narrow and len(jobs.ended) <= NARROW else WIDTH

    def iterate(self, jobs: Jobs, settings: Settings, path: Path = NO_PATH) -> None:
        """Sweep until every job has ended; the answers are in `jobs`, or, along a path, in `path.here`."""
        lanes = self._lanes(jobs)
        room, numbers, scratch = self._room(lanes)
        room[self._needs.scratch.end :] = 0.0
        arrays = dict(zip(Memory._fields, carve(room, self._needs.memory), strict=False))
        memory = Memory(**arrays, job=np.zeros(lanes, np.int64))
        compiled(lanes).iterate(self.layout, self.runs, numbers, scratch, memory, jobs, path, settings)

    def conclude(self, jobs: Jobs, logarithmic: bool) -> Found:
        """The play that the jobs' log-odds stand for, and its certificate."""
        options, actors = len(self.layout.weight), len(self.problem.game.actors)
        sigma, values, report = (np.empty((rows, len(jobs.ended))) for rows in (options, actors, ROWS))
        found = Findings(sigma, values, report, 0)
        self.conclude_into(found, jobs, logarithmic)
        logs = self.logs(jobs.odds.T) if logarithmic else None
        return Found(found.sigma, found.values, found.report, logs)

    def conclude_into(self, found: Findings, jobs: Jobs, logarithmic: bool) -> None:
        """Write the same to columns `found.first` … of arrays that are there already."""
        lanes = self._lanes(jobs)
        _, numbers, scratch = self._room(lanes)
        compiled(lanes).conclude(self.layout, numbers, scratch, jobs, found, logarithmic)

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
