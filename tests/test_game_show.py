"""Games as people read them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from foedus import library
from foedus.game.compile import compile_game
from foedus.game.dump import dump
from foedus.game.printing import Printer
from foedus.game.show import describe_node, mermaid, steps, summary, to_json
from foedus.language.reader import read_scenario
from plays import game_of, nodes_at

SMALL = """
    parameters:
      p: {value: 0.5, range: [0, 1], about: a number}
    variables:
      mood: {values: [calm, "angry"], seen_by: [us]}
    play:
      - chance: nature
        outcomes:
          calm: {probability: p}
          angry: {probability: rest, set: {mood: angry}, slip: true}
      - move: ask
        by: them
        options:
          go: {weight: 2, pays: {them: -1 - p}}
          stay: {}
    payoffs: {us: 3 * (mood == angry)}
"""

DUMP = """\
A test: none
rationality of us = 1
rationality of them = 1
0 nature: chance
    mood = calm, in_force = none
    calm  p = p -> 1
    angry  p = 1 - p  a slip -> 2
1 ask: them, information set 0
    mood = calm, in_force = none
    go  weight 2  pays them -1 - p -> 3
    stay -> 3
2 ask: them, information set 0
    mood = angry, in_force = none
    go  weight 2  pays them -1 - p -> 4
    stay -> 4
3 end: end
    mood = calm, in_force = none
    gets nothing
4 end: end
    mood = angry, in_force = none
    gets us 3
"""

MAP = """\
flowchart TD
    s0(("nature"))
    s1["ask<br/>them"]
    s2(["end"])
    s0 -->|"calm, angry"| s1
    s1 -->|"go, stay"| s2
"""


@pytest.fixture(scope="module")
def treaty():
    return compile_game(read_scenario(library.find("guarantee")), "treaty")


def test_a_small_game_prints_as_it_should():
    """Every node, its state, its options, what they pay and where they lead."""
    assert dump(game_of(SMALL)) == DUMP


def test_the_map_shows_steps_and_not_nodes():
    """Two nodes of one step are one box."""
    assert mermaid(game_of(SMALL)) == MAP


def test_the_steps_add_up(treaty):
    """The nodes, edges and information sets of all steps are those of the game."""
    sizes = steps(treaty)
    assert sum(each.nodes for each in sizes) == treaty.nodes
    assert sum(each.edges for each in sizes) == treaty.edges
    assert sum(each.information_sets for each in sizes) == treaty.information_sets


def test_a_step_says_who_moves_and_what_is_hidden(treaty):
    """The challenger moves in two rounds and does not see the guarantor's resolve."""
    (threaten,) = (each for each in steps(treaty) if each.step == "threaten")
    assert (threaten.kind, threaten.rounds, threaten.movers) == ("move", 2, ("challenger",))
    assert threaten.options == ("hold", "attack")
    assert threaten.hidden == ("resolve",)
    assert set(threaten.sees) == {"attacked", "fate", "in_force"}


def test_the_summary_lists_every_step(treaty):
    """Plain text, a line for each."""
    text = summary(treaty)
    assert "29 nodes, 34 edges, 11 information sets (hidden information)" in text
    assert all(f"\n{each.step} " in text for each in steps(treaty))


def test_a_game_as_data_is_json(treaty):
    """The shape has a name, and sizes are numbers."""
    data = json.loads(json.dumps(to_json(treaty)))
    assert data["schema"] == "foedus/game/1"
    assert data["nodes"] == 29
    assert data["steps"][0]["step"] == "nature"


def test_every_node_can_be_described(treaty):
    """Step, rounds, and a value of its domain for every variable."""
    domains = dict(zip(treaty.labels.variables, treaty.labels.domains, strict=True))
    for node in range(treaty.nodes):
        told = describe_node(treaty, node)
        assert told["values"].keys() == domains.keys()
        assert all(value in domains[name] for name, value in told["values"].items())
        assert len(told["options"]) == treaty.first_edge[node + 1] - treaty.first_edge[node]


def test_a_decision_node_says_who_decides(treaty):
    """Mover, what it sees, and the promise that comes due."""
    node = next(n for n in nodes_at(treaty, "respond") if describe_node(treaty, n)["due"])
    told = describe_node(treaty, node)
    assert (told["mover"], told["kind"], told["due"]) == ("guarantor", "move", ["guarantee"])
    assert told["values"]["in_force"] == "treaty"
    assert "resolve" in told["sees"]


@pytest.mark.parametrize("node", [-1, 29])
def test_a_node_that_is_not_there_is_refused(treaty, node):
    """Nodes are numbered from 0."""
    with pytest.raises(IndexError, match="29"):
        describe_node(treaty, node)


@pytest.mark.parametrize(
    "text",
    [
        "a - (b - a)",
        "(a + b) * (a - b)",
        "a / (b * a)",
        "-(a + b) ^ 2",
        "(-a) ^ 2",
        "a ^ (b ^ a)",
        "min(a, -b) - max(a * b, 3)",
        "if(a > b, a, b) * (a <= b)",
        "not (a > b or b > a + 1) and a != b",
        "exp(-a / 2) + sqrt(abs(b)) - log(a + 3)",
    ],
)
def test_a_printed_expression_means_the_same(text):
    """Read again, the text of a register has the same values."""
    play = """
        parameters:
          a: {{value: 2, range: [1, 3], about: first}}
          b: {{value: 0.5, range: [0.1, 0.9], about: second}}
        play:
          - move: ask
            by: us
            options: {{go: {{pays: {{us: "{text}"}}}}, stay: {{}}}}
        payoffs: {{us: 0}}
    """
    game = game_of(play.format(text=text))
    printed = Printer(game.table).text(int(game.table.payoff[game.payment[0], 0]), 0)
    again = game_of(play.format(text=printed))
    worlds = {"a": np.linspace(1, 3, 7), "b": np.linspace(0.9, 0.1, 7)}
    values = [each.table.tabulate(worlds).payoffs[each.payment[0], 0] for each in (game, again)]
    np.testing.assert_array_equal(*values)
