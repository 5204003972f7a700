"""Backward induction: exact where every information set is a single node.

One pass from the ends to the root, for any rationality. At λ = ∞ it gives a subgame-perfect equilibrium;
options whose payoffs differ by less than 1e-12 of the actor's largest payoff count as tied, and share by
weight, which is the limit of the logit response.
"""

from __future__ import annotations

from foedus.solve.block import Indices
from foedus.solve.equilibrium import Method
from foedus.solve.kernels import compiled
from foedus.solve.lanes import WIDTH
from foedus.solve.problem import Answers, Found, PerThread, Problem


def backward_induction(problem: Problem, answers: Answers, worlds: Indices) -> None:
    """Answer the problem in the worlds named."""
    scratches, options = PerThread(problem.scratch), problem.game.options

    def work(block: Indices) -> None:
        scratch, numbers, lanes = scratches.get(), problem.numbers(block), len(block)
        compiled().induct(problem.layout, numbers, scratch)
        compiled().certify(problem.layout, numbers, scratch)
        played, worth = scratch.sigma[:options, :lanes], scratch.values[0, :, :lanes]
        answers.keep(block, Found(played, worth, scratch.report[:, :lanes]), Method.BACKWARD_INDUCTION)
        answers.sweeps[block] = 1

    problem.over_blocks(worlds, work, WIDTH)
