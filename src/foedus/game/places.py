"""From a part of a scenario back to its exact place in the file; only for messages, so it may be slow."""

from __future__ import annotations

from collections.abc import Iterator

from foedus.errors import Mark, ScenarioError
from foedus.language.compose import compose
from foedus.language.scenario import Scenario
from foedus.language.tree import Mapping, Node, Scalar, find, inside


def place(
    scenario: Scenario, mark: Mark | None, path: tuple[str, ...], at: int = 0, before: str = ""
) -> Mark | None:
    """The place of what keys lead to, from the entry at a mark, or else from the whole file.

    Keys that lead nowhere are passed over. `at` is an offset in the text that stands there; with `before`,
    the last of these characters before that offset. The mark itself where the scenario has no text.
    """
    root = _root(scenario)
    if root is None:
        return mark
    entry = root if mark is None else _entry(root, mark)
    found = None if entry is None else find(entry, path)
    if isinstance(found, Scalar):
        text = found.text[:at]
        return found.place(text.rfind(before) if before and before in text else at)
    if found is entry:
        return mark
    return mark if found is None else found.mark


def key_place(scenario: Scenario, mark: Mark | None, path: tuple[str, ...]) -> Mark | None:
    """The place of the last key of a path, from the entry at a mark; the mark where there is none."""
    root = _root(scenario)
    entry = _entry(root, mark) if root is not None and mark is not None else None
    holder = find(entry, path[:-1]) if entry is not None else None
    if isinstance(holder, Mapping) and path[-1] in holder.entries:
        return holder.entries[path[-1]][0].mark
    return mark


def _root(scenario: Scenario) -> Node | None:
    if not scenario.text:
        return None
    try:
        return compose(scenario.text, scenario.file).root
    except ScenarioError:
        return None


def _entry(root: Node, mark: Mark) -> Node | None:
    """What belongs to the key at a mark, or the mapping around the value at it."""
    entries = [
        (holder, key, value)
        for holder in _all(root)
        if isinstance(holder, Mapping)
        for key, value in holder.entries.values()
    ]
    for _, key, value in entries:
        if key.mark == mark:
            return value
    for holder, _, value in entries:
        if value.mark == mark:
            return value if isinstance(value, Mapping) else holder
    return None


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in inside(node):
        yield from _all(child)
