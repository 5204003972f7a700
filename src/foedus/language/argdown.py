"""Reads which claims support and attack which from a text in Argdown, a language for maps of arguments.

Of Argdown (https://argdown.org/syntax) this takes what a scenario can say: statements and arguments that are
called by the name of a claim, relations below them, nested by indentation, and premise–conclusion lists.

    [K05]: That pressure is the reason why.       K05 because K04
      <+ [K04]                                    K05 against K39
      -> [K39]

`+>` and `->` go from the line above to the line itself, `<+` and `<-`, also written `+` and `-`, the other
way; `><` goes both ways. Texts, tags, data, comments and headings are passed over. What has a meaning in
Argdown and none here is refused with its place, and never passed over in silence. So is what Argdown itself
takes for a text, or refuses, though whoever wrote it meant a title: `[K05` without its end, or `[K05]` within
a text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from foedus.errors import Mark, ScenarioError
from foedus.language.arguing import Relation
from foedus.language.compose import UNPRINTABLE, load
from foedus.language.cycles import cycles
from foedus.language.faults import Faults
from foedus.language.masking import MASKED, masked
from foedus.language.tree import Source
from foedus.wording import plural

DEEPEST = 60

HEADING = re.compile(r"#+ ")
ITEM = re.compile(rf"[ \t{MASKED}]*(?:\*|\d+\.)(?=\s)")
NUMBER = re.compile(rf"[ \t{MASKED}]*\(\d+\)")
INFERENCE = re.compile(rf"[ \t{MASKED}]*--")
RELATION = re.compile(rf"[ \t{MASKED}]*(\+>|->|<\+|<-|><|_>|<_|\+|-|_(?=\s))")
INLINE = re.compile(rf"[ \t{MASKED}]*(\+>|->|<\+|<-|><|\+|-)(?=[ \t]*[\[<])")
TITLE = re.compile(rf"[ \t{MASKED}]*(?:\[([^\]]+)\](?!\()|<([^>]+)>)(:?)")
CLOSED = {"[": "]", "<": ">"}
EMPTY = re.compile(rf"\[[ \t{MASKED}]*\]|<[ \t{MASKED}]*>")
LINK = re.compile(r"\[[^\]]{1,1000}\]\([^)]{1,1000}\)")
WITHIN = re.compile(r"\[[^\[\]]+\]\([^()]+\)|@\[[^\[\]]+\]|@<[^<>]+>|(\[(?!-)[^\[\]]+\](?!\()|<(?!-)[^<>]+>)")
"""Links and mentions, which may stand within a text; and, as its group, a title, which may not."""
REST = re.compile(rf"(?:[ \t{MASKED}]|#\([^)]+\)|#[^\s#(][^\s#]*)*\Z")

SUPPORTS = ("+>", "<+", "+")
DOWNWARD = ("+>", "->")
UNDERCUTS = ("_>", "<_", "_")


@dataclass(frozen=True)
class Member:
    """What a line is about: the name of a claim; None for a text without one, or what is `refused`."""

    name: str | None
    mark: Mark
    refused: bool = False


@dataclass
class Premises:
    """A premise–conclusion list: what stands above the next inference, and from what follows is drawn."""

    above: list[Member]
    drawn: list[Member] | None = None
    concluded: bool = False
    inference: Mark | None = None
    open: bool = False


@dataclass
class Block:
    """Lines up to an empty one: the members that the next line may belong to, each with its indentation.

    `bare` is whether the last of them is a title alone, which no text may follow.
    """

    stack: list[tuple[int, Member]] = field(default_factory=list)
    bare: bool = False
    premises: Premises | None = None


def read_argdown(path: Path, claims: Collection[str]) -> tuple[Relation, ...]:
    """The relations between claims in a file, in its order, each once.

    Raises ScenarioError with all faults, each with its line and column: claims that are none, with the
    nearest that is; claims that rest on each other in a circle; syntax that means nothing here; a file that
    has no relation, or is larger or deeper than any that a person wrote.
    """
    return read_argdown_text(load(path), str(path), claims)


def read_argdown_text(text: str, file: str, claims: Collection[str]) -> tuple[Relation, ...]:
    """The same for a text; `file` is what its places are told to be in."""
    refused = UNPRINTABLE.search(text)
    if refused:
        found = f"found the character U+{ord(refused.group()):04X}, which cannot stand in Argdown"
        raise ScenarioError.at(Source(file, text).mark(refused.start()), found, "encoding")
    reader = Reader(text.replace("\r\n", "\n").replace("\r", "\n"), file, claims)
    relations = tuple(dict.fromkeys(reader.relations()))
    refuse_nonsense(relations, reader.faults)
    reader.faults.report()
    refuse_nothing(relations, reader)
    return relations


def refuse_nonsense(relations: tuple[Relation, ...], faults: Faults) -> None:
    """No claim rests on itself, by however long a way, or on one that it disputes."""
    because = [each for each in relations if each.key == "because"]
    uses: dict[str, list[str]] = {}
    for each in because:
        uses.setdefault(each.claim, []).append(each.other)
    for circle in cycles(uses):
        route = " → ".join([*circle, circle[0]])
        mark = next(each.mark for each in because if (each.claim, each.other) == (circle[0], circle[1]))
        faults.add(f"claims rest on each other in a circle: {route}", mark, "cycle")
    disputed = {frozenset((each.claim, each.other)) for each in relations if each.key == "against"}
    for each in because:
        if frozenset((each.claim, each.other)) in disputed:
            message = (
                f"claim '{each.claim}' rests on '{each.other}' and is against it; expected one of the two"
            )
            faults.add(message, each.mark, "value")


def refuse_nothing(relations: tuple[Relation, ...], reader: Reader) -> None:
    """A file without any relation is hardly the map that was meant."""
    if relations:
        return
    if reader.first is None:
        message = (
            "found no statement; expected claims by their names, as in [NAME], with relations below them"
        )
    else:
        found = plural(reader.statements, "statement")
        message = f"found {found} and no relation; expected one below a claim, indented, as in '  + [NAME]'"
    raise ScenarioError.at(reader.first or Mark(reader.file, 1, 1), message, "syntax")


class Reader:
    """Reads line by line, once, without recursion."""

    def __init__(self, text: str, file: str, claims: Collection[str]) -> None:
        self.text, self.file, self.claims = text, file, claims
        self.faults = Faults()
        self.block = Block()
        self.number = self.offset = self.statements = 0
        self.line = self.raw = self.whole = ""
        self.first: Mark | None = None

    def relations(self) -> Iterator[Relation]:
        self.whole = masked(self.text, self.file, self.faults)
        for number, lines in enumerate(zip(self.whole.split("\n"), self.text.split("\n"), strict=True), 1):
            self.number, (self.line, self.raw) = number, lines
            if self.line.strip(" \t"):
                yield from self.read_line()
            else:
                self.close()
            self.offset += len(self.line) + 1
        self.close()

    # --- lines ----------------------------------------------------------------------------------------

    def read_line(self) -> Iterator[Relation]:
        line, block = self.line, self.block
        if not line.strip(f" \t{MASKED}"):
            return
        first = not block.stack and block.premises is None
        if INFERENCE.match(line) or (block.premises and block.premises.open):
            self.infer(block.premises or Premises([]))
        elif first and HEADING.match(line):
            block.stack.append((-1, Member(None, self.mark(0))))
        elif number := NUMBER.match(line):
            yield from self.numbered(number.end(), first)
        elif ITEM.match(line):
            self.refuse(
                "lists of statements are not read; expected relations below a statement", indent(line)
            )
        elif relation := RELATION.match(line):
            yield from self.relate(relation[1], indent(line), relation.start(1), relation.end())
        elif first:
            yield from self.begin(0)
        elif TITLE.match(line):
            title = self.raw.strip().partition(":")[0][:60]
            self.refuse(f"found {title} within a statement; expected an empty line before it", indent(line))
        elif not block.bare:
            self.text_from(0)
        elif not REST.match(line):
            self.refuse_after_title(0)

    def begin(self, start: int) -> Iterator[Relation]:
        """A statement or argument that is not below another."""
        member, end = self.member(start)
        self.first = self.first or member.mark
        self.statements += 1
        self.block.stack = [(indent(self.line) if start == 0 else 0, member)]
        yield from self.inline(member, end)

    def inline(self, member: Member, end: int) -> Iterator[Relation]:
        """A relation on the line of its first member, which Argdown itself has only below."""
        if end >= 0 and (found := INLINE.match(self.line, end)):
            other, end = self.member(found.end())
            yield from self.relations_between(found[1], member, other)
        if end >= 0 and not REST.match(self.line, end):
            self.refuse_after_title(end)
        self.block.bare = end >= 0

    def member(self, start: int) -> tuple[Member, int]:
        """What stands at a place of the line, and where it ends: -1 where a text goes on to the end."""
        found = TITLE.match(self.line, start)
        at = start + len(self.line[start:]) - len(self.line[start:].lstrip(f" \t{MASKED}"))
        if self.malformed(at):
            return Member(None, self.mark(at), refused=True), -1
        if not found:
            self.text_from(at)
            return Member(None, self.mark(at)), -1
        group = 1 if found[1] is not None else 2
        name = self.raw[found.start(group) : found.end(group)].strip()
        if found[3]:
            self.text_from(found.end())
        return Member(name, self.mark(at)), -1 if found[3] else found.end()

    def malformed(self, at: int) -> bool:
        """Whether a title begins here that is none, which is told. Argdown itself takes it for a text."""
        opening = self.line[at : at + 1]
        if opening not in CLOSED or LINK.match(self.whole, self.offset + at):
            return False
        closing = CLOSED[opening]
        end = self.line.find(closing, at)
        if end < 0:
            message = (
                f"found '{opening}', which nothing closes; expected '{closing}' on the same line, "
                f"or '\\{opening}' where a text begins with it"
            )
            self.refuse(message, at)
        elif EMPTY.match(self.line, at):
            self.refuse(f"found '{opening}{closing}', expected the name of a claim in between", at)
        elif opening == "[" and self.line.startswith("(", end + 1):
            self.refuse(
                "found '(' after a title, which nothing closes; expected a link, as in [text](link)", end + 1
            )
        else:
            return False
        return True

    def text_from(self, at: int) -> None:
        """A text goes on to the end of the line. A title in it would be passed over; Argdown refuses it."""
        found = next((each for each in WITHIN.finditer(self.line, at) if each[1]), None)
        if found:
            title = self.raw[found.start() : found.end()]
            message = (
                f"found {title[:60]} within a text; expected '\\{title[0]}' where it is part of the text, "
                f"or '@{title[:60]}' for a mention"
            )
            self.refuse(message, found.start())

    def refuse_after_title(self, end: int) -> None:
        rest = self.raw[end:].lstrip()
        message = f"found '{rest[:40]}' after a title; expected ':' and a text, or the end of the line"
        self.refuse(message, len(self.raw) - len(rest))

    def relate(self, symbol: str, depth: int, at: int, start: int) -> Iterator[Relation]:
        """A line that is below another, by its indentation."""
        stack = self.block.stack
        while stack and stack[-1][0] >= depth:
            stack.pop()
        if symbol in UNDERCUTS:
            self.refuse("undercuts are not read: a claim rests on others, or is against them", at)
            return
        if not stack:
            self.refuse("found a relation, expected it below a statement, on the next line and indented", at)
            return
        parent = stack[-1][1]
        member, end = self.member(start)
        if len(stack) >= DEEPEST:
            self.refuse(f"nested more than {DEEPEST} deep", at)
            return
        stack.append((depth, member))
        yield from self.relations_between(symbol, parent, member)
        yield from self.inline(member, end)

    # --- premises and conclusions ---------------------------------------------------------------------

    def numbered(self, start: int, first: bool) -> Iterator[Relation]:
        """A statement of a premise–conclusion list."""
        if self.block.premises is None and not first:
            self.refuse("found a numbered statement, expected an empty line before it", indent(self.line))
            return
        premises = self.block.premises = self.block.premises or Premises([])
        yield from self.begin(start)
        member = self.block.stack[0][1]
        if premises.drawn is not None:
            for each in premises.drawn:
                yield from self.relations_between("+>", each, member)
            premises.drawn, premises.concluded = None, True
        elif member.name is None:
            self.unnamed(member)
        premises.above.append(member)

    def infer(self, premises: Premises) -> None:
        """A line of hyphens, after which the next statement is a conclusion; or what stands inside of one."""
        line = self.line.strip(f" \t{MASKED}")
        if premises.open:
            premises.open = not line.startswith("--")
            return
        if not premises.above:
            self.refuse("found an inference without premises above it", indent(self.line))
        premises.drawn, premises.above = premises.above, []
        premises.inference = self.mark(indent(self.line))
        premises.open = "--" not in line[2:]
        self.block.stack = []

    def close(self) -> None:
        """The end of a block."""
        premises = self.block.premises
        if premises and premises.open:
            self.faults.add("found '--', which no second line of '--' closes", premises.inference, "syntax")
        elif premises and (premises.drawn is not None or not premises.concluded):
            mark = premises.inference or premises.above[0].mark
            self.faults.add(
                "found premises without a conclusion; expected '----' and a numbered statement",
                mark,
                "syntax",
            )
        self.block = Block()

    # --- relations ------------------------------------------------------------------------------------

    def relations_between(self, symbol: str, upper: Member, lower: Member) -> Iterator[Relation]:
        """What a symbol says of two members; nothing, but faults, where one of them is no claim."""
        if not (self.known(upper) and self.known(lower)):
            return
        assert upper.name is not None
        assert lower.name is not None
        if upper.name == lower.name:
            self.faults.add(
                f"'{upper.name}' is related to itself; expected another claim", lower.mark, "cycle"
            )
            return
        if symbol in SUPPORTS:
            from_above = symbol in DOWNWARD
            names = (lower.name, upper.name) if from_above else (upper.name, lower.name)
            yield Relation(names[0], "because", names[1], lower.mark)
            return
        if symbol in ("->", "><"):
            yield Relation(upper.name, "against", lower.name, lower.mark)
        if symbol != "->":
            yield Relation(lower.name, "against", upper.name, lower.mark)

    def known(self, member: Member) -> bool:
        if member.name is None:
            self.unnamed(member)
        elif member.name not in self.claims:
            self.faults.unknown("claim", member.name[:60], self.claims, member.mark)
        return member.name in self.claims

    def unnamed(self, member: Member) -> None:
        if not member.refused:
            message = "found a text without a title; expected a claim, as in [NAME] or [NAME]: a text"
            self.faults.add(message, member.mark, "name")

    def refuse(self, message: str, at: int) -> None:
        self.faults.add(message, self.mark(at), "syntax")

    def mark(self, at: int) -> Mark:
        return Mark(self.file, self.number, at + 1)


def indent(line: str) -> int:
    """By how many characters a line is indented."""
    return len(line) - len(line.lstrip(" \t"))
