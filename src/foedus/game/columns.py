"""The state of a play as a row of small whole numbers: which column holds what.

Public columns are the scenario's variables and `in_force`, and flags: who signed, which promise is broken.
Hidden ones come after: choices of a `together` block that nobody sees yet, a pending `then`, and with
perfect recall what each actor remembers. Nothing hidden remains at the end of the play.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

States = NDArray[np.int32]
Codes = NDArray[np.int64]

FLAG = ("no", "yes")
WIDEST = 2**62


@dataclass(frozen=True)
class Column:
    """`domain` holds the values as text; a hidden column has none. `seen_by` is None for all actors."""

    name: str
    domain: tuple[str, ...] = ()
    numeric: bool = False
    seen_by: frozenset[str] | None = None


class Layout:
    """Columns in order, the public ones first."""

    def __init__(self, public: list[Column], hidden: list[str]) -> None:
        self.columns = [*public, *(Column(name) for name in hidden)]
        self.public = len(public)
        self.index = {column.name: k for k, column in enumerate(self.columns)}

    def visible(self, actor: str, everything: bool = False) -> tuple[int, ...]:
        """The public columns that an actor sees."""
        return tuple(
            k
            for k, column in enumerate(self.columns[: self.public])
            if everything or column.seen_by is None or actor in column.seen_by
        )

    def value(self, name: str, text: str) -> int:
        return self.columns[self.index[name]].domain.index(text)


def encode(states: States) -> Codes:
    """A whole number for each row, equal for equal rows, and ordered as the rows are."""
    if len(states) == 0:
        return np.zeros(0, np.int64)
    low = states.min(axis=0)
    span = (states.max(axis=0) - low + 1).astype(np.int64)
    codes = np.zeros(len(states), np.int64)
    size = 1
    for column in np.flatnonzero(span > 1):
        width = int(span[column])
        if size * width > WIDEST:
            codes = np.unique(codes, return_inverse=True)[1].astype(np.int64)
            size = int(codes.max()) + 1
        codes = codes * width + (states[:, column] - low[column])
        size *= width
    return codes


def distinct(states: States) -> tuple[States, NDArray[np.intp]]:
    """The distinct rows in order, and for each row the place of its like among them."""
    _, first, inverse = np.unique(encode(states), return_index=True, return_inverse=True)
    return states[first], inverse
