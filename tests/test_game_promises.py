"""Commitments and clauses: when they come due, what they cost, what they set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from foedus.errors import ScenarioError
from foedus.game.compile import Variation, compile_game
from foedus.language import expression as ex
from plays import child, game_of, nodes_at, options_at, payment, scenario, sets_at, values_at

REPEATED = """
    variables:
      help: {{values: [none, given]}}
    play:
      - repeat: 3
        steps:
          - move: ask
            by: us
            options: {{help: {{set: {{help: given}}}}, refuse: {{}}}}
    commitments:
      pledge: {{by: us, at: {{ask: [help]}}, penalty: 5, {once}}}
    payoffs: {{us: help == given}}
    arrangements:
      old: {{commitments: [pledge]}}
"""


def test_a_penalty_is_paid_at_every_breach():
    """Without `once` each refusal costs, and nothing is remembered of it."""
    game = game_of(REPEATED.format(once="once: false"), "old")
    assert [payment(game, node, "refuse", "us") for node in nodes_at(game, "ask")] == [-5] * 5
    assert "broken.pledge" not in game.labels.variables


def test_a_penalty_once_is_paid_at_the_first_breach():
    """A flag that all can see remembers the breach; later ones are breaches still, but cost nothing."""
    game = game_of(REPEATED.format(once="once: true"), "old")
    asked = nodes_at(game, "ask")
    broken = values_at(game, "ask", "broken.pledge")
    assert [payment(game, node, "refuse", "us") for node in asked] == [
        0 if b == "yes" else -5 for b in broken
    ]
    assert game.labels.breach["pledge"].sum() == len(asked)


def test_penalties_once_count_simultaneous_breaches_as_one():
    """Two breaches in one block: whichever is found second is free, and nobody sees the first."""
    game = game_of(
        """
        play:
          - together:
              - move: ask
                by: us
                options: {help: {}, refuse: {}}
              - move: send
                by: us
                options: {ship: {}, keep: {}}
          - move: after
            by: them
            options: {go: {}, stay: {}}
        commitments:
          pledge: {by: us, at: {ask: [help], send: [ship]}, penalty: 5, once: true}
        payoffs: {us: 1}
        arrangements:
          old: {commitments: [pledge]}
        """,
        "old",
    )
    assert sorted(payment(game, node, "keep", "us") for node in nodes_at(game, "send")) == [-5, 0]
    assert sets_at(game, "send") == [2]
    assert sorted(values_at(game, "after", "broken.pledge")) == ["no", "yes"]


def test_a_promise_comes_due_only_under_its_trigger():
    """`when` is read in the state in which the move is made."""
    game = game_of(
        """
        variables:
          attacked: {values: [no, yes]}
        play:
          - move: strike
            by: them
            options: {hold: {}, attack: {set: {attacked: yes}}}
          - move: respond
            by: us
            options: {fight: {set: {attacked: no}}, yield: {}}
        commitments:
          pledge: {by: us, when: attacked == yes, at: {respond: [fight]}, penalty: 5}
        payoffs: {us: 1}
        arrangements:
          old: {commitments: [pledge]}
        """,
        "old",
    )
    due = dict(zip(values_at(game, "respond", "attacked"), nodes_at(game, "respond"), strict=True))
    assert game.labels.due["pledge"].nonzero()[0].tolist() == [due["yes"]]
    assert [payment(game, due[value], "yield", "us") for value in ("no", "yes")] == [0, -5]


PATCH = """
    parameters:
      cost: {value: 2, range: [1, 3], about: what fighting costs}
      double: {value: 2 * cost, about: twice that}
      high: {value: 10, range: [5, 15], about: another}
    variables:
      mood: {values: [calm, tense]}
    play:
      - sign: consent
      - move: strike
        by: them
        options: {hold: {}, attack: {}, wait: {}}
      - move: respond
        by: us
        options: {fight: {pays: {us: -double}}, yield: {pays: {them: cost}}}
    payoffs: {us: cost * (mood == tense)}
    arrangements:
      none: {about: nothing}
      pact:
        signed_by: [us]
        start: {mood: tense}
        parameters: {cost: high + 1}
        removes: {strike: [attack]}
        requires: {strike: {wait: mood == calm}}
        hands: {respond: them}
"""


def test_a_patch_holds_where_its_arrangement_is_in_force():
    """Options, movers and parameters change with the signature, and what follows from a parameter with it."""
    game = game_of(PATCH, "pact")
    force = game.labels.variables.index("in_force")
    domain = game.labels.domains[force]
    by_force = {domain[game.labels.state[n, force]]: n for n in nodes_at(game, "strike")}
    assert options_at(game, by_force["none"]) == ["hold", "attack", "wait"]
    assert options_at(game, by_force["pact"]) == ["hold"]
    respond = {domain[game.labels.state[n, force]]: n for n in nodes_at(game, "respond")}
    movers = {name: game.actors[game.mover[game.information_set[n]]] for name, n in respond.items()}
    assert movers == {"none": "us", "pact": "them"}
    assert {name: payment(game, n, "fight", "us") for name, n in respond.items()} == {"none": -4, "pact": -22}
    assert {name: payment(game, n, "yield", "them") for name, n in respond.items()} == {"none": 2, "pact": 11}


def test_an_arrangement_cannot_change_rationality():
    """A parameter behind an actor's rationality may not be patched; the error stands at the patch."""
    text = scenario(PATCH)
    made = replace(text, rationality=dict.fromkeys(text.actors, ex.Parameter("double")))
    with pytest.raises(
        ScenarioError, match="'pact' changes 'double', on which the rationality of 'us'"
    ) as caught:
        compile_game(made, "pact")
    assert caught.value.faults[0].mark is not None


def test_a_claim_outweighs_a_patch():
    """A parameter that a claim sets, and a start, are not patched."""
    variation = Variation(in_force=True, unpatched=frozenset({"cost"}), start=(("mood", "calm"),))
    game = game_of(PATCH, "pact", variation)
    assert set(values_at(game, "strike", "mood")) == {"calm"}
    assert options_at(game, nodes_at(game, "strike")[0]) == ["hold", "wait"]
    assert payment(game, nodes_at(game, "respond")[0], "fight", "us") == -4


def test_only_outweighs_what_an_arrangement_removes():
    """The only option left is one that the arrangement would forbid."""
    game = game_of(PATCH, "pact", Variation(in_force=True, only=(("strike", "attack"),)))
    assert options_at(game, nodes_at(game, "strike")[0]) == ["attack"]


CLAUSE = """
    variables:
      sanctions: {{values: [off, back]}}
      broken: {{values: [no, yes]}}
    play:
{play}
      - move: last
        by: them
        options: {{go: {{}}, stay: {{}}}}
    clauses:
      snapback: {{after: breach, when: broken == yes, {probability} set: {{sanctions: back}}}}
    payoffs: {{us: sanctions == back}}
    arrangements:
      old: {{clauses: [snapback]}}
      bare: {{about: no clause}}
"""
BREACH = """
      - move: breach
        by: us
        options: {comply: {}, break: {set: {broken: yes}}}
"""
ENDING = """
      - repeat: 2
        steps:
          - move: breach
            by: us
            options: {comply: {}, break: {set: {broken: yes}, then: leave}}
"""
SKIPPED = """
      - move: earlier
        by: us
        options: {comply: {}, break: {set: {broken: yes}}}
      - when: broken == no
        steps:
          - move: breach
            by: us
            options: {comply: {}, break: {set: {broken: yes}}}
"""
TOGETHER = """
      - together:
          - move: breach
            by: us
            options: {comply: {}, break: {set: {broken: yes}}}
          - move: watch
            by: them
            options: {look: {pays: {them: sanctions == back}}, sleep: {}}
"""


def clause(play: str = BREACH, probability: str = "", arrangement: str = "old"):
    return game_of(CLAUSE.format(play=play.strip("\n"), probability=probability), arrangement)


def test_a_sure_clause_takes_effect_without_a_node():
    """Its edge is marked, and the state before it is passed in transit."""
    game = clause()
    assert values_at(game, "last", "sanctions") == ["off", "back"]
    assert game.nodes == 1 + 2 + 2
    edge = int(game.labels.fired["snapback"].nonzero()[0][0])
    assert game.labels.edge_names[game.labels.edge_name[edge]] == "break"
    assert game.labels.first_transit[edge + 1] - game.labels.first_transit[edge] == 1


def test_an_uncertain_clause_is_a_chance():
    """It fires or does not; only the first is marked."""
    game = clause(probability="probability: 0.25,")
    node = nodes_at(game, "snapback")[0]
    assert options_at(game, node) == ["fires", "does_not"]
    assert game.labels.fired["snapback"].nonzero()[0].tolist() == [int(game.first_edge[node])]
    assert sorted(values_at(game, "last", "sanctions")) == ["back", "off", "off"]


def test_a_clause_of_another_arrangement_does_nothing():
    """Clauses work only where an arrangement with them is in force."""
    assert set(values_at(clause(arrangement="bare"), "last", "sanctions")) == {"off"}


def test_a_clause_follows_its_step_also_where_that_is_skipped():
    """A false block around the step does not keep the clause from firing."""
    game = clause(SKIPPED)
    skipped = child(game, nodes_at(game, "earlier")[0], "break")
    assert skipped in nodes_at(game, "last")
    assert game.labels.domains[0][game.labels.state[skipped, 0]] == "back"


def test_a_clause_comes_before_a_way_out_of_the_loop():
    """The option leaves the loop only when the clause has taken effect."""
    game = clause(ENDING)
    assert sorted(values_at(game, "last", "sanctions")) == ["back", "off"]
    uncertain = clause(ENDING, probability="probability: 0.25,")
    assert len(nodes_at(uncertain, "snapback")) == 2
    assert {child(uncertain, n, "fires") for n in nodes_at(uncertain, "snapback")} <= set(
        nodes_at(uncertain, "last")
    )


def test_a_clause_in_a_block_follows_the_whole_block():
    """A simultaneous move does not see what the clause will set."""
    game = clause(TOGETHER)
    assert sets_at(game, "watch") == [2]
    assert not any(payment(game, node, "look", "them") for node in nodes_at(game, "watch"))
    assert sorted(values_at(game, "last", "sanctions")) == ["back", "off"]


def test_only_breaches_cost():
    """All other edges of the game pay nothing."""
    game = game_of(REPEATED.format(once="once: false"), "old")
    costs = game.table.tabulate({}).payoffs[game.payment, 0, 0]
    assert (costs[~game.labels.breach["pledge"]] == 0).all()
    assert np.array_equal(costs != 0, game.labels.breach["pledge"])
