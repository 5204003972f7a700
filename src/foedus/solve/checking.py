"""An equilibrium with the certificate of the independent code in place of the kernels' own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from foedus.solve.block import Floats, Indices
from foedus.solve.certificate import certify
from foedus.solve.equilibrium import Branch, Equilibrium, Status
from foedus.solve.problem import Problem

MIXING = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: a product's high bits depend on all


def checked(
    equilibrium: Equilibrium, problem: Problem, logs: Mapping[int, Floats], every: int
) -> Equilibrium:
    """Certify one solved world in `every` anew, none if 0; where the residual is too large it is not solved.

    Which ones depends on their own values alone, so not on the worlds that they are solved with.
    """
    worlds = _picked(equilibrium, every)
    if not len(worlds):
        return equilibrium
    places = {world: k for k, world in enumerate(worlds.tolist())}
    known = {places[world]: each for world, each in logs.items() if world in places}
    numbers = problem.tabulation
    chosen = numbers if len(worlds) == numbers.worlds else numbers.part(worlds)
    found = certify(problem.game, chosen, equilibrium.behaviour[:, worlds], known)
    right = found.residual <= problem.tolerance
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


def _picked(equilibrium: Equilibrium, every: int) -> Indices:
    solved = np.flatnonzero(equilibrium.solved)
    if every == 0:
        return solved[:0]
    if every == 1:
        return solved
    values = equilibrium.values if len(solved) == len(equilibrium.status) else equilibrium.values[:, solved]
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
