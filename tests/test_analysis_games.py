"""What a warm process need not do again: compiled games, facts about them, and the last few answers."""

import gc
import json
from dataclasses import replace

import numpy as np
import pytest

from analysing import ladder, rounds, secrets
from foedus.analysis import games, solutions
from foedus.analysis.cases import make_case
from foedus.analysis.comparison import compare
from foedus.analysis.games import Games, once, recall, remember
from foedus.analysis.measures import measure
from foedus.analysis.solutions import Solutions, solve_all
from foedus.game.game import Game
from foedus.study.worlds import base_world


def game_of(name: str = "pledge") -> Game:
    scenario = secrets()
    return Games(scenario).of(make_case(scenario, name))


def test_games_are_kept_as_long_as_their_scenario():
    """Whoever asks for a game of this very scenario gets it; one that only looks the same has its own."""
    scenario = secrets()
    case = make_case(scenario, "pledge")
    game = Games(scenario).of(case)
    assert Games(scenario).of(case) is game
    assert Games(replace(scenario)).of(case) is not game
    before = len(games._known)
    del scenario
    gc.collect()
    assert len(games._known) < before


def test_games_not_used_for_longest_go(monkeypatch: pytest.MonkeyPatch):
    """Past so many nodes only those last used stay, and the last one always."""
    scenario = ladder()
    cases = [make_case(scenario, name) for name in ("none", "treaty", "certain")]
    found = [Games(scenario).of(case) for case in cases]
    monkeypatch.setattr(games, "MOST_NODES", found[0].nodes + max(found[1].nodes, found[2].nodes))
    fresh = replace(scenario)
    kept = [Games(fresh).of(cases[0]), Games(fresh).of(cases[1])]
    assert Games(fresh).of(cases[0]) is kept[0]
    Games(fresh).of(cases[2])
    assert Games(fresh).of(cases[0]) is kept[0]
    assert Games(fresh).of(cases[1]) is not kept[1]


def test_a_fact_is_found_once_for_what_it_is_about():
    """It is asked for anew when it is about something else, or of another game."""
    game, about, asked = game_of(), ("outcome",), []
    for given in (about, about, ("else",)):
        once(game, "fact", given, lambda: asked.append(1))
    once(game_of("none"), "fact", about, lambda: asked.append(1))
    assert len(asked) == 3


def test_the_last_few_answers_are_remembered():
    """As many as may be, those asked for last; nothing is known of any other."""
    game = game_of()
    for key in range(games.MOST_RECENT):
        remember(game, key, key + 1)
    assert [recall(game, key) for key in range(games.MOST_RECENT)] == [*range(1, games.MOST_RECENT + 1)]
    assert recall(game, 0) == 1
    remember(game, 99, 100)
    assert recall(game, 0) == 1
    assert recall(game, 1) is None
    assert recall(game_of("none"), 0) is None


def test_nobody_solves_the_same_world_twice(monkeypatch: pytest.MonkeyPatch):
    """Another number, tolerance or rationality is another question; the same one has the same answer."""
    scenario, solved = secrets(), []
    plain = solutions.solve
    monkeypatch.setattr(solutions, "solve", lambda *args, **how: solved.append(1) or plain(*args, **how))
    case, base = make_case(scenario, "pledge"), base_world(scenario)
    first = Solutions(scenario, base)[case].equilibrium
    assert Solutions(scenario, base)[case].equilibrium is first
    assert len(solved) == 1
    Solutions(scenario, {**base, "noise": base["noise"] * 1.01})[case]
    Solutions(scenario, base, tolerance=1e-9)[case]
    Solutions(scenario, base, rationality=np.zeros(1))[case]
    Solutions(scenario, {name: np.repeat(each, 3) for name, each in base.items()})[case]
    assert len(solved) == 5


@pytest.mark.parametrize("scenario", [ladder, rounds, secrets])
def test_a_warm_comparison_has_the_same_bytes(scenario):
    """Nothing that is remembered changes a digit, whatever was asked for in between."""
    cold = json.dumps(compare(scenario()).to_json())
    warm = scenario()
    compare(warm, certain=False)
    compare(warm, threads=1)
    assert json.dumps(compare(warm).to_json()) == cold


@pytest.mark.parametrize("scenario", [ladder, rounds, secrets])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_games_swept_side_by_side(scenario, threads):
    """All that is measured without certainty is what each case comes to by itself, bit for bit."""
    quick = compare(scenario(), certain=False, threads=threads)
    for name, row in quick.rows.items():
        for measured, in_force in ((row.offered, False), (row.in_force, True)):
            fresh = scenario()
            case = make_case(fresh, name, in_force=in_force and bool(row.arrangement.signed_by))
            alone = measure(Solutions(fresh, base_world(fresh), check=0)[case], with_precision=True)
            for part in ("outcomes", "values", "signs", "due", "kept", "kept_each", "delivered"):
                ours, theirs = getattr(measured, part), getattr(alone, part)
                assert ours.names == theirs.names
                assert np.array_equal(ours.numbers, theirs.numbers, equal_nan=True), part


def test_solved_side_by_side_or_alone(monkeypatch: pytest.MonkeyPatch):
    """A case of which an answer alone is wanted is solved beside others, and remembered; nothing is kept."""
    scenario, aside, later = secrets(), [], []
    each, single = solutions.solve_each, solutions.solve
    monkeypatch.setattr(solutions, "solve_each", lambda some, **how: aside.append(some) or each(some, **how))
    monkeypatch.setattr(solutions, "solve", lambda *args, **how: later.append(1) or single(*args, **how))
    quick = Solutions(scenario, base_world(scenario), check=0)
    cases = [make_case(scenario, name) for name in scenario.arrangements]
    found = dict(solve_all([(quick, case) for case in cases]))
    assert {place: one.ground.case for place, one in found.items()} == dict(enumerate(cases))
    assert [len(asked) for asked in aside] == [len(cases)]
    assert not len(quick)
    assert quick[cases[0]].equilibrium is found[0].equilibrium
    assert not later
    again, checked = (
        Solutions(scenario, base_world(scenario), check=0),
        Solutions(scenario, base_world(scenario)),
    )
    both = dict(solve_all([(checked, cases[0]), (again, cases[0])]))
    assert both[1].equilibrium is found[0].equilibrium
    assert both[0].equilibrium.checked.all()
    assert [len(asked) for asked in aside] == [len(cases), 0]
    assert later
    assert not [*solve_all([])]


def test_uncertain_answers_are_not_certified_again():
    """Not even one in many, which a slider would wait for now and then."""
    scenario = secrets()
    name, value = next((key, each.value) for key, each in scenario.parameters.items() if each.value)
    for step in range(40):
        rows = compare(scenario, settings={name: value * (1 - step / 1000)}, certain=False).rows
        for each in rows.values():
            assert not each.in_force.certificate["checked"].any()


def test_uncertain_answers_are_those_of_sweeps():
    """They are the same numbers here, of which less is known: no link, and no second certificate."""
    scenario = secrets()
    sure, quick = compare(scenario).rows["pledge"], compare(scenario, certain=False).rows["pledge"]
    assert quick.in_force.outcomes["crisis"] == pytest.approx(sure.in_force.outcomes["crisis"], abs=1e-9)
    assert sure.in_force.certificate["checked"].all()
