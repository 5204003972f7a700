"""The arrays of the small tracer: a tree made ready, room to work in, and both packed for a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from foedus.solve.arithmetic import INSIDE, JIT, part
from foedus.solve.block import Floats
from foedus.solve.lanes import WIDTH

CHANCE, TERMINAL = -1, -2
LINE = 16  # numbers, at most, in a cache line
OUT, NEVER, MET = 0, 1, 2
ANSWERS = -1

Ints = NDArray[np.int32]
Function = TypeVar("Function", bound=Callable[..., Any])


def routine(function: Function) -> Function:
    """A function that kernels call, and that is not compiled into each."""
    return cast(Function, numba.jit(**JIT, **INSIDE)(function))


def inlined(function: Function) -> Function:
    """A function put into those that call it before types are known, so that it may return an array."""
    return cast(Function, numba.jit(inline="always", **JIT)(function))


class Plan(NamedTuple):
    """A tree whose nodes come after their parents.

    parent (node); place (node): the decision, CHANCE or TERMINAL; option (node): by which play comes there,
    -1 for chance; log_share (node): the logarithm of chance's share, 0 if it is never; counts (node): OUT if
    beliefs leave it out, as fewer impossible steps lead elsewhere, NEVER if it is met only in the limit, else
    MET; first_option (decision + 1); share (row): of an option 0, then those of chance's outcomes.

    first_unknown (decision): where the log-odds of its options against the first of them begin, or ANSWERS.
    first_member (decision + 1) and member: the nodes that count in beliefs which depend on play, `ways` those
    and all above, in order; of other decisions beliefs are fixed (node).

    Numbers are values of nodes to actors; payoff (number) is what the node itself pays. First come those that
    a mover above looks to, which have derivatives. code: how many those are, then records that compute them,
    each after those below; rest: records for all others; top (actor): the root's numbers.
    """

    parent: Ints
    place: Ints
    option: Ints
    counts: Ints
    first_option: Ints
    first_unknown: Ints
    first_member: Ints
    member: Ints
    ways: Ints
    code: Ints
    rest: Ints
    top: Ints
    share: Floats
    log_share: Floats
    payoff: Floats
    fixed: Floats


CODES = 12  # arrays of a plan that hold whole numbers, which come first

WEIGH, MEAN, MIXED, ANSWERED = range(4)
"""Kinds of records: what options are worth; values at chance, at a decision, at one that answers."""

KIND, ROW, COUNT, START, TARGET, NODES, GUESSED, FRESH = range(8)
VALUED, WEIGHED = 5, 8
"""Records begin with their kind, the row of the first option or outcome, how many there are, and where their
log-odds begin. Values (VALUED) go on with the number, and the numbers below; WEIGHED with how many nodes
there are, whether beliefs depend on play, whether it is the decision's first; then the nodes, and by option
and node the numbers below."""


class Desk(NamedTuple):
    """Room to work in. What is called d_… has a row of places for each number of its namesake.

    reach (node) is the logarithm of what the unknown choices and chance contribute; met (decision) the
    expected visits; worth (option) what an option brings its actor, d_worth, where it answers, of λ times
    that; unit the rows of a unit matrix; path (row, unknown and τ) and report are for `small_path`, matrix
    for `small_system`.
    """

    odds: Floats
    sigma: Floats
    logs: Floats
    worth: Floats
    held: Floats
    reach: Floats
    belief: Floats
    met: Floats
    value: Floats
    d_worth: Floats
    d_reach: Floats
    d_belief: Floats
    d_value: Floats
    unit: Floats
    matrix: Floats
    path: Floats
    report: Floats


def unknowns_of(plan: Plan) -> int:
    """How many log-odds are unknown."""
    asked = plan.first_unknown > ANSWERS
    return int((np.diff(plan.first_option) - 1)[asked].sum())


def desk_for(plan: Plan, rows: int) -> Packed:
    """Room for a tree, with so many rows for a path."""
    nodes, decisions, options = len(plan.parent), len(plan.first_unknown), int(plan.first_option[-1])
    unknowns = unknowns_of(plan)
    wide, whole = -(-(unknowns + 1) // WIDTH), -(-(unknowns + 3) // WIDTH)
    sizes = (unknowns, len(plan.share), *[options] * 3, nodes, nodes, decisions, len(plan.payoff))
    rows_of = (options, nodes, nodes, int(plan.code[0]))
    flat = [*sizes, *(size * wide * WIDTH for size in rows_of), WIDTH * WIDTH, (unknowns + 1) * whole * WIDTH]
    packed = pack([*map(np.zeros, flat), np.zeros(rows * (unknowns + 1)), np.zeros(5)])
    desk = Desk._make(packed.parts)
    desk.sigma[:], desk.belief[:], desk.unit[:] = plan.share, plan.fixed, np.eye(WIDTH).ravel()
    return packed


class Packed(NamedTuple):
    """Arrays of one kind as one, since a call takes time for every array; each begins where a vector may.

    bounds (2 · array): where each starts and stops.
    """

    whole: NDArray[Any]
    bounds: Ints
    parts: list[NDArray[Any]]


def pack(arrays: Sequence[NDArray[Any]]) -> Packed:
    """Copy the arrays into one, of which they become parts."""
    starts = [0, *accumulate(-(-array.size // LINE) * LINE for array in arrays)]
    room = np.zeros(starts[-1] + LINE, arrays[0].dtype)
    start = -room.ctypes.data // room.itemsize % LINE
    whole = room[start : start + starts[-1]]
    bounds = [(first, first + array.size) for first, array in zip(starts, arrays, strict=False)]
    parts = [whole[first:last] for first, last in bounds]
    for part_of, array in zip(parts, arrays, strict=True):
        part_of[:] = array
    return Packed(whole, np.array(bounds, np.int32).ravel(), parts)


@inlined
def piece(whole: Any, bounds: Any, i: int) -> Any:
    """Array i of those packed."""
    return whole[bounds[2 * i] : bounds[2 * i + 1]]


@part
def plan_in(codes: Any, by_code: Any, numbers: Any, by_number: Any) -> Any:
    """The plan whose whole numbers and other numbers are packed."""
    return Plan(
        piece(codes, by_code, 0),
        piece(codes, by_code, 1),
        piece(codes, by_code, 2),
        piece(codes, by_code, 3),
        piece(codes, by_code, 4),
        piece(codes, by_code, 5),
        piece(codes, by_code, 6),
        piece(codes, by_code, 7),
        piece(codes, by_code, 8),
        piece(codes, by_code, 9),
        piece(codes, by_code, 10),
        piece(codes, by_code, 11),
        piece(numbers, by_number, 0),
        piece(numbers, by_number, 1),
        piece(numbers, by_number, 2),
        piece(numbers, by_number, 3),
    )


@part
def desk_in(room: Any, bounds: Any) -> Any:
    """The desk that is packed; its path in rows."""
    path, size = piece(room, bounds, 15), bounds[1] - bounds[0] + 1
    return Desk(
        piece(room, bounds, 0),
        piece(room, bounds, 1),
        piece(room, bounds, 2),
        piece(room, bounds, 3),
        piece(room, bounds, 4),
        piece(room, bounds, 5),
        piece(room, bounds, 6),
        piece(room, bounds, 7),
        piece(room, bounds, 8),
        piece(room, bounds, 9),
        piece(room, bounds, 10),
        piece(room, bounds, 11),
        piece(room, bounds, 12),
        piece(room, bounds, 13),
        piece(room, bounds, 14),
        path.reshape((path.shape[0] // size, size)),
        piece(room, bounds, 16),
    )
