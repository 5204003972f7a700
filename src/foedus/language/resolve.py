"""From the shape of a file to a Scenario: every name looked up, every expression resolved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from foedus.errors import Mark
from foedus.language import scenario as made
from foedus.language.arguing import check_arguments
from foedus.language.citing import citations
from foedus.language.claims import ClaimMeaning
from foedus.language.context import Context, make_context
from foedus.language.ends import read_outcomes, read_payoffs
from foedus.language.expression import Expression
from foedus.language.faults import Faults
from foedus.language.fields import Word
from foedus.language.numbers import read_constants, read_correlations, read_parameters, read_rationality
from foedus.language.parser import parse_formula
from foedus.language.promises import Promises, check_movers
from foedus.language.schema import ClaimShape, ScenarioShape
from foedus.language.steps import Play, read_variables
from foedus.language.tree import Source


def resolve(shape: ScenarioShape, faults: Faults, name: str, text: str = "", file: str = "") -> made.Scenario:
    """The scenario of a shape; what is wrong is added to the faults, and stands in the scenario as 0."""
    context = make_context(shape, faults)
    if shape.foedus != 1:
        faults.add(
            f"found version {shape.foedus} of the language, expected 1", shape.key_mark("foedus"), "version"
        )
    scenario = without_claims(context, name, text, file)
    check_citations(shape, faults)
    check_arguments(shape.claims, faults)
    return replace(scenario, claims=read_claims(scenario, shape, faults))


def without_claims(context: Context, name: str, text: str, file: str) -> made.Scenario:
    shape = context.shape
    play = Play(context)
    steps = play.read()
    moves = {step.name: step for step in made.walk_steps(steps) if isinstance(step, made.Move)}
    signing = {step.name: step.mark for step in made.walk_steps(steps) if isinstance(step, made.Sign)}
    promises = Promises(context, moves, play.steps | signing, play.sign)
    commitments, arrangements = promises.commitments(), promises.arrangements()
    check_movers(context, commitments, arrangements, moves)
    parameters = read_parameters(context)
    return made.Scenario(
        name=name,
        title=shape.title,
        about=shape.about,
        actors={
            str(key): made.Actor(str(key), each.name or str(key), each.about)
            for key, each in shape.actors.items()
        },
        rationality=read_rationality(context),
        parameters=parameters,
        correlations=read_correlations(context, parameters),
        constants=read_constants(context),
        variables=read_variables(context),
        play=steps,
        commitments=commitments,
        clauses=promises.clauses(),
        payoffs=read_payoffs(context),
        outcomes=read_outcomes(context),
        arrangements=arrangements,
        claims={},
        recall=shape.recall,
        documents={str(key): made.Document(str(key), **dict(each)) for key, each in shape.documents.items()},
        text=text,
        file=file,
    )


def read_claims(scenario: made.Scenario, shape: ScenarioShape, faults: Faults) -> dict[str, made.Claim]:
    return {str(name): read_claim(scenario, name, each, faults) for name, each in shape.claims.items()}


def read_claim(scenario: made.Scenario, name: Word, shape: ClaimShape, faults: Faults) -> made.Claim:
    """A claim has a formula, or a reason why no game can test it, and not both."""
    if (shape.holds is None) == (shape.untestable is None):
        found = "neither" if shape.holds is None else "both"
        faults.add(
            f"claim '{name}': found {found}, expected one of 'holds' and 'untestable'", name.mark, "shape"
        )
    if shape.untestable is not None and not shape.untestable.strip():
        faults.add(
            "expected the reason why no game can test the claim", shape.key_mark("untestable"), "shape"
        )
    formula = shape.holds
    holds = ClaimMeaning(scenario, formula.mark, faults).claim(formula.expression) if formula else None
    return made.Claim(
        name=str(name),
        says=shape.says,
        cites=tuple(map(str, shape.cites)),
        formula=formula.text if formula else "",
        holds=holds,
        untestable=shape.untestable,
        note=shape.note,
        speaker=shape.speaker,
        because=tuple(map(str, shape.because)),
        against=tuple(map(str, shape.against)),
        mark=name.mark,
    )


def resolve_formula(scenario: made.Scenario, text: str) -> Expression:
    """A formula given apart from a file, as on the command line; ScenarioError if it is not one."""
    faults = Faults()
    result = ClaimMeaning(scenario, places(text), faults).number(parse_formula(text))
    faults.report()
    return result


def places(text: str) -> Callable[[int], Mark]:
    """The places in a text of its own."""
    source = Source("<expression>", text)
    return source.mark


def check_citations(shape: ScenarioShape, faults: Faults) -> None:
    """Where the file lists its documents, citations name one of them."""
    known = list(map(str, shape.documents))
    if not known:
        return
    for each in citations(shape):
        document = each.citation.partition("#")[0]
        if document not in known:
            faults.unknown("document", document, known, each.citation.mark)
