"""Whether two games differ in what can be done, and not only in what it is worth."""

from __future__ import annotations

import numpy as np

from foedus.analysis.games import once
from foedus.game.game import Game

Choice = tuple[str, str, str]


def choices(game: Game) -> frozenset[Choice]:
    """Every (actor, move, option) of a game; worked out once for a game."""
    return once(game, "choices", game.labels, lambda: _choices(game))


def _choices(game: Game) -> frozenset[Choice]:
    labels = game.labels
    source = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    here = np.flatnonzero(game.information_set[source] >= 0)
    mover = game.mover[game.information_set[source[here]]]
    rows = np.stack([mover, labels.position[source[here]], labels.edge_name[here]], axis=1)
    return frozenset(
        (game.actors[actor], labels.positions[position].step, labels.edge_names[name])
        for actor, position, name in np.unique(rows, axis=0).tolist()
    )


def differences(game: Game, other: Game) -> tuple[list[str], list[str]]:
    """Moves and options that only the one has, and that only the other has, in words; worked out once for a
    game and the last that it was held against."""

    def find() -> tuple[list[str], list[str]]:
        ours, theirs = choices(game), choices(other)
        return _words(ours - theirs), _words(theirs - ours)

    return once(game, "differences", other, find)


def _words(some: frozenset[Choice]) -> list[str]:
    return sorted(f"{move}.{option} ({actor})" for actor, move, option in some)
