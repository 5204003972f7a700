"""The command line: what it prints, where, and with which exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from foedus import cli, library
from foedus.cli import commands, main

SMALL = "guarantee"
ON_A_SCENARIO = {
    "compare": [],
    "explain": ["--arrangement", "treaty", "--outcome", "war"],
    "claims": [],
    "arguments": [],
    "sensitivities": ["--arrangement", "treaty"],
    "solve": ["--arrangement", "treaty"],
    "show": [],
    "check": ["--worlds", "16"],
    "verify": [],
}
BROKEN = "foedus: 1\ntitle: x\nactors: {a: {name: A}}\nplai: []\nwhat: 1\n"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command line: exit status, standard output, standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        status = main(words)
        output, errors = capsys.readouterr()
        return status, output, errors

    return call


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "broken.yaml"
    file.write_text(BROKEN, "utf-8")
    return file


def test_every_command_is_tried() -> None:
    """The table of commands in this file leaves none out."""
    assert set(commands.commands) == {*ON_A_SCENARIO, "cruxes", "export", "new", "schema", "evidence"}


@pytest.mark.parametrize("name", ON_A_SCENARIO)
def test_command_prints_tables(run: Run, name: str) -> None:
    """A command on a scenario that ships ends well, within 100 columns and without a word on errors."""
    status, output, errors = run(name, SMALL, *ON_A_SCENARIO[name])
    assert status == 0, errors
    assert output.strip()
    assert max(map(len, output.splitlines())) <= 100
    assert "Traceback" not in errors


@pytest.mark.parametrize("name", ON_A_SCENARIO)
def test_command_prints_json(run: Run, name: str) -> None:
    """With --json standard output is one document whose schema has a version."""
    status, output, _ = run(name, SMALL, *ON_A_SCENARIO[name], "--json")
    assert status == 0
    assert json.loads(output)["schema"].endswith("/1")


@pytest.mark.parametrize("name", ON_A_SCENARIO)
def test_faults_of_a_file(run: Run, broken: Path, name: str) -> None:
    """A faulty file ends with status 1 and every fault at its place on standard error."""
    status, output, errors = run(name, str(broken), *ON_A_SCENARIO[name])
    assert status == 1
    assert output == ""
    assert f"{broken}:4:1:" in errors
    assert f"{broken}:5:1:" in errors
    assert "    plai: []\n    ^" in errors


def test_check_tells_faults_as_json(run: Run, broken: Path) -> None:
    """`check --json` puts the faults into its document, each with its place and code."""
    status, output, _ = run("check", str(broken), "--json")
    faults = json.loads(output)["faults"]
    assert status == 1
    assert {(fault["line"], fault["column"]) for fault in faults} >= {(4, 1), (5, 1)}
    assert all(fault["message"] and fault["code"] for fault in faults)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["compare"], "SCENARIO"),
        (["compare", "garantee"], "did you mean 'guarantee'"),
        (["compare", "absent.yaml"], "there is no file 'absent.yaml'"),
        (["compare", "."], "is a folder"),
        (["comprae", SMALL], "compare"),
        (["compare", SMALL, "--arrangement", "tready"], "did you mean 'treaty'"),
        (["compare", SMALL, "--set", "prise=3"], "did you mean 'prize'"),
        (["compare", SMALL, "--set", "prize"], "name=value"),
        (["compare", SMALL, "--set", "prize=lots"], "needs a number"),
        (["compare", SMALL, "--set", "prize=nan"], "prize"),
        (["compare", SMALL, "--set", "rounds=1.5"], "whole number"),
        (["compare", SMALL, "--worlds", "0"], "--worlds"),
        (["compare", SMALL, "--seed", "1"], "--worlds"),
        (["compare", SMALL, "--worlds", "8", "--seed", "-1"], "--seed"),
        (["explain", SMALL], "--arrangement"),
        (["explain", SMALL, "--arrangement", "treaty", "--outcome", "wra"], "did you mean 'war'"),
        (["claims", SMALL, "--claim", "deter"], "did you mean 'deters'"),
        (["solve", SMALL, "--arrangement", "treaties"], "did you mean 'treaty'"),
        (["export", SMALL], "--arrangement"),
        (["export", SMALL, "--arrangement", "treaties"], "did you mean 'treaty'"),
        (["export", SMALL, "--arrangement", "treaty", "--output", "absent/x.efg"], "cannot be written"),
    ],
)
def test_wrong_usage(run: Run, words: list[str], hint: str) -> None:
    """Wrong usage ends with status 2, a hint on standard error, and nothing on standard output."""
    status, output, errors = run(*words)
    assert status == 2
    assert output == ""
    assert hint in errors
    assert "Traceback" not in errors


def test_setting_changes_the_answer(run: Run) -> None:
    """A prize that is worth nothing is attacked for less often than one worth a lot."""
    attacks = []
    for prize in ("20", "60"):
        _, output, _ = run("compare", SMALL, "--set", f"prize={prize}", "--json")
        first = json.loads(output)["arrangements"][0]
        attacks.append(1 - first["in_force"]["outcomes"]["peace"])
    assert attacks[0] < attacks[1]


def test_tracing(run: Run) -> None:
    """`solve --trace` follows the principal branch to its first crossing of the precision, and says so."""
    folding = str(Path(__file__).parent / "cases" / "C27_folding_branch.yaml")
    words = ["solve", folding, "--arrangement", "none", "--set", "precision=2", "--trace"]
    status, output, _ = run(*words, "--json")
    document = json.loads(output)
    across = next(each for each in document["behaviour"] if each["move"] == "across")
    assert (status, document["branch"]) == (0, "principal")
    assert across["options"]["r2"] == pytest.approx(0.7490093285903051, abs=1e-7)
    assert "on the principal branch" in " ".join(run(*words)[1].split())


@pytest.mark.parametrize("name", ["compare", "explain", "solve"])
@pytest.mark.parametrize("setting", ["p_resolved=3", "war_cost=inf"])
def test_impossible_setting(run: Run, name: str, setting: str) -> None:
    """A setting that makes a number impossible ends with status 1 and the place of that number."""
    status, output, errors = run(name, SMALL, *ON_A_SCENARIO[name], "--set", setting)
    assert status == 1
    assert output == ""
    assert "guarantee.yaml:" in errors


def test_setting_beyond_the_range_is_said(run: Run) -> None:
    """A value outside the scenario's range is used, and said on standard error."""
    status, output, errors = run("compare", SMALL, "--set", "prize=500")
    assert status == 0
    assert "prize = 500 lies outside the scenario's range" in errors
    assert output


def test_arrangement_brings_its_fallback(run: Run) -> None:
    """Comparing one arrangement compares it with what holds if it is refused."""
    _, output, _ = run("compare", SMALL, "--arrangement", "treaty", "--json")
    assert [row["id"] for row in json.loads(output)["arrangements"]] == ["none", "treaty"]


def test_worlds_are_reproducible(run: Run) -> None:
    """The same seed prints the same bytes whatever the number of threads; another seed prints others."""
    first, second, other = (
        run("compare", SMALL, "--worlds", "40", "--seed", seed, "--threads", threads, "--json")[1]
        for seed, threads in (("0", "1"), ("0", "2"), ("1", "1"))
    )
    assert first == second
    assert first != other


def test_worlds_have_intervals(run: Run) -> None:
    """Over worlds, each number is a median within its interval, and solved worlds are counted."""
    _, output, _ = run("compare", SMALL, "--worlds", "40", "--json")
    for row in json.loads(output)["arrangements"]:
        assert row["worlds"] == row["solved"] == 40
        for number in row["in_force"]["outcomes"].values():
            assert number["low"] <= number["median"] <= number["high"]


def test_new_writes_a_scenario_in_order(run: Run, tmp_path: Path) -> None:
    """The starter that `new` writes has no fault."""
    file = tmp_path / "mine.yaml"
    assert run("new", str(file))[0] == 0
    assert run("check", str(file), "--worlds", "16")[0] == 0


def test_new_never_overwrites(run: Run, broken: Path) -> None:
    """A file that is there stays as it is."""
    status, _, errors = run("new", str(broken))
    assert status == 2
    assert "stays as it is" in errors
    assert broken.read_text("utf-8") == BROKEN


def test_schema_is_json(run: Run) -> None:
    """`schema` prints a JSON Schema with the language's top-level keys."""
    status, output, _ = run("schema")
    assert status == 0
    assert {"actors", "play", "arrangements"} <= set(json.loads(output)["properties"])


def test_mermaid_map(run: Run) -> None:
    """`show --mermaid` prints a flowchart that holds every move."""
    _, output, _ = run("show", SMALL, "--mermaid")
    assert output.startswith("flowchart")
    assert "threaten" in output
    assert "respond" in output


def test_interruption(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends with one line and status 130."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.commands, "invoke", interrupted)
    status, _, errors = run("schema")
    assert status == 130
    assert errors.strip() == "Interrupted."


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk() -> None:
    """Output that cannot be written ends in one line and status 1."""
    with Path("/dev/full").open("w") as full:
        words = [sys.executable, "-m", "foedus", "schema"]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "Error: No space left on device")


def test_module_and_status() -> None:
    """`python -m foedus` is the command, and gives its exit status to the shell."""
    words = [sys.executable, "-m", "foedus", "compare", "garantee"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "did you mean 'guarantee'" in done.stderr


def test_library_lists_its_files() -> None:
    """Every scenario that ships is found by its name."""
    assert {SMALL, "ukraine"} <= set(library.names())
    assert all(library.find(name).is_file() for name in library.names())


def test_version(run: Run) -> None:
    """`--version` says the version."""
    status, output, _ = run("--version")
    assert status == 0
    assert output.startswith("foedus 0.")
