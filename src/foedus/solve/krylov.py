"""Linear systems that are known as maps only, one in each lane, solved side by side.

GMRES without restarts. A lane that is done stands still, so its answer does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from foedus.solve.block import Floats, empty
from foedus.solve.kernels import compiled
from foedus.solve.subspace import Space

Apply = Callable[[Floats], Floats]
EXACT = 1e-12


def least_residual(apply: Apply, right: Floats, rounds: int, exact: float = EXACT) -> Floats:
    """x (row, lane) with apply(x) = right, but for as little of it as so many rounds can, or `exact`.

    `apply` has to be linear and to keep lanes apart, of which there are at most a block's. A lane whose right
    side is not finite counts as 0.
    """
    size = np.linalg.norm(right, axis=0)
    finite = np.isfinite(size)
    size = np.where(finite & (size > 0.0), size, 1.0)
    return _solved(apply, np.where(finite, right, 0.0) / size, rounds, exact) * size


def left_over(right: Floats, made: Floats) -> Floats:
    """How much of a right side (lane) is not made, relatively; NaN where it is not finite."""
    size = np.linalg.norm(right, axis=0)
    with np.errstate(invalid="ignore"):
        left: Floats = np.linalg.norm(right - made, axis=0) / np.where(size > 0.0, size, 1.0)
    return left


def _solved(apply: Apply, right: Floats, rounds: int, exact: float) -> Floats:
    """The same for right sides of length 1, or 0."""
    rows, lanes = right.shape
    space = Space(empty(rounds + 1, rows), empty(rounds, rounds + 1), *(empty(rounds + 1) for _ in range(3)))
    _put(space.basis[0], right)
    _put(space.left[:1], np.linalg.norm(right, axis=0))
    done, going = 0, int((space.left[0] > exact).any())
    while going and done < rounds:
        _put(space.basis[done + 1], apply(space.basis[done, :, :lanes]))
        going = compiled().extend(space, done, exact)
        done += 1
    solution = empty(rows)
    compiled().combine(space, done, solution)
    return solution[:, :lanes]


def _put(block: Floats, numbers: Floats) -> None:
    """Write the lanes there are, and zeros to the others."""
    lanes = numbers.shape[-1]
    block[..., :lanes] = numbers
    block[..., lanes:] = 0.0
