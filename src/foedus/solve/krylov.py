"""Linear algebra with the derivative of the answer in every lane of a block at once, by its products alone.

Arnoldi's method (1951) builds in each lane an orthonormal basis of what repeated application makes of one
direction; GMRES (Saad and Schultz 1986) and Ritz values are read off the small matrix that comes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from foedus.solve.block import Floats

Apply = Callable[[Floats], Floats]
TINY = 1e-300
NEAR = 1e-3


class Space(NamedTuple):
    """basis (round + 1, unknown, lane); upper (lane, round + 1, round), Hessenberg; size of the start (lane)."""

    basis: Floats
    upper: Floats
    size: Floats


def arnoldi(apply: Apply, start: Floats, rounds: int) -> Space:
    """The space of `start` (unknown, lane)."""
    size = np.sqrt((start * start).sum(axis=0))
    basis = np.zeros((rounds + 1, *start.shape))
    upper = np.zeros((start.shape[1], rounds + 1, rounds))
    basis[0] = start / np.maximum(size, TINY)
    for k in range(rounds):
        ahead = apply(basis[k])
        for _ in range(2):
            shares = np.einsum("kul,ul->kl", basis[: k + 1], ahead)
            ahead = ahead - np.einsum("kl,kul->ul", shares, basis[: k + 1])
            upper[:, : k + 1, k] += shares.T
        length = np.sqrt((ahead * ahead).sum(axis=0))
        length[length <= 1e-12 * np.abs(upper[:, :, k]).max(axis=1)] = 0.0
        upper[:, k + 1, k] = length
        basis[k + 1] = ahead / np.maximum(length, TINY)
    return Space(basis, upper, size)


def least_residual(apply: Apply, right: Floats, rounds: int) -> Floats:
    """The best x (unknown, lane) with x − apply(x) = right in the space of the rounds made."""
    space = arnoldi(apply, right, min(rounds, len(right)))
    lanes, made = space.upper.shape[0], space.upper.shape[2]
    matrix = np.eye(made + 1, made) - space.upper
    target = np.zeros((lanes, made + 1))
    target[:, 0] = space.size
    shares = np.stack([np.linalg.lstsq(matrix[lane], target[lane])[0] for lane in range(lanes)], axis=1)
    solution: Floats = np.einsum("kl,kul->ul", shares, space.basis[:made])
    return solution


def beyond_one(apply: Apply, start: Floats, rounds: int) -> Floats:
    """How many real Ritz values of each lane are above 1, or nearly (lane)."""
    space = arnoldi(apply, start, min(rounds, len(start)))
    ritz = np.linalg.eigvals(space.upper[:, :-1])
    real = np.abs(ritz.imag) <= 1e-9 * (1.0 + np.abs(ritz.real))
    return np.asarray((real & (ritz.real > 1.0 - NEAR)).sum(axis=1), np.float64)
