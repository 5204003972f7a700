"""What an actor knows at a move, and what being asked to move gives away.

A move under `when` tells its maker that the condition holds. The start of a further round tells that `until`
did not hold at the end of the last. That play goes on tells that nothing ended it, neither chance nor an
actor by an option that ends the play. Where that depends on a variable that the mover does not see, which for
an option means that whoever had it sees one, the mover learns something of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from foedus.errors import Mark
from foedus.language import scenario as made
from foedus.language.expression import Expression, Unary, Variable, walk
from foedus.language.names import IN_FORCE
from foedus.language.printing import unparse
from foedus.language.scenario import Scenario, walk_steps


@dataclass(frozen=True)
class Disclosure:
    """Something that the mover learns: `condition` must have held, `why` says how it knows.

    `reveals` are the variables in the condition that the mover does not see.
    """

    condition: str
    why: str
    reveals: tuple[str, ...]


@dataclass(frozen=True)
class Information:
    """A move, who makes it, what the mover sees and does not see, and what being asked gives away.

    `arrangement` is set where that arrangement hands the move to the actor.
    """

    move: str
    by: str
    sees: tuple[str, ...]
    hidden: tuple[str, ...]
    gives_away: tuple[Disclosure, ...]
    arrangement: str = ""
    mark: Mark | None = None


@dataclass(frozen=True)
class Guard:
    """What must have held for play to be where it is, and the actor who had the choice, if it was one."""

    condition: str
    why: str
    reads: frozenset[str]
    by: str = ""


Guards = tuple[Guard, ...]


def information(scenario: Scenario) -> tuple[Information, ...]:
    """For each move and signature, in the order of the play, what its maker knows and is told."""
    return tuple(Reader(scenario).steps(scenario.play, ()))


@dataclass(frozen=True, eq=False)
class Reader:
    scenario: Scenario

    def steps(self, steps: tuple[made.Step, ...], guards: Guards) -> Iterator[Information]:
        for step in steps:
            yield from self.step(step, (*guards, *under(step)))
            guards = (*guards, *after(step))

    def step(self, step: made.Step, guards: Guards) -> Iterator[Information]:
        match step:
            case made.Move():
                yield from self.move(step, guards)
            case made.Sign():
                yield from self.signatures(step, guards)
            case made.Together(moves=moves):
                for move in moves:
                    yield from self.move(move, (*guards, *under(move)))
            case made.Block(steps=steps):
                yield from self.steps(steps, guards)
            case made.Repeat(steps=steps):
                yield from self.steps(steps, (*guards, *further(step)))

    def move(self, move: made.Move, guards: Guards) -> Iterator[Information]:
        yield self.known(move.name, move.by, guards, move.mark)
        for arrangement in self.scenario.arrangements.values():
            actor = arrangement.hands.get(move.name, move.by)
            if actor != move.by:
                yield self.known(move.name, actor, guards, arrangement.mark, arrangement.name)

    def signatures(self, step: made.Sign, guards: Guards) -> Iterator[Information]:
        arrangements = self.scenario.arrangements.values()
        for actor in dict.fromkeys(actor for each in arrangements for actor in each.signed_by):
            yield self.known(f"{step.name}.{actor}", actor, guards, step.mark)

    def known(
        self, move: str, actor: str, guards: Guards, mark: Mark | None, arrangement: str = ""
    ) -> Information:
        variables = self.scenario.variables.values()
        sees = tuple(each.name for each in variables if actor in each.seen_by)
        hidden = tuple(each.name for each in variables if actor not in each.seen_by)
        disclosures = (
            Disclosure(guard.condition, guard.why, tuple(name for name in hidden if self.shows(guard, name)))
            for guard in dict.fromkeys(guards)
        )
        telling = tuple(each for each in disclosures if each.reveals)
        return Information(move, actor, sees, hidden, telling, arrangement, mark)

    def shows(self, guard: Guard, variable: str) -> bool:
        """Whether the variable is read there, or seen by the actor who chose."""
        return variable in guard.reads or guard.by in self.scenario.variables[variable].seen_by


# --- what must have held ----------------------------------------------------------------------------------


def under(step: made.Step) -> Guards:
    """The step's own condition."""
    if step.when is None:
        return ()
    return (guard(step.when, f"{title(step)} comes up only then"),)


def further(step: made.Repeat) -> Guards:
    """What the start of a further round tells: nothing ended the round before."""
    lasting = () if step.until is None else (guard(Unary("not", step.until), "a further round begins"),)
    inside = tuple(each for inner in walk_steps(step.steps) for each in passed(inner, ("end", "leave")))
    return (*lasting, *inside)


def after(step: made.Step) -> Guards:
    """What it tells that play goes on after a step."""
    ways: tuple[str, ...] = ("end",) if isinstance(step, made.Repeat) else ("end", "leave")
    inner = step.steps if isinstance(step, made.Repeat | made.Block) else (step,)
    return tuple(each for one in walk_steps(inner) for each in passed(one, ways))


def passed(step: made.Step, ways: tuple[str, ...]) -> Guards:
    """Options or outcomes that would have ended the play (or the loop), and were not taken."""
    if not isinstance(step, made.Move | made.Chance):
        return ()
    choices = step.options if isinstance(step, made.Move) else step.outcomes
    chooser = step.by if isinstance(step, made.Move) else ""
    return tuple(
        Guard(
            f"not {step.name}.{choice.name}", "play goes on", reads(step.when, *conditions(choice)), chooser
        )
        for choice in choices
        if choice.then in ways
    )


def conditions(choice: made.Option | made.ChanceOutcome) -> tuple[Expression | None, ...]:
    odds = choice.probability if isinstance(choice, made.ChanceOutcome) else None
    return (choice.condition, odds)


def guard(condition: Expression, why: str) -> Guard:
    return Guard(unparse(condition), why, reads(condition))


def reads(*parts: Expression | None) -> frozenset[str]:
    found = (node for part in parts if part is not None for node in walk(part))
    return frozenset(node.name for node in found if isinstance(node, Variable) and node.name != IN_FORCE)


def title(step: made.Step) -> str:
    name = getattr(step, "name", "")
    return f"'{name}'" if name else "the block"
