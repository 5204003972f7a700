"""From scenario to game: nodes, information sets, and what happens between them."""

from __future__ import annotations

import numpy as np
import pytest

from foedus import library
from foedus.errors import ScenarioError, UnknownName
from foedus.game.compile import Variation, compile_game
from foedus.game.dump import dump
from foedus.game.game import CHANCE, TERMINAL
from foedus.language.reader import read_scenario
from plays import child, game_of, nodes_at, options_at, payment, scenario, sets_at, values_at

HIDDEN_TYPE = """
    variables:
      kind: {values: [weak, strong], seen_by: [us]}
      done: {values: [no, yes]}
    play:
      - chance: nature
        outcomes:
          weak: {probability: 0.25, set: {kind: weak}}
          strong: {probability: rest, set: {kind: strong}}
      - move: first
        by: us
        options: {wait: {}, act: {set: {done: yes}}}
      - move: second
        by: them
        options: {wait: {}, act: {pays: {them: 1}}}
    payoffs: {us: done == yes}
"""


@pytest.fixture(scope="module")
def guarantee():
    return read_scenario(library.find("guarantee"))


NATURE, SIGNING, THREATS, RESPONSES = 1, 2 + 2, 2 + 2, 2


@pytest.mark.parametrize(
    ("arrangement", "in_force", "sizes"),
    [
        ("none", False, (NATURE + THREATS + RESPONSES + 6, 2 + 4 + 4 + 4, 1 + 1 + 2)),
        ("treaty", True, (NATURE + THREATS + RESPONSES + 6, 2 + 4 + 4 + 4, 1 + 1 + 2)),
        (
            "treaty",
            False,
            (NATURE + SIGNING + 2 * (THREATS + RESPONSES + 6), 2 + 8 + 8 + 8 + 8, 1 + 2 + 2 + 2 + 4),
        ),
    ],
)
def test_the_guarantee_has_the_size_counted_by_hand(guarantee, arrangement, in_force, sizes):
    """Nature, signatures, two rounds of threats, two types of response, six ends under each regime."""
    game = compile_game(guarantee, arrangement, Variation(in_force=in_force))
    assert (game.nodes, game.edges, game.information_sets) == sizes


def test_children_come_after_their_parents(guarantee):
    """Every edge leads to a node with a larger number, and the root is node 0."""
    game = compile_game(guarantee, "treaty")
    parent = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    assert (game.child > parent).all()
    assert set(range(1, game.nodes)) == set(game.child.tolist())


def test_a_mover_is_not_told_what_it_does_not_see():
    """The other's type splits the first move into two information sets and leaves the second one with two."""
    game = game_of(HIDDEN_TYPE)
    assert sets_at(game, "first") == [1, 1]
    assert sets_at(game, "second") == [2, 2]
    assert not game.hides_nothing


def test_everything_seen_takes_information_sets_apart():
    """With every variable seen by all, each node is told from every other."""
    game = game_of(HIDDEN_TYPE, variation=Variation(everything_seen=True))
    assert sets_at(game, "second") == [1, 1, 1, 1]
    assert game.hides_nothing


TOGETHER = """
    variables:
      ours: {values: [calm, armed]}
      theirs: {values: [calm, armed]}
    play:
      - together:
          - move: arm_us
            by: us
            options: {stay: {}, arm: {set: {ours: armed}}}
          - move: arm_them
            by: them
            options: {stay: {}, arm: {set: {theirs: armed}, pays: {them: -2 * (ours == armed) - 1}}}
      - move: after
        by: us
        options: {go: {}, stop: {}}
    payoffs: {us: ours == armed}
"""


@pytest.mark.parametrize("everything_seen", [False, True])
def test_simultaneous_movers_do_not_see_each_other(everything_seen):
    """The second mover has one information set of two nodes, even where every variable is seen by all."""
    game = game_of(TOGETHER, variation=Variation(everything_seen=everything_seen))
    assert sets_at(game, "arm_us") == [1]
    assert sets_at(game, "arm_them") == [2]
    assert sets_at(game, "after") == [1, 1, 1, 1]


def test_simultaneous_payments_read_the_state_before():
    """Arming costs 1 whatever the other does at the same time."""
    game = game_of(TOGETHER)
    assert [payment(game, node, "arm", "them") for node in nodes_at(game, "arm_them")] == [-1, -1]


LOOP = """
    constants: {rounds: 5}
    variables:
      over: {values: [no, yes]}
    play:
      - repeat: rounds
        until: over == yes
        steps:
          - move: ask
            by: us
            options: {wait: {}, act: {set: {over: yes}}}
    payoffs: {us: over == yes}
"""


def test_equal_states_merge_so_that_a_game_grows_linearly_with_its_rounds():
    """Each further round adds one node; the two ends are shared by all rounds."""
    sizes = [game_of(LOOP, variation=Variation(constants=(("rounds", n),))).nodes for n in (1, 5, 50)]
    assert sizes == [1 + 2, 5 + 2, 50 + 2]


def test_a_loop_of_no_rounds_is_passed_over():
    """Where nothing happens at all the root is the end."""
    game = game_of(LOOP, variation=Variation(constants=(("rounds", 0),)))
    assert (game.nodes, game.edges) == (1, 0)
    assert game.information_set[0] == TERMINAL


def test_rounds_have_numbers_that_expressions_can_read():
    """`as` names the number of the round, counted from 1; the position has it too."""
    game = game_of("""
        play:
          - repeat: 3
            as: year
            steps:
              - move: ask
                by: us
                options: {wait: {}, act: {if: year > 1, pays: {us: year}}}
        payoffs: {us: 0}
    """)
    asked = nodes_at(game, "ask")
    assert [options_at(game, node) for node in asked] == [["wait"], ["wait", "act"], ["wait", "act"]]
    assert [payment(game, node, "act", "us") for node in asked[1:]] == [2, 3]
    assert [game.labels.positions[game.labels.position[node]].rounds for node in asked] == [(1,), (2,), (3,)]


THEN = """
    variables:
      x: {values: 0..3}
    play:
      - repeat: 2
        steps:
          - move: ask
            by: us
            options:
              go: {set: {x: "min(x + 1, 3)"}}
              out: {then: leave}
              stop: {then: end}
      - move: last
        by: them
        options: {good: {}, bad: {}}
    payoffs: {us: x}
"""


def test_an_option_can_leave_the_loop_or_end_the_play():
    """Leaving skips the rounds that are left, ending skips the rest of the play."""
    game = game_of(THEN)
    first = nodes_at(game, "ask")[0]
    assert child(game, first, "out") in nodes_at(game, "last")
    assert child(game, first, "stop") in nodes_at(game, "end")
    assert sorted(values_at(game, "last", "x")) == ["0", "1", "2"]


def test_sets_are_made_all_at_once_in_the_old_state():
    """Two variables can change places."""
    game = game_of("""
        variables:
          a: {values: [left, right], start: left}
          b: {values: [left, right], start: right}
        play:
          - move: swap
            by: us
            options: {swap: {set: {a: b, b: a}}, keep: {}}
        payoffs: {us: a == right}
    """)
    swapped = child(game, 0, "swap")
    labels = game.labels
    values = {name: labels.domains[k][labels.state[swapped, k]] for k, name in enumerate(labels.variables)}
    assert (values["a"], values["b"]) == ("right", "left")


SET_STEPS = """
    variables:
      x: {values: 0..5}
    play:
      - move: ask
        by: us
        options: {go: {set: {x: 1}}, stay: {}}
      - set: {x: x + 1}
      - set: {x: 2 * x}
    payoffs: {us: x}
"""


def test_a_set_step_makes_no_node_and_leaves_its_states_in_transit():
    """The states passed on the way to the end are noted on the edge, in order."""
    game = game_of(SET_STEPS)
    assert game.nodes == 3
    column = game.labels.variables.index("x")
    passed = [
        game.labels.transit[game.labels.first_transit[e] : game.labels.first_transit[e + 1], column].tolist()
        for e in range(game.edges)
    ]
    assert passed == [[1, 2], [1]]


def test_what_happens_before_the_first_node_gets_a_node():
    """A play that starts with a set has a root of one sure outcome, whose state is the start."""
    game = game_of("""
        variables:
          x: {values: 0..5}
        play:
          - set: {x: 3}
          - move: ask
            by: us
            options: {go: {}, stay: {}}
        payoffs: {us: x}
    """)
    assert game.information_set[0] == CHANCE
    assert game.labels.state[0, 0] == 0
    assert game.labels.state[1, 0] == 3


def test_weights_are_kept_by_option():
    """Row 0 is weight 1; an option's own weight has a row of its own."""
    game = game_of("""
        parameters: {w: {value: 3, range: [1, 5], about: weight}}
        play:
          - move: ask
            by: us
            options: {go: {weight: w}, stay: {}}
        payoffs: {us: 1}
    """)
    weights = game.table.tabulate({"w": np.array([2.0, 4.0])}).weights
    assert weights[game.weight].tolist() == [[2.0, 4.0], [1.0, 1.0]]


def test_chance_outcomes_whose_condition_is_false_are_dropped():
    """What is left must sum to 1, and `rest` is what the others leave."""
    game = game_of("""
        variables:
          x: {values: [no, yes]}
        play:
          - move: ask
            by: us
            options: {go: {set: {x: yes}}, stay: {}}
          - chance: luck
            outcomes:
              good: {probability: 0.25}
              odd: {probability: 0.25, if: x == yes, slip: true}
              bad: {probability: rest}
        payoffs: {us: x == yes}
    """)
    numbers = game.table.tabulate({}).probabilities[:, 0]
    shares = {
        tuple(options_at(game, node)): numbers[
            game.probability[game.first_edge[node] : game.first_edge[node + 1]]
        ].tolist()
        for node in nodes_at(game, "luck")
    }
    assert shares == {("good", "bad"): [0.25, 0.75], ("good", "odd", "bad"): [0.25, 0.25, 0.5]}
    assert [game.labels.edge_names[game.labels.edge_name[e]] for e in np.flatnonzero(game.slip)] == ["odd"]


def test_only_leaves_one_option_where_it_is_offered():
    """A claim's override takes the others away; where the option is not offered, all stay."""
    text = """
        variables:
          x: {values: [no, yes]}
        play:
          - move: ask
            by: us
            options: {go: {set: {x: yes}}, stay: {}}
          - move: then
            by: them
            options: {strike: {if: x == yes}, wait: {}, leave: {}}
        payoffs: {us: x == yes}
    """
    game = game_of(text, variation=Variation(only=(("then", "strike"),)))
    assert sorted(options_at(game, node) for node in nodes_at(game, "then")) == [
        ["strike"],
        ["wait", "leave"],
    ]


def test_a_start_override_outweighs_the_scenario():
    """`start` sets the first value of a variable."""
    game = game_of(LOOP, variation=Variation(start=(("over", "yes"),)))
    assert set(values_at(game, "ask", "over")) == {"yes"}


LEAK = """
    variables:
      kind: {values: [weak, strong], seen_by: [us]}
      other: {values: [weak, strong], seen_by: [us]}
    play:
      - chance: nature
        outcomes:
          a: {probability: 0.5, set: {kind: weak, other: weak}}
          b: {probability: 0.5, set: {kind: strong, other: strong}}
      - move: guess
        by: them
        options:
          attack: {%s}
          wait: {}
    payoffs: {us: kind == weak}
"""


@pytest.mark.parametrize(
    ("rule", "hidden"), [("if: kind == weak", "kind"), ("weight: 1 + (other == weak)", "other")]
)
def test_options_may_not_give_a_hidden_variable_away(rule, hidden):
    """The error names the variable that the option reads, and stands at the move."""
    with pytest.raises(ScenarioError, match=f"'attack' of 'guess' gives '{hidden}' away") as caught:
        game_of(LEAK % rule)
    assert caught.value.faults[0].mark.line == 16


def test_a_move_left_with_no_option_is_an_error():
    """The error says in which state."""
    with pytest.raises(ScenarioError, match="'ask' is left with no option where x = 1"):
        game_of("""
            variables:
              x: {values: 0..1}
            play:
              - set: {x: 1}
              - move: ask
                by: us
                options: {go: {if: x == 0}, stay: {if: x == 0}}
            payoffs: {us: x}
        """)


def test_a_value_outside_the_domain_is_an_error():
    """The error names the variable, the value and the domain, at the right side."""
    with pytest.raises(ScenarioError, match=r"'x' would become 6.*0\.\.5") as caught:
        game_of(SET_STEPS.replace("x: x + 1", "x: x + 2"))
    assert caught.value.faults[0].mark.line == 15


def test_the_shape_of_the_play_may_not_depend_on_a_parameter():
    """A condition on a parameter is an error of the compiler if the reader lets it pass."""
    with pytest.raises(ScenarioError):
        game_of("""
            parameters: {p: {value: 0.5, range: [0, 1], about: a number}}
            play:
              - move: ask
                by: us
                options: {go: {if: p > 0.2}, stay: {}}
            payoffs: {us: 1}
        """)


def test_an_unknown_arrangement_is_named():
    """The nearest known name is offered."""
    with pytest.raises(UnknownName, match="did you mean 'none'"):
        compile_game(scenario(LOOP), "nome")


def test_a_game_does_not_depend_on_what_was_compiled_before(guarantee):
    """Two readings of one file, compiled in different orders, print the same."""
    again = read_scenario(library.find("guarantee"))
    first = [dump(compile_game(guarantee, name)) for name in ("none", "treaty")]
    second = [dump(compile_game(again, name)) for name in ("treaty", "none")]
    assert first == second[::-1]
