"""Events as bits that a play sets once and for all: where in the graph each bit is set.

A bit is an `ever(…)` or `chose(…)` of a claim, or one of our own about commitments and signatures. It is
set on entering a node, on taking an edge, or in a state that an edge passes in transit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.frame import Ground
from foedus.game.game import TERMINAL
from foedus.language import expression as ex
from foedus.language.expression import Expression

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Due(Expression):
    """The commitment came due."""

    commitment: str


@dataclass(frozen=True, slots=True)
class Broken(Expression):
    """An option was taken that breaks the commitment."""

    commitment: str


@dataclass(frozen=True, slots=True)
class Fired(Expression):
    """A clause that delivers the commitment took effect."""

    commitment: str


@dataclass(frozen=True, slots=True)
class Asked(Expression):
    """The move came up."""

    move: str


@dataclass(frozen=True, eq=False)
class Marks:
    """Where a bit is set: at the root, and on which edges (edge), the edge's child node included."""

    root: bool
    edges: Bools


def bits_in(*expressions: Expression | None) -> tuple[Expression, ...]:
    """The distinct events inside expressions, in order of appearance."""
    kinds = (ex.Ever, ex.Chose, Due, Broken, Fired, Asked)
    found = [
        node for each in expressions if each is not None for node in ex.walk(each) if isinstance(node, kinds)
    ]
    return tuple(dict.fromkeys(found))


def marks(event: Expression, ground: Ground) -> Marks:
    """Where an event's bit is set. Raises Unanswerable for a condition that depends on a parameter."""
    match event:
        case ex.Ever(condition):
            return _ever(condition, ground)
        case ex.Chose(move, option):
            return Marks(False, chosen(ground, move, option))
        case Due(commitment):
            return _entering(ground, due_nodes(ground, commitment))
        case Broken(commitment):
            return Marks(False, _edges(ground, ground.labels.breach, (commitment,)))
        case Fired(commitment):
            return Marks(False, _edges(ground, ground.labels.fired, delivering(ground, commitment)))
        case Asked(move):
            return _entering(ground, at_step(ground, move))
    raise TypeError(f"not an event: {event}")


def delivering(ground: Ground, commitment: str) -> tuple[str, ...]:
    """The clauses that do what the commitment promises, as far as the arrangement has them."""
    clauses = ground.scenario.clauses
    return tuple(
        name
        for name, clause in clauses.items()
        if commitment in clause.delivers and name in ground.labels.fired
    )


def due_nodes(ground: Ground, commitment: str) -> Bools:
    """Whether the commitment comes due at a node, shape (node)."""
    known = ground.labels.due.get(commitment)
    return np.zeros(ground.game.nodes, np.bool_) if known is None else known


def at_step(ground: Ground, step: str) -> Bools:
    """Whether a node stands at the step of that name, shape (node)."""
    labels = ground.labels
    here = np.array([position.step == step for position in labels.positions], np.bool_)
    return np.asarray(here[labels.position] & (ground.game.information_set != TERMINAL))


def parents(ground: Ground) -> NDArray[np.intp]:
    """The node that each edge leaves, shape (edge)."""
    return np.repeat(np.arange(ground.game.nodes), np.diff(ground.game.first_edge))


def chosen(ground: Ground, move: str, option: str) -> Bools:
    """Whether an edge takes that option of that step, shape (edge)."""
    labels = ground.labels
    if option not in labels.edge_names:
        return np.zeros(ground.game.edges, np.bool_)
    named = labels.edge_name == labels.edge_names.index(option)
    return np.asarray(named & at_step(ground, move)[parents(ground)])


def _ever(condition: Expression, ground: Ground) -> Marks:
    nodes = ground.nodes().truth(condition)
    edges = nodes[ground.game.child].copy()
    labels = ground.labels
    if len(labels.transit):
        passing = np.repeat(np.arange(ground.game.edges), np.diff(labels.first_transit))
        edges[passing[ground.rows(labels.transit).truth(condition)]] = True
    return Marks(bool(nodes[0]), edges)


def _entering(ground: Ground, nodes: Bools) -> Marks:
    return Marks(bool(nodes[0]), nodes[ground.game.child])


def _edges(ground: Ground, known: dict[str, Bools], names: Iterable[str]) -> Bools:
    edges = np.zeros(ground.game.edges, np.bool_)
    for name in names:
        if name in known:
            edges |= known[name]
    return edges
