"""An end to explorations that do not end, with the name of what makes them so large."""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np

from foedus.errors import Fault, FoedusError, SizeLimit
from foedus.game.columns import encode
from foedus.game.program import Again, Decide, Draw, Instruction, Loop, Stop
from foedus.game.walk import Batch, Place, Walk

NODES = 1_000_000
SETTING = "FOEDUS_NODES"
EDGES_PER_NODE = 10
PLACES = 20_000
SAMPLE = 20_000


class BadLimit(FoedusError):
    """The environment sets a limit that is none."""

    code = "bad-limit"


@dataclass
class Limits:
    """At most so many nodes, ten times as many edges and plays under way, and 20,000 places."""

    nodes: int = NODES
    places: int = 0

    def before(self, walk: Walk, place: Place, batch: Batch) -> None:
        """Raises SizeLimit if visiting this place would make the game too large."""
        self.places += 1
        if self.places > PLACES:
            self._refuse_rounds(walk, place)
        edges = walk.edges.count + len(batch) * _fan(walk.program[place.at])
        if edges > EDGES_PER_NODE * self.nodes:
            self._refuse(walk, place, batch)

    def after(self, walk: Walk, place: Place, batch: Batch) -> None:
        """Raises SizeLimit if visiting this place has made the game too large."""
        if walk.nodes.count > self.nodes:
            self._refuse(walk, place, batch)

    def _refuse_rounds(self, walk: Walk, place: Place) -> None:
        loops = walk.program[place.at].loops
        loop = walk.program[loops[-1]] if loops else None
        mark = loop.mark if isinstance(loop, Loop) else None
        times = f" (one loop has {loop.times} rounds)" if isinstance(loop, Loop) else ""
        raise SizeLimit(
            Fault(f"the play has more than {PLACES} places, counting each round{times}", mark, "size")
        )

    def _refuse(self, walk: Walk, place: Place, batch: Batch) -> None:
        name, factor = _most_multiplying(walk, batch)
        variable = walk.binder.scenario.variables.get(name)
        step = _step_name(walk.program[place.at])
        raise SizeLimit(
            Fault(
                f"the game grows past {self.nodes:,} nodes at '{step}'; '{name}' multiplies it most: without "
                f"this variable the step would have {factor:.0f} times fewer states ({SETTING} in the "
                "environment raises the limit)",
                variable.mark if variable else None,
                "size",
            )
        )


def usual_limit() -> int:
    """How many nodes a game may have: $FOEDUS_NODES, else NODES. Raises BadLimit for what is no number."""
    told = os.environ.get(SETTING)
    if told is None:
        return NODES
    if not told.isdecimal() or not int(told):
        raise BadLimit(f"{SETTING} is '{told}'; expected a whole number of nodes, such as {NODES}")
    return int(told)


def _fan(instruction: Instruction) -> int:
    match instruction:
        case Decide(move):
            return len(move.options)
        case Draw(chance):
            return len(chance.outcomes)
    return 1


def _step_name(instruction: Instruction) -> str:
    match instruction:
        case Decide(move):
            return move.name
        case Draw(chance):
            return chance.name
        case Loop() | Again():
            return "repeat"
        case Stop():
            return "end"
    return type(instruction).__name__.lower()


def _most_multiplying(walk: Walk, batch: Batch) -> tuple[str, float]:
    """The public variable whose absence would merge most of the states here."""
    states = batch.states[:: max(1, len(batch) // SAMPLE)]
    codes = [(len(np.unique(encode(np.delete(states, k, axis=1)))), k) for k in range(walk.layout.public)]
    fewest, column = min(codes)
    return walk.layout.columns[column].name, len(np.unique(encode(states))) / fewest
