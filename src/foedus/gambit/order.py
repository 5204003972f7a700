"""An order of play: each node after its parent, and the nodes of an information set side by side."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from foedus.errors import FoedusError
from foedus.gambit.tree import END, Place, Tree


class NoOrder(FoedusError):
    """A play meets an information set twice, or two plays meet two of them in opposite orders."""

    code = "no-order"


def order_of_play(tree: Tree) -> list[int]:
    """The nodes such that all of an information set come before any of their children. Raises NoOrder.

    Depth-first, so that what belongs together is close together.
    """
    groups = _groups(tree)
    children, members = _lists(tree.parent, tree.nodes), _lists(groups, max(groups) + 1)
    waits_for = np.bincount(np.array(groups)[1:], minlength=len(members)).tolist()
    ready = [] if waits_for[groups[0]] else [groups[0]]
    order: list[int] = []
    while ready:
        here = members[ready.pop()]
        order += here
        for node in reversed(here):
            for child in reversed(children[node]):
                waits_for[groups[child]] -= 1
                if not waits_for[groups[child]]:
                    ready.append(groups[child])
    if len(order) < tree.nodes:
        raise NoOrder(_reason(tree, groups, members, waits_for))
    return order


def _groups(tree: Tree) -> list[int]:
    """What has to stay together (node): a number for each information set, and for each other node."""
    fresh = len(tree.places)
    return [
        fresh + node if place == END or tree.places[place].chance else place
        for node, place in enumerate(tree.place)
    ]


def _lists(owner: list[int], owners: int) -> list[list[int]]:
    """The nodes of each owner, in order; owner -1 is nobody."""
    nodes = np.argsort(owner, kind="stable")
    first = np.searchsorted(np.array(owner)[nodes], np.arange(owners + 1)).tolist()
    listed: list[int] = nodes.tolist()
    return [listed[start:stop] for start, stop in pairwise(first)]


def _reason(tree: Tree, groups: list[int], members: list[list[int]], waits_for: list[int]) -> str:
    """Name the information sets of one circle: go up from a group that waits until one comes again."""
    here = next(group for group, left in enumerate(waits_for) if left)
    way: dict[int, int] = {}
    while here not in way:
        way[here] = len(way)
        here = next(above for node in members[here] if node and waits_for[above := groups[tree.parent[node]]])
    circle = [group for group, place in way.items() if place >= way[here] and group < len(tree.places)]
    names = [_name(tree, tree.places[group]) for group in circle]
    if len(names) == 1:
        return f"a play meets {names[0]} twice, so no behaviour there has beliefs of its own"
    return f"different plays meet these in different orders: {', '.join(names)}"


def _name(tree: Tree, place: Place) -> str:
    return f"information set {place.number} of '{tree.actors[place.actor]}'"
