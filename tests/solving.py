"""What the tests of cases, properties and equivalence share: a scenario's numbers in some worlds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from foedus import library
from foedus.game.compile import Variation, compile_game
from foedus.game.game import TERMINAL, Game
from foedus.game.table import Tabulation
from foedus.language import expression as ex
from foedus.language.reader import read_scenario
from foedus.language.scenario import Scenario
from foedus.solve.equilibrium import Equilibrium
from foedus.solve.evaluate import node_values, reach
from foedus.solve.solver import solve
from foedus.study.worlds import base_world
from foedus.testing import Document

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Solved:
    """A game, its numbers in some worlds and its equilibrium there."""

    game: Game
    tabulation: Tabulation
    equilibrium: Equilibrium

    @property
    def nodes_reached(self) -> Floats:
        """(node, world)"""
        return reach(self.game, self.tabulation, self.equilibrium.behaviour)

    def value(self, actor: str) -> Floats:
        """(world)"""
        return self.equilibrium.values[self.game.actors.index(actor)]


def tabulated(game: Game, scenario: Scenario, overrides: Mapping[str, ArrayLike]) -> Tabulation:
    """The game's numbers at base values but for `overrides`, whose arrays set the number of worlds."""
    given = {name: np.atleast_1d(np.asarray(value, dtype=np.float64)) for name, value in overrides.items()}
    count = max((len(value) for value in given.values()), default=1)
    worlds = {
        name: np.repeat(value, count) for name, value in base_world(scenario).items() if name not in given
    }
    worlds |= {name: np.broadcast_to(value, count).copy() for name, value in given.items()}
    return game.table.tabulate(worlds)


def solved(
    scenario: Scenario,
    arrangement: str,
    *,
    in_force: bool = False,
    trace: bool = False,
    **overrides: ArrayLike,
) -> Solved:
    """The arrangement solved in the worlds of `overrides`; every world must come out solved."""
    game = compile_game(scenario, arrangement, Variation(in_force=in_force))
    tabulation = tabulated(game, scenario, overrides)
    equilibrium = solve(game, tabulation, trace=trace)
    assert equilibrium.solved.all(), equilibrium.status
    return Solved(game, tabulation, equilibrium)


def scenario_at(place: Path | str) -> Scenario:
    """The scenario in a file, or one that ships."""
    return read_scenario(place if isinstance(place, Path) else library.find(place))


def with_behaviour(result: Solved, behaviour: Floats) -> Solved:
    """The same game with another behaviour (option, world), and the values that follow from it."""
    values = node_values(result.game, result.tabulation, behaviour)[0]
    equilibrium = replace(result.equilibrium, behaviour=behaviour, values=values)
    return Solved(result.game, result.tabulation, equilibrium)


def regret_of(result: Solved) -> float:
    """The most that an agent that is reached could gain by its best option, in the first world."""
    game, worst = result.game, 0.0
    values = node_values(game, result.tabulation, result.equilibrium.behaviour)
    masses = result.nodes_reached
    for number, mover in enumerate(game.mover):
        nodes = np.arange(game.first_node[number], game.last_node[number])
        options = np.arange(game.first_option[number], game.first_option[number + 1])
        edges = game.first_edge[nodes][:, None] + np.arange(len(options))
        payments = result.tabulation.payoffs[game.payment[edges], mover, 0]
        quality = payments + values[game.child[edges], mover, 0]
        mass = masses[nodes, 0]
        if mass.sum() > 0:
            expected = mass @ quality / mass.sum()
            gain = expected.max() - result.equilibrium.behaviour[options, 0] @ expected
            worst = max(worst, float(gain))
    return worst


def outcomes_of(scenario: Scenario, result: Solved) -> dict[str, Floats]:
    """The probability (world) of each outcome, from its condition on the states where play ends."""
    ends = np.flatnonzero(result.game.information_set == TERMINAL)
    masses = result.nodes_reached[ends]
    states = [state_at(result.game, int(node)) for node in ends]
    return {
        name: masses[[bool(holds(condition, state)) for state in states]].sum(axis=0)
        for name, condition in scenario.outcomes.items()
    }


def state_at(game: Game, node: int) -> dict[str, str]:
    names, domains, row = game.labels.variables, game.labels.domains, game.labels.state[node]
    return {name: domain[index] for name, domain, index in zip(names, domains, row, strict=True)}


def holds(condition: ex.Expression, state: Mapping[str, str]) -> bool:
    """A condition made of comparisons of variables with their values; nothing else occurs in these tests."""
    match condition:
        case ex.Compare(operator="==", left=ex.Variable(name), right=ex.Value(value)):
            return state[name] == value
        case ex.Compare(operator="==", left=ex.Variable(name), right=ex.Number(number)):
            return float(state[name]) == number
        case ex.Logical(operator="and", operands=operands):
            return all(holds(operand, state) for operand in operands)
        case ex.Member(operand=ex.Variable(name), members=members):
            return any(isinstance(member, ex.Value) and state[name] == member.value for member in members)
    raise AssertionError(condition)


def columns(game: Game) -> dict[str, int]:
    return {name: column for column, name in enumerate(game.labels.variables)}


def information_set(
    game: Game, move: str, rounds: tuple[int, ...] = (), sees: Mapping[str, str] | None = None
) -> int:
    """The information set of a move in a round at which its mover sees these values."""
    found = []
    for number, first in enumerate(game.first_node):
        position = game.labels.positions[game.labels.position[first]]
        if position.step == move and position.rounds == rounds and shows(game, int(first), sees or {}):
            found.append(number)
    assert len(found) == 1, (move, rounds, sees, found)
    return found[0]


def sets_of(game: Game, move: str) -> list[int]:
    """All information sets of a move."""
    positions = game.labels.positions
    return [
        number
        for number, first in enumerate(game.first_node)
        if positions[game.labels.position[first]].step == move
    ]


def shows(game: Game, node: int, values: Mapping[str, str]) -> bool:
    column = columns(game)
    state = game.labels.state[node]
    domains = game.labels.domains
    return all(domains[column[name]][state[column[name]]] == value for name, value in values.items())


def option_names(game: Game, number: int) -> list[str]:
    """The options of an information set, in order."""
    node = game.first_node[number]
    edges = range(game.first_edge[node], game.first_edge[node + 1])
    return [game.labels.edge_names[game.labels.edge_name[edge]] for edge in edges]


def behaviour_at(result: Solved, number: int) -> dict[str, Floats]:
    """Each option's probability (world) at an information set."""
    first = result.game.first_option[number]
    names = option_names(result.game, number)
    return {name: result.equilibrium.behaviour[first + place] for place, name in enumerate(names)}


def reach_of(result: Solved, number: int) -> Floats:
    """The probability (world) that an information set is reached."""
    return result.nodes_reached[result.game.first_node[number] : result.game.last_node[number]].sum(axis=0)


def options_of(document: Document, move: Document) -> list[str]:
    """The options of a drawn move; `choose` has a variable's values, perhaps written as a range."""
    if "options" in move:
        return list(move["options"])
    values = document["variables"][move["choose"]]["values"]
    return [str(value) for value in range(int(values[3:]) + 1)] if isinstance(values, str) else list(values)


def steps_of(steps: list[Document]) -> list[Document]:
    """All steps of a play, those inside blocks, loops and `together` included."""
    found = []
    for step in steps:
        found.append(step)
        found += steps_of(step.get("steps", [])) + steps_of(step.get("together", []))
    return found
