"""Where a formula changes sign along a parameter's range.

The range is searched on a grid, and the bracket nearest to the parameter's value is refined by
Chandrupatla's method (1997, Advances in Engineering Software 28:145–149), which keeps its bracket and takes
inverse quadratic steps where they are safe. All worlds are solved together.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.formula import Evaluation
from foedus.analysis.parameters import ParameterFrame
from foedus.language.expression import Expression

Floats = NDArray[np.float64]
Triple = tuple[Floats, Floats, Floats]

GRID = 64
PRECISE = 1e-12
MOST_STEPS = 100


def tip(evaluation: Evaluation, formula: Expression, parameter: str) -> Floats:
    """The value of the parameter, nearest to its own, at which the formula changes sign, shape (world).

    NaN where it does not change sign on the range, or the parameter has none. A pair of crossings closer than
    a 64th of the range may be missed.
    """
    solutions = evaluation.solutions
    bounds = solutions.scenario.parameters[parameter].range
    if bounds is None:
        evaluation.because(f"parameter '{parameter}' has no range to search")
        return np.full(evaluation.count, np.nan)
    here = np.array(ParameterFrame(solutions.scenario, solutions.worlds).parameter(parameter)[0])

    def at(points: Floats) -> Floats:
        """The formula at points (point, world)."""
        worlds = {name: np.tile(values, len(points)) for name, values in solutions.worlds.items()}
        there = evaluation.elsewhere({**worlds, parameter: points.ravel()}, solutions.tolerance)
        return there.signed(formula).reshape(points.shape)

    grid = np.broadcast_to(np.linspace(*bounds, GRID + 1)[:, None], (GRID + 1, len(here)))
    found = at(np.ascontiguousarray(grid))
    lower = nearest_change(grid, found, here)
    if (lower < 0).any():
        evaluation.because(f"the formula does not change sign between {bounds[0]:g} and {bounds[1]:g}")
    return refine(at, grid, found, lower)


def nearest_change(grid: Floats, found: Floats, here: Floats) -> NDArray[np.intp]:
    """The grid point (world) before the change of sign nearest to `here`; −1 where there is none.

    A zero between two signs counts as a change at the interval before it.
    """
    signs = np.sign(found)
    for point in range(1, len(signs)):
        # A zero takes the sign before it, so that the change is seen once, after it.
        signs[point] = np.where(signs[point] == 0.0, signs[point - 1], signs[point])
    changes = signs[:-1] * signs[1:] < 0
    away = np.maximum(np.maximum(grid[:-1] - here, here - grid[1:]), 0.0)
    away = np.where(changes, away, np.inf)
    best = np.argmin(away, axis=0)
    return np.where(changes.any(axis=0), best, -1)


def refine(at: Callable[[Floats], Floats], grid: Floats, found: Floats, lower: NDArray[np.intp]) -> Floats:
    """The crossing inside the bracket that starts at `lower` (world), shape (world)."""
    world = np.arange(len(lower))
    place = np.maximum(lower, 0)
    b, fb = grid[place, world].copy(), found[place, world].copy()
    a, fa = grid[place + 1, world].copy(), found[place + 1, world].copy()
    c, fc = a.copy(), fa.copy()
    fraction = np.full(len(lower), 0.5)
    tolerance = PRECISE * (grid[-1] - grid[0])
    for _ in range(MOST_STEPS):
        best = np.where(np.abs(fa) < np.abs(fb), a, b)
        smallest = np.minimum(np.abs(fa), np.abs(fb))
        open_ = (lower >= 0) & (np.abs(b - a) > tolerance) & (smallest > 0.0)
        if not open_.any():
            break
        x = np.where(open_, a + fraction * (b - a), best)
        fx = at(x[None, :])[0]
        same = np.sign(fx) == np.sign(fa)
        c, fc = np.where(open_, np.where(same, a, b), c), np.where(open_, np.where(same, fa, fb), fc)
        b, fb = np.where(open_ & ~same, a, b), np.where(open_ & ~same, fa, fb)
        a, fa = np.where(open_, x, a), np.where(open_, fx, fa)
        fraction = _next_fraction((a, b, c), (fa, fb, fc), tolerance)
    return np.where((lower >= 0) & ~np.isnan(smallest), best, np.nan)


def _next_fraction(points: Triple, values: Triple, tolerance: Floats) -> Floats:
    """Where to look next between a (0) and b (1): inverse quadratic where that is safe, else the middle."""
    (a, b, c), (fa, fb, fc) = points, values
    with np.errstate(all="ignore"):
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        safe = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi)
        quadratic = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        least = np.minimum(0.5, 0.5 * tolerance / np.abs(b - a))
        fraction = np.where(safe & np.isfinite(quadratic), quadratic, 0.5)
    return np.asarray(np.clip(np.where(np.isnan(least), 0.5, fraction), least, 1 - least))
