"""Broken scenario files: each ends with an error that names file, line, column and cause."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from foedus.cli import main

FOLDER = Path(__file__).parent / "broken"

EXPECTED: dict[str, tuple[int, int, str]] = {
    name: (line, column, cause)
    for name, line, column, cause in json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
}

IN_A_PROCESS = [
    "billion_laughs",
    "division_by_zero_in_some_worlds",
    "long_repeat",
    "option_leak",
    "probabilities_in_some_worlds",
    "python_import",
    "python_tag",
    "state_explosion",
]

SECONDS = 60
"""Far above the five seconds that are promised: a limit for a test machine under load."""


def check_in_a_process(path: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "foedus", "check", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def one_line(text: str) -> str:
    """Error text as one line, however the terminal wrapped it."""
    return " ".join(text.split())


def names_the_fault(stderr: str, path: Path, line: int, column: int, cause: str) -> None:
    assert "Traceback" not in stderr
    assert f"{path}:{line}:{column}:" in stderr.replace("\n", ""), stderr
    assert cause.lower() in one_line(stderr).lower(), stderr


def test_every_broken_file_is_expected() -> None:
    """Each broken file has a row in the table, and there are at least forty."""
    assert sorted(EXPECTED) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert len(EXPECTED) >= 40


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_broken_file_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`foedus check` says where the fault is and what it is, with exit status 1 and no traceback."""
    path = FOLDER / f"{name}.yaml"
    status = main(["check", str(path)])
    stderr = capsys.readouterr().err
    assert status == 1, stderr
    names_the_fault(stderr, path, *EXPECTED[name])


@pytest.mark.parametrize("name", IN_A_PROCESS)
def test_a_broken_file_is_refused_in_a_process(name: str) -> None:
    """The installed command does the same in time."""
    path = FOLDER / f"{name}.yaml"
    done = check_in_a_process(path)
    assert done.returncode == 1, done.stderr
    names_the_fault(done.stderr, path, *EXPECTED[name])


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def made_file(folder: Path, kind: str) -> tuple[Path, int, int, str]:
    """Files too large or too strange to keep: path, line, column, cause."""
    head = "foedus: 1\ntitle: A test\n"
    if kind == "fifty_megabytes":
        return written(folder, "large.yaml", head + "# padding\n" * 5_300_000), 1, 1, "large"
    if kind == "deep_lists":
        return written(folder, "deep.yaml", head + "about: " + "[" * 20_000 + "]" * 20_000), 3, 0, "nest"
    if kind == "deep_mappings":
        text = head + "".join(" " * depth + "a:\n" for depth in range(1_000))
        return written(folder, "deeper.yaml", text), 0, 0, "nest"
    if kind == "deep_expression":
        text = head + "payoffs:\n  us: " + "(" * 4_000 + "1" + ")" * 4_000 + "\n"
        return written(folder, "brackets.yaml", text), 4, 0, "nest"
    if kind == "long_chain":
        text = head + "payoffs:\n  us: " + "-" * 9_000 + "1\n"
        return written(folder, "chain.yaml", text), 4, 0, "nest"
    return written(folder, "latin.yaml", b"foedus: 1\ntitle: \xe9t\xe9\n"), 2, 8, "UTF-8"


@pytest.mark.parametrize(
    "kind", ["fifty_megabytes", "deep_lists", "deep_mappings", "deep_expression", "long_chain", "not_utf8"]
)
def test_a_hostile_file_is_refused(tmp_path: Path, kind: str) -> None:
    """A file that is huge, deeply nested or not text is refused in time and without a traceback."""
    path, line, column, cause = made_file(tmp_path, kind)
    done = check_in_a_process(path)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    place = done.stderr.replace("\n", "")
    assert f"{path}:{line or ''}" in place
    assert not column or f"{path}:{line}:{column}:" in place
    assert cause.lower() in one_line(done.stderr).lower(), done.stderr
