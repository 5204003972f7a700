"""What the arrangements in force, and a claim's overrides, change about moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.game.bind import Binder
from foedus.game.columns import States
from foedus.game.evaluate import Rounds
from foedus.game.growing import Mask, Places
from foedus.language.names import IN_FORCE
from foedus.language.scenario import Arrangement, Move, Option, Sets

THEN = "then"
ASKED = {"leave": 1, "end": 2}


@dataclass(frozen=True)
class Rules:
    """`only` maps a move to the options that a claim leaves; it outweighs what arrangements remove.

    A state in which none of these is offered keeps its other options.
    """

    binder: Binder
    arrangements: list[Arrangement]
    only: dict[str, frozenset[str]]
    started: frozenset[str]

    def start_of(self, arrangement: str) -> Sets:
        """What is set on entry into force, but for variables whose start a claim overrides."""
        sets = self.binder.scenario.arrangements[arrangement].start
        return tuple((name, right) for name, right in sets if name not in self.started)

    def _in_force(self, arrangement: Arrangement, states: States) -> Mask:
        layout = self.binder.layout
        here: Mask = states[:, layout.index[IN_FORCE]] == layout.value(IN_FORCE, arrangement.name)
        return here

    def movers(self, move: Move, states: States, actors: dict[str, int]) -> Places:
        """The actor who makes a move in each state."""
        movers = np.full(len(states), actors[move.by], np.intp)
        for each in self.arrangements:
            if move.name in each.hands:
                movers[self._in_force(each, states)] = actors[each.hands[move.name]]
        return movers

    def offered(self, move: Move, states: States, rounds: Rounds) -> Mask:
        """Which options are open (node, option)."""
        own = np.stack([self._possible(option, states, rounds) for option in move.options], axis=1)
        patched = own.copy()
        for each in self.arrangements:
            self._restrict(each, move, states, rounds, patched)
        only = self.only.get(move.name)
        if only is None:
            return patched
        forced = own & np.array([option.name in only for option in move.options])
        return np.where(forced.any(axis=1)[:, None], forced, patched)

    def _possible(self, option: Option, states: States, rounds: Rounds) -> Mask:
        return self.binder.truth(option.condition, states, rounds, option.mark)

    def _restrict(
        self, arrangement: Arrangement, move: Move, states: States, rounds: Rounds, offered: Mask
    ) -> None:
        removes = arrangement.removes.get(move.name, ())
        requires = arrangement.requires.get(move.name, {})
        if not removes and not requires:
            return
        here = self._in_force(arrangement, states)
        for k, option in enumerate(move.options):
            if option.name in removes:
                offered[here, k] = False
            elif option.name in requires and here.any():
                condition = requires[option.name]
                met = self.binder.truth(condition, states[here], rounds, arrangement.mark)
                offered[here, k] &= met

    def ask_then(self, states: States, rows: Places, then: str | None) -> None:
        """Notes, in place, that the play is to leave the loop or to end once clauses have taken effect."""
        if then is not None:
            column = self.binder.layout.index[THEN]
            states[rows, column] = np.maximum(states[rows, column], ASKED[then])
