"""The second case: whole, cited from documents that ship, the known outcome likely and not certain."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from foedus import library
from foedus.analysis.cases import make_case
from foedus.analysis.claims import Verdicts, check_claims, evaluate_text
from foedus.analysis.measures import Measures, measure
from foedus.analysis.solutions import Solutions
from foedus.cli import main
from foedus.evidence.adding import Asked, add
from foedus.evidence.checking import check
from foedus.evidence.fingerprints import fingerprint_file, read_fingerprints
from foedus.evidence.store import FIELDS, open_store
from foedus.game.compile import Variation, compile_game
from foedus.language.check import warnings
from foedus.language.citing import citations_in
from foedus.language.expression import Number, walk
from foedus.language.reader import read_scenario, read_text
from foedus.language.scenario import Scenario, expressions
from foedus.study.worlds import base_world, sample_worlds

FILE = library.find("poland")
DOCUMENTS = library.find_documents("poland")
PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "poland.md"
CLAIMS = PAGE.with_name("poland-claims.md")

ARRANGEMENTS = {
    "none",
    "consultation",
    "guarantee",
    "agreement",
    "without_danzig",
    "alliance",
    "alliance_with_passage",
    "pact",
}
HAPPENED = "overrun"
DEFENCE = (0.41, 0.745)  # defence pacts, Berkemeier and Fuhrmann 2018; alliances, Leeds and others 2000

# Numbers that are no judgments of size: the whole, the unit of the scale, and the strength to which
# `march_effect` refers.
STRUCTURAL = {1.0, 100.0, 120.0}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_scenario(FILE)


@pytest.fixture(scope="module")
def measures(scenario: Scenario) -> dict[tuple[str, bool], Measures]:
    """Each arrangement, offered (False) and in force (True), at base values."""
    solutions = Solutions(scenario, base_world(scenario))
    return {
        (name, in_force): measure(solutions[make_case(scenario, name, in_force=in_force)])
        for name in scenario.arrangements
        for in_force in (False, True)
    }


@pytest.fixture(scope="module")
def verdicts(scenario: Scenario) -> Verdicts:
    return check_claims(scenario)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with the documents that ship."""
    assert DOCUMENTS
    path = tmp_path / "papers.sqlite"
    with open_store(path, write=True) as opened:
        told = add(opened, [DOCUMENTS], Asked())
    assert told["counts"] == {"added": 5, "replaced": 0, "unchanged": 0, "refused": 0}
    return path


def test_it_compares_eight_arrangements(scenario: Scenario) -> None:
    """The arrangements are those of the page, and all that have signatories name what a refusal leaves."""
    assert set(scenario.arrangements) == ARRANGEMENTS
    page = PAGE.read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in ARRANGEMENTS)
    assert all(each.otherwise for each in scenario.arrangements.values() if each.signed_by)


def test_nothing_in_it_is_idle(scenario: Scenario) -> None:
    """No name is unused, and every promise has a promisor who signs it or is bound already."""
    assert warnings(scenario) == ()


def test_the_games_are_of_modest_size(scenario: Scenario) -> None:
    """In force no arrangement has more than 2,000 nodes."""
    for name in scenario.arrangements:
        assert compile_game(scenario, name, Variation(in_force=True)).nodes <= 2000, name


def test_types_and_impressions_are_hidden(scenario: Scenario) -> None:
    """Germany alone knows its aims and what it takes the West for, and the West alone its resolve."""
    seen = {name: scenario.variables[name].seen_by for name in ("aims", "reading", "resolve")}
    assert seen == {"aims": {"germany"}, "reading": {"germany"}, "resolve": {"west"}}


def test_numbers_have_a_range_and_a_reason(scenario: Scenario) -> None:
    """Every number has a range around its value, and a sentence about it."""
    for each in scenario.parameters.values():
        assert each.value is not None, each.name
        assert each.range is not None, each.name
        assert each.range[0] <= each.value <= each.range[1], each.name
        assert len(each.about) >= 40, each.name


def test_every_judgment_of_size_is_a_parameter(scenario: Scenario) -> None:
    """Worlds vary every number but 1, the unit of the scale and the strength that Moscow offered."""
    parts = (scenario.play, scenario.commitments, scenario.clauses, scenario.payoffs, scenario.arrangements)
    found = {
        node.value
        for part in parts
        for each in expressions(part)
        for node in walk(each)
        if isinstance(node, Number)
    }
    assert found == STRUCTURAL


def test_outcomes_partition_the_ends(measures: dict[tuple[str, bool], Measures]) -> None:
    """Every play ends in exactly one outcome, in a solved game."""
    for key, measured in measures.items():
        assert measured.partition, key
        total = sum(float(each[0]) for each in measured.outcomes.values())
        assert total == pytest.approx(1.0, abs=1e-9), key
        assert measured.solved.all(), key
        assert measured.certificate["residual"][0] <= 1e-9, key


@pytest.mark.parametrize("arrangement", ["guarantee", "pact"])
def test_what_happened_is_likeliest_and_not_certain(
    measures: dict[tuple[str, bool], Measures], arrangement: str
) -> None:
    """With the promises of 1939, war is declared and Poland falls more often than anything else happens."""
    outcomes = {name: float(each[0]) for name, each in measures[arrangement, True].outcomes.items()}
    assert max(outcomes, key=outcomes.__getitem__) == HAPPENED
    assert 0.25 < outcomes[HAPPENED] < 0.6
    assert min(outcomes.values()) > 0.001


def test_what_happened_is_not_built_in(measures: dict[tuple[str, bool], Measures]) -> None:
    """Without a promise, and with an alliance and passage, something else is likelier."""
    for arrangement in ("none", "alliance_with_passage"):
        outcomes = {name: float(each[0]) for name, each in measures[arrangement, True].outcomes.items()}
        assert max(outcomes, key=outcomes.__getitem__) != HAPPENED, arrangement


def test_the_pledge_is_as_reliable_as_its_kind(measures: dict[tuple[str, bool], Measures]) -> None:
    """How often war is declared, once it is due, lies between the two counts of the literature."""
    for arrangement, pledge in (("guarantee", "war_pledge"), ("agreement", "treaty_pledge")):
        assert DEFENCE[0] <= measures[arrangement, True].kept[pledge][0] <= DEFENCE[1]


def test_a_clause_delivers_what_the_promisor_does_not(measures: dict[tuple[str, bool], Measures]) -> None:
    """With the Red Army in Poland relief comes more often than the West keeps its pledge of it."""
    measured = measures["alliance_with_passage", True]
    assert measured.delivered["relief_pledge"][0] > measured.kept["relief_pledge"][0] + 0.1
    alone = measures["guarantee", True]
    assert alone.delivered["relief_pledge"][0] == pytest.approx(alone.kept["relief_pledge"][0])


def test_worlds_are_solved_and_disagree(scenario: Scenario) -> None:
    """In nearly all worlds there is an answer, and in some of them not the known one."""
    solution = Solutions(scenario, sample_worlds(scenario, 128, 1))[make_case(scenario, "guarantee")]
    measured = measure(solution)
    assert measured.solved.mean() >= 0.99
    names = list(measured.outcomes)
    likeliest = np.argmax([measured.outcomes[name] for name in names], axis=0)
    share = np.mean(likeliest[measured.solved] == names.index(HAPPENED))
    assert 0.1 < share < 0.9


def test_claims_have_a_value_and_can_fail(verdicts: Verdicts) -> None:
    """Every formula has a verdict, none is true of every equilibrium, and some hold and some fail."""
    tested = [each for each in verdicts.verdicts if each.claim.holds is not None]
    assert not [each.claim.name for each in tested if each.truth is None or each.reasons or each.trivial]
    holds = sum(float(each.truth.holds[0]) for each in tested if each.truth is not None)
    assert 5 <= holds <= len(tested) - 5


def test_one_claim_is_untestable_and_says_why(scenario: Scenario) -> None:
    """A purpose in the past has a reason instead of a formula."""
    reasons = {name: each.untestable for name, each in scenario.claims.items() if each.holds is None}
    assert reasons.keys() == {"challenge"}
    assert len(reasons["challenge"] or "") > 40


def test_contradicting_claims_do_not_both_hold(verdicts: Verdicts) -> None:
    """Claims that contradict each other are tested by formulas that cannot be true together."""
    truths = {
        each.claim.name: bool(each.truth.holds[0]) for each in verdicts.verdicts if each.truth is not None
    }
    for one, other in (("munich_cost", "power_not_past"), ("gain_in_defeat", "as_badly_off")):
        assert not (truths[one] and truths[other]), (one, other)


def test_the_page_says_what_the_model_says(verdicts: Verdicts) -> None:
    """The page's table of claims gives the verdict at base values for each."""
    row = re.compile(r"(?m)^\| `(\w+)` \|.*\| (holds|fails|untestable)[^|]*\|$")
    assert dict(row.findall(PAGE.read_text("utf-8"))) == said(verdicts)


def said(verdicts: Verdicts) -> dict[str, str]:
    return {
        each.claim.name: "untestable" if each.truth is None else "holds" if each.truth.holds[0] else "fails"
        for each in verdicts.verdicts
    }


def test_the_page_of_claims_is_of_this_scenario(scenario: Scenario, verdicts: Verdicts) -> None:
    """The page that `foedus claims --markdown` wrote has every claim and its verdict as they are now."""
    page = CLAIMS.read_text("utf-8")
    for claim in scenario.claims.values():
        assert f"**{claim.name}** {claim.says} [{', '.join(claim.cites)}]" in page
        assert claim.formula in page
    row = re.compile(r"(?m)^\| (\w+) \|.*\| (holds|fails) \| [\d.]+ %")
    found = dict(row.findall(page))
    assert found == {name: verdict for name, verdict in said(verdicts).items() if verdict != "untestable"}


def test_shares_are_those_of_the_page_of_claims() -> None:
    """A share that the page on the scenario quotes is the one that the page of claims tells."""
    quoted = re.findall(r"\(`(\w+)`, (\d+) %\)", PAGE.read_text("utf-8"))
    told = dict(re.findall(r"(?m)^\| (\w+) \|.*\| ([\d.]+) % \(", CLAIMS.read_text("utf-8")))
    assert len(quoted) > 5
    assert dict(quoted) == {name: f"{float(told[name]):.0f}" for name, _ in quoted}


def test_a_promise_emboldens_whoever_holds_it(scenario: Scenario) -> None:
    """A firmer promise makes Warsaw refuse more, and one that leaves Danzig out makes it refuse less."""
    refusals = [
        evaluate_text(scenario, f"Share[{name}](answer.refuse)")
        for name in ("without_danzig", "none", "guarantee", "agreement; in_force")
    ]
    assert refusals == sorted(refusals)


def test_every_citation_resolves(scenario: Scenario, store: Path) -> None:
    """The documents that ship hold every passage that is cited, with the fingerprint that ships."""
    with open_store(store) as opened:
        found = check(opened, scenario)
    assert found["counts"]["resolves"] == len(found["citations"]) > 30
    kept = read_fingerprints(fingerprint_file(FILE))
    assert set(kept.citations) == {str(each.citation) for each in citations_in(scenario.text, FILE)}
    assert set(kept.documents) == set(scenario.documents)


def test_a_changed_word_is_noticed(scenario: Scenario, store: Path, tmp_path: Path) -> None:
    """With `fifteenth` changed in the chronology, its paragraph is changed and nothing else is."""
    assert DOCUMENTS
    text = (DOCUMENTS / "chronicle.md").read_text("utf-8")
    assert text.count("fifteenth") == 1
    edited = tmp_path / "chronicle.md"
    edited.write_text(text.replace("fifteenth", "fiftieth"), "utf-8")
    with open_store(store, write=True) as opened:
        add(opened, [edited], Asked(replace=True))
        found = check(opened, scenario)
    changed = {each["citation"] for each in found["citations"] if each["state"] != "resolves"}
    assert changed == {"chronicle#10"}


def test_passages_are_printed_beside_what_rests_on_them(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`evidence check --passages` gives each passage, with what every part that cites it says."""
    words = ["evidence", "check", "poland", "--passages", "--store", str(store)]
    assert main([*words, "--json"]) == 0
    rows = {each["citation"]: each for each in json.loads(capsys.readouterr().out)["citations"]}
    row = rows["chronicle#14"]
    assert "declare war on Germany" in row["passage"]
    assert row["says"] == ["The word was given, and when it was called it was kept."]
    assert all(len(each["says"]) == len(each["uses"]) and all(each["says"]) for each in rows.values())
    assert main(words) == 0
    printed = capsys.readouterr().out
    below = printed.split("chronicle#14\n")[1].split("chronicle#15\n")[0]
    assert below.index("declare war on Germany") < below.index("claim word_kept: The word was given")


def test_a_promise_that_nobody_has_given_is_told(scenario: Scenario) -> None:
    """Where the fallback does not hold it, a promise by somebody who does not sign is warned of."""
    changed = scenario.text.replace("signed_by: [west, poland]", "signed_by: [poland]")
    assert changed != scenario.text
    found = [each.message for each in warnings(read_text(changed))]
    assert found == ["'west' promises something in 'agreement' but does not sign it"]


def test_documents_say_whose_they_are(scenario: Scenario) -> None:
    """What a document's head says of it is what the scenario says, and each names its authors and sources."""
    assert DOCUMENTS
    assert {path.stem for path in DOCUMENTS.iterdir()} == set(scenario.documents)
    for name, document in scenario.documents.items():
        text = (DOCUMENTS / f"{name}.md").read_text("utf-8")
        head, body = text.split("---\n")[1:]
        written = {
            key: value.strip().strip('"') for key, value in (line.split(":", 1) for line in head.splitlines())
        }
        assert written == {field: getattr(document, field) for field in FIELDS}, name
        blocks = body.strip().split("\n\n")
        assert blocks[1].startswith("Written by the authors of Foedus"), name
        assert all(re.search(r"\([^()]*\d{4}[^()]*\)", block) for block in blocks[2:]), name


def test_documents_are_added_by_the_name_of_the_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`evidence add poland` finds the documents that ship, and a folder of that name comes first."""
    monkeypatch.chdir(tmp_path)
    words = ["evidence", "add", "poland", "--store", "papers.sqlite", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["added"] == 5
    Path("poland").mkdir()
    assert DOCUMENTS
    shutil.copy(DOCUMENTS / "case.md", "poland")
    assert main([*words[:-2], "own.sqlite", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"]["added"] == 1
    assert main(["evidence", "add", "guarantee", "--store", "own.sqlite"]) == 2


def test_a_folder_of_documents_does_not_hide_the_scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`poland` is the scenario that ships also where a folder of that name stands."""
    monkeypatch.chdir(tmp_path)
    Path("poland").mkdir()
    assert main(["show", "poland", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["scenario"] == "poland"


def test_the_main_line_tells_what_is_private(capsys: pytest.CaptureFixture[str]) -> None:
    """Germany is told its own aims although they have their first value, and a price is no chance."""
    assert main(["explain", "poland", "--arrangement", "guarantee", "--outcome", HAPPENED]) == 0
    printed = capsys.readouterr().out
    assert "sees aims limited" in printed
    assert "guarantee enters into force" in printed
    assert "chance → guarantee" not in printed


COMMANDS = re.compile(r"^- (.*) `foedus ([^`]+)`$", re.MULTILINE)
MARGIN = re.compile(r"(?:At the base values it|Weakest in world).*?,? margin (-?\d+(?:\.\d+)?(?:e-\d+)?)")
TURNS = re.compile(r"Turns [\d.]+ range-widths away: .*\d\.")


def test_page_says_what_its_commands_print(scenario: Scenario, capsys: pytest.CaptureFixture[str]) -> None:
    """Margins at base values and in the weakest worlds, and turned verdicts, on the page that ships."""
    base = {each["id"]: each["holds"] for each in check_claims(scenario).to_json()["claims"]}
    margins = turned = 0
    for words, command in COMMANDS.findall(CLAIMS.read_text("utf-8")):
        margin = MARGIN.match(words)
        if margin is None and not TURNS.fullmatch(words):
            continue
        assert main([*command.split(), "--json"]) == 0
        found = json.loads(capsys.readouterr().out)["claims"][0]
        if margin is not None:
            assert found["margin"] == pytest.approx(float(margin[1]), rel=1e-3)
            margins += 1
        else:
            assert found["holds"] is not base[found["id"]]
            turned += 1
    assert margins == 2 * 24
    assert turned > 0


SLOPES = re.compile(r"Margin over an assumption's range, at the slope here: (.*)\.")


def test_page_names_slopes_that_its_commands_print(capsys: pytest.CaptureFixture[str]) -> None:
    """Every assumption stands in the table of the margin that the command prints as it is typed."""
    named = 0
    for words, command in COMMANDS.findall(CLAIMS.read_text("utf-8")):
        told = SLOPES.fullmatch(words)
        if told is None:
            continue
        assert main(command.split()) == 0
        table = capsys.readouterr().out.split(", margin: ")[-1]
        rows = {line.split()[0]: line.split()[-1] for line in table.splitlines() if len(line.split()) == 5}
        for name, slope in (each.split() for each in told[1].split(", ")):
            assert float(rows[name]) == pytest.approx(float(slope), rel=1e-2), (command, name)
            named += 1
    assert named > 24
