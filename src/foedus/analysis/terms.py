"""What a result adds up, state by state, as far as its own words and the game tell: a fraction of two sums.

Nothing here knows a world. A condition or a subject that mentions a parameter differs between worlds, and is
for `results` to work out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.events import at_step, bits_in, chosen, parents
from foedus.analysis.expressions import evaluate
from foedus.analysis.frame import Ground, StateFrame
from foedus.analysis.sums import Sum
from foedus.analysis.tracks import Bits
from foedus.game.game import TERMINAL
from foedus.language.expression import Expression, Number

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

ALWAYS = Number(1.0)


@dataclass(frozen=True, eq=False)
class Fraction:
    """Two sums over the plays, one above the other, with the bits that they follow."""

    bits: Bits
    above: Sum
    below: Sum


def given_or_always(event: Expression | None) -> Expression:
    """An event, or one that always holds where there is none."""
    return ALWAYS if event is None else event


def ends_of_play(ground: Ground) -> Rows:
    """The nodes at which play ends."""
    return np.flatnonzero(ground.game.information_set == TERMINAL)


def sets_of(ground: Ground, rows: Rows, bits: Bits) -> Iterator[tuple[int, StateFrame]]:
    """Each set of bits with a frame of the rows in which the bits have that set's values."""
    frame = ground.nodes(rows)
    for held in range(1 << len(bits)):
        yield held, frame.with_bits({bit: float(held >> k & 1) for k, bit in enumerate(bits)})


def holding(frame: StateFrame, condition: Expression) -> Floats:
    """1 where a condition holds and 0 where not, broadcastable to (row, world)."""
    found = evaluate(condition, frame)
    return np.where(np.isnan(found), np.nan, (found != 0.0).astype(np.float64))


def mean_terms(ground: Ground, subject: Expression, given: Expression) -> Fraction:
    """The mean of a subject over the ends of play at which a condition holds."""
    rows, bits = ends_of_play(ground), bits_in(subject, given)
    weights = _weights(ground, rows, bits, given)
    numbers = _by_set(ground, rows, bits, subject)
    return Fraction(bits, _sum_of(rows, weights, numbers), _sum_of(rows, weights))


def payoff_terms(ground: Ground, given: Expression) -> Fraction:
    """The mean of an actor's payoff over the plays that end with a condition true."""
    rows, bits = ends_of_play(ground), bits_in(given)
    weights = _weights(ground, rows, bits, given)
    below = _sum_of(rows, weights)
    return Fraction(bits, Sum(below.node, below.held, below.factor, paid=True), below)


def share_terms(ground: Ground, move: str, option: str, given: Expression) -> Fraction:
    """How often an option is taken, of all occasions of its move at which a condition holds."""
    rows, bits = np.flatnonzero(at_step(ground, move)), bits_in(given)
    edges = np.flatnonzero(chosen(ground, move, option))
    return Fraction(
        bits, _edge_sum(ground, edges, bits, given), _sum_of(rows, _weights(ground, rows, bits, given))
    )


def quality_terms(ground: Ground, move: str, option: str, given: Expression) -> Fraction:
    """What an actor gets by taking an option once, over the occasions on which it is on offer."""
    edges, bits = np.flatnonzero(chosen(ground, move, option)), bits_in(given)
    rows = parents(ground)[edges]
    above = _edge_sum(ground, edges, bits, given, worth=True)
    return Fraction(bits, above, _sum_of(rows, _weights(ground, rows, bits, given)))


def _weights(ground: Ground, rows: Rows, bits: Bits, given: Expression) -> Floats:
    """1 where a condition holds, shape (set, row)."""
    return np.stack(
        [np.broadcast_to(holding(frame, given)[:, 0], len(rows)) for _, frame in sets_of(ground, rows, bits)]
    )


def _by_set(ground: Ground, rows: Rows, bits: Bits, subject: Expression) -> Floats:
    """A subject's numbers, shape (set, row)."""
    return np.stack(
        [
            np.broadcast_to(evaluate(subject, frame)[:, 0], len(rows))
            for _, frame in sets_of(ground, rows, bits)
        ]
    )


def _sum_of(rows: Rows, weights: Floats, numbers: Floats | None = None) -> Sum:
    """The terms (set, row) whose weight is not 0."""
    held, place = np.nonzero(weights)
    factor = weights[held, place]
    return Sum(rows[place], held, factor if numbers is None else factor * numbers[held, place])


def _edge_sum(ground: Ground, edges: Rows, bits: Bits, given: Expression, *, worth: bool = False) -> Sum:
    """The terms of edges that are taken where a condition holds."""
    rows = parents(ground)[edges]
    weights = _weights(ground, rows, bits, given)
    held, place = np.nonzero(weights)
    return Sum(rows[place], held, weights[held, place], edge=edges[place], worth=worth)
