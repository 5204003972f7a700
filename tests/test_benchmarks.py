"""The benchmarks run, at sizes that tell nothing about speed; other solvers are left out."""

from __future__ import annotations

import json
from pathlib import Path

import llvmlite.binding
import numpy as np
import pytest

from benchmarks import batches, growth_point, limit, one_game, one_world, probes, summary
from benchmarks.common import RESULTS
from benchmarks.places import difference, order_in, shares_of, text_of
from benchmarks.trees import binary_tree, layered, random_numbers, random_tree
from foedus.gambit.build import build_game
from foedus.gambit.reader import read_efg_text
from foedus.game.game import Game
from foedus.solve.solver import solve

VECTORS = pytest.mark.skipif(
    not llvmlite.binding.get_host_cpu_features().get("avx2"), reason="the probes look for AVX instructions"
)
GAMES = [
    pytest.param(binary_tree(3), id="binary"),
    pytest.param(random_tree(40, 4, 1), id="random"),
    pytest.param(layered(9, 1, hidden=False), id="open"),
    pytest.param(layered(9, 1, hidden=True), id="hidden"),
]


@pytest.mark.parametrize("benchmark", [one_game, one_world, batches, pytest.param(limit, marks=VECTORS)])
def test_runs(benchmark: object, tmp_path: Path) -> None:
    """Each benchmark measures its own side and writes what it found, with the machine that it ran on."""
    place = tmp_path / "folder" / "found.json"
    benchmark.main(["--quick", "--no-peers", "--out", str(place)])  # type: ignore[attr-defined]
    document = json.loads(place.read_text("utf-8"))
    assert document["schema"] == "foedus/benchmark/1"
    assert document["machine"]["processor"]
    assert document["targets"]


@pytest.mark.parametrize("family", ["open", "hidden", "guarantee", "crisis"])
def test_points_of_growth(family: str) -> None:
    """A point of each family solves all its worlds."""
    assert growth_point.point(family, 100)["solved"] == 1.0


@pytest.mark.parametrize("game", GAMES)
def test_made_games(game: Game) -> None:
    """The games made for benchmarks are solved, and read from their files have the same behaviour."""
    numbers = random_numbers(game, 1, 1, 1.0)
    here = solve(game, numbers)
    assert here.solved.all()
    text = text_of(game, numbers)
    tree = read_efg_text(text)
    found = build_game(tree)
    there = solve(found.game, found.tabulate([1.0]))
    mine = shares_of(game, order_in(text, game), here.behaviour[:, 0].tolist())
    order = order_in(text, found.game)
    apart = difference(mine, shares_of(found.game, order, there.behaviour[:, 0].tolist()))
    assert apart is not None
    assert apart <= 1e-9


def test_counts() -> None:
    """A binary tree of three moves: an exp an option, a multiply-add an edge and actor, each number once."""
    found = limit.count(binary_tree(3))
    assert (found.nodes, found.exps, found.multiply_adds, found.numbers) == (15, 14, 28, 8 * 2 + 14)


def test_a_folded_probe_is_refused() -> None:
    """Machine code without the loop, or without its vector instructions, is not timed."""
    probe = probes.PROBES["multiply-add"]
    body = "\n".join(["\tvfmadd213pd\t%ymm1, %ymm2, %ymm3"] * probe.least)
    assert probes.loop_of(f".L1:\n{body}\n\tjne\t.L1\n", probe).count("vfmadd") == probe.least
    for text in (f".L1:\n{body}\n\tret\n", ".L1:\n\tvfmadd213sd\t%xmm1, %xmm2, %xmm3\n\tjne\t.L1\n"):
        with pytest.raises(probes.FoldedProbe):
            probes.loop_of(text, probe)


@VECTORS
def test_probes_do_what_they_time() -> None:
    """The exp probe leaves the fixed point of e^(−x), the sum probe the sum."""
    rows = np.ones((8, 8))
    probes.compiled(probes.PROBES["exp"])[0](rows, 200)
    assert rows == pytest.approx(0.5671432904097838)
    rows[:] = 1.0
    probes.compiled(probes.PROBES["reading"])[0](rows, 3)
    assert rows[0] == pytest.approx(24.0)


def test_the_numbers_told_are_those_found() -> None:
    """README.md tells what the committed results hold: `benchmarks.summary` would change nothing."""
    text = summary.README.read_text("utf-8")
    assert summary.page(text, RESULTS) == text
