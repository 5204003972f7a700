"""The principal branch of a small tree, followed by arclength in one compiled call.

It is `branch.py` once more, with the same judgement of steps, in scalar code; what differs is said here. The
guess goes on along the cubic through the last two points. Newton's method has the matrix anew at each step,
and the last gives the tangent. A step whose guess passes the goal is taken to where t, by the guess, has the
value asked for, and corrected with t held: that is the arrival.
"""

from __future__ import annotations

from math import acos, copysign, exp, inf, sqrt
from typing import Any, NamedTuple

from foedus.solve.arithmetic import part
from foedus.solve.small import conclude, copy, respond
from foedus.solve.small_plan import desk_in, piece, plan_in, routine
from foedus.solve.small_system import assemble, eliminate

HERE, ALONG, LAST, BEFORE, GUESS, AHEAD, ONWARD, NORMAL = range(8)
ROWS = 8
ARRIVED, OUT_OF_STEPS, STUCK = 0, 1, 2
SMALL = 1e-3  # a correction, in log-odds, that is no danger however slowly it shrinks
CLOSE = 1e-3  # a correction after which the next, of its square's size, is not needed
TIGHT = 1e-8  # the same at arrival, and in steps shorter than SHORT, as near a bifurcation
SHORT = 0.2
SINGULAR = 0.5  # the same where the determinant is less than so much of what it was
GROWTH = 0.15  # of τ, or 1: longer steps might pass two bifurcations unseen where the branch is straight


class Limits(NamedTuple):
    """The numbers of `branch.Pace`, and the most that a payoff varies by."""

    first: float
    least: float
    most: float
    narrow: float
    miss: float
    turn: float
    swing: float
    contraction: float
    steps: int
    spread: float


@routine
def follow(plan: Any, desk: Any, limits: Any, rationality: float) -> tuple[int, int, int]:
    """Go from λ = 0 to the first point with λ as asked for, which is left in AHEAD.

    How it ended, how many bifurcations were met, and in how many steps.
    """
    path, last = desk.path, desk.odds.shape[0]
    goal = max(rationality * limits.spread, 1.0)
    if not goal < inf:
        return STUCK, 0, 0
    if last == 0:
        path[AHEAD, last] = goal
        return ARRIVED, 0, 1
    path[HERE], path[NORMAL] = 0.0, 0.0
    path[NORMAL, last] = 1.0
    start = assemble(plan, desk, path[HERE], path[NORMAL], rationality, goal)
    side = eliminate(desk.matrix, last + 1) if start < inf else 0.0
    if side == 0.0:
        return STUCK, 0, 0
    take_tangent(desk, ALONG, HERE)
    hold(desk)
    step, before, bifurcations = limits.first, 0.0, 0
    for made in range(1, limits.steps + 1):
        length, landing = aim(path, last, step, before, goal)
        close = TIGHT if landing or length < SHORT else CLOSE
        copy(path[GUESS], path[AHEAD])
        found, contraction, turned = correct(plan, desk, limits, rationality, goal, close)
        strain = judge(desk, limits, contraction) if found else 4.0
        if found and close > TIGHT and not abs(turned) >= SINGULAR * abs(side):
            found, again, turned = correct(plan, desk, limits, rationality, goal, TIGHT)
            strain = judge(desk, limits, max(contraction, again)) if found else 4.0
        good = strain <= 2.0 and (same(turned, side) or (not landing and length <= limits.narrow))
        if good and landing:
            return ARRIVED, bifurcations, made
        share = crossing(path, last, goal) if good else -1.0
        if share >= 0.0:
            if land(plan, desk, limits, rationality, goal, side, share):
                return ARRIVED, bifurcations, made
            good = False
        if not good:
            step = length / (4.0 if strain <= 2.0 and not same(turned, side) else max(strain, 2.0))
            if step < limits.least:
                return STUCK, bifurcations, made
            continue
        bifurcations += not same(turned, side)
        before, side = advance(path), turned
        hold(desk)
        step = min(length / max(strain, 0.4), limits.most)
    return OUT_OF_STEPS, bifurcations, limits.steps


def solve_small(
    codes: Any,
    by_code: Any,
    numbers: Any,
    by_number: Any,
    room: Any,
    by_room: Any,
    rationality: float,
) -> None:
    """The branch's answer at λ, in the desk, with its `report`: how it ended, bifurcations, steps, residual
    and regret. Plan and desk are packed; after the plan's numbers come the limits, and the spread of payoffs.
    """
    plan, desk = plan_in(codes, by_code, numbers, by_number), desk_in(room, by_room)
    told = piece(numbers, by_number, 4)
    limits = Limits(
        told[0], told[1], told[2], told[3], told[4], told[5], told[6], told[7], int(told[8]), told[9]
    )
    copy(plan.payoff, desk.value)
    ending, bifurcations, made = follow(plan, desk, limits, rationality)
    copy(desk.path[AHEAD], desk.odds)
    respond(plan, desk, rationality, 0.0, 0)
    conclude(plan, desk)
    desk.report[0], desk.report[1], desk.report[2] = ending, bifurcations, made
    desk.report[3], desk.report[4] = certify(plan, desk, rationality)


@part
def hold(desk: Any) -> None:
    for o in range(desk.held.shape[0]):
        desk.held[o] = desk.sigma[o]


@routine
def certify(plan: Any, desk: Any, rationality: float) -> tuple[float, float]:
    """How far, in probability, play is from its answer, and the most that an option could gain."""
    residual = regret = 0.0
    for a in range(plan.top.shape[0]):
        if not abs(desk.value[plan.top[a]]) < inf:
            return inf, inf
    for k in range(plan.first_unknown.shape[0]):
        first, last = plan.first_option[k], plan.first_option[k + 1]
        best, total, mean = -inf, 0.0, 0.0
        for o in range(first, last):
            best = max(best, desk.worth[o])
        for o in range(first, last):
            total += exp(rationality * (desk.worth[o] - best))
            mean += desk.sigma[o] * desk.worth[o]
        for o in range(first, last):
            change = abs(exp(rationality * (desk.worth[o] - best)) / total - desk.sigma[o])
            if not change <= 1.0:
                return inf, inf
            residual = max(residual, change)
        regret = max(regret, best - mean)
    return residual, regret


@routine
def weight(path: Any, row: int, i: int) -> Any:
    """The weight of a square: the mean of the unknowns, and t; large ones count by their ratio."""
    unknowns = path.shape[1] - 1
    by_ratio = 1.0 / (1.0 + abs(path[row, i]) / 10.0) ** 2
    return by_ratio / max(unknowns, 1) if i < unknowns else by_ratio


@routine
def take_tangent(desk: Any, row: int, at: int) -> None:
    """The tangent from the system last solved, of length 1 at the point in row `at`."""
    path = desk.path
    size = path.shape[1]
    long, square = desk.matrix.shape[0] // size, 0.0
    for i in range(size):
        path[row, i] = part = desk.matrix[i * long + size + 1]
        square += weight(path, at, i) * part * part
    for i in range(size):
        path[row, i] /= sqrt(square)


@routine
def advance(path: Any) -> float:
    """Take the point AHEAD for HERE; how far it is, by the mean of the tangents there and here."""
    along = square = 0.0
    for i in range(path.shape[1]):
        mean = 0.5 * (path[ALONG, i] + path[ONWARD, i])
        share = weight(path, HERE, i) * mean
        along += share * (path[AHEAD, i] - path[HERE, i])
        square += share * mean
    for source, target in ((HERE, LAST), (ALONG, BEFORE), (AHEAD, HERE), (ONWARD, ALONG)):
        copy(path[source], path[target])
    return along / square


@part
def bends(path: Any, i: int, before: float) -> tuple[float, float]:
    """The second and third coefficients of Hermite's cubic of place i through the last point and this one."""
    if not before > 0.0:
        return 0.0, 0.0
    slope = (path[HERE, i] - path[LAST, i]) / before
    out, into = path[BEFORE, i], path[ALONG, i]
    return (2.0 * into + out - 3.0 * slope) / before, (into + out - 2.0 * slope) / before**2


@routine
def aim(path: Any, last: int, step: float, before: float, goal: float) -> tuple[float, bool]:
    """The guess a step ahead, and the plane to correct it in; how long the step is, and whether it lands."""
    rise, (square, cube) = path[ALONG, last], bends(path, last, before)
    if rise > 0.0:
        step = min(step, max(GROWTH * path[HERE, last], 1.0) / rise)
    left = goal - path[HERE, last]
    landing = rise > 0.0 and rise * step + square * step**2 + cube * step**3 >= left
    if landing:
        low = 0.0
        for _ in range(20):
            middle = 0.5 * (low + step)
            if rise * middle + square * middle**2 + cube * middle**3 >= left:
                step = middle
            else:
                low = middle
    for i in range(last + 1):
        square, cube = bends(path, i, before)
        path[GUESS, i] = path[HERE, i] + step * (path[ALONG, i] + step * (square + step * cube))
        path[NORMAL, i] = 0.0 if landing else weight(path, HERE, i) * path[ALONG, i]
    if landing:
        path[GUESS, last], path[NORMAL, last] = goal, 1.0
    return step, landing


@routine
def correct(
    plan: Any, desk: Any, limits: Any, rationality: float, goal: float, close: float
) -> tuple[bool, float, float]:
    """Newton's method from AHEAD in the plane across the normal: whether it found the curve, the worst
    contraction, and the determinant there, whose sign is the orientation.
    """
    path, size = desk.path, desk.path.shape[1]
    long, before, worst = desk.matrix.shape[0] // size, 0.0, 0.0
    for k in range(10):
        if not assemble(plan, desk, path[AHEAD], path[NORMAL], rationality, goal) < inf:
            return False, worst, 0.0
        turned = eliminate(desk.matrix, size)
        if turned == 0.0:
            return False, worst, 0.0
        moved = 0.0
        for i in range(size):
            move = desk.matrix[i * long + size]
            path[AHEAD, i] += move
            share = abs(move) / (1.0 + abs(path[AHEAD, i]))
            if not share < inf:
                return False, worst, 0.0
            moved = max(moved, share)
        if k > 0:
            worst = max(worst, moved / max(before, SMALL))
        if not path[AHEAD, size - 1] >= 0.0 or not worst <= 4.0 * limits.contraction:
            return False, worst, 0.0
        if moved <= close:
            return True, worst, turned
        before = moved
    return False, worst, 0.0


@part
def same(one: float, other: float) -> bool:
    """Whether two determinants tell of the same orientation."""
    return (one > 0.0) == (other > 0.0)


@routine
def judge(desk: Any, limits: Any, contraction: float) -> Any:
    """The tangent at its end, and how much too long a step was: 1 is as it should be, 4 the most told."""
    take_tangent(desk, ONWARD, AHEAD)
    path, last = desk.path, desk.path.shape[1] - 1
    along, square, swing = 0.0, 0.0, 0.0
    for i in range(last + 1):
        share = weight(path, AHEAD, i) * path[ALONG, i]
        along += share * path[ONWARD, i]
        square += share * path[ALONG, i]
    if not abs(along) < inf:
        return 4.0
    turn = acos(min(max(along / sqrt(square), -1.0), 1.0))
    for o in range(desk.logs.shape[0]):
        swing = max(swing, abs(desk.sigma[o] - desk.held[o]))
    curved = max(miss(path, last) / limits.miss, contraction / limits.contraction)
    return min(max(sqrt(curved), turn / limits.turn, swing / limits.swing), 4.0)


@routine
def miss(path: Any, last: int) -> float:
    """How far, in log-odds, the guess was astray."""
    worst = 0.0
    for i in range(last):
        worst = max(worst, abs(path[AHEAD, i] - path[GUESS, i]) / (1.0 + 0.01 * abs(path[AHEAD, i])))
    return worst


@routine
def distance(path: Any) -> float:
    square = 0.0
    for i in range(path.shape[1]):
        square += weight(path, HERE, i) * (path[AHEAD, i] - path[HERE, i]) ** 2
    return sqrt(square)


@routine
def cubic(path: Any, i: int, length: float, share: float) -> Any:
    """Hermite's cubic of place i between the two points."""
    s, r = share, 1.0 - share
    ends = (1.0 + 2.0 * s) * r * r * path[HERE, i] + s * s * (3.0 - 2.0 * s) * path[AHEAD, i]
    return ends + length * (s * r * r * path[ALONG, i] - s * s * r * path[ONWARD, i])


@routine
def crossing(path: Any, last: int, goal: float) -> float:
    """A share at which the cubic of τ is past the goal, with no more than one crossing before; or −1."""
    length, rise = distance(path), path[AHEAD, last] - path[HERE, last]
    out, into = length * path[ALONG, last], length * path[ONWARD, last]
    b = 3.0 * rise - 2.0 * out - into
    root = b * b - 3.0 * (out + into - 2.0 * rise) * out
    found = 1.0 if path[AHEAD, last] >= goal else 2.0
    if root >= 0.0:
        part = -(b + copysign(sqrt(root), b))
        for share in (part / (3.0 * (out + into - 2.0 * rise)), out / part):
            if 0.0 < share < found and cubic(path, last, length, share) >= goal:
                found = share
    return found if found <= 1.0 else -1.0


@routine
def land(
    plan: Any, desk: Any, limits: Any, rationality: float, goal: float, side: float, share: float
) -> bool:
    """Find the first crossing of the goal between the two points, from the cubic through them."""
    path, last = desk.path, desk.path.shape[1] - 1
    low, high, length = 0.0, share, distance(path)
    for _ in range(40):
        middle = 0.5 * (low + high)
        past = cubic(path, last, length, middle) >= goal
        low, high = (low, middle) if past else (middle, high)
    for i in range(last):
        path[GUESS, i] = cubic(path, i, length, high)
        path[NORMAL, i] = 0.0
    path[GUESS, last], path[NORMAL, last] = goal, 1.0
    copy(path[GUESS], path[AHEAD])
    found, _, turned = correct(plan, desk, limits, rationality, goal, TIGHT)
    return found and same(turned, side) and miss(path, last) <= 4.0 * limits.miss
