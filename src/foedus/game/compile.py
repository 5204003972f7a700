"""The front door: a scenario, one of its arrangements and a variation become a game."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from foedus.errors import ScenarioError, UnknownName, nearest
from foedus.game import chances, events, moves
from foedus.game.assemble import assemble
from foedus.game.bind import Binder
from foedus.game.check import refuse_base_faults
from foedus.game.columns import FLAG, Column, Layout, States
from foedus.game.game import Game
from foedus.game.glossary import glossary_of
from foedus.game.limits import Limits, usual_limit
from foedus.game.places import key_place
from foedus.game.program import (
    Again,
    Assign,
    Decide,
    Draw,
    Enter,
    Fire,
    Goto,
    Instruction,
    Loop,
    Pay,
    Program,
    Reveal,
    Stop,
    Test,
    Then,
)
from foedus.game.promises import breaking, broken, counts_breaches, is_nothing, promises_of
from foedus.game.recall import Recall
from foedus.game.rules import THEN, Rules
from foedus.game.signing import Signing, fallback_of, flag, flagged
from foedus.game.walk import START, Batch, Walk
from foedus.language.names import IN_FORCE, PENDING
from foedus.language.scenario import Arrangement, Block, Repeat, Scenario, Sign, Step

VISITS: dict[type[Instruction], Callable[..., None]] = {
    Test: events.test,
    Goto: events.goto,
    Loop: events.loop,
    Again: events.again,
    Then: events.then,
    Assign: events.assign,
    Reveal: events.reveal,
    Enter: events.enter,
    Pay: events.pay,
    Fire: events.fire,
    Decide: moves.decide,
    Draw: chances.draw,
    Stop: chances.stop,
}


@dataclass(frozen=True)
class Variation:
    """What a question changes about the game before it is compiled.

    in_force: all signatures are given, and ratified. constants: other values. only: the options that are
    left at a move. start: other first values, by text. unpatched: parameters whose value in the worlds
    outweighs what an arrangement makes of them. everything_seen: every variable is seen by all actors;
    simultaneous moves stay simultaneous.
    """

    in_force: bool = False
    constants: tuple[tuple[str, int], ...] = ()
    only: tuple[tuple[str, str], ...] = ()
    start: tuple[tuple[str, str], ...] = ()
    unpatched: frozenset[str] = frozenset()
    everything_seen: bool = False


@dataclass
class _Compilation:
    scenario: Scenario
    arrangement: Arrangement
    variation: Variation
    relevant: list[Arrangement] = field(init=False)

    def __post_init__(self) -> None:
        fallback = fallback_of(self.arrangement)
        names = dict.fromkeys([self.arrangement.name, fallback])
        self.relevant = [self.scenario.arrangements[name] for name in names]
        self.fallback = fallback

    def compile(self, limit: int) -> Game:
        constants = {**self.scenario.constants, **dict(self.variation.constants)}
        program = self._program(constants)
        layout = self._layout(program.secrets)
        binder = Binder(self.scenario, layout, constants, self._patches())
        self._refuse_patched_rationality(binder)
        promises = promises_of(self.relevant, binder)
        rules = Rules(binder, self.relevant, self._only(), frozenset(dict(self.variation.start)))
        recall = self._recall(layout)
        walk = Walk(program.instructions, binder, rules, promises, recall)
        explore(walk, self._start(layout, rules), Limits(limit))
        game = assemble(walk, f"{self.scenario.title}: {self.arrangement.name}", recall.visible)
        refuse_base_faults(self.scenario, game)
        return game

    def _refuse_patched_rationality(self, binder: Binder) -> None:
        """Rationality belongs to an actor, not to a state: it cannot change on entry into force."""
        for each in self.relevant:
            changed = binder.changed.get(each.name, frozenset())
            for actor, expression in self.scenario.rationality.items():
                for name in sorted(changed & binder.glossary.reads(expression).parameters):
                    raise ScenarioError.at(
                        key_place(self.scenario, each.mark, ("parameters", name)),
                        f"'{each.name}' changes '{name}', on which the rationality of '{actor}' depends; "
                        "an arrangement cannot change how rational an actor is",
                    )

    # --- the parts of a walk ------------------------------------------------------------------------------

    def _program(self, constants: dict[str, int]) -> Program:
        held = {name for each in self.relevant for name in each.clauses}
        clauses = [clause for name, clause in self.scenario.clauses.items() if name in held]
        program = Program(self.scenario, constants, clauses)
        if not self.arrangement.signed_by and any(
            not is_nothing(self.scenario.commitments[name].price) for name in self.arrangement.commitments
        ):
            program.emit(Pay(self.arrangement.name))
        signing = Signing(
            self.arrangement, self.fallback, self.variation.in_force, self.scenario.signatures_read
        )
        play = self.scenario.play
        program.steps(play if _signs(play) else (Sign("sign"), *play), signing)
        program.finish()
        return program

    def _layout(self, secrets: list[str]) -> Layout:
        public = [
            Column(each.name, each.domain, each.numeric, each.seen_by)
            for each in self.scenario.variables.values()
        ]
        public.append(Column(IN_FORCE, (PENDING, *self.scenario.arrangements)))
        hidden = [*secrets, THEN]
        read = self.scenario.signatures_read
        flags = dict.fromkeys((*flagged(self.arrangement, read), *read))
        public += [Column(flag(actor), FLAG) for actor in flags]
        for name in dict.fromkeys(name for each in self.relevant for name in each.commitments):
            if counts_breaches(self.scenario.commitments[name]):
                public.append(Column(broken(name), FLAG))
                hidden.append(breaking(name))
        if self.scenario.recall == "perfect":
            hidden += [_memory(actor) for actor in self.scenario.actors]
        return Layout(public, hidden)

    def _recall(self, layout: Layout) -> Recall:
        seen = [layout.visible(actor, self.variation.everything_seen) for actor in self.scenario.actors]
        memory = [
            layout.index[_memory(actor)] for actor in self.scenario.actors if _memory(actor) in layout.index
        ]
        return Recall(seen, memory)

    def _patches(self) -> dict[str, dict[str, Any]]:
        patches = {}
        for each in self.relevant:
            patch = {k: v for k, v in each.parameters if k not in self.variation.unpatched}
            if patch:
                patches[each.name] = patch
        return patches

    def _only(self) -> dict[str, frozenset[str]]:
        only: dict[str, frozenset[str]] = {}
        for move, option in self.variation.only:
            only[move] = only.get(move, frozenset()) | {option}
        return only

    def _start(self, layout: Layout, rules: Rules) -> States:
        row = np.zeros((1, len(layout.columns)), np.int32)
        given = dict(self.variation.start)
        for name, variable in self.scenario.variables.items():
            row[0, layout.index[name]] = variable.domain.index(given.get(name, variable.start))
        if not self.arrangement.signed_by:
            before = row.copy()
            for name, right in rules.start_of(self.arrangement.name):
                row[0, layout.index[name]] = rules.binder.assign(
                    name, right, before, {}, self.arrangement.mark
                )[0]
            row[0, layout.index[IN_FORCE]] = layout.value(IN_FORCE, self.arrangement.name)
        return row


def _memory(actor: str) -> str:
    return f"memory.{actor}"


def _signs(steps: tuple[Step, ...]) -> bool:
    return any(
        isinstance(step, Sign) or (isinstance(step, Block | Repeat) and _signs(step.steps)) for step in steps
    )


def explore(walk: Walk, start: States, limits: Limits) -> None:
    """Finds every node that can follow the start state, a single row."""
    walk.go(0, (), Batch(np.array([START]), start))
    while (waiting := walk.take()) is not None:
        place, batch = waiting
        limits.before(walk, place, batch)
        instruction = walk.program[place.at]
        VISITS[type(instruction)](walk, instruction, place, batch)
        limits.after(walk, place, batch)


def compile_game(
    scenario: Scenario,
    arrangement: str,
    variation: Variation | None = None,
    *,
    node_limit: int | None = None,
) -> Game:
    """The game of a scenario under an arrangement.

    Raises UnknownName for an arrangement that the scenario lacks, SizeLimit past `node_limit` nodes (where
    none is given, `limits.usual_limit()`), and ScenarioError where options give hidden variables away, a move
    is left without options, a set leaves its variable's domain, or numbers are impossible at base values.
    """
    if arrangement not in scenario.arrangements:
        raise UnknownName(f"no arrangement '{arrangement}'{nearest(arrangement, set(scenario.arrangements))}")
    compilation = _Compilation(scenario, scenario.arrangements[arrangement], variation or Variation())
    with glossary_of(scenario).lock:
        return compilation.compile(usual_limit() if node_limit is None else node_limit)
