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
    UNSUPPORTED = 3

    @property
    def sentence(self) -> str:
        return {
            Status.SOLVED: "The residual is within the tolerance.",
            Status.NOT_CONVERGED: "Nothing that was tried brought the residual within the tolerance.",
            Status.INVALID: "A number of this world is not finite, or probabilities do not sum to 1.",
            Status.UNSUPPORTED: "Infinite rationality is supported only where nothing is hidden.",
        }[self]


class Method(IntEnum):
    """The method that gave a world's answer."""

    NONE = 0
    BACKWARD_INDUCTION = 1
    ACCELERATED_SWEEPS = 2
    RATIONALITY_STEPS = 3
    CALMED_SWEEPS = 4
    BRANCH_TRACING = 5

    @property
    def sentence(self) -> str:
        return {
            Method.NONE: "No method gave an answer.",
            Method.BACKWARD_INDUCTION: "One exact backward pass: nothing is hidden.",
            Method.ACCELERATED_SWEEPS: "Accelerated sweeps from uniform play.",
            Method.RATIONALITY_STEPS: "Rationality raised in steps from 0.",
            Method.CALMED_SWEEPS: "Bursts of accelerated sweeps between stretches of small steps.",
            Method.BRANCH_TRACING: "The principal branch followed by arclength.",
        }[self]


class Branch(IntEnum):
    """Which branch of solutions a world's answer is known to lie on; no more is claimed."""

    NONE = 0
    PRINCIPAL = 1
    SWEEPS = 2
    BIFURCATED = 3

    @property
    def sentence(self) -> str:
        return {
            Branch.NONE: "There is no answer.",
            Branch.PRINCIPAL: "It was linked to λ = 0, or traced from there, or is the only solution.",
            Branch.SWEEPS: "It is where sweeps led; usually, but not certainly, the principal branch.",
            Branch.BIFURCATED: "It was followed from λ = 0 past a bifurcation: the branch is not unique.",
        }[self]


SOLVED, UNSOLVED = np.int8(Status.SOLVED), np.int8(Status.NOT_CONVERGED)
INVALID, UNSUPPORTED = np.int8(Status.INVALID), np.int8(Status.UNSUPPORTED)
"""The same as numbers: NumPy takes several times as long to compare with a member of an enumeration."""


@dataclass(frozen=True, eq=False)
class Equilibrium:
    """A logit agent quantal response equilibrium in each world; the world is the last axis.

    behaviour (option, world); values (actor, world) at the root; residual (world): max |σ − logit(Q)|;
    regret (world): the most that an agent could gain by its best option, given its beliefs, in payoff
    points; weighted_regret (world): the same with each information set weighted by its reach;
    status (world): `Status`; sweeps (world); limit_beliefs (world): whether an information set that chance
    never reaches took its beliefs as a limit; ties (world): whether an actor of infinite rationality was
    indifferent somewhere, and shared its choice by weight; method (world): `Method`; branch (world):
    `Branch`, what is known of where the answer lies; checked (world): whether residual and regrets are those
    of the independent certificate; discrepancy (world): how far the kernels' residual is from that, 0 where
    it was not computed. Where the status is not SOLVED the numbers mean nothing and must not be averaged;
    behaviour and values are NaN where it is INVALID or UNSUPPORTED.
    """

    behaviour: Floats
    values: Floats
    residual: Floats
    regret: Floats
    weighted_regret: Floats
    status: NDArray[np.int8]
    sweeps: NDArray[np.int32]
    limit_beliefs: NDArray[np.bool_]
    ties: NDArray[np.bool_]
    method: NDArray[np.int8]
    branch: NDArray[np.int8]
    checked: NDArray[np.bool_]
    discrepancy: Floats

    @property
    def solved(self) -> NDArray[np.bool_]:
        return np.equal(self.status, SOLVED)
