"""A game without its accidents: chance outcomes marked as slips get probability 0, the rest are rescaled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from foedus.game.game import CHANCE, Game
from foedus.game.table import Tabulation


def has_slips(game: Game) -> bool:
    return bool(game.slip.any())


def without_slips(game: Game, tabulation: Tabulation) -> tuple[Game, Tabulation]:
    """The game and its numbers without slips.

    Each chance node with a slip gets probability rows of its own, added to the table's. A world in which a
    node's every outcome is a slip is not valid.
    """
    rows = [tabulation.probabilities]
    probability = np.array(game.probability)
    valid = tabulation.valid.copy()
    made: dict[tuple[tuple[int, bool], ...], int] = {}
    count = len(tabulation.probabilities)
    for node in np.flatnonzero(game.information_set == CHANCE).tolist():
        edges = slice(int(game.first_edge[node]), int(game.first_edge[node + 1]))
        slip = game.slip[edges]
        if not slip.any():
            continue
        key = tuple(zip(game.probability[edges].tolist(), slip.tolist(), strict=True))
        if key not in made:
            kept = np.where(slip[:, None], 0.0, tabulation.probabilities[game.probability[edges]])
            rest = np.zeros(tabulation.worlds)
            for row in kept:
                rest += row
            valid &= rest > 0.0
            rows.append(kept / np.where(rest > 0.0, rest, 1.0))
            made[key], count = count, count + len(slip)
        probability[edges] = made[key] + np.arange(len(slip))
    table = replace(tabulation, probabilities=np.concatenate(rows), valid=valid)
    return replace(game, probability=probability), table
