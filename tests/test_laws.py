"""Laws of probability that the functions of claims obey in every scenario, on random ones."""

from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foedus.analysis.claims import evaluate_text
from foedus.language.reader import read_text
from foedus.language.scenario import Scenario
from foedus.testing import Document, Limits, documents, text_of
from solving import options_of, outcomes_of, reach_of, sets_of, solved, steps_of

examples = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
drawn = documents(Limits(steps=3))
settings_of_pact = st.sampled_from(["pact", "pact; in_force"])


def read(document: Document) -> Scenario:
    return read_text(text_of(document), file="drawn.yaml")


@examples
@given(document=drawn, pact=settings_of_pact)
def test_claims_ask_for_what_the_solver_found(document: Document, pact: str) -> None:
    """P and V in a claim are the probabilities and values of the equilibrium."""
    scenario = read(document)
    result = solved(scenario, "pact", in_force="in_force" in pact)
    for outcome, probability in outcomes_of(scenario, result).items():
        assert evaluate_text(scenario, f"P[{pact}]({outcome})") == pytest.approx(probability[0], abs=1e-9)
    for actor in scenario.actors:
        assert evaluate_text(scenario, f"V[{pact}]({actor})") == pytest.approx(
            result.value(actor)[0], abs=1e-9
        )


@examples
@given(document=drawn, pact=settings_of_pact)
def test_values_are_those_of_the_outcomes_together(document: Document, pact: str) -> None:
    """An actor's value is its value given each outcome, weighted by the outcomes' probabilities."""
    scenario = read(document)
    chances = {name: evaluate_text(scenario, f"P[{pact}]({name})") for name in scenario.outcomes}
    for actor in scenario.actors:
        parts = [
            chance * evaluate_text(scenario, f"V[{pact}]({actor} | {name})")
            for name, chance in chances.items()
            if chance > 1e-12
        ]
        assert sum(parts) == pytest.approx(evaluate_text(scenario, f"V[{pact}]({actor})"), abs=1e-9)


@examples
@given(document=drawn, pact=settings_of_pact)
def test_what_happens_at_the_end_happens_at_some_time(document: Document, pact: str) -> None:
    """`ever` a condition is at least as likely as the condition at the end."""
    scenario = read(document)
    for name, condition in document["outcomes"].items():
        at_the_end = evaluate_text(scenario, f"P[{pact}]({name})")
        assert evaluate_text(scenario, f"P[{pact}](ever({condition}))") >= at_the_end - 1e-12


@examples
@given(document=drawn, pact=settings_of_pact)
def test_shares_of_a_move_sum_to_one(document: Document, pact: str) -> None:
    """Per occasion on which a move comes up, one of its options is taken; undefined where none comes up."""
    scenario = read(document)
    result = solved(scenario, "pact", in_force="in_force" in pact)
    for step in steps_of(document["play"]):
        if "move" not in step:
            continue
        move, options = step["move"], options_of(document, step)
        shares = [evaluate_text(scenario, f"Share[{pact}]({move}.{option})") for option in options]
        occasions = sum(float(reach_of(result, number)[0]) for number in sets_of(result.game, move))
        assert all(map(math.isnan, shares)) if not occasions else sum(shares) == pytest.approx(1, abs=1e-9)
        for option, share in zip(options, shares, strict=True):
            chosen = evaluate_text(scenario, f"P[{pact}](chose({move}.{option}))")
            assert chosen <= occasions * share + 1e-9 if occasions else chosen == 0


@examples
@given(document=documents(Limits(steps=3, signing=False)))
def test_a_promise_is_kept_as_often_as_its_options_are_taken(document: Document) -> None:
    """Per occasion on which it is due, a promise is kept with the share of the options that keep it."""
    scenario = read(document)
    for name, promise in document["commitments"].items():
        ((move, kept),) = promise["at"].items()
        given_that = f" | {promise['when']}" if "when" in promise else ""
        shares = [evaluate_text(scenario, f"Share[pact]({move}.{option}{given_that})") for option in kept]
        found = evaluate_text(scenario, f"Keeps[pact; each]({name})")
        assert found == pytest.approx(sum(shares), abs=1e-9, nan_ok=True)


@examples
@given(document=drawn)
def test_chances_of_keeping_word_are_probabilities(document: Document) -> None:
    """What is kept or delivered is so with a probability, and what is kept throughout was delivered."""
    scenario = read(document)
    delivering = document.get("clauses", {}).get("snapback", {}).get("delivers", [])
    for name in document["commitments"]:
        kept = evaluate_text(scenario, f"Keeps[pact]({name})")
        delivered = evaluate_text(scenario, f"Delivers[pact]({name})")
        for probability in (kept, delivered):
            assert math.isnan(probability) or -1e-12 <= probability <= 1 + 1e-12
        if name not in delivering:
            assert delivered == pytest.approx(kept, abs=1e-9, nan_ok=True)
