"""How worlds are shared between threads, and how what is found in them is kept."""

from __future__ import annotations

import numpy as np
import pytest

from foedus.solve import problem as module
from foedus.solve.block import Indices
from foedus.solve.equilibrium import Method
from foedus.solve.problem import Answers, Problem
from foedus.solve.sweeps import LOST, RESIDUAL
from games import random_game


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 7, 9, 300, 1001, 4000])
def test_tasks_are_all_worlds_in_turn(count: int, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """In stretches of no more than a thread should take; few worlds keep all threads busy."""
    game, numbers = random_game(1, worlds=1)
    monkeypatch.setattr(module, "FEW_NODES", game.nodes * 512)
    tasks: list[Indices] = []
    monkeypatch.setattr(module, "shared", lambda work, blocks, threads: tasks.extend(blocks))
    Problem(game, numbers, threads=threads).over_tasks(np.arange(count), lambda task: None)
    sizes = [len(task) for task in tasks]
    assert np.concatenate(tasks).tolist() == list(range(count))
    assert max(sizes) <= 512
    assert len(tasks) >= min(threads, count)
    assert sizes == sorted(sizes, reverse=True)


def test_what_was_not_found_is_no_number() -> None:
    """A world whose reach was lost, or whose residual is no number, keeps nothing of what was written."""
    game, numbers = random_game(1, worlds=4)
    answers = Answers(Problem(game, numbers))
    place = answers.place_for(np.arange(1, 4))
    assert place is not None
    assert place.first == 1
    for written in (place.sigma, place.values, place.report):
        written[:, 1:] = 0.0
    place.report[LOST, 2], place.report[RESIDUAL, 3] = 1.0, np.inf
    answers.keep_in_place(1, 3, Method.ACCELERATED_SWEEPS)
    answers.blank()
    for kept in (answers.behaviour, answers.values, answers.report):
        assert np.isnan(kept).all(axis=0).tolist() == [True, False, True, True]
    assert answers.method.tolist() == [0, Method.ACCELERATED_SWEEPS, 0, 0]
    assert answers.logarithmic.tolist() == [False, False, True, False]


def test_where_something_was_found_nothing_is_written_in_place() -> None:
    """Nor where worlds do not follow one another."""
    game, numbers = random_game(1, worlds=4)
    answers = Answers(Problem(game, numbers))
    answers.report[RESIDUAL, 2] = 1e-3
    assert answers.place_for(np.array([0, 1])) is not None
    assert answers.place_for(np.array([1, 2])) is None
    assert answers.place_for(np.array([0, 1, 3])) is None
