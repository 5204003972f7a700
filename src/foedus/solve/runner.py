"""Worlds of one game as jobs for the kernels, each thread with memory of its own."""

from __future__ import annotations

import numpy as np

from foedus.solve.block import Floats, Indices, memory_for, numbers_like, packed
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import Layout
from foedus.solve.mixing import Settings
from foedus.solve.passes import NEVER
from foedus.solve.problem import Found, PerThread, Problem
from foedus.solve.queue import Findings, Jobs
from foedus.solve.runs import runs_of
from foedus.solve.sweeps import ROWS


class Runner:
    """Runs jobs over one layout; `depth` differences are remembered by accelerated sweeps."""

    def __init__(self, problem: Problem, layout: Layout, depth: int = 1) -> None:
        self.problem, self.layout = problem, layout
        self.runs = runs_of(problem.game, problem.tabulation.payoffs)
        self._scratch = PerThread(problem.scratch)
        self._numbers = PerThread(lambda: numbers_like(problem.tabulation, self.runs.slots))
        self._memory = PerThread(lambda: memory_for(layout, depth))

    def jobs(self, worlds: Indices) -> Jobs:
        """The worlds as jobs that start from play by weight alone."""
        odds = self.odds_by_weight(worlds)
        return Jobs(packed(self.problem.tabulation, worlds), odds, np.zeros(len(worlds), np.int64))

    def odds_by_weight(self, worlds: Indices) -> Floats:
        """The log-odds (world, row) of play by weight alone."""
        layout, weights = self.layout, self.problem.tabulation.weights
        if len(weights) == 1:
            return np.zeros((len(worlds), len(layout.row_option)))
        owner = np.repeat(np.arange(len(layout.mover)), np.diff(layout.first_option))
        with np.errstate(divide="ignore"):
            logs = np.maximum(np.log(weights[:, worlds]), NEVER)
        others, bases = layout.row_option, layout.base[owner[layout.row_option]]
        return np.ascontiguousarray((logs[layout.weight[others]] - logs[layout.weight[bases]]).T)

    def iterate(self, jobs: Jobs, settings: Settings) -> None:
        """Sweep until every job has ended; the answers are in `jobs`."""
        memory = self._numbers.get(), self._scratch.get(), self._memory.get()
        compiled().iterate(self.layout, self.runs, *memory, jobs, settings)

    def conclude(self, jobs: Jobs, logarithmic: bool) -> Found:
        """The play that the jobs' log-odds stand for, and its certificate."""
        count = len(jobs.ended)
        options, actors = len(self.layout.weight), len(self.problem.game.actors)
        room = -(-count // WIDTH) * WIDTH
        found = Findings(*(np.empty((rows, room)) for rows in (options, actors, ROWS)))
        compiled().conclude(self.layout, self._numbers.get(), self._scratch.get(), jobs, found, logarithmic)
        logs = self.logs(jobs.odds.T) if logarithmic else None
        sigma, values, report = (each[:, :count] for each in found)
        return Found(sigma, values, report, logs)

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
