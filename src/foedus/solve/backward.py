"""Exact induction along a tape, for a stretch of worlds at a time: behaviour, values and certificate.

A chunk is some vectors of WIDTH worlds. What it reads and writes by worlds lies in rows whose worlds are
neighbours, so it is taken from and put where the caller has it, without copies. Fewer than WIDTH worlds at
the end are copied into rows of their own. Everything else lies in an arena of rows of one chunk.
"""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

import numpy as np

from foedus.solve.addresses import address, fetch, fetch_to_write, load_at, store_at
from foedus.solve.arithmetic import part
from foedus.solve.block import EXACT, Floats
from foedus.solve.lanes import WIDTH, entry, fma, maximum, spread
from foedus.solve.records import chance, many, three, two
from foedus.solve.room import BYTES, FIXED, WEIGHTED, Room
from foedus.solve.tape import (
    BELOW,
    CHANCE,
    COUNT,
    EDGE,
    HEADER,
    KIND,
    OPTION,
    PAID,
    RECORD,
    ROW,
    SLOT,
    THREE,
    TWO,
)  # fmt: skip

TIE = 1e-12  # of the largest payoff: what the infinitely rational are indifferent to
CERTIFICATE = 3

AHEAD = 6
"""How many records ahead rows are asked for."""


class Given(NamedTuple):
    """The numbers of the worlds, as in `Tabulation`; payoffs (row · actor, world); ln of weights, or 0."""

    payoffs: Floats
    probabilities: Floats
    log_weights: Floats
    rationality: Floats


class Made(NamedTuple):
    """What is found: behaviour (option, world), values (actor, world) at the root, certificate (row, world).

    The certificate's rows are regret, regret weighted by reach, and whether there are ties.
    """

    behaviour: Floats
    values: Floats
    certificate: Floats


class Shape(NamedTuple):
    """The most vectors in a chunk, and fields of `Plan`."""

    vectors: int
    slots: int
    widest: int
    end: int
    tree: bool


def arena_for(shape: Shape, given: Given, records: int, options: int) -> Floats:
    """Memory for one thread, of the size that `room_for` parts."""
    actors = len(given.rationality)
    rows = FIXED + 2 * actors + shape.widest + shape.slots * (actors + 1)
    rows += 0 if shape.tree else 2 * records
    few = len(given.payoffs) + len(given.probabilities) + len(given.log_weights) + options
    return lined_up((rows * shape.vectors + few) * WIDTH)


def lined_up(*shape: int) -> Floats:
    """Memory, whatever is in it, that starts on a cache line, so that few vectors straddle two."""
    size = prod(shape)
    raw = np.empty(size + WIDTH)
    start = (-raw.__array_interface__["data"][0] % BYTES) // 8
    found: Floats = raw[start : start + size].reshape(shape)
    return found


@part
def fetch_rows(code: Any, room: Any, at: int) -> None:
    """Ask for the payoffs that a record will read, and for the shares that it will write, if they do not lie
    one after another: then the processor asks for them itself."""
    for k in range(entry(code, at + COUNT)):
        row = entry(code, at + HEADER + k * EDGE + BELOW)
        if row >= 0:
            place = room.payoffs + row * room.actors * room.step
            for a in range(room.actors):
                for v in range(room.vectors):
                    fetch(place + a * room.step + v * BYTES)
    if room.step > room.wide and entry(code, at + OPTION) >= 0:
        for k in range(entry(code, at + COUNT)):
            place = room.behaviour + (entry(code, at + OPTION) + k) * room.step
            for v in range(room.vectors):
                fetch_to_write(place + v * BYTES)


@part
def walk(code: Any, starts: Any, room: Any) -> None:
    """All records from the ends to the root."""
    for record in range(starts.shape[0]):
        at = entry(starts, record)
        fetch_rows(code, room, entry(starts, min(record + AHEAD, starts.shape[0] - 1)))
        kind = entry(code, at + KIND)
        if kind == TWO:
            two(code, room, at, record, False)
        elif kind == TWO + PAID:
            two(code, room, at, record, True)
        elif kind == THREE:
            three(code, room, at, record, False)
        elif kind == THREE + PAID:
            three(code, room, at, record, True)
        elif kind == CHANCE or kind == CHANCE + PAID:
            chance(code, room, at)
        else:
            many(code, room, at, record)


@part
def shares(code: Any, room: Any, at: int, k: int) -> Any:
    """The address of the probability of way k out of a record's node."""
    if entry(code, at + OPTION) >= 0:
        return room.behaviour + (entry(code, at + OPTION) + k) * room.step
    return room.probabilities + entry(code, at + HEADER + k * EDGE + ROW) * room.step


@part
def spread_reach(code: Any, starts: Any, room: Any) -> None:
    """From the root to the ends: reach of every record of a graph, and gains weighted by it."""
    last = starts.shape[0] - 1
    for i in range(room.vectors * last):
        store_at(room.reach + i * BYTES, spread(0.0))
    for v in range(room.vectors):
        store_at(room.reach + last * room.wide + v * BYTES, spread(1.0))
    for record in range(last, -1, -1):
        at = entry(starts, record)
        for v in range(room.vectors):
            here = load_at(room.reach + record * room.wide + v * BYTES)
            if entry(code, at + OPTION) >= 0:
                place = room.fixed + WEIGHTED * room.wide + v * BYTES
                gain = load_at(room.gains + record * room.wide + v * BYTES)
                store_at(place, maximum(here * gain, load_at(place)))
            for k in range(entry(code, at + COUNT)):
                below = entry(code, at + HEADER + k * EDGE + RECORD)
                if below >= 0:
                    place = room.reach + below * room.wide + v * BYTES
                    share = load_at(shares(code, room, at, k) + v * BYTES)
                    store_at(place, fma(here, share, load_at(place)))


@part
def copy_in(rows: Any, arena: Any, to: int, world: int, lanes: int) -> int:
    """The numbers of a few worlds, the last again in the lanes left; returns where the next rows begin."""
    for row in range(rows.shape[0]):
        for lane in range(WIDTH):
            arena[to + lane] = rows[row, world + min(lane, lanes - 1)]
        to += WIDTH
    return to


@part
def copy_out(arena: Any, at: int, rows: Any, world: int, lanes: int) -> None:
    """Rows of the arena to those of a few worlds."""
    for row in range(rows.shape[0]):
        for lane in range(lanes):
            rows[row, world + lane] = arena[at + row * WIDTH + lane]


@part
def sharpen(given: Any, arena: Any, width: int, lane: int, world: int) -> bool:
    """Write a world's rationality as `records` take it, and what counts as a tie, -1 for none.

    Returns whether some actor is infinitely rational.
    """
    actors, exact = given.rationality.shape[0], False
    for a in range(actors):
        rationality, tie = given.rationality[a, world], -1.0
        if rationality == np.inf:
            exact, tie = True, 0.0
            for row in range(a, given.payoffs.shape[0], actors):
                tie = max(tie, TIE * abs(given.payoffs[row, world]))
        arena[(FIXED + a) * width + lane] = min(rationality, EXACT)
        arena[(FIXED + actors + a) * width + lane] = tie
    return exact


@part
def room_for(
    shape: Any, given: Any, made: Any, records: int, arena: Any, vectors: int, world: int, exact: bool
) -> Any:
    """A chunk from a world on; of no vectors, if it is the worlds at the end that have rows of their own."""
    actors, few = given.rationality.shape[0], vectors == 0
    vectors = max(vectors, 1)
    wide = vectors * BYTES
    fixed = address(arena, 0)
    rationality = fixed + FIXED * wide
    scores = rationality + 2 * actors * wide
    slots = scores + shape.widest * wide
    gains = slots + shape.slots * (actors + 1) * wide
    reach = gains + records * wide
    step = 8 * given.rationality.shape[1]
    payoffs, probabilities = address(given.payoffs, world), address(given.probabilities, world)
    log_weights, behaviour = address(given.log_weights, world), address(made.behaviour, world)
    if few:
        step = BYTES
        payoffs = gains if shape.tree else reach + records * wide
        probabilities = payoffs + given.payoffs.shape[0] * BYTES
        log_weights = probabilities + given.probabilities.shape[0] * BYTES
        behaviour = log_weights + given.log_weights.shape[0] * BYTES
    return Room(
        vectors, actors, step, wide, payoffs, probabilities, log_weights, behaviour, fixed,
        rationality, rationality + actors * wide, scores, slots, gains, reach, shape.tree, exact,
    )  # fmt: skip


@part
def conclude(
    tape: Any, shape: Any, given: Any, made: Any, arena: Any, room: Any, world: int, lanes: int
) -> None:
    """Write values at the root and the certificate of a chunk's worlds."""
    records, width = tape.starts.shape[0], room.wide // 8
    root = (room.slots - room.fixed) // 8
    if records > 0:
        root += entry(tape.code, entry(tape.starts, records - 1) + SLOT) * (room.actors + 1) * width
    for lane in range(lanes):
        for a in range(room.actors):
            if records > 0:
                made.values[a, world + lane] = arena[root + a * width + lane]
            else:
                made.values[a, world + lane] = given.payoffs[shape.end * room.actors + a, world + lane]
        for row in range(CERTIFICATE):
            made.certificate[row, world + lane] = arena[row * width + lane]
        if shape.tree and records > 0:
            made.certificate[WEIGHTED, world + lane] = arena[root + room.actors * width + lane]


def induct(tape: Any, shape: Any, given: Any, made: Any, arena: Any, world: int, last: int) -> None:
    """Answer the worlds from `world` up to `last`."""
    records = tape.starts.shape[0]
    while world < last:
        vectors = min(shape.vectors, (last - world) // WIDTH)
        lanes = vectors * WIDTH if vectors > 0 else last - world
        width, exact = max(lanes, WIDTH), False
        for lane in range(width):
            exact |= sharpen(given, arena, width, lane, world + min(lane, lanes - 1))
        room = room_for(shape, given, made, records, arena, vectors, world, exact)
        for i in range(FIXED * width):
            arena[i] = 0.0
        at = (room.payoffs - room.fixed) // 8
        if vectors == 0:
            to = copy_in(given.payoffs, arena, at, world, lanes)
            to = copy_in(given.probabilities, arena, to, world, lanes)
            at = copy_in(given.log_weights, arena, to, world, lanes)
        walk(tape.code, tape.starts, room)
        if not shape.tree:
            spread_reach(tape.code, tape.starts, room)
        if vectors == 0:
            copy_out(arena, at, made.behaviour, world, lanes)
        conclude(tape, shape, given, made, arena, room, world, lanes)
        world += lanes
