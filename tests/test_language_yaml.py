"""The YAML layer: the rules of YAML 1.2, places, and bounds on what a file may do."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.errors import Fault, ScenarioError
from foedus.language import compose as layer
from foedus.language.compose import compose, decode, load
from foedus.language.fields import content, core_number
from foedus.language.reader import read_scenario, read_text
from foedus.language.tree import Mapping, Scalar, Sequence, find
from language_texts import GUARANTEE


def data(text: str) -> object:
    return content(compose(text, "test").root)


def faults_of(text: str) -> list[Fault] | tuple[Fault, ...]:
    """What is wrong with a text, whether it leaves a tree or not."""
    try:
        return compose(text, "test").faults
    except ScenarioError as error:
        return error.faults


def fault_of(text: str) -> tuple[int, int, str, str]:
    """Line, column, code and message of the first fault."""
    fault = faults_of(text)[0]
    assert fault.mark
    return fault.mark.line, fault.mark.column, fault.code, fault.message


# --- scalars ----------------------------------------------------------------------------------------------


def test_words_are_words() -> None:
    """`no`, `on`, `off` and `y` are texts."""
    assert data("{a: no, b: on, c: off, d: y}") == {"a": "no", "b": "on", "c": "off", "d": "y"}


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing(text: str) -> None:
    """A plain null is nothing."""
    assert data(f"a: {text}") == {"a": None}


def test_quoted_nothing_is_a_text() -> None:
    """In quotes, null is a word."""
    assert data("{a: 'null', b: \"~\"}") == {"a": "null", "b": "~"}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e3", 1000.0),
        ("0o17", 15),
        ("0x1F", 31),
        ("-7", -7),
        ("+.5", 0.5),
        ("010", 10),
        ("1.", 1.0),
        (".inf", float("inf")),
        ("-.INF", float("-inf")),
        ("1_000", None),
        ("0b1", None),
        ("1:30", None),
        ("inf", None),
        ("yes", None),
    ],
)
def test_numbers(text: str, number: float | None) -> None:
    """Numbers follow YAML 1.2's core schema, not 1.1's."""
    assert core_number(text) == number


# --- places -----------------------------------------------------------------------------------------------


def scalar(text: str, *path: str | int) -> Scalar:
    found = find(compose(text, "test").root, path)
    assert isinstance(found, Scalar)
    return found


@pytest.mark.parametrize(
    ("text", "piece", "line", "column"),
    [
        ("a: one + two", "two", 1, 10),
        ("a: 'one + two'", "two", 1, 11),
        ('a: "one + two"', "two", 1, 11),
        ("a:\n  one\n  + two", "two", 3, 5),
        ("a: >-\n  one\n  + two", "two", 3, 5),
        ("a: |\n  one\n  + two\n", "two", 3, 5),
        ("a: >-  # two\n  one\n\n  + two", "two", 4, 5),
        ("a: 'one\n\n  + two'", "two", 3, 5),
        ("é: ünd + two", "two", 1, 10),
    ],
)
def test_place_inside_a_scalar(text: str, piece: str, line: int, column: int) -> None:
    """An offset in a text is found in the file, whatever the style and however its lines are folded."""
    node = scalar(text, "a" if text[0] == "a" else "é")
    mark = node.place(node.text.index(piece))
    assert (mark.line, mark.column) == (line, column)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(line_end: str) -> None:
    """Lines are counted with any line end."""
    assert fault_of(line_end.join(["a: 1", "b: 2", "b: 3"]))[:2] == (3, 1)


def test_byte_order_mark_is_no_column() -> None:
    """A byte order mark before the text moves nothing."""
    with pytest.raises(ScenarioError) as caught:
        read_text("\ufefffoedus: x")
    assert "<text>:1:9: found 'x', expected a whole number" in str(caught.value)


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "place", "code", "message"),
    [
        ("a: 1\nb: 2\na: 3", (3, 1), "duplicate-key", "'a' is already at line 1"),
        ("a: {b: 1, b: 2}", (1, 11), "duplicate-key", "'b' is already"),
        ("a: !!python/object/apply:os.system [x]", (1, 4), "tag", "found the tag"),
        ("a: !!str x", (1, 4), "tag", "found the tag"),
        ("a: ! x", (1, 4), "tag", "found the tag"),
        ("a: 1\n--- \nb: 2", (2, 1), "yaml", "a second document"),
        ("a: *b", (1, 4), "yaml", "no anchor 'b'"),
        ("a: &b [*b]", (1, 8), "anchors", "contains itself"),
        ("? [a, b]\n: 1", (1, 3), "yaml", "as a key"),
        ("a: {b: if(c, d, e)}", (1, 8), "quotes", "put it in quotes"),
        ("a: [if(c, d, e)]", (1, 5), "quotes", "put it in quotes"),
        ("a: {b: P[c](d)}", (1, 9), "yaml", "quotes"),
        ("a: b == c: d", (1, 10), "yaml", "put it in quotes"),
        ("a:\n\tb: 1", (2, 1), "yaml", "found a tab"),
        ("a: @b", (1, 4), "yaml", "put it in quotes"),
        ("a: [1, 2", (1, 9), "yaml", "expected ','"),
        ("", (1, 1), "yaml", "the file is empty"),
        ("- a", (1, 1), "yaml", "found a list"),
        ("a", (1, 1), "yaml", "found 'a'"),
        ("a: b\x07", (1, 5), "encoding", "U+0007"),
        ("a: b\x00", (1, 5), "encoding", "U+0000"),
        ("a: \u202eb", (1, 4), "encoding", "U+202E"),
        ("a: \ud800", (1, 4), "encoding", "U+D800"),
        ("a: " + "[" * 100, (1, 63), "depth", "more than 60 deep"),
        ("a: &a [[[x]]]\nb: " + "[" * 56 + "*a" + "]" * 56, (2, 60), "depth", "more than 60 deep"),
    ],
)
def test_refused(text: str, place: tuple[int, int], code: str, message: str) -> None:
    """What a scenario file may not hold is refused at its place."""
    line, column, found_code, found = fault_of(text)
    assert (found_code, (line, column)) == (code, place)
    assert message in found


def test_multiplying_anchors() -> None:
    """Anchors that multiply are refused before they expand."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert fault_of("\n".join(lines))[2] == "anchors"


def test_modest_alias_is_read() -> None:
    """An alias stands for what its anchor marks."""
    assert data("a: &x {b: [1, 2]}\nc: *x") == {"a": {"b": ["1", "2"]}, "c": {"b": ["1", "2"]}}


def test_too_many_nodes() -> None:
    """A file of a million keys is refused while it is read."""
    assert fault_of("a:\n" + "- x\n" * (layer.MOST_NODES + 10))[2] == "size"


def test_duplicate_keys_are_all_told() -> None:
    """Faults that leave a tree do not hide each other."""
    assert len(compose("a: 1\na: 2\nb: !x 3\nb: 4", "test").faults) == 3


def test_large_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file over the limit is refused by its size alone."""
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(ScenarioError, match="52,428,800 bytes"):
        load(path)


def test_missing_file(tmp_path: Path) -> None:
    """A file that is not there is a fault with its name."""
    with pytest.raises(ScenarioError, match="No such file"):
        read_scenario(tmp_path / "none.yaml")


def test_file_that_is_no_text() -> None:
    """A byte that is not UTF-8 has its line and column."""
    with pytest.raises(ScenarioError) as caught:
        decode(b"a: 1\nb: \xc3\xa9\xff", "test")
    assert "test:2:5: found the byte 0xff" in str(caught.value)


def test_kinds_of_nodes() -> None:
    """Collections keep their order and their place."""
    root = compose("a: [1, {b: 2}]", "test").root
    items = root.entries["a"][1]
    assert isinstance(items, Sequence)
    assert isinstance(items.items[1], Mapping)
    assert items.items[1].mark.column == 8


# --- properties -------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """Bytes make a text and a tree, or raise ScenarioError; nothing else."""
    with pytest.raises(ScenarioError) as caught:
        read_text(decode(content, "test"))
    assert caught.value.faults


MARKS = [
    "a: ",
    "- ",
    "\n",
    "  ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "&x ",
    "*x",
    "!t ",
    "'",
    '"',
    "|\n",
    ">",
    "? ",
    "#",
    "1",
]
FRAGMENTS = st.sampled_from(MARKS)


@given(st.lists(FRAGMENTS, max_size=40).map("".join))
def test_any_yaml_is_read_or_refused(text: str) -> None:
    """Pieces of YAML in any order raise ScenarioError with places inside the text; nothing else."""
    with pytest.raises(ScenarioError) as caught:
        read_text(text)
    lines = text.count("\n") + 1
    assert all(fault.mark and 1 <= fault.mark.line <= lines + 1 for fault in caught.value.faults)


@pytest.mark.parametrize("key", ["<foedus", "<text>", "<move>", "[key]"])
def test_a_key_that_looks_like_a_tag_is_only_unknown(key: str) -> None:
    """A key in angle brackets is told like any other that is not known, where it stands."""
    with pytest.raises(ScenarioError) as caught:
        read_text(f"'{key}': 1\n" + GUARANTEE)
    assert any(
        f"unknown key '{key}'" in fault.message and fault.mark.line == 1 for fault in caught.value.faults
    )


@given(st.integers(0, len(GUARANTEE)), st.integers(0, 12), st.text(max_size=6))
def test_any_change_is_read_or_refused(start: int, length: int, new: str) -> None:
    """A scenario with any piece replaced is a scenario or raises ScenarioError; nothing else."""
    with suppress(ScenarioError):
        assert read_text(GUARANTEE[:start] + new + GUARANTEE[start + length :]).arrangements
