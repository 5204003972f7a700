"""The rule under which something happens: ranges of few assumptions that hold most of the worlds with it.

Scenario discovery (Bryant and Lempert 2010) by classification trees (CART, Breiman and others 1984), which
Lempert, Bryant and Bankes (2008) found to do as well as bump hunting (PRIM). Each leaf of a shallow tree is a
box; the rule is the box in which coverage and density are best together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

DEPTH = 4
SCREENED = 24
FEWEST = 20
SMALLEST = 0.02
WORTH = 0.01
NO_BETTER = 1.2
"""A rule whose density is not this many times that of all worlds tells nothing."""


@dataclass(frozen=True)
class Limit:
    """low < assumption ≤ high; None where there is no such end."""

    name: str
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Rule:
    """Limits that must all be met, or none and a `reason`.

    coverage: share of the worlds of interest that lie inside; density: share of the worlds inside that are
    of interest; inside: share of all worlds that lie inside.
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    inside: float
    reason: str | None = None


def discover(points: Floats, target: Floats, names: Sequence[str]) -> Rule:
    """The rule for the worlds in which `target` (world) is 1; NaN is left out.

    points (world, assumption). At most four limits. Of many assumptions the 24 whose values differ most
    between the two kinds of worlds (the distance of Kolmogorov and Smirnov) are looked at. The same input
    gives the same rule. Raises ValueError for arrays that do not fit each other.
    """
    if points.shape != (len(target), len(names)):
        raise ValueError(f"found points {points.shape} for {len(target)} worlds and {len(names)} names")
    known = ~np.isnan(target)
    points, wanted = points[known], target[known] == 1.0
    few = int(min(wanted.sum(), (~wanted).sum()))
    if few < FEWEST:
        return _none(f"the verdict is another in {few} of {len(wanted)} worlds, too few to learn from")
    looked_at = _screened(points, wanted)
    boxes = [_pruned(points, wanted, box) for box in _leaves(points[:, looked_at], wanted, looked_at)]
    best = max(boxes, key=lambda box: _merit(points, wanted, box))
    inside = _inside(points, best)
    rule = _described(best, inside, wanted, names)
    if not best or rule.density < min(NO_BETTER * wanted.mean(), (1.0 + wanted.mean()) / 2):
        return _none("no few limits tell the worlds apart")
    return rule


Box = dict[int, tuple[float, float]]
"""By column, what lies below and above; −∞ and ∞ where nothing does."""


def _none(reason: str) -> Rule:
    return Rule((), 0.0, 0.0, 0.0, reason)


def _screened(points: Floats, wanted: Bools) -> NDArray[np.intp]:
    """The columns whose distributions differ most between the two kinds of worlds, in their own order."""
    order = np.argsort(points, axis=0, kind="stable")
    sorted_ = wanted[order]
    steps = np.where(sorted_, 1.0 / wanted.sum(), -1.0 / (~wanted).sum())
    distance = np.abs(np.cumsum(steps, axis=0)).max(axis=0)
    distance[np.ptp(points, axis=0) == 0.0] = 0.0
    return np.sort(np.argsort(-distance, kind="stable")[:SCREENED])


def _leaves(points: Floats, wanted: Bools, columns: NDArray[np.intp]) -> Iterator[Box]:
    """The boxes of all nodes of a tree, the root left out."""
    from sklearn.tree import DecisionTreeClassifier  # noqa: PLC0415  (slow to import)

    smallest = max(FEWEST, int(SMALLEST * len(points)))
    tree = DecisionTreeClassifier(
        max_depth=DEPTH, min_samples_leaf=smallest, class_weight="balanced", random_state=0
    )
    yield from _boxes(tree.fit(points, wanted).tree_, 0, {}, columns)


def _boxes(tree: Any, node: int, box: Box, columns: NDArray[np.intp]) -> Iterator[Box]:
    yield box
    left, right = int(tree.children_left[node]), int(tree.children_right[node])
    if left < 0:
        return
    column, threshold = int(columns[tree.feature[node]]), float(tree.threshold[node])
    low, high = box.get(column, (-np.inf, np.inf))
    yield from _boxes(tree, left, {**box, column: (low, min(high, threshold))}, columns)
    yield from _boxes(tree, right, {**box, column: (max(low, threshold), high)}, columns)


def _inside(points: Floats, box: Box) -> Bools:
    inside = np.ones(len(points), np.bool_)
    for column, (low, high) in box.items():
        inside &= (points[:, column] > low) & (points[:, column] <= high)
    return inside


def _merit(points: Floats, wanted: Bools, box: Box) -> float:
    """Coverage and density together: their harmonic mean, density weighing more (F with β = ½)."""
    inside = _inside(points, box)
    hits = float((inside & wanted).sum())
    if not hits:
        return 0.0
    coverage, density = hits / wanted.sum(), hits / inside.sum()
    return float(1.25 * coverage * density / (0.25 * density + coverage))


def _pruned(points: Floats, wanted: Bools, box: Box) -> Box:
    """The same without the limits that buy next to nothing, the least useful first."""
    merit = _merit(points, wanted, box)
    while box:
        fewer = [looser for column in box for looser in _looser(box, column)]
        best = max(fewer, key=lambda each: _merit(points, wanted, each))
        if _merit(points, wanted, best) < merit - WORTH:
            return box
        box, merit = best, max(merit, _merit(points, wanted, best))
    return box


def _looser(box: Box, column: int) -> Iterator[Box]:
    """The box with one end of one column's limits taken away."""
    low, high = box[column]
    rest = {name: ends for name, ends in box.items() if name != column}
    if np.isinf(low) or np.isinf(high):
        yield rest
    else:
        yield {**rest, column: (low, np.inf)}
        yield {**rest, column: (-np.inf, high)}


def _described(box: Box, inside: Bools, wanted: Bools, names: Sequence[str]) -> Rule:
    limits = tuple(
        Limit(names[column], None if np.isinf(low) else low, None if np.isinf(high) else high)
        for column, (low, high) in sorted(box.items())
    )
    hits = float((inside & wanted).sum())
    return Rule(limits, hits / wanted.sum(), hits / max(inside.sum(), 1), float(inside.mean()))
