"""Linear systems with the derivative of F(x, τ) = x − answer(x, τ / scale), bordered by one more row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from foedus.solve.block import Floats
from foedus.solve.curve import Curve
from foedus.solve.krylov import least_residual

ROUNDS = 200
EXACT = 1e-5  # of the right side: what is left of it at the end
STALE = 10  # rounds after which what was learnt of another system is of no more use


class Bordered(Protocol):
    """A system that can be solved; `orientation` is the sign of its determinant, 0 if not known."""

    @property
    def orientation(self) -> int: ...

    def solve(self, right: Floats) -> Floats: ...


class Shortcut:
    """A guess at the inverse of a system, from what another, nearly the same, made of some directions.

    In the span of what was made it is that other system's inverse, and across the span the identity. Solved
    after it, systems along a path need about half of the rounds; their answers are as exact. Source of the
    method: recycling of Krylov spaces (Parks and others 2006), here as a preconditioner.
    """

    def __init__(self) -> None:
        self._made = self._less = np.empty((0, 0))

    def __call__(self, right: Floats) -> Floats:
        if not self._made.size:
            return right
        guess: Floats = right + self._less @ (self._made.T @ right)
        return guess

    def learn(self, directions: Sequence[Floats], made: Sequence[Floats]) -> None:
        """Take in what a system made of some directions; or, where much was still new, begin anew."""
        if self._made.size:
            if len(made) > STALE:
                self._made = self._less = np.empty((0, 0))
            return
        span, mixed = np.linalg.qr(np.stack(made, axis=1))
        if np.isfinite(mixed).all() and np.abs(np.diag(mixed)).min() > 0.0:
            self._made = span
            self._less = np.linalg.solve(mixed.T, np.stack(directions)).T - span


def bordered(response: Curve, scale: float, normal: Floats, dense: int, shortcut: Shortcut) -> Bordered:
    """The derivative of F at the place that `response` last answered, with `normal` as its last row.

    Where it is too large to be factorised the shortcut is taken, and learns from it.
    """
    if response.size <= dense:
        return Factorised(response, scale, normal)
    return Iterated(response, scale, normal, shortcut)


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

    def __init__(self, response: Curve, scale: float, normal: Floats, shortcut: Shortcut) -> None:
        self._response, self._scale, self._normal, self._shortcut = response, scale, normal, shortcut

    def solve(self, right: Floats) -> Floats:
        directions: list[Floats] = []
        made: list[Floats] = []

        def apply(right: Floats) -> Floats:
            direction = self._shortcut(right)
            directions.append(direction[:, 0])
            made.append(self._apply(direction)[:, 0])
            return made[-1][:, None]

        rounds = min(len(right), ROUNDS)
        solution = self._shortcut(least_residual(apply, right[:, None], rounds, EXACT))[:, 0]
        if made:
            self._shortcut.learn(directions, made)
        return solution

    def _apply(self, directions: Floats) -> Floats:
        moves = directions.copy()
        moves[-1] /= self._scale
        across = self._normal @ directions
        return np.concatenate([directions[:-1] - self._response.push(moves), across[None]])
