"""What an exploration carries along: plays under way, the places where they wait, and the game so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

from foedus.game.bind import Binder
from foedus.game.columns import States, distinct
from foedus.game.evaluate import Rounds
from foedus.game.game import CHANCE
from foedus.game.growing import Edges, InformationSets, Mask, Nodes, Places
from foedus.game.pool import ONE, ZERO, Ids
from foedus.game.program import Instruction
from foedus.game.promises import Promises
from foedus.game.recall import Recall
from foedus.game.rules import Rules
from foedus.game.table import PURPOSES, Origin, Origins

START = -1


@dataclass
class Batch:
    """Plays under way: the edge on which each left its last node (START: none yet), and its state."""

    edges: Places
    states: States

    def __len__(self) -> int:
        return len(self.edges)

    def where(self, mask: Mask) -> Batch:
        return Batch(self.edges[mask], self.states[mask])


@dataclass(frozen=True)
class Place:
    """An instruction and the number of each round around it; `named` are the rounds that have a name."""

    at: int
    rounds: tuple[int, ...]
    named: Rounds


@dataclass(frozen=True)
class Outcomes:
    """What chance nodes offer: names (outcome), offered and probability entries (node, outcome), slip."""

    names: list[str]
    offered: Mask
    probability: Ids
    slip: Mask


@dataclass
class Trail:
    """What is noted for the labels: where promises come due, and what happens on which edge."""

    due: list[tuple[str, Places]] = field(default_factory=list)
    breach: list[tuple[str, Places]] = field(default_factory=list)
    fired: list[tuple[str, Places]] = field(default_factory=list)
    transit: list[tuple[Places, States]] = field(default_factory=list)


class Walk:
    """The game so far, and the plays that wait at places not yet visited."""

    def __init__(
        self,
        program: list[Instruction],
        binder: Binder,
        rules: Rules,
        promises: Promises,
        recall: Recall,
    ) -> None:
        self.program = program
        self.binder = binder
        self.layout = binder.layout
        self.rules = rules
        self.promises = promises
        self.recall = recall
        self.actors = {name: k for k, name in enumerate(binder.scenario.actors)}
        self.edges = Edges(len(self.actors), binder.pool)
        self.nodes = Nodes(len(self.actors))
        self.sets = InformationSets()
        self.trail = Trail()
        self.positions: dict[tuple[str, tuple[int, ...]], int] = {}
        self.names: dict[str, int] = {}
        self.origins: Origins = {purpose: {} for purpose in PURPOSES}
        self.simplices: dict[tuple[int, ...], Origin] = {}
        self._waiting: dict[tuple[int, ...], tuple[Place, list[Batch]]] = {}
        self._queue: list[tuple[int, ...]] = []

    def go(self, at: int, rounds: tuple[int, ...], batch: Batch) -> None:
        """Sends plays on to an instruction; rounds of loops that it leaves are dropped."""
        if len(batch) == 0:
            return
        instruction = self.program[at]
        rounds = rounds[: len(instruction.loops)]
        key = (*(k for pair in zip(instruction.loops, rounds, strict=True) for k in pair), at)
        waiting = self._waiting.get(key)
        if waiting is None:
            named = {name: k for name, k in zip(instruction.names, rounds, strict=True) if name}
            self._waiting[key] = Place(at, rounds, named), [batch]
            heappush(self._queue, key)
        else:
            waiting[1].append(batch)

    def take(self) -> tuple[Place, Batch] | None:
        """The earliest place where plays wait, with all of them; None when the play is explored."""
        if not self._queue:
            return None
        place, batches = self._waiting.pop(heappop(self._queue))
        if len(batches) == 1:
            return place, batches[0]
        edges = np.concatenate([batch.edges for batch in batches])
        return place, Batch(edges, np.concatenate([batch.states for batch in batches]))

    def position(self, step: str, place: Place) -> int:
        return self.positions.setdefault((step, place.rounds), len(self.positions))

    def name(self, text: str) -> int:
        return self.names.setdefault(text, len(self.names))

    def note(self, purpose: str, entries: Ids, origin: Origin) -> None:
        """Remembers where entries of the pool come from, for messages; the first place counts."""
        known = self.origins[purpose]
        for entry in set(entries.tolist()):
            known.setdefault(entry, origin)

    def note_chance(self, origin: Origin, offered: Mask, probability: Ids) -> None:
        """Remembers the distinct sets of probabilities that have to sum to 1."""
        rows, _ = distinct(np.where(offered, probability, ZERO))
        for row in rows.tolist():
            self.simplices.setdefault(tuple(row), origin)

    def arrive(self, batch: Batch, inverse: Places) -> None:
        """Ends the batch's edges at nodes that are about to be added, numbered from the next one on."""
        if batch.edges[0] != START:
            self.edges.child[batch.edges] = self.nodes.count + inverse

    def add_chance(
        self, step: str, place: Place, rows: States, outcomes: Outcomes
    ) -> tuple[Places, Places, Places]:
        """Adds chance nodes with their offered outcomes: the edges, and the parent and outcome of each."""
        offered = outcomes.offered
        parent, outcome = np.nonzero(offered)
        degree = offered.sum(axis=1).astype(np.int32)
        chance = np.full(len(rows), CHANCE, np.int32)
        self.nodes.add(chance, self.position(step, place), degree, rows[:, : self.layout.public])
        labels = np.array([self.name(name) for name in outcomes.names], np.int32)
        probability = outcomes.probability[parent, outcome]
        edges = self.edges.add(labels[outcome], probability, outcomes.slip[outcome])
        return edges, parent, outcome

    def with_edge(self, place: Place, batch: Batch, name: str) -> Batch:
        """Gives the start of the play a node of its own, where something happens before the first one."""
        if batch.edges[0] != START:
            return batch
        one = np.full((1, 1), ONE, np.int32)
        sure = Outcomes([name], np.ones((1, 1), np.bool_), one, np.zeros(1, np.bool_))
        edges, _, _ = self.add_chance(name, place, batch.states, sure)
        return Batch(edges, batch.states)
