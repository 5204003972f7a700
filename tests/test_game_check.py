"""Faults in numbers: where they come from, and the worlds in which they appear."""

from __future__ import annotations

import numpy as np
import pytest

from foedus.errors import ScenarioError
from foedus.game.check import check_worlds
from foedus.game.compile import compile_game
from foedus.game.extremes import extreme_worlds, possible_zero_division
from foedus.language.scenario import Scenario
from plays import scenario

NUMBERS = """
parameters:
  a: {value: 2, range: [0, 4], about: first}
  p: {value: 0.5, range: [0, 1], about: second}
  d: {value: 3, about: third}
variables:
  x: {values: [no, yes]}
play:
  - chance: luck
    outcomes:
      good: {probability: p, set: {x: yes}, pays: {us: 1}}
      bad: {probability: 0.5}
  - move: ask
    by: us
    options:
      go: {weight: 1, pays: {us: 2, them: 0}}
      stay: {pays: {them: d}}
commitments:
  pledge: {by: us, at: {ask: [go]}, penalty: 1}
payoffs:
  us: 5
  them: x == yes
arrangements:
  none: {about: nothing}
  old: {commitments: [pledge]}
"""


def changed(old: str, new: str) -> Scenario:
    return scenario(NUMBERS.replace(old, new, 1))


def faults(text: Scenario, **world: float) -> list[str]:
    """What is wrong in one world."""
    worlds = {"a": 2.0, "p": 0.5, **world}
    game = compile_game(text, "old")
    found = check_worlds(text, game, {name: np.array([value]) for name, value in worlds.items()})
    return [str(fault) for fault in found]


def place_of(text: Scenario, snippet: str) -> str:
    """Where a piece of the text stands, as messages write it."""
    before = text.text[: text.text.index(snippet)]
    return f"test.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}:"


@pytest.mark.parametrize(
    ("old", "new", "world", "snippet", "cause"),
    [
        ("us: 5", "us: 1 + 3 / (a - 1)", {"a": 1.0}, "/ (a", "division by zero, in the payoff of 'us'"),
        ("them: x == yes", "them: sqrt(a - 1)", {"a": 0.5}, "sqrt", "sqrt of a number below zero"),
        ("us: 2, them", "us: log(a), them", {"a": 0.0}, "log", "log of a number that is not above zero"),
        ("weight: 1", "weight: a - 1", {"a": 0.5}, "a - 1", "the weight of 'ask.go' is not 0 or more"),
        ("penalty: 1", "penalty: 1 / a", {"a": 0.0}, "/ a", "in the penalty of 'pledge'"),
        ("value: 3", "value: 5 / a", {"a": 0.0}, "/ a", "in the parameter 'd'"),
        ("us: 5", "us: exp(300 * a)", {"a": 4.0}, "exp", "too large"),
        ("probability: p", "probability: 2 * p", {"p": 0.75}, "2 * p", "'luck.good' is not between 0 and 1"),
        ("bad", "bad", {"p": 0.25}, "luck", "the probabilities of 'luck' do not sum to 1"),
    ],
)
def test_a_fault_has_its_place_and_cause(old, new, world, snippet, cause):
    """File, line and column are those of the failing operation, and the example names its parameters."""
    text = changed(old, new)
    if "2 * p" in new:
        text = scenario(NUMBERS.replace(old, new, 1).replace("probability: 0.5", "probability: rest"))
    told = next(fault for fault in faults(text, **world) if cause in fault)
    assert told.startswith(place_of(text, snippet))
    name, value = next(iter(world.items()))
    assert f"{name} = {value:g}" in told


def test_a_fault_is_told_once_with_the_number_of_its_worlds():
    """Worlds that share a fault are counted."""
    text = scenario(NUMBERS.replace("us: 5", "us: log(a - 1)"))
    game = compile_game(text, "old")
    worlds = {"a": np.array([0.5, 2.0, 1.0, 3.0] * 50), "p": np.full(200, 0.5)}
    (fault,) = check_worlds(text, game, worlds)
    assert "in 100 of 200 worlds" in fault.message


def test_a_sound_scenario_has_no_faults():
    """Nothing is said where all worlds are valid."""
    assert faults(scenario(NUMBERS)) == []


@pytest.mark.parametrize(
    ("old", "new", "snippet", "cause"),
    [
        ("probability: p", "probability: 3 * p", "3 * p", "is not between 0 and 1"),
        ("probability: 0.5", "probability: p / 2", "luck", "do not sum to 1"),
        ("us: 5", "us: 1 / (a - 2)", "/ (a", "division by zero"),
        ("us: 5", "us: 1 / (x == yes)", "/ (x", "division by zero"),
    ],
)
def test_impossible_base_values_are_refused(old, new, snippet, cause):
    """Compiling raises at the place of the number."""
    text = changed(old, new)
    with pytest.raises(ScenarioError, match=cause) as caught:
        compile_game(text, "old")
    assert any(f"{fault.mark}:" == place_of(text, snippet) for fault in caught.value.faults)


def possible(payoff: str) -> list[str]:
    text = scenario(
        NUMBERS.replace("us: 5", f"us: {payoff}").replace("probability: 0.5", "probability: rest")
    )
    return [str(fault) for fault in possible_zero_division(text, compile_game(text, "old"))]


@pytest.mark.parametrize("payoff", ["1 / (p - 0.3)", "1 / (a - 3.7 * p + 1)", "2 / (1 + log(a + 0.1))"])
def test_a_division_by_zero_is_found_though_no_sample_meets_it(payoff):
    """A divisor that changes sign is zero somewhere between."""
    (told,) = possible(payoff)
    assert "division by zero, in the payoff of 'us' in some worlds" in told


@pytest.mark.parametrize(
    "payoff",
    ["1 / (p + 0.3)", '"1 / if(p > 0.3, 1, -1)"', '"if(abs(p - 0.3) > 0.1, 1 / (p - 0.3), 0)"', "a / 3"],
)
def test_a_division_that_cannot_fail_is_left_alone(payoff):
    """A divisor that jumps over zero, or whose zero is guarded against, is no fault."""
    assert possible(payoff) == []


def test_the_ends_of_ranges_are_worlds():
    """A logarithm that fails only at the very end of a range is found."""
    (told,) = possible("log(a)")
    assert "log of a number that is not above zero" in told


def test_extreme_worlds_stay_within_the_ranges():
    """Every parameter is at both of its ends in some world, and outside of them in none."""
    worlds = extreme_worlds(scenario(NUMBERS))
    assert (worlds["a"].min(), worlds["a"].max()) == (0, 4)
    assert (worlds["p"].min(), worlds["p"].max()) == (0, 1)
    assert set(worlds["d"].tolist()) == {3.0}
