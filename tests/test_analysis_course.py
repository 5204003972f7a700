"""The main line of play: the likeliest path, and what each mover saw, expected and gave up on it."""

import numpy as np
import pytest

from analysing import ladder, logistic, plays, rounds, secrets, state_of
from foedus.analysis.course import main_line, most_probable
from foedus.analysis.solving import solve_scenario


@pytest.mark.parametrize("arrangement", ["none", "pledge", "each"])
@pytest.mark.parametrize("in_force", [True, False])
def test_no_play_is_likelier_than_the_main_line(arrangement: str, in_force: bool):
    """Its probability is the largest of all plays, and its stages are that play's steps."""
    solution = solve_scenario(secrets(), arrangement, in_force=in_force)
    best = max(plays(solution), key=lambda play: play.probability)
    course = main_line(secrets(), arrangement, in_force=in_force)
    assert course.probability == pytest.approx(best.probability, rel=1e-12)
    assert most_probable(solution) == [int(edge) for edge in best.edges]
    assert course.ends == state_of(solution, best.nodes[-1])
    assert [*course.payoffs.values()] == pytest.approx(best.payoffs, abs=1e-12)
    assert len(course.stages) == len(best.edges)


def test_a_stage_tells_what_the_mover_expected():
    """On the ladder each option's expected payoff is its closed form, and the best gives nothing up."""
    fight = logistic(0.5 * 1.0)
    course = main_line(ladder(), "none", settings={"gain": 8})
    threaten, respond = course.stages
    assert (threaten.step, threaten.mover, threaten.taken) == ("threaten", "a", "attack")
    expected = {choice.name: choice.expected for choice in threaten.choices}
    assert expected == pytest.approx({"hold": 0.0, "attack": (1 - fight) * 8 - 2 * fight - 0.25})
    assert (respond.taken, respond.gave_up) == ("fight", 0.0)
    assert respond.sees["attacked"] == "yes"
    assert respond.probability == pytest.approx(course.probability)
    assert course.outcomes == ("war",)


def test_an_unlikely_but_best_option_shows_what_was_given_up():
    """An actor that may choose among many bad variants gives up the difference to the best."""
    course = main_line(rounds(), "none", settings={"effort": 0.1, "trouble": 0.9})
    stages = [stage for stage in course.stages if stage.step == "answer"]
    assert [stage.rounds for stage in stages] == [(1,), (2,), (3,)]
    assert all(stage.taken == "shirk" and stage.gave_up == 0.0 for stage in stages)


def test_a_mover_has_beliefs_about_what_it_does_not_see():
    """Beliefs are Bayes' rule on the reach of the nodes that the mover cannot tell apart."""
    solution = solve_scenario(secrets(), "none")
    stage = next(stage for stage in main_line(secrets(), "none").stages if stage.step == "reply")
    matching: dict[str, float] = {}
    for node in range(solution.game.nodes):
        position = solution.game.labels.positions[solution.game.labels.position[node]]
        state = state_of(solution, node)
        here = position.step == "reply" and tuple(position.rounds) == stage.rounds
        if here and all(state[name] == value for name, value in stage.sees.items()):
            matching[state["strength"]] = matching.get(state["strength"], 0) + solution.reach[node, 0]
    total = sum(matching.values())
    assert stage.beliefs["strength"] == pytest.approx({name: each / total for name, each in matching.items()})
    assert "strength" not in stage.sees


def test_the_shape_is_plain_data():
    """The JSON of a course has a stage for each step, chance without expectations."""
    shape = main_line(rounds(), "insured", in_force=False).to_json()
    assert shape["schema"] == "foedus/course/1"
    assert shape["status"] == "solved"
    first = shape["stages"][0]
    assert (first["step"], first["mover"]) == ("consent.b", "b")
    chance = [stage for stage in shape["stages"] if stage["mover"] is None]
    assert chance
    assert all(option["expected"] is None for stage in chance for option in stage["options"])
    assert np.prod([_taken(stage) for stage in shape["stages"]]) == pytest.approx(shape["probability"])


def _taken(stage: dict) -> float:
    return next(each["probability"] for each in stage["options"] if each["name"] == stage["taken"])
