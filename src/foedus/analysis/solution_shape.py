"""The JSON shape `foedus/solution/1`, documented in docs/reference/cli.md: one equilibrium in full."""

from __future__ import annotations

from typing import Any

from foedus.analysis.solutions import Solution
from foedus.solve.equilibrium import Branch, Status

SCHEMA = "foedus/solution/1"


def solution_shape(solution: Solution) -> dict[str, Any]:
    """The solution of one world as its JSON shape, information sets in the order of play."""
    equilibrium, game, ground = solution.equilibrium, solution.game, solution.ground
    solved = bool(solution.solved[0])
    return {
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
        "behaviour": [_choice(solution, each) for each in range(game.information_sets)] if solved else [],
    }


def _choice(solution: Solution, number: int) -> dict[str, Any]:
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
        "reach": float(solution.reach[first:last, 0].sum()),
        "options": {
            labels.edge_names[labels.edge_name[edge]]: float(solution.behaviour[option, 0])
            for edge, option in zip(edges, options, strict=True)
        },
    }
