"""The main line: the most probable play, step by step, with what each mover saw, expected and gave up.

The play is found by one backward pass of largest products (Viterbi 1967). It is a single path: where many
paths are about as likely, its probability, which is given, is small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.games import Games
from foedus.analysis.settling import Settings
from foedus.analysis.solutions import Solution
from foedus.analysis.solving import solve_scenario
from foedus.analysis.summary import plain
from foedus.game.game import CHANCE, TERMINAL
from foedus.language.scenario import Scenario
from foedus.solve.equilibrium import Status

Floats = NDArray[np.float64]

SCHEMA = "foedus/course/1"


@dataclass(frozen=True)
class Choice:
    """One option or chance outcome: its probability, and to a mover its expected payoff from there on."""

    name: str
    probability: float
    expected: float | None


@dataclass(frozen=True)
class Stage:
    """One step of the line. `mover` is None for chance.

    sees: the values of the variables that the mover sees; beliefs: the probabilities, to the mover, of
    the values of those that it does not see and is not sure of; gave_up: how much more the best option
    would have brought it, in payoff points, given its beliefs. probability: of the play so far, this
    step included.
    """

    step: str
    rounds: tuple[int, ...]
    mover: str | None
    sees: dict[str, str]
    beliefs: dict[str, dict[str, float]]
    choices: tuple[Choice, ...]
    taken: str
    gave_up: float | None
    probability: float


@dataclass(frozen=True, eq=False)
class Course:
    """The main line of an arrangement: its stages, its probability, and what it ends in."""

    scenario: Scenario
    arrangement: str
    in_force: bool
    settings: Settings
    status: Status
    stages: tuple[Stage, ...]
    probability: float
    ends: dict[str, str]
    outcomes: tuple[str, ...]
    payoffs: dict[str, float]

    def to_json(self) -> dict[str, Any]:
        """The documented shape `foedus/course/1`."""
        return {
            "schema": SCHEMA,
            "scenario": self.scenario.name,
            "arrangement": self.arrangement,
            "in_force": self.in_force,
            "settings": dict(self.settings),
            "status": self.status.name.lower(),
            "probability": plain(self.probability),
            "stages": [_stage_shape(stage) for stage in self.stages],
            "ends": dict(self.ends),
            "outcomes": list(self.outcomes),
            "payoffs": {name: plain(payoff) for name, payoff in self.payoffs.items()},
        }


def main_line(
    scenario: Scenario,
    arrangement: str,
    *,
    in_force: bool = True,
    settings: Settings | None = None,
    games: Games | None = None,
    threads: int | None = None,
) -> Course:
    """The most probable play at base values; without stages if the game is not solved."""
    solution = solve_scenario(
        scenario, arrangement, in_force=in_force, settings=settings, games=games, threads=threads
    )
    status = Status(int(solution.equilibrium.status[0]))
    given = (scenario, arrangement, solution.ground.case.in_force, settings or {}, status)
    if status is not Status.SOLVED:
        return Course(*given, (), float("nan"), {}, (), {})
    edges = most_probable(solution)
    stages, payoffs, so_far = [], np.zeros(len(solution.game.actors)), 1.0
    for edge in edges:
        so_far *= float(solution.edge_probabilities(np.array([edge]))[0, 0])
        payoffs += solution.tabulation.payoffs[solution.game.payment[edge], :, 0]
        stages.append(_stage(solution, edge, so_far))
    end = int(solution.game.child[edges[-1]]) if edges else 0
    payoffs += solution.tabulation.payoffs[solution.game.payoff[end], :, 0]
    return Course(
        *given,
        tuple(stages),
        so_far,
        _state(solution, end),
        _outcomes(solution, end),
        dict(zip(solution.game.actors, payoffs.tolist(), strict=True)),
    )


def most_probable(solution: Solution) -> list[int]:
    """The edges of the most probable play in the first world; of equally probable ones the first."""
    game = solution.game
    chance = solution.edge_probabilities(np.arange(game.edges))[:, 0]
    best, taken = np.ones(game.nodes), np.full(game.nodes, -1)
    for node in range(game.nodes - 1, -1, -1):
        first, last = int(game.first_edge[node]), int(game.first_edge[node + 1])
        if first < last:
            products = chance[first:last] * best[game.child[first:last]]
            taken[node] = first + int(np.argmax(products))
            best[node] = products.max()
    edges, node = [], 0
    while game.information_set[node] != TERMINAL:
        edges.append(int(taken[node]))
        node = int(game.child[edges[-1]])
    return edges


def _stage(solution: Solution, edge: int, so_far: float) -> Stage:
    game, labels = solution.game, solution.game.labels
    node = int(np.searchsorted(game.first_edge, edge, side="right")) - 1
    edges = np.arange(int(game.first_edge[node]), int(game.first_edge[node + 1]))
    chances = solution.edge_probabilities(edges)[:, 0].tolist()
    names = [labels.edge_names[each] for each in labels.edge_name[edges]]
    position = labels.positions[labels.position[node]]
    place = int(edge - edges[0])
    common = (position.step, tuple(int(each) for each in position.rounds))
    if game.information_set[node] == CHANCE:
        choices = tuple(Choice(name, p, None) for name, p in zip(names, chances, strict=True))
        return Stage(*common, None, {}, {}, choices, names[place], None, so_far)
    number = int(game.information_set[node])
    beliefs, expected = _expectations(solution, number)
    choices = tuple(Choice(*each) for each in zip(names, chances, expected.tolist(), strict=True))
    state = _state(solution, node)
    sees = {labels.variables[k]: state[labels.variables[k]] for k in labels.sees[number]}
    return Stage(
        *common,
        game.actors[game.mover[number]],
        sees,
        _unseen(solution, number, beliefs),
        choices,
        names[place],
        float(expected.max() - expected[place]),
        so_far,
    )


def _expectations(solution: Solution, number: int) -> tuple[Floats, Floats]:
    """Beliefs over the nodes of an information set, and what its mover expects of each option."""
    game = solution.game
    nodes = np.arange(int(game.first_node[number]), int(game.last_node[number]))
    reach = solution.reach[nodes, 0]
    beliefs = reach / reach.sum()
    actor = int(game.mover[number])
    options = int(game.first_option[number + 1] - game.first_option[number])
    expected = np.zeros(options)
    for node, belief in zip(nodes, beliefs, strict=True):
        edges = np.arange(int(game.first_edge[node]), int(game.first_edge[node]) + options)
        gained = solution.tabulation.payoffs[game.payment[edges], actor, 0]
        expected += belief * (gained + solution.values[game.child[edges], actor, 0])
    return beliefs, expected


def _unseen(solution: Solution, number: int, beliefs: Floats) -> dict[str, dict[str, float]]:
    labels, game = solution.game.labels, solution.game
    states = labels.state[int(game.first_node[number]) : int(game.last_node[number])]
    found: dict[str, dict[str, float]] = {}
    for column, name in enumerate(labels.variables):
        if column not in labels.sees[number]:
            weights: dict[str, float] = {}
            for value, belief in zip(states[:, column], beliefs, strict=True):
                text = labels.domains[column][value]
                weights[text] = weights.get(text, 0.0) + float(belief)
            if len(weights) > 1:
                found[name] = weights
    return found


def _state(solution: Solution, node: int) -> dict[str, str]:
    labels = solution.game.labels
    values = labels.state[node].tolist()
    return {
        name: domain[value]
        for name, domain, value in zip(labels.variables, labels.domains, values, strict=True)
    }


def _outcomes(solution: Solution, node: int) -> tuple[str, ...]:
    ground = solution.ground
    frame = ground.nodes(np.array([node]))
    conditions = ground.scenario.outcomes.items()
    return tuple(name for name, condition in conditions if bool(frame.truth(condition)[0]))


def _stage_shape(stage: Stage) -> dict[str, Any]:
    return {
        "step": stage.step,
        "rounds": list(stage.rounds),
        "mover": stage.mover,
        "sees": dict(stage.sees),
        "beliefs": {name: dict(weights) for name, weights in stage.beliefs.items()},
        "options": [
            {"name": each.name, "probability": plain(each.probability), "expected": each.expected}
            for each in stage.choices
        ],
        "taken": stage.taken,
        "gave_up": stage.gave_up,
        "probability": plain(stage.probability),
    }
