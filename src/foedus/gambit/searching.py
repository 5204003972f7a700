"""Further equilibria of a game without an order of play."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from foedus.gambit.certificate import certify_tree
from foedus.gambit.tracing import TOLERANCE, Floats, Passes, TreeCurve
from foedus.gambit.tree import Tree
from foedus.solve.others import Candidate, Search, draw, sort_out
from foedus.solve.pull import pulled


def search_tree(tree: Tree, rationality: float, behaviour: Floats, starts: int, seed: int) -> Search:
    """Equilibria besides the one with this behaviour (option), each start followed along a homotopy."""
    passes = Passes(tree)
    found = _from_starts(tree, TreeCurve(passes, rationality), passes.spread(), starts, seed)
    search = sort_out(found, behaviour, starts, seed)
    others = (
        replace(each, values=passes.qualities(each.behaviour[:, None])[2][:, 0]) for each in search.others
    )
    return replace(search, others=tuple(others))


def _from_starts(tree: Tree, curve: TreeCurve, spread: float, starts: int, seed: int) -> Iterator[Candidate]:
    scale = max(curve.rationality * spread, 1.0)
    for start in range(starts):
        x = pulled(curve, draw(curve.size, seed, start), scale, TOLERANCE)
        if np.isfinite(x).all():
            behaviour = curve.behaviour(x[:, None])[:, 0]
            residual, regret = certify_tree(tree, behaviour.tolist(), curve.rationality)
            if residual <= TOLERANCE:
                yield Candidate(behaviour, residual, regret, True)
