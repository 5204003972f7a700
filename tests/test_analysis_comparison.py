"""Comparisons: their documented shape, many worlds, and who blocks or is better off."""

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from analysing import LADDER, ladder, rounds, secrets
from foedus.analysis import measures
from foedus.analysis.cases import OverrideError, make_case, overrides_from
from foedus.analysis.claims import evaluate_text
from foedus.analysis.comparison import compare, summarise
from foedus.analysis.games import Games
from foedus.analysis.measures import measure_case
from foedus.analysis.outcomes import ends_of
from foedus.analysis.shape import differences
from foedus.analysis.signing import dominates, unblocked
from foedus.analysis.solutions import Solutions
from foedus.analysis.solving import solve_scenario
from foedus.analysis.summary import ManyWorlds, OneWorld, Summary
from foedus.errors import UnknownName
from foedus.language.reader import read_text
from foedus.language.scenario import Scenario
from foedus.study.worlds import sample_worlds

CERTAIN = """
foedus: 1
title: Nothing is left open
actors: {a: {name: A}}
rationality: 1
variables: {attacked: {values: [no, yes]}}
play:
  - move: threaten
    by: a
    options:
      hold: {}
      attack: {set: {attacked: yes}}
payoffs: {a: attacked == yes}
outcomes: {peace: attacked == no, war: attacked == yes}
arrangements: {none: {about: nothing is promised}}
"""


def shape_of(scenario, **options):
    shape = compare(scenario, **options).to_json()
    return shape, {row["id"]: row for row in shape["arrangements"]}


def test_every_number_is_that_of_the_claim_function_of_its_name():
    """What a comparison says of an arrangement is what P, V, Signs, Keeps and Delivers say."""
    _, rows = shape_of(rounds())
    insured = rows["insured"]
    for view, setting in (("offered", "insured"), ("in_force", "insured; in_force")):
        found = insured[view]
        for name, value in found["outcomes"].items():
            assert value == pytest.approx(evaluate_text(rounds(), f"P[{setting}]({name})"), abs=1e-12)
        for name, value in found["values"].items():
            assert value == pytest.approx(evaluate_text(rounds(), f"V[{setting}]({name})"), abs=1e-12)
        promise = found["commitments"]["each_time"]
        due = evaluate_text(rounds(), f"P[{setting}](ever(needed == yes) and in_force == insured)")
        assert promise["due"] == pytest.approx(due, abs=1e-12)
        assert promise["kept"] == pytest.approx(evaluate_text(rounds(), f"Keeps[{setting}](each_time)"))
        assert promise["delivered"] == pytest.approx(
            evaluate_text(rounds(), f"Delivers[{setting}](each_time)")
        )
    assert insured["signs"]["b"] == pytest.approx(evaluate_text(rounds(), "Signs[insured](b)"))


def test_a_comparison_has_its_documented_shape():
    """Arrangements come in file order, each with status and certificate; outcomes that partition sum to 1."""
    shape, rows = shape_of(secrets())
    assert shape["schema"] == "foedus/comparison/1"
    assert list(rows) == ["none", "pledge", "each"]
    for row in rows.values():
        assert row["status"] == "solved"
        assert row["residual"] <= 1e-9
        assert row["partition"] is True
        assert row["nodes"] > row["information_sets"] > 0
        for view in ("offered", "in_force"):
            assert sum(row[view]["outcomes"].values()) == pytest.approx(1, abs=1e-9)
    assert rows["pledge"]["fallback"] == "none"
    assert rows["none"]["fallback"] is None


def test_a_fallback_is_the_same_offered_and_in_force():
    """What nobody signs is in force from the start, and nobody is said to sign it."""
    _, rows = shape_of(ladder())
    assert rows["none"]["offered"] == rows["none"]["in_force"]
    assert rows["none"]["signs"] == {}
    assert rows["none"]["difference"] is None


def test_a_difference_is_in_force_less_fallback():
    """Differences are taken from the fallback, which need not be among the arrangements shown."""
    _, rows = shape_of(ladder())
    _, alone = shape_of(ladder(), arrangements=["treaty"])
    gap = rows["treaty"]["in_force"]["values"]["b"] - rows["none"]["in_force"]["values"]["b"]
    assert list(alone) == ["treaty"]
    assert alone["treaty"]["difference"]["values"]["b"] == pytest.approx(gap, abs=1e-12)


def test_at_zero_rationality_only_the_shape_of_the_game_speaks():
    """At λ = 0 a promise changes nothing, a removed option does, and a warning says where."""
    shape, rows = shape_of(ladder())
    assert rows["none"]["indifferent"]["outcomes"] == {"peace": 0.5, "war": 0.25, "loss": 0.25}
    assert rows["treaty"]["indifferent"]["difference"]["outcomes"]["war"] == 0
    assert rows["certain"]["indifferent"]["outcomes"]["war"] == 0.5
    (warning,) = shape["warnings"]
    assert warning.startswith("certain lacks respond.abandon (b), unlike none")


def test_games_differ_by_actor_move_and_option():
    """An option that only one game has is named with its move and actor, on the side that has it."""
    games = [solve_scenario(ladder(), name, in_force=True).game for name in ("none", "certain")]
    assert differences(*games) == (["respond.abandon (b)"], [])
    assert differences(games[0], games[0]) == ([], [])


def test_settings_hold_in_every_arrangement():
    """A setting outweighs a patch, and constants, starts and moves can be set as well."""
    _, rows = shape_of(ladder(), settings={"penalty": 0})
    for name in ("treaty", "dearer"):
        assert rows[name]["in_force"]["outcomes"] == pytest.approx(rows["none"]["in_force"]["outcomes"])
    _, once = shape_of(rounds(), settings={"rounds": 1, "answer": "help"})
    assert once["pact"]["in_force"]["commitments"]["each_time"]["kept"] == 1
    assert once["pact"]["in_force"]["commitments"]["each_time"]["due"] == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("penalti", 1, UnknownName),
        ("penalty", "much", OverrideError),
        ("penalty", "nan", OverrideError),
        ("fate", "gone", OverrideError),
        ("threaten", "wait", OverrideError),
    ],
)
def test_settings_that_cannot_be_are_refused(name: str, value: object, error: type[Exception]):
    """A setting of something unknown, or to what it cannot be, is an error of our own."""
    with pytest.raises(error):
        compare(ladder(), settings={name: value})


def test_a_parameter_may_be_set_to_another():
    """A setting that names a parameter takes its value in each world."""
    scenario = ladder()
    (override,) = overrides_from(scenario, {"penalty": "cost"})
    case = make_case(scenario, "dearer", in_force=True, overrides=(override,))
    worlds = sample_worlds(scenario, 16, 1)
    found = Solutions(scenario, worlds)[case].equilibrium.values
    same = {**worlds, "penalty": worlds["cost"]}
    plain = Solutions(scenario, same)[make_case(scenario, "treaty", in_force=True)].equilibrium.values
    assert found.tolist() == plain.tolist()


def test_outcomes_that_overlap_are_told():
    """Where an end state has two outcomes or none, the comparison says that they need not sum to 1."""
    text = LADDER.replace("  loss: fate == lost\n", "  loss: fate == lost\n  blood: fate == saved\n")
    shape, rows = shape_of(read_text(text), arrangements=["none"])
    assert rows["none"]["partition"] is False
    assert rows["none"]["in_force"]["outcomes"]["blood"] == rows["none"]["in_force"]["outcomes"]["war"]
    assert any("need not sum to 1" in warning for warning in shape["warnings"])


def test_an_outcome_may_depend_on_a_parameter():
    """An outcome that holds only in some worlds is judged in each."""
    text = LADDER.replace("  loss: fate == lost\n", "  loss: fate == lost and cost > 1\n")
    scenario = read_text(text)
    worlds = {"cost": np.array([0.5, 2.0])}
    case = make_case(scenario, "none")
    losses = measure_case(scenario, case, worlds, Games(scenario), chunk=1).outcomes["loss"]
    assert losses[0] == 0 < losses[1]
    assert not ends_of(solve_scenario(scenario, "none").ground).partition


def test_a_tie_of_the_infinitely_rational_is_told():
    """At λ = ∞ an indifferent actor shares its choice equally, and the comparison says so."""
    exact = read_text(LADDER.replace("rationality: precision", "rationality: inf"))
    _, rows = shape_of(exact, arrangements=["none"], settings={"cost": 3})
    _, clear = shape_of(exact, arrangements=["none"], settings={"cost": 2})
    assert rows["none"]["ties"] is True
    assert rows["none"]["in_force"]["outcomes"] == {"peace": 0.0, "war": 0.5, "loss": 0.5}
    assert clear["none"]["ties"] is False
    assert clear["none"]["in_force"]["outcomes"] == {"peace": 1.0, "war": 0.0, "loss": 0.0}


# --- many worlds ------------------------------------------------------------------------------------------


def test_each_number_over_worlds_is_a_median_with_an_interval():
    """The median and the 5 and 95 % quantiles are those of the worlds solved one by one."""
    shape, rows = shape_of(ladder(), worlds=60, seed=4)
    worlds = sample_worlds(ladder(), 60, 4)
    values = evaluate_text(ladder(), "P[treaty; in_force](war)", worlds)
    found = rows["treaty"]["in_force"]["outcomes"]["war"]
    assert [found["low"], found["median"], found["high"]] == pytest.approx(
        np.quantile(values, [0.05, 0.5, 0.95])
    )
    assert (rows["treaty"]["worlds"], rows["treaty"]["solved"], rows["treaty"]["unsolved"]) == (60, 60, {})
    assert (shape["worlds"], shape["seed"]) == (60, 4)
    precision = shape["rationality_times_spread"]["actors"]["b"]
    assert 0 < precision["low"] < precision["median"] < precision["high"]


@pytest.mark.parametrize("options", [{"chunk": 32}, {"threads": 1}, {"chunk": 27, "threads": 2}])
def test_the_same_seed_gives_the_same_bytes(options: dict[str, int]):
    """Neither the number of threads nor the worlds solved at a time change a single digit."""
    plain = json.dumps(compare(secrets(), worlds=100, seed=0).to_json())
    assert json.dumps(compare(secrets(), worlds=100, seed=0, **options).to_json()) == plain


@pytest.mark.parametrize("chunk", [1, 7, 33])
@pytest.mark.parametrize("scenario", [rounds, secrets])
def test_chunks_of_any_size_agree(chunk: int, scenario: Callable[[], Scenario]):
    """No number depends on how many worlds stand beside each other, not even where one stands alone."""
    plain = json.dumps(compare(scenario(), worlds=40, seed=0).to_json())
    assert json.dumps(compare(scenario(), worlds=40, seed=0, chunk=chunk).to_json()) == plain


def test_a_world_that_is_not_solved_is_counted_and_left_out():
    """An impossible world is NaN in every measure, and the others are as if it were not there."""
    scenario, games = secrets(), Games(secrets())
    worlds = {"strong": np.array([0.3, 1.7, 0.5]), "noise": np.full(3, 0.1)}
    case = make_case(scenario, "pledge")
    found = measure_case(scenario, case, worlds, games)
    fine = measure_case(scenario, case, {name: values[[0, 2]] for name, values in worlds.items()}, games)
    assert found.solved.tolist() == [True, False, True]
    for name, values in found.outcomes.items():
        assert np.isnan(values[1])
        assert values[[0, 2]] == pytest.approx(fine.outcomes[name], abs=1e-12)
    assert np.isnan(found.signs["a"][1])
    told = ManyWorlds().of([found], lambda part, summary: summary.number(part.outcomes["crisis"]))
    assert told["defined"] == 2


def test_progress_counts_every_world_of_every_case():
    """What is done rises to the total: each arrangement offered, and each signed one in force as well."""
    heard: list[tuple[int, int]] = []
    compare(ladder(), worlds=50, chunk=20, progress=lambda done, total, _: heard.append((done, total)))
    assert heard[-1] == (7 * 50, 7 * 50)
    assert [done for done, _ in heard] == sorted(done for done, _ in heard)


# --- who is better off ------------------------------------------------------------------------------------


def test_nobody_blocks_what_leaves_no_signatory_worse_off():
    """Only signatories can block, and a difference within the solver's error blocks nothing."""
    gain = {"a": np.array([1.0, -1.0, -1e-12]), "b": np.array([-1.0, 1.0, 0.0])}
    assert unblocked(gain, ("a",)).tolist() == [True, False, True]
    assert unblocked(gain, ("a", "b")).tolist() == [False, False, True]


def test_dominance_needs_one_better_and_none_worse():
    """Equal values do not dominate each other."""
    ours = np.array([[1.0, 1.0, 2.0], [1.0, 2.0, 0.0]])
    theirs = np.ones((2, 3))
    assert dominates(ours, theirs).tolist() == [False, True, False]


def test_arrangements_are_held_against_their_own_group():
    """An arrangement of another group dominates nothing here."""
    scenario, settings = ladder(), {"cost": 6, "penalty": 1, "gain": 8}
    _, rows = shape_of(scenario, settings=settings)
    apart = {**scenario.arrangements, "none": replace(scenario.arrangements["none"], group="before")}
    _, moved = shape_of(replace(scenario, arrangements=apart), settings=settings)
    assert rows["treaty"]["signing"] == {"nobody_blocks": False, "dominated_by": {"none": True}}
    assert moved["treaty"]["signing"] == {"nobody_blocks": False, "dominated_by": {}}


def test_a_policy_that_nobody_signs_is_held_against_the_fallback_of_its_group():
    """It has a difference, and nobody who could block it."""
    scenario = ladder()
    policy = replace(scenario.arrangements["none"], name="policy", removes={"threaten": ("attack",)})
    widened = replace(scenario, arrangements={**scenario.arrangements, "policy": policy}, text="")
    _, rows = shape_of(widened)
    assert (rows["policy"]["fallback"], rows["none"]["fallback"]) == ("none", None)
    assert rows["policy"]["signing"]["nobody_blocks"] is None
    assert rows["policy"]["difference"]["outcomes"]["war"] == pytest.approx(
        rows["policy"]["in_force"]["outcomes"]["war"] - rows["none"]["in_force"]["outcomes"]["war"]
    )


def test_summaries_know_nothing_of_what_is_undefined():
    """A number or a share that is known in no world is null, and so is an infinite one."""

    def shares(part: tuple[list[bool], list[bool]], summary: Summary) -> float | bool | None:
        return summary.share(*(np.array(each) for each in part))

    empty = ManyWorlds().of([np.array([np.nan, np.nan])], lambda values, summary: summary.number(values))
    assert empty == {"median": None, "low": None, "high": None, "defined": 0}
    assert OneWorld().number(np.array([np.nan])) is None
    assert OneWorld().number(np.array([np.inf])) is None
    assert OneWorld().share(np.array([True]), np.array([False])) is None
    assert ManyWorlds().of([([True, False], [False, False])], shares) is None
    assert ManyWorlds().of([([True, False], [True, True]), ([True], [False])], shares) == 0.5


@pytest.mark.parametrize("chunk", [None, 1, 23])
def test_a_summary_is_that_of_all_worlds_kept(chunk: int | None):
    """Summing up part by part gives the very bytes of a comparison that keeps every world."""
    scenario = secrets()
    plain = json.dumps(compare(scenario, worlds=100, seed=3).to_json())
    assert json.dumps(summarise(scenario, worlds=100, seed=3, chunk=chunk)) == plain
    assert summarise(scenario) == compare(scenario).to_json()


def test_a_summary_counts_worlds_that_are_not_solved_in_any_part():
    """Counts, flags and the worst certificate are of all parts, whichever comes last."""
    scenario = read_text(LADDER.replace("range: [0.1, 2]", "range: [-0.5, 2]"))
    whole = compare(scenario, worlds=64, seed=1).to_json()
    assert 0 < whole["arrangements"][0]["unsolved"]["invalid"] < 64
    assert summarise(scenario, worlds=64, seed=1, chunk=5) == whole


def test_worlds_without_parameters_are_one():
    """Where nothing can differ between worlds, one stands for all, however many are solved at a time."""
    scenario = read_text(CERTAIN)
    found = summarise(scenario, worlds=50, chunk=7)
    assert found == compare(scenario, worlds=50).to_json()
    assert found["arrangements"][0]["worlds"] == 1


def test_what_is_solved_at_a_time_fits_into_memory(monkeypatch: pytest.MonkeyPatch):
    """A larger game has fewer worlds at a time, never less than a block, and no number depends on it."""
    game = Games(secrets()).of(make_case(secrets(), "pledge"))
    assert measures.fitting(game) == measures.CHUNK
    plain = summarise(secrets(), worlds=40)
    monkeypatch.setattr(measures, "BUDGET", 20 * measures.bytes_of(game))
    assert measures.fitting(game) == 20
    assert summarise(secrets(), worlds=40) == plain
    monkeypatch.setattr(measures, "BUDGET", 1)
    assert measures.fitting(game) == measures.FEWEST
