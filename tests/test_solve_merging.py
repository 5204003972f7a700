"""Alike nodes made one: a smaller game with the same answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.game import CHANCE, Game
from foedus.game.table import Tabulation
from foedus.solve import merging
from foedus.solve.evaluate import node_values
from foedus.solve.layout import layout_of
from foedus.solve.merging import classes, merged
from foedus.solve.problem import Answers, Problem
from foedus.solve.solver import FIRST, solve
from games import random_game

SEEDS = st.integers(0, 10_000)


def twice(game: Game, numbers: Tabulation) -> tuple[Game, Tabulation]:
    """Chance leads to either of two copies of the game, which nobody can tell from one another.

    Copy c of node n is 1 + 2n + c, so that an information set holds both copies of its nodes.
    """
    degree = np.diff(game.first_edge)
    starts = np.repeat(game.first_edge[:-1], 2)
    edges = np.concatenate([np.arange(a, a + d) for a, d in zip(starts, np.repeat(degree, 2), strict=True)])
    copy = np.repeat(np.tile([0, 1], game.nodes), np.repeat(degree, 2))
    rows = len(numbers.probabilities)
    both = replace(
        game,
        first_edge=np.concatenate([[0], np.cumsum([2, *np.repeat(degree, 2)])]).astype(np.int32),
        information_set=np.concatenate([[CHANCE], np.repeat(game.information_set, 2)]).astype(np.int32),
        payoff=np.concatenate([[0], np.repeat(game.payoff, 2)]).astype(np.int32),
        child=np.concatenate([[1, 2], 1 + 2 * game.child[edges] + copy]).astype(np.int32),
        probability=np.concatenate([[rows, rows + 1], game.probability[edges]]).astype(np.int32),
        payment=np.concatenate([[0, 0], game.payment[edges]]).astype(np.int32),
        slip=np.concatenate([[False, False], game.slip[edges]]),
        first_node=1 + 2 * game.first_node,
        last_node=1 + 2 * game.last_node,
    )
    odds = np.random.default_rng(rows).uniform(0.2, 0.8, numbers.worlds)
    return both, replace(numbers, probabilities=np.vstack([numbers.probabilities, odds, 1.0 - odds]))


@given(seed=SEEDS, rationality=st.floats(0.1, 4.0))
@settings(max_examples=40, deadline=None)
def test_copies_are_one(seed: int, rationality: float) -> None:
    """A game beside its copy becomes the game itself below one more node, and play is the same."""
    game, numbers = random_game(seed)
    numbers = replace(numbers, rationality=rationality * numbers.rationality)
    both, told = twice(game, numbers)
    assert merged(both).nodes == merged(game).nodes + 1
    one, other = solve(game, numbers), solve(both, told)
    assert one.solved.all()
    assert other.solved.all()
    assert other.checked.all()  # by the code that knows nothing of merging
    assert np.abs(one.behaviour - other.behaviour).max(initial=0.0) < 1e-7
    assert np.abs(one.values - other.values).max() < 1e-7


@given(seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_alike_nodes_are_worth_the_same(seed: int) -> None:
    """Under any behaviour, to everybody; and no two that are left are alike."""
    game, numbers = twice(*random_game(seed, worlds=2))
    widths = np.diff(game.first_option)
    drawn = np.random.default_rng(seed).gamma(1.0, 1.0, (game.options, numbers.worlds))
    sums = np.add.reduceat(drawn, game.first_option[:-1], axis=0)
    worth = node_values(game, numbers, drawn / np.repeat(sums, widths, axis=0))
    found = classes(game, layout_of(game))
    for each in range(found.max() + 1):
        alike = worth[found == each]
        assert np.abs(alike - alike[0]).max() < 1e-12
    again = merged(game)
    assert merged(again) is again


def test_fingerprints_that_mislead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where unlike nodes have one fingerprint, nothing is merged, and the answers are the same."""
    game, numbers = twice(*random_game(7))
    expected = solve(game, numbers)
    monkeypatch.setattr(merging, "_prints", lambda game, layout: np.zeros(game.nodes, np.uint64))
    same = replace(game)  # what is merged is kept by game
    assert merged(same) is same
    found = solve(same, numbers)
    assert np.abs(found.behaviour - expected.behaviour).max() < 1e-8


def test_unlike_nodes_stay_apart() -> None:
    """One payoff that differs keeps all nodes above it apart."""
    game, numbers = twice(*random_game(7))
    last = game.nodes - 1
    payoffs = np.concatenate([numbers.payoffs, 1.0 + numbers.payoffs[game.payoff[[last]]]])
    payoff = game.payoff.copy()
    payoff[last] = len(payoffs) - 1
    other = replace(game, payoff=payoff)
    assert merged(other).nodes > merged(game).nodes
    problem = Problem(merged(other), replace(numbers, payoffs=payoffs))
    answers = Answers(problem)
    FIRST(problem, answers, np.arange(numbers.worlds))
    whole = solve(other, replace(numbers, payoffs=payoffs))
    assert np.abs(answers.values - whole.values).max() < 1e-8
