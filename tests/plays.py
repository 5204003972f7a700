"""Small scenarios for the compiler's tests: a common head, and what a test adds."""

from __future__ import annotations

from textwrap import dedent

from foedus.game.compile import Variation, compile_game
from foedus.game.game import Game
from foedus.game.show import describe_node
from foedus.language.reader import read_text
from foedus.language.scenario import Scenario

HEAD = """\
foedus: 1
title: A test
actors:
  us: {name: Us}
  them: {name: Them}
rationality: 1
"""
TAIL = """\
outcomes:
  always: 1 == 1
"""
NONE = "arrangements:\n  none: {about: nothing}\n"


def scenario(text: str, name: str = "test") -> Scenario:
    """A scenario from its play and whatever else matters; two actors, and one arrangement unless it says."""
    text = dedent(text)
    arrangements = "" if "\narrangements:" in text else NONE
    return read_text(HEAD + text + TAIL + arrangements, f"{name}.yaml", name)


def game_of(text: str, arrangement: str = "none", variation: Variation | None = None) -> Game:
    return compile_game(scenario(text), arrangement, variation)


def nodes_at(game: Game, step: str) -> list[int]:
    """The nodes of a step, in order."""
    labels = game.labels
    return [n for n in range(game.nodes) if labels.positions[labels.position[n]].step == step]


def sets_at(game: Game, step: str) -> list[int]:
    """How many nodes each information set of a step has."""
    sets = sorted({int(game.information_set[node]) for node in nodes_at(game, step)})
    return [int(game.last_node[each] - game.first_node[each]) for each in sets]


def values_at(game: Game, step: str, variable: str) -> list[str]:
    return [describe_node(game, node)["values"][variable] for node in nodes_at(game, step)]


def options_at(game: Game, node: int) -> list[str]:
    options: list[str] = describe_node(game, node)["options"]
    return options


def payment(game: Game, node: int, option: str, actor: str) -> float:
    """What an option or outcome pays at base values."""
    edge = int(game.first_edge[node]) + options_at(game, node).index(option)
    row = game.payment[edge]
    return float(game.table.tabulate({}).payoffs[row, game.actors.index(actor), 0])


def child(game: Game, node: int, option: str) -> int:
    return int(game.child[int(game.first_edge[node]) + options_at(game, node).index(option)])
