"""Reads an `.efg` file into a tree. Bounded in size, and without recursion, so that no file can hang it.

The format is Gambit's, version 2: a header, then the nodes in prefix order.

    EFG 2 R "title" { "first player" "second player" }
    "comment"
    c "node" set "label" { "option" 1/2 "option" 1/2 } outcome
    p "node" player set "label" { "option" "option" } outcome
    t "node" outcome "label" { 1, -1/3 }

Labels of nodes, sets and outcomes may be left out. What a set's options and an outcome's payoffs are is told
where it first comes up; if it is told again it must be the same.
"""

from __future__ import annotations

from array import array
from codecs import BOM_UTF8, getincrementaldecoder
from pathlib import Path

from foedus.errors import Mark, ScenarioError
from foedus.gambit.scanner import Scanner, Word, mark_in, total, unquoted
from foedus.gambit.tree import CHANCE, END, NOTHING, Outcome, Place, Tree

LARGEST_FILE = 128 * 2**20
PIECE = 2**20
MOST_NODES = 1_000_000
MOST_PAYOFFS = 10_000_000
MOST_PLAYERS = 100
TOLERANCE = 1e-9


def read_efg(path: Path, *, most_nodes: int = MOST_NODES) -> Tree:
    """The game in a file; ScenarioError with line and column at the first fault."""
    start = Mark(str(path), 1, 1)
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise ScenarioError.at(start, f"the file cannot be read: {reason}", "file") from None
    if len(content) > LARGEST_FILE:
        raise ScenarioError.at(start, f"the file has more than {LARGEST_FILE // 2**20} MiB", "size")
    content = content.removeprefix(BOM_UTF8)
    _refuse_other_encodings(content, str(path))
    return Reader(Scanner(content, str(path)), most_nodes).read()


def read_efg_text(text: str, file: str = "<text>", *, most_nodes: int = MOST_NODES) -> Tree:
    """The game in a text; `file` is what faults call it. Raises ScenarioError."""
    return Reader(Scanner(text.encode(errors="replace"), file), most_nodes).read()


def _refuse_other_encodings(content: bytes, file: str) -> None:
    """Piece by piece, since a text can take four times the memory of its bytes."""
    decoder = getincrementaldecoder("utf-8")()
    for first in range(0, len(content) + 1, PIECE):
        piece = content[first : first + PIECE]
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(piece, final=len(piece) < PIECE)
        except UnicodeDecodeError as error:
            mark = mark_in(content, first - held + error.start, file)
            raise ScenarioError.at(mark, "expected UTF-8; found a byte that is not", "efg") from None


class Stretches:
    """Where in the file something was first told, one after another."""

    def __init__(self) -> None:
        self._ends = array("q")

    def add(self, first: int, last: int) -> None:
        self._ends.extend((first, last))

    def __getitem__(self, number: int) -> tuple[int, int]:
        return self._ends[2 * number], self._ends[2 * number + 1]


class Reader:
    """Reads one file."""

    def __init__(self, words: Scanner, most_nodes: int) -> None:
        self.words = words
        self.most_nodes = most_nodes
        self.promised = 1
        self.tree = self._header()
        self.tree.outcomes.append(Outcome(0, "", (0.0,) * len(self.tree.actors)))
        self._places: dict[tuple[int, int], int] = {}
        self._outcomes: dict[int, int] = {0: NOTHING}
        self._options_told = Stretches()
        self._payoffs_told = Stretches()
        self._payoffs_told.add(0, 0)

    def read(self) -> Tree:
        """Node after node, keeping only how many children are still to come on the way to the root."""
        open_nodes, missing = [-1], [1]
        while missing:
            if missing[-1] == 0:
                missing.pop()
                open_nodes.pop()
                continue
            missing[-1] -= 1
            node = self._node(open_nodes[-1])
            place = self.tree.place[node]
            if place != END:
                open_nodes.append(node)
                missing.append(len(self.tree.places[place].options))
                self._promise(missing[-1])
        self.words.expect("end", "the end of the file, since all nodes are there")
        return self.tree

    def _header(self) -> Tree:
        words = self.words
        if words.word.written != "EFG":
            raise words.unexpected("'EFG', which begins a file of this format")
        words.advance()
        if words.word.written != "2":
            raise words.unexpected("'2', the version of the format")
        words.advance()
        if words.word.written not in ("R", "D"):
            raise words.unexpected("'R' or 'D'")
        words.advance()
        title = words.text("the title, a quoted text")
        words.expect("open", "'{' before the players")
        actors = [words.text("a player's name, a quoted text")]
        while words.word.kind == "text":
            actors.append(words.text("a player's name"))
        if len(actors) > MOST_PLAYERS:
            raise words.fault(f"expected at most {MOST_PLAYERS} players; found {len(actors)}")
        words.expect("close", "another player's name or '}'")
        return Tree(title, tuple(actors), words.optional_text() or "")

    def _node(self, parent: int) -> int:
        """Read one node; its number."""
        tree, words = self.tree, self.words
        node, letter = tree.nodes, words.word
        if letter.written not in ("c", "p", "t") or letter.kind != "letters":
            raise words.unexpected("a node, which begins with c, p or t")
        words.advance()
        words.take("text")
        place = END
        if letter.written != "t":
            actor = CHANCE if letter.written == "c" else self._player()
            place = self._place(actor)
        tree.parent.append(parent)
        tree.place.append(place)
        tree.outcome.append(self._outcome())
        return node

    def _promise(self, nodes: int) -> None:
        """Counts nodes that have to come, so that a file too large is refused before it is in memory."""
        self.promised += nodes
        if self.promised > self.most_nodes:
            raise self.words.fault(f"more than {self.most_nodes:,} nodes")

    def _player(self) -> int:
        at, players = self.words.word.at, len(self.tree.actors)
        number = self.words.integer("the player's number")
        if not 1 <= number <= players:
            raise self.words.fault(f"expected a player from 1 to {players}; found {number}", at)
        return number - 1

    def _place(self, actor: int) -> int:
        """The information set or chance move at this point, told here or before."""
        words, at = self.words, self.words.word.at
        number = words.integer("the number of the information set")
        label = words.optional_text()
        known = self._places.get((actor, number))
        if words.word.kind != "open":
            if known is None:
                raise words.unexpected(f"the options of information set {number}, not told before, in braces")
            return known
        first = words.word.at
        if known is not None and words.repeats(*self._options_told[known]):
            return known
        told = self._options(actor, number, label or "")
        if known is None:
            self._options_told.add(first, words.end_of_last)
            self._places[actor, number] = known = len(self.tree.places)
            self.tree.places.append(told)
            return known
        before = self.tree.places[known]
        if (told.options, told.probabilities) != (before.options, before.probabilities):
            raise words.fault(f"information set {number} has other options here than before", at)
        return known

    def _options(self, actor: int, number: int, label: str) -> Place:
        words = self.words
        at = words.expect("open", "'{' before the options").at
        options: list[str] = []
        chances: list[Word] = []
        while not options or words.word.kind != "close":
            options.append(words.text("an option's name, a quoted text" + (" or '}'" * bool(options))))
            if self.promised + len(options) > self.most_nodes:
                raise words.fault(f"more than {self.most_nodes:,} nodes")
            if actor == CHANCE:
                chances.append(words.expect("number", "the probability of an outcome"))
        words.advance()
        return Place(actor, number, label, tuple(options), self._probabilities(chances, at))

    def _probabilities(self, chances: list[Word], at: int) -> tuple[float, ...]:
        values = [self.words.value(each, "a probability") for each in chances]
        for each, value in zip(chances, values, strict=True):
            if not 0.0 <= value <= 1.0:
                message = f"expected a probability between 0 and 1; found {each.told}"
                raise self.words.fault(message, each.at)
        found = total(chances, values)
        if chances and abs(found - 1.0) > TOLERANCE:
            raise self.words.fault(f"expected probabilities that sum to 1; their sum is {found:.12g}", at)
        return tuple(values)

    def _outcome(self) -> int:
        """The outcome at this point, told here or before."""
        words, at = self.words, self.words.word.at
        number = words.integer("the number of the outcome")
        label = words.take("text")
        known = self._outcomes.get(number)
        if words.word.kind != "open" and label is None:
            if known is None:
                raise words.fault(f"outcome {number} has no payoffs here or before", at)
            return known
        if number == 0:
            raise words.fault("outcome 0 is no outcome, and can have no label and no payoffs", at)
        if known is not None and words.word.kind != "open":
            return known
        first = words.word.at
        if known is not None and words.repeats(*self._payoffs_told[known]):
            return known
        payoffs = self._payoffs()
        if known is None:
            self._payoffs_told.add(first, words.end_of_last)
            self._outcomes[number] = known = len(self.tree.outcomes)
            self.tree.outcomes.append(Outcome(number, unquoted(label) if label else "", payoffs))
        elif payoffs != self.tree.outcomes[known].payoffs:
            raise words.fault(f"outcome {number} has other payoffs here than before", at)
        return known

    def _payoffs(self) -> tuple[float, ...]:
        words, actors = self.words, self.tree.actors
        if len(self.tree.outcomes) * len(actors) > MOST_PAYOFFS:
            raise words.fault(f"more than {MOST_PAYOFFS:,} payoffs")
        words.expect("open", "'{' before the payoffs")
        payoffs = tuple(words.number(f"payoff {k} of {len(actors)}") for k in range(1, len(actors) + 1))
        words.expect("close", f"'}}' after {len(actors)} payoffs")
        return payoffs
