"""Memory in which a thread computes one thing after another.

Fresh memory comes from the system page by page, which takes as long as much of what is computed in it, and
is in no cache.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from math import prod

from foedus.solve.block import Floats, empty

KEPT = 1 << 18
"""Rows of lanes that a thread keeps at most: 16 MiB."""

Shape = tuple[int, ...]


class _Own(threading.local):
    """What the thread keeps."""

    def __init__(self) -> None:
        self.room = empty(0)


_own = _Own()


def lend(rows: int) -> Floats:
    """Numbers (row, lane), whatever stood there before: the thread's own until it next asks for some."""
    room = _own.room
    if rows > len(room):
        room = empty(rows)
        if rows <= KEPT:
            _own.room = room
    return room[:rows]


def rows_of(shapes: Sequence[Shape]) -> int:
    """How many rows arrays (…, lane) of these shapes, the lane left out, take together."""
    return sum(map(prod, shapes))


def carve(room: Floats, shapes: Sequence[Shape]) -> list[Floats]:
    """Arrays (…, lane) of these shapes, one after another in the room (row, lane)."""
    lanes, end, found = room.shape[1], 0, []
    for shape in shapes:
        start, end = end, end + prod(shape)
        found.append(room[start:end].reshape(*shape, lanes))
    return found


def lend_each(*shapes: Shape) -> list[Floats]:
    """The same as `lend`, as arrays (…, lane) of these shapes."""
    return carve(lend(rows_of(shapes)), shapes)
