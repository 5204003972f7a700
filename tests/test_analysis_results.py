"""The results that claims name: closed forms on small scenarios, a listing of all plays on a larger one."""

from collections.abc import Callable
from math import exp

import numpy as np
import pytest

from analysing import Play, ladder, logistic, option_of, plays, rounds, secrets, state_of, step_of
from foedus.analysis.claims import evaluate_text
from foedus.analysis.expressions import Unanswerable
from foedus.analysis.signing import signs
from foedus.analysis.solutions import Solution
from foedus.analysis.solving import solve_scenario
from foedus.language.reader import read_text

PRECISION, GAIN, COST, PENALTY, STAKE, RAID = 0.5, 3.0, 2.0, 1.0, 3.0, 0.25


def fights(penalty: float = 0.0, cost: float = COST) -> float:
    return logistic(PRECISION * (STAKE + penalty - cost))


def attacks(fight: float) -> float:
    return logistic(PRECISION * ((1 - fight) * GAIN - 2 * fight - RAID))


def worth_to_b(penalty: float) -> float:
    fight = fights(penalty)
    return attacks(fight) * (-fight * COST - (1 - fight) * (STAKE + penalty))


def signs_treaty(penalty: float = PENALTY) -> float:
    return logistic(PRECISION * (worth_to_b(penalty) - worth_to_b(0.0)))


NONE, TREATY, DEARER = attacks(fights()), attacks(fights(PENALTY)), attacks(fights(3.0))
SIGNS = signs_treaty()


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("P[none](war)", NONE * fights()),
        ("P[none](attacked == yes)", NONE),
        ("P[none](war | attacked == yes)", fights()),
        ("P[treaty; in_force](war | not peace)", fights(PENALTY)),
        ("P[treaty](war)", SIGNS * TREATY * fights(PENALTY) + (1 - SIGNS) * NONE * fights()),
        ("P[treaty](in_force == treaty)", SIGNS),
        ("P[treaty](war | in_force == treaty and attacked == yes)", fights(PENALTY)),
        ("P[dearer; in_force](attacked == yes)", DEARER),
        ("P[dearer; in_force, penalty = 1](attacked == yes)", TREATY),
        ("P[treaty; in_force, penalty = cost](war | not peace)", fights(COST)),
        ("P[treaty; in_force, penalty = double](war | not peace)", fights(2 * COST)),
        ("P[none; threaten = attack](war)", fights()),
        ("P[certain; in_force](war | attacked == yes)", 1.0),
        ("P[certain; in_force](attacked == yes)", logistic(PRECISION * (-2 - RAID))),
        ("P[none](ever(attacked == yes) and not chose(respond.fight))", NONE * (1 - fights())),
        ("E[none](gain * (fate == lost) + 2)", 2 + GAIN * NONE * (1 - fights())),
        ("E[none](double | war)", 2 * COST),
        ("E[dearer](penalty | in_force == dearer)", 3.0),
        ("V[none](b)", worth_to_b(0.0)),
        ("V[treaty; in_force](b)", worth_to_b(PENALTY)),
        ("V[treaty; in_force](b | loss)", -STAKE - PENALTY),
        ("V[none](a | loss)", GAIN - RAID),
        ("V[none](a | not chose(threaten.hold))", GAIN * (1 - fights()) - 2 * fights() - RAID),
        ("Share[none](threaten.attack)", NONE),
        ("Share[treaty](respond.fight | in_force == none)", fights()),
        ("Q[none](a, threaten.attack)", GAIN * (1 - fights()) - 2 * fights() - RAID),
        ("Q[none](a, threaten.hold)", 0.0),
        ("Q[treaty; in_force](b, respond.abandon)", -STAKE - PENALTY),
        ("Q[none](b, threaten.attack)", -COST * fights() - STAKE * (1 - fights())),
        ("Signs[treaty](b)", SIGNS),
        ("Signs[dearer](b)", signs_treaty(3.0)),
        ("Keeps[treaty; in_force](promise)", fights(PENALTY)),
        ("Delivers[treaty; in_force](promise)", fights(PENALTY)),
        ("max(P[a; in_force](war) for a in (none, treaty))", max(NONE * fights(), TREATY * fights(PENALTY))),
        ("min(V[a; in_force](b) for a in (none, treaty))", min(worth_to_b(0), worth_to_b(PENALTY))),
        ("abs(P[none](war) - 1) ^ 2", (1 - NONE * fights()) ** 2),
        ("if(V[none](b) < 0, cost, gain)", COST),
    ],
)
def test_the_ladder_gives_what_softmax_gives(formula: str, expected: float):
    """Every result on the two-step ladder equals its closed form."""
    assert evaluate_text(ladder(), formula) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    "formula",
    [
        "P[none](war | war and loss)",
        "max(Keeps[x; in_force](promise) for x in (treaty, certain))",
        "Share[none](respond.fight | attacked == no)",
        "E[none](1 / (fate == lost))",
    ],
)
def test_what_has_no_value_is_nan(formula: str):
    """A condition that cannot be met, a promise not made, and 0/0 have no value, and none is guessed."""
    assert np.isnan(evaluate_text(ladder(), formula))


STORM, EFFORT, FINE, SNAP, LAMBDA = 0.4, 1.0, 2.0, 0.3, 0.8
HELP = logistic(LAMBDA * (FINE - EFFORT))
DUE = 1 - (1 - STORM) ** 3


def kept_with_a_fine_for_the_first_breach() -> tuple[float, float]:
    """Kept at every occasion given one, and per occasion, by backward induction on whether it is broken."""
    free = logistic(-LAMBDA * EFFORT)
    value = {0: (0.0, 0.0)}
    help_at = {}
    for left in (1, 2, 3):
        whole, broken = value[left - 1]
        help_at[left] = logistic(LAMBDA * (-EFFORT + whole - (-FINE + broken)))
        stay = help_at[left] * (-EFFORT + whole) + (1 - help_at[left]) * (-FINE + broken)
        value[left] = STORM * stay + (1 - STORM) * whole, STORM * -EFFORT * free + broken
    every = np.prod([1 - STORM + STORM * help_at[left] for left in (1, 2, 3)])
    intact, good = 1.0, 0.0
    for left in (3, 2, 1):
        good += STORM * (intact * help_at[left] + (1 - intact) * free)
        intact *= 1 - STORM + STORM * help_at[left]
    return (every - (1 - STORM) ** 3) / DUE, good / (3 * STORM)


def delivered_with_a_clause() -> float:
    """Kept at every occasion or the clause at work in some, given an occasion."""
    fails = STORM * (1 - SNAP)
    clean = 1 - STORM + fails * HELP
    return 1 - ((1 - STORM + fails) ** 3 - clean**3) / DUE


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("P[pact; in_force](ever(needed == yes))", DUE),
        ("Keeps[pact; in_force](each_time)", ((1 - STORM + STORM * HELP) ** 3 - (1 - STORM) ** 3) / DUE),
        ("Keeps[pact; each, in_force](each_time)", HELP),
        ("Delivers[pact; in_force](each_time)", ((1 - STORM + STORM * HELP) ** 3 - (1 - STORM) ** 3) / DUE),
        ("Keeps[mild; in_force](first_time)", kept_with_a_fine_for_the_first_breach()[0]),
        ("Keeps[mild; in_force, each](first_time)", kept_with_a_fine_for_the_first_breach()[1]),
        ("Delivers[insured; in_force](each_time)", delivered_with_a_clause()),
        ("P[insured; in_force](replaced)", 1 - (1 - STORM * SNAP) ** 3),
        ("Keeps[pact; in_force, rounds = 1](each_time)", HELP),
        ("Share[pact; in_force](answer.help | chose(answer.shirk))", HELP),
        ("Share[none](answer.help)", logistic(-LAMBDA * EFFORT)),
        ("P[pact; in_force](chose(answer.help) | chose(answer.shirk))", None),
    ],
)
def test_promises_over_rounds(formula: str, expected: float | None):
    """A promise that may come due in each of three rounds is kept as often as the closed form says."""
    if expected is None:
        both = 1 - (1 - STORM * HELP) ** 3 - (1 - STORM * (1 - HELP)) ** 3 + (1 - STORM) ** 3
        expected = both / (1 - (1 - STORM * (1 - HELP)) ** 3)
    assert evaluate_text(rounds(), formula) == pytest.approx(expected, abs=1e-12)


# --- everything against a listing of all plays ------------------------------------------------------------

Measure = Callable[[Solution, Play], float]


def ends_in(variable: str, value: str) -> Measure:
    return lambda solution, play: state_of(solution, play.nodes[-1])[variable] == value


def passes(variable: str, value: str) -> Measure:
    return lambda solution, play: any(state_of(solution, node)[variable] == value for node in play.nodes)


def takes(step: str, option: str) -> Measure:
    return lambda solution, play: any(
        step_of(solution, node) == step and option_of(solution, edge) == option
        for node, edge in zip(play.nodes, play.edges, strict=False)
    )


def meets(step: str) -> Measure:
    return lambda solution, play: any(step_of(solution, node) == step for node in play.nodes)


def always(solution: Solution, play: Play) -> float:
    return 1.0


def mean(solution: Solution, subject: Measure, given: Measure = always) -> float:
    listed = [(play.probability * given(solution, play), subject(solution, play)) for play in plays(solution)]
    return sum(weight * value for weight, value in listed) / sum(weight for weight, _ in listed)


def both(one: Measure, other: Measure) -> Measure:
    return lambda solution, play: one(solution, play) and other(solution, play)


def payoff(actor: str) -> Measure:
    return lambda solution, play: play.payoffs[solution.actor(actor)]


@pytest.mark.parametrize("arrangement", ["none", "pledge", "each"])
@pytest.mark.parametrize(
    ("text", "subject", "given"),
    [
        ("P[{}](crisis)", ends_in("crisis", "yes"), always),
        ("P[{}](crisis | strength == weak)", ends_in("crisis", "yes"), ends_in("strength", "weak")),
        ("P[{}](crisis | chose(reply.stand))", ends_in("crisis", "yes"), takes("reply", "stand")),
        ("P[{}](ever(mood == tense) | calm)", passes("mood", "tense"), ends_in("crisis", "no")),
        (
            "P[{}](ever(score == 1) and ever(mood == calm))",
            both(passes("score", "1"), passes("mood", "calm")),
            always,
        ),
        (
            "E[{}](score | calm)",
            lambda s, p: float(state_of(s, p.nodes[-1])["score"]),
            ends_in("crisis", "no"),
        ),
        ("V[{}](a)", payoff("a"), always),
        ("V[{}](b | chose(signal.provoke))", payoff("b"), takes("signal", "provoke")),
        (
            "V[{}](a | ever(crisis == yes) and strength == strong)",
            payoff("a"),
            both(passes("crisis", "yes"), ends_in("strength", "strong")),
        ),
    ],
)
def test_results_agree_with_a_listing_of_all_plays(
    arrangement: str, text: str, subject: Measure, given: Measure
):
    """Probabilities, means and values, with events on the way, are those of the plays one by one."""
    solution = solve_scenario(secrets(), arrangement)
    found = evaluate_text(secrets(), text.format(arrangement))
    assert found == pytest.approx(mean(solution, subject, given), abs=1e-11)


def occasions(
    solution: Solution, step: str, given: Callable[[Play, int], float]
) -> list[tuple[float, int, int]]:
    """Each time a step comes up with a condition true: its probability, node and edge taken."""
    return [
        (play.probability * given(play, place), node, edge)
        for play in plays(solution)
        for place, (node, edge) in enumerate(zip(play.nodes, play.edges, strict=False))
        if step_of(solution, node) == step
    ]


@pytest.mark.parametrize("arrangement", ["none", "pledge", "each"])
def test_shares_agree_with_a_listing_of_all_plays(arrangement: str):
    """A share counts occasions, and an event in its condition means up to the occasion."""
    solution = solve_scenario(secrets(), arrangement)

    def tense_before(play: Play, place: int) -> float:
        past = zip(play.nodes[:place], play.edges[:place], strict=True)
        return any(step_of(solution, n) == "signal" and option_of(solution, e) == "provoke" for n, e in past)

    listed = occasions(solution, "reply", tense_before)
    stands = sum(weight for weight, _, edge in listed if option_of(solution, edge) == "stand")
    found = evaluate_text(secrets(), f"Share[{arrangement}](reply.stand | chose(signal.provoke))")
    assert found == pytest.approx(stands / sum(weight for weight, *_ in listed), abs=1e-11)


def test_quality_is_what_the_mover_answers_to():
    """At an information set of two options, ln of the odds is rationality times the difference of Q."""
    seen = "mood == tense and score == 2 and firm == yes and in_force == none"
    options = [evaluate_text(secrets(), f"Q[none](b, reply.{name} | {seen})") for name in ("stand", "yield")]
    odds = evaluate_text(secrets(), f"Share[none](reply.stand | {seen})")
    assert odds / (1 - odds) == pytest.approx(exp(1.1 * (options[0] - options[1])), rel=1e-8)


@pytest.mark.parametrize("arrangement", ["pledge", "each"])
@pytest.mark.parametrize("actor", ["a", "b"])
def test_signing_agrees_with_a_listing_of_all_plays(arrangement: str, actor: str):
    """An actor that is asked once or again signs as often as the plays in which it does so at all."""
    solution = solve_scenario(secrets(), arrangement)
    expected = mean(solution, takes(f"consent.{actor}", "sign"), meets(f"consent.{actor}"))
    found = evaluate_text(secrets(), f"Signs[{arrangement}]({actor})")
    assert found == pytest.approx(expected, abs=1e-11)


def test_nobody_is_asked_where_nothing_is_to_be_signed():
    """Whether an actor signs has no value once the arrangement is in force, or where it is not asked."""
    for arrangement, actor, in_force in (("none", "b", False), ("treaty", "a", False), ("treaty", "b", True)):
        solution = solve_scenario(ladder(), arrangement, in_force=in_force)
        with pytest.raises(Unanswerable):
            signs(solution, actor)


SIGNATURES = """
foedus: 1
title: Whose signature is given
actors: {a: {name: A}, b: {name: B}}
rationality: 1
variables: {kept: {values: [no, yes]}}
play:
  - move: keep
    by: a
    options: {hold: {set: {kept: yes}}, break: {}}
payoffs: {a: signed.b == yes, b: (kept == yes) + (signed.a == yes)}
outcomes: {kept: kept == yes, broken: kept == no}
arrangements:
  none: {about: nothing}
  pact: {about: either may sign alone, signed_by: [a, b], consent: each}
"""


def test_a_claim_may_ask_whose_signature_is_given():
    """A flag holds what the move said; without anything at stake for B it signs every other time."""
    scenario = read_text(SIGNATURES)
    both = evaluate_text(scenario, "P[pact](signed.a == yes and signed.b == yes)")
    chosen = evaluate_text(scenario, "P[pact](chose(consent.a.sign) and chose(consent.b.sign))")
    assert both == pytest.approx(chosen, abs=1e-12)
    assert evaluate_text(scenario, "P[pact](signed.b == yes)") == pytest.approx(0.5, abs=1e-9)
    assert evaluate_text(scenario, "P[none](signed.b == yes)") == 0
