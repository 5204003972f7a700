"""Named numbers of many worlds, kept in one array."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Columns(Mapping[str, Floats]):
    """A column (world) for each name; `numbers` (name, world) has all of them."""

    names: tuple[str, ...]
    numbers: Floats

    def __getitem__(self, name: str) -> Floats:
        if name not in self.names:
            raise KeyError(name)
        column: Floats = self.numbers[self.names.index(name)]
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def part(self, worlds: slice) -> Columns:
        """The same of some worlds alone."""
        return Columns(self.names, self.numbers[:, worlds])


def joined(parts: Sequence[Columns]) -> Columns:
    """The worlds of all parts, one after another."""
    return Columns(parts[0].names, np.concatenate([part.numbers for part in parts], axis=1))
