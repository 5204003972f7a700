"""Linear systems that are known as maps only, one in each lane, solved side by side.

GMRES without restarts (Saad and Schultz 1986), orthogonalised twice. A lane that is done stands still, so
its answer does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from foedus.solve.block import Floats

Apply = Callable[[Floats], Floats]
EXACT = 1e-14
TINY = 1e-300


def solve_lanes(apply: Apply, right: Floats, rounds: int) -> tuple[Floats, Floats]:
    """x (row, lane) with apply(x) = right, and how much of the right side (lane) it leaves, relatively.

    `apply` has to be linear and to keep lanes apart. A lane whose right side is not finite counts as 0 and
    leaves NaN.
    """
    solution = least_residual(apply, right, rounds)
    size = np.linalg.norm(right, axis=0)
    with np.errstate(invalid="ignore"):
        left = np.linalg.norm(right - apply(solution), axis=0) / np.where(size > 0.0, size, 1.0)
    return solution, left


def least_residual(apply: Apply, right: Floats, rounds: int, exact: float = EXACT) -> Floats:
    """x (row, lane) that leaves as little of the right side as so many rounds can, or less than `exact`.

    A lane whose right side is not finite counts as 0.
    """
    size = np.linalg.norm(right, axis=0)
    finite = np.isfinite(size)
    right = np.where(finite, right, 0.0)
    size = np.where(finite & (size > 0.0), size, 1.0)
    return _Lanes(right / size, rounds, exact).solve(apply) * size


class _Lanes:
    """`basis` (round, row, lane); `upper` (row, column, lane) is triangular; `left` (round, lane)."""

    def __init__(self, right: Floats, rounds: int, exact: float) -> None:
        lanes = right.shape[1]
        self.rounds, self.exact = rounds, exact
        self.basis = np.zeros((rounds + 1, *right.shape))
        self.upper = np.zeros((rounds + 1, rounds, lanes))
        self.left = np.zeros((rounds + 1, lanes))
        self.turns: list[tuple[Floats, Floats]] = []
        self.basis[0], self.left[0] = right, np.linalg.norm(right, axis=0)

    def solve(self, apply: Apply) -> Floats:
        going = self.left[0] > self.exact
        while going.any() and len(self.turns) < self.rounds:
            k = len(self.turns)
            length = self._extend(apply(self.basis[k]), k)
            self._rotate(k, length, going)
            going = going & (np.abs(self.left[k + 1]) > self.exact)
            self.basis[k + 1] *= going
        return self._combine()

    def _extend(self, ahead: Floats, k: int) -> Floats:
        for _ in range(2):
            shares = np.einsum("krl,rl->kl", self.basis[: k + 1], ahead)
            ahead = ahead - np.einsum("kl,krl->rl", shares, self.basis[: k + 1])
            self.upper[: k + 1, k] += shares
        length: Floats = np.linalg.norm(ahead, axis=0)
        self.basis[k + 1] = ahead / np.maximum(length, TINY)
        return length

    def _rotate(self, k: int, below: Floats, going: NDArray[np.bool_]) -> None:
        """Make column k of the Hessenberg matrix, which ends in `below`, one of a triangular matrix."""
        column = self.upper[:, k]
        for i, (cosine, sine) in enumerate(self.turns):
            first, second = column[i].copy(), column[i + 1].copy()
            column[i], column[i + 1] = cosine * first + sine * second, cosine * second - sine * first
        length = np.maximum(np.hypot(column[k], below), TINY)
        cosine, sine = column[k] / length, below / length
        self.turns.append((cosine, sine))
        column[k] = np.where(going, length, 1.0)
        self.left[k + 1] = np.where(going, -sine * self.left[k], 0.0)
        self.left[k] = np.where(going, cosine * self.left[k], 0.0)

    def _combine(self) -> Floats:
        """The best combination of the basis, term by term: once it is done, a lane adds nothing but zeros."""
        solution = np.zeros(self.basis.shape[1:])
        left = self.left.copy()
        with np.errstate(all="ignore"):
            for k in range(len(self.turns) - 1, -1, -1):
                share = left[k] / self.upper[k, k]
                left[:k] -= share * self.upper[:k, k]
                solution += share * self.basis[k]
        return solution
