"""A scenario as the rest of Foedus sees it: resolved, checked, frozen.

The file's shape (what an author types) is in `schema`; `read` turns the one into the other. Everything that
an author may leave out is filled in here: `like` is inherited, `choose` is spelt out, payoff tables are
expressions, `seen_by` is a set of actors, the `sign` step stands somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from foedus.errors import Mark
from foedus.language.expression import Expression

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
class Parameter:
    """A number with a range, or (with `expression`) a number that follows from others."""

    name: str
    value: float | None
    expression: Expression | None
    range: tuple[float, float] | None
    distribution: Distribution | None
    about: str
    unit: str
    cites: tuple[str, ...]
    mark: Mark | None = field(default=None, compare=False)


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
    """`formula` is the text as written, `holds` the same resolved; None with a reason in `untestable`."""

    name: str
    says: str
    cites: tuple[str, ...]
    formula: str
    holds: Expression | None
    untestable: str | None
    note: str = ""
    mark: Mark | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Correlation:
    between: tuple[str, str]
    correlation: float


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
    text: str = field(default="", compare=False, repr=False)
    file: str = field(default="", compare=False)
