"""Certain of the branch: answers are linked to uniform play at λ = 0, or else traced from there."""

from __future__ import annotations

import numpy as np

from foedus.solve.block import Indices
from foedus.solve.equilibrium import Branch
from foedus.solve.layout import matters
from foedus.solve.links import Linking
from foedus.solve.problem import Answers, Problem
from foedus.solve.tracing import BranchTracing

LINKING = Linking()
COLUMNS = ("behaviour", "values", "report", "method", "branch")


def make_certain(problem: Problem, answers: Answers, worlds: Indices, tracing: BranchTracing) -> None:
    """Put the principal branch's answer in place of any that is not seen to lie on it.

    Where the branch cannot be traced to its end either, the answer stays what it was, and says so.
    """
    if not matters(problem.game).any():
        return
    dull = (problem.tabulation.rationality[:, worlds] == 0.0).all(axis=0)
    answers.branch[worlds[dull]] = Branch.PRINCIPAL
    worlds = worlds[~dull]
    answers.branch[worlds] = LINKING(problem, answers, worlds)
    loose = worlds[answers.branch[worlds] == Branch.SWEEPS]
    if not len(loose):
        return
    before = {name: getattr(answers, name)[..., loose].copy() for name in COLUMNS}
    logs = {world: answers.logs[world] for world in loose.tolist() if world in answers.logs}
    answers.report[:, loose] = np.nan
    tracing(problem, answers, loose)
    arrived = answers.residual[loose] <= problem.tolerance
    arrived &= answers.branch[loose] != Branch.SWEEPS
    lost = loose[~arrived]
    for name, column in before.items():
        getattr(answers, name)[..., lost] = column[..., ~arrived]
    answers.logs.update({world: logs[world] for world in lost.tolist() if world in logs})
