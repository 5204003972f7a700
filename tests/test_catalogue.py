"""Gambit's catalogue: the committed facts say what the page says, and the solver still gives them."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from foedus.gambit.solving import solve_file

ROOT = Path(__file__).parents[1]
FACTS: list[dict[str, Any]] = json.loads((ROOT / "benchmarks" / "catalogue.json").read_text("utf-8"))
NAMES = list(dict.fromkeys(row["game"] for row in FACTS))


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    """The script that makes the facts."""
    spec = importlib.util.spec_from_file_location("catalogue", ROOT / "benchmarks" / "catalogue.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_tells_the_facts(benchmark: ModuleType) -> None:
    """The page is the one that the committed facts give."""
    assert benchmark.PAGE.read_text("utf-8") == benchmark.page(FACTS)


@pytest.mark.parametrize("row", FACTS, ids=lambda row: f"{row['game']}-{row['rationality']}")
def test_every_row_is_settled(row: dict[str, Any]) -> None:
    """Foedus solves each, and is on the traced branch; Gambit agrees, or is seen not to be on it."""
    assert (row["status"], row["residual"] <= 1e-10, row["to_branch"] <= 1e-7) == ("solved", True, True)
    agrees = row["difference"] is not None and row["difference"] <= 1e-7
    assert agrees or row["gambit_to_branch"] is None or row["gambit_to_branch"] > 1e-7


@pytest.mark.parametrize("name", NAMES)
def test_the_solver_gives_the_facts(name: str, benchmark: ModuleType, tmp_path: Path) -> None:
    """Where Gambit is at hand to tell its games, behaviour and branch are the committed ones."""
    pytest.importorskip("pygambit.catalog")
    file = tmp_path / "game.efg"
    file.write_text(benchmark.text_of(name), "utf-8")
    rows = [row for row in FACTS if row["game"] == name]
    for row, found in zip(rows, solve_file(file, [row["rationality"] for row in rows]), strict=True):
        shares = [option["probability"] for each in found["behaviour"] for option in each["options"]]
        assert found["branch"] == row["branch"]
        assert shares == pytest.approx(row["behaviour"], abs=1e-8)
        assert benchmark.certificate(benchmark.read_efg(file), shares, row["rationality"]) <= 1e-10
