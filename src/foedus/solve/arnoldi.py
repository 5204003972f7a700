"""Eigenvalues above 1 of the derivative of the answer, in every lane of a block, by its products alone.

Arnoldi's method (1951) builds in each lane an orthonormal basis of what repeated application makes of one
direction; Ritz values are read off the small matrix that comes with it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from foedus.solve.block import Floats

Apply = Callable[[Floats], Floats]
Whole = NDArray[np.intp]

LOST = 1e-12  # of what a product was: nothing new is left of it
REAL = 1e-9
NEAR = 1e-3  # below 1, and it counts as above
SMALL = 0.5  # eigenvalues that far from 1 are no concern


class Space:
    """The space of `start` (unknown, lane), which grows by a round at a time.

    basis (round + 1, unknown, lane), orthonormal; upper (lane, round + 1, round), of Hessenberg's form.
    """

    def __init__(self, apply: Apply, start: Floats, most: int) -> None:
        self._apply, self.rounds = apply, 0
        self.size = np.sqrt((start * start).sum(axis=0))
        self._basis = np.zeros((most + 1, *start.shape))
        self._upper = np.zeros((start.shape[1], most + 1, most))
        self._basis[0] = start / np.where(self.size > 0.0, self.size, np.inf)

    def grow(self, rounds: int) -> None:
        """Make that many rounds in all."""
        for k in range(self.rounds, rounds):
            ahead = self._apply(self._basis[k])
            for _ in range(2):
                shares = np.einsum("kul,ul->kl", self._basis[: k + 1], ahead)
                ahead = ahead - np.einsum("kl,kul->ul", shares, self._basis[: k + 1])
                self._upper[:, : k + 1, k] += shares.T
            length = np.sqrt((ahead * ahead).sum(axis=0))
            length[length <= LOST * np.abs(self._upper[:, :, k]).max(axis=1)] = 0.0
            self._upper[:, k + 1, k] = length
            self._basis[k + 1] = ahead / np.where(length > 0.0, length, np.inf)
        self.rounds = rounds

    @property
    def basis(self) -> Floats:
        return self._basis[: self.rounds]

    @property
    def upper(self) -> Floats:
        return self._upper[:, : self.rounds + 1, : self.rounds]


def beyond_one(apply: Apply, start: Floats, most: int) -> Whole:
    """How many real eigenvalues above 1, or nearly, are seen in each lane (lane); 1 where products gave out.

    It stops early where all that are seen are small: those that stand out are seen first.
    """
    space = Space(apply, start, min(most, len(start)))
    found = np.zeros(start.shape[1], np.intp)
    for rounds in _stages(min(most, len(start))):
        space.grow(rounds)
        if not np.isfinite(space.upper).all():
            return np.ones_like(found)
        ritz = np.linalg.eigvals(space.upper[:, :-1])
        real = np.abs(ritz.imag) <= REAL * (1.0 + np.abs(ritz.real))
        found = (real & (ritz.real > 1.0 - NEAR)).sum(axis=1)
        if (np.abs(ritz) < SMALL).all():
            break
    return found


def _stages(most: int) -> list[int]:
    """After how many rounds to look."""
    return [*(each for each in (8, 12) if each < most), most]
