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
    """A block's numbers, all of them views of `whole` (number, lane), one after another.

    values (row, lane): slots for the values of nodes, and then the payoffs; slots come before `whole`.
    """

    values: Floats
    whole: Floats
    payoffs: Floats
    probabilities: Floats
    log_probabilities: Floats
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
    """What Anderson acceleration remembers, which job each lane is at, where that aims, how exactly, and the
    most sweeps that it may take."""

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
    age: Floats
    aim: Floats
    tolerance: Floats
    most: Floats
    job: Longs


class Room(NamedTuple):
    """Memory for kernels; `remembered` is all of `memory` but the jobs."""

    numbers: Numbers
    scratch: Scratch
    memory: Memory
    remembered: Floats


class Tangent(NamedTuple):
    """A direction, `logs` (share, lane) and `rationality` (actor, lane), and what it changes.

    `ways` (way, lane): which share of its node's reach each way brings. `reach` is of ln reach, and, once an
    information set has answered, of its beliefs. `turns` (node): a bit for each actor whose value is asked.
    """

    logs: Floats
    rationality: Floats
    ways: Floats
    reach: Floats
    values: Floats
    quality: Floats
    next_logs: Floats
    turns: NDArray[np.int64]


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


def rooms(**shapes: tuple[int, ...]) -> dict[str, Floats]:
    """Zeros (…, lane) of each shape, side by side in one piece of memory: quicker to get than many."""
    sizes = [prod(shape) for shape in shapes.values()]
    whole, end, found = zeros(sum(sizes)), 0, {}
    for (name, shape), size in zip(shapes.items(), sizes, strict=True):
        found[name] = whole[end : end + size].reshape(*shape, WIDTH)
        end += size
    return found


def scratch_for(layout: Layout, rows: int, actors: int) -> Scratch:
    """Memory for a game of which `rows` probabilities are tabulated."""
    nodes, shares = len(layout.information_set), len(layout.weight) + rows
    widest = int(np.max(np.diff(layout.first_option), initial=1))
    return Scratch(
        **rooms(
            logs=(shares,),
            sigma=(shares,),
            next_sigma=(shares,),
            odds=(len(layout.row_option),),
            next_odds=(len(layout.row_option),),
            reach=(nodes,),
            order=(nodes,),
            log_reach=(nodes,),
            values=(nodes, actors),
            quality=(widest,),
            report=(ROWS,),
            change=(),
            drift=(),
            lost=(),
        ),
    )


def memory_for(layout: Layout, depth: int) -> Memory:
    """Memory for `depth` differences."""
    rows = asked_rows(layout)
    return Memory(
        **rooms(
            residual=(rows,),
            answer=(rows,),
            residual_steps=(depth, rows),
            answer_steps=(depth, rows),
            products=(depth, depth),
            factor=(depth, depth),
            row=(depth,),
            target=(depth,),
            share=(depth,),
            half=(depth,),
            inverse=(depth,),
            known=(),
            damping=(),
            age=(),
            aim=(),
            tolerance=(),
            most=(),
        ),
        job=np.zeros(WIDTH, np.int64),
    )


def tangent_for(layout: Layout, rows: int, actors: int, turns: NDArray[np.int64]) -> Tangent:
    """Memory for the derivative of a sweep; the direction starts as none."""
    nodes, options = len(layout.information_set), len(layout.weight)
    widest = int(np.max(np.diff(layout.first_option), initial=1))
    return Tangent(
        **rooms(
            logs=(options + rows,),
            rationality=(actors,),
            ways=(len(layout.in_parent),),
            reach=(nodes,),
            values=(nodes, actors),
            quality=(widest,),
            next_logs=(options,),
        ),
        turns=turns,
    )


def gather(numbers: Floats, worlds: Indices) -> Floats:
    """The named worlds of an array that ends in the world; the last fills the lanes that are left."""
    block = empty(*numbers.shape[:-1])
    put(block, numbers, worlds)
    return block


def put(block: Floats, numbers: Floats, worlds: Indices) -> None:
    """Write the same to a block that is there already."""
    count = len(worlds)
    block[..., :count] = numbers[..., stretch(worlds)]
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
    """A block's numbers, all 0, without slots."""
    actors, chances = len(tabulation.rationality), len(tabulation.probabilities)
    rows = [len(tabulation.payoffs) * actors, chances, chances, len(tabulation.weights), actors]
    whole = zeros(sum(rows))
    payoffs, *others = np.split(whole, np.cumsum(rows)[:-1])
    return Numbers(payoffs, whole, payoffs.reshape(-1, actors, WIDTH), *others)


def packed(tabulation: Tabulation, worlds: Indices, linear: bool = False, lanes: int = WIDTH) -> Floats:
    """The numbers of these worlds (number, world), in the order of `Numbers`; the last fills blocks of
    `lanes` up.

    `linear`: the logarithms of probabilities will not be asked for, and are 0.
    """
    here, count = stretch(worlds), len(worlds)
    chances, weights = tabulation.probabilities[:, here], tabulation.weights[:, here]
    parts = (
        tabulation.payoffs.reshape(-1, tabulation.worlds)[:, here],
        chances,
        np.zeros(chances.shape) if linear else logarithms(chances),
        np.zeros(weights.shape) if len(weights) == 1 else logarithms(weights),  # the only one is 1
        np.minimum(tabulation.rationality[:, here], EXACT),
    )
    whole = np.empty((sum(map(len, parts)), -(-count // lanes) * lanes))
    np.concatenate(parts, out=whole[:, :count])
    whole[:, count:] = whole[:, count - 1 : count]
    return whole


def log_weights_in(whole: Floats, tabulation: Tabulation, worlds: int) -> Floats:
    """The logarithms of weights (row, world) of the first worlds in packed numbers."""
    end = len(whole) - len(tabulation.rationality)
    return whole[end - len(tabulation.weights) : end, :worlds]


def stretch(worlds: Indices) -> Indices | slice:
    """The worlds, as a slice where they follow one another: arrays are read and written faster so."""
    if len(worlds) and worlds[-1] - worlds[0] == len(worlds) - 1:
        return slice(int(worlds[0]), int(worlds[-1]) + 1)
    return worlds


def repacked(numbers: Floats, worlds: Indices) -> Floats:
    """The same of some of the worlds of packed numbers, which may be named more than once."""
    filling = np.repeat(worlds[-1:], -len(worlds) % WIDTH)
    return np.ascontiguousarray(numbers[:, np.concatenate([worlds, filling])])


def rationality_in(numbers: Floats, actors: int, worlds: int) -> Floats:
    """The rationality (actor, world) of the first worlds in packed numbers, to be read or written."""
    return numbers[-actors:, :worlds]


def logarithms(numbers: Floats) -> Floats:
    """ln of each, NEVER for 0, NaN where the world is invalid."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(np.log(numbers), NEVER)
