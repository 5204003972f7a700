"""Reference cases of the literature: every known number, to the tolerance that comes with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from foedus.language.scenario import Scenario
from solving import (
    Solved,
    behaviour_at,
    information_set,
    option_names,
    outcomes_of,
    reach_of,
    regret_of,
    scenario_at,
    solved,
    with_behaviour,
)

FOLDER = Path(__file__).parent / "cases"
CASES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("C*.json"))
}
FIRST_FOLD = 2.9434
LAST_FOLD = 0.8409


def scenario_of(case: dict[str, Any]) -> Scenario:
    """A scenario beside the numbers, or one that ships."""
    name = case["scenario"]
    return scenario_at(FOLDER / name if name.endswith(".yaml") else name)


def tolerance(case: dict[str, Any], kind: str) -> float:
    known: dict[str, float] = case["tolerance"]
    return known.get(f"{kind}_abs", known["aqre_probabilities_abs"])


def rows_of(variant: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows at the first crossing of each precision: where the branch folds there are later ones."""
    first: dict[float, dict[str, Any]] = {}
    for row in variant["rows"]:
        first.setdefault(row["lambda"], row)
    return list(first.values())


def solve_variant(
    scenario: Scenario, variant: dict[str, Any], precision: Any, *, trace: bool = False
) -> Solved:
    return solved(
        scenario,
        variant.get("arrangement", "none"),
        in_force=variant.get("in_force", False),
        precision=precision,
        trace=trace,
        **variant.get("parameters", {}),
    )


def set_numbers(case: dict[str, Any], result: Solved) -> dict[str, int]:
    """The information set that each label of the case stands for."""
    return {
        label: information_set(
            result.game, place["move"], tuple(place.get("rounds", ())), place.get("sees", {})
        )
        for label, place in case["information_sets"].items()
    }


VARIANTS = [
    pytest.param(name, number, id=f"{name}-{number}")
    for name, case in CASES.items()
    for number in range(len(case["variants"]))
]


@pytest.mark.parametrize("trace", [False, True], ids=["usual", "traced"])
@pytest.mark.parametrize(("name", "number"), VARIANTS)
def test_the_known_rows_are_met(name: str, number: int, trace: bool) -> None:
    """Behaviour, reach, outcomes and expected payoffs are those of the principal branch at each precision."""
    case = CASES[name]
    scenario, variant = scenario_of(case), case["variants"][number]
    rows = [row for row in rows_of(variant) if trace or not case["id"].startswith("C27") or below_folds(row)]
    result = solve_variant(scenario, variant, [row["lambda"] for row in rows], trace=trace)
    numbers = set_numbers(case, result)
    outcomes = outcomes_of(scenario, result)
    for world, row in enumerate(rows):
        for label, expected in row["profile"].items():
            found = behaviour_at(result, numbers[label])
            assert set(found) == set(expected)
            for option, probability in expected.items():
                assert found[option][world] == pytest.approx(
                    probability, abs=tolerance(case, "aqre_probabilities")
                )
            assert reach_of(result, numbers[label])[world] == pytest.approx(
                row["reach"][label], abs=tolerance(case, "aqre_probabilities")
            )
        for outcome, probability in row["outcomes"].items():
            expected_outcome = pytest.approx(probability, abs=tolerance(case, "outcome_probabilities"))
            assert outcomes[outcome][world] == expected_outcome
        for actor, value in row["expected_payoffs"].items():
            assert result.value(actor)[world] == pytest.approx(value, abs=tolerance(case, "expected_payoffs"))


def below_folds(row: dict[str, Any]) -> bool:
    """Whether the precision lies below the folds of C27, so that sweeps have a single place to go to."""
    return bool(row["lambda"] < LAST_FOLD)


def with_key(key: str) -> list[Any]:
    return [
        pytest.param(name, number, id=f"{name}-{number}")
        for name, case in CASES.items()
        for number, variant in enumerate(case["variants"])
        if key in variant
    ]


@pytest.mark.parametrize(("name", "number"), with_key("spe"))
def test_infinite_precision_is_subgame_perfect(name: str, number: int) -> None:
    """Where nothing is hidden an infinite precision gives the subgame perfect equilibrium."""
    case = CASES[name]
    scenario, variant = scenario_of(case), case["variants"][number]
    result = solve_variant(scenario, variant, np.inf)
    numbers = set_numbers(case, result)
    for label, expected in variant["spe"].items():
        found = behaviour_at(result, numbers[label])
        assert {option: values[0] for option, values in found.items()} == expected
    outcomes = outcomes_of(scenario, result)
    for outcome, probability in variant.get("spe_outcome", {}).items():
        assert outcomes[outcome][0] == pytest.approx(probability, abs=1e-9)


@pytest.mark.parametrize(("name", "number"), with_key("nash"))
def test_known_equilibria_of_exact_players_have_no_regret(name: str, number: int) -> None:
    """At a known Bayesian equilibrium no agent can gain, and outcomes and values are the known ones."""
    case = CASES[name]
    scenario, variant = scenario_of(case), case["variants"][number]
    result = solve_variant(scenario, variant, 1.0)
    numbers = set_numbers(case, result)
    for equilibrium in variant["nash"]:
        behaviour = np.empty_like(result.equilibrium.behaviour)
        for label, probabilities in equilibrium["profile"].items():
            first = result.game.first_option[numbers[label]]
            for place, option in enumerate(option_names(result.game, numbers[label])):
                behaviour[first + place] = probabilities[option]
        exact = with_behaviour(result, behaviour)
        assert regret_of(exact) == pytest.approx(0, abs=1e-9)
        outcomes = outcomes_of(scenario, exact)
        for outcome, probability in equilibrium.get("outcomes", {}).items():
            assert outcomes[outcome][0] == pytest.approx(probability, abs=1e-9)
        for actor, value in equilibrium.get("expected_payoffs", {}).items():
            assert exact.value(actor)[0] == pytest.approx(value, abs=1e-9)


def test_who_refuses_the_agreement() -> None:
    """When parties are asked in turn, the first refusal comes from each with its known probability."""
    case = CASES["C21_agreement"]
    variant = case["variants"][0]
    result = solve_variant(scenario_of(case), variant, [row["lambda"] for row in variant["rows"]])
    for world, row in enumerate(variant["rows"]):
        for actor, probability in row["refused_by"].items():
            number = information_set(result.game, f"vote.{actor}")
            refused = reach_of(result, number) * behaviour_at(result, number)["refuse"]
            assert refused[world] == pytest.approx(probability, abs=tolerance(case, "outcome_probabilities"))


@pytest.mark.parametrize("number", range(3))
def test_audience_costs_near_the_limit(number: int) -> None:
    """At a precision of 50 the crisis lies within 0.05 of the equilibrium of exact players."""
    case = CASES["C07_audience_costs"]
    variant = case["variants"][number]
    result = solve_variant(scenario_of(case), variant, 50.0)
    for label, probabilities in variant["nash"][0]["profile"].items():
        found = behaviour_at(result, set_numbers(case, result)[label])
        for option, probability in probabilities.items():
            assert found[option][0] == pytest.approx(
                probability, abs=case["tolerance"]["limit_lambda50_vs_pbe_abs"]
            )


def test_centipede_precision_by_maximum_likelihood() -> None:
    """The precision fitted to observed ends of play, its error and the fitted choices are the known ones."""
    case = CASES["C01_centipede"]
    known, scenario = case["exact"]["mle"], scenario_of(case)
    observed = np.array(known["terminal_frequencies"]) / sum(known["terminal_frequencies"]) * known["n"]
    ends = ["take1", "take2", "take3", "take4", "pass_all"]

    def loss(precision: Any) -> Any:
        outcomes = outcomes_of(scenario, solve_variant(scenario, {}, precision))
        return -(observed @ np.log([outcomes[end] for end in ends]))

    best = minimize_scalar(
        lambda x: float(loss(x)[0]), bounds=(1, 3), method="bounded", options={"xatol": 1e-9}
    )
    assert best.x == pytest.approx(known["lambda_hat"], abs=case["tolerance"]["lambda_hat_abs"])
    assert -best.fun == pytest.approx(known["loglik"], abs=case["tolerance"]["loglik_abs"])
    step = 1e-3
    below, here, above = loss(best.x + np.array([-step, 0, step]))
    assert ((below - 2 * here + above) / step**2) ** -0.5 == pytest.approx(
        known["se_observed_information"], abs=case["tolerance"]["lambda_hat_abs"]
    )
    fitted = solve_variant(scenario, {}, known["lambda_hat"])
    for label, probability in zip(("node1", "node2", "node3", "node4"), known["fitted_take"], strict=True):
        take = behaviour_at(fitted, set_numbers(case, fitted)[label])["take"][0]
        assert take == pytest.approx(probability, abs=tolerance(case, "aqre_probabilities"))


def derivative(function: Callable[[Any], Any], at: float, step: float = 2e-3) -> float:
    """Central differences of two widths, extrapolated (Richardson): the error is of sixth order."""
    places = at + step * np.array([-4, -2, -1, 1, 2, 4])
    values = function(places)
    wide, middle, narrow = (
        (values[5 - place] - values[place]) / (places[5 - place] - places[place]) for place in range(3)
    )
    first, second = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    return float((16 * second - first) / 15)


def test_entry_deterrence_sensitivities() -> None:
    """Derivatives of entry, fighting and war with respect to payoffs are the analytic ones."""
    case = CASES["C03_entry_deterrence"]
    scenario = scenario_of(case)
    base = {name: parameter.value for name, parameter in scenario.parameters.items()}
    labels = {"entry.enter": "enter?", "respond.fight": "respond"}
    for known in case["exact"]["derivatives"]:
        subject, parameter = known["of"]

        def quantity(
            values: Any, subject: str = subject, parameter: str = parameter, at: float = known["lambda"]
        ) -> Any:
            result = solve_variant(scenario, {"parameters": {parameter: values}}, at)
            if subject in labels:
                option = subject.partition(".")[2]
                return behaviour_at(result, set_numbers(case, result)[labels[subject]])[option]
            return outcomes_of(scenario, result)[subject]

        found = derivative(quantity, base[parameter] or 0.0)
        assert found == pytest.approx(known["value"], abs=tolerance(case, "exact_values"))


def test_reneging_cost_at_its_threshold() -> None:
    """At the threshold of the reneging cost the guarantor is indifferent at every precision."""
    case = CASES["C04_extended_deterrence"]
    cost = case["exact"]["spe_threshold_r"]
    variant = {"arrangement": "alliance", "in_force": True, "parameters": {"reneging_cost": cost}}
    result = solve_variant(scenario_of(case), variant, [0.5, 1, 3, 10])
    honour = behaviour_at(result, set_numbers(case, result)["honour?"])
    assert honour["intervene"] == pytest.approx(0.5, abs=1e-9)


def test_reneging_cost_and_joint_war() -> None:
    """A higher cost makes intervention likelier throughout, and joint war first likelier, then rarer."""
    case = CASES["C04_extended_deterrence"]
    scenario = scenario_of(case)
    variant = {"arrangement": "alliance", "in_force": True}
    result = solved(
        scenario, variant["arrangement"], in_force=True, precision=3.0, reneging_cost=np.linspace(0, 2, 9)
    )
    honour = behaviour_at(result, set_numbers(case, result)["honour?"])
    assert (np.diff(honour["intervene"]) > 0).all()
    war = np.diff(outcomes_of(scenario, result)["joint_war"])
    assert war[0] > 0 > war[-1]


def test_a_very_high_reneging_cost_is_no_option_to_renege() -> None:
    """A reneging cost of 60 gives the probabilities of the game without the option."""
    case = CASES["C04_extended_deterrence"]
    scenario = scenario_of(case)
    precisions = [1.0, 3.0, 10.0]
    priced = solved(scenario, "alliance", in_force=True, precision=precisions, reneging_cost=60.0)
    removed = solved(scenario, "tripwire", in_force=True, precision=precisions)
    expected = outcomes_of(scenario, removed)
    for outcome, probability in outcomes_of(scenario, priced).items():
        assert probability == pytest.approx(expected[outcome], abs=1e-12)


def test_brinkmanship_threshold() -> None:
    """At the last risk where pushing is worth as much as quitting, either has probability one half."""
    case = CASES["C17_brinkmanship"]
    risk = case["exact"]["push_threshold_risk3"]
    result = solve_variant(scenario_of(case), {"parameters": {"risk3": risk}}, [0.5, 3, 10])
    assert behaviour_at(result, set_numbers(case, result)["Ch2"])["push"] == pytest.approx(0.5, abs=1e-9)


def test_rows_of_the_folding_case() -> None:
    """Of the folding case every precision is met, between its folds and beyond."""
    case = CASES["C27_folding_branch"]
    first, last = case["exact"]["turning_points_lambda"]
    assert (first, last) == pytest.approx(
        (FIRST_FOLD, LAST_FOLD), abs=case["tolerance"]["turning_points_abs"]
    )
    precisions = [row["lambda"] for row in rows_of(case["variants"][0])]
    assert precisions == [0.25, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 3.5, 5.0]
