"""The results that a claim may name, each for all worlds of a solution; arrays have shape (world).

A result is NaN where it has no value: in a world that is not solved, or where what it is conditional on has
a probability below `MEASURABLE`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.commitments import delivered, kept, kept_each
from foedus.analysis.events import at_step, bits_in, chosen, parents
from foedus.analysis.expressions import evaluate
from foedus.analysis.games import once
from foedus.analysis.motion import moves
from foedus.analysis.signing import signs
from foedus.analysis.solutions import Solution
from foedus.analysis.terms import (
    Fraction,
    ends_of_play,
    given_or_always,
    holding,
    mean_terms,
    payoff_terms,
    quality_terms,
    sets_of,
    share_terms,
)
from foedus.analysis.totals import ratio, total
from foedus.language.expression import Expression

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


def probability(solution: Solution, event: Expression, condition: Expression | None = None) -> Floats:
    """P(event | condition), both judged at the end of play."""
    return expectation(solution, given_or_always(event), condition)


def expectation(solution: Solution, subject: Expression, condition: Expression | None = None) -> Floats:
    """E(subject | condition), both judged at the end of play."""
    given = given_or_always(condition)
    if moves(subject) or moves(given):
        return _mean(solution, subject, given)
    return _fraction(solution, ("E", subject, given), lambda: mean_terms(solution.ground, subject, given))


def value(solution: Solution, actor: str, condition: Expression | None = None) -> Floats:
    """Expected payoff of an actor over the whole play, payments on the way included, given an event."""
    who = solution.actor(actor)
    if condition is None:
        return np.where(solution.solved, solution.equilibrium.values[who], np.nan)
    if moves(condition):
        return _payoff(solution, who, condition)
    terms = ("V", condition)
    return _fraction(solution, terms, lambda: payoff_terms(solution.ground, condition), who)


def share(solution: Solution, move: str, option: str, condition: Expression | None = None) -> Floats:
    """How often the option is taken, per occasion on which the move comes up with the condition true.

    Events in the condition are those so far. Where the option is not on offer it counts as not taken.
    """
    ground, given = solution.ground, given_or_always(condition)
    if not moves(given):
        terms = ("Share", move, option, given)
        return _fraction(solution, terms, lambda: share_terms(ground, move, option, given))
    rows = np.flatnonzero(at_step(ground, move))
    taken = np.zeros((solution.game.nodes, solution.reach.shape[1]))
    edges = np.flatnonzero(chosen(ground, move, option))
    taken[parents(ground)[edges]] = solution.edge_probabilities(edges)
    return _weighted(solution, rows, taken, given)


def quality(
    solution: Solution, actor: str, move: str, option: str, condition: Expression | None = None
) -> Floats:
    """What the actor gets from there on if the option is taken once, all else as in equilibrium.

    The mean over the occasions on which the option is on offer with the condition true, by their reach.
    """
    ground, who, given = solution.ground, solution.actor(actor), given_or_always(condition)
    if not moves(given):
        terms = ("Q", move, option, given)
        return _fraction(solution, terms, lambda: quality_terms(ground, move, option, given), who)
    edges = np.flatnonzero(chosen(ground, move, option))
    rows = parents(ground)[edges]
    worth = np.zeros((solution.game.nodes, solution.reach.shape[1]))
    payments = solution.tabulation.payoffs[solution.game.payment[edges], who]
    worth[rows] = payments + solution.values[solution.game.child[edges], who]
    return _weighted(solution, rows, worth, given)


def _fraction(solution: Solution, name: Hashable, find: Callable[[], Fraction], actor: int = -1) -> Floats:
    """A fraction whose terms are worked out once for a game."""
    terms = once(solution.game, name, solution.game.labels, find)
    above, below = solution.add_up(terms.bits, (terms.above, terms.below), actor)
    return ratio(above, below, solution.solved)


# --- where a parameter has a say in what is added up, which then differs between worlds -------------------


def _mean(solution: Solution, subject: Expression, given: Expression) -> Floats:
    ground, rows, bits = solution.ground, ends_of_play(solution.ground), bits_in(subject, given)
    mass = solution.mass(bits)
    above = below = np.zeros(mass.shape[2])
    for held, frame in sets_of(ground, rows, bits):
        weight = holding(frame, given) * mass[rows, held]
        above = above + total(np.where(weight == 0.0, 0.0, weight * evaluate(subject, frame)))
        below = below + total(weight)
    return ratio(above, below, solution.solved)


def _payoff(solution: Solution, who: int, condition: Expression) -> Floats:
    bits = bits_in(condition)
    mass, payoff = solution.payoff_mass(bits, who)
    above = below = np.zeros(mass.shape[2])
    rows = ends_of_play(solution.ground)
    for held, frame in sets_of(solution.ground, rows, bits):
        here = holding(frame, condition)
        above = above + total(here * payoff[rows, held])
        below = below + total(here * mass[rows, held])
    return ratio(above, below, solution.solved)


def _weighted(solution: Solution, rows: Rows, numbers: Floats, given: Expression) -> Floats:
    """The mean of numbers (node, world) over the rows' occasions on which a condition holds."""
    bits = bits_in(given)
    mass = solution.mass(bits)
    above = below = np.zeros(mass.shape[2])
    for held, frame in sets_of(solution.ground, rows, bits):
        weight = holding(frame, given) * mass[rows, held]
        above = above + total(weight * numbers[rows])
        below = below + total(weight)
    return ratio(above, below, solution.solved)
