"""The certificate of a game without an order of play, from the tree itself; the tracer is not asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import exp, inf, isfinite, log, nan

from foedus.gambit.tree import Tree

Rows = Sequence[Sequence[float]]


def certify_tree(
    tree: Tree, behaviour: Sequence[float], rationality: float, logs: Sequence[float] | None = None
) -> tuple[float, float]:
    """Residual and regret of a behaviour, options by place as in the file; NaN where one is not reached.

    `logs` are the behaviour's logarithms, for where play is so sure that some of its shares are 0.
    """
    logs = [log(share) if share > 0.0 else -inf for share in behaviour] if logs is None else logs
    first = [0]
    for place in tree.places:
        first.append(first[-1] + (0 if place.chance else len(place.options)))
    ranges = list(pairwise(first))
    played = [behaviour[start:stop] for start, stop in ranges]
    expected = _expectations(tree, played, [logs[start:stop] for start, stop in ranges])
    residual = regret = 0.0
    for shares, worth in zip(played, expected, strict=True):
        if worth:
            if not all(map(isfinite, worth)):
                return nan, nan
            best = max(worth)
            scores = [exp(rationality * (each - best)) for each in worth]
            changes = (abs(score / sum(scores) - share) for score, share in zip(scores, shares, strict=True))
            residual = max(residual, *changes)
            regret = max(regret, best - sum(a * b for a, b in zip(shares, worth, strict=True)))
    return residual, regret


def _expectations(tree: Tree, played: Rows, logs: Rows) -> list[list[float]]:
    """What each option of each place brings its actor; nothing for chance."""
    children: list[list[int]] = [[] for _ in range(tree.nodes)]
    for node in range(1, tree.nodes):
        children[tree.parent[node]].append(node)
    worth = [list(tree.outcomes[each].payoffs) for each in tree.outcome]
    for node in reversed(range(tree.nodes)):
        if children[node]:
            owner = tree.places[tree.place[node]]
            shares = owner.probabilities if owner.chance else played[tree.place[node]]
            for child, share in zip(children[node], shares, strict=True):
                below = zip(worth[node], worth[child], strict=True)
                worth[node] = [here + share * each for here, each in below]
    totals = [[0.0] * len(shares) for shares in played]
    sums = [0.0] * len(tree.places)
    for node, belief in _beliefs(tree, children, logs):
        place = tree.place[node]
        sums[place] += belief
        for k, child in enumerate(children[node]):
            totals[place][k] += belief * worth[child][tree.places[tree.place[node]].actor]
    return [[each / whole if whole else nan for each in row] for row, whole in zip(totals, sums, strict=True)]


def _beliefs(tree: Tree, children: list[list[int]], logs: Rows) -> Iterator[tuple[int, float]]:
    """Nodes of decisions, each with its reach relative to the likeliest of its place.

    Of ways that chance never goes those count that have the fewest such steps, the limit of small chances.
    """
    order = [(0, 0.0)] * tree.nodes
    for node, below in enumerate(children):
        if below:
            place = tree.places[tree.place[node]]
            impossible, reach = order[node]
            for k, child in enumerate(below):
                share = place.probabilities[k] if place.chance else 1.0
                step = log(share or 1.0) if place.chance else logs[tree.place[node]][k]
                order[child] = impossible - (share == 0.0), reach + step
    nodes = [n for n, below in enumerate(children) if below and not tree.places[tree.place[n]].chance]
    best: dict[int, tuple[int, float]] = {}
    for node in nodes:
        at = tree.place[node]
        best[at] = max(best.get(at, order[node]), order[node])
    for node in nodes:
        impossible, reach = best[tree.place[node]]
        if order[node][0] == impossible:
            yield node, exp(order[node][1] - reach)
