"""Claims over worlds: shares, rules, counter-worlds and cruxes, held against closed forms."""

from __future__ import annotations

import csv
import json
import math
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foedus.analysis.disputes import NoDispute, find_disputes
from foedus.analysis.disputes_shape import disputes_shape
from foedus.analysis.findings import assess
from foedus.analysis.findings_shape import findings_shape
from foedus.analysis.shares import share_of
from foedus.analysis.survey import survey
from foedus.cli import main
from foedus.language.reader import read_scenario, read_text
from foedus.language.scenario import Scenario
from foedus.report.findings import told_of
from foedus.report.numbers import figure

COINS = """
foedus: 1
title: Two coins
about: What follows from two chances that nobody knows.
actors: {player: {name: Player}}
rationality: 1
documents:
  bold: {title: Both will fall, stance: bold, note: It dates the second fall before the first.}
  shy: {title: Neither will fall, stance: shy}
parameters:
  p: {value: 0.5, range: [0, 1], about: how likely the first falls}
  q: {value: 0.4, range: [0, 1], about: how likely the second falls}
  idle: {value: 0.5, range: [0, 1], about: nothing}
variables:
  first: {values: [no, yes]}
  second: {values: [no, yes]}
  moved: {values: [no, yes]}
play:
  - chance: one
    outcomes:
      falls: {probability: p, set: {first: yes}}
      stays: {probability: rest}
  - chance: two
    outcomes:
      falls: {probability: q, set: {second: yes}}
      stays: {probability: rest}
  - move: wait
    by: player
    options: {stay: {}, go: {set: {moved: yes}}}
payoffs: {player: idle * (moved == yes)}
outcomes:
  both: first == yes and second == yes
  other: first == no or second == no
arrangements:
  alone: {about: as it is}
claims:
  product: {says: Both fall seldom., cites: [shy#1], holds: "P[alone](both) < 0.25"}
  box:
    says: The first seldom and the second often.
    cites: [shy#2]
    holds: P[alone](first == yes) < 0.3 and P[alone](second == yes) > 0.4
  rare: {says: Both nearly always., cites: [bold#1], holds: "P[alone](both) > 0.8"}
  often:
    says: The first falls more often than not.
    cites: [bold#2]
    holds: P[alone](first == yes) > 0.5
    against: [seldom]
    because: [rare]
  seldom: {says: It does not., cites: [shy#3], holds: "P[alone](first == yes) < 0.5"}
  lever: {says: Its zeal grows., holds: "D(P[alone](moved == yes); idle) > 0.24"}
  undefined: {says: What never happens., holds: "P[alone](both | first == yes and first == no) > 0.5"}
  vague: {says: Something., untestable: it has no formula, against: [rare]}
  loose: {says: So does the second., because: [seldom], holds: "P[alone](second == yes) > 0.5"}
  heard: {says: It does., cites: [bold#3], speaker: A passer-by, holds: "P[alone](first == yes) > 0.9"}
"""

TRUE = {
    "product": 0.25 * (1 + math.log(4)),
    "box": 0.3 * 0.6,
    "rare": 0.2 + 0.8 * math.log(0.8),
    "often": 0.5,
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("coins") / "coins.yaml"
    file.write_text(COINS, "utf-8")
    return file


@pytest.fixture(scope="module")
def scenario(path: Path) -> Scenario:
    return read_scenario(path)


@pytest.fixture(scope="module")
def document(scenario: Scenario, path: Path) -> dict[str, Any]:
    found = survey(scenario, worlds=2000, seed=3)
    return findings_shape(found, assess(found), str(path))


def claim(document: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in document["claims"] if each["id"] == name)


def test_intervals_cover(scenario: Scenario, record_property: pytest.RecordProperty) -> None:
    """The true share lies within its 95 % interval in at least 93 % of 500 repetitions."""
    covered, widths = dict.fromkeys(TRUE, 0), dict.fromkeys(TRUE, 0.0)
    for seed in range(500):
        found = survey(scenario, list(TRUE), worlds=256, seed=seed, threads=1)
        for name, true in TRUE.items():
            share = share_of(found[name].holds, found.scramble)
            assert share.low is not None
            assert share.high is not None
            covered[name] += share.low <= true <= share.high
            widths[name] += (share.high - share.low) / 500
    record_property("mean width", widths)
    assert min(covered.values()) >= 0.93 * 500, (covered, widths)
    assert max(widths.values()) < 0.1, widths


def test_rule_is_recovered(document: dict[str, Any]) -> None:
    """The box that was planted, with its two limits and nothing else."""
    rule = claim(document, "box")["rule"]
    limits = {each["parameter"]: each for each in rule["limits"]}
    assert rule["of"] == "holds"
    assert set(limits) == {"p", "q"}
    assert limits["p"]["high"] == pytest.approx(0.3, abs=0.01)
    assert limits["q"]["low"] == pytest.approx(0.4, abs=0.01)
    assert limits["p"]["low"] is limits["q"]["high"] is None
    assert rule["coverage"] > 0.97
    assert rule["density"] > 0.97


def test_counter_world(document: dict[str, Any]) -> None:
    """The nearest world with pq = ¼ to p = 0.5, q = 0.4."""
    p = np.linspace(0.3, 1.0, 200_001)
    true = np.sqrt((p - 0.5) ** 2 + (0.25 / p - 0.4) ** 2).min()
    counter = claim(document, "product")["counter_world"]
    assert counter["distance"] == pytest.approx(true, rel=0.01)
    assert {each["parameter"] for each in counter["moved"]} == {"p", "q"}
    assert counter["margin"] < 0.0


def test_slopes(document: dict[str, Any]) -> None:
    """The margin of the product is ¼ − pq."""
    rows = {each["parameter"]: each for each in claim(document, "product")["slopes"]["rows"]}
    assert rows["p"]["derivative"] == pytest.approx(-0.4)
    assert rows["q"]["derivative"] == pytest.approx(-0.5)


def test_undefined_worlds_are_counted(document: dict[str, Any]) -> None:
    """A claim without a value anywhere has no share, and what is untestable is told apart."""
    found = claim(document, "undefined")["worlds"]
    assert found["undefined"] == 2000
    assert found["share"] is None
    assert [each["id"] for each in document["untestable"]] == ["vague"]


def ran(command: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    words = shlex.split(command)
    assert words[0] == "foedus"
    assert main([*words[1:], "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("name", ["product", "box", "often", "lever"])
def test_commands_print_the_same_again(
    document: dict[str, Any], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every number in a report leads to its worlds, by the command that stands beside it."""
    told = claim(document, name)
    base = ran(told["base"]["command"], capsys)["claims"][0]
    assert (base["holds"], base["margin"]) == (told["base"]["holds"], told["base"]["margin"])
    again = ran(told["worlds"]["command"], capsys)["claims"][0]
    assert again == told
    weakest = ran(told["weakest"]["command"], capsys)["claims"][0]
    assert weakest["margin"] == told["weakest"]["margin"]
    turned = ran(told["counter_world"]["command"], capsys)["claims"][0]
    assert turned["margin"] == pytest.approx(told["counter_world"]["margin"], abs=1e-9)
    assert turned["holds"] is not told["base"]["holds"]
    if told["slopes"]["by"] == "differences":
        assert told["slopes"]["command"] == told["worlds"]["command"]
        return
    slopes = ran(told["slopes"]["command"], capsys)["quantities"]
    margin = next(each for each in slopes if each["side"] == "margin")
    rows = {each["id"]: each["derivative"] for each in margin["rows"]}
    for each in told["slopes"]["rows"]:
        assert rows[each["parameter"]] == pytest.approx(each["derivative"], rel=1e-6)


def test_the_counter_world_of_an_argument_comes_again(
    document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The premise holds there and the conclusion does not."""
    told = claim(document, "loose")["argument"]
    assert told["counter"]
    verdicts = {each["id"]: each["holds"] for each in ran(told["counter"]["command"], capsys)["claims"]}
    assert verdicts == {"seldom": True, "loose": False}


def test_a_claim_on_a_derivative_has_slopes_and_a_near_counter_world(document: dict[str, Any]) -> None:
    """The zeal of a logit choice at λ = 1 grows by σ (1 − σ), of which idle alone decides.

    It is above 0.24 while σ = 1 / (1 + exp(−idle)) is within a tenth of a half.
    """
    told = claim(document, "lever")
    base = 1 / (1 + math.exp(-0.5))
    slope = base * (1 - base) * (1 - 2 * base)
    rows = {each["parameter"]: each["derivative"] for each in told["slopes"]["rows"]}
    turned = math.log(0.6 / 0.4)
    assert told["slopes"]["by"] == "differences"
    assert rows["idle"] == pytest.approx(slope, rel=1e-3)
    assert told["counter_world"]["distance"] == pytest.approx(0.5 - turned, rel=0.01)
    assert [each["parameter"] for each in told["counter_world"]["moved"]] == ["idle"]


def test_worlds_beside_make_no_difference(scenario: Scenario) -> None:
    """A world has the same margins, to the last bit, among few and among many; a derivative too."""
    few, many = (survey(scenario, ["lever", "box"], worlds=worlds, seed=1) for worlds in (16, 160))
    for left, right in zip(few.claims, many.claims, strict=True):
        assert np.array_equal(left.margin, right.margin[:16])


def test_threads_make_no_difference(scenario: Scenario) -> None:
    """The same worlds give the same margins, to the last bit, on one thread and on two."""
    one, two = (survey(scenario, worlds=300, seed=1, threads=threads) for threads in (1, 2))
    for left, right in zip(one.claims, two.claims, strict=True):
        assert np.array_equal(left.margin, right.margin, equal_nan=True)


def test_table_of_worlds(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each world is a line with its numbers, and the verdict that follows from them."""
    file = tmp_path / "worlds.csv"
    assert main(["claims", str(path), "-c", "product", "--worlds", "64", "--csv", str(file)]) == 0
    capsys.readouterr()
    rows = list(csv.DictReader(file.read_text("utf-8").splitlines()))
    assert len(rows) == 64
    for row in rows:
        margin = 0.25 - float(row["p"]) * float(row["q"])
        assert float(row["product margin"]) == pytest.approx(margin, abs=1e-9)
        assert row["product"] == ("holds" if margin > 0 else "fails")


def test_argument(document: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Where both nearly always fall the first falls more often than not, and not only there."""
    argument = claim(document, "often")["argument"]
    assert argument["because"] == ["rare"]
    assert argument["premises_hold"] == claim(document, "rare")["worlds"]["holds"]
    assert argument["follows"]["share"] == 1.0
    assert argument["counter"] is None
    assert argument["premises"][0]["needed"]
    assert claim(document, "rare")["argument"] is None


def test_page(path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page has every claim, its share and its words, the disputes, and what cannot be tested."""
    file = tmp_path / "claims.md"
    assert main(["claims", str(path), "--worlds", "500", "--markdown", str(file)]) == 0
    capsys.readouterr()
    page = file.read_text("utf-8")
    for words in (
        "| product | Both fall seldom. | holds |",
        "## shy Neither will fall (shy)",
        "**often against seldom**",
        "**bold against shy**",
        "It dates the second fall before the first.",
        "**heard** It does. (Said by: A passer-by.) [bold#3]",
        "- **rare against vague** No worlds can tell, since vague cannot be tested: it has no formula.",
        "- **vague** Something.",
        "Verdicts missing because a game was not solved: 0. Largest residual",
        "ICD 203",
    ):
        assert words in page
    assert f"Written by `foedus claims {path} --worlds 500 --seed 0 --markdown claims.md`" in page
    assert main(["claims", str(path), "-c", "box", "--worlds", "50", "--markdown", str(file)]) == 2


def test_page_has_a_command_beside_every_number(
    document: dict[str, Any], path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of the JSON stand on the page, each behind what it prints again."""
    file = tmp_path / "claims.md"
    assert main(["claims", str(path), "--worlds", "2000", "--seed", "3", "--markdown", str(file)]) == 0
    capsys.readouterr()
    page = file.read_text("utf-8")
    for told in document["claims"]:
        for part in ("base", "worlds", "weakest", "counter_world", "slopes"):
            if told[part] and told[part].get("rows") != []:
                assert f"`{told[part]['command']}`" in page


@pytest.mark.parametrize("name", ["product", "often"])
def test_what_is_told_comes_again(
    document: dict[str, Any], name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every sentence that one claim gets among others it gets from the command that stands below it."""
    for told in told_of(claim(document, name), whole=False):
        if told.command == claim(document, name)["worlds"]["command"]:
            assert main(shlex.split(told.command)[1:]) == 0
            printed = " ".join(capsys.readouterr().out.split())
            for sentence in told.sentences:
                assert sentence in printed
            break
    else:
        pytest.fail("no sentence has the command that draws the worlds")


def test_the_way_to_a_counter_world_comes_again(
    document: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The command that goes to a counter-world prints how far that is, and every move in widths."""
    counter = claim(document, "product")["counter_world"]
    assert main(shlex.split(counter["command"])[1:]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert f"lies {counter['distance']:.2f} range-widths from the base values: " in printed
    for move in counter["moved"]:
        way = f"{figure(move['from'])} → {figure(move['to'])}"
        assert f"{move['parameter']} {way} ({move['widths']:+.2f})" in printed


def test_long_moves_are_cut_unless_asked_alone(document: dict[str, Any]) -> None:
    """Among other claims only the largest moves are told, by the command that tells them all."""
    told = claim(document, "product")
    moved = [{"parameter": f"p{k}", "from": 0.0, "to": 1.0, "widths": 1.0} for k in range(6)]
    told = {**told, "counter_world": {**told["counter_world"], "moved": moved}}
    (short,) = [each for each in told_of(told, whole=False) if "range-widths" in " ".join(each.sentences)]
    (whole,) = [each for each in told_of(told, whole=True) if "range-widths" in " ".join(each.sentences)]
    assert short.sentences[-1].endswith("p3 0 → 1 and 2 more.")
    assert short.command == told["worlds"]["command"]
    assert whole.sentences[-1].endswith("p4 0 → 1, p5 0 → 1.")
    assert whole.command == told["counter_world"]["command"]


def test_report_for_people(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Share, word, rule, counter-world and stance stand in the text."""
    assert main(["claims", str(path), "--worlds", "500"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for words in ("% of worlds", "range-widths away", "Holds where p ≤", "(shy)", "untestable", "--seed 0"):
        assert words in told


def test_crux_of_two_claims(scenario: Scenario, path: Path) -> None:
    """What parts `often` from `seldom` is p, at one half."""
    (found,) = disputes_shape(find_disputes(scenario, worlds=1000), str(path))["disputes"]
    assert (found["left"], found["right"]) == ("often", "seldom")
    assert found["cruxes"][0]["parameter"] == "p"
    assert found["cruxes"][0]["threshold"] == pytest.approx(0.5, abs=0.01)
    assert found["cruxes"][0]["above"] == "left"
    assert found["cruxes"][0]["accuracy"] > 0.99


def test_a_quoted_speaker_is_not_the_author(scenario: Scenario) -> None:
    """What a document only quotes stands on no side, unless it says nothing of its own."""
    (found,) = find_disputes(scenario, documents=("bold", "shy"), worlds=64).disputes
    assert found.claims[0] == ("rare", "often")
    only = read_text(COINS.replace("bold#1", "shy#8").replace("bold#2", "shy#9"))
    (found,) = find_disputes(only, documents=("bold", "shy"), worlds=64).disputes
    assert found.claims[0] == ("heard",)


def test_crux_of_two_documents(scenario: Scenario, path: Path) -> None:
    """A document is right where more of its claims hold than usual."""
    found = disputes_shape(find_disputes(scenario, documents=("bold", "shy"), worlds=1000), str(path))
    assert found["claims"]["bold"] == ["rare", "often"]
    assert found["disputes"][0]["cruxes"][0]["parameter"] == "p"


def test_cruxes_for_people(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The dispute, its counts and its crux stand in the text; of documents, their claims too."""
    assert main(["cruxes", str(path)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "often against seldom" in told
    assert "p: above 0." in told
    assert main(["cruxes", str(path), "--documents", "bold", "shy", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["between"] == "documents"
    assert main(["cruxes", str(path), "often"]) == 2
    assert main(["cruxes", str(path), "vague", "often"]) == 1


def test_nothing_in_dispute(scenario: Scenario) -> None:
    with pytest.raises(NoDispute, match="cannot be tested"):
        find_disputes(scenario, claims=("vague", "often"))


@pytest.mark.parametrize(
    "words",
    [
        ["--world", "3"],
        ["--csv", "x.csv"],
        ["--worlds", "8", "--world", "8"],
        ["--worlds", "8", "--at", "p=0.3"],
        ["--at", "nothing=1"],
        ["--at", "p=word"],
    ],
)
def test_options_that_do_not_fit(
    path: Path, words: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong usage is told, and nothing is written."""
    assert main(["claims", str(path), *words]) == 2
    assert capsys.readouterr().err


def test_planted_disputes_of_claims(path: Path) -> None:
    """Twenty pairs of claims, each parted by another assumption and blurred by two: 20 of 20 are found."""
    count, places = 20, np.linspace(0.3, 0.7, 20)
    sure = "P[alone](first == yes or first == no)"
    added = [f"  q{k}: {{value: 0.5, range: [0, 1], about: what parts pair {k}}}" for k in range(count)]
    claims = [
        f'  up{k}: {{says: Above., against: [down{k}], holds: "(q{k} + (p - 0.5) / 4) * {sure} > {place}"}}\n'
        f'  down{k}: {{says: Below., holds: "(q{k} + (q - 0.5) / 4) * {sure} < {place}"}}'
        for k, place in enumerate(places)
    ]
    head, _ = COINS.replace("variables:", "\n".join([*added, "variables:"])).split("claims:")
    disputes = find_disputes(read_text("\n".join([f"{head}claims:", *claims])), worlds=2000)
    found = disputes_shape(disputes, str(path))["disputes"]
    best = [each["cruxes"][0] for each in found]
    assert [each["parameter"] for each in best] == [f"q{k}" for k in range(count)]
    assert [each["threshold"] for each in best] == pytest.approx(places, abs=0.06)
    assert {each["above"] for each in best} == {"left"}
