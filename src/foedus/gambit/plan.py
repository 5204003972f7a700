"""A tree as arrays for the small tracer: which choices are unknown, and in what order all is worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from foedus.gambit.tree import END, Tree
from foedus.solve.small_plan import (
    ANSWERED,
    ANSWERS,
    CHANCE,
    MEAN,
    MET,
    MIXED,
    NEVER,
    OUT,
    TERMINAL,
    WEIGH,
    Plan,
)


def plan_of(tree: Tree) -> Plan:
    """The tree made ready."""
    places = [k for k, each in enumerate(tree.places) if not each.chance]
    widths = [len(tree.places[k].options) for k in places]
    first = [0, *accumulate(widths)]
    number = dict(zip(places, range(len(places)), strict=True)) | {END: TERMINAL}
    place = [number.get(each, CHANCE) for each in tree.place]
    option, share = _ways(tree, dict(zip(places, first, strict=False)))
    log_share = np.log([each or 1.0 for each in share]).tolist()
    counts = _counts(tree, share)
    children: list[list[int]] = [[] for _ in place]
    for node in range(1, len(place)):
        children[tree.parent[node]].append(node)
    members = _members(place, counts, len(places))
    choices = {o for start, stop in pairwise(first) if stop - start > 1 for o in range(start, stop)}
    guessed, choosing = _guessed(tree.parent, option, members, choices)
    owner = np.repeat(np.arange(len(places)), widths).tolist()
    runs, asked = _runs(tree.parent, place, children, {owner[o] for o in choosing})
    starts = accumulate((w - 1 if k in asked else 0 for k, w in enumerate(widths)), initial=0)
    unknown = [start if k in asked else ANSWERS for k, start in zip(range(len(places)), starts, strict=False)]
    mover = [tree.places[k].actor for k in places]
    outcomes = [below for node, k in enumerate(place) if k == CHANCE for below in children[node]]
    writer = Writer(place, children, mover, first, unknown, [bool(each) for each in guessed])
    writer.number_all(runs, _movers_above(tree.parent, place, mover), len(tree.actors))
    row = {below: first[-1] + i for i, below in enumerate(outcomes)}
    code, rest = writer.written(runs, row)
    paid = [tree.outcomes[tree.outcome[node]].payoffs[a] for node, a in writer.number]
    found = {
        "parent": tree.parent,
        "place": place,
        "option": option,
        "counts": counts,
        "first_option": first,
        "first_unknown": unknown,
        "first_member": _starts(guessed),
        "member": _joined(guessed),
        "ways": _with_all_above(tree.parent, _joined(guessed)),
        "code": code,
        "rest": rest,
        "top": [writer.number[0, a] for a in range(len(tree.actors))],
    }
    numbers = {
        "share": [0.0] * first[-1] + [share[below] for below in outcomes],
        "log_share": log_share,
        "payoff": paid,
        "fixed": _fixed(tree.parent, log_share, members, guessed),
    }
    arrays: dict[str, Any] = {name: np.array(each, np.int32) for name, each in found.items()}
    arrays |= {name: np.array(each, np.float64) for name, each in numbers.items()}
    return Plan(**arrays)


@dataclass
class Writer:
    """Writes the records of a plan."""

    place: list[int]
    children: list[list[int]]
    mover: list[int]
    first: list[int]
    unknown: list[int]
    guessed: list[bool]
    number: dict[tuple[int, int], int] = field(default_factory=dict)
    tangents: int = 0

    def number_all(self, runs: list[list[int]], above: list[list[int]], actors: int) -> None:
        """Number the values, in order those that a mover above looks to, then all others."""
        inner = [node for nodes in runs for node in nodes]
        looked_to = [(node, a) for node in inner for a in above[node]]
        self.tangents = len(looked_to)
        everything = [*looked_to, *((node, a) for node in range(len(self.place)) for a in range(actors))]
        for each in everything:
            self.number.setdefault(each, len(self.number))

    def written(self, runs: list[list[int]], row: dict[int, int]) -> tuple[list[int], list[int]]:
        """The records for the values looked to, after how many those are, and for the others."""
        code, rest, met = [self.tangents], list[int](), set[int]()
        pairs = sorted(self.number)
        for nodes in runs:
            k = self.place[nodes[0]]
            if k >= 0:
                code += self._weighed(nodes, k, fresh=k not in met)
                met.add(k)
            for node, a in ((node, a) for node in nodes for a in range(1 + pairs[-1][1])):
                looked_to = self.number[node, a] < self.tangents
                (code if looked_to else rest).extend(self._valued(node, a, k, row))
        return code, rest

    def _weighed(self, nodes: list[int], k: int, *, fresh: bool) -> list[int]:
        count = self.first[k + 1] - self.first[k]
        below = [self.number[self.children[n][i], self.mover[k]] for i in range(count) for n in nodes]
        head = [WEIGH, self.first[k], count, self.unknown[k], 0, len(nodes), self.guessed[k], fresh]
        return [*head, *nodes, *below]

    def _valued(self, node: int, a: int, k: int, row: dict[int, int]) -> list[int]:
        below = self.children[node]
        if k < 0:
            kind, start, place = MEAN, 0, row[below[0]]
        else:
            start, place = self.unknown[k], self.first[k]
            kind = ANSWERED if start == ANSWERS else MIXED
        head = [kind, place, len(below), start, self.number[node, a]]
        return [*head, *(self.number[each, a] for each in below)]


def _joined(lists: Sequence[Sequence[int]]) -> list[int]:
    return [each for some in lists for each in some]


def _starts(lists: Sequence[Sequence[int]]) -> list[int]:
    """Where each list starts once they are joined, and the end."""
    return [0, *accumulate(map(len, lists))]


def _ways(tree: Tree, first: dict[int, int]) -> tuple[list[int], list[float]]:
    """How play comes to each node: the option, or -1, and the probability by chance."""
    count = [0] * tree.nodes
    option, share = [-1], [1.0]
    for node in range(1, tree.nodes):
        above = tree.parent[node]
        place, k = tree.place[above], count[above]
        count[above] += 1
        chance = tree.places[place].chance
        option.append(-1 if chance else first[place] + k)
        share.append(tree.places[place].probabilities[k] if chance else 1.0)
    return option, share


def _counts(tree: Tree, share: list[float]) -> list[int]:
    """Which nodes count in beliefs (node): of a place those that the fewest impossible steps lead to."""
    steps = [0] * tree.nodes
    least = [tree.nodes] * (len(tree.places) + 1)
    for node, place in enumerate(tree.place):
        steps[node] = steps[tree.parent[node]] + (share[node] == 0.0) if node else 0
        least[place] = min(least[place], steps[node])
    ways = zip(steps, tree.place, strict=True)
    return [OUT if own > least[place] else NEVER if own else MET for own, place in ways]


def _members(place: list[int], counts: list[int], decisions: int) -> list[list[int]]:
    """The nodes that count in the beliefs of each decision."""
    found: list[list[int]] = [[] for _ in range(decisions)]
    for node, k in enumerate(place):
        if k >= 0 and counts[node] > OUT:
            found[k].append(node)
    return found


def _guessed(
    parent: list[int], option: list[int], members: list[list[int]], choices: set[int]
) -> tuple[list[list[int]], set[int]]:
    """The members of decisions where beliefs depend on play, none of others; the options they depend on.

    Those are the options that are not taken equally often on the ways to all members.
    """

    def way(node: int) -> Counter[int]:
        taken: Counter[int] = Counter()
        while node > 0:
            taken[option[node]] += 1
            node = parent[node]
        return Counter({o: times for o, times in taken.items() if o in choices})

    guessed, choosing = [], set[int]()
    for nodes in members:
        known = way(nodes[0])
        others = [way(node) for node in nodes[1:]]
        differing = {o for each in others for o in known | each if known[o] != each[o]}
        guessed.append(nodes if differing else [])
        choosing |= differing
    return guessed, choosing


def _runs(
    parent: list[int], place: list[int], children: list[list[int]], asked: set[int]
) -> tuple[list[list[int]], set[int]]:
    """Inner nodes in runs, each after those below; a run is all of a decision, unless that waits for itself.

    Of decisions that wait for each other those in `asked` go in parts, or else one is asked after all. The
    decisions asked come second.
    """
    asked = set(asked)
    waits = [sum(place[below] != TERMINAL for below in each) for each in children]
    left = Counter(k for k in place if k >= 0)
    held: dict[int, list[int]] = {k: [] for k in left}
    runs: list[list[int]] = []
    ready = [node for node, k in enumerate(place) if k != TERMINAL and waits[node] == 0]
    while ready or any(held.values()):
        if ready:
            node = ready.pop()
            k = place[node]
            if k >= 0:
                held[k].append(node)
                if len(held[k]) < left[k]:
                    continue
            run = held[k] if k >= 0 else [node]
        else:
            k = min((k for k in held if held[k]), key=lambda k: (k not in asked, k))
            asked.add(k)
            run = held[k]
        if k >= 0:
            held[k] = []
            left[k] -= len(run)
        runs.append(run)
        for above in (parent[node] for node in run if node > 0):
            waits[above] -= 1
            if waits[above] == 0:
                ready.append(above)
    return runs, asked


def _movers_above(parent: list[int], place: list[int], mover: list[int]) -> list[list[int]]:
    """The actors that move before each node."""
    found: list[list[int]] = [[]]
    for node in range(1, len(place)):
        above = parent[node]
        k = place[above]
        moving = {*found[above], mover[k]} if k >= 0 else found[above]
        found.append(sorted(moving))
    return found


def _with_all_above(parent: list[int], nodes: list[int]) -> list[int]:
    found = set(nodes)
    for node in nodes:
        above = parent[node]
        while above >= 0 and above not in found:
            found.add(above)
            above = parent[above]
    return sorted(found)


def _fixed(
    parent: list[int], log_share: list[float], members: list[list[int]], guessed: list[list[int]]
) -> list[float]:
    """Beliefs (node) where they depend on chance alone, 0 elsewhere."""
    reach = [0.0]
    for node in range(1, len(parent)):
        reach.append(reach[parent[node]] + log_share[node])
    found = [0.0] * len(parent)
    for nodes in (each for each, moving in zip(members, guessed, strict=True) if not moving):
        likely = np.exp([reach[node] - max(reach[each] for each in nodes) for node in nodes])
        for node, belief in zip(nodes, likely / likely.sum(), strict=True):
            found[node] = float(belief)
    return found
