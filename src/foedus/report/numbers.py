"""Numbers as text, at the precision that a reader can use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

NOTHING = "–"

Style = Callable[[float], str]


def percent(share: float) -> str:
    """A probability in percent: one decimal, more for what is rare; 0 and 100 only for what is certain."""
    hundred = 100 * share
    if share <= 0:
        return "0"
    if hundred < 0.001:
        return "<0.001"
    if hundred < 0.0995:
        return f"{hundred:.2g}"
    return ">99.9" if 99.95 <= hundred < 100 else f"{hundred:.1f}"


def points(value: float, decimals: int = 1) -> str:
    """A payoff, with more decimals than asked for where it would otherwise be a bare zero."""
    if abs(value) < 0.0005:
        return f"{0:.{decimals}f}"
    if round(abs(value), decimals) == 0:
        return f"{value:.3f}"
    return f"{value:,.{decimals if abs(value) < 1000 else 0}f}"


def in_points(numbers: Iterable[Any]) -> Style:
    """How to write payoffs of this size, so that those of one table compare."""
    found = [abs(each) for number in numbers if (each := middle(number)) is not None]
    largest = max(found, default=0.0)
    return partial(points, decimals=1 if largest >= 20 else 2 if largest >= 2 else 3)


def signed(style: Style) -> Style:
    """The same for differences: a gain has a plus."""

    def write(value: float) -> str:
        text = style(value)
        return f"+{text}" if value > 0 and text.strip("0.") else text

    return write


def change(share: float) -> str:
    """A difference of probabilities, in percentage points."""
    return signed(points)(100 * share)


def small(value: float) -> str:
    """A residual or a regret."""
    return f"{value:.1e}" if 0 < abs(value) < 0.001 else f"{value:.3g}"


def figure(value: float | None) -> str:
    """A number of a formula, of which nobody knows the unit: four figures."""
    return NOTHING if value is None else f"{value + 0.0:.4g}"


def cell(number: Any, style: Style) -> str:
    """A number, a median with its 5–95 % interval on a line below, or a dash where there is none."""
    if number is None:
        return NOTHING
    if isinstance(number, dict):
        if number.get("median") is None:
            return NOTHING
        low, high = style(number["low"]), style(number["high"])
        return f"{style(number['median'])}\n{low}{' to ' if low.startswith('-') else '–'}{high}"
    return style(float(number))


def middle(number: Any) -> float | None:
    """The number itself, or its median over the worlds."""
    return number.get("median") if isinstance(number, dict) else number
