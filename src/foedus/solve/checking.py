"""An equilibrium with the certificate of the independent code in place of the kernels' own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.solve.block import Floats, Indices
from foedus.solve.certificate import Certificate, certify
from foedus.solve.equilibrium import Branch, Equilibrium, Status
from foedus.solve.problem import Problem

Bools = NDArray[np.bool_]

MIXING = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: a product's high bits depend on all


class Checks:
    """One solved world in `every` certified anew, none if 0: as many as are solved already whenever asked.

    Which ones depends on their own values alone, so not on the worlds that they are solved with.
    """

    def __init__(self, problem: Problem, every: int) -> None:
        self._problem, self._every = problem, every
        self._seen = np.zeros(problem.tabulation.worlds, np.bool_)
        self._found: list[tuple[Indices, Certificate]] = []

    def add(self, solved: Bools, behaviour: Floats, values: Floats, logs: Mapping[int, Floats]) -> None:
        """Certify some of the worlds that are solved now (world), and were not when others were certified."""
        fresh = np.flatnonzero(solved & ~self._seen)
        self._seen[fresh] = True
        worlds = _picked(fresh, values, self._every)
        if not len(worlds):
            return
        places = {world: k for k, world in enumerate(worlds.tolist())}
        known = {places[world]: each for world, each in logs.items() if world in places}
        numbers = self._problem.tabulation
        chosen = numbers if len(worlds) == numbers.worlds else numbers.part(worlds)
        found = certify(self._problem.game, chosen, behaviour[:, worlds], known)
        self._found.append((worlds, found))

    def all_of(self, equilibrium: Equilibrium, logs: Mapping[int, Floats]) -> Equilibrium:
        """The equilibrium with these certificates in place of the kernels' own; where the residual is too
        large it is not solved."""
        self.add(equilibrium.solved, equilibrium.behaviour, equilibrium.values, logs)
        for worlds, found in self._found:
            equilibrium = self._put_in(equilibrium, worlds, found)
        return equilibrium

    def _put_in(self, equilibrium: Equilibrium, worlds: Indices, found: Certificate) -> Equilibrium:
        right = found.residual <= self._problem.tolerance
        changes = {
            "residual": found.residual,
            "regret": found.regret,
            "weighted_regret": found.weighted_regret,
            "limit_beliefs": found.limit_beliefs,
            "status": np.where(right, Status.SOLVED, Status.NOT_CONVERGED),
            "branch": np.where(right, equilibrium.branch[worlds], Branch.NONE),
            "checked": True,
            "discrepancy": np.abs(found.residual - equilibrium.residual[worlds]),
        }
        return replace(
            equilibrium, **{name: _put(equilibrium, name, worlds, new) for name, new in changes.items()}
        )


def _picked(solved: Indices, values: Floats, every: int) -> Indices:
    """One in `every` of these worlds, given the values (actor, world) of all."""
    if every == 0:
        return solved[:0]
    if every == 1:
        return solved
    values = values if len(solved) == values.shape[1] else values[:, solved]
    bits = np.ascontiguousarray(values).view(np.uint64)
    odd = 2 * np.arange(len(bits), dtype=np.uint64)[:, None] + np.uint64(1)
    prints = (bits * (odd * MIXING)).sum(axis=0, dtype=np.uint64)
    prints = (prints ^ (prints >> np.uint64(29))) * MIXING
    prints >>= np.uint64(32)
    halves = every & (every - 1) == 0
    rests = prints & np.uint64(every - 1) if halves else prints % np.uint64(every)  # division takes long
    picked: Indices = solved[rests == 0]
    return picked


def _put(equilibrium: Equilibrium, name: str, worlds: Indices, new: Any) -> Any:
    column = getattr(equilibrium, name).copy()
    column[worlds] = new
    return column
