"""The backward half of a sweep, run by run: what all information sets answer, and the values they need."""

from __future__ import annotations

from typing import Any, NamedTuple

from foedus.solve.layout import Ints

from . import passes
from .arithmetic import part
from .lanes import entry, fma, less, load, spread, store
from .passes import UNREACHED

FREE, PAYING, WIDE = range(3)
KINDS = 3
MEMBER, WAYS, PART, OTHER, TOLL = 5, 5, 3, 4, 3


class Runs(NamedTuple):
    """The runs of a game (see `schedule`), from its end to the root, each parted into what is alike.

    Values lie in slots, followed by the rows of the table of payoffs, where those of ends are: each slot and
    each row of the table has one row for each actor.

    Information sets come by kind: FREE are those of two options of which no edge pays the mover anything,
    PAYING the others of two options, WIDE the rest. Those of kind j in the k-th run are group
    g = k · KINDS + j: the sets sets[first_set[g]] … sets[first_set[g + 1] - 1].

    members: of each node of an information set of two options MEMBER numbers, the node, then the mover's rows
    of values and of payments for the second option, and for the first. Those of set h, if it is such a set,
    are first_member[h] … first_member[h + 1] - 1.

    pairs: of each node of two ways of which any value is needed WAYS numbers, its own row, then of either way
    the share and the child's row; rows are those of the first actor needed. They come in parts, of the k-th
    run first_part[k] … first_part[k + 1] - 1, each as PART numbers: how many actors are needed, the first
    node, and the end.

    others: of each other node of which any value is needed OTHER numbers, the node, its row, the first actor
    needed, and how many are. Those of the k-th run are first_other[k] … first_other[k + 1] - 1.

    tolls: for each edge and each actor needed whom it pays something TOLL numbers, the row of the node that
    it leaves, its share, and the row of what it pays. Those of the k-th run are first_toll[k] …
    first_toll[k + 1] - 1.

    below, paid (edge): the child's row, and the row of what the edge pays. slots: how many rows they have.
    """

    slots: int
    sets: Ints
    first_set: Ints
    members: Ints
    first_member: Ints
    pairs: Ints
    parts: Ints
    first_part: Ints
    others: Ints
    first_other: Ints
    tolls: Ints
    first_toll: Ints
    below: Ints
    paid: Ints


@part
def backward_by_runs(layout: Any, runs: Any, numbers: Any, scratch: Any) -> Any:
    """`next_odds` and `next_sigma`; each information set reckons with what those after it have just answered.

    Beliefs are not kept, and of values only those that were needed. Returns 1.0 (lane) where the reach of
    some information set of several nodes is too small to divide by.
    """
    lost = spread(0.0)
    for run in range(runs.first_other.shape[0] - 1):
        lost = answer_run(layout, runs, numbers, scratch, run * KINDS, lost)
        share_run(layout, runs, scratch, run * KINDS)
        value_run(layout, runs, numbers.values, scratch.next_sigma, run)
    return lost


@part
def answer_run(layout: Any, runs: Any, numbers: Any, scratch: Any, group: int, lost: Any) -> Any:
    """`next_odds` of the sets of a run; returns 1.0 (lane) where reach is lost or was."""
    for k in range(entry(runs.first_set, group + FREE), entry(runs.first_set, group + PAYING)):
        lost = odds_between(layout, runs, numbers, scratch, entry(runs.sets, k), False, lost)
    for k in range(entry(runs.first_set, group + PAYING), entry(runs.first_set, group + WIDE)):
        lost = odds_between(layout, runs, numbers, scratch, entry(runs.sets, k), True, lost)
    for k in range(entry(runs.first_set, group + WIDE), entry(runs.first_set, group + KINDS)):
        lost = answer_wide(layout, runs, numbers, scratch, entry(runs.sets, k), lost)
    return lost


@part
def share_run(layout: Any, runs: Any, scratch: Any, group: int) -> None:
    """`next_sigma` of the sets of two options of a run, two sets at a time."""
    first, last = entry(runs.first_set, group + FREE), entry(runs.first_set, group + WIDE)
    for k in range(first, last - 1, 2):
        one, other = entry(runs.sets, k), entry(runs.sets, k + 1)
        passes.share_pair(layout, one, other, scratch.next_odds, scratch.next_sigma)
    if (last - first) & 1:
        passes.share_out(layout, entry(runs.sets, last - 1), scratch.next_odds, scratch.next_sigma)


@part
def value_run(layout: Any, runs: Any, values: Any, sigma: Any, run: int) -> None:
    """The values that are needed of the nodes of a run: first without what the edges from them pay."""
    for k in range(entry(runs.first_part, run), entry(runs.first_part, run + 1)):
        needed, first = entry(runs.parts, k * PART), entry(runs.parts, k * PART + 1)
        weigh_all(runs.pairs, values, sigma, first, entry(runs.parts, k * PART + 2), needed)
    for k in range(entry(runs.first_other, run), entry(runs.first_other, run + 1)):
        weigh_many(layout, runs, values, sigma, k * OTHER)
    for k in range(entry(runs.first_toll, run), entry(runs.first_toll, run + 1)):
        row, share = entry(runs.tolls, k * TOLL), load(sigma, entry(runs.tolls, k * TOLL + 1))
        toll = load(values, entry(runs.tolls, k * TOLL + 2))
        store(values, row, fma(share, toll, load(values, row)))


@part
def weigh_all(ways: Any, values: Any, sigma: Any, first: int, last: int, needed: int) -> None:
    """`weigh`, unrolled for the usual numbers of actors."""
    if needed == 1:
        weigh(ways, values, sigma, first, last, 1)
    elif needed == 2:
        weigh(ways, values, sigma, first, last, 2)
    elif needed == 3:
        weigh(ways, values, sigma, first, last, 3)
    elif needed == 4:
        weigh(ways, values, sigma, first, last, 4)
    elif needed == 5:
        weigh(ways, values, sigma, first, last, 5)
    else:
        weigh(ways, values, sigma, first, last, needed)


@part
def weigh(ways: Any, values: Any, sigma: Any, first: int, last: int, needed: int) -> None:
    """Values of nodes `first` … `last` - 1 of `ways`, the means over their two ways."""
    for at in range(first * WAYS, last * WAYS, WAYS):
        one, other = load(sigma, entry(ways, at + 1)), load(sigma, entry(ways, at + 3))
        here, below, second = entry(ways, at), entry(ways, at + 2), entry(ways, at + 4)
        for a in range(needed):
            store(values, here + a, fma(other, load(values, second + a), one * load(values, below + a)))


@part
def weigh_many(layout: Any, runs: Any, values: Any, sigma: Any, at: int) -> None:
    """Values of the node told of in `others` from place `at`, of any number of ways."""
    n, here, actor = entry(runs.others, at), entry(runs.others, at + 1), entry(runs.others, at + 2)
    for a in range(actor, actor + entry(runs.others, at + 3)):
        total = spread(0.0)
        for e in range(entry(layout.first_edge, n), entry(layout.first_edge, n + 1)):
            share = load(sigma, entry(layout.share, e))
            total = fma(share, load(values, entry(runs.below, e) + a), total)
        store(values, here + a, total)


@part
def odds_between(layout: Any, runs: Any, numbers: Any, scratch: Any, h: int, pays: bool, lost: Any) -> Any:
    """`next_odds` of a set of two options; returns 1.0 (lane) where reach is lost or was."""
    row, base = entry(layout.first_row, h), entry(layout.base, h)
    first, last = entry(runs.first_member, h), entry(runs.first_member, h + 1)
    option = entry(layout.row_option, row)
    if last - first == 1:
        gain = advantage(runs.members, numbers.values, first, pays)
    else:
        total, better = spread(0.0), spread(0.0)
        for member in range(first, last):
            reached = load(scratch.reach, entry(runs.members, member * MEMBER))
            total += reached
            better = fma(reached, advantage(runs.members, numbers.values, member, pays), better)
        gain, lost = better / total, less(total, UNREACHED, 1.0, lost)
    if option < base:
        gain = 0.0 - gain
    heavier = load(numbers.log_weights, entry(layout.weight, option))
    heavier -= load(numbers.log_weights, entry(layout.weight, base))
    rationality = load(numbers.rationality, entry(layout.mover, h))
    store(scratch.next_odds, row, passes.at_least_never(fma(rationality, gain, heavier)))
    return lost


@part
def advantage(members: Any, values: Any, member: int, pays: bool) -> Any:
    """What the second of two options brings the mover over the first, at one node (lane)."""
    at = member * MEMBER
    worth, rest = load(values, entry(members, at + 1)), load(values, entry(members, at + 3))
    if pays:
        worth += load(values, entry(members, at + 2))
        rest += load(values, entry(members, at + 4))
    return worth - rest


@part
def answer_wide(layout: Any, runs: Any, numbers: Any, scratch: Any, h: int, lost: Any) -> Any:
    """`next_odds` and `next_sigma` of a wide set; returns 1.0 (lane) where reach is lost or was."""
    first, last = entry(layout.first_node, h), entry(layout.last_node, h)
    reached = passes.beliefs(first, last, scratch.reach)
    for k in range(entry(layout.first_option, h + 1) - entry(layout.first_option, h)):
        total = spread(0.0)
        for n in range(first, last):
            e = entry(layout.first_edge, n) + k
            worth = load(numbers.values, entry(runs.below, e) + entry(layout.mover, h))
            worth += load(numbers.values, entry(runs.paid, e) + entry(layout.mover, h))
            total = fma(load(scratch.reach, n), worth, total)
        store(scratch.quality, k, total)
    passes.logit(layout, numbers, scratch, h)
    if last - first > 1:
        lost = less(reached, UNREACHED, 1.0, lost)
    return lost
