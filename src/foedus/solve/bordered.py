"""Linear systems with the derivative of F(x, τ) = x − answer(x, τ / scale), bordered by one more row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

from foedus.solve.block import Floats
from foedus.solve.curve import Curve

ROUNDS = 200
TINY = 1e-300
EXACT = 1e-7  # of the right side: what is left of it at the end


class Bordered(Protocol):
    """A system that can be solved; `orientation` is the sign of its determinant, 0 if not known."""

    @property
    def orientation(self) -> int: ...

    def solve(self, right: Floats) -> Floats: ...


def bordered(response: Curve, scale: float, normal: Floats, dense: int) -> Bordered:
    """The derivative of F at the place that `response` last answered, with `normal` as its last row."""
    if response.size <= dense:
        return Factorised(response, scale, normal)
    return Iterated(response, scale, normal)


class Factorised:
    """The whole matrix, solved by elimination; NaN where it is singular."""

    def __init__(self, response: Curve, scale: float, normal: Floats) -> None:
        self._matrix = np.empty((response.size + 1, response.size + 1))
        self._matrix[:-1] = -response.jacobian()
        self._matrix[:-1, -1] /= scale
        self._matrix[:-1, :-1] += np.eye(response.size)
        self._matrix[-1] = normal

    @property
    def orientation(self) -> int:
        sign = np.linalg.slogdet(self._matrix)[0]
        return int(sign) if np.isfinite(sign) else 0

    def solve(self, right: Floats) -> Floats:
        try:
            return np.asarray(np.linalg.solve(self._matrix, right), np.float64)
        except np.linalg.LinAlgError:
            return np.full(len(right), np.nan)


class Iterated:
    """The matrix as a map only, solved by GMRES: it is the identity and little else, so few rounds do.

    It stands for the place last answered at the time of solving, not of making.
    """

    orientation = 0

    def __init__(self, response: Curve, scale: float, normal: Floats) -> None:
        self._response, self._scale, self._normal = response, scale, normal

    def solve(self, right: Floats) -> Floats:
        return least_residual(self._apply, right, rounds=min(len(right), ROUNDS))

    def _apply(self, direction: Floats) -> Floats:
        move = np.append(direction[:-1], direction[-1] / self._scale)
        pushed = self._response.push(move[:, None])[:, 0]
        return np.append(direction[:-1] - pushed, self._normal @ direction)


def least_residual(apply: Callable[[Floats], Floats], right: Floats, rounds: int) -> Floats:
    """GMRES without restarts (Saad and Schultz 1986): the best solution in the space of the rounds made."""
    size = float(np.linalg.norm(right))
    if size == 0.0 or not np.isfinite(size):
        return right * 0.0
    basis, upper = np.zeros((rounds + 1, len(right))), np.zeros((rounds + 1, rounds))
    turns: list[tuple[float, float]] = []
    left = np.zeros(rounds + 1)
    basis[0], left[0] = right / size, size
    for k in range(rounds):
        ahead = apply(basis[k])
        for _ in range(2):
            shares = basis[: k + 1] @ ahead
            ahead = ahead - shares @ basis[: k + 1]
            upper[: k + 1, k] += shares
        length = float(np.linalg.norm(ahead))
        _rotate(upper, left, turns, k, length)
        if not abs(left[k + 1]) > EXACT * size:
            break
        basis[k + 1] = ahead / length
    used = len(turns)
    shares = np.asarray(np.linalg.solve(upper[:used, :used], left[:used]), np.float64)
    solution: Floats = shares @ basis[:used]
    return solution


def _rotate(upper: Floats, left: Floats, turns: list[tuple[float, float]], k: int, below: float) -> None:
    """Make column k of the Hessenberg matrix, which ends in `below`, one of a triangular matrix."""
    column = upper[:, k]
    for i, (cosine, sine) in enumerate(turns):
        first, second = column[i], column[i + 1]
        column[i], column[i + 1] = cosine * first + sine * second, cosine * second - sine * first
    length = max(float(np.hypot(column[k], below)), TINY)
    turns.append((float(column[k]) / length, below / length))
    column[k] = length
    left[k : k + 2] = turns[-1][0] * left[k], -turns[-1][1] * left[k]
