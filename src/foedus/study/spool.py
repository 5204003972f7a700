"""Columns of numbers that grow part by part: a few in memory, more in a file, never all of one at a time.

Order statistics are exact however many numbers there are. They are found by their leading bits: a count of
the numbers by 16 bits says in which narrow range the wanted ones lie, and only these are looked at (radix
selection: Knuth 1998, section 5.2.5 for the order of the bits).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Read = Callable[[], Iterator[Keys]]

MEMORY = 2**20
"""Bytes of columns that are kept before they go to the file."""
WHOLE = 2**16
"""So many numbers are sorted at once."""
DIGIT = 16
TOP = np.uint64(1 << 63)


class Spool:
    """Columns, appended to all at once, in parts of any size.

    A column may get several numbers where another gets one, always as many. What does not fit into `memory`
    bytes goes to a temporary file that has no name, so nobody else can open it and nothing is left behind.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self._waiting: list[Sequence[Floats]] = []
        self._file: IO[bytes] | None = None
        self._written: list[int] = []
        self._widths: list[int] = []

    def append(self, columns: Sequence[Floats]) -> None:
        """Add numbers to all columns. They are not copied while they wait for the file."""
        if sum(each.nbytes for part in self._waiting for each in part) > self._memory:
            self._write()
        self._widths = [len(each) // _unit(columns) for each in columns]
        self._waiting.append(columns)

    def _write(self) -> None:
        # The file lives as long as the spool, which closes it.
        self._file = self._file or tempfile.TemporaryFile(prefix="foedus-")  # noqa: SIM115
        self._file.seek(0, 2)
        for part in self._waiting:
            self._written.append(_unit(part))
            for column in part:
                self._file.write(np.ascontiguousarray(column).data)
        self._waiting.clear()

    def close(self) -> None:
        self._waiting.clear()
        if self._file:
            self._file.close()

    def blocks(self, column: int) -> Iterator[Floats]:
        """The numbers of a column in the order in which they came, some at a time."""
        before, width = sum(self._widths[:column]), self._widths[column]
        start, whole = 0, sum(self._widths)
        for unit in self._written:
            assert self._file is not None
            self._file.seek(8 * (start + before * unit))
            yield np.frombuffer(self._file.read(8 * width * unit))
            start += whole * unit
        for part in self._waiting:
            yield part[column]

    def quantiles(self, column: int, levels: Sequence[float]) -> tuple[list[float], int]:
        """As `quantiles`, of all numbers of a column."""
        return quantiles(lambda: _joined(self.blocks(column)), levels)


def _unit(columns: Sequence[Floats]) -> int:
    """What the lengths of a part's columns are multiples of, the same multiples in every part."""
    return min(map(len, columns))


def quantiles(blocks: Callable[[], Iterable[Floats]], levels: Sequence[float]) -> tuple[list[float], int]:
    """Quantiles of the numbers that are not NaN, and how many these are; none where there is no number.

    They are linear between order statistics (Hyndman and Fan 1996, type 7).
    """

    def read() -> Iterator[Keys]:
        return map(_keys, blocks())

    count = sum(len(keys) for keys in read())
    if not count:
        return [], 0
    places = [(count - 1) * level for level in levels]
    pairs = [(int(place), min(int(place) + 1, count - 1)) for place in places]
    ranks = sorted({rank for pair in pairs for rank in pair})
    known = dict(zip(ranks, _numbers(order_statistics(read, ranks, count)).tolist(), strict=True))
    between = zip(pairs, places, strict=True)
    return [_between(known[low], known[high], place - low) for (low, high), place in between], count


def order_statistics(read: Read, ranks: Sequence[int], count: int) -> Keys:
    """The keys of these ranks, rising and from 0, among the `count` that `read` gives block by block."""
    if count <= WHOLE:
        whole: Keys = np.sort(np.concatenate(list(read())))
        return whole[list(ranks)]
    return _select(read, np.asarray(ranks), 0, 0)


def _select(read: Read, ranks: NDArray[np.intp], bits: int, prefix: int) -> Keys:
    """The keys of these ranks among those whose first bits are the prefix."""

    def among() -> Iterator[Keys]:
        for keys in read():
            yield keys[keys >> np.uint64(64 - bits) == prefix] if bits else keys

    shift = np.uint64(64 - DIGIT - bits)
    counts = np.zeros(2**DIGIT, np.intp)
    for keys in among():
        digits = (keys >> shift & np.uint64(2**DIGIT - 1)).astype(np.intp)
        counts += np.bincount(digits, minlength=len(counts))
    ends = np.cumsum(counts)
    digit = np.searchsorted(ends, ranks, side="right")
    tops = (np.uint64(prefix) << np.uint64(DIGIT)) + digit.astype(np.uint64)
    if not shift:
        return tops
    chosen = np.unique(digit)
    within = ranks - (ends - counts)[digit]
    if counts[chosen].sum() > WHOLE:
        deeper = ((digit == each) for each in chosen)
        return np.concatenate(
            [_select(among, within[here], bits + DIGIT, int(tops[here][0])) for here in deeper]
        )
    kept = np.sort(np.concatenate([keys[np.isin(keys >> shift, tops)] for keys in among()]))
    first = np.cumsum(counts[chosen]) - counts[chosen]
    found: Keys = kept[within + first[np.searchsorted(chosen, digit)]]
    return found


def _between(low: float, high: float, share: float) -> float:
    """From the nearer end, so that equal ends give just that number."""
    step = high - low
    return low + step * share if share < 0.5 else high - step * (1.0 - share)


def _keys(values: Floats) -> Keys:
    """Whole numbers in the order of the numbers; NaN is left out, and the zeros are one."""
    bits = (values[~np.isnan(values)] + 0.0).view(np.uint64)
    return np.asarray(np.where(bits & TOP, ~bits, bits | TOP), np.uint64)


def _numbers(keys: Keys) -> Floats:
    return np.asarray(np.where(keys & TOP, keys ^ TOP, ~keys), np.uint64).view(np.float64)


def _joined(blocks: Iterator[Floats], least: int = WHOLE // 2) -> Iterator[Floats]:
    """The same numbers in blocks that are not too small to be worth a call."""
    waiting: list[Floats] = []
    size = 0
    for block in blocks:
        waiting.append(block)
        size += len(block)
        if size >= least:
            yield np.concatenate(waiting)
            waiting, size = [], 0
    if waiting:
        yield np.concatenate(waiting)
