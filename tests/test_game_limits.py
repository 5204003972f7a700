"""Explorations that would not end."""

from __future__ import annotations

import numpy as np
import pytest

from foedus.errors import SizeLimit
from foedus.game.compile import compile_game
from foedus.game.limits import PLACES, BadLimit
from foedus.game.packing import pack, unpack
from foedus.solve.solver import solve
from plays import scenario

DIALS = """
    variables:
      small: {values: 0..1}
      large: {values: 0..19}
      other: {values: 0..2}
    play:
      - move: turn_small
        by: us
        choose: small
      - move: turn_large
        by: us
        choose: large
      - move: turn_other
        by: us
        choose: other
      - move: last
        by: them
        options: {go: {}, stay: {}}
    payoffs: {us: large}
"""


def test_a_game_past_its_limit_names_what_multiplies_it():
    """The variable with the most values at the step that went too far, and where it is declared."""
    text = scenario(DIALS)
    assert compile_game(text, "none").nodes == 1 + 2 + 40 + 120 + 120
    with pytest.raises(SizeLimit, match="past 100 nodes at 'last'; 'large' multiplies it most") as caught:
        compile_game(text, "none", node_limit=100)
    (fault,) = caught.value.faults
    assert fault.mark == text.variables["large"].mark
    assert "20 times fewer" in fault.message


def test_a_game_at_its_limit_is_compiled():
    """The limit is the number of nodes that is still allowed."""
    assert compile_game(scenario(DIALS), "none", node_limit=283).nodes == 283


def test_the_environment_sets_the_limit(monkeypatch: pytest.MonkeyPatch):
    """FOEDUS_NODES is the limit where a call gives none; what is no number of nodes is refused."""
    monkeypatch.setenv("FOEDUS_NODES", "282")
    with pytest.raises(SizeLimit, match=r"past 282 nodes .*FOEDUS_NODES in the environment raises"):
        compile_game(scenario(DIALS), "none")
    monkeypatch.setenv("FOEDUS_NODES", "283")
    assert compile_game(scenario(DIALS), "none").nodes == 283
    monkeypatch.setenv("FOEDUS_NODES", "many")
    with pytest.raises(BadLimit, match="FOEDUS_NODES is 'many'"):
        compile_game(scenario(DIALS), "none")


LONG = """
    variables:
      here: {values: 0..30}
      there: {values: 0..30}
      over: {values: [no, yes]}
    play:
      - repeat: 120
        until: over == yes
        steps:
          - move: ours
            by: us
            options: {stay: {}, go: {set: {here: "min(here + 1, 30)"}, pays: {us: -0.1}}}
          - move: theirs
            by: them
            options: {stay: {}, go: {set: {there: "min(there + 1, 30)"}, pays: {them: -0.1}}}
          - chance: luck
            outcomes:
              ends: {probability: 0.01 * (here > there), set: {over: yes}}
              goes_on: {probability: rest}
    payoffs: {us: here - there, them: there - here}
"""


def test_a_game_of_hundreds_of_thousands_of_nodes():
    """A long play with several variables compiles, comes back from its packed form, and is solved."""
    game = compile_game(scenario(LONG), "none")
    assert 200_000 < game.nodes < 1_000_000
    again = unpack(pack(game))
    assert np.array_equal(again.child, game.child)
    solved = solve(again, again.table.tabulate({}))
    assert solved.solved.all()
    assert abs(solved.values.sum()) < 15.0


def test_a_game_one_node_over_its_limit_is_refused():
    """The last step counts as every other."""
    with pytest.raises(SizeLimit):
        compile_game(scenario(DIALS), "none", node_limit=282)


ROUNDS = """
    variables:
      x: {{values: 0..3}}
    play:
      - repeat: 1000
        steps:
          - repeat: 1000
            until: x == 3
            steps:
              - set: {{x: {step}}}
    payoffs: {{us: x}}
"""


def test_too_many_rounds_are_refused():
    """Loops of very many rounds have too many places, however few their nodes."""
    with pytest.raises(SizeLimit, match=f"more than {PLACES} places.*1000 rounds") as caught:
        compile_game(scenario(ROUNDS.format(step="0")), "none")
    assert caught.value.faults[0].mark is not None


def test_many_rounds_that_end_early_are_no_harm():
    """Only rounds that play can reach are explored."""
    text = scenario(ROUNDS.format(step='"min(x + 1, 3)"'))
    assert compile_game(text, "none").nodes == 2


def test_a_step_with_very_many_plays_is_refused_before_it_is_explored():
    """Edges count too: hundreds of options at thousands of nodes are not even listed."""
    text = scenario("""
        variables:
          a: {values: 0..999}
          b: {values: 0..999}
        play:
          - move: first
            by: us
            choose: a
          - move: second
            by: us
            choose: b
        payoffs: {us: a * b}
    """)
    with pytest.raises(SizeLimit, match="'second'"):
        compile_game(text, "none", node_limit=50_000)
