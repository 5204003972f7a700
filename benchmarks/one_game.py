"""One game, one rationality: from a loaded game to behaviour, against pygambit's `logit_solve_lambda`.

The games are the extensive ones of Gambit's own catalogue, and, since none of those has over 50 nodes, the
larger ones among the files that the tests use. Both sides are warm; each time is the median of several calls.
Ours is `solve_game` on a game from `load_game`: the traced branch, behaviour with reach and values, whether a
bifurcation was met, and the solver's own residual and regret. `foedus solve` has these two found anew by
independent code as well, which is not in the time.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.common import Row, options, show, targets, timings, write
from benchmarks.peers import Peer
from benchmarks.places import Shares, appearing, difference
from foedus.gambit.build import build_game
from foedus.gambit.order import NoOrder
from foedus.gambit.reader import read_efg_text
from foedus.gambit.solving import Answer, load_game, solve_game
from foedus.gambit.tree import Tree

FILES = Path(__file__).parent.parent / "tests" / "efg"
RATIONALITY = (0.5, 1.0, 2.0, 5.0)
LARGE, AGREED, SAME = 50, 1e-7, 1e-6
RUNS, SLOW = 25, 0.05


@dataclass(frozen=True, eq=False)
class Entry:
    """A game by name, as text and as read by Foedus."""

    name: str
    text: str
    tree: Tree
    catalogue: bool


def way(tree: Tree) -> str:
    """What kind of game it is."""
    try:
        found = build_game(tree)
    except NoOrder:
        return "without order"
    return "nothing hidden" if found.game.hides_nothing else "hidden"


def in_order(tree: Tree, answer: Answer) -> Shares:
    """Behaviour by information set, in the order in which the peer tells of them."""
    told = {id(place): list(shares) for place, _, shares in answer.choices}
    return [told[id(tree.places[each])] for each in appearing(tree)] if told else []


def entries(peer: Peer | None, quick: bool) -> Iterator[Entry]:
    """The catalogue, if the peer has it, and the large files of the tests."""
    catalogue = (peer.ask(do="catalogue") if peer else None) or {}
    for name in sorted(catalogue)[: 3 if quick else None]:
        yield Entry(name, catalogue[name], read_efg_text(catalogue[name]), True)
    for file in sorted(FILES.glob("*.efg")):
        text = file.read_text("utf-8")
        tree = read_efg_text(text)
        if tree.nodes > LARGE:
            yield Entry(file.stem, text, tree, False)


def ours(entry: Entry, rationality: float, runs: int) -> tuple[list[float], Answer]:
    """The seconds that `solve_game` takes, and its answer."""
    game = load_game(entry.tree)
    spent = timings(lambda: solve_game(game, rationality), runs, warm=2)
    return spent, solve_game(game, rationality)


def theirs(peer: Peer, entry: Entry, rationality: float, runs: int) -> Row:
    """What a row says of the peer: median ms (None: over 60 s), the λ it came to, its behaviour."""
    peer.ask(do="load", text=entry.text)
    spent: list[float] = []
    answer = None
    while len(spent) <= runs and (not spent or spent[-1] < SLOW or len(spent) < 4):
        answer = peer.ask(do="solve", rationality=rationality)
        if answer is None or "error" in answer:
            break
        spent.append(answer["seconds"])
    if answer is None or "error" in answer:
        why = "> 60 s" if answer is None else answer["error"]
        return {"ms": None, "came_to": why, "behaviour": []}
    came_to = answer["rationality"]
    right = abs(came_to - rationality) <= SAME * rationality
    return {
        "ms": statistics.median(spent[1:]) * 1e3,
        "came_to": "λ" if right else round(came_to, 4),
        "behaviour": answer["behaviour"] if right else [],
    }


def measure(entry: Entry, rationality: float, peer: Peer | None, runs: int) -> Row:
    """Ours is timed before the peer and after it: a machine's speed changes within seconds."""
    spent, answer = ours(entry, rationality, runs)
    found = theirs(peer, entry, rationality, runs) if peer else {"ms": None, "came_to": None, "behaviour": []}
    spent += ours(entry, rationality, runs)[0]
    row: Row = {
        "game": entry.name,
        "nodes": entry.tree.nodes,
        "way": way(entry.tree),
        "λ": rationality,
        "foedus_ms": statistics.median(spent) * 1e3,
        "branch": answer.branch,
    }
    return row | {
        "pygambit_ms": found["ms"],
        "times": found["ms"] / row["foedus_ms"] if found["ms"] else None,
        "pygambit_came_to": found["came_to"],
        "difference": difference(in_order(entry.tree, answer), found["behaviour"]),
    }


def judged(rows: list[Row]) -> dict[str, bool | None]:
    """The targets; a peer that did not arrive at λ within its time counts as slower."""
    fair = [row for row in rows if row["pygambit_came_to"] == "λ"]
    catalogue = [row["times"] >= 1.0 for row in fair if row["catalogue"]]
    large = [row["times"] >= 20.0 for row in fair if row["catalogue"] and row["nodes"] > LARGE]
    other = [row["times"] >= 20.0 for row in fair if not row["catalogue"]]
    same = [row["difference"] <= AGREED for row in fair if row["difference"] is not None]
    return {
        f"not slower than pygambit ({sum(catalogue)} of {len(catalogue)})": all(catalogue)
        if catalogue
        else None,
        "at least 20 times faster on catalogue games of over 50 nodes": all(large) if large else None,
        f"the same on our own of over 50 nodes ({sum(other)} of {len(other)})": all(other) if other else None,
        f"behaviour equal to 1e-7 ({sum(same)} of {len(same)})": all(same) if same else None,
    }


def main(words: list[str] | None = None) -> None:
    asked = options("one_game", "One game against pygambit.", words)
    rationality, runs = ((1.0,), 2) if asked.quick else (RATIONALITY, RUNS)
    with Peer("peer_gambit") as gambit:
        peer = gambit if asked.peers and gambit.available() else None
        rows = [
            measure(entry, each, peer, runs) | {"catalogue": entry.catalogue}
            for entry in entries(peer, asked.quick)
            for each in rationality
        ]
    show("One game: ms from a loaded game to behaviour, medians", rows)
    found = judged(rows)
    targets(found)
    write(asked.out, "one_game", rows=rows, targets=found)


if __name__ == "__main__":
    main()
