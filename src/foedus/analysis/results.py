"""The results that a claim may name, each for all worlds of a solution; arrays have shape (world).

A result is NaN where it has no value: in a world that is not solved, or where what it is conditional on has
a probability below `MEASURABLE`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.commitments import delivered, kept, kept_each
from foedus.analysis.events import at_step, bits_in, chosen, parents
from foedus.analysis.expressions import evaluate
from foedus.analysis.frame import StateFrame
from foedus.analysis.signing import signs
from foedus.analysis.solutions import Solution
from foedus.analysis.totals import ratio, total
from foedus.game.game import TERMINAL
from foedus.language.expression import Expression, Number

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

__all__ = [
    "delivered",
    "expectation",
    "kept",
    "kept_each",
    "probability",
    "quality",
    "share",
    "signs",
    "value",
]

ALWAYS = Number(1.0)


def probability(solution: Solution, event: Expression, condition: Expression | None = None) -> Floats:
    """P(event | condition), both judged at the end of play."""
    return expectation(solution, given_or_always(event), condition)


def expectation(solution: Solution, subject: Expression, condition: Expression | None = None) -> Floats:
    """E(subject | condition), both judged at the end of play."""
    given = given_or_always(condition)
    return _mean(solution, ends_of_play(solution), subject, given)


def value(solution: Solution, actor: str, condition: Expression | None = None) -> Floats:
    """Expected payoff of an actor over the whole play, payments on the way included, given an event."""
    who = solution.actor(actor)
    if condition is None:
        return np.where(solution.solved, solution.equilibrium.values[who], np.nan)
    bits = bits_in(condition)
    mass, payoff = solution.payoff_mass(bits, who)
    above = below = np.zeros(mass.shape[2])
    rows = ends_of_play(solution)
    for held, frame in sets_of(solution, rows, bits):
        here = holding(frame, condition)
        above = above + total(here * payoff[rows, held])
        below = below + total(here * mass[rows, held])
    return ratio(above, below, solution.solved)


def share(solution: Solution, move: str, option: str, condition: Expression | None = None) -> Floats:
    """How often the option is taken, per occasion on which the move comes up with the condition true.

    Events in the condition are those so far. Where the option is not on offer it counts as not taken.
    """
    rows = np.flatnonzero(at_step(solution.ground, move))
    taken = np.zeros((solution.game.nodes, solution.reach.shape[1]))
    edges = np.flatnonzero(chosen(solution.ground, move, option))
    taken[parents(solution.ground)[edges]] = solution.edge_probabilities(edges)
    return _weighted(solution, rows, taken, given_or_always(condition))


def quality(
    solution: Solution, actor: str, move: str, option: str, condition: Expression | None = None
) -> Floats:
    """What the actor gets from there on if the option is taken once, all else as in equilibrium.

    The mean over the occasions on which the option is on offer with the condition true, by their reach.
    """
    who = solution.actor(actor)
    edges = np.flatnonzero(chosen(solution.ground, move, option))
    rows = parents(solution.ground)[edges]
    worth = np.zeros((solution.game.nodes, solution.reach.shape[1]))
    payments = solution.tabulation.payoffs[solution.game.payment[edges], who]
    worth[rows] = payments + solution.values[solution.game.child[edges], who]
    return _weighted(solution, rows, worth, given_or_always(condition))


def given_or_always(event: Expression | None) -> Expression:
    """An event, or one that always holds where there is none."""
    return ALWAYS if event is None else event


def ends_of_play(solution: Solution) -> Rows:
    """The nodes at which play ends."""
    return np.flatnonzero(solution.game.information_set == TERMINAL)


def sets_of(solution: Solution, rows: Rows, bits: tuple[Expression, ...]) -> Iterator[tuple[int, StateFrame]]:
    """Each set of bits with a frame of the rows in which the bits have that set's values."""
    frame = solution.ground.nodes(rows)
    for held in range(1 << len(bits)):
        yield held, frame.with_bits({bit: float(held >> k & 1) for k, bit in enumerate(bits)})


def holding(frame: StateFrame, condition: Expression) -> Floats:
    """1 where a condition holds and 0 where not, broadcastable to (row, world)."""
    found = evaluate(condition, frame)
    return np.where(np.isnan(found), np.nan, (found != 0.0).astype(np.float64))


def _mean(solution: Solution, rows: Rows, subject: Expression, given: Expression) -> Floats:
    bits = bits_in(subject, given)
    mass = solution.mass(bits)
    above = below = np.zeros(mass.shape[2])
    for held, frame in sets_of(solution, rows, bits):
        weight = holding(frame, given) * mass[rows, held]
        above = above + total(np.where(weight == 0.0, 0.0, weight * evaluate(subject, frame)))
        below = below + total(weight)
    return ratio(above, below, solution.solved)


def _weighted(solution: Solution, rows: Rows, numbers: Floats, given: Expression) -> Floats:
    """The mean of numbers (node, world) over the rows' occasions on which a condition holds."""
    bits = bits_in(given)
    mass = solution.mass(bits)
    above = below = np.zeros(mass.shape[2])
    for held, frame in sets_of(solution, rows, bits):
        weight = holding(frame, given) * mass[rows, held]
        above = above + total(weight * numbers[rows])
        below = below + total(weight)
    return ratio(above, below, solution.solved)
