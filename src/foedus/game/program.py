"""The play as a list of instructions: what the exploration walks.

    - repeat: 2                     0  Loop 2 times, then 5
      until: over == yes            1  Decide attack
      steps:                        2  Fire snapback       (a clause after attack)
        - move: attack              3  Decide answer
        - move: answer              4  Again unless over, from 1
    - chance: weather               5  Draw weather
                                    6  Stop

A place in the play is an instruction and the number of each round around it. Instructions only ever lead
to later places, so places in order are a topological order of the game.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from foedus.errors import Mark, ScenarioError
from foedus.language.expression import Expression
from foedus.language.scenario import (
    Block,
    Chance,
    Clause,
    Move,
    Repeat,
    Scenario,
    Set,
    Sets,
    Sign,
    Step,
    Together,
)

UNSET = -1

SignEmitter = Callable[["Program", Sign], None]


@dataclass
class Instruction:
    """`loops` are the places of the loops around it, `names` what their round numbers are called."""

    loops: tuple[int, ...] = field(default=(), init=False)
    names: tuple[str, ...] = field(default=(), init=False)


@dataclass
class Test(Instruction):
    """Goes on where the condition holds, elsewhere to `otherwise`."""

    condition: Expression
    mark: Mark | None
    otherwise: int = UNSET


@dataclass
class Goto(Instruction):
    target: int = UNSET


@dataclass
class Decide(Instruction):
    """`secret` is the hidden column that takes the choice of a simultaneous move, or empty.

    `targets` maps an option to where it leads, if not to the next instruction.
    """

    move: Move
    secret: str = ""
    targets: dict[str, int] = field(default_factory=dict)


@dataclass
class Draw(Instruction):
    chance: Chance
    targets: dict[str, int] = field(default_factory=dict)


@dataclass
class Assign(Instruction):
    sets: Sets
    name: str
    mark: Mark | None


@dataclass
class Reveal(Instruction):
    """The choices of simultaneous moves take effect, all at once."""

    moves: tuple[Move, ...]
    secrets: tuple[str, ...]


@dataclass
class Then(Instruction):
    """Carries out a `then` that an option or outcome asked for."""

    leave: int = UNSET
    end: int = UNSET


@dataclass
class Loop(Instruction):
    times: int
    mark: Mark | None
    exit: int = UNSET


@dataclass
class Again(Instruction):
    times: int
    until: Expression | None
    mark: Mark | None
    body: int = UNSET
    exit: int = UNSET


@dataclass
class Enter(Instruction):
    """An arrangement enters into force, unless it is."""

    arrangement: str


@dataclass
class Pay(Instruction):
    """The prices of an arrangement that is in force from the start are paid."""

    arrangement: str


@dataclass
class Fire(Instruction):
    clause: Clause


@dataclass
class Stop(Instruction):
    pass


class Program:
    """Emits the instructions of a play."""

    def __init__(self, scenario: Scenario, constants: dict[str, int], clauses: list[Clause]) -> None:
        self.scenario = scenario
        self.constants = constants
        self.clauses = clauses
        self.instructions: list[Instruction] = []
        self.secrets: list[str] = []
        self._loops: tuple[int, ...] = ()
        self._names: tuple[str, ...] = ()
        self._leaving: list[list[Then]] = []
        self._ending: list[Then] = []
        self._after_place = 0

    @property
    def here(self) -> int:
        return len(self.instructions)

    def emit(self, instruction: Instruction) -> None:
        instruction.loops, instruction.names = self._loops, self._names
        self.instructions.append(instruction)

    def finish(self) -> list[Instruction]:
        for then in self._ending:
            then.end = self.here
        self.emit(Stop())
        return self.instructions

    def secret(self, name: str) -> str:
        """A hidden column of its own for a choice."""
        column = f"choice.{name}.{len(self.secrets)}"
        self.secrets.append(column)
        return column

    # --- steps --------------------------------------------------------------------------------------------

    def steps(self, steps: tuple[Step, ...], sign: SignEmitter) -> None:
        for step in steps:
            self._guarded(step, sign)

    def _guarded(self, step: Step, sign: SignEmitter) -> None:
        test = None
        if step.when is not None:
            test = Test(step.when, step.mark)
            self.emit(test)
        self._body(step, sign)
        inner = isinstance(step, Block | Repeat) and self._after_inside(step)
        if test is not None and inner:
            self._else_clauses(test, step)
        elif test is not None and not isinstance(step, Block | Repeat):
            test.otherwise = self._after_place
        elif test is not None:
            test.otherwise = self.here

    def _else_clauses(self, test: Test, step: Step) -> None:
        """Clauses follow their steps also where the block around these is skipped."""
        over = Goto()
        self.emit(over)
        test.otherwise = self.here
        for clause in self._after_inside(step):
            self.emit(Fire(clause))
        over.target = self.here

    def _after_inside(self, step: Step) -> list[Clause]:
        if isinstance(step, Block | Repeat):
            return [clause for inner in step.steps for clause in self._after_inside(inner)]
        return self._after(step)

    def _after(self, step: Step) -> list[Clause]:
        names = {move.name for move in step.moves} if isinstance(step, Together) else {_name(step)}
        return [clause for clause in self.clauses if clause.after in names - {""}]

    def _body(self, step: Step, sign: SignEmitter) -> None:
        match step:
            case Block(steps):
                self.steps(steps, sign)
            case Repeat():
                self._repeat(step, sign)
            case _:
                self._single(step, sign)

    def _single(self, step: Step, sign: SignEmitter) -> None:
        """A step that clauses may follow; whoever skips it lands at them."""
        thens: set[str | None] = set()
        match step:
            case Move():
                self.emit(Decide(step))
                thens = {option.then for option in step.options}
            case Chance():
                self.emit(Draw(step))
                thens = {outcome.then for outcome in step.outcomes}
            case Set():
                self.emit(Assign(step.sets, step.name or "set", step.mark))
            case Together():
                self._together(step)
                thens = {option.then for move in step.moves for option in move.options}
            case Sign():
                sign(self, step)
        self._after_place = self.here
        for clause in self._after(step):
            self.emit(Fire(clause))
        if thens - {None}:
            self._then(step, "leave" in thens)

    def _then(self, step: Step, leaves: bool) -> None:
        then = Then()
        if leaves and not self._leaving:
            raise ScenarioError.at(step.mark, "`then: leave` stands outside of any loop")
        if leaves:
            self._leaving[-1].append(then)
        self._ending.append(then)
        self.emit(then)

    def _together(self, step: Together) -> None:
        _refuse_two_writers(step)
        secrets = tuple(self.secret(move.name) for move in step.moves)
        for move, secret in zip(step.moves, secrets, strict=True):
            test = None
            if move.when is not None:
                test = Test(move.when, move.mark)
                self.emit(test)
            self.emit(Decide(move, secret))
            if test is not None:
                test.otherwise = self.here
        self.emit(Reveal(step.moves, secrets))

    def _repeat(self, step: Repeat, sign: SignEmitter) -> None:
        times = self.constants[step.times] if isinstance(step.times, str) else step.times
        loop = Loop(times, step.mark)
        outside = self._loops, self._names
        self.emit(loop)
        self._loops, self._names = (*self._loops, self.here - 1), (*self._names, step.name)
        self._leaving.append([])
        body = self.here
        self.steps(step.steps, sign)
        again = Again(times, step.until, step.mark, body)
        self.emit(again)
        self._loops, self._names = outside
        loop.exit = again.exit = self.here
        for then in self._leaving.pop():
            then.leave = self.here


def _name(step: Step) -> str:
    return "" if isinstance(step, Block | Repeat | Together) else step.name


def _refuse_two_writers(step: Together) -> None:
    """Two simultaneous moves that set one variable would need an order."""
    writers: dict[str, str] = {}
    for move in step.moves:
        for name in {name for option in move.options for name, _ in option.sets}:
            if writers.setdefault(name, move.name) != move.name:
                raise ScenarioError.at(
                    move.mark,
                    f"'{writers[name]}' and '{move.name}' are made at the same time and both set '{name}'",
                )
