"""The reference of the language says everything, and its examples are read."""

from __future__ import annotations

import re

import pytest

from foedus.language import grammar, schema
from foedus.language.check import warnings
from foedus.language.names import PENDING
from foedus.language.parser import parse_expression
from foedus.language.reader import read_text
from foedus.language.resolve import resolve_formula
from foedus.language.shape import Cited, Described, Shape, keys
from foedus.language.starter import STARTER, starter
from language_texts import PAGE, page_blocks, page_scenario

SECTIONS: dict[type[Shape], str] = {
    schema.ScenarioShape: "The file",
    schema.ActorShape: "actors",
    schema.ParameterShape: "parameters",
    schema.DistributionShape: "parameters",
    schema.NormalShape: "parameters",
    schema.LognormalShape: "parameters",
    schema.BetaShape: "parameters",
    schema.TriangularShape: "parameters",
    schema.ChoiceShape: "parameters",
    schema.CorrelationShape: "correlations",
    schema.VariableShape: "variables",
    schema.StepShape: "play",
    schema.MoveShape: "move",
    schema.OptionShape: "move",
    schema.ChanceShape: "chance",
    schema.OutcomeShape: "chance",
    schema.SetShape: "set",
    schema.TogetherShape: "together",
    schema.BlockShape: "steps",
    schema.RepeatShape: "repeat",
    schema.SignShape: "sign",
    schema.CommitmentShape: "commitments",
    schema.ClauseShape: "clauses",
    schema.TableShape: "payoffs",
    schema.ArrangementShape: "arrangements",
    schema.ClaimShape: "claims",
    schema.DocumentShape: "documents",
}


def shapes(base: type[Shape] = Shape) -> set[type[Shape]]:
    """Those of scenario files; other files have some too."""
    found = {base} | {inner for each in base.__subclasses__() for inner in shapes(each)}
    return {each for each in found if each.__module__ == schema.__name__ or each is Shape}


def section(title: str) -> str:
    """A section down to the next heading; its rows of keys."""
    found = re.search(rf"^#+ {title}\n(.*?)(?=^#+ |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def test_every_shape_has_a_section() -> None:
    """A new kind of mapping in the schema needs its place in the reference."""
    assert shapes() - {Shape, Cited, Described} == set(SECTIONS)


@pytest.mark.parametrize(
    ("shape", "key"),
    [(shape, key) for shape in SECTIONS for key in keys(shape)],
    ids=lambda part: part if isinstance(part, str) else part.__name__,
)
def test_every_key_is_documented(shape: type[Shape], key: str) -> None:
    """Each key of the schema stands in a table of its section."""
    inherited = keys(schema.StepShape) if issubclass(shape, schema.StepShape) else []
    where = section("play") if key in inherited else section(SECTIONS[shape])
    rows = [line for line in where.splitlines() if line.startswith("|")]
    assert any(f"`{key}`" in row for row in rows), f"{shape.__name__}: '{key}' is not documented"


@pytest.mark.parametrize("name", [*grammar.FUNCTIONS, *grammar.EVENTS])
def test_every_function_is_documented(name: str) -> None:
    """Each function of the grammar is explained with its parentheses."""
    assert f"`{name}(" in PAGE


@pytest.mark.parametrize("name", grammar.RESULTS)
def test_every_result_is_documented(name: str) -> None:
    """Each result has a row in the table of results."""
    assert re.search(rf"^\| `{name}\[a\]\(", section("claims"), flags=re.MULTILINE)


@pytest.mark.parametrize("name", grammar.OPERATORS_ON_FORMULAS)
def test_every_operator_on_formulas_is_documented(name: str) -> None:
    """D and Tip have rows in the table of results."""
    assert f"| `{name}(formula; parameter)` |" in section("claims")


@pytest.mark.parametrize("word", [*sorted(grammar.RESERVED), PENDING])
def test_every_reserved_word_is_documented(word: str) -> None:
    """Words that cannot be names are listed under names."""
    assert f"`{word}`" in section("Names")


def test_examples_make_a_scenario() -> None:
    """The blocks of the page are, in their order, a scenario without a fault or a doubt."""
    scenario = read_text(page_scenario(), "language.md")
    assert not warnings(scenario)


def test_example_formulas_are_read() -> None:
    """Every example of an expression parses, and every formula fits the page's scenario."""
    expressions, formulas = page_blocks("text")
    scenario = read_text(page_scenario(), "language.md")
    assert all(parse_expression(line) for line in expressions.splitlines())
    assert all(resolve_formula(scenario, line) for line in formulas.splitlines())


def test_starter_reads_without_doubt() -> None:
    """What `foedus new` writes has no fault and nothing left unused."""
    scenario = read_text(STARTER, "starter.yaml")
    assert starter() == STARTER
    assert not warnings(scenario)
    assert {each.untestable is None for each in scenario.claims.values()} == {True, False}
