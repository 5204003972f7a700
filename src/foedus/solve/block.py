"""The arrays of one block of worlds: its numbers, and the memory that kernels work in. The lane is last."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from foedus.game.table import Tabulation
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import Ints, Layout, asked_rows
from foedus.solve.passes import NEVER
from foedus.solve.sweeps import ROWS

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Longs = NDArray[np.int64]

EXACT = 1e290  # of rationality: products with it stay numbers
CACHE_LINE = 64


class Numbers(NamedTuple):
    """A block's numbers, all of them views of `whole` (number, lane), one after another."""

    whole: Floats
    probabilities: Floats
    log_probabilities: Floats
    payoffs: Floats
    log_weights: Floats
    rationality: Floats


class Scratch(NamedTuple):
    """What the passes write. The first three (share, lane): options, then the probabilities of chance.

    odds, next_odds (row, lane): log-odds, in the rows of `Layout`, and what answers them.
    """

    logs: Floats
    sigma: Floats
    next_sigma: Floats
    odds: Floats
    next_odds: Floats
    reach: Floats
    order: Floats
    log_reach: Floats
    values: Floats
    quality: Floats
    report: Floats
    change: Floats
    drift: Floats
    lost: Floats


class Memory(NamedTuple):
    """What Anderson acceleration remembers, and which job each lane is at."""

    residual: Floats
    answer: Floats
    residual_steps: Floats
    answer_steps: Floats
    products: Floats
    factor: Floats
    row: Floats
    target: Floats
    share: Floats
    half: Floats
    inverse: Floats
    known: Floats
    damping: Floats
    age: Longs
    job: Longs


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
    return _aligned(np.zeros(prod(shape) * WIDTH + CACHE_LINE // 8), shape)


def empty(*shape: int) -> Floats:
    """The same, but of whatever stood there before."""
    return _aligned(np.empty(prod(shape) * WIDTH + CACHE_LINE // 8), shape)


def _aligned(raw: Floats, shape: tuple[int, ...]) -> Floats:
    start = (-raw.__array_interface__["data"][0] % CACHE_LINE) // 8
    rows: Floats = raw[start : start + prod(shape) * WIDTH].reshape(*shape, WIDTH)
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
        next_sigma=zeros(shares),
        odds=zeros(len(layout.row_option)),
        next_odds=zeros(len(layout.row_option)),
        reach=zeros(nodes),
        order=zeros(nodes),
        log_reach=zeros(nodes),
        values=zeros(nodes, actors),
        quality=zeros(widest),
        report=zeros(ROWS),
        change=row(),
        drift=row(),
        lost=row(),
    )


def memory_for(layout: Layout, depth: int) -> Memory:
    """Memory for `depth` differences."""
    rows = asked_rows(layout)
    return Memory(
        residual=zeros(rows),
        answer=zeros(rows),
        residual_steps=zeros(depth, rows),
        answer_steps=zeros(depth, rows),
        products=zeros(depth, depth),
        factor=zeros(depth, depth),
        row=zeros(depth),
        target=zeros(depth),
        share=zeros(depth),
        half=zeros(depth),
        inverse=zeros(depth),
        known=row(),
        damping=row(),
        age=np.zeros(WIDTH, np.int64),
        job=np.zeros(WIDTH, np.int64),
    )


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
    block = empty(*numbers.shape[:-1])
    put(block, numbers, worlds)
    return block


def put(block: Floats, numbers: Floats, worlds: Indices) -> None:
    """Write the same to a block that is there already."""
    first, count = int(worlds[0]), len(worlds)
    follow = int(worlds[-1]) - first == count - 1
    block[..., :count] = numbers[..., first : first + count] if follow else numbers[..., worlds]
    block[..., count:] = block[..., count - 1 : count]


def numbers_of(tabulation: Tabulation, worlds: Indices) -> Numbers:
    """The numbers of the named worlds, at most WIDTH of them."""
    numbers = numbers_like(tabulation)
    numbers.probabilities[:] = gather(tabulation.probabilities, worlds)
    numbers.log_probabilities[:] = logarithms(numbers.probabilities)
    numbers.payoffs[:] = gather(tabulation.payoffs, worlds)
    numbers.log_weights[:] = logarithms(gather(tabulation.weights, worlds))
    numbers.rationality[:] = np.minimum(gather(tabulation.rationality, worlds), EXACT)
    return numbers


def numbers_like(tabulation: Tabulation) -> Numbers:
    """A block's numbers, all 0."""
    actors = len(tabulation.rationality)
    rows = [len(tabulation.probabilities)] * 2
    rows += [len(tabulation.payoffs) * actors, len(tabulation.weights), actors]
    whole = zeros(sum(rows))
    chances, logarithms, payoffs, *others = np.split(whole, np.cumsum(rows)[:-1])
    return Numbers(whole, chances, logarithms, payoffs.reshape(-1, actors, WIDTH), *others)


def packed(tabulation: Tabulation, worlds: Indices) -> Floats:
    """The numbers of each world (world, number), in the order of `Numbers`."""
    probabilities = tabulation.probabilities[:, worlds]
    payoffs = tabulation.payoffs[:, :, worlds].reshape(-1, len(worlds))
    rationality = np.minimum(tabulation.rationality[:, worlds], EXACT)
    weights = logarithms(tabulation.weights[:, worlds])
    rows = [probabilities, logarithms(probabilities), payoffs, weights, rationality]
    return np.ascontiguousarray(np.concatenate(rows).T)


def rationality_in(numbers: Floats, actors: int) -> Floats:
    """The rationality (world, actor) in packed numbers, to be read or written."""
    return numbers[:, -actors:]


def logarithms(numbers: Floats) -> Floats:
    """ln of each, NEVER for 0, NaN where the world is invalid."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(np.log(numbers), NEVER)
