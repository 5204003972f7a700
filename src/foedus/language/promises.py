"""Commitments and clauses, and the arrangements that hold them."""

from __future__ import annotations

from dataclasses import dataclass

from foedus.errors import Mark
from foedus.language import scenario as made
from foedus.language.context import Context
from foedus.language.expression import Expression
from foedus.language.fields import Word
from foedus.language.inherit import inherit
from foedus.language.schema import ArrangementShape, ClauseShape, CommitmentShape, SignShape


@dataclass(frozen=True, eq=False)
class Promises:
    """Reads what stands beside the play; `moves` and `steps` are those of the play."""

    context: Context
    moves: dict[str, made.Move]
    steps: dict[str, Mark | None]
    sign: SignShape | None

    # --- commitments and clauses ----------------------------------------------------------------------

    def commitments(self) -> dict[str, made.Commitment]:
        return {
            str(name): self.commitment(name, each) for name, each in self.context.shape.commitments.items()
        }

    def commitment(self, name: Word, shape: CommitmentShape) -> made.Commitment:
        context = self.context
        context.known("actor", shape.by, context.actors)
        if shape.to is not None:
            context.known("actor", shape.to, context.actors)
        if not shape.at:
            context.faults.add(f"the commitment '{name}' comes due nowhere", shape.key_mark("at"), "value")
        return made.Commitment(
            name=str(name),
            by=str(shape.by),
            to=None if shape.to is None else str(shape.to),
            when=context.maybe(shape.when),
            at={str(move): self.options(move, options) for move, options in shape.at.items()},
            penalty=context.maybe(shape.penalty),
            price=context.maybe(shape.price),
            once=shape.once,
            about=shape.about,
            cites=tuple(map(str, shape.cites)),
            mark=name.mark,
        )

    def options(self, move: Word, options: tuple[Word, ...]) -> tuple[str, ...]:
        """The options, which the move has; an empty list is a fault."""
        if self.context.known("move", move, self.moves):
            known = [option.name for option in self.moves[move].options]
            for option in options:
                self.context.known("option", option, known, of=move)
        return tuple(map(str, options))

    def clauses(self) -> dict[str, made.Clause]:
        return {str(name): self.clause(name, each) for name, each in self.context.shape.clauses.items()}

    def clause(self, name: Word, shape: ClauseShape) -> made.Clause:
        context = self.context
        context.known("step", shape.after, self.steps)
        for each in shape.delivers:
            context.known("commitment", each, context.shape.commitments)
        return made.Clause(
            name=str(name),
            after=str(shape.after),
            when=context.maybe(shape.when),
            probability=None if shape.probability is None else context.probability(shape.probability),
            sets=context.sets(shape.sets),
            delivers=tuple(map(str, shape.delivers)),
            about=shape.about,
            cites=tuple(map(str, shape.cites)),
            mark=name.mark,
        )

    # --- arrangements ---------------------------------------------------------------------------------

    def arrangements(self) -> dict[str, made.Arrangement]:
        shapes, sound = inherit(self.context.shape.arrangements, self.context.faults)
        marks = {str(name): name.mark for name in self.context.shape.arrangements}
        if not shapes:
            mark = self.context.shape.key_mark("arrangements")
            self.context.faults.add("there are no arrangements", mark, "shape")
        fallback = Fallback(self.context, shapes, sound)
        return {name: self.arrangement(name, shape, fallback, marks[name]) for name, shape in shapes.items()}

    def arrangement(
        self, name: str, shape: ArrangementShape, fallback: Fallback, mark: Mark | None
    ) -> made.Arrangement:
        context = self.context
        self.check_names(shape)
        terms = self.terms(shape)
        return made.Arrangement(
            name=name,
            about=shape.about,
            title=shape.title,
            signed_by=tuple(map(str, shape.signed_by)),
            commitments=tuple(map(str, shape.commitments)),
            clauses=tuple(map(str, shape.clauses)),
            otherwise=fallback.find(name, mark),
            group=str(shape.group or ""),
            order="together" if terms["order"] == "together" else "sequence",
            refusal="later" if terms["refusal"] == "later" else "final",
            consent="each" if terms["consent"] == "each" else "all",
            ratified=self.ratified(shape),
            start=context.sets(shape.start),
            parameters=self.parameters(shape),
            removes={str(move): self.options(move, options) for move, options in shape.removes.items()},
            requires=self.requires(shape),
            hands=self.hands(shape),
            cites=tuple(map(str, shape.cites)),
            mark=mark,
        )

    def check_names(self, shape: ArrangementShape) -> None:
        context = self.context
        for what, names, known in (
            ("actor", shape.signed_by, context.actors),
            ("commitment", shape.commitments, tuple(context.shape.commitments)),
            ("clause", shape.clauses, tuple(context.shape.clauses)),
        ):
            context.distinct(what, names)
            for name in names:
                context.known(what, name, known)

    def terms(self, shape: ArrangementShape) -> dict[str, str | None]:
        """How it is signed: what the arrangement says, or else the sign step."""
        return {
            key: getattr(shape, key) or (getattr(self.sign, key) if self.sign else None)
            for key in ("order", "refusal", "consent")
        }

    def ratified(self, shape: ArrangementShape) -> tuple[tuple[str, Expression], ...]:
        context, standard = self.context, self.sign.ratified if self.sign else {}
        for actor in [*standard, *shape.ratified]:
            context.known("actor", actor, context.actors)
        for actor in shape.ratified:
            if actor in context.actors and actor not in shape.signed_by:
                context.faults.add(
                    f"'{actor}' does not sign, so nothing of it is ratified", actor.mark, "value"
                )
        terms = {**standard, **shape.ratified}
        return tuple(
            (str(actor), context.probability(terms[actor])) for actor in shape.signed_by if actor in terms
        )

    def parameters(self, shape: ArrangementShape) -> tuple[tuple[str, Expression], ...]:
        context = self.context
        return tuple(
            (str(name), context.number(formula, context.fixed))
            for name, formula in shape.parameters.items()
            if context.known("parameter", name, context.shape.parameters)
        )

    def requires(self, shape: ArrangementShape) -> dict[str, dict[str, Expression]]:
        result = {}
        for move, conditions in shape.requires.items():
            self.options(move, tuple(conditions))
            result[str(move)] = {
                str(option): self.context.number(each) for option, each in conditions.items()
            }
        return result

    def hands(self, shape: ArrangementShape) -> dict[str, str]:
        for move, actor in shape.hands.items():
            self.context.known("move", move, self.moves)
            self.context.known("actor", actor, self.context.actors)
        return {str(move): str(actor) for move, actor in shape.hands.items()}


@dataclass(frozen=True, eq=False)
class Fallback:
    """Finds what is in force after a refusal; one that is missing is a fault if `like` is `sound`."""

    context: Context
    shapes: dict[str, ArrangementShape]
    sound: bool

    def find(self, name: str, mark: Mark | None) -> str | None:
        shape = self.shapes[name]
        own = self.context.shape.arrangements[Word(name)]
        if not shape.signed_by:
            if own.otherwise is not None:
                message = f"nobody signs '{name}', so there is no refusal for 'otherwise' to answer"
                self.context.faults.add(message, own.otherwise.mark, "value")
            return None
        return self.standard(name, mark) if shape.otherwise is None else self.given(name, shape.otherwise)

    def given(self, name: str, otherwise: Word) -> str | None:
        if not self.context.known("arrangement", otherwise, self.shapes):
            return None
        route = self.route(name)
        if route[-1] in route[:-1]:
            circle = route[route.index(route[-1]) :]
            if name == next(each for each in self.shapes if each in circle):
                message = f"fallbacks go round in a circle: {' → '.join(circle)}"
                self.context.faults.add(message, otherwise.mark, "cycle")
        elif self.shapes[otherwise].signed_by:
            message = (
                f"the fallback '{otherwise}' has signatories; expected an arrangement that nobody has to sign"
            )
            self.context.faults.add(message, otherwise.mark, "value")
        return str(otherwise)

    def route(self, name: str) -> list[str]:
        """From fallback to fallback, until one has none or comes a second time."""
        route = [name]
        while (following := self.shapes[route[-1]].otherwise) and following in self.shapes:
            route.append(str(following))
            if following in route[:-1]:
                break
        return route

    def standard(self, name: str, mark: Mark | None) -> str | None:
        """The only arrangement without signatories, in the same group first."""
        group = self.shapes[name].group
        if not self.sound:
            return None
        unsigned = [other for other, shape in self.shapes.items() if not shape.signed_by]
        same = [other for other in unsigned if self.shapes[other].group == group]
        for choice in (same, unsigned):
            if len(choice) == 1:
                return choice[0]
        problem = f"there are several: {', '.join(same or unsigned)}" if unsigned else "there is none"
        message = f"'{name}' needs a fallback: an arrangement that nobody has to sign, and {problem}"
        self.context.faults.add(
            f"{message}; say which with 'otherwise'" if unsigned else message, mark, "value"
        )
        return None


def check_movers(
    context: Context,
    commitments: dict[str, made.Commitment],
    arrangements: dict[str, made.Arrangement],
    moves: dict[str, made.Move],
) -> None:
    """A promise comes due only at moves that its promisor makes, in each arrangement that holds it."""
    for commitment in commitments.values():
        holders = [each for each in arrangements.values() if commitment.name in each.commitments]
        for move in commitment.at:
            if move not in moves:
                continue
            makers = {each.hands.get(move, moves[move].by) for each in holders} or {moves[move].by}
            if makers != {commitment.by}:
                other = sorted(makers - {commitment.by})[0]
                shape = context.shape.commitments[Word(commitment.name)]
                mark = next((key.mark for key in shape.at if key == move), commitment.mark)
                promise = f"'{commitment.name}' is a promise of '{commitment.by}'"
                context.faults.add(f"{promise}, but '{move}' is made by '{other}'", mark, "value")
