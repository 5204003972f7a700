"""Perfect recall: what actors remember beyond what variables record."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from foedus.game.compile import compile_game
from foedus.game.dump import dump
from foedus.language.scenario import Scenario
from foedus.testing.draft import Limits
from foedus.testing.scenarios import scenarios
from plays import game_of, nodes_at, sets_at

FORGETFUL = """
    {recall}
    variables:
      light: {{values: [off, on]}}
    play:
      - move: first
        by: us
        options: {{left: {{}}, right: {{}}}}
      - move: blink
        by: them
        options: {{flash: {{set: {{light: on}}}}, dark: {{}}}}
      - set: {{light: off}}
      - move: second
        by: us
        options: {{left: {{}}, right: {{}}}}
    payoffs: {{us: light == on}}
"""


def game(recall: str):
    return game_of(FORGETFUL.format(recall=recall))


def test_what_no_variable_records_is_forgotten():
    """Neither its own option nor a light that was on for a moment tells an actor anything later."""
    assert sets_at(game(""), "second") == [1]


def test_perfect_recall_keeps_own_options_and_seen_changes():
    """Left or right, and flashed or dark, make four states that the actor tells apart."""
    assert sets_at(game("recall: perfect"), "second") == [1, 1, 1, 1]


def test_others_options_are_not_remembered():
    """The other actor knows that the first move was made, not how: it never sees it."""
    assert sets_at(game("recall: perfect"), "blink") == [2]


def test_memories_do_not_outlast_the_play():
    """Equal ends are one, whatever led to them."""
    assert len(nodes_at(game("recall: perfect"), "end")) == 1


def test_a_forgetful_actor_meets_a_later_move_not_knowing_its_own():
    """With a hidden choice recorded nowhere, the states merge by default and stay apart with recall."""
    text = """
        {recall}
        play:
          - repeat: 3
            steps:
              - move: press
                by: us
                options: {{left: {{}}, right: {{}}}}
        payoffs: {{us: 0}}
    """
    sizes = [
        len(nodes_at(game_of(text.format(recall=recall)), "press")) for recall in ("", "recall: perfect")
    ]
    assert sizes == [3, 1 + 2 + 4]


def has_recall(game) -> bool:
    """Whether all nodes of each information set have the same past of their mover's own."""
    parent = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    pasts: list[set[tuple[object, ...]]] = [set() for _ in range(game.nodes)]
    pasts[0].add(())
    own: dict[int, set[tuple[object, ...]]] = {}
    order = np.arange(game.edges)
    for actor in range(len(game.actors)):
        past: list[set[tuple[object, ...]]] = [set() for _ in range(game.nodes)]
        past[0].add(())
        for edge in order:
            node, number = parent[edge], game.information_set[parent[edge]]
            mine = number >= 0 and game.mover[number] == actor
            took = ((int(number), int(edge - game.first_edge[node])),) if mine else ()
            past[game.child[edge]] |= {(*each, *took) for each in past[node]}
        for number in np.flatnonzero(game.mover == actor).tolist():
            nodes = range(game.first_node[number], game.last_node[number])
            own[number] = set().union(*(past[node] for node in nodes))
    return all(len(each) == 1 for each in own.values())


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(Limits(actors=3, steps=3, rounds=2)))
def test_perfect_recall_is_perfect(scenario: Scenario) -> None:
    """Every information set follows from one sequence of its mover's own information sets and options."""
    if scenario.recall != "perfect":
        return
    for name in scenario.arrangements:
        assert has_recall(compile_game(scenario, name))


@pytest.mark.parametrize("recall", ["", "recall: perfect"])
def test_recall_changes_nothing_where_variables_record_everything(recall):
    """A play whose every choice is a public variable is the same game either way."""
    text = """
        {recall}
        variables:
          a: {{values: [none, left, right]}}
          b: {{values: [none, left, right]}}
        play:
          - move: first
            by: us
            options: {{left: {{set: {{a: left}}}}, right: {{set: {{a: right}}}}}}
          - move: second
            by: them
            options: {{left: {{set: {{b: left}}}}, right: {{set: {{b: right}}}}}}
        payoffs: {{us: a == b}}
    """
    assert dump(game_of(text.format(recall=recall))) == dump(game_of(text.format(recall="")))
