"""Passages: how a text is cut, and by what a passage is known again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.evidence.checking import judge
from foedus.evidence.passages import Citation, Passages, Place, digest, normal, parse_citation, split
from papers import WIRE

words = st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=12)
lines = st.lists(words, min_size=1, max_size=5).map(" ".join)
blocks = st.lists(lines, min_size=1, max_size=4).map("\n".join)
texts = st.lists(blocks, min_size=1, max_size=8)
blanks = st.sampled_from(["\n\n", "\n \n", "\r\n\r\n", "\n\n\n\n", "\n\t\n\u00a0\n", "\r\r"])
Texts = list[str]
RIVER = "On Monday the challenger moved two brigades to the river."


@given(texts, blanks, blanks)
def test_blocks_are_paragraphs(blocks: Texts, between: str, around: str) -> None:
    """Blocks between blank lines are the paragraphs, numbered from 1, whatever blank lines look like."""
    found = list(split(around + between.join(blocks) + around))
    assert [each.text for each in found] == blocks
    assert [each.number for each in found] == list(range(1, len(blocks) + 1))


@given(st.text(max_size=200))
def test_nothing_is_lost(text: str) -> None:
    """Every character that is not white space is in exactly one paragraph, in its order."""
    found = list(split(text))
    assert "".join("".join(each.text.split()) for each in found) == "".join(text.split())
    assert all(each.text.strip() for each in found)


@given(texts)
def test_every_place_resolves(blocks: Texts) -> None:
    """A passage against its own fingerprint resolves, wherever it stands."""
    passages = Passages(list(split("\n\n".join(blocks))))
    for paragraph in passages.paragraphs:
        places = [Place(paragraph.number)]
        if len(paragraph.lines) > 1:
            places += [Place(paragraph.number, n) for n in range(1, len(paragraph.lines) + 1)]
        for place in places:
            assert judge(passages, place, passages.fingerprint(place)).state == "resolves"


@given(texts, st.data())
def test_no_change_goes_unnoticed(blocks: Texts, data: st.DataObject) -> None:
    """After one paragraph is changed, taken out or doubled, it never simply resolves."""
    at = data.draw(st.integers(0, len(blocks) - 1))
    before = Passages(list(split("\n\n".join(blocks))))
    kept = before.fingerprint(Place(at + 1))
    for after in (
        [*blocks[:at], blocks[at] + "x", *blocks[at + 1 :]],
        [*blocks[:at], *blocks[at + 1 :]],
        [*blocks[: at + 1], *blocks[at:]],
    ):
        found = judge(Passages(list(split("\n\n".join(after)))), Place(at + 1), kept)
        assert found.state in ("changed", "missing paragraph", "ambiguous", "moved")


@given(blocks, st.sampled_from([" ", "\n", "\t", "\u00a0", "\r\n "]))
def test_fingerprints_pass_over_white_space(text: str, blank: str) -> None:
    """How lines are broken and words are spaced does not change a fingerprint; a letter does."""
    assert digest(blank.join(text.split())) == digest(text)
    assert digest(text + "x") != digest(text)
    assert normal(normal(text)) == normal(text)


def test_composed_and_decomposed_are_one() -> None:
    """Two encodings of one letter have one fingerprint."""
    assert digest("caf\u00e9") == digest("cafe\u0301")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("000#9", Citation("000", Place(9))),
        ("001#1.2", Citation("001", Place(1, 2))),
        ("a.b-c#12", Citation("a.b-c", Place(12))),
        ("000", None),
        ("000#", None),
        ("000#a", None),
        ("../x#1", None),
        ("000#1.2.3", None),
        ("000#1\n", None),
    ],
)
def test_citations(text: str, found: Citation | None) -> None:
    """A citation is document#paragraph, or document#paragraph.line."""
    assert parse_citation(text) == found
    assert found is None or str(found) == text


def test_lines_of_a_block() -> None:
    """A line of a block that has several is a place; that of a single line is its paragraph."""
    passages = Passages(list(split(WIRE)))
    assert passages.text(Place(5, 2)) == "Second line of the table"
    assert passages.text(Place(5, 4)) is None
    assert passages.text(Place(1, 1)) is None
    assert passages.text(Place(6)) is None


@pytest.mark.parametrize(
    ("change", "cited", "state", "reason"),
    [
        (("brigades", "battalions"), Place(2), "changed", "its text is another"),
        (("On Monday", "News\n\nOn Monday"), Place(2), "moved", "#3 now"),
        (("On Monday the challenger moved two brigades to the river.\n\n", ""), Place(2), "missing paragraph",
         "taken out"),
        (("Third line of the table", ""), Place(5, 3), "missing paragraph", "taken out"),
        (("Second line", "Other line"), Place(5, 2), "changed", "its text is another"),
        (("Second line of the table\n", ""), Place(5, 2), "missing paragraph", "taken out"),
        (("Second line", "First line of the table\nSecond line"), Place(5, 1), "ambiguous", "#5.1, #5.2"),
        (("The guarantor wavers\n\n", ""), Place(1), "missing paragraph", "taken out"),
        (("The guarantor", "Extra\n\nThe guarantor"), Place(5, 3), "moved", "#6.3 now"),
        (("river.", f"river.\n\n{RIVER}"), Place(2), "ambiguous", "#2, #3"),
        (("two  ", ""), Place(2), "resolves", ""),
        (("forty", "fifty"), Place(2), "resolves", "its neighbours have changed"),
        (("On Monday the challenger moved two", "New\n\nIt moved three"), Place(2), "changed", "another"),
    ],
)  # fmt: skip
def test_each_fate_is_told_apart(change: tuple[str, str], cited: Place, state: str, reason: str) -> None:
    """Changed, moved, doubled and taken out are different findings."""
    kept = Passages(list(split(WIRE))).fingerprint(cited)
    found = judge(Passages(list(split(WIRE.replace(*change)))), cited, kept)
    assert found.state == state
    assert reason in found.reason


def test_a_twin_that_was_there_is_no_ambiguity() -> None:
    """A passage that stood twice from the start resolves as long as its neighbours say which one is meant."""
    twice = "a\n\nsame\n\nb\n\nsame\n\nc"
    kept = Passages(list(split(twice))).fingerprint(Place(4))
    assert judge(Passages(list(split(twice))), Place(4), kept).state == "resolves"
    assert judge(Passages(list(split("a\n\nb\n\nx\n\nsame\n\nc"))), Place(4), kept).state == "ambiguous"
