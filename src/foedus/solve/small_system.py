"""The linear system of one Newton step along the branch of a small tree, made and solved by elimination."""

from __future__ import annotations

from typing import Any

from numpy import inf

from foedus.solve.arithmetic import part
from foedus.solve.lanes import WIDTH, entry, fma, load, spread, store
from foedus.solve.small import change, copy, respond
from foedus.solve.small_plan import ANSWERS, routine

LEAST = 1e-300  # of a determinant


@routine
def width(count: int) -> int:
    """How many vectors hold so many numbers."""
    return (count + WIDTH - 1) // WIDTH


@routine
def assemble(plan: Any, desk: Any, y: Any, normal: Any, rationality: float, scale: float) -> float:
    """The derivative of F(x, τ) = x − answer(x, τ / scale) at y, with `normal` as its last row, and two right
    sides: −F with 0, and the direction of τ. Returns the largest |F| relative to 1 + |x|, NaN if not finite.
    """
    unknowns = desk.odds.shape[0]
    wide, whole = width(unknowns + 1), width(unknowns + 3)
    copy(y, desk.odds)
    rate, slope, worst = rationality * (y[unknowns] / scale), rationality / scale, 0.0
    respond(plan, desk, rate, slope, wide)
    for k in range(plan.first_unknown.shape[0]):
        base, start = entry(plan.first_option, k), entry(plan.first_unknown, k)
        if start == ANSWERS:
            continue
        for o in range(base + 1, entry(plan.first_option, k + 1)):
            i = start + o - base - 1
            for v in range(wide):
                gained = load(desk.d_worth, base * wide + v) - load(desk.d_worth, o * wide + v)
                store(desk.matrix, i * whole + v, change(desk, gained * rate, v, i, 1.0))
            better = desk.worth[o] - desk.worth[base]
            gap = y[i] - rate * better
            row = i * whole * WIDTH
            desk.matrix[row + unknowns] -= slope * better
            desk.matrix[row + unknowns + 1] = -gap
            desk.matrix[row + unknowns + 2] = 0.0
            size = abs(gap) / (1.0 + abs(y[i]))
            worst = size if not size <= worst else worst
            if not worst < inf:
                return inf
    row = unknowns * whole * WIDTH
    for i in range(unknowns + 1):
        desk.matrix[row + i] = normal[i]
    desk.matrix[row + unknowns + 1] = 0.0
    desk.matrix[row + unknowns + 2] = 1.0
    return worst


@routine
def eliminate(matrix: Any, size: int) -> float:
    """Solve for both right sides, in place, by Gauss and Jordan's elimination with partial pivoting; the
    determinant, or of its sign where it is too small to be told, 0 where nothing was solved.
    """
    whole = width(size + 2)
    long, sign, volume = whole * WIDTH, 1.0, 1.0
    for k in range(size):
        at, best = k, abs(matrix[k * long + k])
        for i in range(k + 1, size):
            if abs(matrix[i * long + k]) > best:
                at, best = i, abs(matrix[i * long + k])
        if not 0.0 < best < inf:
            return 0.0
        if at != k:
            sign = -sign
            swap(matrix, whole, at, k)
        if matrix[k * long + k] < 0.0:
            sign = -sign
        volume *= best
        take_away(matrix, whole, k, size)
    return sign * max(volume, LEAST)


@part
def swap(matrix: Any, whole: int, one: int, other: int) -> None:
    for v in range(whole):
        kept = load(matrix, one * whole + v)
        store(matrix, one * whole + v, load(matrix, other * whole + v))
        store(matrix, other * whole + v, kept)


@part
def take_away(matrix: Any, whole: int, k: int, size: int) -> None:
    """Divide row k by its place on the diagonal, and clear column k in all others."""
    inverse = 1.0 / matrix[k * whole * WIDTH + k]
    for v in range(k // WIDTH, whole):
        store(matrix, k * whole + v, load(matrix, k * whole + v) * inverse)
    for i in range(size):
        share = matrix[i * whole * WIDTH + k]
        if i != k and share != 0.0:
            for v in range(k // WIDTH, whole):
                left = fma(load(matrix, k * whole + v), spread(-share), load(matrix, i * whole + v))
                store(matrix, i * whole + v, left)
