"""A whole small game as text, one node after another: for snapshots, and for reading by eye.

0 nature: chance
    resolved  p = p_resolved -> 1
    hesitant  p = 1 - p_resolved -> 2
1 threaten[1]: challenger, information set 0
    hold -> 3
    attack  pays challenger -5 -> 5
"""

from __future__ import annotations

from collections.abc import Iterator

from foedus.game.game import Game
from foedus.game.printing import Printer
from foedus.game.show import describe_node, edges_of, state_values


def dump(game: Game) -> str:
    """Every node with its state and edges, equal for equal games."""
    printer = Printer(game.table)
    lines = [game.title]
    for actor, register in zip(game.actors, game.table.rationality.tolist(), strict=True):
        lines.append(f"rationality of {actor} = {printer.text(register, 0)}")
    for node in range(game.nodes):
        lines += _node(game, printer, node)
    return "\n".join(lines) + "\n"


def _node(game: Game, printer: Printer, node: int) -> Iterator[str]:
    told = describe_node(game, node)
    rounds = f"[{', '.join(map(str, told['rounds']))}]" if told["rounds"] else ""
    who = {"chance": "chance", "end": "end"}.get(told["kind"]) or (
        f"{told['mover']}, information set {told['information_set']}"
    )
    due = f", due: {', '.join(told['due'])}" if told.get("due") else ""
    yield f"{node} {told['step']}{rounds}: {who}{due}"
    yield f"    {_pairs(told['values'])}"
    if told["kind"] == "end":
        yield f"    gets {_payoff(game, printer, int(game.payoff[node])) or 'nothing'}"
    first = int(game.first_edge[node])
    for edge in range(first, edges_of(game, node).stop):
        yield f"    {_edge(game, printer, edge, edge - first, int(game.information_set[node]))}"


def _pairs(values: dict[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in values.items())


def _payoff(game: Game, printer: Printer, row: int) -> str:
    amounts = zip(game.actors, game.table.payoff[row].tolist(), strict=True)
    zero = game.table.payoff[0, 0]
    return ", ".join(f"{actor} {printer.text(each, 0)}" for actor, each in amounts if each != zero)


def _edge(game: Game, printer: Printer, edge: int, k: int, information_set: int) -> str:
    labels, table = game.labels, game.table
    parts = [labels.edge_names[labels.edge_name[edge]]]
    if game.probability[edge] >= 0:
        parts.append(f"p = {printer.text(int(table.probability[game.probability[edge]]), 0)}")
    elif game.weight[game.first_option[information_set] + k]:
        row = game.weight[game.first_option[information_set] + k]
        parts.append(f"weight {printer.text(int(table.weight[row]), 0)}")
    if game.payment[edge]:
        parts.append(f"pays {_payoff(game, printer, int(game.payment[edge]))}")
    parts += [f"breaks {name}" for name, breach in labels.breach.items() if breach[edge]]
    parts += [f"fires {name}" for name, fired in labels.fired.items() if fired[edge]]
    parts += ["a slip"] * bool(game.slip[edge])
    for row in range(labels.first_transit[edge], labels.first_transit[edge + 1]):
        parts.append(f"by way of ({_pairs(state_values(game, labels.transit[row]))})")
    return f"{'  '.join(parts)} -> {game.child[edge]}"
