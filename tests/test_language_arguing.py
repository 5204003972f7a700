"""What claims rest on and what they dispute, as the language reads it."""

from __future__ import annotations

import pytest

from foedus.errors import Fault, ScenarioError
from foedus.game.cache import cached_game
from foedus.game.dump import dump
from foedus.language.arguing import disputes
from foedus.language.reader import read_text
from language_texts import with_section

HOLDS = "holds: 'P[none](attacked == yes) > 0.5'"


def claims(**more: str) -> str:
    """The guarantee with claims, each with keys of its own."""
    rows = [f"  {name}: {{says: So., {HOLDS}, {keys}}}" for name, keys in more.items()]
    return with_section("claims:\n" + "\n".join(rows))


def told(text: str) -> list[Fault]:
    with pytest.raises(ScenarioError) as caught:
        read_text(text, "test.yaml")
    return list(caught.value.faults)


def test_claims_know_what_they_rest_on() -> None:
    """Names stand in the claim in the order of the file, one or a list of them."""
    read = read_text(claims(a="", b="because: a", c="because: [b, a], against: d", d="")).claims
    assert [read[name].because for name in "abcd"] == [(), ("a",), ("b", "a"), ()]
    assert [read[name].against for name in "abcd"] == [(), (), ("d",), ()]


def test_a_dispute_is_one_whoever_says_so() -> None:
    """A pair of claims is told once, in file order, if either of them is against the other, or both."""
    read = read_text(claims(a="", b="against: [c, a]", c="against: b", d="against: a"))
    assert disputes(read) == (("a", "b"), ("a", "d"), ("b", "c"))


@pytest.mark.parametrize(
    ("keys", "message", "where"),
    [
        ({"a": "", "b": "because: [zz]"}, "unknown claim 'zz'; known are a", "zz]"),
        ({"deters": "", "b": "against: [detrs]"}, "did you mean 'deters'?", "detrs]"),
        ({"a": "because: [a]"}, "claim 'a' names itself in 'because'", "a]"),
        ({"a": "", "b": "because: [a, a]"}, "claim 'a' is named twice", "a]"),
        ({"a": "because: [b]", "b": "because: [a]"}, "in a circle: a → b → a", "b]"),
        ({"a": "", "b": "because: [a], against: [a]"}, "rests on 'a' and is against it", "a], against"),
        ({"a": "against: [b]", "b": "because: [a]"}, "rests on 'a' and is against it", "a]"),
        ({"a": "because: {b: 1}", "b": ""}, "found a mapping, expected a name", "{b"),
    ],
)
def test_faults_of_arguments(keys: dict[str, str], message: str, where: str) -> None:
    """A name that cannot stand there is told at its place."""
    text = claims(**keys)
    faults = told(text)
    assert len(faults) == 1
    assert message in faults[0].message
    mark = faults[0].mark
    assert mark
    assert text.splitlines()[mark.line - 1][mark.column - 1 :].startswith(where)


def test_a_long_chain_is_no_circle() -> None:
    """Thousands of claims that each rest on the next exhaust nothing."""
    rows = {f"c{number}": f"because: c{number + 1}" for number in range(1500)}
    read = read_text(claims(**rows, c1500=""))
    assert read.claims["c0"].because == ("c1",)


def test_arguments_change_no_game() -> None:
    """The compiled game is the same with and without them."""
    games = [
        dump(cached_game(read_text(claims(a="", b=keys)), "treaty"))
        for keys in ("", "because: a", "against: a")
    ]
    assert games[0] == games[1] == games[2]
