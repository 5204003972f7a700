"""From a finished exploration to the arrays of its game."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foedus.game.columns import distinct
from foedus.game.game import Bools, Game, Ints, Labels, Position
from foedus.game.growing import Places
from foedus.game.pool import ONE, ZERO, Ids
from foedus.game.table import Origin
from foedus.game.tables import Rows, build_table, number_entries
from foedus.game.walk import Walk


def assemble(walk: Walk, title: str, visible: list[tuple[int, ...]]) -> Game:
    """The game of a walk that has visited everything."""
    count = walk.edges.count
    entries = _Entries(walk)
    numbering = number_entries(walk.binder, entries.all())
    register = numbering.register
    probability, probabilities = _rows_of(entries.probability, register)
    weight, weights = _with_first(register[entries.weight], int(register[ONE]))
    payoff, payoffs = _payoffs(register[entries.payoff], int(register[ZERO]))
    rows = Rows(probabilities, payoffs, weights, register[entries.rationality])
    return Game(
        title=title,
        actors=tuple(walk.actors),
        first_edge=_offsets(np.concatenate(walk.nodes.degree)),
        information_set=np.concatenate(walk.nodes.information_set),
        payoff=payoff[count:],
        child=walk.edges.child[:count].copy(),
        probability=probability,
        payment=payoff[:count],
        slip=walk.edges.slip[:count].copy(),
        first_node=np.array(walk.sets.first, np.int32),
        last_node=np.array(walk.sets.last, np.int32),
        first_option=_offsets(np.array(walk.sets.options, np.int32)),
        mover=np.array(walk.sets.mover, np.int32),
        weight=weight,
        table=build_table(walk.binder, numbering, rows, walk.simplices, walk.origins),
        labels=_labels(walk, visible),
    )


class _Entries:
    """All numbers of a walk as entries of the pool; `payoff` are those of edges, then of nodes."""

    def __init__(self, walk: Walk) -> None:
        count = walk.edges.count
        self.probability = walk.edges.probability[:count]
        self.weight = np.array(walk.sets.weight, np.int32)
        self.payoff = np.concatenate([walk.edges.payment[:count], *walk.nodes.payoff])
        self.rationality = _rationality(walk)
        self.simplices = np.array([entry for row in walk.simplices for entry in row], np.int32)

    def all(self) -> Ids:
        """Those that are used, each once from each part, since a large game has few different ones."""
        parts = (self.probability, self.weight, self.payoff, self.rationality, self.simplices)
        entries: Ids = np.concatenate([np.flatnonzero(_used(part)) for part in parts])
        return entries


def _used(entries: Ids) -> Bools:
    """Whether each entry of the pool is among some; -1 is none."""
    used = np.zeros(int(entries.max(initial=-1)) + 2, np.bool_)
    used[entries] = True
    return used[:-1]


def _rationality(walk: Walk) -> Ids:
    """An entry for each actor."""
    entries = np.zeros(len(walk.actors), np.int32)
    for actor, expression in walk.binder.scenario.rationality.items():
        place = slice(walk.actors[actor], walk.actors[actor] + 1)
        entries[place] = walk.binder.value(expression, {}, {})
        origin = Origin(None, f"the rationality of '{actor}'", ("rationality", actor))
        walk.note("rationality", entries[place], origin)
    return entries


def _offsets(counts: NDArray[np.integer]) -> Ints:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)


def _rows_of(entries: Ids, register: Ids) -> tuple[Ints, Ids]:
    """Each chance edge's row, -1 for options, and the register of each row."""
    chance = entries >= 0
    unique, inverse = np.unique(register[entries[chance]], return_inverse=True)
    rows = np.full(len(entries), -1, np.int32)
    rows[chance] = inverse
    return rows, unique


def _with_first(registers: Ids, first: int) -> tuple[Ints, Ids]:
    """Each register's row, and the register of each row, row 0 being `first`."""
    others = np.unique(registers[registers != first])
    rows = np.where(registers == first, 0, np.searchsorted(others, registers) + 1).astype(np.int32)
    return rows, np.concatenate([[first], others]).astype(np.int32)


def _payoffs(registers: Ids, zero: int) -> tuple[Ints, Ids]:
    """The row of each list of registers (actor), and the rows; row 0 is all zeros."""
    nothing = np.zeros((1, registers.shape[1]), np.int32)
    moved = np.where(registers == zero, 0, registers + 1)
    rows, inverse = distinct(np.concatenate([nothing, moved]))
    return inverse[1:].astype(np.int32), np.where(rows == 0, zero, rows - 1).astype(np.int32)


def _labels(walk: Walk, visible: list[tuple[int, ...]]) -> Labels:
    public = walk.layout.columns[: walk.layout.public]
    transit_edges, transit = _transit(walk)
    return Labels(
        variables=tuple(column.name for column in public),
        domains=tuple(column.domain for column in public),
        positions=tuple(Position(step, rounds) for step, rounds in walk.positions),
        position=np.concatenate(walk.nodes.position),
        state=np.concatenate(walk.nodes.states).astype(np.int16),
        edge_names=tuple(walk.names),
        edge_name=walk.edges.name[: walk.edges.count].copy(),
        first_transit=transit_edges,
        transit=transit,
        sees=tuple(visible[mover] for mover in walk.sets.mover),
        due=_flags(walk.trail.due, walk.nodes.count, list(walk.promises.promises)),
        breach=_flags(walk.trail.breach, walk.edges.count, list(walk.promises.promises)),
        fired=_flags(walk.trail.fired, walk.edges.count, list(walk.promises.clauses)),
    )


def _transit(walk: Walk) -> tuple[Ints, NDArray[np.int16]]:
    """The states passed on edges, in order; that of the node left behind is not one of them."""
    noted = walk.trail.transit
    edges = np.concatenate([np.zeros(0, np.intp), *(edges for edges, _ in noted)])
    empty = np.zeros((0, walk.layout.public), np.int16)
    states = np.concatenate([empty, *(states for _, states in noted)]).astype(np.int16)
    parent = np.repeat(np.arange(walk.nodes.count), np.concatenate(walk.nodes.degree))
    news = (states != np.concatenate(walk.nodes.states)[parent[edges]]).any(axis=1)
    edges, states = edges[news], states[news]
    order = np.argsort(edges, kind="stable")
    return _offsets(np.bincount(edges, minlength=walk.edges.count)), states[order]


def _flags(noted: list[tuple[str, Places]], size: int, names: list[str]) -> dict[str, Bools]:
    flags = {name: np.zeros(size, np.bool_) for name in names}
    for name, places in noted:
        flags[name][places] = True
    return flags
