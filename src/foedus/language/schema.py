"""The shape of a scenario file, as frozen models that refuse unknown keys. Names are not looked up here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    Tag,
)

from foedus.language.fields import (
    Amount,
    Citation,
    ClaimFormula,
    Domain,
    Entries,
    Expr,
    Flag,
    Identity,
    Name,
    Probability,
    Text,
    Times,
    Value,
    Whole,
    Word,
)
from foedus.language.shape import Cited, Described, Names, Shape, Values, as_list, choice, keys

Sets = dict[Name, Expr]
Pays = dict[Name, Expr]


Then = Annotated[Literal["end", "leave"], *choice("end", "leave")]
Order = Annotated[Literal["sequence", "together"], *choice("sequence", "together")]
Refusal = Annotated[Literal["final", "later"], *choice("final", "later")]
Consent = Annotated[Literal["all", "each"], *choice("all", "each")]
Recall = Annotated[Literal["default", "perfect"], *choice("default", "perfect")]
Basis = Annotated[Literal["quoted", "paraphrased", "judged"], *choice("quoted", "paraphrased", "judged")]
Simple = Annotated[Literal["uniform", "loguniform"], *choice("uniform", "loguniform")]


def kind_of(value: object) -> str:
    return "<mapping>" if isinstance(value, Entries) else "<text>"


class ActorShape(Shape):
    name: Text = ""
    about: Text = ""


class NormalShape(Shape):
    mean: Amount
    sd: Amount


class LognormalShape(Shape):
    median: Amount
    sigma: Amount


class BetaShape(Shape):
    a: Amount
    b: Amount


class TriangularShape(Shape):
    mode: Amount


class ChoiceShape(Shape):
    values: tuple[Amount, ...]
    weights: tuple[Amount, ...] | None = None


def choice_of_values(value: object) -> object:
    return Entries({Word("values"): value}) if isinstance(value, list) else value


Choice = Annotated[
    ChoiceShape,
    BeforeValidator(choice_of_values, json_schema_input_type=ChoiceShape | tuple[Amount, ...]),
]


class DistributionShape(Shape):
    """One key, which names the kind."""

    normal: NormalShape | None = None
    lognormal: LognormalShape | None = None
    beta: BetaShape | None = None
    triangular: TriangularShape | None = None
    choice: Choice | None = None

    @property
    def named(self) -> frozenset[str]:
        """The kinds that the author wrote, also those with faults of their own."""
        return frozenset(map(str, self._node.entries)) if self._node else frozenset(self.model_fields_set)


Distribution = Annotated[
    Annotated[Simple, Tag("<text>")] | Annotated[DistributionShape, Tag("<mapping>")],
    Discriminator(kind_of),
]


def sources_of_list(value: object) -> object:
    """Citations without a number, one or a list of them, are keys without a value."""
    if isinstance(value, Word):
        value = [value]
    return Entries(dict.fromkeys(value)) if isinstance(value, list) else value


def numbers_of_source(value: object) -> object:
    """A single number is a range of no width."""
    return [value, value] if isinstance(value, Word) else value


Given = Annotated[
    tuple[Amount, Amount] | None,
    BeforeValidator(numbers_of_source, json_schema_input_type=Amount | tuple[Amount, Amount] | None),
]
Sources = Annotated[
    dict[Citation, Given],
    BeforeValidator(
        sources_of_list, json_schema_input_type=Citation | tuple[Citation, ...] | dict[Citation, Given]
    ),
]


class ParameterShape(Described):
    value: Expr
    range: tuple[Amount, Amount] | None = None
    distribution: Distribution | None = None
    unit: Text = ""
    basis: Basis | None = None
    supports: Sources = Field(default_factory=dict)
    contradicts: Sources = Field(default_factory=dict)


def parameter_of_value(value: object) -> object:
    """`prize: 40` stands for `prize: {value: 40}`."""
    return Entries({Word("value"): value}) if isinstance(value, Word) else value


Parameter = Annotated[
    ParameterShape,
    BeforeValidator(parameter_of_value, json_schema_input_type=ParameterShape | Expr),
]


class CorrelationShape(Shape):
    between: tuple[Name, Name]
    correlation: Amount


class VariableShape(Described):
    values: Domain
    seen_by: Names | None = None
    start: Value | None = None


class OptionShape(Described):
    condition: Expr | None = Field(None, alias="if")
    sets: Sets = Field(default_factory=dict, alias="set")
    pays: Pays = Field(default_factory=dict)
    weight: Expr | None = None
    then: Then | None = None


class OutcomeShape(Described):
    probability: Probability
    condition: Expr | None = Field(None, alias="if")
    sets: Sets = Field(default_factory=dict, alias="set")
    pays: Pays = Field(default_factory=dict)
    then: Then | None = None
    slip: Flag = False


class StepShape(Described):
    when: Expr | None = None


class MoveShape(StepShape):
    move: Name
    by: Name
    options: dict[Value, OptionShape] = Field(default_factory=dict)
    choose: Name | None = None


class ChanceShape(StepShape):
    chance: Name
    outcomes: dict[Value, OutcomeShape]


class SetShape(StepShape):
    sets: Sets = Field(alias="set")
    name: Name | None = None


class SignShape(StepShape):
    sign: Name
    order: Order | None = None
    refusal: Refusal | None = None
    consent: Consent | None = None
    ratified: dict[Name, Expr] = Field(default_factory=dict)


class TogetherShape(StepShape):
    together: tuple[Step, ...]


class BlockShape(StepShape):
    steps: tuple[Step, ...]


class RepeatShape(StepShape):
    repeat: Times
    steps: tuple[Step, ...]
    until: Expr | None = None
    name: Name | None = Field(None, alias="as")


STEP_KEYS = ("move", "chance", "set", "together", "repeat", "sign", "steps")
TAGS = frozenset({"<text>", "<mapping>", *(f"<{key}>" for key in STEP_KEYS)})
"""What stands in the place of an error for the kind of thing that was chosen there; no part of the file."""


def step_kind(value: object) -> str | None:
    """The first of the keys that name a kind of step; `repeat` comes before the `steps` it also has."""
    if isinstance(value, StepShape):
        return next(f"<{key}>" for key in STEP_KEYS if key in keys(type(value)))
    if not isinstance(value, dict):
        return None
    return next((f"<{key}>" for key in STEP_KEYS if key in value), None)


Step = Annotated[
    Annotated[MoveShape, Tag("<move>")]
    | Annotated[ChanceShape, Tag("<chance>")]
    | Annotated[SetShape, Tag("<set>")]
    | Annotated[TogetherShape, Tag("<together>")]
    | Annotated[RepeatShape, Tag("<repeat>")]
    | Annotated[SignShape, Tag("<sign>")]
    | Annotated[BlockShape, Tag("<steps>")],
    Discriminator(step_kind),
]


class CommitmentShape(Described):
    by: Name
    to: Name | None = None
    when: Expr | None = None
    at: dict[Name, Values]
    penalty: Expr | None = None
    price: Expr | None = None
    once: Flag = False


class ClauseShape(Described):
    after: Name
    when: Expr | None = None
    probability: Expr | None = None
    sets: Sets = Field(alias="set")
    delivers: Names = ()


class TableShape(Shape):
    over: Name
    rows: dict[Value, Expr]
    otherwise: Expr | None = None


Term = Annotated[
    Annotated[Expr, Tag("<text>")] | Annotated[TableShape, Tag("<mapping>")], Discriminator(kind_of)
]
Payoff = Annotated[tuple[Term, ...], BeforeValidator(as_list, json_schema_input_type=Term | tuple[Term, ...])]
Rationality = Annotated[
    Annotated[Expr, Tag("<text>")] | Annotated[dict[Name, Expr], Tag("<mapping>")], Discriminator(kind_of)
]


class ArrangementShape(Described):
    like: Name | None = None
    group: Name | None = None
    title: Text = ""
    signed_by: Names = ()
    commitments: Names = ()
    clauses: Names = ()
    otherwise: Name | None = None
    order: Order | None = None
    refusal: Refusal | None = None
    consent: Consent | None = None
    ratified: dict[Name, Expr] = Field(default_factory=dict)
    start: Sets = Field(default_factory=dict)
    parameters: dict[Name, Expr] = Field(default_factory=dict)
    removes: dict[Name, Values] = Field(default_factory=dict)
    requires: dict[Name, dict[Value, Expr]] = Field(default_factory=dict)
    hands: dict[Name, Name] = Field(default_factory=dict)


class ClaimShape(Cited):
    says: Text
    holds: ClaimFormula | None = None
    untestable: Text | None = None
    speaker: Text = ""
    because: Names = ()
    against: Names = ()
    note: Text = ""


class DocumentShape(Shape):
    title: Text
    author: Text = ""
    publisher: Text = ""
    date: Text = ""
    stance: Text = ""
    language: Text = ""
    note: Text = ""
    sha256: Text = ""


class ScenarioShape(Shape):
    """A whole file."""

    foedus: Whole
    title: Text
    about: Text = ""
    actors: dict[Name, ActorShape]
    rationality: Rationality
    recall: Recall = "default"
    parameters: dict[Name, Parameter] = Field(default_factory=dict)
    correlations: tuple[CorrelationShape, ...] = ()
    constants: dict[Name, Whole] = Field(default_factory=dict)
    variables: dict[Name, VariableShape] = Field(default_factory=dict)
    play: tuple[Step, ...]
    commitments: dict[Name, CommitmentShape] = Field(default_factory=dict)
    clauses: dict[Name, ClauseShape] = Field(default_factory=dict)
    payoffs: dict[Name, Payoff]
    outcomes: dict[Name, Expr]
    arrangements: dict[Name, ArrangementShape]
    claims: dict[Name, ClaimShape] = Field(default_factory=dict)
    documents: dict[Identity, DocumentShape] = Field(default_factory=dict)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a scenario file, for editors."""
    schema = ScenarioShape.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Foedus scenario"}
