"""Sums and ratios over nodes, the same to the last bit for any number of worlds beside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEASURABLE = 1e-12
"""What is conditional on something less probable than this has no value."""


def total(numbers: Floats) -> Floats:
    """The sum over the first axis, shape (world).

    NumPy adds a single column pairwise and several row by row, so a single one is given company.
    """
    if numbers.ndim == 2 and numbers.shape[1] == 1:
        return np.asarray(np.repeat(numbers, 2, axis=1).sum(axis=0)[:1])
    return np.asarray(np.ascontiguousarray(numbers).sum(axis=0))


def ratio(above: Floats, below: Floats, solved: NDArray[np.bool_]) -> Floats:
    """above / below (…, world) where the world is solved and below is measurable; NaN elsewhere."""
    said = solved & (below >= MEASURABLE)
    return np.where(said, above / np.where(said, below, 1.0), np.nan)
