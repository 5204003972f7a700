"""A game as an `.efg` file tells it: a tree in prefix order, with numbers and labels as in the file."""

from __future__ import annotations

from dataclasses import dataclass, field

CHANCE = -1
END = -1
NOTHING = 0


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """An information set, or a chance move with its probabilities. Chance is the actor -1."""

    actor: int
    number: int
    label: str
    options: tuple[str, ...]
    probabilities: tuple[float, ...] = ()

    @property
    def chance(self) -> bool:
        return self.actor == CHANCE


@dataclass(frozen=True, eq=False, slots=True)
class Outcome:
    """Payoffs (actor), under the number that the file gives them."""

    number: int
    label: str
    payoffs: tuple[float, ...]


@dataclass(eq=False)
class Tree:
    """The nodes in the order of the file, each after its parent.

    parent (node): -1 for the root. place (node): index into `places`, END at a terminal node.
    outcome (node): index into `outcomes`, of which the first, NOTHING, pays nobody.
    """

    title: str
    actors: tuple[str, ...]
    comment: str = ""
    places: list[Place] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    outcome: list[int] = field(default_factory=list)

    @property
    def nodes(self) -> int:
        return len(self.parent)
