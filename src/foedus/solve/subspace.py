"""GMRES round by round (Saad and Schultz 1986), a system of its own in every lane.

Each round adds a direction to an orthonormal basis, orthogonalised twice, and turns the new column of the
small matrix that comes with it into one of a triangular matrix. A lane that is done has directions of zeros.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.solve.arithmetic import part
from foedus.solve.lanes import fma, less, load, magnitude, maximum, positive, root, spread, store

Floats = NDArray[np.float64]

TINY = 1e-300


class Space(NamedTuple):
    """basis (round + 1, row, lane); upper (column, row, lane) is triangular; cosine and sine (round, lane)
    are the turns that made it so; left (round + 1, lane) is the turned right side."""

    basis: Floats
    upper: Floats
    cosine: Floats
    sine: Floats
    left: Floats


@part
def product(basis: Any, one: int, other: int, rows: int) -> Any:
    """The inner product of two directions, given where each starts."""
    total = spread(0.0)
    for r in range(rows):
        total = fma(load(basis, one + r), load(basis, other + r), total)
    return total


@part
def orthogonalise(space: Any, k: int) -> Any:
    """Make the newest direction orthogonal to the k + 1 before it; returns its length."""
    rows, column = space.basis.shape[1], k * space.upper.shape[1]
    ahead = (k + 1) * rows
    for again in range(2):
        for j in range(k + 1):
            share = product(space.basis, j * rows, ahead, rows)
            before = load(space.upper, column + j) if again else spread(0.0)
            store(space.upper, column + j, before + share)
            for r in range(rows):
                rest = fma(spread(0.0) - share, load(space.basis, j * rows + r), load(space.basis, ahead + r))
                store(space.basis, ahead + r, rest)
    return root(product(space.basis, ahead, ahead, rows))


@part
def turn(space: Any, k: int, below: Any, exact: float) -> Any:
    """Make column k, which ends in `below`, one of a triangular matrix; returns what is left after it."""
    column = k * space.upper.shape[1]
    for i in range(k):
        cosine, sine = load(space.cosine, i), load(space.sine, i)
        first, second = load(space.upper, column + i), load(space.upper, column + i + 1)
        store(space.upper, column + i, fma(cosine, first, sine * second))
        store(space.upper, column + i + 1, fma(cosine, second, spread(0.0) - sine * first))
    last, left = load(space.upper, column + k), load(space.left, k)
    length = maximum(root(fma(last, last, below * below)), spread(TINY))
    cosine, sine = last / length, below / length
    store(space.cosine, k, cosine)
    store(space.sine, k, sine)
    size, most, none = magnitude(left), spread(exact), spread(0.0)
    store(space.upper, column + k, less(most, size, length, spread(1.0)))
    store(space.left, k, less(most, size, cosine * left, none))
    return less(most, size, none - sine * left, none)


def extend(space: Any, k: int, exact: float) -> Any:
    """Take in direction k + 1, which is there as the system makes it of direction k.

    Returns the lanes, as bits, in which more than `exact` of the right side is left.
    """
    rows = space.basis.shape[1]
    length = orthogonalise(space, k)
    left = turn(space, k, length, exact)
    store(space.left, k + 1, left)
    more = less(spread(exact), magnitude(left), spread(1.0), spread(0.0))
    scale = more / maximum(length, spread(TINY))
    for r in range(rows):
        here = (k + 1) * rows + r
        store(space.basis, here, less(spread(0.0), more, scale * load(space.basis, here), spread(0.0)))
    return positive(more)


def combine(space: Any, rounds: int, solution: Any) -> None:
    """The best combination of so many directions, into `solution` (row, lane); `space.left` is used up."""
    rows = solution.shape[0]
    for r in range(rows):
        store(solution, r, spread(0.0))
    for k in range(rounds - 1, -1, -1):
        column = k * space.upper.shape[1]
        share = load(space.left, k) / load(space.upper, column + k)
        for i in range(k):
            rest = fma(spread(0.0) - share, load(space.upper, column + i), load(space.left, i))
            store(space.left, i, rest)
        for r in range(rows):
            store(solution, r, fma(share, load(space.basis, k * rows + r), load(solution, r)))
