"""What actors know: what they see and, with perfect recall, what they remember.

A memory is one more hidden column for each actor. It is its own past: the memory before and what came last,
kept once. An actor remembers each option that it took, and where, and each change of a variable that it sees.
"""

from __future__ import annotations

import numpy as np

from foedus.game.columns import States, distinct


class Recall:
    """`visible[i]` are the columns that actor i sees, `memory[i]` is the column of what it remembers.

    Without perfect recall `memory` is empty and nothing is kept.
    """

    def __init__(self, visible: list[tuple[int, ...]], memory: list[int]) -> None:
        self.visible = visible
        self.memory = memory
        self._known: dict[tuple[object, ...], int] = {}

    def knowledge(self, actor: int) -> list[int]:
        """The columns that tell an actor's states apart for it."""
        return [*self.visible[actor], *(self.memory[actor : actor + 1])]

    def took(self, states: States, actor: int, place: tuple[int, ...], option: int) -> States:
        """The states with an actor remembering that it took an option."""
        if not self.memory:
            return states
        column = self.memory[actor]
        past, inverse = np.unique(states[:, column], return_inverse=True)
        now = [self._remember(before, ("took", place, option)) for before in past.tolist()]
        states[:, column] = np.array(now, np.int32)[inverse]
        return states

    def saw(self, before: States, after: States) -> None:
        """Adds to every actor's memory, in place in `after`, the changes that it sees."""
        for visible, column in zip(self.visible, self.memory, strict=False):
            columns = list(visible)
            changed = np.flatnonzero((before[:, columns] != after[:, columns]).any(axis=1))
            if len(changed):
                rows, inverse = distinct(after[changed][:, [column, *columns]])
                now = [self._remember(past, tuple(seen)) for past, *seen in rows.tolist()]
                after[changed, column] = np.array(now, np.int32)[inverse]

    def _remember(self, before: int, event: object) -> int:
        return self._known.setdefault((before, event), len(self._known) + 1)
