"""How near the kernels come to what a core can do.

The limit of a pass over a game is the larger of two times: that of its exps and multiply-adds, counted in the
game and priced by probes (`probes.py`), and that of the bytes that it has to read and write, from the nearest
level of memory that holds them. What a kernel does besides (gathering children, divisions, the certificate)
is its own affair and counts against it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks.common import Row, least, options, show, targets, timings, write
from benchmarks.probes import Machine, measure
from benchmarks.trees import random_numbers, random_tree
from foedus import library
from foedus.analysis.rows import CHECK
from foedus.game.compile import compile_game
from foedus.game.game import TERMINAL, Game
from foedus.language.reader import read_scenario
from foedus.solve.induction import CHUNK, kernel_for, made_for
from foedus.solve.lanes import WIDTH
from foedus.solve.plan import plan_of
from foedus.solve.problem import Problem
from foedus.solve.solver import solve
from foedus.study.worlds import sample_worlds

NODES, ACTORS, RATIONALITY = 5000, 4, 4.0
WORLDS, FLAGSHIP_WORLDS = 1000, 2048
CALLS, REPEATS, TURNS = 20, 9, 8


@dataclass(frozen=True)
class Counts:
    """What one pass has to do in one world."""

    nodes: int
    exps: int
    multiply_adds: int
    numbers: int

    def limit(self, machine: Machine, worlds: int) -> Row:
        """ns per node and world on one of the machine's cores, for a pass over so many worlds."""
        prices = machine.nanoseconds
        reckoning = self.exps * prices["exp"] + self.multiply_adds * prices["multiply-add from L1"]
        level = machine.level(8.0 * self.numbers * worlds)
        moving = 8.0 * self.numbers / machine.bandwidth[level]
        return {
            "arithmetic_ns": reckoning / self.nodes,
            "bytes_ns": moving / self.nodes,
            "level": level,
            "limit_ns": max(reckoning, moving) / self.nodes,
        }


def count(game: Game) -> Counts:
    """An exp for each option, and a multiply-add for each edge and actor.

    With hidden information also one for each edge into reach, and one for each edge of an information set of
    several nodes into what its mover expects. Numbers: what ends and edges pay, and shares, each once; with
    hidden information shares twice, and reach written and read.
    """
    actors, owner = len(game.actors), game.information_set
    rows = np.union1d(game.payoff[owner == TERMINAL], game.payment[game.payment > 0])
    numbers = len(rows) * actors + game.options
    multiply_adds = game.edges * actors
    if not game.hides_nothing:
        several = game.last_node - game.first_node > 1
        degree = np.diff(game.first_edge)
        multiply_adds += game.edges + int(degree[(owner >= 0) & several[np.maximum(owner, 0)]].sum())
        numbers += game.options + 2 * game.nodes
    return Counts(game.nodes, game.options, multiply_adds, numbers)


def kernel_time(game: Game, cores: int, calls: int) -> float:
    """Seconds of one pass of the backward kernel over a chunk of worlds, each core at one of its own."""
    kernels = []
    for core in range(cores):
        tabulation = random_numbers(game, CHUNK, 1 + core, RATIONALITY)
        problem, plan = Problem(game, tabulation, 1e-10, 1), plan_of(game, len(tabulation.payoffs))
        assert plan is not None
        kernels.append(kernel_for(problem, plan, made_for(problem)))

    def run(kernel: Callable[[int, int], None]) -> float:
        def passes() -> None:
            for _ in range(calls):
                kernel(0, CHUNK)

        return least(passes, REPEATS) / calls

    with ThreadPoolExecutor(cores) as pool:
        return max(pool.map(run, kernels))


def in_turns(game: Game, calls: int, work: int, turns: int) -> tuple[dict[int, Machine], dict[int, float]]:
    """By number of cores: what they do, and seconds of the kernel on a tree.

    The two are measured in turns and the best of each counts: a machine that others share is slow at times.
    """
    machines: dict[int, Machine] = {}
    seconds: dict[int, float] = {}
    for cores in (1, 2) * turns:
        machine = measure(cores, work)
        machines[cores] = machine.at_best(machines.get(cores, machine))
        spent = kernel_time(game, cores, calls)
        seconds[cores] = min(spent, seconds.get(cores, spent))
    return machines, seconds


def tree_rows(game: Game, machines: dict[int, Machine], seconds: dict[int, float], worlds: int) -> list[Row]:
    """A tree in which nothing is hidden: the kernel on a block at hand, and `solve` on many worlds."""
    counts, tabulation = count(game), random_numbers(game, worlds, 1, RATIONALITY)
    rows = [
        _row("tree, kernel", counts, machine, CHUNK, seconds[cores] / CHUNK / cores)
        for cores, machine in machines.items()
    ]
    for cores, machine in machines.items():
        whole = _least(lambda: solve(game, tabulation, threads=cores, check=CHECK)) / worlds  # noqa: B023 - called at once
        rows.append(_row("tree, solve()", counts, machine, worlds, whole))
    return rows


def _least(function: Callable[[], object]) -> float:
    return min(timings(function, 3, warm=0))


def _row(what: str, counts: Counts, machine: Machine, worlds: int, spent: float) -> Row:
    """`spent`: seconds per world, all cores together."""
    limit = counts.limit(machine, worlds)
    limit["limit_ns"] /= machine.cores
    found = spent / counts.nodes * 1e9
    return {
        "what": what,
        "cores": machine.cores,
        "nodes": counts.nodes,
        "exps": counts.exps,
        "multiply_adds": counts.multiply_adds,
        "bytes": 8 * counts.numbers,
        **limit,
        "ns": found,
        "share": limit["limit_ns"] / found,
    }


def flagship_rows(machines: dict[int, Machine], worlds: int, most: int | None) -> list[Row]:
    """Each arrangement of the flagship in many worlds: ns per node, world and sweep of the whole `solve`."""
    scenario = read_scenario(library.find("ukraine"))
    drawn = sample_worlds(scenario, worlds, seed=1)
    rows = []
    for name in list(scenario.arrangements)[:most]:
        game = compile_game(scenario, name)
        tabulation, counts = game.table.tabulate(drawn), count(game)
        equilibrium = solve(game, tabulation, threads=2, check=CHECK)
        sweeps = equilibrium.sweeps[equilibrium.solved]
        for cores, machine in machines.items():
            whole = _least(lambda: solve(game, tabulation, threads=cores, check=CHECK))  # noqa: B023 - called at once
            row = _row(f"ukraine {name}", counts, machine, WIDTH, whole / int(equilibrium.sweeps.sum()))
            told = {"sweeps": float(np.median(sweeps)), "solved": float(equilibrium.solved.mean())}
            rows.append(row | told | {"passes": game.nodes * int(equilibrium.sweeps.sum())})
    return rows


def whole_flagship(rows: list[Row], cores: int) -> float | None:
    """ns per node, world and sweep over all arrangements together."""
    some = [row for row in rows if row["cores"] == cores]
    return (
        sum(row["ns"] * row["passes"] for row in some) / sum(row["passes"] for row in some) if some else None
    )


def judged(trees: list[Row], flagship: list[Row]) -> dict[str, bool | None]:
    share = {row["cores"]: row["share"] for row in trees if row["what"] == "tree, kernel"}
    most = max((row["ns"] for row in flagship if row["cores"] == 2), default=0.0)
    whole = whole_flagship(flagship, 2)
    sweeps = [row["sweeps"] for row in flagship if row["cores"] == 2]
    return {
        f"half of the limit on one core ({share[1]:.0%})": share[1] >= 0.5,
        f"40 % of the limit on two ({share.get(2, 0.0):.0%})": share[2] >= 0.4 if 2 in share else None,
        f"≤ 5 ns per node, world and sweep on two cores ({whole or 0.0:.2f}; most: {most:.2f})": (
            whole <= 5.0 if whole else None
        ),
        f"a median of at most 12 sweeps (most: {max(sweeps, default=0.0):g})": max(sweeps) <= 12
        if sweeps
        else None,
    }


def main(words: list[str] | None = None) -> None:
    asked = options("limit", "The kernels against what a core can do.", words)
    small = asked.quick
    game = random_tree(60 if small else NODES, ACTORS, seed=1)
    calls, work, turns = (2, 20_000, 1) if small else (CALLS, 4_000_000, TURNS)
    machines, seconds = in_turns(game, calls, work, turns)
    prices = [
        {"cores": each.cores, **{f"{name} ns": ns for name, ns in each.nanoseconds.items()}}
        | {f"{level} GB/s": rate for level, rate in each.bandwidth.items()}
        for each in machines.values()
    ]
    trees = tree_rows(game, machines, seconds, 16 if small else WORLDS)
    flagship = flagship_rows(machines, 16 if small else FLAGSHIP_WORLDS, 1 if small else None)
    show("What a core can do, with so many at work", prices)
    show("A tree, nothing hidden: ns per node and world, all cores together", trees)
    show("The flagship: ns per node, world and sweep, all cores together", flagship)
    found = judged(trees, flagship)
    targets(found)
    write(asked.out, "limit", probes=prices, tree=trees, flagship=flagship, targets=found)


if __name__ == "__main__":
    main()
