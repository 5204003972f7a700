"""One world's sweep as a smooth map of few unknowns: the log-odds of the choices that beliefs depend on.

A sweep takes nothing from the play it starts from but reach, and only into information sets of several nodes.
So play before those is all that has to be found; what comes after them the sweep itself answers.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from foedus.game.game import Game
from foedus.solve.block import Floats, Indices, Scratch, Tangent
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.passes import ABSENT
from foedus.solve.problem import Problem


@lru_cache(maxsize=64)
def before_beliefs(game: Game) -> NDArray[np.bool_]:
    """Whether a node (node) is one of several in an information set, or play can go on to one that is."""
    several = np.flatnonzero(game.last_node - game.first_node > 1)
    parent = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    asked = np.isin(game.information_set, several)
    more = True
    while more:
        known = int(asked.sum())
        asked[parent[asked[game.child]]] = True
        more = int(asked.sum()) > known
    return asked


@lru_cache(maxsize=64)
def matters(game: Game) -> NDArray[np.bool_]:
    """Whether the beliefs of some later information set can depend on the choice at each one."""
    parent = np.repeat(np.arange(game.nodes), np.diff(game.first_edge))
    leads = np.zeros(game.nodes, np.bool_)
    leads[parent[before_beliefs(game)[game.child]]] = True
    found = np.zeros(game.information_sets, np.bool_)
    found[game.information_set[leads & (game.information_set >= 0)]] = True
    return found


class Response:
    """The logit answer, in one world, to the play before hidden nodes, at λ = t · λ̂.

    `unknown` are the options whose log-odds against the likeliest by weight of the same information set
    (`base`) are the unknowns x. Weights 0 take an option out. `sweeps` counts passes, derivatives included.
    """

    def __init__(self, problem: Problem, world: int, scratch: Scratch, tangent: Tangent) -> None:
        self.layout, self.scratch, self.tangent = problem.layout, scratch, tangent
        self._numbers = problem.numbers(np.array([world]))
        self._full = self._numbers.rationality.copy()
        self._log_weights = self._numbers.log_weights[self.layout.weight, 0]
        self._answering = np.flatnonzero(
            np.repeat(~matters(problem.game), np.diff(problem.game.first_option))
        )
        self.sweeps = 0
        self.unknown, self.base = _unknowns(problem.game, self._log_weights)

    @property
    def size(self) -> int:
        return len(self.unknown)

    def start(self) -> Floats:
        """The unknowns of play by weight alone, the answer at t = 0."""
        odds: Floats = self._log_weights[self.unknown] - self._log_weights[self.base]
        return odds

    def answer(self, x: Floats, t: float) -> Floats:
        """The log-odds that answer x; not finite where the arithmetic gave out."""
        scratch = self.scratch
        scratch.logs[: len(self._log_weights)] = self._log_weights[:, None]
        scratch.logs[self.base] = 0.0
        scratch.logs[self.unknown] = x[:, None]
        self._numbers.rationality[:] = self._full * t
        self.sweeps += 1
        compiled().respond(self.layout, self._numbers, scratch, self.tangent)
        odds: Floats = scratch.next_logs[self.unknown, 0] - scratch.next_logs[self.base, 0]
        return odds

    def change(self) -> float:
        """How far, in probability, the last answer is from the play that it answers."""
        asked = np.concatenate([self.unknown, self.base])
        step = self.scratch.next_sigma[asked, 0] - self.scratch.sigma[asked, 0]
        return float(np.abs(step).max(initial=0.0))

    def shares(self) -> Floats:
        """The probabilities of the unknown options in the play last answered."""
        shares: Floats = self.scratch.sigma[self.unknown, 0].copy()
        return shares

    def complete(self) -> Floats:
        """The play last answered (option), with the answers of those whose play makes no difference to it.

        It stands in `scratch` then, as what certifies it expects.
        """
        scratch, options = self.scratch, self._answering
        scratch.logs[options] = scratch.next_logs[options]
        scratch.sigma[options] = scratch.next_sigma[options]
        behaviour: Floats = scratch.sigma[: len(self._log_weights), 0].copy()
        return behaviour

    def push(self, directions: Floats) -> Floats:
        """The derivative of the last answer along up to WIDTH directions of (x, t); a column for each."""
        tangent, count = self.tangent, directions.shape[1]
        tangent.logs[:] = 0.0
        tangent.logs[self.unknown, :count] = directions[:-1]
        tangent.rationality[:] = 0.0
        tangent.rationality[:, :count] = self._full[:, :1] * directions[-1]
        self.sweeps += 1
        compiled().push(self.layout, self._numbers, self.scratch, tangent)
        moved: Floats = tangent.next_logs[self.unknown, :count] - tangent.next_logs[self.base, :count]
        return moved

    def jacobian(self) -> Floats:
        """The derivative of the last answer by every unknown, and by t in the last column."""
        columns = np.eye(self.size + 1)
        blocks = [self.push(columns[:, i : i + WIDTH]) for i in range(0, self.size + 1, WIDTH)]
        return np.concatenate(blocks, axis=1)


def _unknowns(game: Game, log_weights: Floats) -> tuple[Indices, Indices]:
    """The options whose log-odds are unknown, and for each the option that they are against."""
    unknown, base = [], []
    for h in np.flatnonzero(matters(game)):
        options = np.arange(game.first_option[h], game.first_option[h + 1])
        against = options[np.argmax(log_weights[options])]
        others = options[(options != against) & (log_weights[options] > ABSENT)]
        unknown.append(others)
        base.append(np.full(len(others), against))
    none = [np.empty(0, np.intp)]
    return np.concatenate(none + unknown), np.concatenate(none + base)
