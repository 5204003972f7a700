"""What each kind of record of a tape asks for, in a chunk of worlds: answers, values, what could be gained.

A record is decoded once for a chunk of several vectors of lanes, so that the processor has several chains of
arithmetic to work on at a time.
"""

from __future__ import annotations

from typing import Any

from foedus.solve.addresses import load_at, store_at
from foedus.solve.arithmetic import exp, part
from foedus.solve.lanes import entry, fma, less, magnitude, maximum, spread
from foedus.solve.passes import ABSENT, OUTSIDE
from foedus.solve.room import BYTES, below, paid_on, raise_to, settle, tell_ties, untie, worth
from foedus.solve.tape import COUNT, EDGE, HEADER, MOVER, OPTION, ROW, SLOT


@part
def exps(room: Any, count: int) -> None:
    """e to the power of so many vectors of scores, in place: a loop of nothing else keeps its constants."""
    for i in range(count):
        place = room.scores + i * BYTES
        store_at(place, exp(load_at(place)))


@part
def two(code: Any, room: Any, at: int, record: int, paid: bool) -> None:
    """A set of two options of the same weight: one exp."""
    mover, edge = entry(code, at + MOVER), at + HEADER
    to = room.behaviour + entry(code, at + OPTION) * room.step
    slot = room.slots + entry(code, at + SLOT) * (room.actors + 1) * room.wide
    v0, s0, g0 = below(code, room, edge)
    v1, s1, g1 = below(code, room, edge + EDGE)
    p0, p1 = paid_on(code, room, edge), paid_on(code, room, edge + EDGE)
    differences = room.scores + room.wide
    for v in range(room.vectors):
        shift, pay = v * BYTES, v * BYTES + mover * room.step
        q0 = worth(v0 + mover * s0 + shift, p0 + pay, paid)
        q1 = worth(v1 + mover * s1 + shift, p1 + pay, paid)
        x = q1 - q0
        store_at(differences + shift, x)
        if room.exact:
            x = untie(room, mover, x, shift)
        x = load_at(room.rationality + mover * room.wide + shift) * x
        store_at(room.scores + shift, 0.0 - magnitude(x))
    exps(room, room.vectors)
    for v in range(room.vectors):
        shift = v * BYTES
        z, difference = load_at(room.scores + shift), load_at(differences + shift)
        large = 1.0 / (1.0 + z)
        small = z * large
        first = less(spread(0.0), difference, small, large)
        second = less(spread(0.0), difference, large, small)
        store_at(to + shift, first)
        store_at(to + room.step + shift, second)
        if room.exact:
            tell_ties(room, mover, 1.0 + less(spread(0.0), small, spread(1.0), spread(0.0)), shift)
        later = maximum(first * load_at(g0 + shift), second * load_at(g1 + shift))
        settle(room, slot, record, small * magnitude(difference), later, shift)
    for a in range(room.actors):
        x0, x1, y = v0 + a * s0, v1 + a * s1, slot + a * room.wide
        pay0, pay1 = p0 + a * room.step, p1 + a * room.step
        for v in range(room.vectors):
            shift = v * BYTES
            total = load_at(to + shift) * worth(x0 + shift, pay0 + shift, paid)
            total = fma(load_at(to + room.step + shift), worth(x1 + shift, pay1 + shift, paid), total)
            store_at(y + shift, total)


@part
def three(code: Any, room: Any, at: int, record: int, paid: bool) -> None:
    """A set of three options of the same weight."""
    mover, edge = entry(code, at + MOVER), at + HEADER
    to = room.behaviour + entry(code, at + OPTION) * room.step
    slot = room.slots + entry(code, at + SLOT) * (room.actors + 1) * room.wide
    v0, s0, g0 = below(code, room, edge)
    v1, s1, g1 = below(code, room, edge + EDGE)
    v2, s2, g2 = below(code, room, edge + 2 * EDGE)
    p0, p1 = paid_on(code, room, edge), paid_on(code, room, edge + EDGE)
    p2 = paid_on(code, room, edge + 2 * EDGE)
    losses = room.scores + 2 * room.wide
    for v in range(room.vectors):
        shift, pay = v * BYTES, v * BYTES + mover * room.step
        q0 = worth(v0 + mover * s0 + shift, p0 + pay, paid)
        q1 = worth(v1 + mover * s1 + shift, p1 + pay, paid)
        q2 = worth(v2 + mover * s2 + shift, p2 + pay, paid)
        before, after = maximum(q1, q0), maximum(q2, q1)
        top = maximum(before, q2)
        # the best has e^0, so only the losses of the other two are to be put into exp
        x, y = less(q0, after, q0, q1) - top, less(before, q2, q1, q2) - top
        store_at(losses + shift, x)
        store_at(losses + room.wide + shift, y)
        if room.exact:
            x, y = untie(room, mover, x, shift), untie(room, mover, y, shift)
        rationality = load_at(room.rationality + mover * room.wide + shift)
        store_at(room.scores + shift, rationality * x)
        store_at(room.scores + room.wide + shift, rationality * y)
    exps(room, 2 * room.vectors)
    for v in range(room.vectors):
        shift, pay = v * BYTES, v * BYTES + mover * room.step
        q0 = worth(v0 + mover * s0 + shift, p0 + pay, paid)
        q1 = worth(v1 + mover * s1 + shift, p1 + pay, paid)
        q2 = worth(v2 + mover * s2 + shift, p2 + pay, paid)
        before, after = maximum(q1, q0), maximum(q2, q1)
        x, y = load_at(room.scores + shift), load_at(room.scores + room.wide + shift)
        total = 1.0 + x + y
        if room.exact:
            tell_ties(room, mover, total, shift)
        best = 1.0 / total
        x, y = x * best, y * best
        e0 = less(q0, after, x, best)
        e1 = less(q0, after, less(before, q2, y, best), x)
        e2 = less(before, q2, best, y)
        store_at(to + shift, e0)
        store_at(to + room.step + shift, e1)
        store_at(to + 2 * room.step + shift, e2)
        later = maximum(e0 * load_at(g0 + shift), e1 * load_at(g1 + shift))
        later = maximum(e2 * load_at(g2 + shift), later)
        gain = fma(x, load_at(losses + shift), y * load_at(losses + room.wide + shift))
        settle(room, slot, record, 0.0 - gain, later, shift)
    for a in range(room.actors):
        x0, x1, x2, y = v0 + a * s0, v1 + a * s1, v2 + a * s2, slot + a * room.wide
        pay0, pay1, pay2 = p0 + a * room.step, p1 + a * room.step, p2 + a * room.step
        for v in range(room.vectors):
            shift = v * BYTES
            total = load_at(to + shift) * worth(x0 + shift, pay0 + shift, paid)
            total = fma(load_at(to + room.step + shift), worth(x1 + shift, pay1 + shift, paid), total)
            total = fma(load_at(to + 2 * room.step + shift), worth(x2 + shift, pay2 + shift, paid), total)
            store_at(y + shift, total)


@part
def expected(code: Any, room: Any, edge: int, mover: int, shift: int) -> Any:
    """What the mover expects of an option (lane)."""
    values, apart, _ = below(code, room, edge)
    pay = paid_on(code, room, edge) + mover * room.step + shift
    return worth(values + mover * apart + shift, pay, True)


@part
def weigh(code: Any, room: Any, at: int, shift: int) -> Any:
    """What the mover expects of each option, into the scores; returns the most of those available (lane)."""
    mover, top = entry(code, at + MOVER), spread(OUTSIDE)
    for k in range(entry(code, at + COUNT)):
        edge = at + HEADER + k * EDGE
        quality = expected(code, room, edge, mover, shift)
        store_at(room.scores + k * room.wide + shift, quality)
        weight = load_at(room.log_weights + entry(code, edge + ROW) * room.step + shift)
        top = maximum(less(weight, spread(ABSENT), spread(OUTSIDE), quality), top)
    return top


@part
def score(code: Any, room: Any, at: int, top: Any, to: int, shift: int) -> Any:
    """ln weight + rationality · loss of each option, where its probability will be; returns the most."""
    mover, most = entry(code, at + MOVER), spread(OUTSIDE)
    rationality = load_at(room.rationality + mover * room.wide + shift)
    for k in range(entry(code, at + COUNT)):
        loss = load_at(room.scores + k * room.wide + shift) - top
        if room.exact:
            loss = untie(room, mover, loss, shift)
        weight = load_at(room.log_weights + entry(code, at + HEADER + k * EDGE + ROW) * room.step + shift)
        absent = loss * 0.0 + spread(OUTSIDE)
        each = less(weight, spread(ABSENT), absent, fma(rationality, loss, weight))
        store_at(to + k * room.step + shift, each)
        most = maximum(each, most)
    return most


@part
def answer(code: Any, room: Any, at: int, to: int, shift: int) -> Any:
    """The logit answer of a set of any number and weights of options; returns what its mover could gain."""
    top = weigh(code, room, at, shift)
    most = score(code, room, at, top, to, shift)
    count, total, chosen, gain = entry(code, at + COUNT), spread(0.0), spread(0.0), spread(0.0)
    for k in range(count):
        share = exp(load_at(to + k * room.step + shift) - most)
        store_at(to + k * room.step + shift, share)
        total += share
        chosen += less(spread(0.0), share, spread(1.0), spread(0.0))
    scale = 1.0 / total
    for k in range(count):
        share = load_at(to + k * room.step + shift) * scale
        store_at(to + k * room.step + shift, share)
        gain = fma(share, top - load_at(room.scores + k * room.wide + shift), gain)
    if room.exact:
        tell_ties(room, entry(code, at + MOVER), chosen, shift)
    return gain


@part
def gather(code: Any, room: Any, edge: int, share: int, slot: int, first: bool) -> None:
    """Add an edge's part to the values of its node; `share` is the address of its probability."""
    values, apart, gains = below(code, room, edge)
    pay = paid_on(code, room, edge)
    for v in range(room.vectors):
        shift = v * BYTES
        chance = load_at(share + shift)
        for a in range(room.actors):
            to = slot + a * room.wide + shift
            each = worth(values + a * apart + shift, pay + a * room.step + shift, True)
            if first:
                store_at(to, chance * each)
            else:
                store_at(to, fma(chance, each, load_at(to)))
        later, to = chance * load_at(gains + shift), slot + room.actors * room.wide + shift
        if first:
            store_at(to, later)
        else:
            raise_to(to, later)


@part
def many(code: Any, room: Any, at: int, record: int) -> None:
    """A set of any number and weights of options."""
    to = room.behaviour + entry(code, at + OPTION) * room.step
    slot = room.slots + entry(code, at + SLOT) * (room.actors + 1) * room.wide
    gains = room.scores
    for v in range(room.vectors):
        shift = v * BYTES
        store_at(gains + shift, answer(code, room, at, to, shift))
    for k in range(entry(code, at + COUNT)):
        gather(code, room, at + HEADER + k * EDGE, to + k * room.step, slot, k == 0)
    for v in range(room.vectors):
        shift = v * BYTES
        later = load_at(slot + room.actors * room.wide + shift)
        settle(room, slot, record, load_at(gains + shift), later, shift)


@part
def chance(code: Any, room: Any, at: int) -> None:
    """A chance node; there is nothing to answer."""
    slot = room.slots + entry(code, at + SLOT) * (room.actors + 1) * room.wide
    for k in range(entry(code, at + COUNT)):
        edge = at + HEADER + k * EDGE
        share = room.probabilities + entry(code, edge + ROW) * room.step
        gather(code, room, edge, share, slot, k == 0)
