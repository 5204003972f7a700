"""All states in which one move is made, ordered by what its mover knows."""

from __future__ import annotations

from dataclasses import dataclass

from foedus.game.columns import States
from foedus.game.growing import Mask, Places
from foedus.game.pool import Ids
from foedus.language.scenario import Move


@dataclass(frozen=True)
class Choice:
    """rows (node) are the states, those of an information set side by side; mover (node) is an actor.

    first (node): the first row of the node's information set. offered, weight (node, option): which options
    are open, and the entries of their weights.
    """

    move: Move
    rows: States
    mover: Places
    first: Places
    offered: Mask
    weight: Ids
