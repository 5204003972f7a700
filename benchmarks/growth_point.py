"""One point of `growth`, in a process of its own: prints one object of JSON."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.common import Row, seconds, timings
from benchmarks.trees import layered, random_numbers
from foedus import library
from foedus.analysis.cases import make_case
from foedus.analysis.comparison import summarise
from foedus.analysis.games import Games
from foedus.analysis.measures import CHUNK
from foedus.analysis.rows import CHECK
from foedus.analysis.solutions import Solutions
from foedus.language.reader import read_scenario
from foedus.language.scenario import Scenario
from foedus.solve.equilibrium import Equilibrium
from foedus.solve.kernels import compiled
from foedus.solve.solver import solve
from foedus.study.worlds import sample_worlds

HERE = Path(__file__).parent
LANES, RATIONALITY, BUDGET = 8, 1.0, 2.0


def by_nodes(nodes: int, hidden: bool) -> Row:
    """Eight worlds of one game, one thread, the second time: what is made once per game is told apart."""
    start = time.perf_counter()
    game = layered(nodes, 1, hidden=hidden)
    numbers = random_numbers(game, LANES, 1, RATIONALITY)
    built = time.perf_counter() - start
    solved: list[Equilibrium] = []
    first = seconds(lambda: solved.append(solve(game, numbers, threads=1, check=CHECK)))
    runs = max(1, min(9, int(BUDGET / first)))
    spent = statistics.median(timings(lambda: solve(game, numbers, threads=1, check=CHECK), runs, warm=0))
    sweeps = float(np.median(solved[0].sweeps))
    return {
        "nodes": game.nodes,
        "build_s": built,
        "first_s": first,
        "seconds": spent,
        "ns": spent / game.nodes / LANES / max(sweeps, 1.0) * 1e9,
        "sweeps": sweeps,
        "solved": float(solved[0].solved.mean()),
    }


def by_worlds(scenario: Scenario, arrangement: str, worlds: int) -> Row:
    """Chunks of worlds one after another, drawn, tabulated, solved on two threads, and summed up."""
    games, case = Games(scenario), make_case(scenario, arrangement)
    Solutions(scenario, sample_worlds(scenario, LANES, 1), games=games, threads=2)[case]
    totals, solved = 0.0, 0
    start = time.perf_counter()
    for first in range(0, worlds, CHUNK):
        count = min(CHUNK, worlds - first)
        drawn = sample_worlds(scenario, count, 1, first)
        solution = Solutions(scenario, drawn, games=games, threads=2)[case]
        totals = totals + solution.equilibrium.values[:, solution.solved].sum(axis=1)
        solved += int(solution.solved.sum())
    return {"seconds": time.perf_counter() - start, "solved": solved / worlds}


def by_comparison(scenario: Scenario, worlds: int) -> Row:
    """The whole of `foedus compare`, which sums up some worlds at a time."""
    summarise(scenario, worlds=LANES, threads=2)
    return {"seconds": seconds(lambda: summarise(scenario, worlds=worlds, threads=2))}


def point(family: str, size: int) -> Row:
    """The families: open and hidden graphs by nodes; two scenarios, and a comparison, by worlds."""
    compiled()
    guarantee, crisis = read_scenario(library.find("guarantee")), read_scenario(HERE / "crisis.yaml")
    families: dict[str, Callable[[], Row]] = {
        "open": lambda: by_nodes(size, hidden=False),
        "hidden": lambda: by_nodes(size, hidden=True),
        "guarantee": lambda: by_worlds(guarantee, "treaty", size),
        "crisis": lambda: by_worlds(crisis, "none", size),
        "comparison": lambda: by_comparison(guarantee, size),
    }
    return families[family]() | {"peak_MiB": peak()}


def peak() -> float:
    """The most memory that this process has held, in MiB.

    Linux's `ru_maxrss` would not do: it starts at what the parent held when it made the process.
    """
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    print(json.dumps(point(sys.argv[1], int(sys.argv[2]))))
