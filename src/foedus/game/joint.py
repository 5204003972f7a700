"""The numbers of several games at once: what their tables have in common is computed once for all of them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from foedus.game.arithmetic import Op
from foedus.game.table import Ints, Table, Tabulation, Worlds

ZERO = 0


def tabulate_together(tables: Sequence[Table], worlds: Worlds) -> list[Tabulation]:
    """What `tabulate` gives for each table, to the bit."""
    joint = joined(tuple(tables)) if len(tables) > 1 else None
    whole = None if joint is None else joint.tabulate(worlds)
    if whole is None or not whole.valid.all():
        return [table.tabulate(worlds) for table in tables]
    parts = zip(
        _split(whole.probabilities, [len(each.probability) for each in tables]),
        _split(whole.payoffs, [len(each.payoff) for each in tables]),
        _split(whole.weights, [len(each.weight) for each in tables]),
        _split(whole.rationality, [len(each.rationality) for each in tables]),
        strict=True,
    )
    return [Tabulation(*numbers, whole.valid) for numbers in parts]


def _split(numbers: NDArray[np.float64], sizes: list[int]) -> list[NDArray[np.float64]]:
    ends = np.cumsum(sizes).tolist()
    return [numbers[end - size : end] for size, end in zip(sizes, ends, strict=True)]


@lru_cache(maxsize=4)
def joined(tables: tuple[Table, ...]) -> Table | None:
    """One table whose rows are those of all, one after another; made once for the last few.

    It tells no origins. None where a word means different things in two tables, or actors differ in number.
    """
    registers = _Registers()
    places = [registers.take(table) for table in tables]
    if registers.contrary or len({len(table.rationality) for table in tables}) > 1:
        return None
    order = registers.order()
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order))
    moved = [place[each] for each in places]
    return registers.table(order, place, tables, moved)


class _Registers:
    """Distinct registers, in the order of their first appearance; arguments come before what they serve."""

    def __init__(self) -> None:
        self.known: dict[Hashable, int] = {}
        self.entries: list[tuple[int, list[int], float]] = []
        self.depth: list[int] = []
        self.parameters: dict[str, int] = {}
        self.base: dict[str, float] = {}
        self.contrary = False
        self.enter((int(Op.NUMBER), 0), int(Op.NUMBER), [], 0.0)

    def enter(self, key: Hashable, operation: int, arguments: list[int], number: float) -> int:
        found = self.known.setdefault(key, len(self.entries))
        if found == len(self.entries):
            self.entries.append((operation, arguments, number))
            self.depth.append(1 + max((self.depth[each] for each in arguments), default=-1))
        return found

    def take(self, table: Table) -> Ints:
        """Enter a table's registers; returns where each is now."""
        self._compare(table)
        names = {register: name for name, register in table.parameters.items()}
        bits, found = table.number.view(np.int64).tolist(), np.empty(table.registers, np.int32)
        rows = zip(table.operation.tolist(), table.arguments.tolist(), table.number.tolist(), strict=True)
        for register, (operation, row, number) in enumerate(rows):
            arguments = [int(found[each]) for each in row if each >= 0]
            if operation == Op.NUMBER:
                key: Hashable = (operation, bits[register])
            elif operation == Op.PARAMETER:
                key = (operation, names[register], *arguments)
            else:
                key = (operation, *arguments)
            found[register] = self.enter(key, operation, arguments, number)
        for name, register in table.parameters.items():
            place = self.parameters.setdefault(name, int(found[register]))
            self.contrary |= place != found[register]
        return found

    def _compare(self, table: Table) -> None:
        for name, value in table.base.items():
            self.contrary |= self.base.setdefault(name, value) != value

    def order(self) -> NDArray[np.intp]:
        """The registers by depth and operation."""
        return np.lexsort(([operation for operation, _, _ in self.entries], self.depth))

    def table(
        self, order: NDArray[np.intp], place: Ints, tables: Sequence[Table], moved: list[Ints]
    ) -> Table:
        """The joint table, given the order of its registers, the place of each in it, and where those of
        each table have gone."""
        arguments = np.full((len(order), 3), -1, np.int32)
        for k, register in enumerate(order.tolist()):
            found = self.entries[register][1]
            arguments[k, : len(found)] = place[found]
        operation = np.array([self.entries[each][0] for each in order.tolist()], np.int32)
        kinds = np.stack([np.array(self.depth)[order], operation])
        news = np.flatnonzero((np.diff(kinds, axis=1) != 0).any(axis=0)) + 1
        each = list(zip(tables, moved, strict=True))
        return Table(
            operation=operation,
            arguments=arguments,
            number=np.array([self.entries[each][2] for each in order.tolist()]),
            starts=np.concatenate([[0], news, [len(order)]]).astype(np.int32),
            parameters={name: int(place[register]) for name, register in self.parameters.items()},
            base=self.base,
            probability=np.concatenate([at[table.probability] for table, at in each]),
            payoff=np.concatenate([at[table.payoff] for table, at in each]),
            weight=np.concatenate([at[table.weight] for table, at in each]),
            rationality=np.concatenate([at[table.rationality] for table, at in each]),
            simplices=_padded([at[table.simplices] for table, at in each], int(place[ZERO])),
            origins={},
            simplex_origins=(),
            places={},
        )


def _padded(parts: list[Ints], zero: int) -> Ints:
    width = max(part.shape[1] for part in parts)
    wide = [np.pad(part, ((0, 0), (0, width - part.shape[1])), constant_values=zero) for part in parts]
    return np.concatenate(wide)
