"""What a solver returns: behaviour, its certificate, and a status for every world."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Status(IntEnum):
    """How a world ended; the sentences are for people."""

    SOLVED = 0
    NOT_CONVERGED = 1
    INVALID = 2

    @property
    def sentence(self) -> str:
        return {
            Status.SOLVED: "The residual is within the tolerance.",
            Status.NOT_CONVERGED: "The sweeps ended before the residual came within the tolerance.",
            Status.INVALID: "A number of this world is not finite, or probabilities do not sum to 1.",
        }[self]


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A logit agent quantal response equilibrium in each world; the world is the last axis.

    behaviour (option, world); values (actor, world) at the root; residual (world): max |σ − logit(Q)|;
    regret (world): the most that an agent could gain by its best option, given its beliefs, in payoff
    points; weighted_regret (world): the same with each information set weighted by its reach;
    status (world): `Status`; sweeps (world); limit_beliefs (world): whether an information set that chance
    never reaches took its beliefs as a limit. Where the status is not SOLVED the numbers mean nothing and
    must not be averaged.
    """

    behaviour: Floats
    values: Floats
    residual: Floats
    regret: Floats
    weighted_regret: Floats
    status: NDArray[np.int8]
    sweeps: NDArray[np.int32]
    limit_beliefs: NDArray[np.bool_]

    @property
    def solved(self) -> NDArray[np.bool_]:
        return self.status == Status.SOLVED
