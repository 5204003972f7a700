"""The order of a sweep's backward half, and what it keeps: against the definition, on random games."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.game import TERMINAL, Game
from foedus.game.table import Tabulation
from foedus.solve.kernels import compiled
from foedus.solve.layout import layout_of
from foedus.solve.rearward import PART, WAY_PART, Runs
from foedus.solve.runs import pays, runs_of, schedule_of
from foedus.solve.schedule import ROWS, Schedule
from foedus.solve.solver import solve
from games import random_game

GAMES = st.builds(
    random_game,
    seed=st.integers(0, 2**32 - 1),
    layers=st.integers(1, 6),
    sets=st.integers(1, 4),
    widest=st.integers(1, 3),
    actors=st.integers(1, 7),
)


def scheduled(game: Game, width: int) -> tuple[Schedule, int, int]:
    """The schedule, how many runs there are, and how many slots."""
    nodes = game.nodes
    found = Schedule(np.zeros(nodes, np.int32), np.zeros(nodes, np.int32), np.zeros(nodes, np.int64))
    counts = compiled().schedule(layout_of(game), found, width, np.empty((ROWS, nodes), np.int32))
    return found, *counts


def ways(game: Game) -> tuple[np.ndarray, np.ndarray]:
    """Parent and child of each edge that does not lead to an end."""
    parent = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    on = game.information_set[game.child] != TERMINAL
    return parent[on], np.asarray(game.child)[on]


@given(made=GAMES, width=st.sampled_from([1, 4, 16, 128]))
@settings(max_examples=60, deadline=None)
def test_what_follows_comes_in_an_earlier_run(made: tuple[Game, object], width: int) -> None:
    game, _ = made
    found, runs, _ = scheduled(game, width)
    parent, child = ways(game)
    assert (found.run[child] < found.run[parent]).all()
    assert set(found.run[game.information_set != TERMINAL].tolist()) == set(range(runs))
    for first, last in zip(game.first_node, game.last_node, strict=True):
        assert len(set(found.run[first:last].tolist())) == 1


@given(made=GAMES, width=st.sampled_from([1, 4, 16, 128]))
@settings(max_examples=60, deadline=None)
def test_a_value_stays_until_its_last_parent_has_read_it(made: tuple[Game, object], width: int) -> None:
    game, _ = made
    found, _, slots = scheduled(game, width)
    parent, child = ways(game)
    until = found.run.copy()
    np.maximum.at(until, child, found.run[parent])
    inner = np.flatnonzero(game.information_set != TERMINAL)
    assert found.slot[inner].max(initial=-1) < slots
    for slot in range(slots):
        kept = inner[found.slot[inner] == slot]
        kept = kept[np.argsort(found.run[kept])]
        assert (until[kept[:-1]] < found.run[kept[1:]]).all()


@given(made=GAMES)
@settings(max_examples=60, deadline=None)
def test_values_that_a_choice_turns_on(made: tuple[Game, object]) -> None:
    game, _ = made
    found, _, _ = scheduled(game, 128)
    turns = np.zeros((game.nodes, len(game.actors)), np.bool_)
    for n in range(game.nodes):
        mine, h = turns[n].copy(), game.information_set[n]
        if h >= 0:
            mine[game.mover[h]] = True
        for below in game.child[game.first_edge[n] : game.first_edge[n + 1]]:
            turns[below] |= mine
    bits = (found.turns[:, None] >> np.arange(len(game.actors))) & 1 == 1
    assert np.array_equal(bits, turns)


def means(runs: Runs) -> Iterator[tuple[int, int, np.ndarray]]:
    """Of each node of `means` its row, how many actors are needed, and pairs of a share and a row."""
    for terms, needed, first, end in runs.mean_parts.reshape(-1, PART).tolist():
        for at in range(first, end, 1 + 2 * terms):
            yield runs.means[at], needed, runs.means[at + 1 : at + 1 + 2 * terms].reshape(-1, 2)


@given(made=GAMES, paid=st.booleans(), seed=st.integers(0, 99))
@settings(max_examples=60, deadline=None)
def test_means_are_the_values_that_are_needed(made: tuple[Game, Tabulation], paid: bool, seed: int) -> None:
    """Read from slots that are used again, and written there, the values are those of the definition."""
    game, numbers = made
    actors, payoffs = len(game.actors), numbers.payoffs[:, :, 0].copy()
    if paid:
        payoffs[:, seed % actors] = 0.0
    runs = runs_of(game, pays(payoffs[:, :, None]))
    shares = np.random.default_rng(seed).random(len(layout_of(game).weight) + len(numbers.probabilities))
    worth, share = np.zeros((game.nodes, actors)), shares[layout_of(game).share]
    for n in range(game.nodes - 1, -1, -1):
        edges = slice(game.first_edge[n], game.first_edge[n + 1])
        after = payoffs[game.payment[edges]] + worth[game.child[edges]]
        worth[n] = payoffs[game.payoff[n]] if game.information_set[n] == TERMINAL else share[edges] @ after
    rows = np.concatenate([np.full(runs.slots, np.nan), payoffs.ravel()])
    found, _, _ = schedule_of(game)
    for run in range(int(found.run.max()) + 1):
        here = np.flatnonzero((found.run == run) & (game.information_set != TERMINAL))
        node = {int(found.slot[n]): n for n in here}
        for row, needed, pairs in islice(means(runs), *counted(runs, run)):
            slot, first = divmod(int(row), actors)
            whose = np.arange(first, first + needed)
            rows[row : row + needed] = shares[pairs[:, 0]] @ rows[pairs[:, 1][:, None] + np.arange(needed)]
            assert np.allclose(rows[row : row + needed], worth[node[slot], whose], rtol=1e-9, atol=1e-9)
            del node[slot]
        assert not any((found.turns[n] != 0) for n in node.values())


def counted(runs: Runs, run: int) -> tuple[int, int]:
    """Which of `means` are of a run, counted from the first of all."""
    sizes = [(end - first) // (1 + 2 * terms) for terms, _, first, end in runs.mean_parts.reshape(-1, PART)]
    before = np.concatenate([[0], np.cumsum(sizes)])
    return int(before[runs.first_mean[run]]), int(before[runs.first_mean[run + 1]])


@given(made=GAMES)
@settings(max_examples=60, deadline=None)
def test_ways_are_those_to_all_nodes_whose_reach_counts(made: tuple[Game, Tabulation]) -> None:
    game, numbers = made
    runs, layout = runs_of(game, pays(numbers.payoffs)), layout_of(game)
    several = [h for h in range(game.information_sets) if game.last_node[h] - game.first_node[h] > 1]
    counts = np.isin(game.information_set, several)
    for n in range(game.nodes - 1, -1, -1):
        counts[n] |= counts[game.child[game.first_edge[n] : game.first_edge[n + 1]]].any()
    known = {0}
    for ways_in, first, end in runs.way_parts.reshape(-1, WAY_PART).tolist():
        for at in range(first, end, 1 + 2 * ways_in):
            n, told = int(runs.ways[at]), runs.ways[at + 1 : at + 1 + 2 * ways_in].reshape(-1, 2)
            edges = slice(layout.in_first[n], layout.in_first[n + 1])
            assert np.array_equal(told.T, [layout.in_parent[edges], layout.in_share[edges]])
            assert set(told[:, 0].tolist()) <= known
            assert n not in known
            known.add(n)
    assert known == {0, *np.flatnonzero(counts).tolist()}


def test_more_actors_than_a_number_has_bits() -> None:
    """Of so many actors the values of all are worked out, at every inner node."""
    game, numbers = random_game(3, actors=70)
    runs = runs_of(game, pays(numbers.payoffs))
    inner = int((game.information_set != TERMINAL).sum())
    assert sum(1 for _ in means(runs)) == inner
    assert {needed for _, needed, _ in means(runs)} <= {70}
    found = solve(game, numbers)
    assert found.solved.all()
    assert found.checked.all()
