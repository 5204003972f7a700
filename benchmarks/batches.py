"""Many worlds of one game: how many in a second, against pygambit and OpenSpiel called world by world.

Ours is timed from the numbers of the worlds to behaviour, on two threads, warm. The peers' time is that of
the solving call alone: to build each world's game, which they also need, is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.common import Options, Row, options, show, targets, timings_within, write
from benchmarks.peers import PATIENCE, Answer, Peer
from benchmarks.places import difference, order_in, shares_of, text_of
from benchmarks.trees import binary_tree, random_numbers
from foedus import library
from foedus.analysis.rows import CHECK
from foedus.game.compile import compile_game
from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.language.reader import read_scenario
from foedus.solve.equilibrium import Equilibrium
from foedus.solve.solver import solve
from foedus.study.worlds import sample_worlds

HERE = Path(__file__).parent
WORLDS, THREADS, BUDGET, LEAST = 10_000, 2, 15.0, 3
DEPTHS, RATIONALITY = (6, 8, 10), 4.0


@dataclass(frozen=True, eq=False)
class Batch:
    """A game and the numbers of its worlds; `tabulate` makes those that the solver takes of them.

    `openspiel` is the request that solves the game there, if any does.
    """

    name: str
    game: Game
    tabulate: Callable[[], Tabulation]
    openspiel: str | None
    note: str = ""

    def solve(self) -> Equilibrium:
        return solve(self.game, self.tabulate(), threads=THREADS, check=CHECK)


def from_scenario(name: str, file: Path, arrangement: str, worlds: int) -> Batch:
    scenario = read_scenario(file)
    drawn, game = sample_worlds(scenario, worlds, seed=1), compile_game(scenario, arrangement)
    zero_sum = name == "Kuhn poker"
    return Batch(
        name,
        game,
        lambda: game.table.tabulate(drawn),
        "mirror" if zero_sum else None,
        "OpenSpiel solves for another equilibrium" if zero_sum else "OpenSpiel has nothing for it",
    )


def batches(worlds: int, depths: tuple[int, ...]) -> list[Batch]:
    games = [
        from_scenario("guarantee", Path(str(library.find("guarantee"))), "treaty", worlds),
        from_scenario("crisis of 2 rounds", HERE / "crisis.yaml", "none", worlds),
        from_scenario("Kuhn poker", HERE / "kuhn.yaml", "none", worlds),
    ]
    for depth in depths:
        game = binary_tree(depth)
        numbers = random_numbers(game, worlds, depth, RATIONALITY)
        games.append(Batch(f"tree of depth {depth}", game, partial(_same, numbers), "walk"))
    return games


def _same(numbers: Tabulation) -> Tabulation:
    return numbers


def one_world(numbers: Tabulation, world: int) -> Tabulation:
    """That world alone."""
    here = slice(world, world + 1)
    return replace(
        numbers,
        **{
            name: getattr(numbers, name)[..., here]
            for name in ("probabilities", "payoffs", "weights", "rationality")
        },
        valid=numbers.valid[here],
    )


def world_by_world(peer: Peer, batch: Batch, request: str, found: Equilibrium, budget: float) -> Row:
    """Worlds a second of a peer, over as many as fit in the budget; how far its behaviour is from ours."""
    numbers, spent, apart = batch.tabulate(), [], []
    rationality = float(numbers.rationality[0, 0])
    began = time.perf_counter()
    for world in range(numbers.worlds):
        if world >= LEAST and time.perf_counter() - began > budget:
            break
        text = text_of(batch.game, one_world(numbers, world))
        peer.ask(do="load", text=text)
        answer = peer.ask(do=request, rationality=rationality)
        if answer is None or "error" in answer:
            return {
                "rate": None,
                "why": "> 60 s a world" if answer is None else answer["error"],
                "apart": None,
            }
        spent.append(answer["seconds"])
        apart.append(_apart(batch, text, answer, found, world, rationality))
    kept = [each for each in apart if each is not None]
    return {"rate": len(spent) / sum(spent), "why": f"{len(spent)} worlds", "apart": max(kept, default=None)}


def _apart(
    batch: Batch, text: str, answer: Answer, found: Equilibrium, world: int, rationality: float
) -> float | None:
    """The largest difference of behaviour; None where the peer came to another λ, or another equilibrium."""
    if not answer["behaviour"] or abs(answer["rationality"] - rationality) > 1e-6 * rationality:
        return None
    shares = shares_of(batch.game, order_in(text, batch.game), found.behaviour[:, world].tolist())
    return difference(shares, answer["behaviour"])


def _answer(peer: Peer, name: str, batch: Batch, found: Equilibrium, budget: float) -> Row:
    request = "solve" if name == "pygambit" else batch.openspiel
    if request is None:
        return {"rate": None, "why": batch.note, "apart": None}
    answer = world_by_world(peer, batch, request, found, budget)
    peer.stop()
    return answer | ({"why": batch.note} if request == "mirror" else {})


def measure(batch: Batch, peers: dict[str, Peer], budget: float) -> Row:
    """Ours is timed half before the peers and half after them: a machine's speed changes within minutes."""
    found = batch.solve()
    spent = timings_within(batch.solve, budget / 8)
    answers = {name: _answer(peer, name, batch, found, budget) for name, peer in peers.items()}
    spent += timings_within(batch.solve, budget / 8)
    rate = len(found.status) / float(np.median(spent))
    row: Row = {"game": batch.name, "nodes": batch.game.nodes, "worlds": len(found.status), "a_second": rate}
    row["solved"] = float(found.solved.mean())
    for name, answer in answers.items():
        slower = answer["rate"] or (1.0 / PATIENCE if answer["why"].startswith(">") else None)
        row |= {
            name: answer["rate"],
            f"{name}_times": rate / slower if slower else None,
            f"{name}_apart": answer["apart"],
            f"{name}_note": answer["why"],
        }
    return row


def judged(rows: list[Row]) -> dict[str, bool | None]:
    """The targets against pygambit; over 60 s a world counts as just that."""
    times = {row["game"]: row.get("pygambit_times") for row in rows}
    hidden = [each for name, each in times.items() if not name.startswith("tree") and each is not None]
    deep = times.get("tree of depth 8")
    apart = [row["pygambit_apart"] for row in rows if row.get("pygambit_apart") is not None]
    least, most = min(hidden, default=0.0), max(apart, default=0.0)
    return {
        f"1,000 times pygambit's worlds a second with hidden information (least: {least:,.0f})": (
            least >= 1e3 if hidden else None
        ),
        f"100,000 times on trees of depth 8 ({deep or 0:,.0f})": deep >= 1e5 if deep else None,
        f"behaviour equal to 1e-6 (most: {most:.1e})": most <= 1e-6 if apart else None,
    }


def run(asked: Options, peers: dict[str, Peer]) -> None:
    worlds, depths = (16, (3,)) if asked.quick else (WORLDS, DEPTHS)
    budget = 0.1 if asked.quick else BUDGET
    rows = [measure(batch, peers, budget) for batch in batches(worlds, depths)]
    show("Batches: worlds a second, ours on two threads, peers world by world", rows)
    found = judged(rows)
    targets(found)
    write(asked.out, "batches", rows=rows, targets=found)


def main(words: list[str] | None = None) -> None:
    asked = options("batches", "Many worlds against pygambit and OpenSpiel.", words)
    with Peer("peer_gambit") as gambit, Peer("peer_openspiel") as openspiel:
        both = {"pygambit": gambit, "openspiel": openspiel}
        run(asked, {name: peer for name, peer in both.items() if asked.peers and peer.available()})


if __name__ == "__main__":
    main()
