"""Games built by hand: from nested trees as in the reference cases, and at random."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import CHANCE, TERMINAL, Game, Labels
from foedus.game.table import Table, Tabulation

Tree = dict[str, Any]


@dataclass(eq=False)
class Case:
    """A game with the numbers of one world, and the names that a test asks by."""

    game: Game
    probabilities: list[float]
    payoffs: list[list[float]]
    weights: list[float]
    sets: list[str]
    options: list[list[str]]
    ends: dict[int, str] = field(default_factory=dict)

    def tabulate(self, *rationality: float) -> Tabulation:
        """One world for each rationality, the same for all actors."""
        actors, worlds = len(self.game.actors), len(rationality)
        return tabulation(
            self.probabilities, self.payoffs, self.weights, np.tile(rationality, (actors, 1)), worlds
        )

    def profile(self, behaviour: NDArray[np.float64]) -> dict[str, dict[str, float]]:
        """Behaviour (option) by information set and option."""
        shares = iter(behaviour.tolist())
        return {h: {o: next(shares) for o in names} for h, names in zip(self.sets, self.options, strict=True)}

    def outcomes(self, reached: NDArray[np.float64]) -> dict[str, float]:
        """Probability of the ends (node), summed over those of one name."""
        totals: dict[str, float] = {}
        for node, name in self.ends.items():
            totals[name] = totals.get(name, 0.0) + float(reached[node])
        return totals


def tabulation(
    probabilities: list[float],
    payoffs: list[list[float]],
    weights: list[float],
    rationality: NDArray[np.float64],
    worlds: int,
) -> Tabulation:
    """The same numbers in every world, but for the rationality (actor, world)."""
    return Tabulation(
        probabilities=np.repeat(np.array(probabilities, float)[:, None], worlds, axis=1),
        payoffs=np.repeat(np.array(payoffs, float)[:, :, None], worlds, axis=2),
        weights=np.repeat(np.array(weights, float)[:, None], worlds, axis=1),
        rationality=np.array(rationality, float),
        valid=np.ones(worlds, np.bool_),
    )


def from_tree(tree: Tree, players: list[str], title: str = "case") -> Case:
    """A game from a tree of `chance`, `decision` and `terminal` dicts."""
    nodes = _unfold(tree)
    order = _order(nodes)
    number = {old: new for new, old in enumerate(order)}
    ranked = [nodes[old] for old in order]
    sets = list(dict.fromkeys(n.owner for n in ranked if n.owner is not None))
    members = [[i for i, n in enumerate(ranked) if n.owner == name] for name in sets]
    options = [[a["label"] for a in ranked[m[0]].tree["actions"]] for m in members]
    probabilities: list[float] = []
    payoffs: list[list[float]] = [[0.0] * len(players)]
    weights = [1.0]
    child, chance, payment, payoff, weight, degree = [], [], [], [], [], []
    for node in ranked:
        payoff.append(0)
        if node.tree["type"] == "terminal":
            payoff[-1] = len(payoffs)
            payoffs.append([float(x) for x in node.tree["payoffs"]])
        degree.append(len(node.children))
        for branch, below in zip(_branches(node.tree), node.children, strict=True):
            child.append(number[below])
            chance.append(-1)
            payment.append(0)
            if "prob" in branch:
                chance[-1] = len(probabilities)
                probabilities.append(float(branch["prob"]))
            if "pays" in branch:
                payment[-1] = len(payoffs)
                payoffs.append([float(x) for x in branch["pays"]])
    for m in members:
        for action in ranked[m[0]].tree["actions"]:
            weight.append(0)
            if "weight" in action:
                weight[-1] = len(weights)
                weights.append(float(action["weight"]))
    owners = [
        CHANCE if n.tree["type"] == "chance" else TERMINAL if n.owner is None else sets.index(n.owner)
        for n in ranked
    ]
    movers = [players.index(ranked[m[0]].tree["player"]) for m in members]
    game = make_game(
        title,
        tuple(players),
        degree,
        owners,
        payoff,
        child,
        chance,
        payment,
        [(m[0], m[-1] + 1) for m in members],
        [len(o) for o in options],
        movers,
        weight,
    )
    ends = {i: n.tree["label"] for i, n in enumerate(ranked) if n.tree["type"] == "terminal"}
    return Case(game, probabilities or [1.0], payoffs, weights, sets, options, ends)


def make_game(
    title: str,
    actors: tuple[str, ...],
    degree: list[int],
    owners: list[int],
    payoff: list[int],
    child: list[int],
    chance: list[int],
    payment: list[int],
    spans: list[tuple[int, int]],
    widths: list[int],
    movers: list[int],
    weight: list[int],
) -> Game:
    """A game without a table or labels: the solver reads neither."""

    def ints(numbers: Any) -> NDArray[np.int32]:
        return np.array(numbers, dtype=np.int32)

    return Game(
        title=title,
        actors=actors,
        first_edge=ints([0, *np.cumsum(degree)]),
        information_set=ints(owners),
        payoff=ints(payoff),
        child=ints(child),
        probability=ints(chance),
        payment=ints(payment),
        slip=np.zeros(len(child), np.bool_),
        first_node=ints([first for first, _ in spans]),
        last_node=ints([last for _, last in spans]),
        first_option=ints([0, *np.cumsum(widths)]),
        mover=ints(movers),
        weight=ints(weight),
        table=cast(Table, None),
        labels=cast(Labels, None),
    )


@dataclass(eq=False)
class _Node:
    tree: Tree
    owner: str | None
    children: list[int] = field(default_factory=list)


def _branches(tree: Tree) -> list[Tree]:
    return cast(list[Tree], tree.get("actions") or tree.get("outcomes") or [])


def _unfold(tree: Tree) -> list[_Node]:
    nodes: list[_Node] = []

    def visit(here: Tree) -> int:
        number = len(nodes)
        nodes.append(_Node(here, here["infoset"] if here["type"] == "decision" else None))
        nodes[number].children = [visit(branch["node"]) for branch in _branches(here)]
        return number

    visit(tree)
    return nodes


def _order(nodes: list[_Node]) -> list[int]:
    """Parents first, and an information set whole: a depth-first order of the graph of its groups."""
    group = [n.owner if n.owner is not None else i for i, n in enumerate(nodes)]
    after: dict[object, list[object]] = {}
    for i, node in enumerate(nodes):
        after.setdefault(group[i], []).extend(group[c] for c in node.children)
    done: list[object] = []
    seen: set[object] = set()

    def visit(here: object) -> None:
        if here not in seen:
            seen.add(here)
            for later in reversed(after[here]):
                visit(later)
            done.append(here)

    visit(group[0])
    rank = {name: i for i, name in enumerate(reversed(done))}
    return sorted(range(len(nodes)), key=lambda i: (rank[group[i]], i))


def random_game(
    seed: int, *, layers: int = 4, sets: int = 3, widest: int = 3, actors: int = 3, worlds: int = 3
) -> tuple[Game, Tabulation]:
    """A layered game: each layer has information sets of up to `widest` nodes and some chance nodes.

    Payoffs at the ends lie in [0, 1], rationality is 1; probabilities and payoffs differ between worlds.
    """
    r = np.random.default_rng(seed)
    owners, degree, spans, widths, movers = [CHANCE], [sets * widest], [], [], []
    layer = [[0]]
    for _ in range(layers):
        start = len(owners)
        for _ in range(sets):
            size, width = int(r.integers(1, widest + 1)), int(r.integers(1, 4))
            chance = r.random() < 0.2
            if not chance:
                spans.append((len(owners), len(owners) + size))
                widths.append(width)
                movers.append(int(r.integers(actors)))
            owners += [CHANCE if chance else len(movers) - 1] * size
            degree += [width] * size
        layer.append(list(range(start, len(owners))))
    ends = list(range(len(owners), len(owners) + sets * widest))
    owners += [TERMINAL] * len(ends)
    degree += [0] * len(ends)
    layer.append(ends)
    children = [_children(r, degree, above, below) for above, below in pairwise(layer)]
    child = np.concatenate([*children, _orphans(children, len(owners))])
    degree[0] = degree[0] + len(child) - sum(degree)
    child = np.concatenate([children[0], child[sum(map(len, children)) :], *children[1:]])
    return _numbered(r, owners, degree, child, (spans, widths, movers), actors, worlds)


def _children(
    r: np.random.Generator, degree: list[int], above: list[int], below: list[int]
) -> NDArray[np.int64]:
    return r.choice(below, size=sum(degree[n] for n in above))


def _orphans(children: list[NDArray[np.int64]], nodes: int) -> NDArray[np.int64]:
    """Nodes that no edge leads to: the root will."""
    return np.setdiff1d(np.arange(1, nodes), np.concatenate(children))


def _numbered(
    r: np.random.Generator,
    owners: list[int],
    degree: list[int],
    child: NDArray[np.int64],
    sets: tuple[list[tuple[int, int]], list[int], list[int]],
    actors: int,
    worlds: int,
) -> tuple[Game, Tabulation]:
    parent = np.repeat(np.arange(len(owners)), degree)
    by_chance = np.array(owners)[parent] == CHANCE
    chance = np.where(by_chance, np.cumsum(by_chance) - 1, -1)
    draws = r.gamma(1.0, 1.0, (int(by_chance.sum()), worlds))
    for node in np.flatnonzero(np.array(owners) == CHANCE):
        rows = chance[parent == node]
        draws[rows] /= draws[rows].sum(axis=0)
    ends = np.array(owners) == TERMINAL
    payoff = np.where(ends, np.cumsum(ends), 0)
    paid = r.random(len(child)) < 0.2
    payment = np.where(paid, ends.sum() + np.cumsum(paid), 0)
    payoffs = r.uniform(0.0, 1.0, (1 + ends.sum() + paid.sum(), actors, worlds))
    payoffs[1 + ends.sum() :] *= 0.1
    payoffs[0] = 0.0
    spans, widths, movers = sets
    weights = np.concatenate([np.ones((1, worlds)), r.uniform(0.5, 2.0, (2, worlds))])
    game = make_game(
        "random", tuple(f"a{i}" for i in range(actors)), degree, owners, payoff.tolist(), child.tolist(),
        chance.tolist(), payment.tolist(), spans, widths, movers, r.integers(0, 3, sum(widths)).tolist(),
    )  # fmt: skip
    numbers = Tabulation(draws, payoffs, weights, np.ones((actors, worlds)), np.ones(worlds, np.bool_))
    return game, numbers


def random_tree(seed: int, *, depth: int = 4, actors: int = 3, worlds: int = 3) -> tuple[Game, Tabulation]:
    """A random game in which nothing is hidden."""
    return random_game(seed, layers=depth, widest=1, actors=actors, worlds=worlds)
