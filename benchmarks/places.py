"""In which order information sets come: by actor, then as a walk through the tree first meets them."""

from __future__ import annotations

from collections import Counter

from foedus.gambit.reader import read_efg_text
from foedus.gambit.tree import END, Tree
from foedus.gambit.writer import Unrolled
from foedus.game.game import Game
from foedus.game.table import Tabulation

Shares = list[list[float]]


def appearing(tree: Tree) -> list[int]:
    """The decisions among `tree.places`, in the order in which pygambit tells of them."""
    met = dict.fromkeys(each for each in tree.place if each != END and not tree.places[each].chance)
    return sorted(met, key=lambda each: tree.places[each].actor)


def text_of(game: Game, numbers: Tabulation) -> str:
    """The game in the tabulation's first world, as a file."""
    return Unrolled(game, numbers, [""] * game.nodes, limit=10**6).text("")


def order_in(text: str, game: Game) -> list[int]:
    """The game's information sets in the order in which a solver of its file tells of them."""
    counts: Counter[int] = Counter()
    named = {}
    for h in sorted(range(game.information_sets), key=lambda h: int(game.first_node[h])):
        actor = int(game.mover[h])
        counts[actor] += 1
        named[actor, counts[actor]] = h
    tree = read_efg_text(text)
    return [named[tree.places[each].actor, tree.places[each].number] for each in appearing(tree)]


def shares_of(game: Game, order: list[int], behaviour: list[float]) -> Shares:
    """Behaviour (option) by information set, in that order."""
    first = game.first_option.tolist()
    return [behaviour[first[h] : first[h + 1]] for h in order]


def difference(one: Shares, other: Shares) -> float | None:
    """The largest between two behaviours; None where there is only one."""
    if not one or not other:
        return None
    pairs = zip((x for each in one for x in each), (x for each in other for x in each), strict=True)
    return max((abs(x - y) for x, y in pairs), default=0.0)
