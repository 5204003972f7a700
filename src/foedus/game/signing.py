"""The sign step as ordinary moves and chances.

In sequence and with the consent of all, a refusal leads straight to the fallback. Otherwise, or where the
scenario reads them, public flags `signed.ACTOR` hold who has signed. Those that nothing needs any more are
lowered again when the arrangement enters into force, and all are when its fallback does, so that nodes merge.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from foedus.errors import ScenarioError
from foedus.game.program import Assign, Decide, Draw, Enter, Goto, Program, Reveal, Test
from foedus.language import expression as x
from foedus.language.names import IN_FORCE, PENDING, SIGNED
from foedus.language.scenario import Arrangement, Chance, ChanceOutcome, Move, Option, Sign

SIGN, REFUSE = "sign", "refuse"
RATIFIED, REJECTED = "ratified", "rejected"


def flag(actor: str) -> str:
    return SIGNED + actor


def flagged(arrangement: Arrangement, read: tuple[str, ...]) -> tuple[str, ...]:
    """The signatories whose signatures are kept in flags, `read` being those that expressions ask for."""
    if arrangement.consent == "each" or arrangement.order == "together":
        return arrangement.signed_by
    return tuple(actor for actor in arrangement.signed_by if actor in read)


YES, NO = x.Value("yes"), x.Value("no")


# Kept, so that equal conditions are one object: binding remembers expressions by identity.
@cache
def _is(variable: str, value: str) -> x.Expression:
    return x.Compare("==", x.Variable(variable), x.Value(value))


@cache
def _connect(operator: str, *operands: x.Expression) -> x.Expression:
    return x.Logical(operator, operands) if len(operands) > 1 else operands[0]


@dataclass
class Signing:
    """Emits the instructions of one arrangement's sign step."""

    arrangement: Arrangement
    fallback: str
    given: bool
    read: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self._flagged = flagged(self.arrangement, self.read)

    def __call__(self, program: Program, step: Sign) -> None:
        if not self.arrangement.signed_by:
            return
        asked = Test(self._asked(), step.mark)
        program.emit(asked)
        self._refusals: list[Goto | Test | Decide | Draw] = []
        if self.given:
            self._sign_for_all(program, step)
        elif self.arrangement.order == "together":
            self._together(program, step)
        else:
            self._in_sequence(program, step)
        self._conclude(program, step)
        asked.otherwise = program.here

    def _asked(self) -> x.Expression:
        pending = _is(IN_FORCE, PENDING)
        if self.arrangement.refusal == "final":
            return pending
        return _connect("or", pending, _is(IN_FORCE, self.fallback))

    def _move(self, actor: str, step: Sign) -> Move:
        sets: tuple[tuple[str, x.Expression], ...] = ()
        if actor in self._flagged:
            sets = ((flag(actor), YES),)
        options = (Option(SIGN, sets=sets), Option(REFUSE))
        return Move(f"{step.name}.{actor}", actor, options, mark=step.mark)

    def _sign_for_all(self, program: Program, step: Sign) -> None:
        self._set_flags(program, step, self._flagged, YES)

    def _set_flags(self, program: Program, step: Sign, actors: tuple[str, ...], value: x.Expression) -> None:
        if actors:
            program.emit(Assign(tuple((flag(actor), value) for actor in actors), step.name, step.mark))

    def _signed(self, operator: str) -> x.Expression:
        return _connect(operator, *(_is(flag(actor), "yes") for actor in self.arrangement.signed_by))

    def _in_sequence(self, program: Program, step: Sign) -> None:
        for actor in self.arrangement.signed_by:
            decide = Decide(self._move(actor, step))
            if self.arrangement.consent == "all":
                self._refusals.append(decide)
            program.emit(decide)
            self._ratify(program, step, actor)

    def _together(self, program: Program, step: Sign) -> None:
        moves = tuple(self._move(actor, step) for actor in self.arrangement.signed_by)
        secrets = tuple(program.secret(move.name) for move in moves)
        for move, secret in zip(moves, secrets, strict=True):
            program.emit(Decide(move, secret))
        program.emit(Reveal(moves, secrets))
        if self.arrangement.consent == "all":
            self._require(program, step, self._signed("and"))
        for actor in self.arrangement.signed_by:
            self._ratify(program, step, actor)

    def _require(self, program: Program, step: Sign, condition: x.Expression) -> None:
        test = Test(condition, step.mark)
        self._refusals.append(test)
        program.emit(test)

    def _ratify(self, program: Program, step: Sign, actor: str) -> None:
        probability = dict(self.arrangement.ratified).get(actor)
        if probability is None:
            return
        each = self.arrangement.consent == "each"
        sets: tuple[tuple[str, x.Expression], ...] = ((flag(actor), NO),) if each else ()
        mark = self.arrangement.mark or step.mark
        outcomes = (
            ChanceOutcome(RATIFIED, probability, mark=mark),
            ChanceOutcome(REJECTED, None, sets=sets, mark=mark),
        )
        test = Test(_is(flag(actor), "yes"), step.mark) if each else None
        if test is not None:
            program.emit(test)
        draw = Draw(Chance(f"{step.name}.{actor}.ratified", outcomes, mark=mark))
        program.emit(draw)
        if test is not None:
            test.otherwise = program.here
        else:
            self._refusals.append(draw)

    def _conclude(self, program: Program, step: Sign) -> None:
        if self.arrangement.consent == "each" and not self.given:
            self._require(program, step, self._signed("or"))
        if self.arrangement.consent == "all":
            spent = tuple(actor for actor in self._flagged if actor not in self.read)
            self._set_flags(program, step, spent, NO)
        program.emit(Enter(self.arrangement.name))
        if not self._refusals:
            return
        over = Goto()
        program.emit(over)
        self._land(program.here)
        self._set_flags(program, step, self._flagged, NO)
        program.emit(Enter(self.fallback))
        over.target = program.here

    def _land(self, place: int) -> None:
        for refusal in self._refusals:
            if isinstance(refusal, Test):
                refusal.otherwise = place
            elif isinstance(refusal, Decide):
                refusal.targets[REFUSE] = place
            elif isinstance(refusal, Draw):
                refusal.targets[REJECTED] = place


def fallback_of(arrangement: Arrangement) -> str:
    """The arrangement that a refusal puts in force."""
    if not arrangement.signed_by:
        return arrangement.name
    if arrangement.otherwise is None:
        raise ScenarioError.at(
            arrangement.mark, f"'{arrangement.name}' has to be signed and needs a fallback: `otherwise`"
        )
    return arrangement.otherwise
