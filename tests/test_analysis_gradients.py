"""Exact derivatives of formulas by parameters, held against central differences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import foedus
import foedus.analysis.gradients as gradients_of
import foedus.solve.gradient as solve_gradient
from analysing import LADDER, ladder, rounds, secrets
from foedus import library
from foedus.analysis.claims import make_evaluation
from foedus.analysis.derivative import central, derivative
from foedus.analysis.formula import Evaluation
from foedus.analysis.gradients import SCALE, SHIFT, Gradients, number_gradient
from foedus.analysis.owing import Owing
from foedus.analysis.solutions import Solution, Solutions
from foedus.errors import UnknownName
from foedus.game.arithmetic import ARITY, KERNELS, Op
from foedus.game.reverse import slopes_of
from foedus.language import expression as ex
from foedus.language.reader import read_scenario, read_text
from foedus.language.resolve import resolve_formula
from foedus.language.scenario import Scenario
from foedus.solve.gradient import Gradient
from foedus.study.worlds import repeat_base, sample_worlds
from foedus.testing import Document, documents, text_of
from slopes import TIGHT, all_formulas, central_slopes, evaluation_at, exact_slopes, excess, formulas

FOLDING = Path(__file__).parent / "cases" / "C27_folding_branch.yaml"
PAYOFF = "a: gain * (fate == lost)"
FLAGSHIP = ("none_war", "us_pact", "snapback", "none_crisis")


def worst(scenario: Scenario, asked: list[ex.Expression], step: float = 1e-3) -> float:
    """The largest difference over all formulas and parameters, in units of what is allowed."""
    evaluation = evaluation_at(scenario)
    names = list(evaluation.solutions.worlds)
    values, exact = exact_slopes(evaluation, asked, names)
    apart = excess(exact, central_slopes(evaluation, asked, names, step))
    assert np.array_equal(np.isnan(apart).all(axis=1), np.isnan(values))
    return float(np.nanmax(apart))


@pytest.mark.parametrize("make", [ladder, rounds, secrets])
def test_every_kind_of_result(make: Callable[[], Scenario]) -> None:
    """Signatures, promises, shares, qualities and conditions: all results of small scenarios agree."""
    scenario = make()
    assert worst(scenario, formulas(scenario, *all_formulas(scenario))) < 1.0


def test_all_of_the_guarantee() -> None:
    """All claims of the guarantee and all its results agree, offered and in force."""
    scenario = read_scenario(library.find("guarantee"))
    claims = [claim.holds for claim in scenario.claims.values() if claim.holds is not None]
    assert worst(scenario, [*claims, *formulas(scenario, *all_formulas(scenario))]) < 1.0


@seed(3)
@settings(max_examples=10, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(documents(), st.sampled_from([0.5, 2.0, 4.0]))
def test_drawn_scenarios(document: Document, precision: float) -> None:
    """So they do in drawn scenarios, where λ and weights follow from parameters too."""
    document["parameters"]["precision"] = {"value": precision, "range": [0.1, 5], "about": "drawn"}
    actors = enumerate(document["actors"])
    document["rationality"] = {actor: f"precision * {1 + place / 4}" for place, actor in actors}
    for step in document["play"]:
        if "move" in step and "options" in step:
            next(iter(step["options"].values()))["weight"] = "0.5 + chance_a"
    scenario = read_text(text_of(document))
    assert worst(scenario, formulas(scenario, *all_formulas(scenario))) < 1.0


def test_the_flagship() -> None:
    """So they do in the flagship, by each of its parameters."""
    scenario = read_scenario(library.find("ukraine"))
    asked = [
        f"{function}[{name}]({each})"
        for name in FLAGSHIP
        for function, some in (("P", scenario.outcomes), ("V", scenario.actors))
        for each in some
    ]
    assert worst(scenario, formulas(scenario, *asked), 2e-3) < 1.0


@pytest.mark.parametrize(
    "text",
    [
        "P[treaty; penalty = 2 * cost](war)",
        "P[treaty; penalty = penalty ^ 2, gain = double](war) * stake",
        "E[dearer](penalty * war + cost ^ 2 * (gain > 1) | attacked == yes)",
        "E[treaty](if(penalty > 0.5, double, gain) * war + max(gain, cost))",
        "max(P[a](war) for a in (none, treaty)) - min(V[none](a), 3, -exp(gain / 4))",
        "P[none](war) < P[treaty](war) * 2 and not (sqrt(stake) <= log(cost))",
        "abs(P[none](war) - P[treaty](war)) == 0.25 * gain",
        "if(P[none](war) > 0.1, V[none](b), cost)",
        "P[treaty](war | gain > 1 and attacked == yes)",
    ],
)
def test_formulas(text: str) -> None:
    """The chain rule goes through overrides, patches, a formula's own parameters, and what follows."""
    scenario = ladder()
    assert worst(scenario, formulas(scenario, text)) < 1.0


def test_only_what_decides_has_slopes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a conjunction the side that decides is differentiated alone, and both where worlds differ in it."""
    scenario, asked = ladder(), []

    def counted(solution: Solution, owed: Owing, exact: float) -> Gradient:
        asked.append(solution)
        return number_gradient(solution, owed, exact)

    monkeypatch.setattr(gradients_of, "number_gradient", counted)
    parts = formulas(scenario, "P[none](war) > 0.2", "P[none](loss) > 0.2")
    (both,) = formulas(scenario, "P[none](war) > 0.2 and P[none](loss) > 0.2")
    for costs, count in (([0.5], 1), ([0.5, 5.0], 2)):
        worlds = {**repeat_base(scenario, len(costs)), "cost": np.array(costs)}
        asked.clear()
        value, slope = Gradients(evaluation_at(scenario, worlds), ("cost", "gain")).signed(both)
        assert len(asked) == count
        sides = [Gradients(evaluation_at(scenario, worlds), ("cost", "gain")).signed(each) for each in parts]
        least = np.argmin([margin[0] for margin, _ in sides], axis=0)
        for world, side in enumerate(least):
            assert value[0, world] == sides[side][0][0, world]
            assert np.array_equal(slope[:, world], sides[side][1][:, world])


def test_rough_slopes() -> None:
    """Slopes that may leave so much of their equations are right to about as many digits."""
    scenario = secrets()
    evaluation, names = evaluation_at(scenario), tuple(scenario.parameters)
    (asked,) = formulas(scenario, "P[pledge](crisis)")
    _, exact = Gradients(evaluation, names).number(asked)
    _, rough = Gradients(evaluation, names, 1e-5).number(asked)
    assert rough == pytest.approx(exact, rel=1e-3, abs=1e-4 * np.abs(exact).max())


def test_rationality() -> None:
    """A factor on all λ, and what is added to them all, have the slopes of the parameter behind them."""
    evaluation = evaluation_at(ladder())
    names = ("precision", SCALE, SHIFT)
    asked = formulas(ladder(), "P[none](war)", "V[treaty](b)")
    _, slopes = exact_slopes(evaluation, asked, names)
    assert slopes[:, 1] == pytest.approx(0.5 * slopes[:, 0], rel=1e-12)
    assert slopes[:, 2] == pytest.approx(slopes[:, 0], rel=1e-12)


@pytest.mark.parametrize("text", ["max(gain, 3)", "abs(gain - 3)", "if(gain >= 3, gain, 0)"])
def test_kinks(text: str) -> None:
    """Where the scenario has a kink or a jump there is no derivative, by what makes the kink alone."""
    scenario = read_text(LADDER.replace(PAYOFF, f"a: ({text}) * (fate == lost)"), name="kink")
    _, slopes = exact_slopes(evaluation_at(scenario), formulas(scenario, "P[none](war)"), ("gain", "cost"))
    assert np.isnan(slopes[0]).tolist() == [True, False]


def test_worlds() -> None:
    """D has each world's own derivative."""
    scenario = secrets()
    worlds = foedus.sample_worlds(scenario, 20, 1)
    found = foedus.evaluate_text(scenario, "D(P[pledge](crisis); noise)", worlds)
    one = {name: values[7:8] for name, values in worlds.items()}
    assert np.isfinite(found).all()
    assert found[7] == foedus.evaluate_text(scenario, "D(P[pledge](crisis); noise)", one)[0]


def test_a_derivative_of_a_derivative() -> None:
    """What holds a derivative is differentiated by differences, and comes close."""
    found = foedus.evaluate_text(ladder(), "D(D(cost ^ 3; cost) + cost * P[certain; in_force](peace); cost)")
    kept = foedus.evaluate_text(ladder(), "P[certain; in_force](peace)")
    assert found == pytest.approx(12.0 + kept, rel=1e-8)


def test_near_a_fold() -> None:
    """On the way to a fold the slope grows as one over a root, whose zero is the fold of the literature."""
    scenario = read_scenario(FOLDING)
    precision = np.array([2.9425, 2.9431])
    solutions = Solutions(scenario, {"precision": precision}, tolerance=TIGHT, trace=True)
    gradients = Gradients(Evaluation(solutions), ("precision",))
    _, slopes = gradients.number(formulas(scenario, "P[none](r0c0)")[0])
    first, second = slopes[0] ** -2.0
    fold = precision[1] + second * (precision[1] - precision[0]) / (first - second)
    assert fold == pytest.approx(2.9434, abs=1e-4)


@pytest.mark.parametrize("operation", [op for op in Op if ARITY[op] > 0])
def test_operations(operation: Op) -> None:
    """Every operation's partial derivatives are those of central differences, at points without a kink."""
    r = np.random.default_rng(int(operation))
    parts = tuple(r.uniform(0.3, 2.0, (ARITY[operation], 50)))
    slopes = slopes_of(operation, parts, KERNELS[operation](*parts))
    for place, slope in enumerate(slopes):
        moved = [[part + step * (place == k) for k, part in enumerate(parts)] for step in (-1e-5, 1e-5)]
        low, high = (KERNELS[operation](*each) for each in moved)
        if operation is Op.IF and place == 0:
            continue
        assert slope == pytest.approx((high - low) / 2e-5, rel=1e-6, abs=1e-8)


def test_sensitivities_by_hand() -> None:
    """Rows are sorted, elasticities are relative, and λ is one of the rows."""
    found = foedus.find_sensitivities(ladder(), "none")
    war = found.of("war")
    gain = war["gain"]
    assert (gain.value, gain.range) == (3.0, (0.0, 8.0))
    assert gain.derivative is not None
    assert gain.elasticity == pytest.approx(gain.derivative * 3.0 / war.value)
    assert gain.over_range == pytest.approx(gain.derivative * 8.0)
    assert war["rationality"].kind == "rationality"
    assert war["rationality"].derivative == pytest.approx(war["precision"].derivative)
    sizes = [abs(row.elasticity or 0.0) for row in war.rows]
    assert sizes == sorted(sizes, reverse=True)
    assert "double" not in {row.name for row in war.rows}
    assert war["penalty"].derivative == 0.0


def test_actors_of_different_rationality() -> None:
    """Where actors have different λ the row is for a factor on all of them."""
    apart = "rationality: {a: precision, b: penalty}"
    scenario = read_text(LADDER.replace("rationality: precision", apart), name="apart")
    war = foedus.find_sensitivities(scenario, "none", ["war"]).of("war")
    row, own, other = (war[name].derivative for name in ("rationality", "precision", "penalty"))
    assert own is not None
    assert other is not None
    assert (war["rationality"].kind, war["rationality"].value) == ("rationality factor", 1.0)
    assert row == pytest.approx(0.5 * own + other)


def test_sensitivities_of_a_setting() -> None:
    """A parameter that is set has a row for its new value, patched or not, and follows from none."""
    found = foedus.find_sensitivities(ladder(), "dearer", ["war"], settings={"penalty": 2, "double": 5})
    war = found.of("war")
    assert war["penalty"].value == 2.0
    assert war["penalty"].derivative != 0.0
    assert war["double"].derivative == 0.0


def test_sensitivities_of_claims() -> None:
    """A claim has its sides, each under the arrangement that it names."""
    scenario = read_scenario(library.find("guarantee"))
    found = foedus.find_sensitivities(scenario, "none", ["deters"])
    assert [each.quantity.side for each in found.found] == ["left", "right", "margin"]
    assert found.of("deters", "left")["reputation"].derivative != 0.0
    assert found.of("deters", "right")["reputation"].derivative == 0.0
    left, right, margin = (found.of("deters", side) for side in ("left", "right", "margin"))
    assert margin.value == pytest.approx(right.value - left.value)
    assert margin["war_cost"].derivative == pytest.approx(
        right["war_cost"].derivative - left["war_cost"].derivative
    )
    with pytest.raises(UnknownName, match="did you mean 'deters'"):
        foedus.find_sensitivities(scenario, "none", ["deter"])


def test_no_derivative_at_a_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the equilibrium moves beyond measure there are values and no derivatives, and that is told."""
    monkeypatch.setattr(solve_gradient, "LARGEST", 1e-3)
    war = foedus.find_sensitivities(secrets(), "none", ["crisis"]).found[0]
    assert war.value is not None
    assert {row.derivative for row in war.rows} == {None}
    assert war.reason is not None
    assert "fold" in war.reason


def test_perfect_rationality() -> None:
    """At λ = ∞ play stands still and only its frame moves; at a tie there is no derivative."""
    found = foedus.find_sensitivities(ladder(), "none", settings={"precision": "inf"})
    assert found.of("peace")["cost"].derivative == 0.0
    assert found.of("b")["cost"].derivative == pytest.approx(0.0 if found.of("war").value == 0.0 else -1.0)
    tied = foedus.find_sensitivities(ladder(), "none", settings={"precision": "inf", "cost": 3})
    assert tied.of("war")["cost"].derivative is None


def test_a_chance_of_nothing() -> None:
    """By a chance that is set to 0 and that nothing is inferred from there is a derivative, from one side."""
    scenario = secrets()
    noise = foedus.find_sensitivities(scenario, "none", ["crisis"], settings={"noise": 0}).found[0]["noise"]
    step = 1e-6
    values = [
        foedus.evaluate_text(scenario, "P[none](crisis)", settings={"noise": size}) for size in (0.0, step)
    ]
    assert noise.derivative == pytest.approx((values[1] - values[0]) / step, rel=1e-4)
    assert noise.elasticity is None


def test_undefined() -> None:
    """What has no value has no rows' numbers, and says why."""
    scenario = ladder()
    bad = foedus.find_sensitivities(scenario, "none", settings={"precision": -1})
    assert bad.status.name == "INVALID"
    assert bad.of("war").value is None
    assert bad.of("war").reason is not None


def test_sides_with_a_tipping_point() -> None:
    """A side that holds a derivative or a tipping point has its value, and says why it has no rows."""
    claim = "claims:\n  tips: {says: It tips, holds: 'Tip(gain - cost + 0 * P[none](war); gain) < 9'}\n"
    scenario = read_text(LADDER + claim, name="tips")
    side, margin = foedus.find_sensitivities(scenario, "none", ["tips"]).found
    assert (side.quantity.side, margin.quantity.side) == ("left", "margin")
    assert side.value == pytest.approx(
        foedus.evaluate_text(scenario, "Tip(gain - cost + 0 * P[none](war); gain)")
    )
    assert (side.rows, side.reason) == ((), "it holds a derivative or a tipping point")


def test_the_difference_in_bulk_is_close() -> None:
    """What stands for a derivative in many worlds agrees with the exact one to four digits, or nearly."""
    scenario = read_scenario(library.find("guarantee"))
    formula = resolve_formula(scenario, "P[treaty; in_force](attacked == yes)")
    for name in ("war_cost", "reputation", "p_resolved"):
        evaluation = make_evaluation(scenario, sample_worlds(scenario, 24, 5))
        exact, close = derivative(evaluation, formula, name), central(evaluation, formula, name)
        assert close == pytest.approx(exact, rel=2e-4, abs=2e-4 * float(np.abs(exact).max()))
