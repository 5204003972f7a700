"""The nearest world in which a claim's verdict turns.

Distance is Euclidean over the assumptions, each in units of the width of its range; all stay inside their
ranges. The search is that of a design point in structural reliability (Hasofer and Lind 1974; Rackwitz and
Fiessler 1978): at each point the margin is taken for the plane that its slopes tell, and the nearest point of
the base at which that plane is zero, with the bounds respected, is the next one. Several starts are followed
side by side, since the margin is not convex and there may be several near places where it turns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.formula import EQUAL

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]
"""Margins (point) at points (point, assumption), or slopes (point, assumption) there."""

STARTS = 8
FINE = 2.0**-12
"""Of the way from the base to a turned world: how finely the place where the verdict turns is told."""
ROUNDS = 120
"""A claim with several comparisons has an edge where they meet, along which the search can only zigzag."""
CLOSE, BEHIND = 1e-3, 2.0
"""The search ends where no point comes closer by such a share, those that are so much further left aside."""
SHORTEST = 1 / 64
BEYOND = 2 * EQUAL
"""A verdict has turned for certain where the margin is so far on the other side."""
SPARED = 0.005
"""A world that moves fewer assumptions is preferred if it is no further than this share more."""


@dataclass(frozen=True, eq=False)
class CounterWorld:
    """The nearest world found in which the verdict is another.

    point (assumption) in the assumptions' own units; moves (assumption) from the base in widths of the
    ranges, 0 for those that stay; distance is their Euclidean length, and margin the claim's there.
    """

    point: Floats
    moves: Floats
    distance: float
    margin: float


@dataclass(frozen=True, eq=False)
class Ground:
    """Where to search: the base and the ranges (assumption, 2), and how margins and slopes are had.

    `holds` is the verdict at the base. `certified` is asked for the margin of the world that is told in the
    end, `margin` if it is None. Moves are in widths of the ranges, from the base.
    """

    base: Floats
    ranges: Floats
    margin: Function
    slopes: Function
    holds: bool
    certified: Function | None = None

    @property
    def width(self) -> Floats:
        return np.asarray(self.ranges[:, 1] - self.ranges[:, 0])

    @property
    def bounds(self) -> Floats:
        """Lowest and highest move of each assumption, shape (2, assumption)."""
        return np.asarray(((self.ranges - self.base[:, None]) / self.width[:, None]).T)

    def place(self, moves: Floats) -> Floats:
        """Points (point, assumption) in the assumptions' own units."""
        return np.clip(self.base + moves * self.width, self.ranges[:, 0], self.ranges[:, 1])

    def turned(self, moves: Floats) -> Floats:
        """How far the verdict is from the base's, positive where it has turned; −∞ where it is undefined."""
        return self._away(self.margin(self.place(moves)))

    def surely_turned(self, moves: Floats) -> Floats:
        """The same of certified margins."""
        return self._away((self.certified or self.margin)(self.place(moves)))

    def _away(self, margins: Floats) -> Floats:
        away = -margins if self.holds else margins
        return np.where(np.isnan(away), -np.inf, away)

    def towards(self, moves: Floats) -> Floats:
        """The slopes of `turned` by moves; 0 where there are none."""
        slopes = self.slopes(self.place(moves)) * self.width
        return np.nan_to_num(-slopes if self.holds else slopes, nan=0.0, posinf=0.0, neginf=0.0)


def nearest(ground: Ground, sampled: Floats, margins: Floats) -> CounterWorld | None:
    """The nearest counter-world that a search finds, or None.

    sampled (point, assumption), with their margins (point), are worlds that are known already: the search
    starts from those nearest to the base in which the verdict has turned, and along the slopes at the base.
    """
    known = (sampled - ground.base) / ground.width
    sampled_starts, steepest = _starts(ground, known, margins), _along_slopes(ground)
    starts = [_drawn_in(ground, each) for each in (sampled_starts, steepest) if len(each)]
    if not starts:
        return None
    moves = _sparse(ground, _descended(ground, np.vstack(starts)))
    away = float(ground.surely_turned(moves[None])[0])
    if not away > BEYOND:
        return None
    margin = -away if ground.holds else away
    return CounterWorld(ground.place(moves[None])[0], moves, float(np.linalg.norm(moves)), margin)


def _starts(ground: Ground, known: Floats, margins: Floats) -> Floats:
    """Sampled worlds whose verdict has turned, the nearest first, shape (start, assumption)."""
    away = -margins if ground.holds else margins
    turned = np.flatnonzero(away > BEYOND)
    order = np.argsort(np.linalg.norm(known[turned], axis=1), kind="stable")
    return np.asarray(known[turned[order[:STARTS]]])


def _drawn_in(ground: Ground, far: Floats) -> Floats:
    """Each start drawn towards the base to where the verdict only just turns.

    Two places are asked at a time, on either side of where a straight line crosses; or, where that did not
    halve what is in doubt, at its thirds.
    """
    heights = ground.turned(np.vstack([np.zeros_like(far[:1]), far])) - BEYOND
    inner, outer = np.zeros(len(far)), np.ones(len(far))
    below, above = np.full(len(far), heights[0]), heights[1:]
    slow = np.zeros(len(far), np.bool_)
    while (doubt := outer - inner).max() > FINE:
        share, apart = np.where(slow, 0.5, _crossing(below, above)), np.where(slow, 1 / 6, 1 / 16)
        share = np.clip(share, 2 * apart, 1 - 2 * apart)
        first, second = inner + (share - apart) * doubt, inner + (share + apart) * doubt
        asked = np.vstack([first[:, None] * far, second[:, None] * far])
        one, other = np.split(ground.turned(asked) - BEYOND, 2)
        low, high = one > 0.0, (one > 0.0) | (other > 0.0)
        below = np.where(low, below, np.where(high, one, other))
        above = np.where(low, one, np.where(high, other, above))
        inner, outer = (
            np.where(low, inner, np.where(high, first, second)),
            np.where(low, first, np.where(high, second, outer)),
        )
        slow = outer - inner > doubt / 2
    return np.asarray(outer[:, None] * far)


def _crossing(below: Floats, above: Floats) -> Floats:
    """Where on the way a straight line from one height to another is zero; the middle if they do not tell."""
    told = np.isfinite(below) & np.isfinite(above) & (above > below)
    return np.where(told, -below / np.where(told, above - below, 1.0), 0.5)


def _along_slopes(ground: Ground) -> Floats:
    """A turned world in the direction in which the margin changes fastest at the base, if there is one."""
    origin = np.zeros((1, len(ground.base)))
    slopes = ground.towards(origin)[0]
    if not slopes.any():
        return origin[:0]
    steps = np.geomspace(0.05, 2.0, 12)[:, None]
    tried = np.clip(steps * slopes / np.linalg.norm(slopes), *ground.bounds)
    corner = np.where(slopes > 0, ground.bounds[1], np.where(slopes < 0, ground.bounds[0], 0.0))
    tried = np.vstack([tried, corner])
    turned = np.flatnonzero(ground.turned(tried) > BEYOND)
    return np.asarray(tried[turned[:1]])


def _descended(ground: Ground, starts: Floats) -> Floats:
    """The nearest of the points to which the starts lead; the verdict has turned at it.

    A start is followed until it comes no closer, or is left behind by another.
    """
    here, tried = starts.copy(), starts.copy()
    away, reach = ground.turned(here), np.ones(len(here))
    slopes, accepted = np.zeros_like(here), np.ones(len(here), np.bool_)  # the last trial of each start
    going = np.arange(len(here))
    for _ in range(ROUNDS):
        moved = going[accepted[going]]
        if len(moved):
            slopes[moved] = ground.towards(tried[moved])
        aim = np.stack([_foot(ground, here[k], away[k], slopes[k]) for k in going])
        tried[going] = _drawn_back(
            ground, here[going] + reach[going, None] * (aim - here[going]), here[going]
        )
        turned = ground.turned(tried[going])
        before = np.linalg.norm(here, axis=1)
        closer = (turned > BEYOND) & (np.linalg.norm(tried[going], axis=1) < before[going])
        accepted[going] = closer
        here[going[closer]], away[going[closer]] = tried[going[closer]], turned[closer]
        reach[going] = np.where(closer, np.minimum(1.0, 2 * reach[going]), reach[going] / 4)
        now = np.linalg.norm(here, axis=1)
        settled = (before - now <= CLOSE * now.min()) & (accepted | (reach < SHORTEST))
        going = going[~(settled | (now > BEHIND * now.min()))[going]]
        if not len(going):
            break
    return np.asarray(here[np.argmin(np.linalg.norm(here, axis=1))])


def _drawn_back(ground: Ground, tried: Floats, here: Floats) -> Floats:
    """A point on the ray through each trial at which the verdict has turned, near to where it just does."""
    low, high = ground.bounds
    lengths = np.array([0.97, 1.0, 1.01, 1.03, 1.1])
    rays = np.clip(lengths[:, None, None] * tried, low, high)
    turned = ground.turned(rays.reshape(-1, tried.shape[1])).reshape(len(lengths), -1)
    found = here.copy()
    for k in range(len(tried)):
        there = np.flatnonzero(turned[:, k] > BEYOND)
        if len(there):
            first = there[0]
            pair = slice(max(first - 1, 0), first + 1)
            near = rays[0, k] if first == 0 else _between(rays[pair, k], turned[pair, k])
            found[k] = near
    return found


def _between(pair: Floats, away: Floats) -> Floats:
    """Between a point that has not turned and one that has, just beyond where a straight line crosses."""
    if not np.isfinite(away).all():
        return np.asarray(pair[1])
    share = min(1.0, -away[0] / (away[1] - away[0]) * 1.02 + 1e-6)
    return np.asarray(pair[0] + share * (pair[1] - pair[0]))


def _foot(ground: Ground, here: Floats, away: float, slopes: Floats) -> Floats:
    """The point nearest to the base at which the plane through `here` is zero, inside the bounds.

    The point is clip(t · slopes) for the t at which the plane is zero there, found by bisection: the plane's
    height along that path rises with t.
    """
    needed = slopes @ here - away
    if needed <= 0.0 or not slopes.any():
        return here
    low, high = ground.bounds

    def height(t: float) -> float:
        return float(slopes @ np.clip(t * slopes, low, high))

    most = 1.0 / max(float(np.abs(slopes)[slopes != 0].min()), 1e-12)
    if height(most) < needed:
        return np.asarray(np.clip(most * slopes, low, high))
    lower, upper = 0.0, most
    for _ in range(80):
        middle = (lower + upper) / 2
        lower, upper = (middle, upper) if height(middle) < needed else (lower, middle)
    return np.asarray(np.clip(upper * slopes, low, high))


def _sparse(ground: Ground, moves: Floats) -> Floats:
    """The same world without the moves that are too small to matter, as many as leave the verdict turned."""
    order = np.argsort(-np.abs(moves), kind="stable")
    share = np.cumsum(moves[order] ** 2) / max(float(moves @ moves), 1e-300)
    most = (1.0 + SPARED) * np.linalg.norm(moves)
    for kept in (0.98, 0.99, 0.995, 0.999):
        few = order[: int(np.searchsorted(share, kept)) + 1]
        only = np.zeros_like(moves)
        only[few] = moves[few]
        lengths = np.linspace(1.0, most / np.linalg.norm(only), 4)
        stretched = np.clip(lengths[:, None] * only, *ground.bounds)
        turned = np.flatnonzero(ground.turned(stretched) > BEYOND)
        if len(turned):
            return np.asarray(stretched[turned[0]])
    return moves
