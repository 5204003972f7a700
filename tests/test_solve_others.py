"""The search for further equilibria: it finds those that are known, and none where there is one only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from foedus.cli import main
from foedus.gambit.solving import Asked, solve_file
from foedus.solve import climb, others, reference
from foedus.solve.others import Search, search_others
from foedus.solve.solver import solve
from games import Case, from_tree, random_game

HERE = Path(__file__).parent
Run = Callable[..., Any]
CIRCLE = (
    'EFG 2 R "t" { "A" "B" }\n'
    'c "" 1 "" { "x" 1/2 "y" 1/2 } 0\n'
    'p "" 1 1 "first" { "l" "r" } 0 t "" 1 "" { 1, 3 }\n'
    'p "" 2 1 "second" { "l" "r" } 0 t "" 2 "" { 3, 1 } t "" 0\n'
    'p "" 2 1 0 t "" 2 p "" 1 1 0 t "" 1 t "" 0\n'
)


def tree_case(name: str) -> Case:
    content = json.loads((HERE / "trees" / f"{name}.json").read_text(encoding="utf-8"))
    return from_tree(content["variants"][0]["tree"], content["players"], name)


def search(case: Case, rationality: float, starts: int = 48, **options: Any) -> tuple[np.ndarray, Search]:
    numbers = case.tabulate(rationality)
    answer = solve(case.game, numbers, certain=True).behaviour[:, 0]
    found = search_others(case.game, numbers, answer, starts, **options)
    world = reference.World.of(case.game, numbers, 0)
    for each in found.others:
        assert reference.residual(world, each.behaviour) <= 1e-10
        assert each.residual <= 1e-10
        assert each.regret == pytest.approx(reference.regret(world, each.behaviour)[0], abs=1e-12)
        assert each.values == pytest.approx(reference.values(world, each.behaviour)[0], abs=1e-12)
        assert np.abs(each.behaviour - answer).max() > 1e-6
    assert found.to_answer + found.nowhere + sum(each.starts for each in found.others) == starts
    return answer, found


def test_known_equilibria_between_two_folds() -> None:
    """Where the branch passes the same λ several times, each of its crossings is found."""
    known = json.loads((HERE / "cases" / "C27_folding_branch.json").read_text(encoding="utf-8"))
    rows = known["variants"][0]["rows"]
    by_rationality = {row["lambda"]: [r for r in rows if r["lambda"] == row["lambda"]] for row in rows}
    rationality, crossings = max(by_rationality.items(), key=lambda each: len(each[1]))
    case = tree_case("C27_folding_principal_branch")
    answer, found = search(case, rationality)
    assert len(crossings) > 1
    everything = [answer, *(each.behaviour for each in found.others)]
    for row in crossings:
        distances = [
            max(
                abs(case.profile(each)[name][option] - share)
                for name, shares in row["profile"].items()
                for option, share in shares.items()
            )
            for each in everything
        ]
        assert min(distances) < 1e-6


def test_past_a_pitchfork() -> None:
    """Past the pitchfork of hawk and dove the two lopsided equilibria are found, and mirror each other."""
    _, found = search(tree_case("own_bif_hawk_dove"), 10.0)
    assert len(found.others) == 2
    one, other = (each.behaviour.reshape(2, 2) for each in found.others)
    assert one == pytest.approx(other[::-1], abs=1e-9)
    assert all(each.starts for each in found.others)


@pytest.mark.parametrize(
    ("name", "rationality"),
    [
        ("own_kuhn_poker", 2.0),
        ("own_treaty_monitoring", 2.0),
        ("C24_beer_quiche", 10.0),
        ("own_single_action", 5.0),
    ],
)
def test_a_single_equilibrium(name: str, rationality: float) -> None:
    """Where there is one equilibrium only every start leads to it."""
    _, found = search(tree_case(name), rationality)
    assert found.others == ()
    assert (found.to_answer, found.nowhere) == (48, 0)


@given(seed=st.integers(0, 2**32 - 1))
@example(seed=3476).via("beliefs depend on sets of a single option only")
@settings(max_examples=8, deadline=None)
def test_whatever_is_found_is_an_equilibrium(seed: int) -> None:
    """In random games of sharp actors each one found is certified, and threads change nothing."""
    game, numbers = random_game(seed, worlds=1)
    numbers.rationality[:] *= 30.0
    answer = solve(game, numbers).behaviour[:, 0]
    one, two = (search_others(game, numbers, answer, 12, seed=seed, threads=n) for n in (1, 2))
    world = reference.World.of(game, numbers, 0)
    assert len(one.others) == len(two.others)
    for each, same in zip(one.others, two.others, strict=True):
        assert reference.residual(world, each.behaviour) <= 1e-10
        assert np.array_equal(each.behaviour, same.behaviour)


def test_large_games_are_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the size for whole matrices starts are swept, and those that do not settle are counted."""
    monkeypatch.setattr(climb, "DENSE", 0)
    monkeypatch.setattr(others, "DENSE", 0)
    _, found = search(tree_case("own_bif_hawk_dove"), 10.0)
    assert len(found.others) == 2


def test_several_worlds_are_refused() -> None:
    """A search is for one world."""
    game, numbers = random_game(1, worlds=2)
    with pytest.raises(ValueError, match="one world, not for 2"):
        search_others(game, numbers, np.empty(game.options), 4)


def test_without_an_order_of_play(tmp_path: Path) -> None:
    """A tree that only the dense tracer can solve is searched too: the crossing tells of two more."""
    file = tmp_path / "circle.efg"
    file.write_text(CIRCLE, "utf-8")
    one, four = solve_file(file, [1.0, 4.0], Asked(others=24))
    assert (one["others"]["to_this"], one["others"]["equilibria"]) == (24, [])
    assert [each["outcome"] for each in four["others"]["equilibria"]] == [1, 2]
    assert [each["isolated"] for each in four["others"]["equilibria"]] == [True, True]
    assert four["others"]["this_isolated"] is True
    assert four["others"]["to_none"] < 24


def test_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """Both forms of the command tell what was found, as JSON and in words."""
    file = str(HERE / "efg" / "own_bif_hawk_dove.efg")
    assert main(["solve", file, "--rationality", "10", "--others", "16", "--seed", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["others"]
    assert (told["starts"], told["seed"], len(told["equilibria"])) == (16, 3, 2)
    assert set(told["equilibria"][0]) == {
        "starts",
        "on_branch",
        "isolated",
        "outcome",
        "apart",
        "residual",
        "regret",
        "values",
        "behaviour",
    }
    assert main(["solve", file, "--rationality", "10", "--others", "16"]) == 0
    assert "2 other equilibria found" in capsys.readouterr().out
    words = ["solve", "guarantee", "--arrangement", "treaty", "--others", "8"]
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["schema"], document["others"]["to_this"]) == ("foedus/equilibrium/1", 8)
    assert main(words) == 0
    assert "8 random starts: 8 led to the equilibrium above" in capsys.readouterr().out
    assert main(["solve", file, "--seed", "1"]) == 2
