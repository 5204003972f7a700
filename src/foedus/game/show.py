"""A game for people: its size step by step, a map of its play, and any node in words.

text = summary(game)          what `foedus show` prints, when it prints plain text
print(mermaid(game))          a map of the play: steps, not nodes
json.dumps(to_json(game))     the same as data
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from foedus.game.game import CHANCE, TERMINAL, Game

LONGEST_LABEL = 60


@dataclass(frozen=True)
class StepSize:
    """One step of the play over all its rounds: `rounds` is how many of them the play can reach.

    kind is move, chance or end; movers and options by name; `sees` are the variables that its movers see,
    and `hidden` the others that differ between states there.
    """

    step: str
    kind: str
    rounds: int
    nodes: int
    information_sets: int
    edges: int
    movers: tuple[str, ...]
    options: tuple[str, ...]
    sees: tuple[str, ...]
    hidden: tuple[str, ...]


def steps(game: Game) -> list[StepSize]:
    """The steps in the order in which play first reaches them."""
    names = [position.step for position in game.labels.positions]
    step_of = np.array([names.index(name) for name in names], np.int32)[game.labels.position]
    first = {int(step): int(node) for step, node in zip(*np.unique(step_of, return_index=True), strict=True)}
    return [_size(game, names[step], step_of == step) for step in sorted(first, key=first.__getitem__)]


def _size(game: Game, step: str, here: np.typing.NDArray[np.bool_]) -> StepSize:
    nodes = np.flatnonzero(here)
    sets = np.unique(game.information_set[nodes])
    sets = sets[sets >= 0]
    starts, ends = game.first_edge[nodes], game.first_edge[nodes + 1]
    edges = np.concatenate([np.zeros(0, np.int64), *map(np.arange, starts, ends)]).astype(np.int64)
    labels = game.labels
    seen = {column for each in sets.tolist() for column in labels.sees[each]}
    varies = np.flatnonzero((labels.state[nodes] != labels.state[nodes[0]]).any(axis=0)).tolist()
    return StepSize(
        step=step,
        kind=_kind(game, int(nodes[0])),
        rounds=len(np.unique(labels.position[nodes])),
        nodes=len(nodes),
        information_sets=len(sets),
        edges=len(edges),
        movers=tuple(game.actors[mover] for mover in np.unique(game.mover[sets]).tolist()),
        options=tuple(labels.edge_names[name] for name in _in_order(labels.edge_name[edges])),
        sees=tuple(labels.variables[column] for column in sorted(seen)),
        hidden=tuple(labels.variables[column] for column in varies if len(sets) and column not in seen),
    )


def _in_order(names: np.typing.NDArray[np.int32]) -> list[int]:
    return list(dict.fromkeys(names.tolist()))


def _kind(game: Game, node: int) -> str:
    return {CHANCE: "chance", TERMINAL: "end"}.get(int(game.information_set[node]), "move")


def describe_node(game: Game, node: int) -> dict[str, Any]:
    """Where a node stands: step, rounds (from 1), the value of every variable by name, who moves there.

    Raises IndexError for a node that the game does not have.
    """
    if not 0 <= node < game.nodes:
        raise IndexError(f"no node {node}; the game has {game.nodes}")
    labels = game.labels
    position = labels.positions[labels.position[node]]
    told: dict[str, Any] = {
        "node": node,
        "step": position.step,
        "rounds": list(position.rounds),
        "kind": _kind(game, node),
        "values": state_values(game, labels.state[node]),
        "options": [labels.edge_names[name] for name in labels.edge_name[edges_of(game, node)].tolist()],
    }
    number = int(game.information_set[node])
    if number >= 0:
        told["information_set"] = number
        told["mover"] = game.actors[game.mover[number]]
        told["sees"] = [labels.variables[column] for column in labels.sees[number]]
        told["due"] = [name for name, due in labels.due.items() if due[node]]
    return told


def state_values(game: Game, row: np.typing.NDArray[np.int16]) -> dict[str, str]:
    """The values, as text, of a row of `labels.state` or `labels.transit`."""
    labels = game.labels
    return {
        name: domain[k]
        for name, domain, k in zip(labels.variables, labels.domains, row.tolist(), strict=True)
    }


def edges_of(game: Game, node: int) -> slice:
    return slice(int(game.first_edge[node]), int(game.first_edge[node + 1]))


# --- printed ----------------------------------------------------------------------------------------------


def summary(game: Game) -> str:
    """Sizes, and the steps with who moves and what is seen, as plain text."""
    lines = [game.title, _sizes(game), ""]
    rows = [("step", "kind", "rounds", "nodes", "sets", "by", "does not see")]
    rows += [
        (
            each.step,
            each.kind,
            str(each.rounds),
            str(each.nodes),
            str(each.information_sets or ""),
            ", ".join(each.movers),
            ", ".join(each.hidden),
        )
        for each in steps(game)
    ]
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines += [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join(lines) + "\n"


def _sizes(game: Game) -> str:
    hides = "nothing hidden" if game.hides_nothing else "hidden information"
    numbers = f"{len(game.table.probability)} probabilities, {len(game.table.payoff)} payoffs"
    return (
        f"{game.nodes} nodes, {game.edges} edges, {game.information_sets} information sets ({hides}); "
        f"{numbers}, {game.table.registers} registers"
    )


def to_json(game: Game) -> dict[str, Any]:
    """Sizes and steps as data for `foedus show --json`."""
    return {
        "schema": "foedus/game/1",
        "title": game.title,
        "actors": list(game.actors),
        "nodes": game.nodes,
        "edges": game.edges,
        "information_sets": game.information_sets,
        "options": game.options,
        "hides_nothing": game.hides_nothing,
        "registers": game.table.registers,
        "probabilities": len(game.table.probability),
        "payoffs": len(game.table.payoff),
        "variables": {
            name: list(domain)
            for name, domain in zip(game.labels.variables, game.labels.domains, strict=True)
        },
        "steps": [
            {name: list(value) if isinstance(value, tuple) else value for name, value in vars(each).items()}
            for each in steps(game)
        ],
        "map": mermaid(game),
    }


# --- a map ------------------------------------------------------------------------------------------------


def mermaid(game: Game) -> str:
    """A flowchart of the steps: arrows say by which options or outcomes play goes from one to another."""
    sizes = steps(game)
    number = {each.step: k for k, each in enumerate(sizes)}
    lines = ["flowchart TD"]
    lines += [f"    s{k}{_box(each)}" for k, each in enumerate(sizes)]
    for (source, target), names in _arrows(game).items():
        lines.append(f"    s{number[source]} -->|{_label(names)}| s{number[target]}")
    return "\n".join(lines) + "\n"


def _box(step: StepSize) -> str:
    name = _safe(step.step)
    if step.kind == "end":
        return f'(["{name}"])'
    if step.kind == "chance":
        return f'(("{name}"))'
    return f'["{name}<br/>{_safe(", ".join(step.movers))}"]'


def _arrows(game: Game) -> dict[tuple[str, str], list[str]]:
    """Option names by the steps that they join, in order of play."""
    labels = game.labels
    parent = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    steps_of = [position.step for position in labels.positions]
    rows = np.stack([labels.position[parent], labels.position[game.child], labels.edge_name], axis=1)
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, target, name in np.unique(rows, axis=0).tolist():
        names = arrows.setdefault((steps_of[source], steps_of[target]), [])
        if labels.edge_names[name] not in names:
            names.append(labels.edge_names[name])
    return arrows


def _label(names: list[str]) -> str:
    text = ", ".join(names)
    return f'"{_safe(text if len(text) <= LONGEST_LABEL else text[:LONGEST_LABEL] + " …")}"'


def _safe(text: str) -> str:
    """Text that ends no Mermaid label early."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
