"""The order of a sweep's backward half, and what it keeps: against the definition, on random games."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.game import TERMINAL, Game
from foedus.solve.kernels import compiled
from foedus.solve.layout import layout_of
from foedus.solve.rearward import OTHER, PART, WAYS
from foedus.solve.runs import pays, runs_of
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


def test_more_actors_than_a_number_has_bits() -> None:
    """Of so many actors the values of all are worked out, at every inner node."""
    game, numbers = random_game(3, actors=70)
    runs = runs_of(game, pays(numbers.payoffs))
    inner = int((game.information_set != TERMINAL).sum())
    assert len(runs.pairs) // WAYS + len(runs.others) // OTHER == inner
    assert set(runs.parts[::PART].tolist()) <= {70}
    found = solve(game, numbers)
    assert found.solved.all()
    assert found.checked.all()
