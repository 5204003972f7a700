"""Small scenarios whose answers can be worked out by hand, and a slow oracle that lists every play."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp

import numpy as np

from foedus.analysis.solutions import Solution
from foedus.language.reader import read_text
from foedus.language.scenario import Scenario

LADDER = """
foedus: 1
title: A ladder of two steps
about: One may attack, the other may answer.
actors:
  a: {name: A}
  b: {name: B}
rationality: precision
parameters:
  precision: {value: 0.5, range: [0.1, 2], about: how seldom either errs}
  gain: {value: 3, range: [0, 8], about: what A gains if B gives way}
  cost: {value: 2, range: [0, 6], about: what fighting costs B}
  penalty: {value: 1, range: [0, 4], about: what a broken promise costs B}
  stake: {value: 3, about: what B loses if it gives way}
  double: {value: 2 * cost, about: follows from another}
variables:
  attacked: {values: [no, yes]}
  fate: {values: [held, saved, lost]}
play:
  - sign: consent
  - move: threaten
    by: a
    options:
      hold: {}
      attack: {set: {attacked: yes}, pays: {a: -0.25}}
  - move: respond
    by: b
    when: attacked == yes
    options:
      fight: {set: {fate: saved}}
      abandon: {set: {fate: lost}}
commitments:
  promise: {by: b, to: a, when: attacked == yes, at: {respond: [fight]}, penalty: penalty}
payoffs:
  a: gain * (fate == lost) - 2 * (fate == saved)
  b: -cost * (fate == saved) - stake * (fate == lost)
outcomes:
  peace: fate == held
  war: fate == saved
  loss: fate == lost
arrangements:
  none: {about: nothing is promised}
  treaty: {about: B promises to fight, signed_by: [b], commitments: [promise]}
  dearer: {about: the same with another penalty, like: treaty, parameters: {penalty: 3}}
  certain: {about: B cannot give way, signed_by: [b], removes: {respond: [abandon]}}
"""

ROUNDS = """
foedus: 1
title: Help in three rounds
about: A promise that may come due several times.
actors:
  a: {name: A}
  b: {name: B}
rationality: 0.8
parameters:
  trouble: {value: 0.4, range: [0.1, 0.9], about: how often help is needed}
  effort: {value: 1, range: [0, 3], about: what help costs}
  penalty: {value: 2, range: [0, 4], about: what a broken promise costs}
  snap: {value: 0.3, range: [0, 1], about: how often the clause works}
constants: {rounds: 3}
variables:
  needed: {values: [no, yes]}
  replaced: {values: [no, yes]}
play:
  - repeat: rounds
    as: round
    steps:
      - chance: fortune
        outcomes:
          calm: {probability: rest, set: {needed: no}}
          storm: {probability: trouble, set: {needed: yes}}
      - move: answer
        by: b
        when: needed == yes
        options:
          help: {pays: {b: -effort}}
          shirk: {}
commitments:
  each_time: {by: b, to: a, at: {answer: [help]}, penalty: penalty}
  first_time: {by: b, to: a, at: {answer: [help]}, penalty: penalty, once: true}
clauses:
  stand_in:
    {after: answer, when: needed == yes, probability: snap, set: {replaced: yes}, delivers: [each_time]}
payoffs: {a: replaced == yes, b: 0}
outcomes: {replaced: replaced == yes, alone: replaced == no}
arrangements:
  none: {about: nothing}
  pact: {about: each breach costs, signed_by: [b], commitments: [each_time]}
  mild: {about: the first breach costs, signed_by: [b], commitments: [first_time]}
  insured: {about: with a clause, signed_by: [b], commitments: [each_time], clauses: [stand_in]}
"""

SECRETS = """
foedus: 1
title: A bluff that may be called
about: A has a strength that B does not see; there are slips, and two rounds.
actors:
  a: {name: A}
  b: {name: B}
rationality: 1.1
parameters:
  strong: {value: 0.35, range: [0.1, 0.9], about: how often A is strong}
  noise: {value: 0.1, range: [0, 0.3], about: how often a provocation goes wrong}
variables:
  strength: {values: [weak, strong], seen_by: [a]}
  mood: {values: [calm, tense]}
  crisis: {values: [no, yes]}
  firm: {values: [no, yes]}
  score: {values: 0..2}
play:
  - chance: nature
    outcomes:
      strong: {probability: strong, set: {strength: strong}}
      weak: {probability: rest, set: {strength: weak}}
  - repeat: 2
    as: round
    until: crisis == yes
    steps:
      - sign: consent
      - move: signal
        by: a
        options:
          provoke: {set: {mood: tense, score: "if(score < 2, score + 1, 2)"}, pays: {a: -0.2}}
          wait: {set: {mood: calm}}
      - move: reply
        by: b
        options:
          yield: {set: {firm: no}, pays: {a: 1, b: -1}}
          stand: {set: {firm: yes}}
      - chance: accident
        when: mood == tense
        outcomes:
          blunder: {probability: noise, set: {crisis: yes}, slip: true}
          clash: {probability: "if(firm == yes, 0.4, 0.1)", set: {crisis: yes}}
          nothing: {probability: rest}
commitments:
  restraint: {by: a, to: b, at: {signal: [wait]}, penalty: 0.5, price: 0.1}
payoffs:
  a: (crisis == yes) * if(strength == strong, 0.5, -2) + 0.1 * score
  b: (crisis == yes) * if(strength == strong, -3, -0.5)
outcomes: {crisis: crisis == yes, calm: crisis == no}
arrangements:
  none: {about: nothing, start: {mood: tense}}
  pledge: {about: A promises to wait, signed_by: [b, a], refusal: later, commitments: [restraint]}
  each: {about: whoever likes signs, signed_by: [b, a], consent: each, commitments: [restraint]}
"""


def ladder() -> Scenario:
    return read_text(LADDER, name="ladder")


def rounds() -> Scenario:
    return read_text(ROUNDS, name="rounds")


def secrets() -> Scenario:
    return read_text(SECRETS, name="secrets")


def logistic(x: float) -> float:
    return 1 / (1 + exp(-x))


@dataclass(frozen=True)
class Play:
    """One complete play in the first world: its probability, nodes, edges, and payoff to each actor."""

    probability: float
    nodes: tuple[int, ...]
    edges: tuple[int, ...]
    payoffs: tuple[float, ...]


def plays(solution: Solution) -> Iterator[Play]:
    """Every play of a solved game, one at a time, by walking its edges."""
    game, tabulation = solution.game, solution.tabulation

    def chance(node: int, place: int) -> float:
        number = game.information_set[node]
        if number >= 0:
            return float(solution.behaviour[game.first_option[number] + place, 0])
        return float(tabulation.probabilities[game.probability[game.first_edge[node] + place], 0])

    def walk(node: int, share: float, nodes: list[int], edges: list[int], paid: np.ndarray) -> Iterator[Play]:
        nodes = [*nodes, node]
        if game.information_set[node] == -2:
            total = paid + tabulation.payoffs[game.payoff[node], :, 0]
            yield Play(share, tuple(nodes), tuple(edges), tuple(total))
        for place, edge in enumerate(range(game.first_edge[node], game.first_edge[node + 1])):
            gained = paid + tabulation.payoffs[game.payment[edge], :, 0]
            yield from walk(game.child[edge], share * chance(node, place), nodes, [*edges, edge], gained)

    yield from walk(0, 1.0, [], [], np.zeros(len(game.actors)))


def state_of(solution: Solution, node: int) -> dict[str, str]:
    """The values of all variables at a node."""
    labels = solution.game.labels
    return {
        name: domain[value]
        for name, domain, value in zip(labels.variables, labels.domains, labels.state[node], strict=True)
    }


def step_of(solution: Solution, node: int) -> str:
    labels = solution.game.labels
    return "" if solution.game.information_set[node] == -2 else labels.positions[labels.position[node]].step


def option_of(solution: Solution, edge: int) -> str:
    labels = solution.game.labels
    return labels.edge_names[labels.edge_name[edge]]
