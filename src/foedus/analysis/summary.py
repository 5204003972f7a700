"""Numbers of many worlds as a median with an interval, and of one world as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVELS = (0.05, 0.5, 0.95)


def number(values: Floats, sampled: bool) -> Any:
    """A number (None where it is undefined), or over worlds {median, low, high, defined}.

    `low` and `high` are the 5 and 95 % quantiles (linear between order statistics: Hyndman and Fan 1996,
    type 7) of the `defined` worlds that have a number; the others are left out, never averaged in.
    """
    if not sampled:
        return plain(values[0])
    known = values[~np.isnan(values)]
    if not len(known):
        return {"median": None, "low": None, "high": None, "defined": 0}
    low, median, high = (float(each) for each in np.quantile(known, LEVELS))
    return {"median": median, "low": low, "high": high, "defined": len(known)}


def numbers(columns: Mapping[str, Floats], sampled: bool) -> dict[str, Any]:
    return {name: number(values, sampled) for name, values in columns.items()}


def share(holds: NDArray[np.bool_], known: NDArray[np.bool_], sampled: bool) -> Any:
    """A verdict, or the share of the worlds in which it is known and holds; None where never known."""
    if not known.any():
        return None
    return float(holds[known].mean()) if sampled else bool(holds[0])


def plain(value: float) -> float | None:
    """A number that JSON can hold."""
    return float(value) if np.isfinite(value) else None
