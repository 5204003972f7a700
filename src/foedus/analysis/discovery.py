"""Scenario discovery: ranges of few assumptions under which a claim holds, or under which it fails.

Bryant and Lempert, *Thinking inside the box* (Technological Forecasting and Social Change 77, 2010), with
classification and regression trees in the place of their bump hunting: Lempert, Bryant and Bankes,
*Comparing algorithms for scenario discovery* (RAND WR-557, 2008). A rule is one leaf of a shallow tree. Its
*coverage* is the share of all worlds of the kind that are inside, its *density* the share of worlds inside
that are of the kind. Both are those of the worlds from which the rule was learnt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

FEWEST = 50
"""Worlds of either kind from which something can be learnt."""

SCREENED = 24
"""So many parameters that differ most between the kinds go to the tree: its time grows with each."""

WORTH = 0.01
"""A limit whose absence lowers the quality by less is dropped."""


@dataclass(frozen=True)
class Limit:
    """One assumption's range, from `low` or up to `high`, or both; None where it has no such end."""

    parameter: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Rule:
    """Limits that hold together. `holding` says whether it tells where the claim holds or where it fails.

    `base` is the density that a rule without limits would have, `inside` the share of worlds in the ranges.
    """

    holding: bool
    limits: tuple[Limit, ...]
    coverage: float
    density: float
    base: float
    inside: float
    worlds: int


@dataclass(frozen=True)
class Discovery:
    """A rule, or the reason why there is none."""

    rule: Rule | None
    reason: str = ""


def rule_for_rarer(points: Floats, holds: Floats, names: Sequence[str], **limits: int) -> Discovery:
    """The rule of the rarer kind: where a claim fails, if it holds in more than half of the worlds."""
    known = holds[~np.isnan(holds)]
    return discover(points, holds, names, holding=bool(known.size == 0 or known.mean() <= 0.5), **limits)


def discover(
    points: Floats, holds: Floats, names: Sequence[str], *, holding: bool = True, most: int = 3
) -> Discovery:
    """The rule, of at most `most` assumptions, under which a claim holds (or fails, if not `holding`).

    `points` (world, parameter) are parameter values, `holds` (world) 1, 0 or NaN, `names` those of the
    parameters. Worlds that are undefined, or in which a parameter is not finite, are left out first.
    """
    usable = ~np.isnan(holds) & np.isfinite(points).all(axis=1)
    values, kind = points[usable], holds[usable] == (1.0 if holding else 0.0)
    reason = _too_little(kind, holding)
    if reason:
        return Discovery(None, reason)
    columns = _screen(values, kind)
    if not columns.size:
        return Discovery(None, "no parameter varies")
    box = max(
        _boxes(values[:, columns], kind, most), key=lambda each: _quality(values[:, columns], kind, each)
    )
    box = _simplify(values[:, columns], kind, box)
    if not box:
        return Discovery(None, "no range of any assumption makes a difference")
    limits = tuple(Limit(names[columns[place]], low, high) for place, (low, high) in sorted(box.items()))
    return Discovery(_measured(values[:, columns], kind, box, limits, holding))


Box = dict[int, tuple[float | None, float | None]]
"""The ends of the range of each column that has any."""


def _too_little(kind: Booleans, holding: bool) -> str:
    """Why nothing can be learnt, or nothing."""
    word, other = ("holds", "fails") if holding else ("fails", "holds")
    if kind.size == 0:
        return "it is undefined in all worlds"
    for count, name in ((int(kind.sum()), word), (int((~kind).sum()), other)):
        if count < FEWEST:
            return f"it {name} in {count:,} of {kind.size:,} worlds, too few to learn from ({FEWEST} needed)"
    return ""


def _screen(values: Floats, kind: Booleans) -> NDArray[np.intp]:
    """The columns whose distribution differs most between the kinds, in file order.

    By the largest difference of the two shares over eight bands (a coarse Kolmogorov and Smirnov distance),
    and by the largest difference within a band, for what matters only in the middle or at both ends.
    """
    varied = np.flatnonzero(np.ptp(values, axis=0) > 0)
    worth = np.array([_apart(values[:, column], kind) for column in varied])
    best = varied[np.argsort(-worth, kind="stable")[:SCREENED]]
    return np.sort(best)


def _apart(values: Floats, kind: Booleans) -> float:
    edges = np.quantile(values[:: max(1, len(values) // 1024)], np.arange(1, 8) / 8)
    bands = (np.ascontiguousarray(values) > edges[:, None]).sum(axis=0)
    counts = np.bincount(bands + 8 * kind, minlength=16).reshape(2, 8)
    no, yes = counts / counts.sum(axis=1, keepdims=True)
    return float(max(np.abs(np.cumsum(yes - no)).max(), np.abs(yes - no).max()))


def _boxes(values: Floats, kind: Booleans, most: int) -> list[Box]:
    """The leaves of a shallow tree, and the whole."""
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415  (slow to import)

    tree: Any = DecisionTreeClassifier(
        max_depth=2 * most,
        max_leaf_nodes=4 * most,
        min_samples_leaf=max(10, len(values) // 200),
        class_weight="balanced",
        random_state=0,
    ).fit(values, kind)
    boxes: list[Box] = [{}]
    waiting: list[tuple[int, Box]] = [(0, {})]
    while waiting:
        node, box = waiting.pop()
        boxes.append(box)
        left, right = tree.tree_.children_left[node], tree.tree_.children_right[node]
        if left >= 0:
            column, limit = int(tree.tree_.feature[node]), float(tree.tree_.threshold[node])
            low, high = box.get(column, (None, None))
            waiting.append((left, {**box, column: (low, limit)}))
            waiting.append((right, {**box, column: (limit, high)}))
    return [box for box in boxes if len(box) <= most]


def _within(values: Floats, box: Box) -> Booleans:
    inside = np.ones(len(values), dtype=np.bool_)
    for column, (low, high) in box.items():
        inside &= True if low is None else values[:, column] > low
        inside &= True if high is None else values[:, column] <= high
    return inside


def _quality(values: Floats, kind: Booleans, box: Box) -> float:
    """The harmonic mean of coverage and of the gain in density, 0 for no gain, 1 for a perfect rule."""
    inside = _within(values, box)
    hits, base = (inside & kind).sum(), kind.mean()
    if not hits:
        return 0.0
    coverage, gain = hits / kind.sum(), (hits / inside.sum() - base) / (1.0 - base)
    return float(2.0 * coverage * gain / (coverage + gain)) if gain > 0 else 0.0


def _simplify(values: Floats, kind: Booleans, box: Box) -> Box:
    """The box without the ends of ranges that buy nothing, the least useful first."""
    while box:
        fewer = [
            _without(box, column, end) for column in box for end in (0, 1) if box[column][end] is not None
        ]
        best = max(fewer, key=lambda each: _quality(values, kind, each))
        if _quality(values, kind, best) < _quality(values, kind, box) - WORTH:
            return box
        box = best
    return box


def _without(box: Box, column: int, end: int) -> Box:
    low, high = box[column]
    left = (None, high) if end == 0 else (low, None)
    rest = {other: ends for other, ends in box.items() if other != column}
    return rest if left == (None, None) else {**rest, column: left}


def _measured(values: Floats, kind: Booleans, box: Box, limits: tuple[Limit, ...], holding: bool) -> Rule:
    inside = _within(values, box)
    hits = int((inside & kind).sum())
    return Rule(
        holding=holding,
        limits=limits,
        coverage=hits / int(kind.sum()),
        density=hits / int(inside.sum()),
        base=float(kind.mean()),
        inside=float(inside.mean()),
        worlds=len(values),
    )
