"""Scenarios written in Gambit's format: what is read back is the same game."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus import library
from foedus.analysis.solving import solve_scenario
from foedus.cli import main
from foedus.errors import SizeLimit
from foedus.gambit.build import build_game
from foedus.gambit.exporting import export_scenario
from foedus.gambit.reader import read_efg_text
from foedus.gambit.writer import Unrolled, decimal, exact_shares
from foedus.game.game import Game, Labels, Position
from foedus.language.reader import read_scenario, read_text
from foedus.solve.evaluate import reach
from foedus.solve.solver import solve
from games import random_game

VIEWS = [
    pytest.param(name, arrangement, in_force, id=f"{name}-{arrangement}-{in_force}")
    for name in ("guarantee", "audience_costs")
    for arrangement in read_scenario(library.find(name)).arrangements
    for in_force in (False, True)
]


@pytest.mark.parametrize("recall", ["", "recall: perfect\n"])
def test_labels_are_unique(recall: str) -> None:
    """No two information sets of an actor, and no two moves of chance, have one label: Gambit refuses it."""
    text = """
    foedus: 1
    title: Two cards
    %sactors: {a: {name: A}}
    rationality: 1
    variables: {one: {values: [no, yes]}, other: {values: [no, yes], seen_by: []}}
    play:
      - chance: first
        outcomes: {no: {probability: 1/2}, yes: {probability: rest, set: {one: yes}}}
      - chance: second
        outcomes: {no: {probability: 1/2}, yes: {probability: rest, set: {other: yes}}}
      - move: guess
        by: a
        options: {no: {pays: {a: (other == no)}}, yes: {pays: {a: (other == yes)}}}
      - move: again
        by: a
        options: {no: {}, yes: {pays: {a: (other == one)}}}
    payoffs: {a: 0}
    outcomes: {end: 1 == 1}
    arrangements: {none: {about: nothing}}
    """
    scenario = read_text(dedent(text) % recall)
    tree = read_efg_text(export_scenario(scenario, "none")["efg"])
    labels = [(place.actor, place.label) for place in tree.places]
    assert len(labels) == len({(place.actor, place.number) for place in tree.places})
    assert len(set(labels)) == len(labels)


def exported(name: str, arrangement: str, **options: Any) -> dict[str, Any]:
    return export_scenario(read_scenario(library.find(name)), arrangement, **options)


@pytest.mark.parametrize(("name", "arrangement", "in_force"), VIEWS)
def test_round_trip(name: str, arrangement: str, in_force: bool) -> None:
    """What is exported and read has the equilibrium of the scenario: values, behaviour and reach."""
    document = exported(name, arrangement, in_force=in_force)
    rationality = set(document["rationality"].values())
    assert len(rationality) == 1
    here = solve_scenario(read_scenario(library.find(name)), arrangement, in_force=in_force)
    tree = read_efg_text(document["efg"])
    built = build_game(tree)
    numbers = built.tabulate([*rationality])
    there = solve(built.game, numbers)
    assert there.solved.all()
    assert tree.nodes == document["nodes"]
    assert there.values[:, 0] == pytest.approx(here.equilibrium.values[:, 0], abs=1e-7)
    assert choices(built.game, there.behaviour[:, 0], reach(built.game, numbers, there.behaviour)) == (
        pytest.approx(choices(here.game, here.behaviour[:, 0], here.reach), abs=1e-8)
    )


def choices(game: Any, behaviour: Any, reached: Any) -> list[float]:
    """Reach and shares of all information sets, in an order that numbering does not change."""
    rows = []
    for h in range(game.information_sets):
        nodes = slice(int(game.first_node[h]), int(game.last_node[h]))
        shares = behaviour[game.first_option[h] : game.first_option[h + 1]]
        rows.append([int(game.mover[h]), round(float(reached[nodes, 0].sum()), 6), *shares.tolist()])
    return [number for row in sorted(rows) for number in row]


def named(game: Game) -> Game:
    """The game with labels: random ones have none."""
    return replace(
        game,
        labels=Labels(
            variables=(),
            domains=(),
            positions=(Position("step", ()),),
            position=np.zeros(game.nodes, np.int32),
            state=np.zeros((game.nodes, 0), np.int16),
            edge_names=tuple(map(str, range(game.edges))),
            edge_name=np.concatenate(
                [np.arange(last - first) for first, last in pairwise(game.first_edge.tolist())]
            ).astype(np.int32),
            first_transit=np.zeros(game.edges + 1, np.int32),
            transit=np.zeros((0, 0), np.int16),
            sees=((),) * game.information_sets,
        ),
    )


@given(st.integers(0, 10**6))
def test_random_games_survive(seed: int) -> None:
    """A layered game with hidden information, and payments on the way is worth the same as a tree."""
    game, numbers = random_game(seed, layers=2, sets=2, widest=2, worlds=1)
    numbers.weights[:] = 1.0
    text = Unrolled(named(game), numbers, [""] * game.nodes, 100_000).text("")
    built = build_game(read_efg_text(text))
    one, other = solve(game, numbers), solve(built.game, built.tabulate([1.0]))
    assert other.values[:, 0] == pytest.approx(one.values[:, 0], abs=1e-8)


def test_a_tree_above_the_limit_is_refused() -> None:
    """The refusal says how large the tree would be, and how to allow it."""
    size = exported("guarantee", "treaty", in_force=False)["nodes"]
    with pytest.raises(SizeLimit, match=rf"has {size} nodes, more than the limit of {size - 1}; --limit"):
        exported("guarantee", "treaty", in_force=False, limit=size - 1)
    assert exported("guarantee", "treaty", in_force=False, limit=size)["nodes"] == size


def test_size_is_told_however_large() -> None:
    """A tree that could never be written is refused before any of it is."""
    game, numbers = random_game(1, layers=120, worlds=1)
    with pytest.raises(SizeLimit, match=r"has more than 10\^30 nodes"):
        Unrolled(named(game), numbers, [""] * game.nodes, 10**9)


def test_settings_are_exported() -> None:
    """A parameter given another value has it in the file."""
    assert '"loss" { 40, -100, -30 }' in exported("guarantee", "none")["efg"]
    assert '"loss" { 61, -100, -30 }' in exported("guarantee", "none", settings={"prize": 61})["efg"]


def test_weights_and_different_rationality_are_said() -> None:
    """What the format cannot hold is warned of."""
    assert exported("guarantee", "treaty")["warnings"] == []
    scenario = read_text(
        "foedus: 1\ntitle: x\nactors: {a: {name: A}, b: {name: B}}\nrationality: {a: 1, b: 2}\n"
        "variables: {v: {values: [l, r]}}\n"
        "play:\n  - move: m\n    by: a\n    options: {l: {weight: 2, set: {v: l}}, r: {set: {v: r}}}\n"
        "  - move: n\n    by: b\n    options: {l: {}, r: {}}\n"
        "payoffs: {a: 1, b: 2}\noutcomes: {left: v == l, right: v == r}\narrangements: {none: {}}\n"
    )
    assert len(export_scenario(scenario, "none")["warnings"]) == 2


def test_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`foedus export` prints a file that `foedus solve` solves; --json has it with its sizes."""
    words = ["export", "guarantee", "--arrangement", "treaty", "--offered"]
    assert main(words) == 0
    text = capsys.readouterr().out
    file = tmp_path / "guarantee.efg"
    assert main([*words, "--output", str(file)]) == 0
    assert capsys.readouterr().out == f"Wrote {file}: {text.count(chr(10)) - 3} nodes.\n"
    assert file.read_text("utf-8") == text
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["efg"]) == ("foedus/export/1", text)
    assert main(["solve", str(file), "--rationality", "0.25", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "solved"
    assert main([*words, "--limit", "10"]) == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert "more than the limit of 10" in errors


@given(st.lists(st.floats(1e-6, 1.0), min_size=1, max_size=7))
def test_shares_sum_to_exactly_one(numbers: list[float]) -> None:
    """Probabilities become fractions that sum to exactly 1 and lie within rounding of the numbers."""
    total = sum(numbers)
    numbers = [each / total for each in numbers]
    shares = exact_shares(numbers)
    assert sum(shares) == Fraction(1)
    assert [float(each) for each in shares] == pytest.approx(numbers, abs=1e-14)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_decimals_read_back(number: float) -> None:
    """A payoff is written so that it reads as the same number, without an exponent."""
    assert float(decimal(number)) == number
    assert "e" not in decimal(number).lower()
