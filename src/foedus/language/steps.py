"""The play: steps with their options and outcomes, in the order of the file."""

from __future__ import annotations

from dataclasses import replace

from foedus.errors import Mark
from foedus.language import scenario as made
from foedus.language import schema
from foedus.language.context import Context
from foedus.language.expression import Number, Value
from foedus.language.fields import WHOLE, Word
from foedus.language.folding import fold
from foedus.language.names import Scope

MOST_ROUNDS = 1000
STANDARD_SIGN = "consent"


class Play:
    """Reads the steps; `steps` are the names met so far, with their places."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.faults = context.faults
        self.steps: dict[str, Mark | None] = {}
        self.sign: schema.SignShape | None = None
        self.loops = 0

    def read(self) -> tuple[made.Step, ...]:
        play = self.sequence(self.context.shape.play, self.context.scope)
        if not play:
            self.faults.add("the play has no steps", self.context.shape.key_mark("play"), "shape")
        return self.with_signing(play)

    def with_signing(self, play: tuple[made.Step, ...]) -> tuple[made.Step, ...]:
        """Signatures come first where the file does not say when they are given."""
        signed = any(each.signed_by for each in self.context.shape.arrangements.values())
        if self.sign or not signed:
            return play
        name = STANDARD_SIGN
        while name in self.steps:
            name += "_"
        return (made.Sign(name), *play)

    def sequence(self, shapes: tuple[schema.Step, ...], scope: Scope) -> tuple[made.Step, ...]:
        return tuple(step for shape in shapes if (step := self.step(shape, scope)) is not None)

    def step(self, shape: schema.Step, scope: Scope) -> made.Step | None:
        match shape:
            case schema.MoveShape():
                return self.move(shape, scope)
            case schema.ChanceShape():
                return self.chance(shape, scope)
            case schema.SetShape():
                return self.set(shape, scope)
            case schema.TogetherShape():
                return self.together(shape, scope)
            case schema.RepeatShape():
                return self.repeat(shape, scope)
            case schema.SignShape():
                return self.signing(shape, scope)
        when = self.context.maybe(shape.when, scope)
        return made.Block(self.sequence(shape.steps, scope), when, shape.mark)

    def register(self, name: Word) -> str:
        if name in self.steps:
            first = self.steps[name]
            self.faults.add(
                f"a step '{name}' is already at line {first.line if first else '?'}", name.mark, "clash"
            )
        else:
            self.steps[str(name)] = name.mark
        return str(name)

    # --- moves ----------------------------------------------------------------------------------------

    def move(self, shape: schema.MoveShape, scope: Scope) -> made.Move:
        name = self.register(shape.move)
        self.context.known("actor", shape.by, self.context.actors)
        options = tuple(self.option(str(key), each, scope, key.mark) for key, each in shape.options.items())
        if shape.choose is not None:
            options = self.chosen(shape, shape.choose, options)
        elif not options:
            self.faults.add(f"the move '{name}' has no options", shape.move.mark, "shape")
        return made.Move(name, str(shape.by), options, self.context.maybe(shape.when, scope), shape.move.mark)

    def option(self, name: str, shape: schema.OptionShape, scope: Scope, mark: Mark | None) -> made.Option:
        weight = self.context.maybe(shape.weight, scope)
        number = fold(weight) if weight else None
        if number is not None and number <= 0:
            mark = shape.weight.mark() if shape.weight else None
            self.faults.add(f"found {number:g}, expected a weight above 0", mark, "value")
        return made.Option(
            name=name,
            condition=self.context.maybe(shape.condition, scope),
            sets=self.context.sets(shape.sets, scope),
            pays=self.context.pays(shape.pays, scope),
            weight=weight,
            then=self.then(shape),
            mark=mark,
        )

    def chosen(
        self, shape: schema.MoveShape, variable: Word, given: tuple[made.Option, ...]
    ) -> tuple[made.Option, ...]:
        """`choose` makes an option of each value; options given beside it say more about single values."""
        domain = self.context.settable(variable)
        if domain is None:
            return given
        known = {each.name: each for each in given}
        for name in shape.options:
            self.context.known("value", name, domain.values, of=variable)
        return tuple(
            choosing(
                known.get(value) or made.Option(value, mark=variable.mark),
                str(variable),
                value,
                domain.numeric,
            )
            for value in domain.values
        )

    def then(self, shape: schema.OptionShape | schema.OutcomeShape) -> schema.Then | None:
        if shape.then == "leave" and not self.loops:
            self.faults.add(
                "'leave' leaves a repeat, and there is none around it", shape.key_mark("then"), "value"
            )
        return shape.then

    # --- chance and set -------------------------------------------------------------------------------

    def chance(self, shape: schema.ChanceShape, scope: Scope) -> made.Chance:
        name = self.register(shape.chance)
        outcomes = tuple(self.outcome(key, each, scope) for key, each in shape.outcomes.items())
        rests = [each for each in outcomes if each.probability is None]
        if not outcomes:
            self.faults.add(f"the chance '{name}' has no outcomes", shape.chance.mark, "shape")
        if len(rests) > 1:
            self.faults.add(
                "'rest' stands for what the others leave, and may stand once", rests[1].mark, "value"
            )
        self.check_sum(shape, outcomes)
        return made.Chance(name, outcomes, self.context.maybe(shape.when, scope), shape.chance.mark)

    def outcome(self, name: Word, shape: schema.OutcomeShape, scope: Scope) -> made.ChanceOutcome:
        given = shape.probability
        return made.ChanceOutcome(
            name=str(name),
            probability=None if given is None else self.context.probability(given, scope),
            condition=self.context.maybe(shape.condition, scope),
            sets=self.context.sets(shape.sets, scope),
            pays=self.context.pays(shape.pays, scope),
            then=self.then(shape),
            slip=shape.slip,
            mark=name.mark,
        )

    def check_sum(self, shape: schema.ChanceShape, outcomes: tuple[made.ChanceOutcome, ...]) -> None:
        """Where all probabilities are plain numbers the sum is known now."""
        numbers = [fold(each.probability) for each in outcomes if each.probability is not None]
        total = sum(number for number in numbers if number is not None)
        rest = len(numbers) < len(outcomes)
        plain = None not in numbers and not any(each.condition for each in outcomes)
        if plain and outcomes and (abs(total - 1) > 1e-9 if not rest else total > 1 + 1e-9):
            message = f"the probabilities of '{shape.chance}' sum to {total:g}, expected 1"
            self.faults.add(message, shape.chance.mark, "value")

    def set(self, shape: schema.SetShape, scope: Scope) -> made.Set:
        name = self.register(shape.name) if shape.name is not None else ""
        sets = self.context.sets(shape.sets, scope)
        if not shape.sets:
            self.faults.add("a set step sets nothing", shape.mark, "shape")
        return made.Set(sets, name, self.context.maybe(shape.when, scope), shape.mark)

    # --- blocks ---------------------------------------------------------------------------------------

    def together(self, shape: schema.TogetherShape, scope: Scope) -> made.Together:
        moves: list[made.Move] = []
        for each in shape.together:
            if isinstance(each, schema.MoveShape):
                moves.append(self.move(each, scope))
            else:
                self.faults.add("only moves can be made together", each.mark, "shape")
        if not moves:
            self.faults.add("a together block has no moves", shape.mark, "shape")
        self.refuse_two_writers(moves)
        return made.Together(tuple(moves), self.context.maybe(shape.when, scope), shape.mark)

    def refuse_two_writers(self, moves: list[made.Move]) -> None:
        writers: dict[str, str] = {}
        for move in moves:
            for variable in dict.fromkeys(name for option in move.options for name, _ in option.sets):
                if variable in writers:
                    message = (
                        f"'{move.name}' and '{writers[variable]}' are made together and both set '{variable}'"
                    )
                    self.faults.add(message, move.mark, "value")
                writers.setdefault(variable, move.name)

    def repeat(self, shape: schema.RepeatShape, scope: Scope) -> made.Repeat:
        self.loops += 1
        name = str(shape.name or "")
        if shape.name is not None and name in scope.known:
            self.faults.add(
                f"'{name}' has a meaning already; the round needs another name", shape.name.mark, "clash"
            )
        inner = scope.inside_loop(name)
        step = made.Repeat(
            times=self.times(shape),
            steps=self.sequence(shape.steps, inner),
            until=self.context.maybe(shape.until, inner),
            name=name,
            when=self.context.maybe(shape.when, scope),
            mark=shape.mark,
        )
        self.loops -= 1
        return step

    def times(self, shape: schema.RepeatShape) -> int | str:
        given, mark = shape.repeat, shape.key_mark("repeat")
        constants = self.context.shape.constants
        if isinstance(given, Word):
            if not self.context.known("constant", given, constants):
                return 1
            times, found = constants[given], f"'{given}', which is "
        else:
            times, found = given, ""
        if not 1 <= times <= MOST_ROUNDS:
            message = f"found {found}{times:,}, expected between 1 and {MOST_ROUNDS:,} rounds"
            self.faults.add(message, mark, "size")
        return str(given) if isinstance(given, Word) else given

    def signing(self, shape: schema.SignShape, scope: Scope) -> made.Sign:
        name = self.register(shape.sign)
        if self.sign:
            message = f"signatures are already given at '{self.sign.sign}'; a play has one sign step"
            self.faults.add(message, shape.sign.mark, "shape")
        self.sign = self.sign or shape
        return made.Sign(name, self.context.maybe(shape.when, scope), shape.sign.mark)


def choosing(option: made.Option, variable: str, value: str, numeric: bool) -> made.Option:
    """The option, setting the variable as well."""
    right = Number(float(value)) if numeric else Value(value)
    others = tuple((name, side) for name, side in option.sets if name != variable)
    return replace(option, sets=((variable, right), *others))


def start_value(context: Context, name: Word, shape: schema.VariableShape) -> str:
    domain = context.domains[name]
    if shape.start is None:
        return domain.values[0] if domain.values else ""
    text = str(int(shape.start)) if WHOLE.match(shape.start) else str(shape.start)
    if text not in domain.values:
        suggestion = context.faults.hint(text, domain.values) or f"; they are {domain.listed}"
        context.faults.add(f"'{text}' is not a value of '{name}'{suggestion}", shape.start.mark, "name")
    return text


def read_variables(context: Context) -> dict[str, made.Variable]:
    result = {}
    for name, shape in context.shape.variables.items():
        for actor in shape.seen_by or ():
            context.known("actor", actor, context.actors)
        seen_by = context.actors if shape.seen_by is None else tuple(map(str, shape.seen_by))
        domain = context.domains[name]
        result[str(name)] = made.Variable(
            name=str(name),
            domain=domain.values,
            numeric=domain.numeric,
            seen_by=frozenset(seen_by),
            start=start_value(context, name, shape),
            about=shape.about,
            mark=name.mark,
        )
    return result
