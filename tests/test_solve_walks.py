"""Following a behaviour through a game, against every play of it one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.errors import FoedusError
from foedus.game.game import CHANCE, TERMINAL, Game
from foedus.solve import reference
from foedus.solve.evaluate import reach
from foedus.solve.follow import follow
from foedus.solve.layout import layout_of
from foedus.solve.ranges import payoff_spread
from foedus.solve.solver import solve
from games import random_game

SEEDS = st.integers(0, 2**32 - 1)


def plays(game: Game, node: int = 0, edges: tuple[int, ...] = ()) -> Iterator[tuple[int, tuple[int, ...]]]:
    """Every play from the node: where it ends and the edges it took."""
    if game.information_set[node] == TERMINAL:
        yield node, edges
    for edge in range(game.first_edge[node], game.first_edge[node + 1]):
        yield from plays(game, int(game.child[edge]), (*edges, edge))


def chance_of(world: reference.World, behaviour: np.ndarray, edge: int) -> float:
    game = world.game
    node = int(np.searchsorted(game.first_edge, edge, side="right")) - 1
    return float(world.chances(node, behaviour)[edge - game.first_edge[node]])


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_follow(seed: int) -> None:
    """Mass and payoff by set of bits at the ends are the sums over all plays."""
    game, numbers = random_game(seed, layers=2, sets=2, widest=2, worlds=2)
    played = solve(game, numbers).behaviour
    bits = np.random.default_rng(seed).integers(0, 8, game.edges)
    mass, paid = follow(game, numbers, played, bits, 1, 3, actor=1)
    for w in range(numbers.worlds):
        world = reference.World.of(game, numbers, w)
        expected, worth = np.zeros((2, game.nodes, 8))
        for end, edges in plays(game):
            chance = np.prod([chance_of(world, played[:, w], e) for e in edges])
            total = world.payoffs[game.payment[list(edges)], 1].sum() + world.payoffs[game.payoff[end], 1]
            behind = np.bitwise_or.reduce([1, *bits[list(edges)]])
            expected[end, behind] += chance
            worth[end, behind] += chance * total
        ends = game.information_set == TERMINAL
        assert mass[ends][:, :, w] == pytest.approx(expected[ends], abs=1e-14)
        assert paid[ends][:, :, w] == pytest.approx(worth[ends], abs=1e-14)


@given(seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_follow_adds_up(seed: int) -> None:
    """Over all sets of bits the mass is the reach, and the payoffs at the ends are the actor's value."""
    game, numbers = random_game(seed, worlds=11)
    found = solve(game, numbers)
    bits = np.random.default_rng(seed).integers(0, 4, game.edges)
    mass, paid = follow(game, numbers, found.behaviour, bits, 0, 2, actor=0)
    ends = game.information_set == TERMINAL
    assert mass.sum(axis=1) == pytest.approx(reach(game, numbers, found.behaviour), abs=1e-13)
    assert paid[ends].sum(axis=(0, 1)) == pytest.approx(found.values[0], abs=1e-12)


@given(seed=SEEDS, worlds=st.sampled_from([2, 5, 11]))
@settings(max_examples=20, deadline=None)
def test_spread(seed: int, worlds: int) -> None:
    """The payoff spread is that of all possible plays; an outcome of probability 0 makes none."""
    game, numbers = random_game(seed, layers=2, sets=2, widest=2, worlds=worlds)
    outcomes = np.flatnonzero(game.information_set == CHANCE)[-1:]
    rows = game.probability[game.first_edge[outcomes[0]] : game.first_edge[outcomes[0] + 1]]
    chances = numbers.probabilities.copy()
    chances[rows, 1], chances[rows[0], 1] = 0.0, 1.0
    numbers = replace(numbers, probabilities=chances)
    spread = payoff_spread(game, numbers)
    for w in range(worlds):
        world = reference.World.of(game, numbers, w)
        totals = [
            world.payoffs[game.payment[list(edges)]].sum(axis=0) + world.payoffs[game.payoff[end]]
            for end, edges in plays(game)
            if all(chance_of(world, reference.uniform(world), e) > 0 for e in edges)
        ]
        assert spread[:, w] == pytest.approx(np.ptp(totals, axis=0), abs=1e-13)


@pytest.mark.parametrize(
    ("name", "index", "value", "rule"),
    [
        ("child", 0, 0, "a child comes after"),
        ("last_node", 0, 1, "are consecutive"),
        ("first_option", -1, 1, "offers all its options"),
        ("information_set", -1, CHANCE, "terminal nodes"),
    ],
)
def test_malformed_games(name: str, index: int, value: int, rule: str) -> None:
    """A game whose arrays break the order that the kernels rely on is refused with the rule it breaks."""
    game, _ = random_game(2)
    broken = getattr(game, name).copy()
    broken[index] = value
    with pytest.raises(FoedusError, match=rule):
        layout_of(replace(game, **{name: broken}))


def test_read_only_games() -> None:
    """A game whose arrays are read-only, as those of a mapped file, is solved like any other."""
    game, numbers = random_game(4)
    locked = replace(game, child=game.child.copy(), first_edge=game.first_edge.copy())
    locked.child.setflags(write=False)
    locked.first_edge.setflags(write=False)
    numbers.payoffs.setflags(write=False)
    assert np.array_equal(solve(game, numbers).behaviour, solve(locked, numbers).behaviour)
