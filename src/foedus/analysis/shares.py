"""The share of worlds in which a claim holds, with an interval: by independent scrambles of one sequence.

The worlds of one scramble of a Sobol' sequence depend on each other, so the binomial interval does not fit
them. Several scrambles are independent of each other, and their shares tell how far their mean may be off:
L'Ecuyer, Nakayama, Owen and Tuffin, *Confidence intervals for randomized quasi-Monte Carlo estimators*
(Winter Simulation Conference 2023). Where a claim is rare the mean of few counts is skewed and the plain
t-interval of that paper is too short; so the spread between scrambles is turned into an effective number of
independent worlds, and that into an exact binomial interval: Korn and Graubard, *Confidence intervals for
proportions with small expected number of positive counts* (Survey Methodology 24, 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST = 4
"""Scrambles with fewer worlds each say too little about the spread between them."""


@dataclass(frozen=True)
class Share:
    """In what share of worlds a claim holds, between `low` and `high` with the confidence asked for.

    `share`, `low` and `high` are None where the claim is defined in no world. `method` is `scrambles`,
    `binomial` (the worlds taken as independent: too few of them, or all alike) or `none`.
    """

    holds: int
    fails: int
    undefined: int
    share: float | None
    low: float | None
    high: float | None
    method: str

    @property
    def defined(self) -> int:
        return self.holds + self.fails


def share_of(holds: Floats, scramble: Integers, confidence: float = 0.95) -> Share:
    """The share of worlds in which `holds` (world) is 1, of those in which it is not NaN.

    `scramble` (world) numbers each world's scramble from 0. Undefined worlds are counted and left out.
    Raises ValueError for verdicts that are none of 1, 0 and NaN, or arrays of different length.
    """
    counts, sizes, undefined = _count(holds, scramble)
    kept, worlds = int(counts.sum()), int(sizes.sum())
    if not worlds:
        return Share(0, 0, undefined, None, None, None, "none")
    share = kept / worlds
    usable = len(sizes) > 1 and worlds >= FEWEST * len(sizes)
    method = "scrambles" if usable and 0 < kept < worlds else "binomial"
    if method == "binomial":
        low, high = binomial_interval(kept, worlds, confidence)
    else:
        low, high = _by_scrambles(counts, sizes, confidence)
    return Share(kept, worlds - kept, undefined, share, low, high, method)


def binomial_interval(kept: float, worlds: float, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval of Clopper and Pearson (Biometrika 26, 1934) for independent worlds.

    Neither number need be whole: of an effective number of worlds they are not.
    """
    from scipy.special import betaincinv  # noqa: PLC0415  (SciPy is slow to import)

    tail = (1.0 - confidence) / 2.0
    low = 0.0 if kept <= 0 else float(betaincinv(kept, worlds - kept + 1.0, tail))
    high = 1.0 if kept >= worlds else float(betaincinv(kept + 1.0, worlds - kept, 1.0 - tail))
    return low, high


def _count(holds: Floats, scramble: Integers) -> tuple[Floats, Floats, int]:
    """Worlds that hold and worlds that are defined, (scramble) each; and how many are undefined."""
    if holds.shape != scramble.shape or holds.ndim != 1:
        raise ValueError(f"found verdicts {holds.shape} and scrambles {scramble.shape}, expected two alike")
    known = ~np.isnan(holds)
    if not np.isin(holds[known], (0.0, 1.0)).all():
        raise ValueError("expected verdicts of 1, 0 or NaN")
    sizes = np.bincount(scramble[known]).astype(np.float64)
    counts = np.bincount(scramble[known], weights=holds[known]).astype(np.float64)
    return counts[sizes > 0], sizes[sizes > 0], int((~known).sum())


def _by_scrambles(counts: Floats, sizes: Floats, confidence: float) -> tuple[float, float]:
    """The interval from the spread between scrambles (scramble), of which some may be larger."""
    from scipy.special import stdtrit  # noqa: PLC0415

    number, worlds = len(sizes), sizes.sum()
    share = counts.sum() / worlds
    # The ratio of two sums: a larger scramble weighs more, and its count is compared with its own size.
    errors = counts - share * sizes
    variance = (errors**2).sum() * number / (number - 1) / worlds**2
    tail = (1.0 + confidence) / 2.0
    widening = float(stdtrit(number - 1, tail) / stdtrit(worlds - 1, tail))
    variance = max(variance * widening**2, _least(number, worlds, confidence) ** 2)
    effective = share * (1.0 - share) / variance
    return binomial_interval(share * effective, effective, confidence)


def _least(number: int, worlds: float, confidence: float) -> float:
    """The least standard error that agreement of all scrambles can show.

    If a scramble's count were another with probability q, all would agree with probability (1 - q)^number.
    The q for which that is the tail bounds how much of a world the true count can be off.
    """
    from scipy.special import ndtri  # noqa: PLC0415

    unseen = 1.0 - ((1.0 - confidence) / 2.0) ** (1.0 / number)
    return float(unseen * number / worlds / ndtri((1.0 + confidence) / 2.0))
