"""A YAML text as a tree of nodes that know their place, made from the events of libyaml's parser.

The parser's own composer is not used: it keeps the last of two equal keys without a word, expands anchors
without a bound, and reads `no` as a boolean.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from foedus.errors import Mark

BREAKS = ("\r\n", "\r", "\n")


@dataclass(eq=False)
class Source:
    """A file's text, which turns an offset into a line and a column."""

    file: str
    text: str = field(repr=False)

    @cached_property
    def starts(self) -> list[int]:
        """The offset at which each line starts."""
        starts, offset = [0], 0
        for line in self.text.splitlines(keepends=True):
            offset += len(line)
            if line.endswith(BREAKS):
                starts.append(offset)
        return starts

    def mark(self, offset: int) -> Mark:
        line = bisect_right(self.starts, offset)
        return Mark(self.file, line, offset - self.starts[line - 1] + 1)


@dataclass(eq=False)
class Node:
    """`start` and `end` are offsets in the source."""

    source: Source = field(repr=False)
    start: int
    end: int

    @property
    def mark(self) -> Mark:
        return self.source.mark(self.start)


@dataclass(eq=False)
class Scalar(Node):
    """`style` is empty for a plain scalar, else the quote or `|` or `>` that begins it."""

    text: str
    style: str

    @property
    def plain(self) -> bool:
        return not self.style

    def place(self, offset: int) -> Mark:
        """Where in the file the character at an offset of the text stands; line folding is undone."""
        raw = self.source.text[self.start : self.end]
        found = raw.find(self.text) if "\n" not in self.text else -1
        if found >= 0:
            return self.source.mark(self.start + found + offset)
        header = raw.find("\n") if self.style in ("|", ">") else len(self.style)
        wanted = sum(not character.isspace() for character in self.text[:offset])
        for index, character in enumerate(raw[header:], self.start + header):
            if not character.isspace():
                if wanted == 0:
                    return self.source.mark(index)
                wanted -= 1
        return self.source.mark(self.end)


@dataclass(eq=False)
class Sequence(Node):
    items: list[Node] = field(default_factory=list)


@dataclass(eq=False)
class Mapping(Node):
    """Keys by text, each with the scalar it stands in."""

    entries: dict[str, tuple[Scalar, Node]] = field(default_factory=dict)


def inside(node: Node) -> Iterator[Node]:
    """The nodes directly inside a node, keys apart."""
    if isinstance(node, Sequence):
        yield from node.items
    elif isinstance(node, Mapping):
        yield from (value for _, value in node.entries.values())


def find(node: Node, path: tuple[int | str, ...]) -> Node:
    """The deepest node that a path of keys and indices leads to; steps that lead nowhere are passed over."""
    for step in path:
        if isinstance(node, Mapping) and step in node.entries:
            node = node.entries[str(step)][1]
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    return node
