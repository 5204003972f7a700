"""Reads YAML 1.2 safely: no tags, no duplicate keys, one document, bounded in size, depth and aliases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from foedus.errors import Fault, Mark, ScenarioError
from foedus.language.faults import told
from foedus.language.tree import Mapping, Node, Scalar, Sequence, Source, inside

LARGEST_FILE = 4 * 2**20
DEEPEST = 60
MOST_NODES = 200_000
MOST_ALIASED = 10_000

UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
QUOTES = "put it in quotes"
HINTS = {
    "cannot start any token": f"if it begins an expression or a text, {QUOTES}",
    "mapping values are not allowed": f"a text with ': ' in it must be quoted: {QUOTES}",
    "expected ',' or": f"an expression with brackets or commas in a flow mapping must be quoted: {QUOTES}",
    "did not find expected <document start>": "a scenario file holds one mapping of keys",
    "undefined alias": f"'*' begins an alias; if it begins an expression, {QUOTES}",
    "did not find expected alphabetic": f"'*' and '&' have a meaning in YAML; {QUOTES}",
}


def load(path: Path) -> str:
    """The text of a file, refused unread if it is too large, and unparsed if it is not clean UTF-8."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            limit = LARGEST_FILE // 2**20
            message = f"the file has {size:,} bytes, expected at most {limit} MiB"
            raise ScenarioError.at(Mark(str(path), 1, 1), message, "size")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise ScenarioError.at(Mark(str(path), 1, 1), f"the file cannot be read: {reason}", "file") from None
    return decode(content, str(path))


def decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = Source(file, content[: error.start].decode("utf-8-sig", "replace"))
        byte = content[error.start]
        message = f"found the byte 0x{byte:02x}, expected text in UTF-8"
        raise ScenarioError.at(before.mark(len(before.text)), message, "encoding") from None


@dataclass(eq=False)
class Document:
    """A text as a tree, with the faults that leave it a tree.

    `mangled` are the flow collections in which YAML tore a text apart; what else seems wrong there is noise.
    """

    root: Mapping
    faults: list[Fault]
    mangled: list[Node]


def compose(text: str, file: str) -> Document:
    """The tree of a text; ScenarioError for what leaves none."""
    source = Source(file, text)
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_FILE:
        raise ScenarioError.at(Mark(file, 1, 1), f"the text has more than {LARGEST_FILE:,} bytes", "size")
    refuse_unprintable(source)
    composer = Composer(source)
    try:
        root = composer.compose()
    except yaml.YAMLError as error:
        raise told([*composer.faults, syntax_fault(error, source)]) from None
    if not isinstance(root, Mapping):
        found = "the file is empty" if not text.strip() else f"found {kind(root)}"
        fault = Fault(f"{found}, expected a mapping of keys", source.mark(0), "yaml")
        raise told([*composer.faults, fault])
    return Document(root, composer.faults, composer.mangled)


def refuse_unprintable(source: Source) -> None:
    found = UNPRINTABLE.search(source.text)
    if found:
        message = f"found the character U+{ord(found.group()):04X}, which cannot stand in a scenario"
        raise ScenarioError.at(source.mark(found.start()), message, "encoding")


def syntax_fault(error: yaml.YAMLError, source: Source) -> Fault:
    problem = str(getattr(error, "problem", None) or "the text cannot be read as YAML")
    context = getattr(error, "context", None)
    place = getattr(error, "problem_mark", None)
    index = min(place.index, len(source.text)) if place else 0
    if source.text[index : index + 1] == "\t":
        return Fault("found a tab, expected spaces: YAML is indented with spaces", source.mark(index), "yaml")
    hint = next((hint for words, hint in HINTS.items() if words in problem), "")
    message = f"{problem} {context}" if context else problem
    return Fault(f"not YAML: {message}{'; ' + hint if hint else ''}", source.mark(index), "yaml")


def kind(node: Node | None) -> str:
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return "a list"
    if isinstance(node, Scalar):
        return f"'{node.text[:40]}'" if node.text else "nothing"
    return "nothing"


@dataclass(eq=False)
class Frame:
    """A collection under construction; `key` waits for its value."""

    node: Sequence | Mapping
    flow: bool
    anchor: str | None
    key: Scalar | None = None


class Composer:
    """Builds the tree from events with a stack of its own, so depth never costs recursion."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.faults: list[Fault] = []
        self.anchors: dict[str, Node | None] = {}
        self.mangled: list[Node] = []
        self.measures: dict[int, tuple[int, int]] = {}
        self.stack: list[Frame] = []
        self.nodes = 0
        self.aliased = 0
        self.documents = 0

    def compose(self) -> Node | None:
        root: Node | None = None
        for event in events(self.source.text):
            if isinstance(event, DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    self.stop("found a second document, expected one in a file", start_of(event))
            elif isinstance(event, NodeEvent):
                node = self.begin(event)
                root = root or node
            elif isinstance(event, CollectionEndEvent):
                frame = self.stack.pop()
                frame.node.end = end_of(event)
                if frame.anchor:
                    self.anchors[frame.anchor] = frame.node
        return root

    def begin(self, event: NodeEvent) -> Node | None:
        start, end = start_of(event), end_of(event)
        self.count(start)
        self.refuse_tag(event, start)
        if isinstance(event, AliasEvent):
            return self.place(self.alias(event, start))
        if isinstance(event, ScalarEvent):
            scalar = Scalar(self.source, start, end, event.value, event.style or "")
            self.notice_mangling(scalar)
            if event.anchor:
                self.anchors[event.anchor] = scalar
            return self.place(scalar)
        assert isinstance(event, SequenceStartEvent | MappingStartEvent)
        node = (Mapping if isinstance(event, MappingStartEvent) else Sequence)(self.source, start, end)
        placed = self.place(node)
        if event.anchor:
            self.anchors[event.anchor] = None
        self.stack.append(Frame(node, bool(event.flow_style), event.anchor))
        if len(self.stack) > DEEPEST:
            self.stop(f"nested more than {DEEPEST} deep", start, "depth")
        return placed

    def place(self, node: Node) -> Node:
        """Puts the node into the collection that is open."""
        if not self.stack:
            return node
        frame = self.stack[-1]
        if isinstance(frame.node, Sequence):
            frame.node.items.append(node)
        elif frame.key is None:
            frame.key = self.as_key(node)
        else:
            self.enter(frame.node, frame.key, node)
            frame.key = None
        return node

    def as_key(self, node: Node) -> Scalar:
        if isinstance(node, Scalar):
            return node
        self.fault(f"found {kind(node)} as a key, expected a word; {QUOTES}", node.start)
        return Scalar(self.source, node.start, node.end, "", "?")

    def enter(self, mapping: Mapping, key: Scalar, value: Node) -> None:
        if key.text in mapping.entries:
            first = mapping.entries[key.text][0].mark
            self.fault(f"the key '{key.text}' is already at line {first.line}", key.start, "duplicate-key")
        else:
            mapping.entries[key.text] = (key, value)

    def alias(self, event: AliasEvent, start: int) -> Node:
        name = event.anchor or ""
        if name not in self.anchors:
            self.stop(f"there is no anchor '{name}'; if '*' begins an expression, {QUOTES}", start)
        node = self.anchors[name]
        if node is None:
            self.stop(f"the anchor '{name}' contains itself", start, "anchors")
        size, depth = self.measure(node)
        self.aliased += size
        if self.aliased > MOST_ALIASED:
            self.stop(f"aliases expand to more than {MOST_ALIASED:,} nodes", start, "anchors")
        if len(self.stack) + depth > DEEPEST:
            self.stop(f"nested more than {DEEPEST} deep", start, "depth")
        return node

    def measure(self, node: Node) -> tuple[int, int]:
        """The number of nodes in a node, itself included, and its depth."""
        if id(node) not in self.measures:
            parts = [self.measure(child) for child in inside(node)]
            size = 1 + sum(size for size, _ in parts)
            self.measures[id(node)] = size, 1 + max((depth for _, depth in parts), default=0)
        return self.measures[id(node)]

    def count(self, start: int) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self.stop(f"found more than {MOST_NODES:,} keys and values", start, "size")

    def refuse_tag(self, event: NodeEvent, start: int) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None:
            self.fault(f"found the tag '{tag}', expected none: a scenario holds plain data", start, "tag")

    def notice_mangling(self, scalar: Scalar) -> None:
        """A comma ends a plain scalar in a flow collection, even one inside brackets."""
        if (
            self.stack
            and self.stack[-1].flow
            and scalar.plain
            and scalar.text.count("(") > scalar.text.count(")")
        ):
            message = f"YAML ends the text at a comma here, after '{scalar.text}'; {QUOTES}"
            self.fault(message, scalar.start, "quotes")
            self.mangled.append(next(frame.node for frame in self.stack if frame.flow))

    def fault(self, message: str, offset: int, code: str = "yaml") -> None:
        self.faults.append(Fault(message, self.source.mark(offset), code))

    def stop(self, message: str, offset: int, code: str = "yaml") -> NoReturn:
        self.fault(message, offset, code)
        raise told(self.faults)


def events(text: str) -> Iterator[Event]:
    yield from yaml.parse(text, Loader=yaml.CSafeLoader)


def start_of(event: Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def end_of(event: Event) -> int:
    return event.end_mark.index if event.end_mark else 0
