"""Reading Gambit's format: what may be left out, what numbers mean, and where a fault is told."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.errors import ScenarioError
from foedus.gambit.build import build_game
from foedus.gambit.order import NoOrder
from foedus.gambit.reader import read_efg, read_efg_text
from foedus.gambit.tree import END, NOTHING, Tree

FOLDER = Path(__file__).parent / "efg"
HEAD = 'EFG 2 R "t" { "A" "B" }\n'
ENDS = 't "" 0\n' * 2


def test_parts_of_a_file() -> None:
    """Title, comment, players, labels, numbers and payoffs are as the file says."""
    tree = read_efg_text(
        'EFG 2 R "the \\"title\\"" { "A \\\\ B" "C" }\n"about\nit"\n'
        'c "n" 7 "deal" { "x" 1/3 "y" 2/3 } 0\n'
        'p "" 2 4 "choice" { "l" "r" } 5 "inner" { 1/3 -2.5e-1 }\n'
        't "" 1 "o" { .5, 2. }\nt "" 0\nt "" 1\n'
    )
    assert (tree.title, tree.actors, tree.comment) == ('the "title"', ("A \\ B", "C"), "about\nit")
    assert [(each.actor, each.number, each.label) for each in tree.places] == [
        (-1, 7, "deal"),
        (1, 4, "choice"),
    ]
    assert tree.places[0].probabilities == (1 / 3, 2 / 3)
    assert tree.parent == [-1, 0, 1, 1, 0]
    assert tree.place == [0, 1, END, END, END]
    payoffs = [tree.outcomes[each].payoffs for each in tree.outcome]
    assert payoffs == [(0, 0), (1 / 3, -0.25), (0.5, 2.0), (0, 0), (0.5, 2.0)]


@pytest.mark.parametrize(
    "text",
    [
        HEAD + '"" p 1 1 "s" { "l" "r" } 0 p "" 2 1 { "l" "r" } 0 t "" 0 t "" 0 p 2 1 0 t "" 0 t 0',
        HEAD + 'p "" 1 1 { "l", "r" } 0 p 2 1 "s" { "l" "r" } 0 t 0 t 0 p "" 2 1 "s" 0 t "" 0 t "" 0',
        HEAD + 'p "" 1 1 "s" { "l" "r" } 0' + 't "" 1 { 1 2 } t "" 1',
        'EFG 2 D "t" { "A" } t "" 1 "o" { 1 }',
        'EFG 2 R "t" { "A" } c "" 1 "s" { "a" 1/3 "b" 1/3 "c" 1/3 } 0 t "" 0 t "" 0 t "" 0',
        'EFG 2 R "t" { "A" } c "" 1 "" { "a" 0.3333333333 "b" 0.6666666667 } 0 t "" 0 t "" 0',
    ],
)
def test_what_may_be_left_out(text: str) -> None:
    """Labels, commas, lists told before and the comment may be left out."""
    assert build_game(read_efg_text(text)).game.nodes >= 1


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "expected 'EFG'"),
        ("NFG 1 R", 1, 1, "expected 'EFG', which begins a file of this format; found 'NFG'"),
        ('EFG 3 R "t"', 1, 5, "expected '2'"),
        ('EFG 2 R "t" { }', 1, 15, "a player's name, a quoted text; found '}'"),
        (HEAD, 2, 1, "a node, which begins with c, p or t; found the end of the file"),
        (HEAD + 'p "" 1 1 "s" { "l" "r" } 0\nt "" 0\n', 4, 1, "a node, which begins"),
        (HEAD + 'p "" 3 1 "s" { "l" "r" } 0\n', 2, 6, "a player from 1 to 2; found 3"),
        (HEAD + 'p "" 1 1 "s" 0\n' + ENDS, 2, 14, "the options of information set 1, not told before"),
        (HEAD + 'p "" 1 1 "s" { } 0\n', 2, 16, "an option's name"),
        (HEAD + 'p "" 1 1 "s" { "l" "r" }\n' + ENDS, 3, 1, "the number of the outcome"),
        (HEAD + 't "" 1\n', 2, 6, "outcome 1 has no payoffs here or before"),
        (HEAD + 't "" 0 "none" { 0 0 }\n', 2, 6, "outcome 0 is no outcome"),
        (HEAD + 't "" 1 "o" { 1 }\n', 2, 16, "payoff 2 of 2; found '}'"),
        (HEAD + 't "" 1 "o" { 1 2 3 }\n', 2, 18, "'}' after 2 payoffs; found '3'"),
        (HEAD + 't "" 1 "o" { 1 1/0 }\n', 2, 16, "division by zero"),
        (HEAD + 't "" 1 "o" { 1 1e999 }\n', 2, 16, "too large"),
        (HEAD + 't "" 1 "o" { 1 -1e101 }\n', 2, 16, "too large"),
        (HEAD + f't "" 1 "o" {{ 1 {"9" * 1001} }}\n', 2, 16, "more than 1000 letters"),
        (HEAD + 't "" 1 "o" { 1 nan }\n', 2, 16, "found 'nan'"),
        (HEAD + 't "" 1.5\n', 2, 6, "a whole number; found '1.5'"),
        (HEAD + 't "" 0\nt "" 0\n', 3, 1, "the end of the file, since all nodes are there"),
        (HEAD + 't "half\n', 2, 3, "has no closing quote"),
        (HEAD + 't "" ; 0\n', 2, 6, "found ';'"),
        (HEAD + 't "" \u00a0\n', 2, 6, "expected a text, a number or a brace"),
        (HEAD + 'c "" 1 "s" { "l" 1/2 "r" 1/3 } 0\n', 2, 12, "their sum is 0.833333333333"),
        (HEAD + 'c "" 1 "s" { "l" 3/2 "r" -1/2 } 0\n', 2, 18, "between 0 and 1; found '3/2'"),
        (HEAD + 'c "" 1 "s" { "l" "r" } 0\n', 2, 18, "the probability of an outcome; found \"r\""),
        (HEAD + 'c "" 1 "s" { "l" 1e-999999999 "r" 1.5 } 0\n', 2, 35, "between 0 and 1"),
        (
            HEAD + 'p "" 1 1 "s" { "l" "r" } 0\np "" 1 1 "s" { "l" "q" } 0\n',
            3, 8, "information set 1 has other options here than before",
        ),
        (HEAD + 'p "" 1 1 "s" { "l" "r" } 0\nt "" 1 "o" { 1 2 }\nt "" 1 "" { 1 3 }\n', 4, 6, "other payoffs"),
    ],
)  # fmt: skip
def test_a_fault_has_a_place(text: str, line: int, column: int, message: str) -> None:
    """A malformed file is told with line, column, what was expected and what was found."""
    with pytest.raises(ScenarioError) as caught:
        read_efg_text(text, "game.efg")
    (fault,) = caught.value.faults
    assert fault.mark is not None
    assert (fault.mark.file, fault.mark.line, fault.mark.column) == ("game.efg", line, column)
    assert message in fault.message


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    """A byte that is no text is told with its place."""
    file = tmp_path / "latin.efg"
    file.write_bytes(b'EFG 2 R "t" { "A" }\nt "\xe9" 0\n')
    with pytest.raises(ScenarioError, match=r"latin\.efg:2:4: expected UTF-8"):
        read_efg(file)


def test_too_many_nodes() -> None:
    """A file with more nodes than the limit is refused at the first option that promises too many."""
    text = HEAD + 'p "" 1 1 "s" { "l" "r" } 0\np "" 1 1 0\n' + 't "" 0\n' * 3
    with pytest.raises(ScenarioError, match=r"<text>:2:24: more than 2 nodes"):
        read_efg_text(text, most_nodes=2)
    with pytest.raises(ScenarioError, match=r"<text>:4:1: more than 4 nodes"):
        read_efg_text(text, most_nodes=4)
    assert read_efg_text(text, most_nodes=5).nodes == 5


def test_too_long_a_text() -> None:
    """A label of several MiB is no label."""
    with pytest.raises(ScenarioError, match=r"<text>:2:3: a text of more than 4 MiB"):
        read_efg_text(HEAD + f't "{"é" * 2**21}" 0')


def test_columns_count_letters(tmp_path: Path) -> None:
    """A place after letters of several bytes is told in letters, wherever the file is read in pieces."""
    file = tmp_path / "game.efg"
    file.write_bytes('EFG 2 R "é𐍈" { "A" }\nt "é𐍈" 1'.encode())
    with pytest.raises(ScenarioError, match=r"game\.efg:2:8: outcome 1 has no payoffs"):
        read_efg(file)
    file.write_bytes(b'EFG 2 R "t" { "A" }\n' + b" " * (2**20 - 21) + "é".encode() + b"\xff")
    with pytest.raises(ScenarioError, match=r"game\.efg:2:1048557: expected UTF-8"):
        read_efg(file)


def test_too_many_players() -> None:
    """A game of more players than anyone could mean is refused."""
    with pytest.raises(ScenarioError, match="at most 100 players; found 101"):
        read_efg_text('EFG 2 R "t" { ' + '"A" ' * 101 + "} t 0")


def test_probabilities_that_have_no_short_sum() -> None:
    """Fractions whose exact sum would have a million digits are summed all the same."""
    chances = " ".join(f'"{k}" 1/{10**900 + k}' for k in range(1, 400))
    ends = "t 0 " * 400
    tree = read_efg_text(HEAD + f'c 1 {{ {chances} "rest" 1 }} 0 {ends}')
    assert tree.nodes == 401


def test_a_long_text() -> None:
    """A label of a million escapes is read, and one that never ends is told where it begins."""
    label = "\\\\" * 10**6
    assert read_efg_text(HEAD + f't "{label}" 0').nodes == 1
    with pytest.raises(ScenarioError, match="<text>:2:3: a text begins here"):
        read_efg_text(HEAD + f't "{label} 0')


def test_a_deep_game() -> None:
    """A game of any depth is read without recursion."""
    moves = "".join(f'p "" 1 {k} "" {{ "on" "off" }} 0\n' for k in range(5000))
    deep = moves + 't "" 0\n' * 5001
    assert build_game(read_efg_text(HEAD + deep)).game.information_sets == 5000


LISTS = [
    '{ "l" "r" }',
    '{ "l" 1/2 "r" 1/2 }',
    '"t"',
    '""',
    '"a\\"',
    '"',
    "\\",
    "{",
    "}",
    ",",
    "\n",
    "\u00e9",
    "nan",
]
NUMBERS = ["0", "1", "2", "-1", "1/2", "1/0", "1e400", "1e-99999999", "99999999999"]
WORDS = st.sampled_from(["EFG", "R", "c", "p", "t", *NUMBERS, *LISTS])
TEXTS = st.lists(WORDS).map(" ".join)


def read_or_refuse(text: str) -> Tree | None:
    """The game, or None where it is refused as it should be: with a place, or for want of an order."""
    with suppress(NoOrder):
        try:
            tree = read_efg_text(text)
        except ScenarioError as error:
            assert all(fault.mark for fault in error.faults)  # noqa: PT017
            return None
        build_game(tree)
        return tree
    return None


@given(st.one_of(TEXTS, TEXTS.map(HEAD.__add__), st.text()))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever the text, it is a game or a ScenarioError with a place."""
    tree = read_or_refuse(text)
    assert tree is None or tree.outcomes[NOTHING].payoffs == (0.0,) * len(tree.actors)


SAMPLES = [file.read_text("utf-8") for file in sorted(FOLDER.glob("*.efg"))]


@given(st.data())
def test_a_spoilt_file_is_read_or_refused(data: st.DataObject) -> None:
    """A file with a piece cut out, doubled or replaced is a game, or a ScenarioError with a place."""
    text = data.draw(st.sampled_from(SAMPLES))
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 40)))
    new = data.draw(st.one_of(WORDS, st.just(""), st.just(text[first:last] * 2), st.text(max_size=3)))
    tree = read_or_refuse(text[:first] + new + text[last:])
    assert tree is None or tree.nodes > 0
