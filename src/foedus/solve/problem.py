"""What every method is given: the problem, the answers to fill in, and a walk over worlds on threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.block import (
    Floats,
    Indices,
    Numbers,
    Scratch,
    Tangent,
    numbers_of,
    scratch_for,
    stretch,
    tangent_for,
)
from foedus.solve.equilibrium import Branch, Method
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import Layout, layout_of, with_bases
from foedus.solve.queue import Findings
from foedus.solve.runs import turns_of
from foedus.solve.sweeps import LOST, RESIDUAL, ROWS
from foedus.solve.threads import processors, shared

TASK, FEW_NODES, MANY_NODES, LEAST_PART = 256, 1 << 18, 1 << 24, 4
"""Worlds that a thread takes at a time, to share the lanes of one block. It takes more of a small game, whose
calls would cost more than solving, and fewer of a very large one, to save memory: these times its nodes. The
last tasks are smaller, down to one of so many parts."""


@dataclass(frozen=True, eq=False)
class Problem:
    """A game in some worlds, and how well it is to be solved."""

    game: Game
    tabulation: Tabulation
    tolerance: float = 1e-10
    threads: int | None = None

    @property
    def layout(self) -> Layout:
        return layout_of(self.game)

    @property
    def most_threads(self) -> int:
        return self.threads or processors()

    def scratch(self) -> Scratch:
        return scratch_for(self.layout, len(self.tabulation.probabilities), len(self.game.actors))

    def tangent(self) -> Tangent:
        rows, turns = len(self.tabulation.probabilities), turns_of(self.game)
        return tangent_for(self.layout, rows, len(self.game.actors), turns)

    def numbers(self, worlds: Indices) -> Numbers:
        return numbers_of(self.tabulation, worlds)

    def alike(
        self, worlds: Indices, logarithmic: NDArray[np.bool_]
    ) -> Iterator[tuple[Layout, bool, Indices]]:
        """The worlds parted by whether reach goes by logarithms (world), and by which options are absent.

        An option of weight 0 cannot be what log-odds are taken against, so each part has a layout of its own.
        """
        for lost in (False, True):
            chosen = worlds[logarithmic[worlds] == lost]
            if len(chosen):
                for layout, part in self._by_absence(chosen):
                    yield layout, lost, part

    def _by_absence(self, worlds: Indices) -> Iterator[tuple[Layout, Indices]]:
        absent = self.tabulation.weights[:, worlds] == 0.0
        if not absent.any():
            yield self.layout, worlds
            return
        patterns, pattern = np.unique(absent, axis=1, return_inverse=True)
        for k in range(patterns.shape[1]):
            yield based(self.layout, patterns[:, k]), worlds[pattern.ravel() == k]

    def over_tasks(self, worlds: Indices, work: Callable[[Indices], None], least: int = 1) -> None:
        """Call `work` for as many worlds at a time as a thread should take, and for `least` if there are any.

        Towards the end they become fewer, so that no thread waits long for another that others slow down.
        """
        nodes, threads = self.game.nodes, self.most_threads
        most = max(min(max(TASK, FEW_NODES // nodes), MANY_NODES // nodes), WIDTH)
        shared(work, list(_tapering(worlds, most, threads, least)), threads)

    def over_blocks(self, worlds: Indices, work: Callable[[Indices], None], width: int = WIDTH) -> None:
        """Call `work` for blocks of at most `width` worlds, on as many threads as were asked for.

        A block takes as long with one world as with all its lanes full, so few worlds are spread over the
        threads.
        """
        threads = self.most_threads
        rounds = ceil(len(worlds) / (threads * width)) or 1
        size = width if rounds > 2 else max(1, ceil(len(worlds) / (threads * rounds)))
        shared(work, [worlds[i : i + size] for i in range(0, len(worlds), size)], threads)


def _tapering(worlds: Indices, most: int, threads: int, least: int) -> Iterator[Indices]:
    """The worlds in stretches of at most so many, as long as others are left to share."""
    first, count = 0, len(worlds)
    least = max(min(max(most // LEAST_PART, WIDTH), ceil(count / threads)), least)
    while first < count:
        size = most if threads == 1 else max(ceil((count - first) / (1.5 * threads)), least)
        last = min(first + min(most, -(-size // WIDTH) * WIDTH if size > WIDTH else size), count)
        yield worlds[first:last]
        first = last


def based(layout: Layout, absent: NDArray[np.bool_]) -> Layout:
    """The layout with log-odds against the first option of each set that is not absent (row of weights)."""
    options = len(layout.weight)
    there = np.where(absent[layout.weight], options, np.arange(options))
    return with_bases(layout, np.minimum.reduceat(there, layout.first_option[:-1]))


SMALLEST = 5e-324


class Found(NamedTuple):
    """Behaviour (option, world), values at the root (actor, world), certificate (row, world).

    logs: ln σ (option, world), where a probability may be too small for a number.
    """

    sigma: Floats
    values: Floats
    report: Floats
    logs: Floats | None = None


class Answers:
    """What has been found so far, world last; each thread writes to its own worlds.

    Of a world whose residual is NaN nothing has been found, and the other numbers mean nothing until `blank`.
    `logs`: ln σ (option) of those worlds in which a probability may be too small for a number.
    """

    def __init__(self, problem: Problem) -> None:
        options, worlds = problem.game.options, problem.tabulation.worlds
        self.behaviour = np.empty((options, worlds))
        self.values = np.empty((len(problem.game.actors), worlds))
        self.report = np.full((ROWS, worlds), np.nan)
        self.sweeps = np.zeros(worlds, np.int32)
        self.method = np.zeros(worlds, np.int8)
        self.branch = np.full(worlds, int(Branch.SWEEPS), np.int8)
        self.logarithmic = np.zeros(worlds, np.bool_)
        self.logs: dict[int, Floats] = {}

    @property
    def residual(self) -> Floats:
        residual: Floats = self.report[RESIDUAL]
        return residual

    def log_behaviour(self, world: int) -> Floats:
        """ln σ (option), no less than that of the smallest number where σ alone is known."""
        if world in self.logs:
            return self.logs[world]
        logs: Floats = np.log(np.maximum(self.behaviour[:, world], SMALLEST))
        return logs

    def blank(self) -> None:
        """Leave no numbers where nothing was found."""
        none = np.flatnonzero(np.isnan(self.residual))
        for numbers in (self.behaviour, self.values, self.report):
            numbers[:, none] = np.nan
        self.method[none] = Method.NONE

    def place_for(self, worlds: Indices) -> Findings | None:
        """Where to write what is found for these worlds, if they follow one another and have nothing yet."""
        here = stretch(worlds)
        if not isinstance(here, slice) or not np.isnan(self.residual[here]).all():
            return None
        return Findings(self.behaviour, self.values, self.report, here.start)

    def keep_in_place(self, first: int, count: int, method: Method) -> None:
        """Keep what was written to such a place."""
        here = slice(first, first + count)
        lost, residual = self.report[LOST, here] > 0, self.residual[here]
        self.logarithmic[here] |= lost
        residual[lost | ~np.isfinite(residual)] = np.nan
        self.method[here] = method

    def better(self, worlds: Indices, residual: Floats) -> NDArray[np.bool_]:
        """Whether a residual is below the one kept (world)."""
        kept = self.residual[worlds]
        return np.isfinite(residual) & np.logical_not(residual >= kept)

    def keep(self, worlds: Indices, found: Found, method: Method) -> None:
        """Keep what was found for the worlds where it is better than before."""
        lost = found.report[LOST] > 0
        self.logarithmic[worlds] |= lost
        residual = np.where(lost, np.nan, found.report[RESIDUAL])
        better = self.better(worlds, residual)
        chosen: Indices | slice = slice(None) if better.all() else np.flatnonzero(better)
        kept = stretch(worlds[chosen])
        self.behaviour[:, kept] = found.sigma[:, chosen]
        self.values[:, kept] = found.values[:, chosen]
        self.report[:, kept] = found.report[:, chosen]
        self.method[kept] = method
        if found.logs is not None or self.logs:
            self._keep_logs(worlds, np.flatnonzero(better), found.logs)

    def _keep_logs(self, worlds: Indices, chosen: Indices, logs: Floats | None) -> None:
        for k in chosen.tolist():
            self.logs.pop(int(worlds[k]), None)
            if logs is not None:
                self.logs[int(worlds[k])] = logs[:, k]
