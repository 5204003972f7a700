"""The logit answer in a small tree, and its derivative by all unknowns at once, as scalar code.

Unknown are only the log-odds of the choices that some belief depends on. All others answer exactly, each as
soon as the values below it are known, and carry the derivative on by the chain rule. A tree needs no order of
play here: an information set may be met twice, and its beliefs go by the expected visits to its nodes.
Derivatives go forwards (Griewank and Walther 2008, chapter 3): what a number changes by is a row with a place
for each unknown and one for λ, and rows are handled WIDTH places at a time.
"""

from __future__ import annotations

from math import exp, inf, log
from typing import Any

from foedus.solve.arithmetic import part
from foedus.solve.lanes import WIDTH, entry, fma, load, spread, store
from foedus.solve.small_plan import (
    ANSWERED,
    ANSWERS,
    COUNT,
    FRESH,
    GUESSED,
    KIND,
    MEAN,
    MET,
    NODES,
    ROW,
    START,
    TARGET,
    VALUED,
    WEIGH,
    WEIGHED,
)


@part
def copy(source: Any, target: Any) -> None:
    for i in range(target.shape[0]):
        target[i] = source[i]


@part
def clear(rows: Any, count: int) -> None:
    for row in range(count):
        store(rows, row, spread(0.0))


@part
def change(desk: Any, row: int, v: int, place: int, amount: float) -> Any:
    """Vector v of a row, `amount` more at a place."""
    found = row
    if place // WIDTH == v:
        found = fma(load(desk.unit, place % WIDTH), spread(amount), found)
    return found


@part
def show(plan: Any, desk: Any) -> None:
    """Probabilities and their logarithms where log-odds are unknown."""
    for k in range(plan.first_unknown.shape[0]):
        start = entry(plan.first_unknown, k)
        if start == ANSWERS:
            continue
        first, last = entry(plan.first_option, k), entry(plan.first_option, k + 1)
        top = 0.0
        for o in range(first + 1, last):
            top = max(top, desk.odds[start + o - first - 1])
        desk.logs[first] = -top
        for o in range(first + 1, last):
            desk.logs[o] = desk.odds[start + o - first - 1] - top
        share_out(desk, first, last)


@part
def share_out(desk: Any, first: int, last: int) -> None:
    """Probabilities and their logarithms from logarithms of which the largest is 0."""
    total = 0.0
    for o in range(first, last):
        desk.sigma[o] = 1.0 if desk.logs[o] == 0.0 else exp(desk.logs[o])
        total += desk.sigma[o]
    shift, inverse = log(total), 1.0 / total
    for o in range(first, last):
        desk.sigma[o] *= inverse
        desk.logs[o] -= shift


@part
def visit(plan: Any, desk: Any, wide: int) -> None:
    """ln reach where beliefs depend on it, but for what answers: that is the same for all that are compared.

    The derivative of ln σ of option o by the log-odds of option j is (o = j) − σ of j.
    """
    desk.reach[0] = 0.0
    clear(desk.d_reach, wide)
    for i in range(1, plan.ways.shape[0]):
        n = entry(plan.ways, i)
        above, o = entry(plan.parent, n), entry(plan.option, n)
        k = entry(plan.place, above)
        start = entry(plan.first_unknown, k) if k >= 0 else ANSWERS
        asked = start > ANSWERS
        desk.reach[n] = desk.reach[above] + (desk.logs[o] if asked else plan.log_share[n])
        for v in range(wide):
            moved = load(desk.d_reach, above * wide + v)
            if asked:
                first = entry(plan.first_option, k)
                for j in range(first + 1, entry(plan.first_option, k + 1)):
                    by = (1.0 if j == o else 0.0) - desk.sigma[j]
                    moved = change(desk, moved, v, start + j - first - 1, by)
            store(desk.d_reach, n * wide + v, moved)


@part
def believe(plan: Any, desk: Any, wide: int) -> None:
    """Beliefs where they depend on play."""
    for k in range(plan.first_unknown.shape[0]):
        start, stop = entry(plan.first_member, k), entry(plan.first_member, k + 1)
        if start == stop:
            continue
        peak, total = -inf, 0.0
        for i in range(start, stop):
            peak = max(peak, desk.reach[entry(plan.member, i)])
        for i in range(start, stop):
            n = entry(plan.member, i)
            below = desk.reach[n] - peak
            desk.belief[n] = belief = 1.0 if below == 0.0 else exp(below)
            total += belief
        inverse = 1.0 / total
        for i in range(start, stop):
            desk.belief[entry(plan.member, i)] *= inverse
        for v in range(wide):
            mean = spread(0.0)
            for i in range(start, stop):
                n = entry(plan.member, i)
                mean = fma(load(desk.d_reach, n * wide + v), spread(desk.belief[n]), mean)
            for i in range(start, stop):
                n = entry(plan.member, i)
                moved = (load(desk.d_reach, n * wide + v) - mean) * desk.belief[n]
                store(desk.d_belief, n * wide + v, moved)


@part
def weigh(plan: Any, desk: Any, at: int, wide: int) -> None:
    """What the options of a decision are worth in the nodes of a record, by the beliefs there."""
    first, nodes, tangents = entry(plan.code, at + ROW), entry(plan.code, at + NODES), entry(plan.code, 0)
    guessed, fresh = entry(plan.code, at + GUESSED) > 0, entry(plan.code, at + FRESH) > 0
    here = at + WEIGHED
    below = here + nodes
    for o in range(first, first + entry(plan.code, at + COUNT)):
        worth = 0.0 if fresh else entry(desk.worth, o)
        for i in range(nodes):
            worth += entry(desk.belief, entry(plan.code, here + i)) * entry(
                desk.value, entry(plan.code, below + i)
            )
        desk.worth[o] = worth
        for v in range(wide):
            moved = spread(0.0) if fresh else load(desk.d_worth, o * wide + v)
            for i in range(nodes):
                n, number = entry(plan.code, here + i), entry(plan.code, below + i)
                if guessed:
                    moved = fma(load(desk.d_belief, n * wide + v), entry(desk.value, number), moved)
                if number < tangents:
                    moved = fma(load(desk.d_value, number * wide + v), entry(desk.belief, n), moved)
            store(desk.d_worth, o * wide + v, moved)
        below += nodes


@part
def answer(desk: Any, first: int, last: int, rate: float, slope: float, wide: int) -> None:
    """The logit answer of a decision, as its options are worth, to λ = `rate`, which changes by `slope`."""
    best = -inf
    for o in range(first, last):
        best = max(best, desk.worth[o])
    for o in range(first, last):
        desk.logs[o] = rate * (desk.worth[o] - best)
    share_out(desk, first, last)
    for o in range(first, last):
        by = slope * (desk.worth[o] - best)
        for v in range(wide):
            moved = load(desk.d_worth, o * wide + v) * rate
            store(desk.d_worth, o * wide + v, change(desk, moved, v, desk.odds.shape[0], by))


@part
def hand_up(plan: Any, desk: Any, code: Any, at: int, wide: int) -> None:
    """A value from those below, of which it is the mean.

    What a change of the logarithm of an option's probability adds to it is that probability times what the
    option's value is above the mean.
    """
    kind, row, count = entry(code, at + KIND), entry(code, at + ROW), entry(code, at + COUNT)
    target, below, tangents = entry(code, at + TARGET), at + VALUED, entry(plan.code, 0)
    mean = 0.0
    for i in range(count):
        mean += entry(desk.sigma, row + i) * entry(desk.value, entry(code, below + i))
    desk.value[target] = entry(plan.payoff, target) + mean
    for v in range(wide):
        moved = spread(0.0)
        for i in range(count):
            number, share = entry(code, below + i), entry(desk.sigma, row + i)
            if number < tangents:
                moved = fma(load(desk.d_value, number * wide + v), share, moved)
            if kind > MEAN:
                gain = share * (entry(desk.value, number) - mean)
                if kind == ANSWERED:
                    moved = fma(load(desk.d_worth, (row + i) * wide + v), gain, moved)
                elif i > 0:
                    moved = change(desk, moved, v, entry(code, at + START) + i - 1, gain)
        store(desk.d_value, target * wide + v, moved)


@part
def respond(plan: Any, desk: Any, rate: float, slope: float, wide: int) -> None:
    """What every option is worth at λ = `rate` against the play that `odds` and the answers to them are.

    With derivatives unless `wide`, the vectors in a row, is 0; λ changes by `slope` with the last place. The
    values of terminal nodes must be there.
    """
    show(plan, desk)
    visit(plan, desk, wide)
    believe(plan, desk, wide)
    at = 1
    while at < plan.code.shape[0]:
        count = entry(plan.code, at + COUNT)
        if entry(plan.code, at + KIND) == WEIGH:
            weigh(plan, desk, at, wide)
            if entry(plan.code, at + START) == ANSWERS:
                first = entry(plan.code, at + ROW)
                answer(desk, first, first + count, rate, slope, wide)
            at += WEIGHED + (1 + count) * entry(plan.code, at + NODES)
        else:
            hand_up(plan, desk, plan.code, at, wide)
            at += VALUED + count


@part
def conclude(plan: Any, desk: Any) -> None:
    """The other values, and the expected visits of every decision."""
    at = 0
    while at < plan.rest.shape[0]:
        hand_up(plan, desk, plan.rest, at, 0)
        at += VALUED + entry(plan.rest, at + COUNT)
    meet(plan, desk)


@part
def meet(plan: Any, desk: Any) -> None:
    """The expected visits of every decision."""
    for k in range(plan.first_unknown.shape[0]):
        desk.met[k] = 0.0
    for n in range(plan.parent.shape[0]):
        if n > 0:
            o = entry(plan.option, n)
            by = desk.logs[o] if o >= 0 else plan.log_share[n]
            desk.reach[n] = desk.reach[entry(plan.parent, n)] + by
        k = entry(plan.place, n)
        if k >= 0 and entry(plan.counts, n) == MET:
            desk.met[k] += exp(desk.reach[n])
