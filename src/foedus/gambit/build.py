"""From the tree of a file to a game like any other, with the numbers of the file kept beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.gambit.order import order_of_play
from foedus.gambit.tree import END, Place, Tree
from foedus.game.arithmetic import Op
from foedus.game.game import CHANCE, TERMINAL, Game, Ints, Labels, Position
from foedus.game.table import Table, Tabulation

Floats = NDArray[np.float64]
Whole = NDArray[np.intp]

RATIONALITY = "rationality"
LAST = "end"


@dataclass(frozen=True, eq=False)
class GameFile:
    """The game of a file. `places` (information set) are its information sets as in the file."""

    game: Game
    places: tuple[Place, ...]

    def tabulate(self, rationality: Sequence[float]) -> Tabulation:
        """One world for each rationality, which is every actor's.

        All else is constant, so it is copied: to evaluate each number in each world would cost more memory.
        """
        table, worlds = self.game.table, len(rationality)
        return Tabulation(
            np.repeat(table.number[table.probability][:, None], worlds, axis=1),
            np.repeat(table.number[table.payoff][:, :, None], worlds, axis=2),
            np.repeat(table.number[table.weight][:, None], worlds, axis=1),
            np.tile(np.asarray(rationality, np.float64), (len(self.game.actors), 1)),
            np.ones(worlds, np.bool_),
        )


def build_game(tree: Tree) -> GameFile:
    """The game of a tree. Raises NoOrder for one whose information sets have no order of play."""
    order = np.array(order_of_play(tree))
    rank = np.empty(tree.nodes, np.intp)
    rank[order] = np.arange(tree.nodes)
    place, outcome = np.array(tree.place)[order], np.array(tree.outcome)[order]
    child, parent = _edges(rank, np.array(tree.parent))
    degree = np.bincount(parent, minlength=tree.nodes)
    within = np.arange(len(child)) - (np.cumsum(degree) - degree)[parent]
    sets, information_set, first, last = _information_sets(tree, place)
    payoffs, payment = _payments(tree, outcome, place, child, parent)
    chances, probability = _probabilities(tree, place[parent], within)
    table, rows = _table(payoffs, chances, len(tree.actors))
    game = Game(
        title=tree.title,
        actors=tree.actors,
        first_edge=_ints([0, *np.cumsum(degree)]),
        information_set=_ints(information_set),
        payoff=_ints(np.where(place == END, outcome, 0)),
        child=_ints(child),
        probability=_ints(np.where(probability >= 0, rows[probability], -1)),
        payment=_ints(payment),
        slip=np.zeros(len(child), np.bool_),
        first_node=_ints(first),
        last_node=_ints(last),
        first_option=_ints([0, *np.cumsum([len(each.options) for each in sets])]),
        mover=_ints([each.actor for each in sets]),
        weight=_ints(np.zeros(sum(len(each.options) for each in sets))),
        table=table,
        labels=_labels(tree, place, place[parent], within, len(sets)),
    )
    return GameFile(game, tuple(sets))


def _ints(numbers: object) -> Ints:
    return np.array(numbers, dtype=np.int32)


def _edges(rank: Whole, parent: Whole) -> tuple[Whole, Whole]:
    """Child and parent (edge), by parent and then as in the file; all by their new numbers."""
    below = np.arange(1, len(rank))
    above = rank[parent[1:]]
    by_parent = np.lexsort((below, above))
    return rank[below[by_parent]], above[by_parent]


def _information_sets(tree: Tree, place: Whole) -> tuple[list[Place], Whole, Whole, Whole]:
    """Those that are met, in order of play; (node) the number or CHANCE or TERMINAL; first and last node."""
    chance = np.array([each.chance for each in tree.places] + [False])
    decision = (place != END) & ~chance[place]
    met, first, count = np.unique(place[decision], return_index=True, return_counts=True)
    start = np.flatnonzero(decision)[first]
    by_start = np.argsort(start)
    number = np.full(len(tree.places) + 1, -1)
    number[met[by_start]] = np.arange(len(met))
    kind = np.where(place == END, TERMINAL, CHANCE)
    sets = [tree.places[each] for each in met[by_start].tolist()]
    first_node = start[by_start]
    return sets, np.where(decision, number[place], kind), first_node, first_node + count[by_start]


def _payments(tree: Tree, outcome: Whole, place: Whole, child: Whole, parent: Whole) -> tuple[Floats, Whole]:
    """Payoffs (row, actor), one row for each outcome and more, and the row paid on each edge.

    What an inner node pays is paid on the edge into it. No edge leads into the root, so what the root pays is
    paid on each edge out of it: exactly one is taken.
    """
    payoffs = np.array([each.payoffs for each in tree.outcomes], np.float64)
    payment = np.where(place[child] == END, 0, outcome[child])
    if not outcome[0] or not len(child):
        return payoffs, payment
    first = parent == 0
    below, row = np.unique(payment[first], return_inverse=True)
    payment[first] = len(payoffs) + row
    return np.concatenate([payoffs, payoffs[below] + payoffs[outcome[0]]]), payment


def _probabilities(tree: Tree, place: Whole, within: Whole) -> tuple[Floats, Whole]:
    """The probabilities of all chance moves of the file, and for each edge where its own stands, or -1."""
    first = np.cumsum([0, *(len(each.probabilities) for each in tree.places)])
    values = [value for each in tree.places for value in each.probabilities]
    chance = np.array([each.chance for each in tree.places] + [False])
    return np.array(values, np.float64), np.where(chance[place], first[place] + within, -1)


def _table(payoffs: Floats, chances: Floats, actors: int) -> tuple[Table, Whole]:
    """Constants, each once, and the rationality; and the row of each probability, or none at the end.

    Nothing has to sum to 1 in each world anew: the reader has seen to that.
    """
    numbers = np.unique(np.concatenate([[0.0, 1.0], payoffs.ravel(), chances]))
    distinct, rows = np.unique(chances, return_inverse=True)
    count = len(numbers)
    table = Table(
        operation=_ints([Op.NUMBER] * count + [Op.PARAMETER]),
        arguments=np.full((count + 1, 3), -1, np.int32),
        number=np.append(numbers, 0.0),
        starts=_ints([0, count, count + 1]),
        parameters={RATIONALITY: count},
        base={RATIONALITY: 1.0},
        probability=_ints(np.searchsorted(numbers, distinct)),
        payoff=_ints(np.searchsorted(numbers, payoffs)),
        weight=_ints(np.searchsorted(numbers, [1.0])),
        rationality=_ints([count] * actors),
        simplices=np.zeros((0, 1), np.int32),
        origins={purpose: {} for purpose in ("probability", "payoff", "weight", RATIONALITY)},
        simplex_origins=(),
        places={},
    )
    return table, np.append(rows, -1)


def _labels(tree: Tree, place: Whole, of_edge: Whole, within: Whole, sets: int) -> Labels:
    """Names from the file. It has no variables: what a mover knows is its information set, a step each."""
    names = {name: k for k, name in enumerate(dict.fromkeys(o for p in tree.places for o in p.options))}
    first = np.cumsum([0, *(len(each.options) for each in tree.places)])
    option = np.array([names[each] for p in tree.places for each in p.options], np.int32)
    edges, nodes = len(of_edge), len(place)
    return Labels(
        variables=(),
        domains=(),
        positions=(*(Position(each, ()) for each in _steps(tree)), Position(LAST, ())),
        position=_ints(np.where(place == END, len(tree.places), place)),
        state=np.zeros((nodes, 0), np.int16),
        edge_names=tuple(names),
        edge_name=option[first[of_edge] + within],
        first_transit=np.zeros(edges + 1, np.int32),
        transit=np.zeros((0, 0), np.int16),
        sees=((),) * sets,
    )


def _steps(tree: Tree) -> list[str]:
    """A name for each place: its label, with its owner and number unless that alone tells it apart."""
    uses = Counter(each.label for each in tree.places) + Counter([LAST, LAST, "", ""])
    owners = ["chance" if each.chance else tree.actors[each.actor] for each in tree.places]
    return [
        each.label if uses[each.label] == 1 else f"{owner} {each.number} {each.label}".rstrip()
        for owner, each in zip(owners, tree.places, strict=True)
    ]
