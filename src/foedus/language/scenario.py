"""A scenario as the rest of Foedus sees it: resolved, checked, frozen.

The file's shape (what an author types) is in `schema`; `read` turns the one into the other. Everything that
an author may leave out is filled in here: `like` is inherited, `choose` is spelt out, payoff tables are
expressions, `seen_by` is a set of actors, the `sign` step stands somewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Literal

from foedus.errors import Mark
from foedus.language.expression import Expression, walk
from foedus.language.expression import Variable as VariableRead
from foedus.language.names import SIGNED

Sets = tuple[tuple[str, Expression], ...]
"""Variable and right side; all right sides are read in the state before."""

Pays = tuple[tuple[str, Expression], ...]
"""Actor and amount."""


@dataclass(frozen=True)
class Actor:
    name: str
    title: str
    about: str = ""


@dataclass(frozen=True)
class Distribution:
    """How a parameter varies over worlds.

    `kind` is uniform, loguniform, normal, lognormal, beta, triangular or choice; `arguments` are its numbers
    by name (mean, sd; a, b; mode), `values` and `weights` those of a choice. A range truncates.
    """

    kind: str
    arguments: dict[str, float] = field(default_factory=dict)
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()


@dataclass(frozen=True)
class Source:
    """A passage that bears on a parameter, and the numbers that it gives, lowest and highest, if any."""

    citation: str
    numbers: tuple[float, float] | None = None


@dataclass(frozen=True)
class Parameter:
    """A number with a range, or (with `expression`) a number that follows from others.

    `basis` is quoted, paraphrased or judged; sources that support the number and such that contradict it are
    kept side by side.
    """

    name: str
    value: float | None
    expression: Expression | None
    range: tuple[float, float] | None
    distribution: Distribution | None
    about: str
    unit: str
    cites: tuple[str, ...]
    mark: Mark | None = field(default=None, compare=False)
    basis: Literal["quoted", "paraphrased", "judged"] = "judged"
    supports: tuple[Source, ...] = ()
    contradicts: tuple[Source, ...] = ()

    @property
    def shown_range(self) -> tuple[float, float] | None:
        """The range, widened by every number that a source gives; None where there is neither."""
        given = [each.numbers for each in (*self.supports, *self.contradicts) if each.numbers]
        known = [self.range] if self.range else [(self.value, self.value)] if self.value is not None else []
        if not given or not known:
            return self.range
        return min(low for low, _ in known + given), max(high for _, high in known + given)


@dataclass(frozen=True)
class Variable:
    """`domain` holds the values as text, in the author's order; `numeric` when they are whole numbers."""

    name: str
    domain: tuple[str, ...]
    numeric: bool
    seen_by: frozenset[str]
    start: str
    about: str = ""
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Option:
    name: str
    condition: Expression | None = None
    sets: Sets = ()
    pays: Pays = ()
    weight: Expression | None = None
    then: Literal["end", "leave"] | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class ChanceOutcome:
    """`probability` is None for `rest`."""

    name: str
    probability: Expression | None
    condition: Expression | None = None
    sets: Sets = ()
    pays: Pays = ()
    then: Literal["end", "leave"] | None = None
    slip: bool = False
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Move:
    name: str
    by: str
    options: tuple[Option, ...]
    when: Expression | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Chance:
    name: str
    outcomes: tuple[ChanceOutcome, ...]
    when: Expression | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Set:
    sets: Sets
    name: str = ""
    when: Expression | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Together:
    moves: tuple[Move, ...]
    when: Expression | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Block:
    steps: tuple[Step, ...]
    when: Expression | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Repeat:
    """`times` is a whole number or the name of a constant; `until` is tested after each whole round."""

    times: int | str
    steps: tuple[Step, ...]
    until: Expression | None = None
    name: str = ""
    when: Expression | None = None
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Sign:
    name: str
    when: Expression | None = None
    mark: Mark | None = field(default=None, compare=False)


Step = Move | Chance | Set | Together | Block | Repeat | Sign


@dataclass(frozen=True)
class Commitment:
    """`at` maps a move to the options that keep the promise there."""

    name: str
    by: str
    to: str | None
    when: Expression | None
    at: dict[str, tuple[str, ...]]
    penalty: Expression | None
    price: Expression | None
    once: bool = False
    about: str = ""
    cites: tuple[str, ...] = ()
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Clause:
    """Automatic: after the step, when the condition holds, with a probability, set variables.

    `delivers` names the commitments of which this clause does what was promised.
    """

    name: str
    after: str
    when: Expression | None
    probability: Expression | None
    sets: Sets
    delivers: tuple[str, ...] = ()
    about: str = ""
    cites: tuple[str, ...] = ()
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Arrangement:
    """An arrangement with what `like` gave it. `otherwise` is None for one that nobody has to sign.

    `order`, `refusal` and `consent` are those of the arrangement, or else of the sign step.
    """

    name: str
    about: str = ""
    title: str = ""
    signed_by: tuple[str, ...] = ()
    commitments: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    otherwise: str | None = None
    group: str = ""
    order: Literal["sequence", "together"] = "sequence"
    refusal: Literal["final", "later"] = "final"
    consent: Literal["all", "each"] = "all"
    ratified: tuple[tuple[str, Expression], ...] = ()
    start: Sets = ()
    parameters: tuple[tuple[str, Expression], ...] = ()
    removes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    requires: dict[str, dict[str, Expression]] = field(default_factory=dict)
    hands: dict[str, str] = field(default_factory=dict)
    cites: tuple[str, ...] = ()
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Claim:
    """`formula` is the text as written, `holds` the same resolved; None with a reason in `untestable`.

    `because` names the claims that it rests on, `against` those that it disputes: which of two claims is
    against the other makes no difference. `speaker` is who says it in the documents cited, where that is not
    their author.
    """

    name: str
    says: str
    cites: tuple[str, ...]
    formula: str
    holds: Expression | None
    untestable: str | None
    note: str = ""
    speaker: str = ""
    because: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    mark: Mark | None = field(default=None, compare=False)

    @property
    def condition(self) -> Expression:
        """What has to be true, of a claim that can be tested; asking another one is a mistake of ours."""
        assert self.holds is not None, f"claim '{self.name}' cannot be tested"
        return self.holds


@dataclass(frozen=True)
class Correlation:
    between: tuple[str, str]
    correlation: float


@dataclass(frozen=True)
class Document:
    """A source that citations name; its text is not kept here."""

    name: str
    title: str
    author: str = ""
    publisher: str = ""
    date: str = ""
    stance: str = ""
    language: str = ""
    note: str = ""
    sha256: str = ""


@dataclass(frozen=True)
class Scenario:
    """Everything in a file, resolved. `text` is the file's text, from which the cache key is made."""

    name: str
    title: str
    about: str
    actors: dict[str, Actor]
    rationality: dict[str, Expression]
    parameters: dict[str, Parameter]
    correlations: tuple[Correlation, ...]
    constants: dict[str, int]
    variables: dict[str, Variable]
    play: tuple[Step, ...]
    commitments: dict[str, Commitment]
    clauses: dict[str, Clause]
    payoffs: dict[str, Expression]
    outcomes: dict[str, Expression]
    arrangements: dict[str, Arrangement]
    claims: dict[str, Claim]
    recall: Literal["default", "perfect"] = "default"
    documents: dict[str, Document] = field(default_factory=dict)
    text: str = field(default="", compare=False, repr=False)
    file: str = field(default="", compare=False)

    def baseline(self, arrangement: str) -> str | None:
        """What the arrangement is compared with: its fallback, or its group's where nobody has to sign it.

        None for the fallback itself, and for an unsigned arrangement whose group has no fallback or several.
        """
        own = self.arrangements[arrangement]
        if own.signed_by:
            return own.otherwise
        times = {each.otherwise for each in self.arrangements.values() if each.group == own.group}
        times.discard(None)
        return times.pop() if len(times) == 1 and arrangement not in times else None

    @cached_property
    def signatures_read(self) -> tuple[str, ...]:
        """The actors of whom some expression asks whether their signature is given, in file order."""
        read = {
            node.name
            for expression in expressions(self)
            for node in walk(expression)
            if isinstance(node, VariableRead)
        }
        return tuple(actor for actor in self.actors if SIGNED + actor in read)

    @cached_property
    def moves(self) -> dict[str, tuple[str, ...]]:
        """Every move's options by its name, signatures (`consent.us`: sign, refuse) included."""
        moves = {
            step.name: tuple(option.name for option in step.options)
            for step in walk_steps(self.play)
            if isinstance(step, Move)
        }
        signing = sign_step(self)
        for arrangement in self.arrangements.values() if signing else ():
            assert signing is not None
            moves |= {f"{signing.name}.{actor}": ("sign", "refuse") for actor in arrangement.signed_by}
        return moves


def walk_steps(steps: tuple[Step, ...]) -> Iterator[Step]:
    """All steps in the order of the file, a block before what it holds."""
    for step in steps:
        yield step
        if isinstance(step, Together):
            yield from step.moves
        elif isinstance(step, Block | Repeat):
            yield from walk_steps(step.steps)


def sign_step(scenario: Scenario) -> Sign | None:
    """Where signatures are given, if anything has to be signed."""
    return next((step for step in walk_steps(scenario.play) if isinstance(step, Sign)), None)


def expressions(part: object) -> Iterator[Expression]:
    """Every expression inside a scenario, or a part of one."""
    if isinstance(part, Expression):
        yield part
    elif isinstance(part, dict):
        for content in part.values():
            yield from expressions(content)
    elif isinstance(part, tuple):
        for content in part:
            yield from expressions(content)
    elif is_dataclass(part) and not isinstance(part, type):
        for each in fields(part):
            yield from expressions(getattr(part, each.name))
