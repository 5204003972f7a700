"""Causes of risk: contributions that add up, games without slips, and what cannot be told."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysing import ladder, logistic, secrets
from foedus.analysis.causes import CAUSES, find_causes, shapley, subsets
from foedus.analysis.slips import without_slips
from foedus.analysis.solving import solve_scenario
from foedus.errors import UnknownName
from foedus.language.reader import read_text

ACCIDENT = """
foedus: 1
title: An accident and nothing else
actors: {a: {name: A}}
rationality: 1
parameters:
  slip: {value: 0.2, range: [0, 0.4], about: how likely the accident is}
variables:
  fate: {values: [fine, burnt, drowned]}
play:
  - chance: night
    outcomes:
      fire: {probability: slip, set: {fate: burnt}, slip: true}
      flood: {probability: 0.3, set: {fate: drowned}}
      calm: {probability: rest}
payoffs: {a: -(fate == burnt)}
outcomes: {burnt: fate == burnt, drowned: fate == drowned, fine: fate == fine}
arrangements: {none: {about: nothing}}
"""


@given(st.lists(st.floats(0, 1), min_size=8, max_size=8))
def test_contributions_add_up(numbers: list[float]):
    """All contributions together are what removing every cause does to the probability."""
    without = {key: np.array([value]) for key, value in zip(subsets(), numbers, strict=True)}
    everything = sum(shapley(without, cause)[0] for cause in CAUSES)
    assert everything == pytest.approx(numbers[0] - numbers[-1], abs=1e-12)


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3))
def test_causes_that_do_not_interact_contribute_what_they_do_alone(effects: list[float]):
    """Where removing a cause always does the same, that is its contribution."""
    alone = dict(zip(CAUSES, effects, strict=True))
    without = {key: np.array([5.0 - sum(alone[cause] for cause in key)]) for key in subsets()}
    for cause in CAUSES:
        assert shapley(without, cause)[0] == pytest.approx(alone[cause], abs=1e-12)


def test_every_set_of_causes_is_removed_once():
    """There are eight games, from none removed to all."""
    assert subsets()[0] == frozenset()
    assert subsets()[-1] == frozenset(CAUSES)
    assert set(subsets()) == {frozenset(some) for size in range(4) for some in combinations(CAUSES, size)}


def test_an_accident_is_all_slip():
    """Where nobody chooses, the whole risk is the slip's, and others become likelier without it."""
    scenario = read_text(ACCIDENT)
    shape = find_causes(scenario, "none", "burnt").to_json()
    assert shape["schema"] == "foedus/causes/1"
    assert shape["probability"] == pytest.approx(0.2)
    assert shape["contributions"] == pytest.approx({"errors": 0, "hidden_information": 0, "slips": 0.2})
    assert shape["deliberate"] == pytest.approx(0)
    drowned = find_causes(scenario, "none", "drowned")
    assert drowned.contribution("slips")[0] == pytest.approx(0.3 - 0.3 / 0.8)


def test_without_slips_the_rest_keeps_its_proportions():
    """What remains at a chance node is rescaled, and the game as it was is left alone."""
    solution = solve_scenario(secrets(), "none")
    before = solution.tabulation.probabilities.copy()
    game, table = without_slips(solution.game, solution.tabulation)
    names = [game.labels.edge_names[name] for name in game.labels.edge_name]
    found = {
        (name, round(table.probabilities[game.probability[edge], 0], 12))
        for edge, name in enumerate(names)
        if name in ("blunder", "clash", "nothing")
    }
    wanted = {("blunder", 0), ("clash", 4 / 9), ("nothing", 5 / 9), ("clash", 1 / 9), ("nothing", 8 / 9)}
    assert found == {(name, round(chance, 12)) for name, chance in wanted}
    assert solution.tabulation.probabilities.tolist() == before.tolist()


def test_a_world_of_slips_alone_is_not_valid():
    """Where every outcome of a chance node is a slip there is nothing left to rescale."""
    text = ACCIDENT.replace("flood: {probability: 0.3, ", "flood: {slip: true, probability: 0.3, ")
    scenario = read_text(text.replace("calm: {probability: rest}", "calm: {probability: rest, slip: true}"))
    shape = find_causes(scenario, "none", "burnt").to_json()
    assert shape["deliberate"] is None
    assert shape["contributions"] == dict.fromkeys(CAUSES)
    assert "not solved without slips" in shape["reason"]


def test_errors_are_what_ten_times_the_rationality_removes():
    """With nothing hidden and no slips, a contribution of errors is the difference of two closed forms."""

    def war(precision: float) -> float:
        fight = logistic(precision * 1.0)
        return fight * logistic(precision * ((1 - fight) * 3 - 2 * fight - 0.25))

    causes = find_causes(ladder(), "none", "war")
    assert causes.contribution("errors")[0] == pytest.approx(war(0.5) - war(5.0), abs=1e-12)
    assert causes.deliberate[0] == pytest.approx(war(5.0), abs=1e-12)
    assert causes.contribution("hidden_information")[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("in_force", [True, False])
def test_all_of_a_risk_is_accounted_for(in_force: bool):
    """Contributions and what is deliberate add up to the probability of the outcome."""
    causes = find_causes(secrets(), "pledge", "crisis", in_force=in_force)
    shape = causes.to_json()
    assert shape["in_force"] is in_force
    assert sum(shape["contributions"].values()) + shape["deliberate"] == pytest.approx(shape["probability"])
    assert len({row["probability"] for row in shape["without"]}) == 8


def test_an_unknown_outcome_is_refused():
    """An outcome that the scenario lacks is named with the nearest."""
    with pytest.raises(UnknownName, match="'war'"):
        find_causes(ladder(), "none", "warr")
