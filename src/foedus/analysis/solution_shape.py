"""The JSON shape `foedus/equilibrium/1`, documented in docs/reference/cli.md: one equilibrium in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from foedus.analysis.solutions import Floats, Solution
from foedus.solve.equilibrium import Branch, Status
from foedus.solve.evaluate import reach
from foedus.solve.others import Further, Search

SCHEMA = "foedus/equilibrium/1"


def solution_shape(solution: Solution, search: Search | None = None) -> dict[str, Any]:
    """The solution of one world as its JSON shape, information sets in the order of play.

    `search`, if one was made, adds the equilibria that it found besides.
    """
    equilibrium, game, ground = solution.equilibrium, solution.game, solution.ground
    solved = bool(solution.solved[0])
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "scenario": ground.scenario.name,
        "arrangement": ground.case.arrangement,
        "in_force": ground.case.in_force,
        "status": Status(equilibrium.status[0]).name.lower(),
        "branch": Branch(equilibrium.branch[0]).name.lower() if solved else None,
        "residual": float(equilibrium.residual[0]) if solved else None,
        "regret": float(equilibrium.regret[0]) if solved else None,
        "sweeps": int(equilibrium.sweeps[0]),
        "nodes": game.nodes,
        "information_sets": game.information_sets,
        "values": dict(zip(game.actors, equilibrium.values[:, 0].tolist(), strict=True)) if solved else {},
        "behaviour": _choices(solution, solution.behaviour, solution.reach) if solved else [],
    }
    if search is not None:
        found["others"] = search_shape(search, [_other(solution, each) for each in search.others])
    return found


def search_shape(search: Search, equilibria: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a search for further equilibria came to."""
    told = [
        {
            "starts": each.starts,
            "on_branch": each.on_branch,
            "isolated": each.isolated,
            "outcome": each.outcome,
            "apart": each.apart,
            "residual": each.residual,
            "regret": each.regret,
            **shape,
        }
        for each, shape in zip(search.others, equilibria, strict=True)
    ]
    return {
        "starts": search.starts,
        "seed": search.seed,
        "to_this": search.to_answer,
        "to_none": search.nowhere,
        "this_isolated": search.isolated,
        "equilibria": told,
    }


def _other(solution: Solution, further: Further) -> dict[str, Any]:
    game, behaviour = solution.game, further.behaviour[:, None]
    reached = reach(game, solution.tabulation, behaviour)
    return {
        "values": dict(zip(game.actors, further.values.tolist(), strict=True)),
        "behaviour": _choices(solution, behaviour, reached),
    }


def _choices(solution: Solution, behaviour: Floats, reached: Floats) -> list[dict[str, Any]]:
    sets = range(solution.game.information_sets)
    return [_choice(solution, behaviour, reached, number) for number in sets]


def _choice(solution: Solution, behaviour: Floats, reached: Floats, number: int) -> dict[str, Any]:
    game, labels = solution.game, solution.game.labels
    first, last = int(game.first_node[number]), int(game.last_node[number])
    position = labels.positions[labels.position[first]]
    edges = range(game.first_edge[first], game.first_edge[first + 1])
    options = range(game.first_option[number], game.first_option[number + 1])
    return {
        "move": position.step,
        "rounds": [int(each) for each in position.rounds],
        "actor": game.actors[game.mover[number]],
        "sees": {
            labels.variables[column]: labels.domains[column][labels.state[first, column]]
            for column in labels.sees[number]
        },
        "nodes": last - first,
        "reach": float(reached[first:last, 0].sum()),
        "options": {
            labels.edge_names[labels.edge_name[edge]]: float(behaviour[option, 0])
            for edge, option in zip(edges, options, strict=True)
        },
    }
