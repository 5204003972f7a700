"""The compiled tracer of small game files against the one that steps in Python, and at its limits."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest

from foedus.errors import ScenarioError
from foedus.gambit import small
from foedus.gambit.certificate import certify_tree
from foedus.gambit.reader import read_efg_text
from foedus.gambit.small import PACE, SmallAnswer, SmallGame, small_game
from foedus.gambit.solving import load_game, solve_file, solve_game
from foedus.gambit.tracing import trace
from foedus.gambit.tree import Tree
from foedus.solve.branch import Pace
from foedus.solve.equilibrium import Status
from foedus.solve.small_plan import unknowns_of
from spoilt import Grower

FOLDER = Path(__file__).parent / "efg"
HEAD = 'EFG 2 R "t" { "A" "B" }\n'
IMPOSSIBLE = HEAD + 'c 1 { "x" 0 "y" 1 } 0 p 1 1 { "l" "r" } 0 p 1 1 0 t 0 t 0 t 1 { 1 1 } t 1'
PAIR = HEAD + 'p 1 1 { "l" "r" } 0 p 2 1 { "a" "b" } 0 t 1 { %s 0 } t 2 { 0 1 } p 2 1 0 t 2 t 1'


FOLDING = read_efg_text(
    HEAD
    + 'p 1 1 { "r0" "r1" "r2" } 0 p 2 1 { "c0" "c1" "c2" } 0 t 1 { 11 9 } t 2 { 3 6 } t 3 { 1 1 } '
    + "p 2 1 0 t 4 { 7 2 } t 5 { 6 11 } t 6 { 3 6 } p 2 1 0 t 7 { 8 8 } t 8 { 6 7 } t 9 { 6 8 }"
)


def grown(seed: int, least: int, most: int) -> Tree:
    """A random tree: sets may be met twice, in any order, and have one option; chance does all it can."""
    rng = Random(seed)
    while True:
        grower = Grower(rng)
        grower.odd, grower.left, grower.size = 0.0, rng.choice([5, 20, 60]), 4
        try:
            tree = read_efg_text(grower.text())
        except ScenarioError:
            continue
        likely = all(share > 0.0 for each in tree.places for share in each.probabilities)
        likely &= any(not each.chance for each in tree.places)
        if likely and least <= tree.nodes <= most:
            return tree


def made(tree: Tree) -> SmallGame:
    found = small_game(tree)
    assert found is not None
    return found


def certified(tree: Tree, found: SmallAnswer | None, rationality: float) -> SmallAnswer:
    assert found is not None
    residual, regret = certify_tree(tree, found.behaviour.tolist(), rationality, found.logs.tolist())
    assert residual <= 1e-10
    assert (found.residual, found.regret) == pytest.approx((residual, regret), abs=1e-10)
    return found


@pytest.mark.parametrize("first", range(0, 200, 20))
def test_random_games_agree_with_the_other_tracer(first: int) -> None:
    """Behaviour, values, reach and flag are those of the tracer in Python."""
    for seed in range(first, first + 20):
        tree = grown(seed, 4, 80)
        rationality = (0.7, 2.0, 7.0)[seed % 3]
        known, game = trace(tree, rationality), made(tree)
        assert known is not None
        found = certified(tree, game.solve(rationality), rationality)
        assert found.behaviour == pytest.approx(known.behaviour, abs=1e-9)
        assert found.values == pytest.approx(known.values, abs=1e-7)
        assert found.visits == pytest.approx(known.reach[list(game.places)], abs=1e-8)
        assert found.alone == known.alone


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.efg")), ids=lambda file: file.stem)
def test_reference_games(file: Path) -> None:
    """The known answers are found, and pitchforks told, also with steps a quarter as long."""
    tree = read_efg_text(file.read_text("utf-8"))
    careful = Pace(
        miss=PACE.miss / 16, turn=PACE.turn / 4, swing=PACE.swing / 4, contraction=PACE.contraction / 16
    )
    for known in json.loads(file.with_suffix(".json").read_text("utf-8"))["solutions"]:
        found = certified(tree, made(tree).solve(known["rationality"]), known["rationality"])
        assert found.alone == known["accepted"]
        again = small_game(tree, careful)
        assert again is not None
        slow = certified(tree, again.solve(known["rationality"]), known["rationality"])
        assert slow.behaviour == pytest.approx(found.behaviour, abs=1e-9)
        assert slow.alone == found.alone


def test_the_first_crossing_before_a_fold() -> None:
    """The branch turns back at 2.9434 and comes again from 0.8409: in between it is its first way."""
    game = made(FOLDING)
    before, after = (certified(FOLDING, game.solve(each), each) for each in (2.9433, 2.9436))
    assert np.abs(before.behaviour - after.behaviour).max() > 0.2
    rising = [certified(FOLDING, game.solve(each), each).behaviour for each in np.linspace(0.8, 2.94, 30)]
    assert max(np.abs(one - other).max() for one, other in pairwise(rising)) < 0.15
    for rationality in (2.9433, 2.9436, 20.0):
        known = trace(FOLDING, rationality)
        assert known is not None
        found = certified(FOLDING, game.solve(rationality), rationality)
        assert found.behaviour == pytest.approx(known.behaviour, abs=1e-9)


def symmetric(seed: int) -> Tree:
    """A random game of two that are alike, who do not see each other's choice."""
    rng = Random(seed)
    size = rng.choice([2, 2, 3])
    payoff = [[rng.choice([0, 1, 2, 3, 5]) for _ in range(size)] for _ in range(size)]
    names = " ".join(f'"{i}"' for i in range(size))
    text, count = HEAD + f"p 1 1 {{ {names} }} 0 ", 0
    for i in range(size):
        text += "p 2 1 0 " if i else f"p 2 1 {{ {names} }} 0 "
        for j in range(size):
            count += 1
            text += f"t {count} {{ {payoff[i][j]} {payoff[j][i]} }} "
    return read_efg_text(text)


# paths that turned off at a pitchfork when points near it were found less exactly, and others
@pytest.mark.parametrize("seed", [233, 356, 445, 461, 562, 1450, 2234, 3064, *range(30)])
def test_the_branch_goes_straight_on_at_pitchforks(seed: int) -> None:
    """Both play alike, as at λ = 0, and that other branches cross is told."""
    tree = symmetric(seed)
    game = made(tree)
    for rationality in (1.0, 3.0, 10.0, 30.0):
        known, found = trace(tree, rationality), game.solve(rationality)
        if known is None or found is None:  # at a bifurcation
            continue
        certified(tree, found, rationality)
        assert found.behaviour == pytest.approx(known.behaviour, abs=1e-9)
        assert found.alone == known.alone


def test_what_is_unknown() -> None:
    """The choices that some belief depends on; half of those in Kuhn poker; none where nothing is hidden."""
    kuhn = read_efg_text((FOLDER / "own_kuhn_poker.efg").read_text("utf-8"))
    assert unknowns_of(made(kuhn).plan) == 6
    assert unknowns_of(made(FOLDING).plan) == 2
    seen = read_efg_text(HEAD + 'p 1 1 { "l" "r" } 0 t 1 { 3 0 } p 2 1 { "a" "b" } 0 t 2 { 1 0 } t 3 { 0 1 }')
    assert unknowns_of(made(seen).plan) == 0


@pytest.mark.parametrize("payoff", ["1e308", "1e100", "-1e60", "1e-300", "0"])
@pytest.mark.parametrize("rationality", [0.0, 1.0, 1e6, 1e300])
def test_extreme_numbers(payoff: str, rationality: float) -> None:
    """Whatever the numbers, there is an answer with a certificate, or none."""
    try:
        tree = read_efg_text(PAIR % payoff)
    except ScenarioError:
        return
    found = made(tree).solve(rationality)
    if found is not None:
        certified(tree, found, rationality)
        assert np.isfinite(found.values).all()


def test_numbers_that_are_none() -> None:
    """A payoff or a rationality that is no number is never solved."""
    game = made(read_efg_text(PAIR % "1"))
    assert game.solve(float("nan")) is None
    assert game.solve(float("inf")) is None
    for number in range(len(game.plan.payoff)):
        known = float(game.plan.payoff[number])
        game.plan.payoff[number] = np.nan
        assert game.solve(1.0) is None
        game.plan.payoff[number] = known
    assert game.solve(1.0) is not None


def test_steps_are_bounded() -> None:
    """A path that takes more steps than it may has no answer."""
    game = small_game(FOLDING, Pace(steps=3))
    assert game is not None
    assert game.solve(12.0) is None


def test_beliefs_after_what_is_impossible(tmp_path: Path) -> None:
    """Where chance never goes, beliefs are limits, with an order of play and without."""
    file = tmp_path / "game.efg"
    file.write_text(IMPOSSIBLE, "utf-8")
    (found,) = solve_file(file, [2.0])
    assert found["status"] == "solved"
    left = found["behaviour"][0]["options"][0]["probability"]
    assert np.log(left / (1.0 - left)) == pytest.approx(-2.0 / (1.0 + left))
    never = HEAD + 'c 1 { "x" 0 "y" 1 } 0 p 1 1 { "l" "r" } 0 t 1 { 3 0 } t 2 { 1 0 } t 2'
    file.write_text(never, "utf-8")
    (found,) = solve_file(file, [1.0])
    (choice,) = found["behaviour"]
    assert (choice["reach"], found["values"]) == (0.0, [1.0, 0.0])
    assert choice["options"][0]["probability"] == pytest.approx(1.0 / (1.0 + np.exp(-2.0)))


def test_a_call_tells_what_a_file_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """`solve_game` gives what `solve_file` tells, whether or not the game counts as small."""
    file = FOLDER / "own_kuhn_poker.efg"
    tree = read_efg_text(file.read_text("utf-8"))
    swift = solve_game(load_game(tree), 2.0)
    monkeypatch.setattr(small, "MOST_NODES", 0)
    slow = solve_game(load_game(tree), 2.0)
    assert (swift.status, swift.branch) == (slow.status, slow.branch) == (Status.SOLVED, "principal")
    assert swift.values == pytest.approx(slow.values, abs=1e-9)
    reached = {(place.actor, place.number): reach for place, reach, _ in slow.choices}
    for place, reach, shares in swift.choices:
        assert reach == pytest.approx(reached[place.actor, place.number], abs=1e-9)
        assert sum(shares) == pytest.approx(1.0)
