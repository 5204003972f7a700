"""Which worlds can be solved at all, found in few looks at their numbers."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.solve.block import Floats
from foedus.solve.equilibrium import INVALID, UNSOLVED
from foedus.solve.layout import layout_of
from foedus.solve.problem import Problem

Bools = NDArray[np.bool_]

SMALL = 1 << 14


def askable(problem: Problem) -> NDArray[np.int8]:
    """Status (world): INVALID or UNSUPPORTED where there is nothing to solve, else NOT_CONVERGED.

    Payoffs are not looked at.
    """
    numbers = problem.tabulation
    good = numbers.valid & finite(numbers.probabilities) & finite(numbers.weights)
    good &= (numbers.rationality >= 0.0).all(axis=0)
    if not (numbers.weights > 0.0).all():
        good &= (numbers.weights >= 0.0).all(axis=0)
        for rows in weights_together(problem.game):
            good &= (numbers.weights[rows] > 0.0).any(axis=0)
    return np.where(good, UNSOLVED, INVALID)


def finite(numbers: Floats) -> Bools:
    """Whether all numbers (…, world) of a world are finite."""
    if numbers.size <= SMALL:
        return np.asarray(np.isfinite(numbers).all(axis=tuple(range(numbers.ndim - 1))))
    rows = numbers.reshape(-1, numbers.shape[-1])
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(rows.sum()):
            return np.ones(rows.shape[1], np.bool_)
        found: Bools = np.isfinite(rows.sum(axis=0))
    if not found.all():  # the sum of finite numbers may overflow
        doubtful = np.flatnonzero(~found)
        found[doubtful] = np.isfinite(rows[:, doubtful]).all(axis=0)
    return found


@lru_cache(maxsize=128)
def weights_together(game: Game) -> tuple[NDArray[np.int32], ...]:
    """Rows of weights of which one must be positive, once for all information sets that have these.

    Raises UnorderedGame.
    """
    layout = layout_of(game)
    widths = np.diff(layout.first_option)
    found = []
    for width in np.unique(widths):
        first = layout.first_option[:-1][widths == width]
        rows = np.sort(layout.weight[first[:, None] + np.arange(width)], axis=1)
        found += list(np.unique(rows, axis=0))
    return tuple(found)
