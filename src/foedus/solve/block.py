"""The arrays of one block of worlds: its numbers, and the memory that kernels work in. The lane is last."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.game.table import Tabulation
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import Ints, Layout
from foedus.solve.passes import NEVER
from foedus.solve.sweeps import ROWS

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

TIE = 1e-12
EXACT = 1e290
CACHE_LINE = 64


class Numbers(NamedTuple):
    """A block's numbers. `tie` (actor, lane): payoff differences up to it count as none."""

    probabilities: Floats
    log_probabilities: Floats
    payoffs: Floats
    log_weights: Floats
    rationality: Floats
    tie: Floats


class Scratch(NamedTuple):
    """What the passes write. The first four (share, lane): options, then the probabilities of chance."""

    logs: Floats
    sigma: Floats
    next_logs: Floats
    next_sigma: Floats
    reach: Floats
    order: Floats
    log_reach: Floats
    values: Floats
    quality: Floats
    report: Floats
    frozen: Floats
    ended: Floats
    change: Floats
    drift: Floats
    lost: Floats


class Memory(NamedTuple):
    """What Anderson acceleration remembers."""

    residual: Floats
    answer: Floats
    residual_steps: Floats
    answer_steps: Floats
    products: Floats
    factor: Floats
    target: Floats
    share: Floats
    half: Floats
    inverse: Floats


class Tangent(NamedTuple):
    """A direction, `logs` (share, lane) and `rationality` (actor, lane), and what it changes.

    `ways` (way, lane): which share of its node's reach each way brings. `reach` is of ln reach, and, once an
    information set has answered, of its beliefs.
    """

    logs: Floats
    rationality: Floats
    ways: Floats
    reach: Floats
    values: Floats
    quality: Floats
    next_logs: Floats


class Walk(NamedTuple):
    """What `follow` is asked, and what it fills."""

    mass: Floats
    paid: Floats
    edge_bits: Ints
    root_bits: int
    actor: int


def zeros(*shape: int) -> Floats:
    """Zeros (…, lane) that start on a cache line, so that no row of lanes straddles two."""
    size = prod(shape) * WIDTH
    raw = np.zeros(size + CACHE_LINE // 8)
    start = (-raw.ctypes.data % CACHE_LINE) // 8
    rows: Floats = raw[start : start + size].reshape(*shape, WIDTH)
    return rows


def row() -> Floats:
    """One row of lanes."""
    return zeros(1).reshape(WIDTH)


def scratch_for(layout: Layout, rows: int, actors: int) -> Scratch:
    """Memory for a game of which `rows` probabilities are tabulated."""
    nodes, shares = len(layout.information_set), len(layout.weight) + rows
    widest = int(np.max(np.diff(layout.first_option), initial=1))
    return Scratch(
        logs=zeros(shares),
        sigma=zeros(shares),
        next_logs=zeros(shares),
        next_sigma=zeros(shares),
        reach=zeros(nodes),
        order=zeros(nodes),
        log_reach=zeros(nodes),
        values=zeros(nodes, actors),
        quality=zeros(widest),
        report=zeros(ROWS),
        frozen=row(),
        ended=row(),
        change=row(),
        drift=row(),
        lost=row(),
    )


def memory_for(layout: Layout, depth: int) -> Memory:
    """Memory for `depth` differences."""
    options = len(layout.weight)
    large = ((options,), (options,), (depth, options), (depth, options), (depth, depth), (depth, depth))
    return Memory(*(zeros(*shape) for shape in large), *(zeros(depth) for _ in range(4)))


def tangent_for(layout: Layout, rows: int, actors: int) -> Tangent:
    """Memory for the derivative of a sweep; the direction starts as none."""
    nodes, options = len(layout.information_set), len(layout.weight)
    widest = int(np.max(np.diff(layout.first_option), initial=1))
    return Tangent(
        logs=zeros(options + rows),
        rationality=zeros(actors),
        ways=zeros(len(layout.in_parent)),
        reach=zeros(nodes),
        values=zeros(nodes, actors),
        quality=zeros(widest),
        next_logs=zeros(options),
    )


def gather(numbers: Floats, worlds: Indices) -> Floats:
    """The named worlds of an array that ends in the world; the last fills the lanes that are left."""
    lanes = np.resize(worlds[-1:], WIDTH)
    lanes[: len(worlds)] = worlds
    block = zeros(*numbers.shape[:-1])
    np.take(numbers, lanes, axis=-1, out=block, mode="clip")
    return block


def numbers_of(tabulation: Tabulation, worlds: Indices) -> Numbers:
    """The numbers of the named worlds, at most WIDTH of them."""
    payoffs = gather(tabulation.payoffs, worlds)
    rationality = gather(tabulation.rationality, worlds)
    exact = np.isinf(rationality)
    probabilities = gather(tabulation.probabilities, worlds)
    return Numbers(
        probabilities=probabilities,
        log_probabilities=_logarithms(probabilities),
        payoffs=payoffs,
        log_weights=_logarithms(gather(tabulation.weights, worlds)),
        rationality=np.minimum(rationality, EXACT),
        tie=np.where(exact, TIE * np.abs(payoffs).max(axis=0, initial=0.0), 0.0),
    )


def _logarithms(numbers: Floats) -> Floats:
    """ln of each, NEVER for 0, NaN where the world is invalid."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(np.log(numbers), NEVER)
