"""The logit answer in a small tree, and its derivative by all log-odds at once, as scalar code.

A tree needs no order of play here: an information set may be met twice, and its beliefs go by the expected
visits to its nodes. Derivatives go forwards (Griewank and Walther 2008, chapter 3): what a number changes by
is a row with a place for each unknown, and rows are handled WIDTH places at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, log
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from foedus.solve.arithmetic import JIT
from foedus.solve.block import Floats
from foedus.solve.lanes import WIDTH, fma, load, spread, store

CHANCE, TERMINAL = -1, -2
OUT, NEVER, MET = 0, 1, 2

INSIDE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}

Ints = NDArray[np.int32]
Function = TypeVar("Function", bound=Callable[..., Any])


def routine(function: Function) -> Function:
    """A function that kernels call. Without a way in from Python it is compiled in half the time."""
    return cast(Function, numba.jit(**JIT, **INSIDE)(function))


class Plan(NamedTuple):
    """A tree whose nodes come after their parents.

    place (node): the decision, CHANCE or TERMINAL; option (node): by which play comes there, -1 for chance,
    which brings it there with the probability `share`; log_share (node): its logarithm, 0 if it is never;
    counts (node): OUT if beliefs leave it out, as fewer impossible steps lead elsewhere, NEVER if it is met
    only in the limit, else MET; payoff (node · actor), what the node itself pays; first_option (decision +
    1); mover (decision). Unknowns are the log-odds of options against the first of the same decision.
    """

    parent: Ints
    place: Ints
    option: Ints
    counts: Ints
    share: Floats
    log_share: Floats
    payoff: Floats
    first_option: Ints
    mover: Ints


class Desk(NamedTuple):
    """Room to work in. What is called d_… has a row of places for unknowns for each number of its namesake.

    reach (node) is its logarithm; belief (node) is relative to the likeliest node of its decision, whose
    reach is `peak`, and `total` their sum; met (decision) the expected visits; worth (option) what an option
    brings its actor; path (row, unknown and τ) and report are for `small_path`, matrix for `small_system`.
    """

    odds: Floats
    sigma: Floats
    logs: Floats
    worth: Floats
    held: Floats
    reach: Floats
    belief: Floats
    peak: Floats
    total: Floats
    met: Floats
    value: Floats
    d_sigma: Floats
    d_logs: Floats
    d_worth: Floats
    d_reach: Floats
    d_total: Floats
    d_value: Floats
    matrix: Floats
    path: Floats
    report: Floats


def desk_for(plan: Plan, rows: int) -> Desk:
    """Room for a tree, with so many rows for a path."""
    nodes, decisions, options = len(plan.parent), len(plan.mover), int(plan.first_option[-1])
    unknowns, numbers = options - decisions, len(plan.payoff)
    wide, whole = WIDTH * -(-unknowns // WIDTH), WIDTH * -(-(unknowns + 3) // WIDTH)
    sizes = (unknowns, *[options] * 4, *[nodes] * 2, *[decisions] * 3, numbers)
    derived = (*[options] * 3, nodes, decisions, numbers)
    flat = [*sizes, *(size * wide for size in derived), (unknowns + 1) * whole]
    return Desk._make([*map(np.zeros, flat), np.zeros((rows, unknowns + 1)), np.zeros(5)])


@routine
def show(plan: Any, desk: Any, wide: int) -> None:
    """Probabilities and their logarithms, with derivatives if `wide` vectors make a row."""
    for k in range(plan.mover.shape[0]):
        first, last = plan.first_option[k], plan.first_option[k + 1]
        top, total = 0.0, 0.0
        for o in range(first + 1, last):
            top = max(top, desk.odds[o - k - 1])
        for o in range(first, last):
            desk.logs[o] = (desk.odds[o - k - 1] if o > first else 0.0) - top
            desk.sigma[o] = exp(desk.logs[o])
            total += desk.sigma[o]
        shift = log(total)
        for o in range(first, last):
            desk.sigma[o] /= total
            desk.logs[o] -= shift
        if wide:
            show_change(desk, wide, k, first, last)


@routine
def show_change(desk: Any, wide: int, k: int, first: int, last: int) -> None:
    for o in range(first, last):
        row = o * wide * WIDTH
        for j in range(first + 1, last):
            change = (1.0 if o == j else 0.0) - desk.sigma[j]
            desk.d_logs[row + j - k - 1] = change
            desk.d_sigma[row + j - k - 1] = desk.sigma[o] * change


@routine
def copy(source: Any, target: Any) -> None:
    for i in range(target.shape[0]):
        target[i] = source[i]


@routine
def clear(rows: Any, count: int) -> None:
    for row in range(count):
        store(rows, row, spread(0.0))


@routine
def visit(plan: Any, desk: Any, wide: int) -> None:
    """ln reach of inner nodes, and the largest of each decision."""
    desk.reach[0] = 0.0
    desk.peak[:] = -inf
    clear(desk.d_reach, wide)
    for n in range(plan.parent.shape[0]):
        k = plan.place[n]
        if k == TERMINAL:
            continue
        if n > 0:
            above, o = plan.parent[n], plan.option[n]
            desk.reach[n] = desk.reach[above] + (desk.logs[o] if o >= 0 else plan.log_share[n])
            for v in range(wide):
                moved = load(desk.d_reach, above * wide + v)
                if o >= 0:
                    moved = moved + load(desk.d_logs, o * wide + v)
                store(desk.d_reach, n * wide + v, moved)
        if k >= 0 and plan.counts[n] > OUT:
            desk.peak[k] = max(desk.peak[k], desk.reach[n])


@routine
def weigh(plan: Any, desk: Any, wide: int) -> None:
    """Beliefs, not yet divided by their sum, and visits."""
    desk.total[:] = 0.0
    desk.met[:] = 0.0
    clear(desk.d_total, desk.total.shape[0] * wide)
    for n in range(plan.parent.shape[0]):
        k = plan.place[n]
        if k < 0:
            continue
        below = desk.reach[n] - desk.peak[k]
        belief = 0.0 if plan.counts[n] == OUT else 1.0 if below == 0.0 else exp(below)
        desk.belief[n] = belief
        desk.total[k] += belief
        if wide == 0 and plan.counts[n] == MET:
            desk.met[k] += exp(desk.reach[n])
        for v in range(wide):
            moved = fma(load(desk.d_reach, n * wide + v), spread(belief), load(desk.d_total, k * wide + v))
            store(desk.d_total, k * wide + v, moved)


@routine
def value(plan: Any, desk: Any, wide: int) -> None:
    """Values of nodes, and what options are worth."""
    nodes, actors = plan.parent.shape[0], plan.payoff.shape[0] // plan.parent.shape[0]
    copy(plan.payoff, desk.value)
    desk.worth[:] = 0.0
    clear(desk.d_value, nodes * actors * wide)
    clear(desk.d_worth, desk.worth.shape[0] * wide)
    for n in range(nodes - 1, 0, -1):
        inner, above, o = plan.place[n] != TERMINAL, plan.parent[n], plan.option[n]
        share = desk.sigma[o] if o >= 0 else plan.share[n]
        for a in range(actors):
            worth = desk.value[n * actors + a]
            desk.value[above * actors + a] += share * worth
            if above > 0:
                hand_up(desk, wide, n * actors + a, above * actors + a, o, share, worth, inner)
        if o >= 0:
            mover = plan.mover[plan.place[above]]
            bring(desk, wide, above, o, n * actors + mover, inner)


@routine
def hand_up(
    desk: Any, wide: int, here: int, above: int, o: int, share: float, worth: float, inner: bool
) -> None:
    """The derivative of a value goes into that above it."""
    for v in range(wide):
        moved = load(desk.d_value, above * wide + v)
        if inner:
            moved = fma(load(desk.d_value, here * wide + v), spread(share), moved)
        if o >= 0:
            moved = fma(load(desk.d_sigma, o * wide + v), spread(worth), moved)
        store(desk.d_value, above * wide + v, moved)


@routine
def bring(desk: Any, wide: int, above: int, o: int, own: int, inner: bool) -> None:
    """What the option's node is worth to the mover, by the belief in the node above."""
    belief, worth = desk.belief[above], desk.value[own]
    desk.worth[o] += belief * worth
    for v in range(wide):
        moved = load(desk.d_reach, above * wide + v) * worth
        if inner:
            moved = moved + load(desk.d_value, own * wide + v)
        store(desk.d_worth, o * wide + v, fma(moved, spread(belief), load(desk.d_worth, o * wide + v)))


@routine
def believe(plan: Any, desk: Any, wide: int) -> None:
    """Divide by the sum of beliefs."""
    for k in range(plan.mover.shape[0]):
        share = 1.0 / desk.total[k]
        for o in range(plan.first_option[k], plan.first_option[k + 1]):
            desk.worth[o] = worth = desk.worth[o] * share
            for v in range(wide):
                moved = fma(
                    load(desk.d_total, k * wide + v), spread(-worth), load(desk.d_worth, o * wide + v)
                )
                store(desk.d_worth, o * wide + v, moved * share)


@routine
def respond(plan: Any, desk: Any, wide: int) -> None:
    """What every option is worth against the play that `odds` are, with derivatives unless `wide` is 0."""
    show(plan, desk, wide)
    visit(plan, desk, wide)
    weigh(plan, desk, wide)
    value(plan, desk, wide)
    believe(plan, desk, wide)
