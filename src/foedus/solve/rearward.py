"""The backward half of a sweep, run by run: what all information sets answer, and the values they need.

Loops whose length the kernels are told as a literal number are unrolled by the compiler: so what is usual
has branches of its own.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from foedus.solve.layout import Ints

from . import passes
from .arithmetic import part
from .lanes import entry, fma, less, load, spread, store
from .passes import UNREACHED

TWO, WIDE = range(2)
KINDS = 2
SET, ODDS, MOVER, FIRST, SECOND = range(5)
CHOICE, FREE, PAYING = 5, 3, 5
PART, WAY_PART = 4, 3


class Runs(NamedTuple):
    """The runs of a game (see `schedule`), from its end to the root, each parted into what is alike.

    Values lie in slots, followed by the rows of the table of payoffs, where those of ends are: each slot and
    each row of the table has one row for each actor.

    sets: the information sets of the k-th run, those of two options from first_set[k · KINDS] on, the others
    from first_set[k · KINDS + 1] on.

    The other lists are of records of several numbers. They come in parts of what is alike, those of the k-th
    run from first_…[k] to first_…[k + 1] - 1; the last two numbers of a part are where its first record
    stands in the list, and the end.

    choices: of each information set of two options CHOICE numbers, the set, its row of log-odds, its mover,
    and the rows of its options' weights; then of each of its nodes FREE numbers, the node and the mover's
    rows of values for the second option and the first; if some edge pays the mover something, PAYING numbers,
    with the two rows of payments besides. A part: how many nodes a set has, and how many numbers a node.

    means: of each node of which any value is needed its own row, and then for each way out of it, and for
    each that pays an actor needed something, the share and the row of the child or of what is paid; rows are
    those of the first actor needed. A part: how many such pairs of numbers a node has, and how many actors
    are needed.

    ways: of each node whose reach some belief depends on, in the order of play, the node, and then for each
    way into it the parent and the share. A part: how many ways there are into a node.

    below, paid (edge): the child's row, and the row of what the edge pays. slots: how many rows they have.
    """

    slots: int
    sets: Ints
    first_set: Ints
    choices: Ints
    choice_parts: Ints
    first_choice: Ints
    means: Ints
    mean_parts: Ints
    first_mean: Ints
    ways: Ints
    way_parts: Ints
    below: Ints
    paid: Ints


@part
def backward_by_runs(layout: Any, runs: Any, numbers: Any, scratch: Any) -> Any:
    """`next_odds` and `next_sigma`; each information set reckons with what those after it have just answered.

    Beliefs are not kept, and of values only those that were needed. Returns 1.0 (lane) where the reach of
    some information set of several nodes is too small to divide by.
    """
    lost = spread(0.0)
    for run in range(runs.first_mean.shape[0] - 1):
        lost = answer_run(layout, runs, numbers, scratch, run, lost)
        share_run(layout, runs, scratch, run)
        value_run(runs, numbers.values, scratch.next_sigma, run)
    return lost


@part
def answer_run(layout: Any, runs: Any, numbers: Any, scratch: Any, run: int, lost: Any) -> Any:
    """`next_odds` of the sets of a run; returns 1.0 (lane) where reach is lost or was."""
    for k in range(entry(runs.first_choice, run), entry(runs.first_choice, run + 1)):
        if entry(runs.choice_parts, k * PART + 1) == FREE:
            lost = choose_all(layout, runs, numbers, scratch, k * PART, FREE, lost)
        else:
            lost = choose_all(layout, runs, numbers, scratch, k * PART, PAYING, lost)
    group = run * KINDS
    for k in range(entry(runs.first_set, group + WIDE), entry(runs.first_set, group + KINDS)):
        lost = answer_wide(layout, runs, numbers, scratch, entry(runs.sets, k), lost)
    return lost


@part
def share_run(layout: Any, runs: Any, scratch: Any, run: int) -> None:
    """`next_sigma` of the sets of two options of a run, two sets at a time."""
    first, last = entry(runs.first_set, run * KINDS + TWO), entry(runs.first_set, run * KINDS + WIDE)
    for k in range(first, last - 1, 2):
        one, other = entry(runs.sets, k), entry(runs.sets, k + 1)
        passes.share_pair(layout, one, other, scratch.next_odds, scratch.next_sigma)
    if (last - first) & 1:
        passes.share_out(layout, entry(runs.sets, last - 1), scratch.next_odds, scratch.next_sigma)


@part
def value_run(runs: Any, values: Any, sigma: Any, run: int) -> None:
    """The values that are needed of the nodes of a run."""
    for k in range(entry(runs.first_mean, run), entry(runs.first_mean, run + 1)):
        terms, needed = entry(runs.mean_parts, k * PART), entry(runs.mean_parts, k * PART + 1)
        first, last = entry(runs.mean_parts, k * PART + 2), entry(runs.mean_parts, k * PART + 3)
        if needed == 2:
            weigh(runs.means, values, sigma, first, last, terms, 2)
        elif needed == 3:
            weigh(runs.means, values, sigma, first, last, terms, 3)
        elif needed == 4:
            weigh(runs.means, values, sigma, first, last, terms, 4)
        elif needed == 5:
            weigh(runs.means, values, sigma, first, last, terms, 5)
        else:
            weigh(runs.means, values, sigma, first, last, terms, needed)


@part
def weigh(means: Any, values: Any, sigma: Any, first: int, last: int, terms: int, needed: int) -> None:
    """Values of the nodes told of from place `first` to `last`, of so many terms for so many actors."""
    if terms == 2:
        weigh_two(means, values, sigma, first, last, needed)
    elif terms == 3:
        weigh_three(means, values, sigma, first, last, needed)
    elif terms == 4:
        weigh_four(means, values, sigma, first, last, needed)
    else:
        weigh_many(means, values, sigma, first, last, terms, needed)


@part
def weigh_two(means: Any, values: Any, sigma: Any, first: int, last: int, needed: int) -> None:
    """The same of two terms."""
    for at in range(first, last, 5):
        one, other = load(sigma, entry(means, at + 1)), load(sigma, entry(means, at + 3))
        here, i, j = entry(means, at), entry(means, at + 2), entry(means, at + 4)
        for a in range(needed):
            store(values, here + a, fma(other, load(values, j + a), one * load(values, i + a)))


@part
def weigh_three(means: Any, values: Any, sigma: Any, first: int, last: int, needed: int) -> None:
    """The same of three terms."""
    for at in range(first, last, 7):
        one, other = load(sigma, entry(means, at + 1)), load(sigma, entry(means, at + 3))
        third, k = load(sigma, entry(means, at + 5)), entry(means, at + 6)
        here, i, j = entry(means, at), entry(means, at + 2), entry(means, at + 4)
        for a in range(needed):
            total = fma(other, load(values, j + a), one * load(values, i + a))
            store(values, here + a, fma(third, load(values, k + a), total))


@part
def weigh_four(means: Any, values: Any, sigma: Any, first: int, last: int, needed: int) -> None:
    """The same of four terms."""
    for at in range(first, last, 9):
        one, other = load(sigma, entry(means, at + 1)), load(sigma, entry(means, at + 3))
        third, fourth = load(sigma, entry(means, at + 5)), load(sigma, entry(means, at + 7))
        here, i, j = entry(means, at), entry(means, at + 2), entry(means, at + 4)
        k, m = entry(means, at + 6), entry(means, at + 8)
        for a in range(needed):
            total = fma(other, load(values, j + a), one * load(values, i + a))
            total = fma(third, load(values, k + a), total)
            store(values, here + a, fma(fourth, load(values, m + a), total))


@part
def weigh_many(means: Any, values: Any, sigma: Any, first: int, last: int, terms: int, needed: int) -> None:
    """The same of any number of terms."""
    for at in range(first, last, 1 + 2 * terms):
        for a in range(needed):
            total = spread(0.0)
            for term in range(at + 1, at + 1 + 2 * terms, 2):
                worth = load(values, entry(means, term + 1) + a)
                total = fma(load(sigma, entry(means, term)), worth, total)
            store(values, entry(means, at) + a, total)


@part
def choose_all(layout: Any, runs: Any, numbers: Any, scratch: Any, place: int, width: int, lost: Any) -> Any:
    """`choose`, unrolled for the usual numbers of nodes."""
    nodes = entry(runs.choice_parts, place)
    if nodes == 1:
        lost = choose(layout, runs, numbers, scratch, place, 1, width, lost)
    elif nodes == 2:
        lost = choose(layout, runs, numbers, scratch, place, 2, width, lost)
    elif nodes == 4:
        lost = choose(layout, runs, numbers, scratch, place, 4, width, lost)
    else:
        lost = choose(layout, runs, numbers, scratch, place, nodes, width, lost)
    return lost


@part
def choose(
    layout: Any, runs: Any, numbers: Any, scratch: Any, place: int, nodes: int, width: int, lost: Any
) -> Any:
    """`next_odds` of the sets of a part of `choices`; returns 1.0 (lane) where reach is lost or was."""
    choices, values = runs.choices, numbers.values
    first, last = entry(runs.choice_parts, place + 2), entry(runs.choice_parts, place + 3)
    for at in range(first, last, CHOICE + nodes * width):
        if nodes == 1:
            gain = advantage(choices, values, at + CHOICE, width)
        else:
            total, better = spread(0.0), spread(0.0)
            for member in range(at + CHOICE, at + CHOICE + nodes * width, width):
                reached = load(scratch.reach, entry(choices, member))
                total += reached
                better = fma(reached, advantage(choices, values, member, width), better)
            gain, lost = better / total, less(total, UNREACHED, 1.0, lost)
        rationality, heavier = load(numbers.rationality, entry(choices, at + MOVER)), spread(0.0)
        if entry(choices, at + FIRST) != entry(choices, at + SECOND):
            heavier = load(numbers.log_weights, entry(choices, at + SECOND))
            heavier -= load(numbers.log_weights, entry(choices, at + FIRST))
        odds, h = fma(rationality, gain, heavier), entry(choices, at + SET)
        if entry(layout.base, h) != entry(layout.first_option, h):
            odds = 0.0 - odds
        store(scratch.next_odds, entry(choices, at + ODDS), passes.at_least_never(odds))
    return lost


@part
def advantage(choices: Any, values: Any, at: int, width: int) -> Any:
    """What the second of two options brings the mover over the first, at one node (lane)."""
    worth, rest = load(values, entry(choices, at + 1)), load(values, entry(choices, at + 2))
    if width == PAYING:
        worth += load(values, entry(choices, at + 3))
        rest += load(values, entry(choices, at + 4))
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
