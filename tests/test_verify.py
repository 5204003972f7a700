"""`foedus verify`: what has gone stale, each kind of it told apart, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from foedus import library
from foedus.analysis.record import Counted, Drawn, Record, Said, read_record, record_file, record_text
from foedus.analysis.staleness import claim_rows, limit_among, world_rows
from foedus.analysis.verdicts import AtBase, OverWorlds, at_base, over_worlds
from foedus.cli import main
from foedus.errors import ScenarioError
from foedus.language.reader import read_scenario
from papers import WIRE, registered

COIN = """
foedus: 1
title: A coin
about: A chance that nobody knows, and what is said of it.
actors: {player: {name: Player}}
rationality: 1
parameters:
  p: {value: 0.6, range: [0, 1], about: how likely it falls}
variables:
  fell: {values: [no, yes]}
  moved: {values: [no, yes]}
play:
  - chance: coin
    outcomes:
      falls: {probability: p, set: {fell: yes}}
      stays: {probability: rest}
  - move: wait
    by: player
    options: {stay: {}, go: {set: {moved: yes}}}
payoffs: {player: 0.2 * (moved == yes)}
outcomes: {fallen: fell == yes, standing: fell == no}
arrangements:
  alone: {about: as it is}
claims:
  often: {says: It falls rather than not., cites: [wire-0801#3], holds: "P[alone](fallen) > 0.5"}
  always: {says: It falls nearly always., holds: "P[alone](fallen) > 0.9"}
  so:
    says: "It falls often, and so nearly always."
    holds: P[alone](fallen) > 0.8
    because: [often]
  vague: {says: Something., untestable: it has no formula}
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own, with nothing in it."""
    monkeypatch.setenv("FOEDUS_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> tuple[int, str, str]:
        status = main(["verify", *map(str, words)])
        output, errors = capsys.readouterr()
        assert "Traceback" not in errors
        return status, output, errors

    return call


@pytest.fixture
def coin(tmp_path: Path) -> Path:
    file = tmp_path / "coin.yaml"
    file.write_text(COIN, "utf-8")
    return file


@pytest.fixture
def kept(coin: Path, run: Run) -> Path:
    """The coin with its record beside it."""
    assert run(coin, "--keep")[0] == 0
    return coin


def edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def verified(run: Run, *words: object) -> tuple[int, dict[str, Any]]:
    status, output, _ = run(*words, "--json")
    return status, json.loads(output)


def results(document: dict[str, Any]) -> dict[str, str]:
    return {part["part"]: part["result"] for part in document["parts"]}


def changes(rows: list[dict[str, Any]]) -> dict[str, str]:
    return {row["id"]: row["change"] for row in rows if row["change"]}


def test_as_kept(run: Run, kept: Path) -> None:
    """What has not changed holds, claims that fail and arguments that do not follow among it."""
    status, found = verified(run, kept)
    assert status == 0
    assert found["holds"]
    assert found["schema"] == "foedus/verify/1"
    assert {row["id"]: row["verdict"] for row in found["claims"]} == {
        "often": "holds",
        "always": "fails",
        "so": "fails",
        "vague": "untestable",
    }
    assert found["arguments"][0]["argument"] == "does not follow"
    assert found["same_text"] is True
    status, output, errors = run(kept)
    assert (status, errors) == (0, "")
    assert "No game can test vague." in output
    assert "coin holds." in output


def test_without_a_record(run: Run, coin: Path) -> None:
    """Nobody knows what was: the status is 1, and the command that keeps a record is told, and works."""
    status, output, _ = run(coin)
    assert status == 1
    assert "no record to compare with" in output
    assert "--keep" in output
    assert not record_file(coin).exists()
    assert verified(run, coin)[1]["recorded"] is False


@pytest.mark.parametrize(
    ("change", "claims", "arguments"),
    [
        (
            ("value: 0.6", "value: 0.95"),
            {"often": "moved", "always": "turned", "so": "turned"},
            {"so": "turned"},
        ),
        (("value: 0.6", "value: 0.61"), {"often": "moved", "always": "moved", "so": "moved"}, {}),
        (("value: 0.6", "value: 0.6000004"), {}, {}),
        (("  always:", "  nearly:"), {"always": "vanished", "nearly": "appeared"}, {}),
        (("because: [often]", "because: [always]"), {}, {"so": "other premises"}),
        (("    because: [often]\n", ""), {}, {"so": "vanished"}),
        (("because: [often]", "because: [often, always]"), {}, {"so": "other premises"}),
        (("untestable: it has no formula", 'holds: "P[alone](fallen) > 0.55"'), {"vague": "turned"}, {}),
        (("A coin", "Another title"), {}, {}),
    ],
    ids=["turned", "moved", "within", "renamed", "premises", "reasons", "more", "testable", "title"],
)
def test_what_went_stale(
    run: Run, kept: Path, change: tuple[str, str], claims: dict[str, str], arguments: dict[str, str]
) -> None:
    """Each kind of change is told of the claim and the argument that it befell, and fails; no other does."""
    edit(kept, change)
    status, found = verified(run, kept)
    assert changes(found["claims"]) == claims
    assert changes(found["arguments"]) == arguments
    assert found["same_text"] is False
    assert results(found)["claims"] == ("fails" if claims else "passes")
    assert results(found)["arguments"] == ("fails" if arguments else "passes")
    assert status == int(bool(claims or arguments))
    told = run(kept)[1]
    for name in [*claims.values(), *arguments.values()]:
        assert name.split()[0] in told


def test_tolerance(run: Run, kept: Path) -> None:
    """A margin may be as far from the one kept as is said, and a verdict never."""
    edit(kept, ("value: 0.6", "value: 0.61"))
    assert run(kept, "--tolerance", "0.02")[0] == 0
    assert run(kept, "--tolerance", "0.005")[0] == 1
    edit(kept, ("value: 0.61", "value: 0.499"))
    assert changes(verified(run, kept, "--tolerance", "1")[1]["claims"]) == {"often": "turned"}
    assert run(kept, "--tolerance", "1e-9")[0] == 2


def test_keeping_anew(run: Run, kept: Path, tmp_path: Path) -> None:
    """What has changed is told once more and then is the record; another file may be named for it."""
    edit(kept, ("value: 0.6", "value: 0.95"))
    status, output, _ = run(kept, "--keep")
    assert status == 0
    assert "kept anew, changed: 2 turned, 1 moved" in output
    assert run(kept)[0] == 0
    other = tmp_path / "other.json"
    assert run(kept, "--record", other)[0] == 1
    assert run(kept, "--record", other, "--keep")[0] == 0
    assert other.read_text("utf-8") == record_file(kept).read_text("utf-8")


def test_a_faulty_file(run: Run, kept: Path) -> None:
    """Faults are told with their places, nothing else is looked at, and no record is written."""
    record = record_file(kept).read_text("utf-8")
    edit(kept, ("probability: p,", "probability: pp,"))
    status, output, errors = run(kept, "--keep", "--worlds", 8)
    assert status == 1
    assert f"{kept}:" in errors
    assert "'pp'" in errors
    assert output == ""
    found = verified(run, kept, "--keep", "--worlds", 8)[1]
    assert results(found) == {"file": "fails"} | dict.fromkeys(
        ("citations", "claims", "arguments", "worlds"), "not looked at"
    )
    assert record_file(kept).read_text("utf-8") == record


# --- citations --------------------------------------------------------------------------------------------


def test_no_documents_at_hand(run: Run, kept: Path) -> None:
    """Without a store the citations are not looked at, which is said, and fails only if they are needed."""
    status, output, _ = run(kept)
    assert status == 0
    assert "not looked at" in output
    assert "there is no store" in output
    assert run(kept, "--need-evidence")[0] == 1
    assert verified(run, kept)[1]["evidence"] is None
    assert run(kept, "--store", kept.parent / "none.sqlite")[0] == 1


def test_citations(run: Run, kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Citations pass while they resolve, and each that does not is told with its place and its state."""
    store = registered(kept.parent, WIRE)
    assert main(["evidence", "cite", str(kept), "--all", "--write", "--store", str(store)]) == 0
    capsys.readouterr()
    status, found = verified(run, kept, "--store", store, "--need-evidence")
    assert status == 0
    assert results(found)["citations"] == "passes"
    registered(kept.parent, WIRE.replace("forty", "fifty"))
    status, output, errors = run(kept, "--store", store)
    assert status == 1
    assert "1 changed" in output
    assert "wire-0801#3: changed" in errors
    registered(kept.parent, f"{WIRE}\nA minister valued the province at forty times its tax yield.\n")
    assert "1 ambiguous" in run(kept, "--store", store)[1]
    edit(kept, ("wire-0801#3", "wire-0801#30"))
    assert "1 missing paragraph" in run(kept, "--store", store)[1]


def test_a_shared_store_of_other_documents(run: Run, kept: Path, own_data: Path) -> None:
    """A shared store that has none of the documents is not this scenario's; one beside it would be."""
    store = registered(kept.parent, WIRE, name="other.txt")
    own_data.mkdir()
    (own_data / "evidence.sqlite").write_bytes(store.read_bytes())
    status, output, errors = run(kept)
    assert (status, errors) == (0, "")
    assert "none of the documents that are cited" in output
    (kept.parent / "coin.evidence.sqlite").write_bytes(store.read_bytes())
    status, output, errors = run(kept)
    assert status == 1
    assert "1 missing document" in output
    assert "wire-0801#3: missing document" in errors


# --- over worlds ------------------------------------------------------------------------------------------


def test_shares(run: Run, coin: Path) -> None:
    """The same worlds must count the same; other worlds may differ as chance has it."""
    assert run(coin, "--keep", "--worlds", 256, "--seed", 5)[0] == 0
    status, found = verified(run, coin, "--worlds", 256, "--seed", 5)
    assert status == 0
    assert found["worlds"]["same"] is True
    rows = {(row["kind"], row["id"]): row for row in found["worlds"]["rows"]}
    assert set(rows) == {("claim", "often"), ("claim", "always"), ("claim", "so"), ("argument", "so")}
    follows = rows["argument", "so"]
    assert follows["holds"] + follows["fails"] == rows["claim", "often"]["holds"]
    status, found = verified(run, coin, "--worlds", 200, "--seed", 6)
    assert status == 0
    assert found["worlds"]["same"] is False
    edit(coin, ("range: [0, 1]", "range: [0, 0.99]"))
    status, found = verified(run, coin, "--worlds", 256, "--seed", 5)
    assert status == 1
    assert results(found) == {
        "file": "passes",
        "citations": "not looked at",
        "claims": "passes",
        "arguments": "passes",
        "worlds": "fails",
    }
    edit(coin, ("range: [0, 0.99]", "range: [0.5, 1]"))
    status, output, _ = run(coin, "--worlds", 200, "--seed", 6)
    assert status == 1
    assert "Shares that changed" in output


def test_shares_of_other_claims(run: Run, coin: Path) -> None:
    """A claim that was counted and is gone has no numbers now, and the other way round."""
    assert run(coin, "--keep", "--worlds", 16)[0] == 0
    edit(coin, ("  always:", "  nearly:"))
    rows = {row["id"]: row for row in verified(run, coin, "--worlds", 16)[1]["worlds"]["rows"]}
    assert (rows["always"]["change"], rows["always"]["holds"]) == ("vanished", None)
    assert (rows["nearly"]["change"], rows["nearly"]["kept"]) == ("appeared", None)
    assert run(coin, "--worlds", 16)[0] == 1


def test_shares_are_kept_if_drawn(run: Run, kept: Path) -> None:
    """Shares are in the record only if they were drawn; a record that has some says so where none are."""
    assert run(kept, "--worlds", 16, "--keep")[0] == 0
    status, output, _ = run(kept)
    assert status == 0
    assert "--worlds 16 --seed 0 looks at the shares" in output
    status, output, _ = run(kept, "--keep")
    assert "the shares over 16 worlds are not kept any more" in output
    assert results(verified(run, kept, "--worlds", 16)[1])["worlds"] == "not looked at"
    assert run(kept, "--seed", 1)[0] == 2


def test_shares_without_any_kept(run: Run, kept: Path) -> None:
    """Shares that the record has not are not compared, which is told and does not fail; all else is."""
    status, found = verified(run, kept, "--worlds", 16)
    assert status == 0
    assert found["holds"]
    assert results(found) == {
        "file": "passes",
        "citations": "not looked at",
        "claims": "passes",
        "arguments": "passes",
        "worlds": "not looked at",
    }
    assert [row["kept"] for row in found["worlds"]["rows"]] == [None] * 4
    told = found["parts"][-1]["told"]
    assert told.startswith("the record has no shares over worlds, so those over 16 worlds of seed 0 are not")
    assert "--worlds 16 --seed 0 --keep' keeps them" in told
    assert "coin holds." in run(kept, "--worlds", 16)[1]
    edit(kept, ("value: 0.6", "value: 0.95"))
    status, found = verified(run, kept, "--worlds", 16)
    assert status == 1
    assert results(found)["claims"] == "fails"
    assert results(found)["worlds"] == "not looked at"


def test_shares_without_a_record(run: Run, coin: Path) -> None:
    """Without any record it is the claims and arguments that fail, and the command told keeps all of it."""
    status, found = verified(run, coin, "--worlds", 16)
    assert status == 1
    assert results(found)["claims"] == results(found)["arguments"] == "fails"
    assert results(found)["worlds"] == "not looked at"
    assert found["parts"][-1]["told"].startswith("there is no record, so those over 16 worlds of seed 0 are")
    assert "coin does not hold: claims, arguments.\n" in run(coin, "--worlds", 16)[1]
    assert run(coin, "--worlds", 16, "--keep")[0] == 0
    assert results(verified(run, coin, "--worlds", 16)[1])["worlds"] == "passes"


def test_what_players_give_up_is_no_check(run: Run, kept: Path) -> None:
    """What quantal play gives up is not among what is verified; the residual says what it is."""
    output = run(kept)[1]
    assert "which is how far an answer is from equilibrium; margins may differ by 1e-06." in output
    assert "regret" not in output
    assert " points" not in output
    assert verified(run, kept)[1]["regret"] > 0


def counted(holds: int, fails: int, low: float, high: float) -> Counted:
    return Counted(holds, fails, 0, holds / (holds + fails), low, high)


@pytest.mark.parametrize(
    ("kept_seed", "now", "ties", "change", "outside"),
    [
        (0, counted(50, 50, 0.4, 0.6), 0, None, False),
        (0, counted(51, 49, 0.4, 0.6), 0, "moved", False),
        (0, counted(51, 49, 0.4, 0.6), 1, None, False),
        (0, counted(70, 30, 0.6, 0.8), 1, "moved", True),
        (0, Counted(50, 40, 10, 5 / 9, 0.4, 0.6), 9, "moved", False),
        (1, counted(68, 32, 0.58, 0.78), 0, None, True),
        (1, counted(69, 31, 0.59, 0.79), 0, "moved", True),
        (1, counted(69, 31, 0.58, 0.79), 0, None, True),
        (1, counted(31, 69, 0.21, 0.41), 0, "moved", True),
        (1, counted(100, 0, 0.9, 1.0), 0, "moved", True),
        (1, Counted(0, 0, 100, None, None, None), 0, "moved", False),
    ],
)
def test_when_a_share_has_moved(
    kept_seed: int, now: Counted, ties: int, change: str | None, outside: bool
) -> None:
    """Of the same worlds by more than the ties; of others by more than chance, here 1.31 times 0.1·√2."""
    kept = Drawn(100, kept_seed, {"k": counted(50, 50, 0.4, 0.6)}, {})
    drawn = OverWorlds(Drawn(100, 0, {"k": now}, {}), {"k": ties}, {}, {"k": 0}, 0.0, 0.0)
    (row,) = world_rows(kept, drawn)
    assert (row["change"], row["outside"]) == (change, outside)


def test_among_many_shares_more_is_chance() -> None:
    """The limit grows with the shares compared: for one 2.576 standard errors, for a hundred 3.891."""
    assert limit_among(1) == pytest.approx(2.5758 / 1.95996, abs=1e-4)
    assert limit_among(100) == pytest.approx(3.8906 / 1.95996, abs=1e-4)


def test_other_worlds_are_seldom_told_wrongly(coin: Path) -> None:
    """Of 200 draws compared with one, all of the same scenario, at most 8 have a share that has moved."""
    scenario = read_scenario(coin)
    kept, *others = (
        over_worlds(scenario, worlds=64, seed=seed, tolerance=1e-6, threads=1) for seed in range(201)
    )
    wrong = [any(row["change"] for row in world_rows(kept.drawn, each)) for each in others]
    assert sum(wrong) <= 8


def test_ties_are_worlds_at_the_edge(run: Run, coin: Path) -> None:
    """A world whose margin is within the tolerance counts as a tie of the claim, and of its arguments."""
    status, found = verified(run, coin, "--worlds", 64, "--tolerance", "0.1")
    ties = {(row["kind"], row["id"]): row["ties"] for row in found["worlds"]["rows"]}
    assert 8 <= ties["claim", "often"] <= 18
    assert ties["argument", "so"] >= ties["claim", "often"]
    assert status == 1


# --- records ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", library.names())
def test_the_scenarios_that_ship_hold(name: str) -> None:
    """Every claim and argument of a scenario that ships is at the base values as it was kept."""
    scenario = read_scenario(library.find(name))
    record = read_record(record_file(library.find(name)))
    assert record is not None, f"foedus verify {name} --keep"
    now = at_base(scenario)
    rows = claim_rows(record, now, 1e-6)
    changed = [row for row in rows if row["change"]]
    assert changed == [], f"if that is as it should be: foedus verify {name} --keep"
    assert {claim: each.because for claim, each in record.claims.items()} == {
        claim: each.because for claim, each in scenario.claims.items()
    }
    assert now.unsolved == ()


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nothing is lost between a record and its file but figures that nobody needs."""
    share = counted(3, 1, 0.25, 0.9)
    record = Record(
        "x",
        "0.1.0",
        "00",
        {"a": Said("holds", 0.125), "b": Said("undefined", None, ("a",), "undefined")},
        Drawn(4, 0, {"a": share}, {"b": Counted(0, 0, 4, None, None, None)}),
    )
    file = tmp_path / "x.verdicts.json"
    file.write_text(record_text(record), "utf-8")
    assert read_record(file) == record
    assert read_record(tmp_path / "none.json") is None
    third = Record("x", "", "", {"a": Said("holds", 1 / 3)})
    file.write_text(record_text(third), "utf-8")
    assert '"margin": 0.33333333\n' in file.read_text("utf-8")


GOOD = {"schema": "foedus/verdicts/1", "scenario": "coin", "claims": {"often": {"verdict": "holds"}}}


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "the file is empty", 1),
        ("[1]", "found a list, expected a mapping", 1),
        ("{", "not YAML", 1),
        ("{}", "found no schema, expected a record with the schema foedus/verdicts/1", 1),
        ('{\n"schema": "foedus/verdicts/2"}', "found 'foedus/verdicts/2', expected", 2),
        ('{"schema": "foedus/verdicts/1", "scenario": "x"}', "'claims' is missing", 1),
        (json.dumps(GOOD, indent=0).replace('"holds"', '"perhaps"'), "found 'perhaps', expected holds or", 6),
        (json.dumps(GOOD).replace('"holds"', '"holds", "margin": "x"'), "found 'x', expected a number", 1),
        (json.dumps(GOOD).replace('"holds"', '"holds", "margin": .inf'), "expected a finite number", 1),
        (json.dumps(GOOD).replace('"often"', '"of ten"'), "found 'of ten', expected a name", 1),
        (json.dumps(GOOD).replace('{"verdict": "holds"}', "[]"), "found a list, expected a mapping", 1),
        (json.dumps(GOOD).replace('"claims"', '"claims": {}, "claims"'), "the key 'claims' is already", 1),
        ("[" * 100_000, "nested more than 60 deep", 1),
        ('{"schema": "foedus/verdicts/1"' + " " * 2**22 + "}", "bytes, expected at most 4 MiB", 1),
        ("\x00", "U+0000", 1),
    ],
    ids=range(15),
)
def test_a_record_that_is_none(run: Run, coin: Path, text: str, message: str, line: int) -> None:
    """Whatever stands in the record's place is refused with its place, what was found and what expected."""
    record_file(coin).write_text(text, "utf-8")
    status, output, errors = run(coin)
    assert status == 1
    assert output == ""
    assert message in errors
    assert f"{record_file(coin)}:{line}:" in errors


def test_keys_of_later_versions(coin: Path) -> None:
    """A record may have keys that this version does not know."""
    text = json.dumps(GOOD).replace('"holds"', '"holds", "colour": [1, 2]').replace("{", '{"more": {}, ', 1)
    record_file(coin).write_text(text, "utf-8")
    found = read_record(record_file(coin))
    assert found is not None
    assert found.claims == {"often": Said("holds")}


def test_what_is_not_solved(run: Run, tmp_path: Path) -> None:
    """A claim that rests on a game without a solution is unsolved, with the game and its status."""
    file = tmp_path / "sure.yaml"
    text = library.find("guarantee").read_text("utf-8")
    file.write_text(text, "utf-8")
    edit(file, ("rationality: 0.25", "rationality: inf"))
    assert run(file, "--keep")[0] == 0
    status, found = verified(run, file)
    assert status == 0
    assert found["claims"][0]["verdict"] == "unsolved"
    assert {each["status"] for each in found["unsolved"]} == {"unsupported"}
    assert found["unsolved"][0]["claims"] == ["deters"]
    assert "Not solved: " in run(file)[1]
    file.write_text(text, "utf-8")
    assert changes(verified(run, file)[1]["claims"]) == {"deters": "turned"}


@pytest.mark.parametrize(
    ("kept", "now", "change"),
    [
        (0.1, 0.1000009, None),
        (0.1, 0.1000011, "moved"),
        (-2000.0, -2000.0019, None),
        (-2000.0, -2000.0021, "moved"),
        (None, 0.0, "moved"),
        (0.0, None, "moved"),
        (None, None, None),
    ],
)
def test_when_a_margin_has_moved(kept: float | None, now: float | None, change: str | None) -> None:
    """By more than the tolerance, or than that times the margin where it is above 1; or if one has none."""
    record = Record("x", "", "", {"a": Said("holds", kept)})
    (row,) = claim_rows(record, AtBase({"a": Said("holds", now)}, ()), 1e-6)
    assert row["change"] == change


def test_a_claim_without_a_record_has_no_change() -> None:
    """Without a record nothing has changed: nobody knows."""
    rows = claim_rows(None, AtBase({"a": Said("holds", 1.0)}, ()), 1e-6)
    assert [row["change"] for row in rows] == [None]


def test_a_record_says_where_it_is_wrong(coin: Path) -> None:
    """All faults of a record are told, each with its place."""
    record_file(coin).write_text(json.dumps(GOOD | {"drawn": {"worlds": "many"}}, indent=1), "utf-8")
    with pytest.raises(ScenarioError) as caught:
        read_record(record_file(coin))
    assert len(caught.value.faults) == 3
    assert all(fault.mark and fault.mark.line > 5 for fault in caught.value.faults)
