"""Doubts about a scenario, and what its steps give away."""

from __future__ import annotations

import pytest

from foedus.language.check import information, warnings
from foedus.language.information import Disclosure
from foedus.language.reader import read_text
from foedus.language.trivial import is_trivial
from language_texts import GUARANTEE, with_change, with_section

# --- trivial claims ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "formula",
    [
        "P[none](war) > 0",
        "0 < P[none](war) < 1",
        "P[none](war) >= 0",
        "P[none](war) != 0",
        "1 > Share[none](respond.fight)",
        "Signs[treaty](protege) > 0",
        "Keeps[treaty](guarantee) <= 1",
        "abs(V[none](protege)) >= 0",
        "1 - P[none](war) > 0",
        "P[none](war) + P[none](loss) < 2",
        "2 * P[none](war) < 2",
        "P[none](war) < 1 or V[none](protege) > 3",
        "P[none](war) <= P[none](war)",
        "max(P[a](war) for a in (none, treaty)) > 0",
        "P[none](war) - P[treaty](war) < 1",
        "2 > 1",
    ],
)
def test_trivial(formula: str) -> None:
    """What every equilibrium makes true needs a threshold."""
    assert is_trivial(claim(formula))


@pytest.mark.parametrize(
    "formula",
    [
        "P[none](war) > 0.1",
        "P[none](war) > P[treaty](war)",
        "P[none](war) < 0",
        "V[none](protege) > 0",
        "E[none](attacked == yes) > 0",
        "P[none](war) - P[treaty](war) > 0",
        "P[none](war) < 1 and V[none](protege) > 3",
        "P[none](war) * V[none](protege) < 1",
        "P[none](war) / P[none](loss) < 2",
        "P[none](war) > prize",
        "P[none](war) == P[treaty](war)",
        "P[none](war) < P[none](war)",
        "abs(P[none](war) - P[treaty](war)) > 0",
        "D(P[none](war); prize) > 0",
        "1 > 2",
    ],
)
def test_not_trivial(formula: str) -> None:
    """What depends on the game says something."""
    assert not is_trivial(claim(formula))


def claim(formula: str):  # type: ignore[no-untyped-def]
    return read_text(with_section(f"claims: {{c: {{says: x, holds: '{formula}'}}}}")).claims["c"]


# --- warnings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  war_cost: ", "  spare: 3\n  war_cost: ", "parameter 'spare' is not used"),
        (
            "  attacked: ",
            "  spare: {values: [a, b], seen_by: []}\n  attacked: ",
            "'spare' is never looked at",
        ),
        ("set: {resolve: hesitant}", "set: {fate: lost}", None),
        ("{set: {attacked: yes}, pays", "{pays", "variable 'attacked' is never set"),
        ("commitments: [guarantee]", "commitments: []", "'guarantee' is in no arrangement"),
        (
            "signed_by: [protege, guarantor]",
            "signed_by: [protege]",
            "'guarantor' promises something in 'treaty'",
        ),
        ("at: {respond: [fight]}", "at: {respond: [fight, abandon]}", "every option of 'respond' keeps"),
        ("at: {respond: [fight]}", "at: {respond: []}", "no option of 'respond' keeps"),
        ("    about: a public", "    refusal: later\n    about: a public", "the sign step is in no loop"),
        ("< P[none](attacked == yes)", "> 0", "claim 'deters' is true in every equilibrium"),
    ],
)
def test_warning(old: str, new: str, message: str | None) -> None:
    """What is probably not meant is told, at its place, and nothing else."""
    found = warnings(read_text(with_change(old, new)))
    assert (
        [message in fault.message for fault in found] == ([True] if message else []) if message else not found
    )
    assert all(fault.mark for fault in found)


def test_no_warning() -> None:
    """The scenario of the design raises no doubt."""
    assert warnings(read_text(GUARANTEE)) == ()


# --- information ------------------------------------------------------------------------------------------


def test_what_movers_see() -> None:
    """For each move and signature: who makes it, what is seen and what is hidden."""
    found = {each.move: each for each in information(read_text(GUARANTEE))}
    assert list(found) == ["consent.protege", "consent.guarantor", "threaten", "respond"]
    assert found["threaten"].by == "challenger"
    assert found["threaten"].hidden == ("resolve",)
    assert found["respond"].sees == ("resolve", "attacked", "fate")
    assert not any(each.gives_away for each in found.values())


def given_away(old: str, new: str) -> dict[str, tuple[Disclosure, ...]]:
    found = information(read_text(with_change(old, new)))
    return {each.move: each.gives_away for each in found if each.gives_away}


def test_condition_gives_away() -> None:
    """A move under a condition tells its maker what it does not see."""
    told = given_away(
        "        by: challenger\n", "        by: challenger\n        when: resolve == hesitant\n"
    )
    assert told == {
        "threaten": (Disclosure("resolve == hesitant", "'threaten' comes up only then", ("resolve",)),)
    }


def test_further_round_gives_away() -> None:
    """That a loop goes on tells that `until` did not hold."""
    told = given_away("until: attacked == yes", "until: attacked == yes or resolve == resolved")
    assert [each.why for each in told["threaten"]] == ["a further round begins"]
    assert told["threaten"][0].reveals == ("resolve",)
    assert told["threaten"][0].condition == "not (attacked == yes or resolve == resolved)"


def test_block_gives_away() -> None:
    """The condition of a block holds for what is in it, and for nothing after."""
    section = """play:
  - when: resolve == resolved
    steps:
      - {move: threaten, by: challenger, options: {hold: {}, attack: {set: {attacked: yes}}}}
  - {move: respond, by: guarantor, options: {abandon: {}, fight: {}}}
  - {move: plead, by: protege, options: {loudly: {}}}
"""
    found = {each.move: each.gives_away for each in information(read_text(with_section(section)))}
    assert [each.why for each in found["threaten"]] == ["the block comes up only then"]
    assert found["plead"] == ()


def test_going_on_gives_away() -> None:
    """That play goes on tells that nothing ended it, if what could have depends on what is hidden."""
    section = """play:
  - chance: fog
    outcomes:
      clears: {probability: "if(resolve == resolved, 0.9, 0.1)", then: end}
      stays: {probability: rest}
  - {move: threaten, by: challenger, options: {hold: {}, attack: {set: {attacked: yes}}}}
  - {move: respond, by: guarantor, options: {abandon: {}, fight: {}}}
"""
    found = {each.move: each.gives_away for each in information(read_text(with_section(section)))}
    assert found["threaten"] == (Disclosure("not fog.clears", "play goes on", ("resolve",)),)
    assert found["respond"] == ()


def test_handed_move() -> None:
    """A move that an arrangement hands to another is told for both."""
    text = with_change("    about: a public", "    hands: {threaten: protege}\n    about: a public")
    found = [each for each in information(read_text(text)) if each.move == "threaten"]
    assert [(each.by, each.arrangement) for each in found] == [("challenger", ""), ("protege", "treaty")]
