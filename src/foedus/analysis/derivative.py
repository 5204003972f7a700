"""How fast a formula changes with a parameter: exactly, by adjoint sweeps, nearly always.

Of a formula that itself holds a derivative or a tipping point, by finite differences: the five-point formula
(Abramowitz and Stegun 1964, 25.3.6), with steps of a thousandth of the parameter's range, or of its size
where it has none; where a step would leave the range, five points on one side (25.3.5 and its mirror image).
Solutions are tightened, so that the solver's error does not drown the difference. All points of all worlds
are solved as one batch.

In many worlds an adjoint sweep for each would cost more than solving. There it is a central difference
(25.3.21) over a thousandth of the range either way, from solutions as they are, right to some four digits. So
it is in a single one of the worlds that a survey draws, whose numbers must not hang on those beside it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.formula import Evaluation
from foedus.analysis.gradients import Gradients, NoExactDerivative
from foedus.analysis.parameters import ParameterFrame
from foedus.language.expression import Expression
from foedus.language.scenario import Parameter

Floats = NDArray[np.float64]

STEP = 1e-3
FEW = 32
TIGHT = 1e-12
CENTRAL = ((-2.0, 1 / 12), (-1.0, -8 / 12), (1.0, 8 / 12), (2.0, -1 / 12))
FORWARD = ((0.0, -25 / 12), (1.0, 48 / 12), (2.0, -36 / 12), (3.0, 16 / 12), (4.0, -3 / 12))
BACKWARD = tuple((-offset, -weight) for offset, weight in FORWARD)


def derivative(evaluation: Evaluation, formula: Expression, parameter: str) -> Floats:
    """Derivative of a formula with respect to a parameter in each world, shape (world).

    The parameter is moved in the world, so a setting that overrides or patches it does not feel the move.
    NaN where the formula has a kink, or the equilibrium a fold; in worlds drawn, and in more than
    `FEW`, those are not looked for.
    """
    if evaluation.drawn or evaluation.count > FEW:
        return central(evaluation, formula, parameter)
    tight = evaluation
    if evaluation.solutions.tolerance > TIGHT:
        tight = evaluation.elsewhere(evaluation.solutions.worlds, TIGHT)
    try:
        value, slope = Gradients(tight, (parameter,)).signed(formula)
    except NoExactDerivative:
        return differences(evaluation, formula, parameter)
    if (np.isnan(slope) & ~np.isnan(value)).any():
        evaluation.because(f"there is no derivative by '{parameter}' here: a kink, a jump, a tie or a fold")
    return np.broadcast_to(slope[0], (evaluation.count,)).copy()


def central(evaluation: Evaluation, formula: Expression, parameter: str) -> Floats:
    """The same by the difference between two points, which stay inside the range; solutions are not kept."""
    from foedus.analysis.bulk import work_out  # noqa: PLC0415  (it imports formulas, which import this)

    solutions = evaluation.solutions
    here = np.array(ParameterFrame(solutions.scenario, solutions.worlds).parameter(parameter)[0])
    step = step_size(solutions.scenario.parameters[parameter], here)
    low, high = solutions.scenario.parameters[parameter].range or (-np.inf, np.inf)
    below, above = np.maximum(here - step, low), np.minimum(here + step, high)
    worlds = {name: np.tile(values, 2) for name, values in solutions.worlds.items()}
    there = evaluation.elsewhere({**worlds, parameter: np.concatenate([below, above])}, solutions.tolerance)
    work_out(there, [formula])
    found = there.signed(formula).reshape(2, -1)
    return np.asarray((found[1] - found[0]) / (above - below))


def differences(evaluation: Evaluation, formula: Expression, parameter: str) -> Floats:
    """The same by finite differences."""
    solutions = evaluation.solutions
    here = np.array(ParameterFrame(solutions.scenario, solutions.worlds).parameter(parameter)[0])
    step = step_size(solutions.scenario.parameters[parameter], here)
    offsets, weights = stencil(solutions.scenario.parameters[parameter], here, step)
    points = (here + offsets * step).ravel()
    worlds = {name: np.tile(values, len(offsets)) for name, values in solutions.worlds.items()}
    there = evaluation.elsewhere({**worlds, parameter: points}, min(TIGHT, solutions.tolerance))
    found = there.signed(formula).reshape(offsets.shape)
    slope = np.zeros(len(here))
    for weight, value in zip(weights, found, strict=True):
        slope += np.where(weight == 0.0, 0.0, weight * value)
    return slope / step


def step_size(parameter: Parameter, here: Floats) -> Floats:
    """The step in each world, shape (world)."""
    if parameter.range is not None:
        return np.full_like(here, STEP * (parameter.range[1] - parameter.range[0]))
    return STEP * np.where(here == 0.0, 1.0, np.abs(here))


def stencil(parameter: Parameter, here: Floats, step: Floats) -> tuple[Floats, Floats]:
    """Offsets in steps and weights, shape (point, world): central where that stays inside the range."""
    low, high = parameter.range or (-np.inf, np.inf)
    forward, backward = here - 2 * step < low, here + 2 * step > high
    padded = (*CENTRAL, (0.0, 0.0))
    choose = [np.array(each)[:, :, None] for each in (FORWARD, BACKWARD, padded)]
    picked = np.where(forward, choose[0], np.where(backward, choose[1], choose[2]))
    return picked[:, 0], picked[:, 1]
