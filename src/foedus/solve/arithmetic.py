"""exp, log and the logistic function of a vector of lanes, as straight-line arithmetic.

Source of the method: the argument reduction by a two-part ln 2 is Cody and Waite's (1980); the series for
the logarithm is that of 2 artanh, with the coefficients of the best approximation used in fdlibm's `log`;
the logistic function takes e^r as the quotient (Q + r) / (Q − r) of fdlibm's `exp`, so that one division
serves for both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

from .lanes import exponent, fma, less, mantissa, maximum, minimum, same, spread, times_power

JIT: dict[str, Any] = {
    "nopython": True,
    "nogil": True,
    "error_model": "numpy",
    "fastmath": False,
    "_nrt": False,
    "no_cfunc_wrapper": True,
}
INSIDE: dict[str, Any] = {"no_cpython_wrapper": True}  # of what Python never calls: compiled in half the time

LOG2_E = 1.4426950408889634
ROUNDING = 6755399441055744.0  # 1.5 · 2^52: adding it leaves the nearest integer in the low bits
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
LOWEST = -708.0
STEEPEST = 707.0  # e^STEEPEST has a reciprocal that is a normal number

Function = TypeVar("Function", bound=Callable[..., Any])


def part(function: Function) -> Function:
    """A function that kernels call; it is compiled into each of them."""
    return cast(Function, numba.jit(forceinline=True, **JIT, **INSIDE)(function))


@part
def exp(x: Any) -> Any:
    """e^x for x ≤ 709, within 1 unit in the last place; 0 from −708 down; NaN stays NaN."""
    bounded = maximum(x, spread(LOWEST))
    rounded = fma(bounded, spread(LOG2_E), spread(ROUNDING))
    k = rounded - ROUNDING
    r = fma(k, spread(-LN2_LOW), fma(k, spread(-LN2_HIGH), bounded))
    rr = r * r
    quartic = rr * rr
    low = fma(fma(r, spread(1.0 / 120.0), spread(1.0 / 24.0)), rr, fma(r, spread(1.0 / 6.0), spread(0.5)))
    middle = fma(r, spread(1.0 / 362880.0), spread(1.0 / 40320.0))
    middle = fma(middle, rr, fma(r, spread(1.0 / 5040.0), spread(1.0 / 720.0)))
    high = fma(r, spread(1.0 / 6227020800.0), spread(1.0 / 479001600.0))
    high = fma(high, rr, fma(r, spread(1.0 / 39916800.0), spread(1.0 / 3628800.0)))
    p = fma(fma(high, quartic, middle), quartic, low)
    p = fma(p * r, r, r) + 1.0
    positive = less(spread(LOWEST), x, times_power(p, rounded), spread(0.0))
    return same(x, x, positive, x)


@part
def logistic(x: Any) -> tuple[Any, Any]:
    """1 / (1 + e^−x) and 1 / (1 + e^x), each within 3 units in the last place; beyond ±707 they are 1 and 0.

    NaN stays NaN.
    """
    bounded = maximum(-STEEPEST, minimum(STEEPEST, x))
    rounded = fma(bounded, -LOG2_E, ROUNDING)
    k = rounded - ROUNDING
    r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, 0.0 - bounded))
    t = r * r
    low = fma(t, -2.77777777770155933842e-03, 1.66666666666666019037e-01)
    high = fma(t, -1.65339022054652515390e-06, 6.61375632143793436117e-05)
    tt = t * t
    high = fma(tt, 4.13813679705723846039e-08, high)
    q = fma(fma(high, tt, low), t, 2.0)
    one, other = q - r, times_power(q + r, rounded)
    scale = 1.0 / (one + other)
    return less(x, -STEEPEST, 0.0, one * scale), less(STEEPEST, x, 0.0, other * scale)


@part
def log(x: Any) -> Any:
    """The natural logarithm of a normal positive number, within 1 unit in the last place."""
    k, f = exponent(x), mantissa(x) - 1.0
    s = f / (2.0 + f)
    z = s * s
    tail = fma(z, spread(1.479819860511658591e-01), spread(1.531383769920937332e-01))
    tail = fma(tail, z, spread(1.818357216161805012e-01))
    tail = fma(tail, z, spread(2.222219843214978396e-01))
    tail = fma(tail, z, spread(2.857142874366239149e-01))
    tail = fma(tail, z, spread(3.999999999940941908e-01))
    tail = fma(tail, z, spread(6.666666666666735130e-01))
    half = 0.5 * f * f
    correction = half - (s * fma(tail, z, half) + k * LN2_LOW)
    return same(x, x, k * LN2_HIGH - (correction - f), x)
