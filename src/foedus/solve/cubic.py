"""Hermite's cubic between two points of a curve, from the places and the tangents there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.solve.block import Floats


def between(start: Floats, end: Floats, out: Floats, into: Floats, share: float) -> Floats:
    """Hermite's cubic at `share` in [0, 1], from `start` with slope `out` to `end` with slope `into`."""
    s, r = share, 1.0 - share
    ends = (1 + 2 * s) * r * r * start + s * s * (3 - 2 * s) * end
    place: Floats = ends + s * r * r * out - s * s * r * into
    return place


def _slope(coefficients: Floats) -> Floats:
    slope: Floats = coefficients[:-1] * np.array([3.0, 2.0, 1.0])
    return slope


@dataclass(frozen=True, eq=False)
class Cubic:
    """Hermite's cubic of one number, by its coefficients, highest first."""

    coefficients: Floats

    @classmethod
    def of(cls, start: float, end: float, out: float, into: float) -> Cubic:
        rise = end - start
        return cls(np.array([out + into - 2 * rise, 3 * rise - 2 * out - into, out, start]))

    def at(self, share: float) -> float:
        return float(np.polyval(self.coefficients, share))

    def top(self) -> float:
        """The share in [0, 1] at which it is largest."""
        return max([0.0, *self._real(_slope(self.coefficients)), 1.0], key=self.at)

    def turn(self) -> float:
        """A share in [0, 1] at which it turns; the middle if it turns nowhere."""
        return min(self._real(_slope(self.coefficients)), default=0.5)

    def first(self, level: float) -> float:
        """The first share in [0, 1] at which it comes to `level`; where it is largest if it never does."""
        shifted = self.coefficients - np.array([0.0, 0.0, 0.0, level])
        return min(self._real(shifted), default=self.top())

    @staticmethod
    def _real(coefficients: Floats) -> list[float]:
        if not np.isfinite(coefficients).all():
            return []
        roots = np.roots(coefficients.tolist())
        real = roots.real[np.abs(roots.imag) <= 1e-9]
        return [float(root) for root in real if 0.0 <= root <= 1.0]
