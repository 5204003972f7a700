"""`foedus arguments`: what rests on what, whether it follows, and the way to Argdown and back."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus import library
from foedus.cli import main
from foedus.errors import Fault, ScenarioError
from foedus.language.argdown import read_argdown, read_argdown_text
from foedus.language.arguing import relations_of
from foedus.language.reader import read_scenario
from foedus.report.argdown import argdown_text

NAMES = ("K01", "K02", "K03", "K04", "room_to_settle")
CHANCE = """
foedus: 1
title: "A chance = two claims"
about: What follows from a chance.
actors: {player: {name: Player}}
rationality: 1
parameters:
  p: {value: 0.6, range: [0, 1], about: how likely it falls}
variables:
  fell: {values: [no, yes]}
play:
  - chance: coin
    outcomes:
      falls: {probability: p, set: {fell: yes}}
      stays: {probability: rest}
  - move: wait
    by: player
    options: {stay: {}, go: {}}
payoffs: {player: 0}
outcomes: {fallen: fell == yes, standing: fell == no}
arrangements:
  alone: {about: as it is}
claims:
  often:
    says: "It falls: [rather] than not, #1 of <two> {odd} */ ends // here."
    holds: P[alone](fallen) > 0.5
  always:
    says: It falls nearly always.
    cites: [a#1, "b#2.3"]
    holds: P[alone](fallen) > 0.9
    because: often
  fair: {says: It may fall or not., holds: "P[alone](fallen) > 0.3", because: [often, vague]}
  seldom: {says: It stays., holds: "P[alone](fallen) < 0.5", against: [often, always]}
  never: {says: It never falls., holds: "P[alone](fallen) < 0.1", against: [vague, seldom]}
  vague: {says: Something., untestable: it has no formula, against: never}
  alone_here: {says: Nothing to do with the others., holds: "P[alone](standing) > 0.1"}
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> tuple[int, str, str]:
        status = main(["arguments", *map(str, words)])
        output, errors = capsys.readouterr()
        assert "Traceback" not in errors
        return status, output, errors

    return call


@pytest.fixture
def chance(tmp_path: Path) -> Path:
    file = tmp_path / "chance.yaml"
    file.write_text(CHANCE, "utf-8")
    return file


def shown(run: Run, *words: object, expected: int = 0) -> dict[str, Any]:
    status, output, _ = run(*words, "--json")
    assert status == expected
    document: dict[str, Any] = json.loads(output)
    return document


# --- the command ------------------------------------------------------------------------------------------


def test_at_the_base_values(run: Run, chance: Path) -> None:
    """Each claim with what it rests on, whether it follows, and which of two in dispute holds."""
    found = shown(run, chance)
    assert found["schema"] == "foedus/arguments/1"
    assert {each["conclusion"]: each["at_base"] for each in found["arguments"]} == {
        "always": "does not follow",
        "fair": "undefined",
    }
    assert found["arguments"][1]["untestable"] == ["vague"]
    assert {(each["left"], each["right"]): each["at_base"] for each in found["disputes"]} == {
        ("often", "seldom"): "left",
        ("always", "seldom"): "neither",
        ("seldom", "never"): "neither",
        ("never", "vague"): "undefined",
    }
    assert "alone_here" not in {each["id"] for each in found["claims"]}
    assert shown(run, chance, "--set", "p=0.95")["arguments"][0]["at_base"] == "follows"
    assert shown(run, chance, "--set", "p=0.2")["arguments"][0]["at_base"] == "vacuous"


def test_over_worlds(run: Run, chance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What `foedus claims` has of an argument, and in how many worlds which side of a dispute holds."""
    found = shown(run, chance, "--worlds", 400, "--seed", 2)
    assert main(["claims", str(chance), "--worlds", "400", "--seed", "2", "--json"]) == 0
    claims = {each["id"]: each for each in json.loads(capsys.readouterr().out)["claims"]}
    for each in found["arguments"]:
        assert each["over_worlds"] == claims[each["conclusion"]]["argument"]
    always, fair = found["arguments"]
    assert always["over_worlds"]["follows"]["share"] == pytest.approx(0.2, abs=0.01)
    assert always["over_worlds"]["counter"]["command"].startswith("foedus claims ")
    assert fair["over_worlds"]["because"] == ["often"]
    assert fair["over_worlds"]["follows"]["share"] == 1.0
    counts = found["disputes"][0]["counts"]
    assert counts["both"] == counts["neither"] == counts["undefined"] == 0
    assert counts["left"] + counts["right"] == 400
    assert counts["left"] == claims["often"]["worlds"]["holds"]
    assert found["disputes"][3]["counts"] is None


def test_for_people(run: Run, chance: Path) -> None:
    """Two tables, and the command for each counter-world."""
    status, output, errors = run(chance)
    assert (status, errors) == (0, "")
    assert "does not follow" in output
    assert "2 claims rest on others, 4 pairs are against each other." in output
    output = run(chance, "--worlds", 64)[1]
    assert "$ foedus claims" in output
    assert "64 worlds (seed 0)" in output
    assert "0 claims rest on others" in run("guarantee")[1]


@pytest.mark.parametrize(
    "words",
    [["--seed", "1"], ["--from", "{}", "--worlds", "4"], ["--from", "{}", "--argdown", "x"], ["--from", "x"]],
)
def test_options_that_do_not_fit(run: Run, chance: Path, words: list[str]) -> None:
    assert run(chance, *(word.format(chance) for word in words))[0] == 2


# --- to Argdown and back ----------------------------------------------------------------------------------


def test_export(run: Run, chance: Path, tmp_path: Path) -> None:
    """Statements have their texts with nothing in them that is syntax, a verdict, citations and relations."""
    file = tmp_path / "chance.argdown"
    assert run(chance, "--argdown", file)[0] == 0
    assert (
        file.read_text("utf-8")
        == r"""===
title: "A chance   two claims"
===

[often]: It falls: \[rather\] than not, \#1 of \<two\> \{odd\} \*\/ ends \/\/ here. #holds

[always]: It falls nearly always. #fails
{cites: ["a#1", "b#2.3"]}
  <+ [often]

[fair]: It may fall or not. #holds
  <+ [often]
  <+ [vague]

[seldom]: It stays. #fails
  -> [often]
  -> [always]

[never]: It never falls. #fails
  >< [vague]
  -> [seldom]

[vague]: Something. #untestable
"""
    )


@pytest.mark.parametrize("name", ["chance", "poland", "ukraine"])
def test_there_and_back(run: Run, chance: Path, tmp_path: Path, name: str) -> None:
    """What is exported is read again as the very relations that the scenario has."""
    scenario = chance if name == "chance" else library.find(name)
    file = tmp_path / "own.argdown"
    assert run(scenario, "--argdown", file)[0] == 0
    read = read_scenario(scenario)
    relations = read_argdown(file, read.claims)
    assert set(relations) == set(relations_of(read))
    assert len(relations) == len(relations_of(read)) > 0
    found = shown(run, scenario, "--from", file)
    assert (found["added"], found["missing"], found["paste"]) == ([], [], "")
    status, output, errors = run(scenario, "--from", file)
    assert (status, errors) == (0, "")
    assert "relations, the same as" in output


def test_import(run: Run, chance: Path, tmp_path: Path) -> None:
    """What differs is told with its place, and the lines to paste make the scenario agree with the file."""
    file = tmp_path / "own.argdown"
    file.write_text(
        "[always]\n  + [fair]\n  - [seldom]\n    -> <often>\n\n[never] >< [vague]\n\n[fair]\n  + [often]\n",
        "utf-8",
    )
    status, output, _ = run(chance, "--from", file)
    assert status == 1
    assert f"always because fair  ({file}:2:5)" in output
    assert "  fair because vague\n" in output
    assert "  never against seldom\n" in output
    found = shown(run, chance, "--from", file, expected=1)
    assert found["schema"] == "foedus/argdown/1"
    assert found["paste"] == (
        "  always:\n    because: [fair]\n  fair:\n    because: [often]\n  never:\n    against: [vague]\n"
    )
    text = CHANCE
    for old, new in (
        ("because: often\n", "because: [fair]\n"),
        ("because: [often, vague]", "because: [often]"),
        ("against: [vague, seldom]", "against: [vague]"),
    ):
        assert old in text
        text = text.replace(old, new)
    chance.write_text(text, "utf-8")
    assert shown(run, chance, "--from", file)["paste"] == ""


def test_whoever_says_so(run: Run, chance: Path, tmp_path: Path) -> None:
    """A dispute told from its other side is no difference."""
    file = tmp_path / "own.argdown"
    assert run(chance, "--argdown", file)[0] == 0
    text = file.read_text("utf-8").replace("  -> [often]\n", "  <- [often]\n")
    file.write_text(text, "utf-8")
    assert shown(run, chance, "--from", file)["paste"] == ""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("  -> [always]\n", "", "seldom against always"),
        ("  -> [always]\n", "  -> [always]\n  -> [fair]\n", "seldom against fair"),
        ("  <+ [vague]\n", "  -> [vague]\n", "fair because vague"),
    ],
    ids=["missing", "added", "another"],
)
def test_a_difference_is_a_status(
    run: Run, chance: Path, tmp_path: Path, old: str, new: str, line: str
) -> None:
    """A relation more, one less, or another one: the status is 1, on standard output alone."""
    file = tmp_path / "own.argdown"
    assert run(chance, "--argdown", file)[0] == 0
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")
    status, output, errors = run(chance, "--from", file)
    assert (status, errors) == (1, "")
    assert line in output
    assert "not the same as chance has" in output


def test_one_relation(run: Run, chance: Path, tmp_path: Path) -> None:
    """One is a relation, two are relations."""
    file = tmp_path / "own.argdown"
    file.write_text("[fair]\n  + [often]\n", "utf-8")
    assert "own.argdown has 1 relation, not" in run(chance, "--from", file)[1]


# --- what is read -----------------------------------------------------------------------------------------


def read(text: str) -> list[str]:
    return [f"{each.claim} {each.key} {each.other}" for each in read_argdown_text(text, "x.argdown", NAMES)]


@pytest.mark.parametrize(
    ("text", "relations"),
    [
        ("[K01]\n  +> [K02]", ["K02 because K01"]),
        ("[K01]\n  <+ [K02]\n  + <K03>: why", ["K01 because K02", "K01 because K03"]),
        (
            "<K01>\n  -> [K02]\n  <- [K03]\n  - [K04]",
            ["K01 against K02", "K03 against K01", "K04 against K01"],
        ),
        ("[K01]\n  >< [K02]", ["K01 against K02", "K02 against K01"]),
        (
            "[K01] +> [K02]\n\n[K01] >< <K03>: text // no\n  + [K04]",
            ["K02 because K01", "K01 against K03", "K03 against K01", "K01 because K04"],
        ),
        (
            "[K01]\n\t+ [K02]\n\t\t- [K03]\n\t+ [K04]\n",
            ["K01 because K02", "K03 against K02", "K01 because K04"],
        ),
        (
            "[K01]: one\n  two\n    + [K02]: three\n  four\n      + [K03]",
            ["K01 because K02", "K02 because K03"],
        ),
        ("[K01]\n  + [K02]\n  + [K02]\n\n[K02]\n +> [K01]", ["K01 because K02"]),
        ("[K01] #a #(b c) {d: {e: 1}} // f\n  + [K02] /* g\nh */", ["K01 because K02"]),
        (
            "===\ntitle: x\n===\n\n# Heading\n\nA text with [K01](link), @[K02].\n\n[K03]\n + [K04]",
            ["K03 because K04"],
        ),
        (
            "<!-- [K01]\n + [K02] -->\n[K03]\n// note\n + [K04]\r\n - [K01]\r\n",
            ["K03 because K04", "K01 against K03"],
        ),
        (r"[K01]: a \[K02\] \{ \/\/ b" + "\n + [K02]", ["K01 because K02"]),
        (
            "<why>: in short\n\n(1) [K01]\n(2) [K02]: text\n----\n(3) [K03]\n   -> [K04]\n",
            ["K03 because K01", "K03 because K02", "K03 against K04"],
        ),
        (
            "(1) [K01]\n  <- [room_to_settle]\n-- so --\n(2) [K02]\n(3) [K03]\n--\nso {a: b}\n--\n(4) [K04]",
            ["room_to_settle against K01", "K02 because K01", "K04 because K02", "K04 because K03"],
        ),
        ("[Thesis]: of nobody here\n\nJust a text.\n\n[K01]\n + [K02]", ["K01 because K02"]),
        ("\ufeff[ K01 ]\n  +[K02]", ["K01 because K02"]),
        ("[K01]: so\n  /* why */ + [K02]\n  <!-- no --> - [K03]", ["K01 because K02", "K03 against K01"]),
        ("/* a */ (1) [K01]\n/* b */ ---- // c\n/* d */(2) [K02]", ["K02 because K01"]),
        ("[a link\nof two lines](x) and text\n\n[a](b)\n\n[K01]\n + [K02]", ["K01 because K02"]),
        ("\\[not a title\n\n\\<3\n\n2 < 3\n\n[K01]\n + [K02]", ["K01 because K02"]),
        ("[K01]: see @[K03], @<K04>, [this](that)\n  and [so\n  on]\n + [K02]", ["K01 because K02"]),
        ("[K01] #tag\n #tag {a: 1} // c\n + [K02]", ["K01 because K02"]),
        ("[K01]:\n  a text\n + [K02]", ["K01 because K02"]),
    ],
    ids=range(23),
)
def test_what_is_read(text: str, relations: list[str], tmp_path: Path) -> None:
    """Relations of the syntax that is taken, whatever else of Argdown stands around them."""
    assert read(text.removeprefix("\ufeff")) == relations
    file = tmp_path / "x.argdown"
    file.write_text(text, "utf-8", newline="")
    assert len(read_argdown(file, NAMES)) == len(relations)


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("[K01]\n  + [K2]", "unknown claim 'K2'; did you mean 'K02'?", (2, 5)),
        ("[K1]\n  + [K02]", "unknown claim 'K1'", (1, 1)),
        ("[K01]\n  + some reason", "found a text without a title", (2, 5)),
        ("some claim\n  + [K01]", "found a text without a title", (1, 1)),
        ("[K01]\n  + [K02]\n    + [K01]", "in a circle: K01 → K02 → K01", (2, 5)),
        ("[K01]\n + [K01]", "'K01' is related to itself", (2, 4)),
        ("[K01]\n + [K02]\n\n[K02]\n - [K01]", "rests on 'K02' and is against it", (2, 4)),
        ("[K01]\n_> [K02]", "undercuts are not read", (2, 1)),
        ("[K01]\n  <_ [K02]", "undercuts are not read", (2, 3)),
        ("* [K01]\n  + [K02]", "lists of statements are not read", (1, 1)),
        ("text\n 1. [K01]", "lists of statements are not read", (2, 2)),
        ("[K01]\n+ [K02]", "expected it below a statement", (2, 1)),
        ("[K01]\n\n  + [K02]", "expected it below a statement", (3, 3)),
        ("[K01]\n[K02]\n  + [K03]", "found [K02] within a statement", (2, 1)),
        ("[K01] is so", "found 'is so' after a title", (1, 7)),
        ("[K01] {a: 1", "found '{', which nothing closes", (1, 7)),
        ("[K01]\n/* x", "found '/*', which nothing closes", (2, 1)),
        ("---", "an inference without premises", (1, 1)),
        ("(1) [K01]\n(2) [K02]", "premises without a conclusion", (1, 5)),
        ("(1) [K01]\n----", "premises without a conclusion", (2, 1)),
        ("(1) [K01]\n--\nrule", "no second line of '--'", (2, 1)),
        ("(1) a premise\n----\n(2) [K01]", "found a text without a title", (1, 5)),
        ("(1) [K01]\n----\n----\n(2) [K02]", "an inference without premises", (3, 1)),
        ("[K01]\n(1) [K02]", "found a numbered statement, expected an empty line before it", (2, 1)),
        ("[K01]\n  + \x07", "found the character U+0007", (2, 5)),
        (
            "[K01]\n" + "\n".join(" " * n + "+ [K02]" for n in range(1, 62)),
            "nested more than 60 deep",
            (61, 61),
        ),
        ("[nonsense", "found '[', which nothing closes; expected ']' on the same line, or '\\['", (1, 1)),
        ("[K01]\n + [K02]\n\n <K03\n + [K04]", "found '<', which nothing closes; expected '>'", (4, 2)),
        ("[K01]\n  + [K02\n", "found '[', which nothing closes", (2, 5)),
        ("[K01] +> <K02", "found '<', which nothing closes", (1, 10)),
        ("[K01\nand K02]\n + [K03]", "found '[', which nothing closes", (1, 1)),
        ("[K01 /* ] */\n + [K03]", "found '[', which nothing closes", (1, 1)),
        ("(1) [K01\n----\n(2) [K02]", "found '[', which nothing closes", (1, 5)),
        ("[ ]: text\n + [K01]", "found '[]', expected the name of a claim in between", (1, 1)),
        ("[K01]\n + <>", "found '<>', expected the name of a claim in between", (2, 4)),
        ("[K01](so\n + [K02]", "found '(' after a title, which nothing closes", (1, 6)),
        ("[K01]\nis so\n + [K02]", "found 'is so' after a title", (2, 1)),
        ("[K01]\n + [K02]\n   [K03", "found '[K03' after a title", (3, 4)),
        ("[K01]: because of [K02]", "found [K02] within a text; expected '\\['", (1, 19)),
        ("K01 rests on <K02>\n + [K03]", "found <K02> within a text; expected '\\<'", (1, 14)),
        ("[K01]: so\n  says [K02]\n + [K03]", "or '@[K02]' for a mention", (2, 8)),
        ("", "found no statement; expected claims by their names", (1, 1)),
        ("\n// [K01]\n\n# Heading\n", "found no statement", (1, 1)),
        ("\n[K01]: of nobody", "found 1 statement and no relation; expected one below a claim", (2, 1)),
        ("\n Just a text.\n\n[K01]\n", "found 2 statements and no relation", (2, 2)),
    ],
    ids=range(45),
)
def test_what_is_refused(text: str, message: str, place: tuple[int, int]) -> None:
    """What cannot be read, or means nothing here, is told as such, at its line and column."""
    with pytest.raises(ScenarioError) as caught:
        read(text)
    found = [fault for fault in caught.value.faults if message in fault.message]
    assert found, caught.value.faults
    assert position(found[0]) == place


def position(fault: Fault) -> tuple[int, int]:
    assert fault.mark is not None
    return fault.mark.line, fault.mark.column


def test_all_faults_at_once(run: Run, chance: Path, tmp_path: Path) -> None:
    """Every fault of a file is told, with its line shown, and the status is 1."""
    file = tmp_path / "bad.argdown"
    file.write_text("[oftn]\n  + [always]\n  _ [fair]\n", "utf-8")
    status, output, errors = run(chance, "--from", file)
    assert (status, output) == (1, "")
    assert f"{file}:1:1: unknown claim 'oftn'; did you mean 'often'?" in errors
    assert f"{file}:3:3: undercuts" in errors
    assert "[oftn]\n    ^" in errors


def test_a_title_without_an_end(run: Run, chance: Path, tmp_path: Path) -> None:
    """A file of nonsense is a fault with its place, told once, and no map of 0 relations."""
    file = tmp_path / "bad.argdown"
    file.write_text("[always]\n  + [fair\n", "utf-8")
    status, output, errors = run(chance, "--from", file)
    assert (status, output) == (1, "")
    assert f"{file}:2:5: found '[', which nothing closes" in errors
    assert errors.count(f"{file}:") == 1
    file.write_text("Dear all,\n\nplease find no map enclosed.\n", "utf-8")
    status, output, errors = run(chance, "--from", file)
    assert (status, output) == (1, "")
    assert f"{file}:1:1: found 2 statements and no relation" in errors


@pytest.mark.parametrize(
    "piece",
    [
        *("[", "{", "/*", "<!--", "\\", "=", "#(a)", "#", "+ ", "(1) ", "--\n", "[K01] "),
        *("[a](", "@[a", "<a", "[\n", "[a\n\n", "[a]\n\n", "a](b"),
    ],
)
def test_long_texts_of_nothing(piece: str) -> None:
    """Thousands of anything are read or refused; what would take forever would hang here."""
    many = piece * 20_000
    for text in (many, f"[K01] {many}!", f"[K01]\n  + [K02] {many}"):
        with suppress(ScenarioError):
            read(text)


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """A file beyond the bound is refused unread."""
    file = tmp_path / "x.argdown"
    file.write_text(" " * (4 * 2**20 + 1), "utf-8")
    with pytest.raises(ScenarioError, match="at most 4 MiB"):
        read_argdown(file, NAMES)


@st.composite
def related(draw: st.DrawFn) -> dict[str, Any]:
    """A `foedus/arguments/1` with the keys that its text needs; no claim rests on itself."""
    order = draw(st.permutations(NAMES))
    claims = []
    pairs: set[frozenset[str]] = set()
    for place, name in enumerate(order):
        because = draw(st.lists(st.sampled_from(order[:place]), unique=True)) if place else []
        pairs |= {frozenset((name, other)) for other in because}
        claims.append({"id": name, "because": because})
    for claim in claims:
        free = [
            other for other in NAMES if other != claim["id"] and frozenset((claim["id"], other)) not in pairs
        ]
        claim["against"] = draw(st.lists(st.sampled_from(free), unique=True)) if free else []
        claim["says"] = draw(
            st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1)
        )
        claim["cites"] = draw(st.lists(st.sampled_from(["000#1", "a.b-c#12.3"]), unique=True))
        claim["holds"] = draw(st.sampled_from([True, False, None]))
        claim["untestable"] = draw(st.sampled_from([None, "so"]))
    return {
        "title": draw(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")))),
        "claims": claims,
    }


@given(document=related())
def test_any_arguments_there_and_back(document: dict[str, Any]) -> None:
    """Whatever claims say and however they bear on each other, their text is read as the same relations."""
    written = {
        (claim["id"], key, other)
        for claim in document["claims"]
        for key in ("because", "against")
        for other in claim[key]
    }
    text = "".join(
        letter if letter.isprintable() or letter == "\n" else "?" for letter in argdown_text(document)
    )
    if not written:
        with pytest.raises(ScenarioError, match="and no relation"):
            read_argdown_text(text, "x", NAMES)
        return
    found = read_argdown_text(text, "x", NAMES)
    assert {(each.claim, each.key, each.other) for each in found} == written
    assert len(found) == len(written)


FRAGMENTS = (
    *("[K01]", "<K02>", "[K03]:", "@[K04]", "+", "+>", "<-", "><", "_", "--", "----", "(1)", "* ", "# "),
    *(
        "//",
        "/*",
        "*/",
        "{",
        "}",
        "\\",
        " ",
        "  ",
        "\t",
        "\n",
        "\n\n",
        "\r\n",
        "text",
        "===",
        "#tag",
        "é",
        "\0",
    ),
)


@given(pieces=st.lists(st.sampled_from(FRAGMENTS), max_size=40))
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    """No text ends otherwise than with relations between claims, or with faults at places that it has."""
    text = "".join(pieces)
    lines = text.replace("\r\n", "\n").split("\n")
    try:
        for each in read_argdown_text(text, "x", NAMES):
            assert {each.claim, each.other} <= set(NAMES)
            assert each.claim != each.other
    except ScenarioError as refused:
        for fault in refused.faults:
            line, column = position(fault)
            assert 1 <= line <= len(lines)
            assert 1 <= column <= len(lines[line - 1]) + 1
