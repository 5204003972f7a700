"""Further equilibria: what random starts lead to, and where the branch comes to the same λ again.

Nothing here is exhaustive. Half of the starts are followed by accelerated sweeps first, which find what is
stable, half by Newton's method with short steps, which finds the rest as well; each falls back on the other.
In games of up to DENSE unknowns a start that neither settles is followed along a homotopy, and the principal
branch beyond the answer, through its folds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import TERMINAL, Game
from foedus.game.table import Tabulation
from foedus.solve.apart import Candidate, Outcomes, Telling, logarithms_of
from foedus.solve.block import Floats, Indices
from foedus.solve.certificate import certify
from foedus.solve.climb import DENSE, SWEEPS, Climb
from foedus.solve.evaluate import node_values, reach
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import layout_of
from foedus.solve.problem import Problem, based
from foedus.solve.pull import PACE, Onwards
from foedus.solve.ranges import payoff_spread
from foedus.solve.response import Response
from foedus.solve.runner import Runner
from foedus.solve.threads import PerThread

SHARPNESS = (0.3, 1.0, 3.0, 10.0)


@dataclass(frozen=True, eq=False)
class Further:
    """An equilibrium that a search found: behaviour (option), values (actor), its certificate, how many
    `starts` led to it, and whether the principal branch comes to it again.

    isolated: whether it stands alone, as far as its residual can vouch for that; None in a game too large to
    tell. apart: how far its outcome, the distribution over plays, is from that of the answer, in total
    variation. outcome: the number of that outcome, 0 where it is the answer's to within `SAME`.
    """

    behaviour: Floats
    values: Floats
    residual: float
    regret: float
    starts: int
    on_branch: bool
    isolated: bool | None = None
    apart: float = 0.0
    outcome: int = 0


@dataclass(frozen=True, eq=False)
class Search:
    """What a search came to: how many starts led to the answer itself, how many nowhere, and the others.

    isolated: whether the answer is.
    """

    starts: int
    seed: int
    to_answer: int
    nowhere: int
    others: tuple[Further, ...]
    isolated: bool | None = True


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

    `foedus.solve.apart` says which are one. The result depends on the seed, not on the number of threads.
    Raises ValueError for several worlds.
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
    found = _certified(problem, response, np.concatenate([by_start, again], axis=1), starts)
    answer = Candidate(behaviour, response.odds(logarithms_of(behaviour)), 0.0, 0.0, False)
    search = sort_out(Telling(response, tolerance), answer, found, starts, seed)
    return _with_values(problem, behaviour, search)


def _with_values(problem: Problem, answer: Floats, search: Search) -> Search:
    """The same with what each of the others is worth, and how far its outcome is from the answer's."""
    if not search.others:
        return search
    behaviour = np.stack([answer, *(each.behaviour for each in search.others)], axis=1)
    numbers = _repeated(problem.tabulation, behaviour.shape[1])
    values = node_values(problem.game, numbers, behaviour)[0]
    passed = edge_chances(problem.game, numbers, behaviour)
    last = problem.game.information_set[problem.game.child] == TERMINAL
    return with_outcomes(search, values[:, 1:], passed, last)


def edge_chances(game: Game, tabulation: Tabulation, behaviour: Floats) -> Floats:
    """The probability (edge, world) that a play passes each edge."""
    layout = layout_of(game)
    shares = np.concatenate([behaviour, tabulation.probabilities])[layout.share]
    above = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    chances: Floats = reach(game, tabulation, behaviour)[above] * shares
    return chances


def with_outcomes(search: Search, values: Floats, passed: Floats, last: NDArray[np.bool_]) -> Search:
    """The same with values (actor, other), and outcomes from the probabilities of edges (edge, 1 + other),
    those of the answer first; `last` (edge) marks those on which a play ends."""
    outcomes = Outcomes(passed[:, 0], last)
    others = []
    for k, each in enumerate(search.others):
        here = passed[:, k + 1]
        apart, outcome = outcomes.apart(here), outcomes.number(here)
        others.append(replace(each, values=values[:, k], apart=apart, outcome=outcome))
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


def _certified(problem: Problem, response: Response, logs: Floats, starts: int) -> Iterator[Candidate]:
    """Those that the independent code certifies."""
    there = np.flatnonzero(np.isfinite(logs).all(axis=0))
    numbers = _repeated(problem.tabulation, len(there))
    with_logs = {k: logs[:, each] for k, each in enumerate(there.tolist())}
    behaviour = np.exp(logs[:, there])
    found = certify(problem.game, numbers, behaviour, with_logs)
    for k, each in enumerate(there.tolist()):
        if found.residual[k] <= problem.tolerance:
            odds = response.odds(logs[:, each])
            certificate = float(found.residual[k]), float(found.regret[k])
            yield Candidate(behaviour[:, k], odds, *certificate, each < starts)


def _repeated(tabulation: Tabulation, count: int) -> Tabulation:
    return Tabulation(
        *(np.repeat(getattr(tabulation, name), count, axis=-1) for name in tabulation.__dataclass_fields__)
    )


def sort_out(
    telling: Telling, answer: Candidate, found: Iterable[Candidate], starts: int, seed: int
) -> Search:
    """The distinct ones among those found, and how many starts led to each; values and outcomes are left
    empty."""
    (own, *clusters) = telling.sort(answer, found)
    others = []
    for each in clusters:
        first = each.members[0]
        certificate = first.residual, first.regret
        isolated = telling.isolated(each)
        others.append(
            Further(first.behaviour, np.empty(0), *certificate, each.starts, each.on_branch, isolated)
        )
    others.sort(key=lambda one: (-one.starts, one.regret, one.behaviour.tolist()))
    nowhere = starts - own.starts - sum(each.starts for each in others)
    return Search(starts, seed, own.starts, nowhere, tuple(others), telling.isolated(own))
