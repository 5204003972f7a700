"""What a core can do at best: the time of an exp, of a multiply-add, of a byte from each level of memory.

The probes are loops over the vectors that the kernels use (`foedus.solve.lanes`). `loop_of` looks for the
loop and its vector instructions in the machine code (of x86 processors with AVX): a probe that was folded
away would promise the impossible.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numba
from numba import float64, int64, types, void

from benchmarks.common import least
from foedus.solve.arithmetic import JIT, exp
from foedus.solve.block import zeros
from foedus.solve.lanes import WIDTH, fma, load, spread, store

MATRIX = types.Array(float64, 2, "C")
LEVELS = {"L1": 24 << 10, "L2": 512 << 10, "L3": 8 << 20, "memory": 256 << 20}
JUMP = re.compile(r"\s+j\w+\s+([.\w]+)")
REPEATS, WORK = 7, 4_000_000


class FoldedProbe(Exception):
    """A probe's machine code lacks the loop or the instructions that it should time."""


def exps(rows: Any, rounds: int) -> None:
    """e^(−x) of each row, again and again: no round can be left out, and many rows are in flight."""
    for _ in range(rounds):
        for row in range(rows.shape[0]):
            store(rows, row, exp(0.0 - load(rows, row)))


def multiply_adds(rows: Any, rounds: int) -> None:
    """Twelve chains in registers, enough to hide the latency of each."""
    a, b, c, d = load(rows, 0), load(rows, 1), load(rows, 2), load(rows, 3)
    e, f, g, h = load(rows, 4), load(rows, 5), load(rows, 6), load(rows, 7)
    i, j, k, m = load(rows, 8), load(rows, 9), load(rows, 10), load(rows, 11)
    scale, shift = spread(0.5), spread(0.25)
    for _ in range(rounds):
        a, b, c = fma(a, scale, shift), fma(b, scale, shift), fma(c, scale, shift)
        d, e, f = fma(d, scale, shift), fma(e, scale, shift), fma(f, scale, shift)
        g, h, i = fma(g, scale, shift), fma(h, scale, shift), fma(i, scale, shift)
        j, k, m = fma(j, scale, shift), fma(k, scale, shift), fma(m, scale, shift)
    store(rows, 0, a + b + c + d + e + f + g + h + i + j + k + m)


def fed_multiply_adds(rows: Any, rounds: int) -> None:
    """The same with one factor of each from the nearest cache."""
    a, b, c, d = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    e, f, g, h = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    scale = spread(0.5)
    for _ in range(rounds):
        for row in range(0, rows.shape[0], 8):
            a, b = fma(scale, load(rows, row), a), fma(scale, load(rows, row + 1), b)
            c, d = fma(scale, load(rows, row + 2), c), fma(scale, load(rows, row + 3), d)
            e, f = fma(scale, load(rows, row + 4), e), fma(scale, load(rows, row + 5), f)
            g, h = fma(scale, load(rows, row + 6), g), fma(scale, load(rows, row + 7), h)
    store(rows, 0, a + b + c + d + e + f + g + h)


def reading(rows: Any, rounds: int) -> None:
    """The sum of all rows in four chains: as fast as they come."""
    a, b, c, d = spread(0.0), spread(0.0), spread(0.0), spread(0.0)
    for _ in range(rounds):
        for row in range(0, rows.shape[0], 8):
            a, b = a + load(rows, row), b + load(rows, row + 1)
            c, d = c + load(rows, row + 2), d + load(rows, row + 3)
            a, b = a + load(rows, row + 4), b + load(rows, row + 5)
            c, d = c + load(rows, row + 6), d + load(rows, row + 7)
    store(rows, 0, a + b + c + d)


@dataclass(frozen=True)
class Probe:
    """A loop; the instruction to be found in its machine code and how often at least; its rows.

    `of_each` is how many operations a round makes, None for one a row.
    """

    loop: Callable[..., None]
    instruction: str
    least: int
    rows: int
    of_each: int | None = None


PROBES = {
    "exp": Probe(exps, r"vf(?:n?m)(?:add|sub)\d+pd", 10, 64),
    "multiply-add": Probe(multiply_adds, r"vfmadd\d+pd", 12, 12, 12),
    "multiply-add from L1": Probe(fed_multiply_adds, r"vfmadd\d+pd", 8, 384),
    "reading": Probe(reading, r"vaddpd", 8, 384),
}


@dataclass(frozen=True)
class Machine:
    """What a core does when so many are at work: ns by operation, GB/s by level."""

    cores: int
    nanoseconds: dict[str, float]
    bandwidth: dict[str, float]

    def at_best(self, other: Machine) -> Machine:
        """What it does in the better of two measurements of the same cores, each probe by itself."""
        quickest = {name: min(ns, other.nanoseconds[name]) for name, ns in self.nanoseconds.items()}
        widest = {level: max(rate, other.bandwidth[level]) for level, rate in self.bandwidth.items()}
        return Machine(self.cores, quickest, widest)

    def level(self, size: float) -> str:
        """The nearest level in which so many bytes fit with room to spare."""
        return next((level for level, most in LEVELS.items() if size <= 2 * most), "memory")


def measure(cores: int, rounds: int = WORK) -> Machine:
    """Run all probes on so many cores at once. Raises FoldedProbe."""
    operations = {
        name: _time(probe, probe.rows, cores, rounds) for name, probe in PROBES.items() if name != "reading"
    }
    bandwidth = {
        level: 8.0 / _time(PROBES["reading"], size // (8 * WIDTH), cores, rounds)
        for level, size in LEVELS.items()
    }
    return Machine(cores, operations, bandwidth)


def _time(probe: Probe, rows: int, cores: int, work: int) -> float:
    """ns of one operation in one lane, the slowest core's best."""
    kernel, _ = compiled(probe)
    rounds, arrays = max(1, work // rows), [zeros(rows) for _ in range(cores)]
    for array in arrays:
        array[:] = 1.0
    with ThreadPoolExecutor(cores) as pool:
        spent = pool.map(lambda array: least(lambda: kernel(array, rounds), REPEATS), arrays)
    return max(spent) / rounds / WIDTH / (probe.of_each or rows) * 1e9


@cache
def compiled(probe: Probe) -> tuple[Callable[..., None], str]:
    """The probe's machine code, and the loop in it. Raises FoldedProbe."""
    kernel: Any = numba.jit(void(MATRIX, int64), **JIT)(probe.loop)
    (text,) = kernel.inspect_asm().values()
    return kernel, loop_of(text, probe)


def loop_of(assembly: str, probe: Probe) -> str:
    """The shortest stretch that a backward jump repeats and that holds them. Raises FoldedProbe."""
    lines = assembly.splitlines()
    labels = {found[1]: n for n, line in enumerate(lines) if (found := re.match(r"([.\w]+):", line))}
    jumps = [
        (labels.get(found[1], len(lines)), n) for n, line in enumerate(lines) if (found := JUMP.match(line))
    ]
    bodies = ["\n".join(lines[start : end + 1]) for start, end in jumps if start < end]
    good = [body for body in bodies if len(vectors(body, probe.instruction)) >= probe.least]
    if not good:
        raise FoldedProbe(f"no loop with {probe.least} times {probe.instruction}")
    return min(good, key=len)


def vectors(body: str, instruction: str) -> list[str]:
    """The registers of those instructions of the loop that work on whole vectors."""
    return re.findall(rf"{instruction}\s.*%([yz]mm)\d+", body)
