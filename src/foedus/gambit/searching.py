"""Further equilibria of a game without an order of play."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from foedus.gambit.certificate import certify_tree
from foedus.gambit.tracing import TOLERANCE, Floats, Passes, TreeCurve
from foedus.gambit.tree import END, Tree
from foedus.solve.apart import Candidate, Telling
from foedus.solve.others import Search, draw, sort_out, with_outcomes
from foedus.solve.pull import pulled


def search_tree(tree: Tree, rationality: float, behaviour: Floats, starts: int, seed: int) -> Search:
    """Equilibria besides the one with this behaviour (option), each start followed along a homotopy."""
    passes = Passes(tree)
    curve = TreeCurve(passes, rationality)
    found = _from_starts(tree, curve, passes.spread(), starts, seed)
    answer = Candidate(behaviour, curve.odds(behaviour), 0.0, 0.0, False)
    search = sort_out(Telling(curve, TOLERANCE), answer, found, starts, seed)
    together = np.stack([behaviour, *(each.behaviour for each in search.others)], axis=1)
    values = passes.qualities(together)[2][:, 1:]
    return with_outcomes(search, values, passes.chances(together), passes.place == END)


def _from_starts(tree: Tree, curve: TreeCurve, spread: float, starts: int, seed: int) -> Iterator[Candidate]:
    scale = max(curve.rationality * spread, 1.0)
    for start in range(starts):
        x = pulled(curve, draw(curve.size, seed, start), scale, TOLERANCE)
        if np.isfinite(x).all():
            behaviour = curve.behaviour(x[:, None])[:, 0]
            residual, regret = certify_tree(tree, behaviour.tolist(), curve.rationality)
            if residual <= TOLERANCE:
                yield Candidate(behaviour, x, residual, regret, True)
