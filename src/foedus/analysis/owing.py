"""What each result that a claim may name owes to the play: its adjoints before any equilibrium moves.

A result is above / below, each a sum over nodes and the bits followed there. With q its value, it changes
by (change of above − q · change of below) / below: so what is owed to a mass is its number less q, over
below. The order is that of `results`, which says what the sums are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from foedus.analysis import commitments, signing
from foedus.analysis.events import at_step, bits_in, chosen, due_nodes, parents
from foedus.analysis.expressions import evaluate
from foedus.analysis.motion import Motion, moves
from foedus.analysis.solutions import Solution
from foedus.analysis.terms import ends_of_play, given_or_always, holding, sets_of
from foedus.analysis.totals import MEASURABLE, total
from foedus.analysis.tracks import Bits
from foedus.game.reverse import times
from foedus.language import expression as ex
from foedus.language.expression import Expression

Floats = NDArray[np.float64]
Edges = NDArray[np.intp]
Direct = Callable[[Motion], Floats]

NONE: Edges = np.empty(0, np.intp)


@dataclass(frozen=True, eq=False)
class Owing:
    """The adjoints of a result, where `bits` are followed.

    mass and, with an actor ≥ 0 and paid, paid (node, set, world); shares (edge of `taken`, world) of the
    probabilities of edges; worth (edge of `offered`, world) of what the actor gets by taking an edge, from
    there on. `direct` is how the result changes (world) with parameters that its own words mention, None if
    they mention none.
    """

    bits: Bits
    mass: Floats
    paid: Floats | None = None
    actor: int = -1
    taken: Edges = field(default_factory=lambda: NONE)
    shares: Floats = field(default_factory=lambda: np.empty((0, 1)))
    offered: Edges = field(default_factory=lambda: NONE)
    worth: Floats = field(default_factory=lambda: np.empty((0, 1)))
    direct: Direct | None = None


def owing(solution: Solution, node: ex.Result, found: Floats) -> Owing:
    """The adjoints of a result whose value is `found` (world). Raises Unanswerable."""
    match node.function:
        case "P" | "E":
            return _mean(solution, given_or_always(node.subject), node.condition, found)
        case "V":
            assert node.actor is not None
            return _value(solution, node.actor, node.condition, found)
        case "Share":
            return _share(solution, node, found)
        case "Q":
            return _quality(solution, node, found)
        case "Signs":
            assert node.actor is not None
            return _ends(solution, signing.bits_of(solution.ground, node.actor), (3,), (1, 3), found)
    assert node.commitment is not None
    if node.function == "Keeps" and "each" in node.setting.flags:
        return _kept_each(solution, node.commitment, found)
    bits = commitments.bits_of(solution.ground, node.commitment)
    if node.function == "Keeps":
        return _ends(solution, bits, (1, 5), (1, 3, 5, 7), found)
    return _ends(solution, bits, (1, 4, 5, 6, 7), (1, 3, 4, 5, 6, 7), found)


def _mean(solution: Solution, subject: Expression, condition: Expression | None, found: Floats) -> Owing:
    given = given_or_always(condition)
    rows, bits = ends_of_play(solution.ground), bits_in(subject, given)
    mass = solution.mass(bits)
    owed, below = np.zeros_like(mass), np.zeros(mass.shape[2])
    for held, frame in sets_of(solution.ground, rows, bits):
        here = holding(frame, given)
        owed[rows, held] = times(here, evaluate(subject, frame) - found)
        below = below + total(here * mass[rows, held])

    def direct(motion: Motion) -> Floats:
        change = np.zeros(mass.shape[2])
        for held, frame in sets_of(solution.ground, rows, bits):
            number, slope = motion.in_states(subject, frame)
            holds, turns = motion.in_states(given, frame)
            change = change + total(
                times(mass[rows, held], times(holds != 0.0, slope) + times(turns, number - found))
            )
        return change / _measurable(below)

    still = not (moves(subject) or moves(condition))
    return Owing(bits, owed / _measurable(below), direct=None if still else direct)


def _value(solution: Solution, actor: str, condition: Expression | None, found: Floats) -> Owing:
    """Conditions that depend on a parameter jump, and count as still."""
    who, rows, bits = solution.actor(actor), ends_of_play(solution.ground), bits_in(condition)
    mass, _ = solution.payoff_mass(bits, who)
    paid, owed, below = np.zeros_like(mass), np.zeros_like(mass), np.zeros(mass.shape[2])
    for held, frame in sets_of(solution.ground, rows, bits):
        here = holding(frame, given_or_always(condition))
        paid[rows, held] = here
        below = below + total(here * mass[rows, held])
    if condition is not None:
        owed = -found * paid
    return Owing(bits, owed / _measurable(below), paid / _measurable(below), who)


def _share(solution: Solution, node: ex.Result, found: Floats) -> Owing:
    assert node.move is not None
    assert node.option is not None
    rows = np.flatnonzero(at_step(solution.ground, node.move))
    edges = np.flatnonzero(chosen(solution.ground, node.move, node.option))
    taken = np.zeros((solution.game.nodes, len(found)))
    taken[parents(solution.ground)[edges]] = solution.edge_probabilities(edges)
    bits, owed, weight, below = _weighted(solution, rows, taken, node.condition, found)
    shares = weight[parents(solution.ground)[edges]] / below
    return Owing(bits, owed / below, taken=edges, shares=shares)


def _quality(solution: Solution, node: ex.Result, found: Floats) -> Owing:
    assert node.actor is not None
    assert node.move is not None
    assert node.option is not None
    who, game = solution.actor(node.actor), solution.game
    edges = np.flatnonzero(chosen(solution.ground, node.move, node.option))
    rows = parents(solution.ground)[edges]
    worth = np.zeros((game.nodes, len(found)))
    payments = solution.tabulation.payoffs[game.payment[edges], who]
    worth[rows] = payments + solution.values[game.child[edges], who]
    bits, owed, weight, below = _weighted(solution, rows, worth, node.condition, found)
    return Owing(bits, owed / below, actor=who, offered=edges, worth=weight[rows] / below)


def _weighted(
    solution: Solution, rows: Edges, numbers: Floats, condition: Expression | None, found: Floats
) -> tuple[Bits, Floats, Floats, Floats]:
    """Bits, what is owed to masses before division, the weight of each node (node, world), and below."""
    given = given_or_always(condition)
    bits = bits_in(given)
    mass = solution.mass(bits)
    owed, weight = np.zeros_like(mass), np.zeros((mass.shape[0], mass.shape[2]))
    for held, frame in sets_of(solution.ground, rows, bits):
        here = holding(frame, given)
        owed[rows, held] = here * (numbers[rows] - found)
        weight[rows] += here * mass[rows, held]
    return bits, owed, weight, _measurable(total(weight[rows]))


def _ends(
    solution: Solution, bits: Bits, good: tuple[int, ...], among: tuple[int, ...], found: Floats
) -> Owing:
    """The share of the ends with a set of bits in `good` in those with one in `among`."""
    rows, mass = ends_of_play(solution.ground), solution.mass(bits)
    owed, below = np.zeros_like(mass), np.zeros(mass.shape[2])
    for held in range(mass.shape[1]):
        if held in among:
            owed[rows, held] = (held in good) - found
            below = below + total(mass[rows, held])
    return Owing(bits, owed / _measurable(below))


def _kept_each(solution: Solution, commitment: str, found: Floats) -> Owing:
    ground = solution.ground
    breach = ground.labels.breach[commitment]
    edges = np.flatnonzero(due_nodes(ground, commitment)[parents(ground)] | breach)
    good, rows = ~breach[edges][:, None], parents(ground)[edges]
    shares, mass = solution.edge_probabilities(edges), solution.mass(())
    owed = np.zeros_like(mass)
    np.add.at(owed[:, 0], rows, shares * (good - found))
    below = _measurable(total(mass[rows, 0] * shares))
    return Owing((), owed / below, taken=edges, shares=mass[rows, 0] * (good - found) / below)


def _measurable(below: Floats) -> Floats:
    return np.where(below >= MEASURABLE, below, np.nan)
