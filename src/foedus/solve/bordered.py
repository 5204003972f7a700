"""Linear systems with the derivative of F(x, τ) = x − answer(x, τ / scale), bordered by one more row."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from foedus.solve.block import Floats
from foedus.solve.curve import Curve
from foedus.solve.krylov import least_residual

ROUNDS = 200
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
        rounds = min(len(right), ROUNDS)
        return least_residual(self._apply, right[:, None], rounds, EXACT)[:, 0]

    def _apply(self, directions: Floats) -> Floats:
        moves = directions.copy()
        moves[-1] /= self._scale
        across = self._normal @ directions
        return np.concatenate([directions[:-1] - self._response.push(moves), across[None]])
