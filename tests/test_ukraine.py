"""The flagship scenario: whole, cited, calibrated, and as its page says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from foedus import library
from foedus.analysis.cases import make_case
from foedus.analysis.claims import Verdicts, check_claims, evaluate_text
from foedus.analysis.measures import Measures, measure
from foedus.analysis.solutions import Solutions
from foedus.language.expression import Number, walk
from foedus.language.reader import read_scenario
from foedus.language.scenario import Block, Repeat, Scenario, Together, expressions, walk_steps
from foedus.study.worlds import base_world, sample_worlds

FILE = Path(library.__file__).parent / "ukraine.yaml"
PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "ukraine.md"

PARAGRAPHS = {"000": 36, "001": 1, "002": 62, "003": 2, "004": 10}
LINES_OF_001 = 7
CITATION = re.compile(r"(\d{3})#(\d+)(?:\.(\d+))?")

UNTESTABLE = {"K38", "K58", "K65"}

# Numbers that are no judgments of size: nothing and the whole (`1 - x`, a factor of 1, defeat as the unit,
# constants that switch), and the base values by which a ratio is divided so that it is 1 there.
STRUCTURAL = {0.0, 1.0}
NORMS = {"battle": {3.25}, "support_us": {0.25}, "support_eu": {0.25}}

FALLBACKS = {"war": "none_war", "crisis": "none_crisis"}
DEFEATS = ("defeat_abandoned", "defeat_authorised", "defeat_backed_down")
BROKEN_PEACE = ("violation_stopped", "violation_unanswered")
NEVER = {"none_war": {"neutral_peace", "crisis_contained"}, "none_crisis": set[str]()}

# Rows of the base rates. Each joins two figures or puts a band around one, for reasons that the page gives.
# Fortna counts over decades, and of third parties says that they lengthen peace, not by how much.
DEFENCE = (0.41, 0.745)  # defence pacts, Berkemeier and Fuhrmann 2018; alliances, Leeds and others 2000
CONSULTATION = (0.22, 0.66)  # alliances 1945–2003 and before 1945, Berkemeier and Fuhrmann 2018
DISCRETION = (0.22, 0.50)  # alliances 1945–2003 and 1816–2003, Berkemeier and Fuhrmann 2018
NO_NEW_WAR = (0.45, 0.65)  # our band around one half, Fortna 2004
NO_NEW_WAR_GUARDED = (0.45, 0.80)  # upper end ours, sign from Fortna 2003

RELIABILITY = [
    ("nato_membership", "article5_us", DEFENCE),
    ("nato_membership", "article5_eu", DEFENCE),
    ("nato_membership", "stake_us", DEFENCE),
    ("nato_settlement", "article5_us", DEFENCE),
    ("snapback", "article5_us", DEFENCE),
    ("article5_like", "guarantee_us", DEFENCE),
    ("article5_like", "guarantee_eu", DEFENCE),
    ("istanbul", "istanbul_us", DEFENCE),
    ("istanbul", "istanbul_eu", DEFENCE),
    ("us_pact", "pact_us", CONSULTATION),
    ("bilateral_pacts", "pact_eu", CONSULTATION),
    ("scholz", "joint_us", DISCRETION),
    ("snapback", "snapback_us", DISCRETION),
    ("non_admission", "crisis_non_aggression", NO_NEW_WAR),
    ("istanbul", "non_aggression", NO_NEW_WAR),
    ("article5_like", "non_aggression", NO_NEW_WAR),
    ("scholz", "joint_russia", NO_NEW_WAR),
    ("nato_settlement", "non_aggression", NO_NEW_WAR_GUARDED),
    ("snapback", "non_aggression", NO_NEW_WAR_GUARDED),
]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_scenario(FILE)


@pytest.fixture(scope="module")
def measures(scenario: Scenario) -> dict[tuple[str, bool], Measures]:
    """Each arrangement, offered (False) and in force (True), at base values."""
    solutions = Solutions(scenario, base_world(scenario))
    found = {}
    for name in scenario.arrangements:
        for in_force in (False, True):
            solution = solutions[make_case(scenario, name, in_force=in_force)]
            found[name, in_force] = measure(solution)
    return found


@pytest.fixture(scope="module")
def verdicts(scenario: Scenario) -> Verdicts:
    return check_claims(scenario)


def cited(scenario: Scenario) -> Iterator[str]:
    for group in (
        scenario.parameters,
        scenario.commitments,
        scenario.clauses,
        scenario.arrangements,
        scenario.claims,
    ):
        for item in group.values():
            yield from item.cites


def numbered_parts(scenario: Scenario) -> Iterator[tuple[str, object]]:
    """What may hold numbers: steps without the steps inside them, and all that stands beside the play."""
    for step in walk_steps(scenario.play):
        if isinstance(step, Block | Repeat | Together):
            yield "", (step.when, step.until if isinstance(step, Repeat) else None)
        else:
            yield step.name, step
    for group in (scenario.commitments, scenario.clauses, scenario.payoffs, scenario.arrangements):
        yield from group.items()


def at(measured: Measures, *outcomes: str) -> float:
    return float(sum(measured.outcomes[name][0] for name in outcomes))


def test_it_has_every_claim_and_no_other(scenario: Scenario) -> None:
    """The claims are K01 to K71, each with a paraphrase and a citation."""
    assert list(scenario.claims) == [f"K{number:02d}" for number in range(1, 72)]
    assert all(claim.says and claim.cites for claim in scenario.claims.values())


def test_only_three_claims_are_untestable(scenario: Scenario) -> None:
    """Every claim but K38, K58 and K65 has a formula, and those three a reason."""
    reasons = {name: claim.untestable for name, claim in scenario.claims.items() if claim.holds is None}
    assert reasons.keys() == UNTESTABLE
    assert all(reason and len(reason) > 40 for reason in reasons.values())


def test_citations_lie_within_the_documents(scenario: Scenario) -> None:
    """A citation names a paragraph that its document has, and of 001 a line."""
    citations = list(cited(scenario))
    assert len(citations) > 150
    for citation in citations:
        match = CITATION.fullmatch(citation)
        assert match, citation
        document, paragraph, line = match.groups()
        assert 1 <= int(paragraph) <= PARAGRAPHS[document], citation
        assert (line is not None) == (document == "001"), citation
        assert line is None or 1 <= int(line) <= LINES_OF_001, citation


def test_every_arrangement_of_the_material_is_in_the_file_and_on_the_page(scenario: Scenario) -> None:
    """A01 to A26 are each named in the file and in its explanation."""
    for number in range(1, 27):
        assert re.search(rf"\bA{number:02d}\b", scenario.text), number
        assert f"| A{number:02d} |" in PAGE.read_text("utf-8"), number


def test_arrangements_are_compared_within_their_time(scenario: Scenario) -> None:
    """At least 14 arrangements come from the material, each in a group with the fallback of its time."""
    arrangements = scenario.arrangements.values()
    assert {each.group for each in arrangements} == FALLBACKS.keys()
    for each in arrangements:
        assert each.otherwise == (FALLBACKS[each.group] if each.signed_by else None)
    named = {found for each in arrangements for found in re.findall(r"\bA\d\d\b", each.title)}
    assert len(named) >= 14


def test_numbers_are_cited_or_explained(scenario: Scenario) -> None:
    """Every number has a range around its value, and a source or a sentence that says why that range."""
    for each in scenario.parameters.values():
        assert each.value is not None, each.name
        assert each.range is not None, each.name
        assert each.range[0] <= each.value <= each.range[1], each.name
        assert each.cites or len(each.about) >= 60, each.name


def test_every_judgment_of_size_is_a_parameter(scenario: Scenario) -> None:
    """Worlds vary every number but 0, 1 and the two base values to which a ratio is referred."""
    for where, part in numbered_parts(scenario):
        found = {node.value for each in expressions(part) for node in walk(each) if isinstance(node, Number)}
        assert found <= STRUCTURAL | NORMS.get(where, set()), where
    norms = {scenario.parameters["shell_ratio"].value, scenario.parameters["unit_cost"].value}
    assert norms == set().union(*NORMS.values())


def test_types_and_signals_are_hidden(scenario: Scenario) -> None:
    """Russia alone sees its aims, the guarantors their resolve, and Russia not how it is read."""
    variables = scenario.variables
    assert variables["intent"].seen_by == {"russia"}
    assert variables["resolve"].seen_by == {"us", "europe"}
    assert "russia" not in variables["reading"].seen_by
    assert variables["probe"].seen_by == {"russia"}


def test_outcomes_partition_the_ends(measures: dict[tuple[str, bool], Measures]) -> None:
    """Every play ends in exactly one outcome, in a solved game."""
    for key, measured in measures.items():
        assert measured.partition, key
        assert at(measured, *measured.outcomes) == pytest.approx(1.0, abs=1e-9), key
        assert measured.solved.all(), key
        assert measured.certificate["residual"][0] <= 1e-9, key


def test_fallbacks_exclude_nothing(measures: dict[tuple[str, bool], Measures]) -> None:
    """In a fallback every end that its promises do not rule out has at least 0.1 %."""
    for fallback, never in NEVER.items():
        outcomes = measures[fallback, True].outcomes
        assert {name for name, value in outcomes.items() if value[0] < 0.001} == never


def test_no_arrangement_abolishes_what_all_fear(measures: dict[tuple[str, bool], Measures]) -> None:
    """Great-power war, a lasting war, defeat and a broken peace keep at least 0.1 % everywhere."""
    for key, measured in measures.items():
        for outcomes in (("great_power_war",), ("continuing_attrition",), DEFEATS, BROKEN_PEACE):
            assert at(measured, *outcomes) >= 0.001, (key, outcomes)


def test_without_an_arrangement_the_war_goes_on(measures: dict[tuple[str, bool], Measures]) -> None:
    """Continuing attrition is the likeliest end of the fallback of the war, and by far."""
    outcomes = {name: float(value[0]) for name, value in measures["none_war", True].outcomes.items()}
    attrition = outcomes.pop("continuing_attrition")
    assert attrition > 0.4
    assert attrition > 2 * max(outcomes.values())


@pytest.mark.parametrize("breach", ["invade", "seize"])
def test_membership_deters_better_than_a_memorandum(scenario: Scenario, breach: str) -> None:
    """Per round of peace, Russia attacks a member more rarely than the holder of an aid memorandum."""
    text = "Share[{}; in_force](conduct.{})"
    member = evaluate_text(scenario, text.format("nato_membership", breach))
    memorandum = evaluate_text(scenario, text.format("israel_model", breach))
    assert member < 0.75 * memorandum


def test_the_crisis_is_open(scenario: Scenario) -> None:
    """Without agreement an invasion is neither certain nor far-fetched."""
    assert 0.3 < evaluate_text(scenario, "P[none_crisis](ever(situation == war))") < 0.7


@pytest.mark.parametrize(("arrangement", "commitment", "row"), RELIABILITY)
def test_promises_are_as_reliable_as_their_kind(
    measures: dict[tuple[str, bool], Measures],
    arrangement: str,
    commitment: str,
    row: tuple[float, float],
) -> None:
    """How often a promise is kept, once due, lies within the base rate of its kind."""
    assert row[0] <= measures[arrangement, True].kept[commitment][0] <= row[1]


def test_a_stronger_promise_is_kept_more_often(measures: dict[tuple[str, bool], Measures]) -> None:
    """Article 5 is more reliable than a guarantee like it, and that than a joint guarantee."""
    kept = [
        float(measures[arrangement, True].kept[commitment][0])
        for arrangement, commitment in (
            ("scholz", "joint_us"),
            ("article5_like", "guarantee_us"),
            ("nato_membership", "article5_us"),
        )
    ]
    assert kept == sorted(kept)


def test_claims_have_a_value_and_can_fail(verdicts: Verdicts) -> None:
    """Every formula has a verdict, none is true of every equilibrium, and some claims fail."""
    tested = [each for each in verdicts.verdicts if each.claim.holds is not None]
    assert not [each.claim.name for each in tested if each.truth is None or each.reasons]
    assert not [each.claim.name for each in tested if each.trivial]
    holds = sum(float(each.truth.holds[0]) for each in tested if each.truth is not None)
    assert 0 < holds < len(tested)


def test_the_page_says_what_the_model_says(verdicts: Verdicts) -> None:
    """The page's table of claims gives the verdict at base values for each."""
    row = re.compile(r"(?m)^\| (K\d\d) \|.*\| (holds|fails|untestable)[^|]*\|$")
    rows = dict(row.findall(PAGE.read_text("utf-8")))
    assert len(rows) == 71
    for each in verdicts.verdicts:
        said = "untestable" if each.truth is None else "holds" if each.truth.holds[0] else "fails"
        assert rows[each.claim.name] == said, each.claim.name


def test_rationality_is_meant_over_its_whole_range(scenario: Scenario) -> None:
    """Over sampled worlds λ times the payoffs' range has a median of at least 10 for every great power."""
    solution = Solutions(scenario, sample_worlds(scenario, 128, 1))[make_case(scenario, "none_war")]
    measured = measure(solution, with_precision=True)
    assert measured.solved.mean() >= 0.99
    for actor in ("russia", "us", "europe", "ukraine"):
        assert np.median(measured.precision[actor]) >= 10


def test_the_page_of_claims_is_of_this_scenario(scenario: Scenario) -> None:
    """The page that `foedus claims --markdown` wrote has every claim as the scenario has it now."""
    page = (Path(__file__).parent.parent / "docs" / "explanation" / "ukraine-claims.md").read_text("utf-8")
    for claim in scenario.claims.values():
        speaker = f" (Said by: {claim.speaker}.)" if claim.speaker else ""
        assert f"**{claim.name}** {claim.says}{speaker} [{', '.join(claim.cites)}]" in page
        assert claim.formula in page
        assert claim.note in page
