"""One world's sweep as a smooth map of few unknowns: the log-odds of the choices that beliefs depend on.

A sweep takes nothing from the play it starts from but reach, and only into information sets of several nodes.
So play before those is all that has to be found; what comes after them the sweep itself answers.
"""

from __future__ import annotations

import numpy as np

from foedus.solve.block import Floats, Scratch, Tangent
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.layout import asked_rows
from foedus.solve.passes import ABSENT
from foedus.solve.problem import Problem, based


class Response:
    """The logit answer, in one world, to the play before hidden nodes, at λ = t · λ̂.

    `unknown` are the options whose log-odds against the likeliest by weight of the same information set
    (`base`) are the unknowns x. Weights 0 take an option out. `sweeps` counts passes, derivatives included.
    """

    def __init__(self, problem: Problem, world: int, scratch: Scratch, tangent: Tangent) -> None:
        self.scratch, self.tangent = scratch, tangent
        self._numbers = problem.numbers(np.array([world]))
        self._full = self._numbers.rationality.copy()
        weights = self._numbers.log_weights[:, 0]
        self.layout = based(problem.layout, weights <= ABSENT)
        self._log_weights = weights[self.layout.weight]
        self.sweeps = 0
        others = self.layout.row_option[: asked_rows(self.layout)]
        self._rows = np.flatnonzero(self._log_weights[others] > ABSENT)
        owner = np.repeat(np.arange(len(self.layout.mover)), np.diff(self.layout.first_option))
        self._bases = self.layout.base[owner[self.layout.row_option]]
        self.unknown, self.base = others[self._rows], self._bases[self._rows]

    @property
    def size(self) -> int:
        return len(self.unknown)

    @property
    def nodes(self) -> int:
        return len(self.layout.information_set)

    def start(self) -> Floats:
        """The unknowns of play by weight alone, the answer at t = 0."""
        odds: Floats = self._log_weights[self.unknown] - self._log_weights[self.base]
        return odds

    def odds(self, logs: Floats) -> Floats:
        """The unknowns of a play given as ln σ (option, …)."""
        odds: Floats = logs[self.unknown] - logs[self.base]
        return odds

    def filled(self, x: Floats) -> Floats:
        """All log-odds (row, lane) with the unknowns (unknown, lane) in their rows, the others by weight."""
        odds = self._log_weights[self.layout.row_option] - self._log_weights[self._bases]
        rows = np.repeat(odds[:, None], x.shape[1], axis=1)
        rows[self._rows] = x
        return rows

    def emptied(self, odds: Floats) -> Floats:
        """The unknowns (unknown, …) among all log-odds (row, …)."""
        unknowns: Floats = odds[self._rows]
        return unknowns

    def answers(self, x: Floats, t: float | Floats) -> Floats:
        """The log-odds that answer each lane's x (unknown, lane or 1) at its t (unknown, lane)."""
        self.scratch.odds[:] = self.filled(x)
        self._numbers.rationality[:] = self._full * t
        self.sweeps += 1
        compiled().respond(self.layout, self._numbers, self.scratch, self.tangent)
        return self.emptied(self.scratch.next_odds).copy()

    def answer(self, x: Floats, t: float) -> Floats:
        """The log-odds that answer x; not finite where the arithmetic gave out."""
        return self.answers(x[:, None], t)[:, 0]

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
        """The log-odds (row) last answered, with the answers of those whose play makes no difference."""
        return self.complete_lanes()[:, 0]

    def complete_lanes(self) -> Floats:
        """The same of every lane (row, lane)."""
        asked = asked_rows(self.layout)
        odds: Floats = self.scratch.odds.copy()
        odds[asked:] = self.scratch.next_odds[asked:]
        return odds

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

    def push_play(self, directions: Floats) -> Floats:
        """The derivative along one direction of x for each lane (unknown, lane), t held."""
        return self.push(np.vstack([directions, np.zeros(directions.shape[1])]))

    def matrices(self) -> Floats:
        """The derivative of each lane's last answer by every unknown (lane, unknown, unknown)."""
        found = np.empty((WIDTH, self.size, self.size))
        for k, unit in enumerate(np.eye(self.size)):
            found[:, :, k] = self.push_play(np.repeat(unit[:, None], WIDTH, axis=1)).T
        return found

    def jacobian(self) -> Floats:
        """The derivative of the last answer by every unknown, and by t in the last column."""
        columns = np.eye(self.size + 1)
        blocks = [self.push(columns[:, i : i + WIDTH]) for i in range(0, self.size + 1, WIDTH)]
        return np.concatenate(blocks, axis=1)
