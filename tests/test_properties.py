"""Properties that hold for every scenario, on random ones from the strategy that ships in `foedus.testing`.

Payoffs of the drawn scenarios spread over a few points and precisions are at most 0.4 per point, where the
fixed point may be taken as unique: so two ways to write one game must give the same numbers.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from foedus.language.reader import read_text
from foedus.language.scenario import Scenario
from foedus.solve.solver import solve
from foedus.testing import Document, Limits, documents, scenarios, text_of
from solving import Solved, outcomes_of, solved, steps_of, tabulated

Floats = NDArray[np.float64]
Numbers = dict[tuple[str, ...], Floats]

CLOSE = 1e-7

examples = settings(
    max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def read(document: Document) -> Scenario:
    return read_text(text_of(document), file="drawn.yaml")


def numbers_of(scenario: Scenario, **overrides: Any) -> Numbers:
    """Outcome probabilities and values (world) of both arrangements, offered and in force."""
    found: Numbers = {}
    for arrangement in scenario.arrangements:
        for in_force in (False, True):
            result = solved(scenario, arrangement, in_force=in_force, **overrides)
            view = (arrangement, "in force" if in_force else "offered")
            found |= {(*view, "P", name): value for name, value in outcomes_of(scenario, result).items()}
            found |= {(*view, "V", actor): result.value(actor) for actor in scenario.actors}
    return found


def assert_same(found: Numbers, expected: Numbers) -> None:
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        assert found[name] == pytest.approx(value, abs=CLOSE), name


@examples
@given(scenario=scenarios())
def test_probabilities_sum_to_one(scenario: Scenario) -> None:
    """The outcomes, which divide the ends of play between them, have probabilities that sum to 1."""
    for arrangement in scenario.arrangements:
        result = solved(scenario, arrangement)
        total = sum(outcomes_of(scenario, result).values())
        assert total == pytest.approx(1, abs=1e-9)
        assert options_sum_to_one(result)


def options_sum_to_one(result: Solved) -> bool:
    starts = result.game.first_option[:-1]
    if not len(starts):
        return True
    return bool(np.allclose(np.add.reduceat(result.equilibrium.behaviour, starts), 1, atol=1e-12))


@examples
@given(scenario=scenarios(), seed=st.integers(0, 1000), threads=st.sampled_from([1, 2, 3]))
def test_permuting_worlds_permutes_results(scenario: Scenario, seed: int, threads: int) -> None:
    """A world's numbers do not depend on the worlds beside it or on the threads, to the last bit."""
    random = np.random.default_rng(seed)
    worlds = {"gain": random.uniform(-1, 1, 70), "chance_a": random.uniform(0.05, 0.6, 70)}
    order = random.permutation(70)[:50]
    for arrangement in scenario.arrangements:
        result = solved(scenario, arrangement, **worlds)
        others = {name: values[order] for name, values in worlds.items()}
        tabulation = tabulated(result.game, scenario, others)
        found = solve(result.game, tabulation, threads=threads)
        expected = result.equilibrium
        assert np.array_equal(found.behaviour, expected.behaviour[:, order])
        assert np.array_equal(found.values, expected.values[:, order])
        assert np.array_equal(found.residual, expected.residual[order])
        assert np.array_equal(found.status, expected.status[order])


@examples
@given(document=documents(), shuffler=st.randoms(use_true_random=False))
def test_permuting_actors_changes_no_result(document: Document, shuffler: Any) -> None:
    """The order in which actors are listed does not matter."""
    other = copy.deepcopy(document)
    names = list(document["actors"])
    shuffler.shuffle(names)
    other["actors"] = {name: document["actors"][name] for name in names}
    assert_same(numbers_of(read(other)), numbers_of(read(document)))


@examples
@given(document=documents(), shuffler=st.randoms(use_true_random=False))
def test_permuting_options_changes_no_result(document: Document, shuffler: Any) -> None:
    """The order in which options and chance outcomes are listed does not matter."""
    other = copy.deepcopy(document)
    for step in steps_of(other["play"]):
        for key in ("options", "outcomes"):
            if key in step:
                items = list(step[key].items())
                shuffler.shuffle(items)
                step[key] = dict(items)
    assert_same(numbers_of(read(other)), numbers_of(read(document)))


@examples
@given(document=documents(), constant=st.integers(-30, 30).map(lambda tenths: tenths / 10))
def test_a_constant_on_payoffs_changes_no_choice(document: Document, constant: float) -> None:
    """A constant added to an actor's payoffs shifts its value by as much and changes nothing else."""
    other = copy.deepcopy(document)
    actor = next(iter(document["actors"]))
    other["payoffs"][actor] = [document["payoffs"][actor], constant]
    expected = numbers_of(read(document))
    for name in expected:
        if name[2:] == ("V", actor):
            expected[name] = expected[name] + constant
    assert_same(numbers_of(read(other)), expected)


@examples
@given(document=documents(), factor=st.sampled_from([0.01, 0.5, 7, 1000]))
def test_the_unit_of_payoffs_does_not_matter(document: Document, factor: float) -> None:
    """All payoffs and payments times k, and all precisions divided by k, changes no probability."""
    expected = numbers_of(read(document))
    for name in expected:
        if name[2] == "V":
            expected[name] = expected[name] * factor
    found = numbers_of(read(in_other_units(document, factor)))
    for name, value in expected.items():
        scale = factor if name[2] == "V" else 1
        assert found[name] / scale == pytest.approx(value / scale, abs=CLOSE), name


def in_other_units(document: Document, factor: float) -> Document:
    other = copy.deepcopy(document)
    precision = document["rationality"]
    other["rationality"] = (
        {name: value / factor for name, value in precision.items()}
        if isinstance(precision, dict)
        else precision / factor
    )
    for actor, payoff in document["payoffs"].items():
        if isinstance(payoff, dict):
            rows = {value: times(amount, factor) for value, amount in payoff["rows"].items()}
            other["payoffs"][actor] = {**payoff, "rows": rows}
        else:
            other["payoffs"][actor] = times(payoff, factor)
    for step in steps_of(other["play"]):
        for option in step.get("options", {}).values():
            if "pays" in option:
                option["pays"] = {name: times(amount, factor) for name, amount in option["pays"].items()}
    for commitment in other["commitments"].values():
        for key in ("penalty", "price"):
            commitment[key] = times(commitment[key], factor)
    return other


def times(amount: Any, factor: float) -> Any:
    """A number stays a number: a penalty of 0 is none, and leaves no trace of a first breach."""
    return amount * factor if isinstance(amount, int | float) else f"({amount}) * {factor}"


@examples
@given(document=documents(Limits(signing=False)))
def test_a_promise_without_price_or_penalty_changes_nothing(document: Document) -> None:
    """An arrangement whose promises cost nothing to make or to break is no arrangement at all."""
    other = copy.deepcopy(document)
    for commitment in other["commitments"].values():
        commitment["penalty"] = commitment["price"] = 0
    other["arrangements"]["pact"] = {"commitments": list(other["commitments"])}
    found = numbers_of(read(other))
    free = {name: value for name, value in found.items() if name[0] == "pact"}
    assert_same(free, {("pact", *name[1:]): value for name, value in found.items() if name[0] == "none"})


@examples
@given(document=documents(Limits(hidden=False, together=False)))
def test_perfect_recall_adds_nothing_where_nothing_is_hidden(document: Document) -> None:
    """Where every information set is a single node, remembering more changes no result."""
    default, perfect = ({**document, "recall": recall} for recall in ("default", "perfect"))
    assert solved(read(default), "pact").game.hides_nothing
    assert_same(numbers_of(read(perfect)), numbers_of(read(default)))
