"""What is followed along a play, as bits on the edges of a game."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.events import Due, due_nodes, marks, parents
from foedus.analysis.frame import Ground
from foedus.analysis.games import once
from foedus.analysis.tally import ask
from foedus.analysis.unfolding import Asked, Groups, Track
from foedus.language.expression import Ever, Expression

Bits = tuple[Expression, ...]

KEPT = 1 << 20
"""Edges times tracks up to which a game's unfolded plays are remembered: some 20 MB."""


def bit_sets(ground: Ground, bits: Bits) -> tuple[NDArray[np.uint32], int]:
    """The set of bits that each edge adds (edge), bit k being the k-th event, and those of the root."""
    edges = np.zeros(ground.game.edges, np.uint32)
    root = 0
    for k, event in enumerate(bits):
        where = marks(event, ground)
        edges |= where.edges.astype(np.uint32) << np.uint32(k)
        root |= int(where.root) << k
    return edges, root


def asked_of(ground: Ground, wanted: tuple[Bits, ...], groups: Groups | None) -> Asked:
    """What `tally` is asked; worked out once for a game that is not large, where no parameter has a say in
    it."""

    def find() -> Asked:
        return ask(ground.game, [track(ground, bits) for bits in wanted], groups)

    large = ground.game.edges * len(wanted) > KEPT
    if large or any(isinstance(bit, Ever) for bits in wanted for bit in bits):
        return find()
    return once(ground.game, wanted, groups, find)


def track(ground: Ground, bits: Bits) -> Track:
    """What `tally` needs to follow at most three bits; occasions are those of the first commitment's due."""
    edges, root = bit_sets(ground, bits)
    occasion = np.zeros(ground.game.edges, np.uint8)
    promise = next((bit.commitment for bit in bits if isinstance(bit, Due)), None)
    if promise is not None:
        occasion[due_nodes(ground, promise)[parents(ground)]] = 1
        occasion[ground.labels.breach[promise]] = 2
    return Track(edges.astype(np.uint8), root, occasion)
