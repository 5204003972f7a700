"""The house: what a clone holds, and what an installation brings."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import foedus

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
TEXT = {".py", ".md", ".yaml", ".toml", ".json", ".lock", ".csv", ""}


def normal(requirement: str) -> str:
    name = re.split(r"[<>=!~;\[ ]", requirement)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.splitlines()
    files = [ROOT / name for name in names] if names else ROOT.rglob("*")
    return [path for path in files if path.is_file() and ".venv" not in path.parts and path.suffix in TEXT]


def test_every_dependency_is_pinned() -> None:
    """Whatever pyproject asks for, the lock names with a version."""
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    pinned = {normal(line) for line in LOCK.splitlines() if "==" in line}
    assert {normal(each) for each in wanted} <= pinned


def test_every_pin_has_a_hash() -> None:
    """pip refuses a lock with hashes for some packages and none for others."""
    pins = re.split(r"\n(?=\S)", LOCK.strip())
    assert all("--hash=sha256:" in pin for pin in pins)


def test_the_build_backend_is_pinned() -> None:
    """The package is built without a download that the lock does not name."""
    backend = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    assert all(f"\n{normal(each)}==" in f"\n{LOCK}" for each in backend)


def test_the_lock_names_no_host() -> None:
    """Where packages come from is the setting of whoever installs them."""
    assert "://" not in LOCK


@pytest.mark.parametrize(("line", "status"), [("a line", 0), ("https://" + "pypi" + ".org/simple", 1)])
def test_ci_refuses_registries(tmp_path: Path, line: str, status: int) -> None:
    """.ci/run fails if, and only if, a committed file names a package registry."""
    script = tmp_path / ".ci" / "run"
    script.parent.mkdir()
    shutil.copy(ROOT / ".ci" / "run", script)
    (tmp_path / "Makefile").write_text("test lint:\n", "utf-8")
    (tmp_path / "page.md").write_text(f"{line}\n", "utf-8")
    for words in (["git", "init", "-q"], ["git", "add", "."]):
        subprocess.run(words, cwd=tmp_path, check=True)
    done = subprocess.run([str(script)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert ("page.md:1:" in done.stdout) == bool(status)


def test_versions_agree() -> None:
    """The package says the version that pyproject gives it."""
    assert foedus.__version__ == PROJECT["version"]
    assert f"## {foedus.__version__}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_no_machine_paths() -> None:
    """No committed file names a path of the machine that it was written on."""
    pattern = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:" + "|".join(["work", "root", "farm"]) + ")/")
    found = [path for path in committed() if pattern.search(path.read_text("utf-8", errors="replace"))]
    assert found == []


def test_modules_stay_small() -> None:
    """A module of more than 400 lines is two modules."""
    sizes = {path: len(path.read_text("utf-8").splitlines()) for path in (ROOT / "src").rglob("*.py")}
    assert {path: size for path, size in sizes.items() if size > 400} == {}


@pytest.mark.parametrize("name", ["numpy", "numba", "scipy", "pandas", "sklearn", "pydantic", "lark", "yaml"])
def test_help_is_light(name: str) -> None:
    """`foedus --help` loads no array library, and none that only a scenario needs."""
    program = (
        "import sys; from foedus.cli import main; status = main(['--help']);"
        f"sys.exit(status or ('{name}' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "compare" in done.stdout
