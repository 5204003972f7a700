"""The certificate of a game without an order of play, from the tree itself; the tracer is not asked."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import exp, isnan, nan

from foedus.gambit.tree import Place, Tree

Rows = Sequence[Sequence[float]]


def certify_tree(tree: Tree, behaviour: Sequence[float], rationality: float) -> tuple[float, float]:
    """Residual and regret of a behaviour, options by place as in the file; NaN where one is not reached."""
    first = [0]
    for place in tree.places:
        first.append(first[-1] + (0 if place.chance else len(place.options)))
    played = [behaviour[start:stop] for start, stop in pairwise(first)]
    expected = _expectations(tree, played)
    residual = regret = 0.0
    for shares, worth in zip(played, expected, strict=True):
        if worth:
            if any(map(isnan, worth)):
                return nan, nan
            best = max(worth)
            scores = [exp(rationality * (each - best)) for each in worth]
            changes = (abs(score / sum(scores) - share) for score, share in zip(scores, shares, strict=True))
            residual = max(residual, *changes)
            regret = max(regret, best - sum(a * b for a, b in zip(shares, worth, strict=True)))
    return residual, regret


def _expectations(tree: Tree, played: Rows) -> list[list[float]]:
    """What each option of each place brings its actor; nothing for chance."""
    children: list[list[int]] = [[] for _ in range(tree.nodes)]
    for node in range(1, tree.nodes):
        children[tree.parent[node]].append(node)
    chances = [_chances(tree.places[place], played[place]) if below else ()
               for place, below in zip(tree.place, children, strict=True)]  # fmt: skip
    reach = [1.0] * tree.nodes
    for node, below in enumerate(children):
        for child, chance in zip(below, chances[node], strict=True):
            reach[child] = reach[node] * chance
    worth = [list(tree.outcomes[each].payoffs) for each in tree.outcome]
    for node in reversed(range(tree.nodes)):
        for child, chance in zip(children[node], chances[node], strict=True):
            worth[node] = [here + chance * each for here, each in zip(worth[node], worth[child], strict=True)]
    totals = [[0.0] * len(shares) for shares in played]
    visits = [0.0] * len(tree.places)
    for node, below in enumerate(children):
        place = tree.place[node]
        if below and not tree.places[place].chance:
            visits[place] += reach[node]
            for k, child in enumerate(below):
                totals[place][k] += reach[node] * worth[child][tree.places[place].actor]
    return [
        [each / visit if visit else nan for each in row] for row, visit in zip(totals, visits, strict=True)
    ]


def _chances(place: Place, shares: Sequence[float]) -> Sequence[float]:
    return place.probabilities if place.chance else shares
