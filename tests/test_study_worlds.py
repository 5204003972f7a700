"""Worlds: each parameter's distribution, correlations, and the same world under the same number."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysing import ladder
from foedus.language.scenario import Correlation, Distribution, Parameter, Scenario
from foedus.study.worlds import SamplingError, base_world, sample_worlds, varied

MANY = 4096


def scenario_of(*correlations: Correlation, **parameters: Parameter) -> Scenario:
    return replace(ladder(), parameters=parameters, correlations=correlations)


def parameter(
    name: str, kind: str | None, bounds: tuple[float, float] | None, values=(), weights=(), **arguments: float
) -> Parameter:
    distribution = None if kind is None else Distribution(kind, arguments, values, weights)
    return Parameter(name, 1.0, None, bounds, distribution, "", "", ())


def drawn(one: Parameter, n: int = MANY) -> np.ndarray:
    return np.asarray(sample_worlds(scenario_of(x=one), n, 3)["x"])


def test_the_base_world_holds_the_values_of_the_file():
    """The base world has one value for each parameter that has one, and none for those that follow."""
    worlds = base_world(ladder())
    assert {name: values.tolist() for name, values in worlds.items()} == {
        "precision": [0.5],
        "gain": [3.0],
        "cost": [2.0],
        "penalty": [1.0],
        "stake": [3.0],
    }


def test_what_has_no_range_keeps_its_value():
    """A parameter without a range is the same in every world, and one that follows is absent."""
    worlds = sample_worlds(ladder(), 100, 0)
    assert set(worlds["stake"]) == {3.0}
    assert "double" not in worlds
    assert len(set(worlds["cost"])) == 100


@pytest.mark.parametrize(
    ("one", "mean", "variance"),
    [
        (parameter("x", None, (2.0, 6.0)), 4.0, 16 / 12),
        (parameter("x", "uniform", (2.0, 6.0)), 4.0, 16 / 12),
        (parameter("x", "normal", None, mean=3.0, sd=2.0), 3.0, 4.0),
        (parameter("x", "triangular", (0.0, 4.0), mode=1.0), 5 / 3, (16 + 1 - 4) / 18),
        (parameter("x", "beta", (1.0, 3.0), a=2.0, b=3.0), 1.8, 4 * 6 / (25 * 6)),
        (parameter("x", "choice", None, values=(1.0, 2.0, 5.0), weights=(0.5, 0.25, 0.25)), 2.25, 2.6875),
    ],
)
def test_moments_are_those_of_the_distribution(one: Parameter, mean: float, variance: float):
    """Mean and variance over the worlds are those of the distribution."""
    values = drawn(one)
    assert values.mean() == pytest.approx(mean, abs=2e-3)
    assert values.var() == pytest.approx(variance, rel=5e-3)


@pytest.mark.parametrize(
    ("one", "quarter", "half"),
    [
        (parameter("x", "loguniform", (1.0, 16.0)), 2.0, 4.0),
        (parameter("x", "lognormal", None, median=3.0, sigma=0.5), 3.0 * np.exp(-0.5 * 0.6744898), 3.0),
        (parameter("x", "normal", (0.0, np.inf), mean=0.0, sd=1.0), 0.3186394, 0.6744898),
        (
            parameter("x", "lognormal", (0.0, 3.0), median=3.0, sigma=1.0),
            3 * np.exp(-1.1503494),
            3 * np.exp(-0.6744898),
        ),
    ],
)
def test_quantiles_are_those_of_the_distribution(one: Parameter, quarter: float, half: float):
    """A quarter and half of the worlds lie below the quartile and median of what the range leaves."""
    found = np.quantile(drawn(one), [0.25, 0.5])
    assert found == pytest.approx([quarter, half], rel=2e-3)


def test_a_far_tail_is_sampled_exactly():
    """A normal cut off nine standard deviations out keeps its exponential tail instead of rounding away."""
    excess = drawn(parameter("x", "normal", (9.0, 40.0), mean=0.0, sd=1.0)) - 9.0
    assert excess.mean() == pytest.approx(0.1084, rel=0.02)
    assert len(set(excess.tolist())) == MANY


def test_a_choice_outside_the_range_is_never_drawn():
    """The range of a choice leaves out the values outside it and shares their weight among the rest."""
    values = drawn(parameter("x", "choice", (0.0, 3.0), values=(1.0, 2.0, 5.0)))
    assert set(values) == {1.0, 2.0}
    assert np.mean(values == 1.0) == pytest.approx(0.5, abs=1e-3)


def test_correlated_parameters_keep_their_own_distributions():
    """The copula joins the ranks: Spearman's correlation is 6/π·asin(ρ/2), and the marginals stay."""
    pair = Correlation(("a", "b"), 0.6)
    parameters = {
        "a": parameter("a", None, (0.0, 1.0)),
        "c": parameter("c", None, (0.0, 1.0)),
        "b": parameter("b", "loguniform", (1.0, 10.0)),
    }
    worlds = sample_worlds(scenario_of(pair, **parameters), MANY, 5)
    ranks = [np.argsort(np.argsort(worlds[name])) for name in ("a", "b", "c")]
    found = np.corrcoef(ranks)
    assert found[0, 1] == pytest.approx(6 / np.pi * np.arcsin(0.3), abs=0.01)
    assert abs(found[0, 2]) < 0.02
    assert worlds["a"].mean() == pytest.approx(0.5, abs=0.01)
    assert np.median(worlds["b"]) == pytest.approx(10**0.5, rel=0.02)


def test_a_full_correlation_is_allowed():
    """With a correlation of 1 two equal distributions agree in every world."""
    parameters = {name: parameter(name, None, (0.0, 1.0)) for name in ("a", "b")}
    worlds = sample_worlds(scenario_of(Correlation(("a", "b"), 1.0), **parameters), 64, 0)
    assert worlds["a"] == pytest.approx(worlds["b"], abs=1e-12)


def test_correlations_that_contradict_each_other_are_refused():
    """Three parameters cannot all go strongly against each other."""
    parameters = {name: parameter(name, None, (0.0, 1.0)) for name in "abc"}
    pairs = [Correlation(pair, -0.9) for pair in (("a", "b"), ("b", "c"), ("a", "c"))]
    with pytest.raises(SamplingError, match="contradict"):
        sample_worlds(scenario_of(*pairs, **parameters), 8, 0)


@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 400), first=st.integers(0, 300), seed=st.integers(0, 2**32))
def test_world_k_is_the_same_however_many_are_drawn(n: int, first: int, seed: int):
    """Worlds first … first + n - 1 are those of any longer draw with the same seed."""
    scenario = ladder()
    some, all_of_them = sample_worlds(scenario, n, seed, first), sample_worlds(scenario, 700, seed)
    for name, values in some.items():
        assert values.tolist() == all_of_them[name][first : first + n].tolist()


def test_seed_zero_is_a_seed():
    """Seed 0 gives the same worlds each time, and others than seed 1."""
    once, again = sample_worlds(ladder(), 50, 0)["cost"], sample_worlds(ladder(), 50, 0)["cost"]
    assert once.tolist() == again.tolist()
    assert once.tolist() != sample_worlds(ladder(), 50, 1)["cost"].tolist()


def test_columns_follow_the_order_of_the_file_alone():
    """A parameter's worlds do not change when others come after it, or lose or gain a range."""
    scenario = ladder()
    fixed = replace(scenario.parameters["gain"], range=None, distribution=None)
    ranged = replace(scenario.parameters["stake"], range=(0.0, 9.0))
    others = [
        scenario.parameters | {"last": parameter("last", None, (0.0, 1.0))},
        scenario.parameters | {"gain": fixed},
        scenario.parameters | {"stake": ranged},
    ]
    costs = sample_worlds(scenario, 256, 7)["cost"].tolist()
    for each in others:
        assert sample_worlds(replace(scenario, parameters=each), 256, 7)["cost"].tolist() == costs


def test_the_points_fill_every_interval_of_a_net():
    """Of the first 2^k worlds exactly one lies in each of 2^k equal parts of a parameter's range."""
    worlds = sample_worlds(ladder(), 512, 11)
    for name in varied(ladder()):
        low, high = ladder().parameters[name].range
        cells = np.floor((worlds[name] - low) / (high - low) * 512).astype(int)
        assert sorted(cells.tolist()) == list(range(512))


@pytest.mark.parametrize(("n", "seed", "first"), [(0, 0, 0), (5, -1, 0), (5, 0, -1)])
def test_impossible_draws_are_refused(n: int, seed: int, first: int):
    """Fewer than one world, and a negative seed or start, are errors of our own."""
    with pytest.raises(SamplingError):
        sample_worlds(ladder(), n, seed, first)
