"""Formulas: verdicts and margins, what is undefined, derivatives and tipping points."""

from math import log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysing import LADDER, ladder, logistic
from foedus.analysis.claims import check_claims, evaluate_text, make_evaluation
from foedus.analysis.derivative import derivative
from foedus.analysis.formula import Truth, combine, compare_sides
from foedus.analysis.tipping import nearest_change, refine
from foedus.errors import UnknownName
from foedus.language.reader import read_text
from foedus.language.resolve import resolve_formula
from foedus.language.scenario import Scenario
from foedus.language.trivial import always
from foedus.study.worlds import sample_worlds

PRECISION, GAIN, COST, STAKE, RAID = 0.5, 3.0, 2.0, 3.0, 0.25
FIGHT = logistic(PRECISION * (STAKE - COST))
ATTACK = logistic(PRECISION * ((1 - FIGHT) * GAIN - 2 * FIGHT - RAID))


def claiming(**formulas: str) -> Scenario:
    """The ladder with claims, each a formula, or a reason why it cannot be tested."""
    lines = ["claims:"]
    for name, formula in formulas.items():
        key = "untestable" if formula.startswith("because") else "holds"
        lines += [f"  {name}:", "    says: something", "    cites: [paper#3]", f'    {key}: "{formula}"']
    return read_text(LADDER + "\n".join(lines), name="ladder")


# --- verdicts ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("operator", "left", "right", "holds", "margin"),
    [
        ("<", 1.0, 3.0, 1, 2.0),
        ("<", 3.0, 1.0, 0, -2.0),
        (">", 3.0, 1.0, 1, 2.0),
        ("<", 1.0, 1.0 + 1e-12, 0, 1e-12),
        ("<=", 1.0 + 1e-12, 1.0, 1, -1e-12),
        (">=", 1.0, 2.0, 0, -1.0),
        ("==", 1.0, 1.0 + 1e-12, 1, -1e-12),
        ("==", 1.0, 1.5, 0, -0.5),
        ("!=", 1.0, 1.5, 1, 0.5),
        ("<=", np.inf, np.inf, 1, 0.0),
        ("<", nan, 1.0, nan, nan),
    ],
)
def test_a_comparison_has_a_verdict_and_a_margin(
    operator: str, left: float, right: float, holds: float, margin: float
):
    """The margin is how far the sides are apart, and sides within the solver's error count as equal."""
    found = compare_sides(operator, np.array([left]), np.array([right]))
    assert found.holds.tolist() == pytest.approx([holds], nan_ok=True)
    assert found.margin.tolist() == pytest.approx([margin], rel=1e-3, nan_ok=True)


def part(holds: float, margin: float) -> Truth:
    return Truth(np.array([holds]), np.array([margin]), ())


@pytest.mark.parametrize(
    ("operator", "parts", "holds", "margin"),
    [
        ("and", [(1, 0.3), (1, 0.1)], 1, 0.1),
        ("and", [(1, 0.3), (0, -0.2)], 0, -0.2),
        ("and", [(nan, nan), (0, -0.2)], 0, -0.2),
        ("and", [(nan, nan), (1, 0.2)], nan, nan),
        ("or", [(0, -0.3), (0, -0.1)], 0, -0.1),
        ("or", [(nan, nan), (1, 0.4)], 1, 0.4),
        ("or", [(nan, nan), (0, -0.4)], nan, nan),
    ],
)
def test_an_undefined_part_decides_nothing(
    operator: str, parts: list[tuple[float, float]], holds: float, margin: float
):
    """A conjunction with a false part is false and a disjunction with a true part is true, come what may."""
    found = combine(operator, [part(*each) for each in parts])
    assert [found.holds[0], found.margin[0]] == pytest.approx([holds, margin], nan_ok=True)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("P[none](war) > 0", True),
        ("0 < P[none](war) and P[none](war) < 1", True),
        ("P[none](war) <= 1", True),
        ("Keeps[treaty](promise) >= 0 or P[none](war) > 0.9", True),
        ("not P[none](war) <= 0", True),
        ("min(P[x](war) for x in (none, treaty)) > 0", True),
        ("P[none](war) > 0.01", False),
        ("P[none](war) < P[treaty](war)", False),
        ("V[none](a) > 0", False),
        ("P[none](war) > 0 and P[none](loss) > 0.1", False),
    ],
)
def test_a_bound_that_no_equilibrium_can_miss_is_trivial(formula: str, expected: bool):
    """Only what holds whatever the numbers are is marked trivial."""
    assert always(resolve_formula(ladder(), formula)) is expected


def test_claims_are_reported_in_their_documented_shape():
    """Each claim has its verdict, margin and sides, or the reason why it has none."""
    scenario = claiming(
        deters="P[treaty; in_force](attacked == yes) < P[none](attacked == yes)",
        never="P[none](war) > 0",
        lost="P[none](war | war and loss) > 0.5",
        mind="because intent is not an outcome",
    )
    shape = check_claims(scenario).to_json()
    assert shape["schema"] == "foedus/claims/1"
    deters, never, lost, mind = shape["claims"]
    assert (deters["id"], deters["holds"], deters["trivial"], deters["cites"]) == (
        "deters",
        True,
        False,
        ["paper#3"],
    )
    assert deters["margin"] == pytest.approx(deters["sides"][0][1] - deters["sides"][0][0])
    assert (never["holds"], never["trivial"]) == (True, True)
    assert (lost["holds"], lost["margin"]) == (None, None)
    assert "1e-12" in lost["reason"]
    assert (mind["holds"], mind["untestable"]) == (None, "because intent is not an outcome")
    assert "reason" not in deters
    assert "reason" not in mind


def test_reasons_stay_with_their_own_claim():
    """A claim that has a value has no reason, even after one that had none."""
    verdicts = check_claims(claiming(lost="P[none](war | war and loss) > 0.5", fine="P[none](war) > 0.1"))
    assert verdicts["lost"].reasons
    assert verdicts["fine"].reasons == ()


def test_a_setting_of_the_run_gives_way_to_a_claims_own():
    """A parameter set for the whole run holds in every result but where the brackets set it again."""
    scenario = claiming(same="P[none](war) == P[none; cost = 1](war)")
    assert check_claims(scenario, settings={"cost": 1}).to_json()["claims"][0]["holds"] is True
    assert check_claims(scenario, settings={"cost": 3}).to_json()["claims"][0]["holds"] is False


def test_an_unknown_claim_is_named_with_the_nearest():
    """Asking for a claim that is not there names the one that was probably meant."""
    with pytest.raises(UnknownName, match="'deters'"):
        check_claims(claiming(deters="P[none](war) > 0.1"), ["deterrs"])


def test_each_distinct_setting_is_solved_once():
    """Results with equal brackets share one solution, in whatever order the brackets are written."""
    evaluation = make_evaluation(ladder(), {"cost": np.array([2.0])})
    evaluation.number(resolve_formula(ladder(), "P[treaty; cost = 1, in_force](war) + P[none](war)"))
    evaluation.number(resolve_formula(ladder(), "P[treaty; in_force, cost = 1](loss) + P[none](loss)"))
    assert len(evaluation.solutions) == 2


def test_formulas_have_a_value_in_every_world():
    """Evaluated over worlds, a formula has in each the value that it has in that world alone."""
    worlds = sample_worlds(ladder(), 40, 2)
    text = "P[treaty](war | attacked == yes) - Share[none](respond.fight) + Keeps[treaty](promise)"
    together = evaluate_text(ladder(), text, worlds)
    alone = [
        evaluate_text(ladder(), text, {name: values[k : k + 1] for name, values in worlds.items()})[0]
        for k in range(40)
    ]
    assert together.tolist() == alone


# --- derivatives ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("D(P[none](war | attacked == yes); cost)", -PRECISION * FIGHT * (1 - FIGHT)),
        ("D(P[none](attacked == yes); gain)", PRECISION * ATTACK * (1 - ATTACK) * (1 - FIGHT)),
        ("D(P[none](war | not peace); precision)", FIGHT * (1 - FIGHT) * (STAKE - COST)),
        ("D(P[none](war | not peace); stake)", PRECISION * FIGHT * (1 - FIGHT)),
        ("D(P[none; cost = 1](war); cost)", 0.0),
        ("D(P[dearer; in_force](war); penalty)", 0.0),
        ("D(cost ^ 3; cost)", 12.0),
        ("D(Share[none; respond = fight](threaten.attack); gain)", 0.0),
    ],
)
def test_derivatives_are_the_analytic_ones(formula: str, expected: float):
    """A finite difference agrees with the derivative of the closed form, and is 0 where nothing depends."""
    assert evaluate_text(ladder(), formula) == pytest.approx(expected, rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("cost", [0.0, 0.0005, 6.0])
def test_derivatives_at_the_end_of_a_range_look_inwards(cost: float):
    """At an end of the range all points lie inside it, and the slope is still that of the closed form."""
    evaluation = make_evaluation(ladder(), {"cost": np.array([cost])})
    found = derivative(evaluation, resolve_formula(ladder(), "P[none](war | not peace)"), "cost")
    fight = logistic(PRECISION * (STAKE - cost))
    assert found == pytest.approx([-PRECISION * fight * (1 - fight)], rel=1e-7)


# --- tipping points ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("Tip(P[none](war | attacked == yes) - 0.5; cost)", STAKE),
        ("Tip(P[none](war | attacked == yes) > 0.75; cost)", STAKE - log(3) / PRECISION),
        ("Tip((cost - 1) * (cost - 4.5); cost)", 1.0),
        ("Tip((cost - 0.5) * (cost - 2.5); cost)", 2.5),
        ("Tip(P[none](loss | not peace) - 0.25; precision)", log(3) / (STAKE - COST)),
        ("Tip(cost - 1.5; cost)", 1.5),
    ],
)
def test_tipping_points_are_the_nearest_roots(formula: str, expected: float):
    """A formula changes sign where its closed form does, at the nearest place where there are two."""
    assert evaluate_text(ladder(), formula) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("formula", ["Tip(P[none](war) + 1; cost)", "Tip(P[none](war) - 0.2; stake)"])
def test_no_tipping_point_is_invented(formula: str):
    """Without a change of sign, or without a range to search, there is none."""
    assert np.isnan(evaluate_text(ladder(), formula))


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=6), st.floats(0.1, 4))
def test_roots_are_found_in_every_world_at_once(roots: list[float], slope: float):
    """Each world's root is found by itself, for a function that bends sharply."""
    wanted = np.array(roots)
    grid = np.repeat(np.linspace(-4, 4, 9)[:, None], len(roots), axis=1)

    def at(points: np.ndarray) -> np.ndarray:
        return np.expm1(slope * (points - wanted)) + (points - wanted) ** 3

    lower = nearest_change(grid, at(grid), np.zeros(len(roots)))
    assert refine(at, grid, at(grid), lower) == pytest.approx(wanted, abs=1e-9)


def test_a_tip_is_found_in_each_world():
    """Over worlds, each has its own tipping point."""
    worlds = {"stake": np.array([1.5, 2.0, 4.0]), "cost": np.array([2.0, 2.0, 5.0])}
    found = evaluate_text(ladder(), "Tip(P[none](war | not peace) - 0.5; cost)", worlds)
    assert found == pytest.approx([1.5, 2.0, 4.0], abs=1e-9)
