"""Further equilibria: what random starts lead to, and where the branch comes to the same λ again.

Nothing here is exhaustive. Half of the starts are followed by accelerated sweeps first, which find what is
stable, half by Newton's method with short steps, which finds the rest as well; each falls back on the other.
In games of up to DENSE unknowns a start that neither settles is followed along a homotopy, and the principal
branch beyond the answer, through its folds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve.block import Floats, Indices
from foedus.solve.certificate import certify
from foedus.solve.climb import DENSE, SWEEPS, Climb
from foedus.solve.evaluate import node_values
from foedus.solve.lanes import WIDTH
from foedus.solve.problem import PerThread, Problem, based
from foedus.solve.pull import PACE, Onwards
from foedus.solve.ranges import payoff_spread
from foedus.solve.response import Response
from foedus.solve.runner import Runner

DISTINCT = 1e-6
SHARPNESS = (0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True, eq=False)
class Further:
    """An equilibrium that a search found: behaviour (option), values (actor), its certificate, how many
    `starts` led to it, and whether the principal branch comes to it again.
    """

    behaviour: Floats
    values: Floats
    residual: float
    regret: float
    starts: int
    on_branch: bool


class Candidate(NamedTuple):
    """An equilibrium before it is known whether it is a new one."""

    behaviour: Floats
    residual: float
    regret: float
    by_start: bool


@dataclass(frozen=True, eq=False)
class Search:
    """What a search came to: how many starts led to the answer itself, how many nowhere, and the others."""

    starts: int
    seed: int
    to_answer: int
    nowhere: int
    others: tuple[Further, ...]


def search_others(
    game: Game,
    tabulation: Tabulation,
    behaviour: Floats,
    starts: int,
    *,
    seed: int = 0,
    tolerance: float = 1e-10,
    threads: int | None = None,
) -> Search:
    """Equilibria, besides the one with this behaviour (option), of a game in a single world.

    Two are one where no probability differs by more than 10⁻⁶. The result depends on the seed, not on the
    number of threads.
    """
    if tabulation.worlds != 1:
        raise ValueError(f"a search is for one world, not for {tabulation.worlds}")
    problem = Problem(game, tabulation, tolerance, threads)
    response = Response(problem, 0, problem.scratch(), problem.tangent())
    if not response.size:
        return Search(starts, seed, starts, 0, ())
    spread = payoff_spread(game, tabulation) * tabulation.rationality
    scale = max(float(spread.max()), 1.0)
    by_start = _from_starts(problem, starts, seed, scale)
    again = _along_the_branch(problem, response, scale)
    found = _certified(problem, np.concatenate([by_start, again], axis=1), starts)
    return _with_values(problem, sort_out(found, behaviour, starts, seed))


def _with_values(problem: Problem, search: Search) -> Search:
    if not search.others:
        return search
    behaviour = np.stack([each.behaviour for each in search.others], axis=1)
    numbers = _repeated(problem.tabulation, len(search.others))
    values = node_values(problem.game, numbers, behaviour)[0]
    others = (replace(each, values=values[:, k]) for k, each in enumerate(search.others))
    return replace(search, others=tuple(others))


def _from_starts(problem: Problem, starts: int, seed: int, scale: float) -> Floats:
    """ln σ (option, start), NaN where a start led nowhere."""
    found = np.full((problem.game.options, starts), np.nan)
    scratches, tangents = PerThread(problem.scratch), PerThread(problem.tangent)
    absent = problem.tabulation.weights[:, 0] == 0.0
    runner = Runner(problem, based(problem.layout, absent), SWEEPS.depth)

    def work(block: Indices) -> None:
        response = Response(problem, 0, scratches.get(), tangents.get())
        climb = Climb(runner, response, scale)
        drawn = [draw(response.size, seed, int(start)) for start in np.resize(block, WIDTH)]
        swept_first = np.resize(block, WIDTH) % 2 == 0
        found[:, block] = climb.from_starts(np.stack(drawn, axis=1), swept_first)[:, : len(block)]

    count = len(range(0, starts, WIDTH))
    problem.over_blocks(
        np.arange(count),
        lambda blocks: work(np.arange(blocks[0] * WIDTH, min((blocks[0] + 1) * WIDTH, starts))),
        width=1,
    )
    return found


def draw(size: int, seed: int, start: int) -> Floats:
    """Random log-odds (unknown), from nearly even to sharp."""
    r = np.random.default_rng([seed, start])
    return r.normal(scale=r.choice(SHARPNESS), size=size)


def _along_the_branch(problem: Problem, response: Response, scale: float) -> Floats:
    """ln σ (option, crossing) wherever the principal branch comes to these λ, in small games."""
    none = np.empty((problem.game.options, 0))
    if response.size > DENSE:
        return none
    path = Onwards(response, scale, PACE, problem.tolerance)
    logs, runner = [], Runner(problem, response.layout)
    for x in path.follow_on():
        response.answer(x, 1.0)
        logs.append(runner.logs(response.complete()[:, None]))
    return np.concatenate([none, *logs], axis=1)


def _certified(problem: Problem, logs: Floats, starts: int) -> Iterator[Candidate]:
    """Those that the independent code certifies."""
    there = np.flatnonzero(np.isfinite(logs).all(axis=0))
    numbers = _repeated(problem.tabulation, len(there))
    with_logs = {k: logs[:, each] for k, each in enumerate(there.tolist())}
    behaviour = np.exp(logs[:, there])
    found = certify(problem.game, numbers, behaviour, with_logs)
    for k, each in enumerate(there.tolist()):
        if found.residual[k] <= problem.tolerance:
            yield Candidate(behaviour[:, k], float(found.residual[k]), float(found.regret[k]), each < starts)


def _repeated(tabulation: Tabulation, count: int) -> Tabulation:
    return Tabulation(
        *(np.repeat(getattr(tabulation, name), count, axis=-1) for name in tabulation.__dataclass_fields__)
    )


def sort_out(found: Iterable[Candidate], behaviour: Floats, starts: int, seed: int) -> Search:
    """The distinct ones among those found, values left empty, and how many starts led to each."""
    kept: list[Further] = []
    to_answer = led = 0
    for each in found:
        led += each.by_start
        if _near(each.behaviour, behaviour):
            to_answer += each.by_start
            continue
        known = next((k for k, one in enumerate(kept) if _near(each.behaviour, one.behaviour)), None)
        if known is None:
            known = len(kept)
            kept.append(Further(each.behaviour, np.empty(0), each.residual, each.regret, 0, False))
        one = kept[known]
        kept[known] = replace(
            one, starts=one.starts + each.by_start, on_branch=one.on_branch or not each.by_start
        )
    kept.sort(key=lambda one: (-one.starts, one.regret, one.behaviour.tolist()))
    return Search(starts, seed, to_answer, starts - led, tuple(kept))


def _near(one: Floats, other: Floats) -> bool:
    return bool(np.abs(one - other).max(initial=0.0) <= DISTINCT)
