"""In what order the backward half of a sweep takes a game's nodes, and where it keeps their values.

Depth first, few values wait for their parents at a time, so slots that are used again as soon as the last
parent has read them stay in the nearest memory. But one node after another would be one long chain of
arithmetic. So the depth-first order is cut into windows, and each window into *runs*, stretches of nodes none
of which waits for another: what is alike for all nodes of a run is done for one after the other, and the
processor need not wait for the end of one before it begins with the next.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from foedus.solve.arithmetic import part
from foedus.solve.layout import Ints

WINDOW = 128
"""Nodes in a window, or as many as the information set has that fills it."""

MOST_BITS = 62
"""Of more actors bits cannot tell which ones are meant."""

NEXT, STACK, ORDER, MARK, HEAD, LINK, WAITING, UNUSED = range(8)
ROWS = 8


class Schedule(NamedTuple):
    """Of each node that is not an end its run, counted from the end of the game, and its slot (node).

    `turns` has a bit for each actor on whose value of the node an earlier choice turns (node).
    """

    run: Ints
    slot: Ints
    turns: Any


@part
def first_together(layout: Any, n: int) -> int:
    """The first node of n's information set, or n itself."""
    h = layout.information_set[n]
    return layout.first_node[h] if h >= 0 else n


@part
def after_together(layout: Any, n: int) -> int:
    """The node after the last of n's information set, or after n."""
    h = layout.information_set[n]
    return layout.last_node[h] if h >= 0 else n + 1


@part
def depth_first(layout: Any, work: Any) -> int:
    """Write the first nodes of information sets, and chance nodes, into work[ORDER], what follows before what
    leads there; returns how many there are."""
    count, depth = 0, 0
    if layout.information_set[0] != -2:
        work[STACK, 0] = first_together(layout, 0)
        depth = 1
    for n in range(layout.information_set.shape[0]):
        work[NEXT, n], work[MARK, n] = layout.first_edge[n], 0
    while depth > 0:
        unit = work[STACK, depth - 1]
        e = work[NEXT, unit]
        if e < layout.first_edge[after_together(layout, unit)]:
            work[NEXT, unit] = e + 1
            below = layout.child[e]
            if layout.information_set[below] != -2:
                below = first_together(layout, below)
                if work[MARK, below] == 0:
                    work[MARK, below] = 1
                    work[STACK, depth] = below
                    depth += 1
            continue
        work[ORDER, count] = unit
        count += 1
        depth -= 1
    return count


@part
def level_in(layout: Any, work: Any, run: Any, unit: int, window: int, runs: int) -> int:
    """How many runs of its window must come before this unit, if the window's first is number `runs`."""
    level = 0
    for e in range(layout.first_edge[unit], layout.first_edge[after_together(layout, unit)]):
        below = layout.child[e]
        if layout.information_set[below] != -2:
            below = first_together(layout, below)
            if work[MARK, below] == window:
                level = max(level, run[below] - runs + 1)
    return level


@part
def cut(layout: Any, work: Any, run: Any, count: int, width: int) -> int:
    """Write the run of each node, and the units of each run as a chain from work[HEAD]; returns how many."""
    k, runs, window = 0, 0, 1
    for r in range(work.shape[1]):
        work[HEAD, r] = -1
    while k < count:
        window += 1
        nodes, deepest = 0, 0
        while k < count and nodes < width:
            unit = work[ORDER, k]
            level = level_in(layout, work, run, unit, window, runs)
            work[MARK, unit] = window
            for n in range(unit, after_together(layout, unit)):
                run[n] = runs + level
                nodes += 1
            work[LINK, unit] = work[HEAD, runs + level]
            work[HEAD, runs + level] = unit
            deepest = max(deepest, level)
            k += 1
        runs += deepest + 1
    return runs


@part
def keep(layout: Any, work: Any, slot: Any, runs: int) -> int:
    """Write the slot of each node; returns how many there are."""
    slots, unused = 0, 0
    for n in range(layout.information_set.shape[0]):
        work[WAITING, n] = layout.in_first[n + 1] - layout.in_first[n]
    for r in range(runs):
        unit = work[HEAD, r]
        while unit >= 0:
            for n in range(unit, after_together(layout, unit)):
                if unused > 0:
                    unused -= 1
                    slot[n] = work[UNUSED, unused]
                else:
                    slot[n] = slots
                    slots += 1
            unit = work[LINK, unit]
        unit = work[HEAD, r]
        while unit >= 0:
            for e in range(layout.first_edge[unit], layout.first_edge[after_together(layout, unit)]):
                below = layout.child[e]
                work[WAITING, below] -= 1
                if work[WAITING, below] == 0 and layout.information_set[below] != -2:
                    work[UNUSED, unused] = slot[below]
                    unused += 1
            unit = work[LINK, unit]
    return slots


@part
def find_turns(layout: Any, work: Any, turns: Any, count: int) -> None:
    """Write `turns`, which for ends too holds who looks at them."""
    for k in range(count - 1, -1, -1):
        unit = work[ORDER, k]
        h = layout.information_set[unit]
        chooses = 1 << layout.mover[h] if h >= 0 else 0
        for n in range(unit, after_together(layout, unit)):
            for e in range(layout.first_edge[n], layout.first_edge[n + 1]):
                turns[layout.child[e]] |= turns[n] | chooses


def schedule(layout: Any, found: Any, width: int, work: Any) -> tuple[int, int]:
    """Fill a schedule whose numbers are all 0; returns how many runs and slots there are.

    work (ROWS, node) is memory. Of more than MOST_BITS actors the bits of `turns` mean nothing.
    """
    count = depth_first(layout, work)
    runs = cut(layout, work, found.run, count, width)
    slots = keep(layout, work, found.slot, runs)
    find_turns(layout, work, found.turns, count)
    return runs, slots
