"""What every method is given: the problem, the answers to fill in, and a walk over blocks of worlds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar

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
    tangent_for,
)
from foedus.solve.equilibrium import Branch, Method
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import Layout, layout_of
from foedus.solve.sweeps import LOST, RESIDUAL, ROWS


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

    def scratch(self) -> Scratch:
        return scratch_for(self.layout, len(self.tabulation.probabilities), len(self.game.actors))

    def tangent(self) -> Tangent:
        return tangent_for(self.layout, len(self.tabulation.probabilities), len(self.game.actors))

    def numbers(self, worlds: Indices) -> Numbers:
        return numbers_of(self.tabulation, worlds)

    def over_blocks(self, worlds: Indices, work: Callable[[Indices], None], width: int = WIDTH) -> None:
        """Call `work` for blocks of at most `width` worlds, on as many threads as were asked for.

        A block takes as long with one world as with all its lanes full, so the few worlds that are left to a
        later method are spread over the threads.
        """
        threads = self.threads or processors()
        size = max(1, min(width, ceil(len(worlds) / threads)))
        blocks = [worlds[i : i + size] for i in range(0, len(worlds), size)]
        if threads == 1 or len(blocks) <= 1:
            for block in blocks:
                work(block)
            return
        with ThreadPoolExecutor(threads) as pool:
            for _ in pool.map(work, blocks):
                pass


T = TypeVar("T")
SMALLEST = 5e-324


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class PerThread(Generic[T]):
    """A thing that each thread makes once for itself."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._kept = threading.local()

    def get(self) -> T:
        if not hasattr(self._kept, "thing"):
            self._kept.thing = self._make()
        thing: T = self._kept.thing
        return thing


class Answers:
    """What has been found so far, world last; each thread writes to its own worlds.

    `logs`: ln σ (option) of those worlds in which a probability may be too small for a number.
    """

    def __init__(self, problem: Problem) -> None:
        options, worlds = problem.game.options, problem.tabulation.worlds
        self.behaviour = np.full((options, worlds), np.nan)
        self.values = np.full((len(problem.game.actors), worlds), np.nan)
        self.report = np.full((ROWS, worlds), np.nan)
        self.sweeps = np.zeros(worlds, np.int32)
        self.method = np.zeros(worlds, np.int8)
        self.branch = np.full(worlds, Branch.SWEEPS, np.int8)
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

    def better(self, worlds: Indices, residual: Floats) -> NDArray[np.bool_]:
        """Whether a residual is below the one kept (world)."""
        kept = self.residual[worlds]
        return np.isfinite(residual) & np.logical_not(residual >= kept)

    def take(
        self, problem: Problem, numbers: Numbers, scratch: Scratch, worlds: Indices, method: Method
    ) -> None:
        """Certify the behaviour in `scratch` and keep it for the worlds where it is better than before."""
        logarithmic = bool(self.logarithmic[worlds[0]])
        compiled().certify(problem.layout, numbers, scratch, logarithmic)
        report, options = scratch.report, len(self.behaviour)
        self.logarithmic[worlds] |= report[LOST, : len(worlds)] > 0
        residual = np.where(report[LOST] > 0, np.nan, report[RESIDUAL])
        lanes = np.flatnonzero(self.better(worlds, residual[: len(worlds)]))
        kept = worlds[lanes]
        self.behaviour[:, kept] = scratch.sigma[:options, lanes]
        self.values[:, kept] = scratch.values[0][:, lanes]
        self.report[:, kept] = report[:, lanes]
        self.method[kept] = method
        for lane, world in zip(lanes.tolist(), kept.tolist(), strict=True):
            if logarithmic:
                self.logs[world] = scratch.logs[:options, lane].copy()
            else:
                self.logs.pop(world, None)
