"""Structures of arrays told as words, and taken up again by kernels."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import numba
import numpy as np
import pytest
from numba import float64, int32, int64, types

from foedus.solve.words import address, claim, count_words, post, posted, reader, words_of


class Inner(NamedTuple):
    row: Any
    size: int


class Outer(NamedTuple):
    cube: Any
    inner: Inner
    table: Any


INNER = types.NamedTuple((types.Array(int32, 1, "C"), int64), Inner)
OUTER = types.NamedTuple((types.Array(float64, 3, "C"), INNER, types.Array(float64, 2, "C")), Outer)
read = reader(OUTER)


@numba.jit(nopython=True, nogil=True)
def take_up(words: Any, first: int, base: int, found: Any) -> None:
    told = read(words, first, base)
    found[0] = told.cube[1, 2, 3]
    found[1] = told.inner.row[-1]
    found[2] = told.inner.size
    found[3] = told.table.shape[0] * 10 + told.table.shape[1]
    found[4] = told.table.sum()
    told.table[0, 0] = -1.0


@numba.jit(nopython=True, nogil=True)
def claim_all(queue: Any, taken: Any) -> None:
    while True:
        place = claim(queue)
        if place >= taken.shape[0]:
            return
        taken[place] += 1
        post(queue, 1 + place)


@numba.jit(nopython=True)
def read_posted(queue: Any, index: int) -> int:
    return posted(queue, index)


def told() -> tuple[Outer, np.ndarray]:
    room = np.arange(100.0)
    return Outer(
        room[:24].reshape(2, 3, 4), Inner(np.arange(7, dtype=np.int32), 42), room[30:42].reshape(3, 4)
    ), room


@pytest.mark.parametrize("first", [0, 5])
def test_what_is_told_is_taken_up(first: int) -> None:
    """Shapes, nested structures and numbers; what a kernel writes is written to the array itself."""
    outer, room = told()
    words = np.array([0] * first + words_of(outer), np.int64)
    assert len(words) == first + count_words(OUTER)
    found = np.zeros(5)
    take_up(words, first, 0, found)
    assert found.tolist() == [23.0, 6.0, 42.0, 34.0, room[31:42].sum() + 30.0]
    assert room[30] == -1.0


def test_addresses_counted_from_a_base() -> None:
    """What is told of parts of one array holds for another like it."""
    outer, room = told()
    row = outer.inner.row
    words = [*words_of(outer.cube, address(room)), address(row) - address(room), 7, 42]
    words += words_of(outer.table, address(room))
    twin, found = room * 2.0, np.zeros(5)
    words[4] += address(room) - address(twin)  # the whole numbers stay where they are
    take_up(np.array(words, np.int64), 0, address(twin), found)
    assert found[0] == 46.0
    assert found[1:4].tolist() == [6.0, 42.0, 34.0]
    assert twin[30] == -1.0
    assert room[30] == 30.0


def test_arrays_with_gaps_are_not_told() -> None:
    with pytest.raises(ValueError, match="contiguous"):
        words_of(np.zeros((4, 4))[:, ::2])


def test_each_place_is_claimed_once() -> None:
    """By whichever of several threads asks first."""
    count = 50_000
    queue, taken = np.zeros(1 + count, np.int64), np.zeros(count, np.int64)
    claim_all(np.zeros(1, np.int64), np.zeros(0, np.int64))
    threads = [threading.Thread(target=claim_all, args=(queue, taken)) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert (taken == 1).all()
    assert queue[0] == count + len(threads)
    assert all(read_posted(queue, k) == 1 for k in (1, count // 2, count))
