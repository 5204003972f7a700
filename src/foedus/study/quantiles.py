"""From a rank in (0, 1) to a parameter's value: one quantile function for each kind of distribution.

A range truncates: the rank is spread over the part of the distribution that lies in the range. The formulas
are the textbook ones (Johnson, Kotz and Balakrishnan 1994).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr, ndtri

from foedus.language.scenario import Distribution, Parameter

Floats = NDArray[np.float64]
Range = tuple[float, float]


def quantile(parameter: Parameter, rank: Floats) -> Floats:
    """Values (world) of a parameter at ranks (world); within its range where it has one."""
    distribution = parameter.distribution or Distribution("uniform")
    values = _KINDS[distribution.kind](distribution, parameter.range, rank)
    return values if parameter.range is None else np.clip(values, *parameter.range)


def _uniform(_: Distribution, bounds: Range | None, rank: Floats) -> Floats:
    low, high = _needed(bounds)
    return low + rank * (high - low)


def _loguniform(_: Distribution, bounds: Range | None, rank: Floats) -> Floats:
    low, high = np.log(_needed(bounds))
    return np.asarray(np.exp(low + rank * (high - low)))


def _normal(distribution: Distribution, bounds: Range | None, rank: Floats) -> Floats:
    mean, sd = distribution.arguments["mean"], distribution.arguments["sd"]
    if bounds is None:
        return mean + sd * ndtri(rank)
    return mean + sd * _standard((bounds[0] - mean) / sd, (bounds[1] - mean) / sd, rank)


def _lognormal(distribution: Distribution, bounds: Range | None, rank: Floats) -> Floats:
    centre, sigma = np.log(distribution.arguments["median"]), distribution.arguments["sigma"]
    low, high = (-np.inf, np.inf) if bounds is None else _logarithms(bounds)
    return np.asarray(
        np.exp(centre + sigma * _standard((low - centre) / sigma, (high - centre) / sigma, rank))
    )


def _beta(distribution: Distribution, bounds: Range | None, rank: Floats) -> Floats:
    low, high = bounds or (0.0, 1.0)
    return low + (high - low) * betaincinv(distribution.arguments["a"], distribution.arguments["b"], rank)


def _triangular(distribution: Distribution, bounds: Range | None, rank: Floats) -> Floats:
    low, high = _needed(bounds)
    mode = distribution.arguments["mode"]
    width = high - low
    turn = (mode - low) / width
    rising = low + np.sqrt(rank * width * (mode - low))
    falling = high - np.sqrt((1 - rank) * width * (high - mode))
    return np.where(rank < turn, rising, falling)


def _choice(distribution: Distribution, bounds: Range | None, rank: Floats) -> Floats:
    values = np.asarray(distribution.values, dtype=np.float64)
    weights = np.asarray(distribution.weights or [1.0] * len(values), dtype=np.float64)
    if bounds is not None:
        weights = np.where((values >= bounds[0]) & (values <= bounds[1]), weights, 0.0)
    steps = np.cumsum(weights) / weights.sum()
    # The last step may round below 1, and a value of weight 0 is never taken.
    last = int(np.flatnonzero(weights)[-1])
    return values[np.minimum(np.searchsorted(steps, rank, side="right"), last)]


def _standard(low: float, high: float, rank: Floats) -> Floats:
    """A standard normal truncated to [low, high], worked out in the tail where numbers are exact."""
    if low > 0:
        return -_standard(-high, -low, 1 - rank)
    start = ndtr(low)
    return np.asarray(ndtri(start + rank * (ndtr(high) - start)), dtype=np.float64)


def _logarithms(bounds: Range) -> Range:
    with np.errstate(divide="ignore"):
        low, high = np.log(np.maximum(bounds, 0.0))
    return float(low), float(high)


def _needed(bounds: Range | None) -> Range:
    if bounds is None:
        raise ValueError("this distribution needs a range")
    return bounds


_KINDS: dict[str, Callable[[Distribution, Range | None, Floats], Floats]] = {
    "uniform": _uniform,
    "loguniform": _loguniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "triangular": _triangular,
    "choice": _choice,
}
