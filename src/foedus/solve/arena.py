"""Memory in which a thread computes one thing after another.

Fresh memory comes from the system page by page, which takes as long as much of what is computed in it, and
is in no cache.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache
from math import prod
from typing import Any, NamedTuple, TypeVar

from foedus.solve.block import Floats, empty
from foedus.solve.lanes import WIDTH

KEPT = 1 << 18
"""Rows of lanes that a thread keeps at most: 16 MiB."""

MOST_CARVED = 128
"""Plans whose arrays a thread keeps at most."""

Shape = tuple[int, ...]
P = TypeVar("P")
T = TypeVar("T")


class _Own(threading.local):
    """What the thread keeps: its room, and what was carved from it by some plan."""

    def __init__(self) -> None:
        self.room = empty(0)
        self.carved: dict[int, tuple[object, Any]] = {}


_own = _Own()


def lend(rows: int, lanes: int = WIDTH) -> Floats:
    """Numbers (row, lane), whatever stood there before: the thread's own until it next asks for some."""
    room, whole = _own.room, -(-rows * lanes // WIDTH)
    if whole > len(room):
        room = empty(whole)
        if whole <= KEPT:
            _own.room = room
            _own.carved.clear()
    return room[:whole].reshape(-1, lanes)[:rows]


def lend_carved(plan: P, rows: int, carved: Callable[[P, Floats], T]) -> T:
    """What a plan makes of a room of so many rows: made once as long as the thread's room is the same."""
    known = _own.carved.get(id(plan))
    if known is not None and known[0] is plan:  # which is kept, so that no other has its number
        found: T = known[1]
        return found
    found = carved(plan, lend(rows))
    if rows <= KEPT:
        if len(_own.carved) >= MOST_CARVED:
            _own.carved.clear()
        _own.carved[id(plan)] = plan, found
    return found


class Cut(NamedTuple):
    """Where arrays stand in a room (row, lane), each with its shape if it is none of rows; and their end."""

    places: tuple[tuple[slice | int, Shape | None], ...]
    end: int


@lru_cache(maxsize=256)
def cut(*shapes: Shape, first: int = 0) -> Cut:
    """A place for arrays (…, lane) of these shapes, the lane left out, one after another from a row on."""
    places: list[tuple[slice | int, Shape | None]] = []
    for shape in shapes:
        end = first + prod(shape)
        rows = slice(first, end) if shape else first
        places.append((rows, shape if len(shape) > 1 else None))
        first = end
    return Cut(tuple(places), first)


def carve(room: Floats, places: Cut) -> list[Floats]:
    """The arrays (…, lane) of a room (row, lane)."""
    lanes = room.shape[1]
    return [
        room[rows] if shape is None else room[rows].reshape(*shape, lanes) for rows, shape in places.places
    ]


def lend_each(*shapes: Shape) -> list[Floats]:
    """The same as `lend`, as arrays (…, lane) of these shapes."""
    places = cut(*shapes)
    return carve(lend(places.end), places)
