"""A promise written as a ruinous penalty, as a certain clause and as a removed option gives the same play.

In the first scenario only the guarantor knows something. In force nothing that it does before its last move
informs the others, and that move needs no beliefs: going backwards finds the one fixed point. As offered,
signing tells the challenger something; there, and in the drawn scenarios, precisions are low for the payoffs
at stake, so that the fixed point may be taken as unique.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from foedus.language.reader import read_text
from foedus.language.scenario import Scenario
from foedus.testing import Document, Limits, documents, text_of
from solving import (
    Solved,
    behaviour_at,
    information_set,
    options_of,
    outcomes_of,
    scenario_at,
    solved,
    steps_of,
)

WAYS = ("penalty", "clause", "removed")

FILE = Path(__file__).parent / "cases" / "one_promise_three_ways.yaml"


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return scenario_at(FILE)


def threats(result: Solved, way: str) -> list[NDArray[np.float64]]:
    """The probability (world) of an attack in each round with the arrangement in force."""
    sets = [information_set(result.game, "threaten", (number,), {"in_force": way}) for number in (1, 2, 3)]
    return [behaviour_at(result, number)["attack"] for number in sets]


parameters = st.fixed_dictionaries(
    {
        "precision": st.floats(0.02, 0.1),
        "prize": st.floats(0, 60),
        "war_cost": st.floats(0, 50),
        "p_resolved": st.floats(0, 1),
    }
)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(worlds=st.lists(parameters, min_size=1, max_size=4), in_force=st.booleans())
def test_three_ways_to_write_a_promise(
    scenario: Scenario, worlds: list[dict[str, float]], in_force: bool
) -> None:
    """Outcomes, values and the challenger's threats agree to a millionth, offered and in force."""
    overrides = {name: np.array([world[name] for world in worlds]) for name in worlds[0]}
    results = {way: solved(scenario, way, in_force=in_force, **overrides) for way in WAYS}
    expected = outcomes_of(scenario, results["removed"])
    for way in WAYS:
        for outcome, probability in outcomes_of(scenario, results[way]).items():
            assert probability == pytest.approx(expected[outcome], abs=1e-6), (way, outcome)
        for actor in scenario.actors:
            assert results[way].value(actor) == pytest.approx(results["removed"].value(actor), abs=1e-4)
        for found, other in zip(
            threats(results[way], way), threats(results["removed"], "removed"), strict=True
        ):
            assert found == pytest.approx(other, abs=1e-6)


def promised(document: Document) -> Document:
    """The drawn file with a promise at its first move: at a ruinous penalty, or with no other option."""
    step = next(step for step in steps_of(document["play"]) if "move" in step)
    move = step["move"]
    kept, *broken = options_of(document, step)
    promise = {"by": step["by"], "at": {move: [kept]}, "penalty": 100_000}
    arrangements = {
        "none": {"about": "nothing is promised"},
        "penalty": {"commitments": ["promise0"]},
        "removed": {"removes": {move: broken}},
    }
    return {**document, "commitments": {"promise0": promise}, "clauses": {}, "arrangements": arrangements}


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(document=documents(Limits(signing=False)))
def test_a_ruinous_penalty_removes_an_option(document: Document) -> None:
    """In any scenario an option at a ruinous penalty is worth no more than one that is not there."""
    scenario = read_text(text_of(promised(document)))
    penalised, removed = (solved(scenario, way) for way in ("penalty", "removed"))
    expected = outcomes_of(scenario, removed)
    for outcome, probability in outcomes_of(scenario, penalised).items():
        assert probability == pytest.approx(expected[outcome], abs=1e-6), outcome
    for actor in scenario.actors:
        assert penalised.value(actor) == pytest.approx(removed.value(actor), abs=1e-6)
