"""Unknown names in a file whose shape is wrong as well: the parts with a right shape are looked through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from foedus.errors import Fault
from foedus.language.faults import Faults
from foedus.language.resolve import resolve
from foedus.language.shaping import MOST_ERRORS, Wrong, shape_of
from foedus.language.tree import Mapping, Node, Scalar, Sequence, inside

ATTEMPTS = 12
MOST_WRONG = MOST_ERRORS // 2
QUOTED = re.compile(r"'([^']*)'")
STANDING_IN = {"foedus": "1", "title": "?", "rationality": "1"}
"""What a file may lack without its names losing their meaning."""


def name_faults(root: Mapping, wrong: list[Wrong]) -> list[Fault]:
    """Unknown names outside what is wrong; none that something wrong may have been meant to define."""
    lost: set[str] = set()
    for _ in range(ATTEMPTS if len(wrong) < MOST_WRONG else 0):
        lost |= {word for each in wrong for word in meant(each)}
        root = mend(root, wrong)
        shape, wrong = shape_of(root)
        if shape is not None:
            faults = Faults()
            resolve(shape, faults, "")
            return [fault for fault in faults.found if fault.code == "name" and not mentions(fault, lost)]
        if any(each.node is root for each in wrong):
            return []
    return []


def mend(root: Mapping, wrong: list[Wrong]) -> Mapping:
    """A copy without what is wrong, but with keys that were only misspelt."""
    renamed = {id(each.node): each.meant for each in wrong if each.meant}
    doomed = {id(each.node) for each in wrong if each.node is not root} - renamed.keys()
    copy = without(root, doomed, renamed)
    assert isinstance(copy, Mapping)
    for name, text in STANDING_IN.items():
        place = (root.source, root.start, root.start)
        copy.entries.setdefault(name, (Scalar(*place, name, ""), Scalar(*place, text, "")))
    return copy


def meant(wrong: Wrong) -> Iterator[str]:
    """The names that what is wrong may have been meant to define."""
    yield from (str(step) for step in wrong.path)
    yield from () if wrong.meant else words(wrong.node)


def mentions(fault: Fault, lost: set[str]) -> bool:
    return any(word in lost for word in QUOTED.findall(fault.message))


def words(node: Node) -> Iterator[str]:
    """Every text in a node, keys included."""
    if isinstance(node, Scalar):
        yield from re.findall(r"\w+", node.text)
    if isinstance(node, Mapping):
        yield from node.entries
    for child in inside(node):
        yield from words(child)


def without(node: Node, doomed: set[int], renamed: dict[int, str]) -> Node | None:
    """A copy of a tree that lacks some nodes, and has others under another key."""
    if id(node) in doomed:
        return None
    if isinstance(node, Sequence):
        kept = [without(item, doomed, renamed) for item in node.items]
        return Sequence(node.source, node.start, node.end, [item for item in kept if item is not None])
    if not isinstance(node, Mapping):
        return node
    copy = Mapping(node.source, node.start, node.end)
    for given, (key, value) in node.entries.items():
        content = without(value, doomed, renamed)
        if content is not None:
            name = renamed.get(id(value), given)
            copy.entries.setdefault(name, (replace(key, text=name), content))
    return copy
