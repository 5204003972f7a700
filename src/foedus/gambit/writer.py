"""Writes a game as text in Gambit's format: the graph of merged nodes unrolled into a tree.

A node of the graph stands in the tree once for each way that leads to it, always in the same information set,
so each play and what its movers know are as before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from foedus.errors import SizeLimit
from foedus.game.game import CHANCE, TERMINAL, Game
from foedus.game.table import Tabulation

LARGEST = 10**30
SIMPLE = 10**6


class Unrolled:
    """The tree of a game in the first world of a tabulation; `size` is its number of nodes.

    Options of weight 0 are left out. `names` (node) are the labels of the outcomes at the ends.
    Raises SizeLimit for a tree of more than `limit` nodes.
    """

    def __init__(self, game: Game, numbers: Tabulation, names: Sequence[str], limit: int) -> None:
        self.game, self.numbers, self.names = game, numbers, names
        self._edges = [self._taken(node) for node in range(game.nodes)]
        self._children = [[int(game.child[edge]) for edge in edges] for edges in self._edges]
        self.size = self._size()
        if self.size > limit:
            size = f"{self.size:,}" if self.size < LARGEST else "more than 10^30"
            message = (
                f"unrolled into a tree, the game has {size} nodes, more than the limit of {limit:,}; "
                "--limit raises it"
            )
            raise SizeLimit.at(None, message, "size")
        self._outcomes: dict[tuple[tuple[float, ...], str], int] = {}

    def text(self, comment: str) -> str:
        """The whole file."""
        players = " ".join(map(quoted, self.game.actors))
        head = f"EFG 2 R {quoted(self.game.title)} {{ {players} }}\n{quoted(comment)}\n\n"
        return head + "".join(self._lines())

    def _lines(self) -> Iterator[str]:
        """The nodes in prefix order; what is paid on the way into a node is its outcome."""
        heads = self._heads()
        tails: dict[tuple[int, int], str] = {}
        waiting = [(0, -1)]
        while waiting:
            node, edge = step = waiting.pop()
            if step not in tails:
                tails[step] = self._outcome(node, edge)
            yield f"{heads[node]} {tails[step]}\n"
            waiting += reversed([*zip(self._children[node], self._edges[node], strict=True)])

    def _taken(self, node: int) -> list[int]:
        """The edges of a node, but for options of weight 0."""
        game, h = self.game, int(self.game.information_set[node])
        first, last = int(game.first_edge[node]), int(game.first_edge[node + 1])
        if h < 0:
            return list(range(first, last))
        weights = self.numbers.weights[game.weight[game.first_option[h] : game.first_option[h + 1]], 0]
        return [first + k for k in range(last - first) if weights[k] > 0]

    def _size(self) -> int:
        sizes = [1] * self.game.nodes
        for node in reversed(range(self.game.nodes)):
            sizes[node] = min(1 + sum(sizes[child] for child in self._children[node]), LARGEST)
        return sizes[0]

    def _heads(self) -> list[str]:
        """The line of each node of the graph, but for its outcome."""
        game, heads = self.game, []
        numbers, labels = self._set_numbers(), self._set_labels()
        for node, h in enumerate(game.information_set.tolist()):
            if h == TERMINAL:
                heads.append('t ""')
            elif h == CHANCE:
                heads.append(f'c "" {numbers[node]} {labels[node]} {{ {self._chances(node)} }}')
            else:
                label = labels[int(game.first_node[h])]
                options = " ".join(quoted(self._name(edge)) for edge in self._edges[node])
                heads.append(f'p "" {game.mover[h] + 1} {numbers[node]} {label} {{ {options} }}')
        return heads

    def _set_labels(self) -> dict[int, str]:
        """The label of each information set, by its first node, and of each node of chance.

        Gambit refuses two of one owner with the same label, so those after the first are numbered.
        """
        game, told = self.game, {}
        counts: Counter[tuple[int, str]] = Counter()
        for node, h in enumerate(game.information_set.tolist()):
            if h == TERMINAL or (h >= 0 and node != game.first_node[h]):
                continue
            owner = int(game.mover[h]) if h >= 0 else CHANCE
            label = " ".join([self._step(node), *(self._seen(node, h) if h >= 0 else [])])
            counts[owner, label] += 1
            times = counts[owner, label]
            told[node] = quoted(label if times == 1 else f"{label} [{times}]")
        return told

    def _set_numbers(self) -> list[int]:
        """The number of each node's information set among those of its actor, or of chance (node)."""
        counts: Counter[int] = Counter()
        numbers: list[int] = []
        for node, h in enumerate(self.game.information_set.tolist()):
            owner = int(self.game.mover[h]) if h >= 0 else -1
            counts[owner] += h == CHANCE or (h >= 0 and node == self.game.first_node[h])
            numbers.append(counts[owner])
        return numbers

    def _step(self, node: int) -> str:
        position = self.game.labels.positions[int(self.game.labels.position[node])]
        return position.step + (f"[{', '.join(map(str, position.rounds))}]" if position.rounds else "")

    def _seen(self, node: int, h: int) -> list[str]:
        """What the mover knows there, in brackets."""
        labels = self.game.labels
        seen = (
            f"{labels.variables[column]} = {labels.domains[column][labels.state[node, column]]}"
            for column in labels.sees[h]
        )
        told = ", ".join(seen)
        return [f"({told})"] if told else []

    def _name(self, edge: int) -> str:
        return self.game.labels.edge_names[int(self.game.labels.edge_name[edge])]

    def _chances(self, node: int) -> str:
        edges = self._edges[node]
        numbers = [float(self.numbers.probabilities[self.game.probability[edge], 0]) for edge in edges]
        shares = zip(edges, exact_shares(numbers), strict=True)
        return " ".join(f"{quoted(self._name(edge))} {share}" for edge, share in shares)

    def _outcome(self, node: int, edge: int) -> str:
        payoffs = self.numbers.payoffs[self.game.payoff[node], :, 0]
        if edge >= 0:
            payoffs = payoffs + self.numbers.payoffs[self.game.payment[edge], :, 0]
        if not payoffs.any() and self.game.information_set[node] != TERMINAL:
            return "0"
        key = tuple(payoffs.tolist()), self.names[node]
        number = self._outcomes.setdefault(key, len(self._outcomes) + 1)
        return f"{number} {quoted(key[1])} {{ {', '.join(map(decimal, key[0]))} }}"


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def decimal(number: float) -> str:
    """The shortest decimal that reads as this number, without an exponent."""
    return format(Decimal(repr(number)).normalize() + 0, "f")


def exact_shares(numbers: Sequence[float]) -> list[Fraction]:
    """Fractions that read as these numbers and sum to exactly 1, as Gambit asks: the largest gives way."""
    shares = [_fraction(number) for number in numbers]
    largest = max(range(len(shares)), key=shares.__getitem__)
    shares[largest] += 1 - sum(shares)
    return shares


def _fraction(number: float) -> Fraction:
    simple = Fraction(number).limit_denominator(SIMPLE)
    return simple if float(simple) == number else Fraction(repr(number))
