"""What this machine can do at best: the time of an exp, of a multiply-add, of a byte from each level of memory.

The probes are loops over the vectors that the kernels use (`foedus.solve.lanes`). `loop_of` looks for the loop
and its vector instructions in the machine code: a probe that was folded away would promise the impossible.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np
from numba import float64, int64, types, void

from foedus.solve.arithmetic import JIT, exp
from foedus.solve.block import Floats, zeros
from foedus.solve.lanes import WIDTH, fma, load, spread, store

MATRIX = types.Array(float64, 2, "C")
LEVELS = {"L1": 24 << 10, "L2": 512 << 10, "L3": 8 << 20, "memory": 256 << 20}
REPEATS, LEAST = 9, 2e-3


class FoldedProbe(Exception):
    """A probe's machine code lacks the loop or the instructions that it should time."""


def exps(rows: Any, rounds: int) -> None:
    """e^(−x) of each of eight rows, again and again: no round can be left out, and eight are in flight."""
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
    """A loop; the instruction to be found in its machine code, and how often at least."""

    loop: Callable[..., None]
    instruction: str
    least: int


PROBES = {
    "exp": Probe(exps, r"vf(?:n?m)(?:add|sub)\d+pd", 13),
    "multiply-add": Probe(multiply_adds, r"vfmadd\d+pd", 12),
    "multiply-add from L1": Probe(fed_multiply_adds, r"vfmadd\d+pd", 8),
    "reading": Probe(reading, r"vaddpd", 8),
}


def compiled(probe: Probe) -> tuple[Callable[..., None], str]:
    """The probe's machine code, and the loop in it. Raises FoldedProbe."""
    kernel: Any = numba.jit(void(MATRIX, int64), **JIT)(probe.loop)
    (text,) = kernel.inspect_asm().values()
    return kernel, loop_of(text, probe)


def loop_of(assembly: str, probe: Probe) -> str:
    """The shortest stretch that a backward jump repeats and that holds the instructions. Raises FoldedProbe."""
    lines = assembly.splitlines()
    label = {m[1]: n for n, line in enumerate(lines) if (m := re.match(r"([.\w]+):", line))}
    jumps = [(label[m[1]], n) for n, line in enumerate(lines) if (m := re.match(r"\s+j\w+\s+([.\w]+)", line)) and m[1] in label]
    bodies = ["\n".join(lines[start : end + 1]) for start, end in jumps if start < end]
    good = [body for body in bodies if len(vector_instructions(body, probe.instruction)) >= probe.least]
    if not good:
        raise FoldedProbe(f"no loop with {probe.least} times {probe.instruction}")
    return min(good, key=len)


def vector_instructions(body: str, instruction: str) -> list[str]:
    """Those of the loop that work on whole vector registers."""
    return re.findall(rf"{instruction}\s.*%[yz]mm\d+", body)
