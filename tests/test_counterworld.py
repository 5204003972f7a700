"""The nearest world in which a verdict turns, held against closed forms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from foedus.analysis.counterworld import CounterWorld, Ground, nearest

Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]


def search(
    margin: Function, slopes: Function, dimensions: int, *, idle: int = 0, samples: int = 4096, seed: int = 1
) -> CounterWorld | None:
    """The counter-world in a box of ranges that are 2 wide, around a base in their middle."""
    size = dimensions + idle
    ranges = np.tile([3.0, 5.0], (size, 1))
    base = np.full(size, 4.0)

    def inside(points: Floats) -> Floats:
        return (points[:, :dimensions] - 4.0) / 2.0

    def at(points: Floats) -> Floats:
        return margin(inside(points))

    def along(points: Floats) -> Floats:
        return np.hstack([slopes(inside(points)) / 2.0, np.zeros((len(points), idle))])

    drawn = np.random.default_rng(seed).uniform(3.0, 5.0, (samples, size))
    holds = bool(at(base[None])[0] > 0)
    return nearest(Ground(base, ranges, at, along, holds), drawn, at(drawn))


def plane(normal: Floats, offset: float) -> tuple[Function, Function]:
    return (lambda x: offset - x @ normal), (lambda x: np.tile(-normal, (len(x), 1)))


def test_plane() -> None:
    """The distance to a plane is its offset over the length of its normal."""
    normal = np.array([3.0, -2.0, 1.0, 0.5])
    found = search(*plane(normal, 1.0), 4, idle=6)
    assert found is not None
    assert found.distance == pytest.approx(1.0 / np.linalg.norm(normal), rel=0.01)
    assert (found.moves[4:] == 0.0).all()


def test_plane_in_many_dimensions() -> None:
    """Twenty assumptions that matter among a hundred that do not."""
    normal = np.random.default_rng(3).uniform(0.5, 2.0, 20)
    found = search(*plane(normal, 1.5), 20, idle=100)
    assert found is not None
    assert found.distance == pytest.approx(1.5 / np.linalg.norm(normal), rel=0.01)


def test_sphere() -> None:
    """A claim that fails inside a ball away from the base."""
    centre = np.array([0.4, 0.3, 0.0])
    found = search(
        lambda x: np.linalg.norm(x - centre, axis=1) - 0.2,
        lambda x: (x - centre) / np.linalg.norm(x - centre, axis=1)[:, None],
        3,
        idle=3,
    )
    assert found is not None
    assert found.distance == pytest.approx(0.5 - 0.2, rel=0.01)


def test_product() -> None:
    """Where a product of two falls below a threshold the nearest point lies on the diagonal."""
    found = search(
        lambda x: (x[:, 0] + 0.6) * (x[:, 1] + 0.6) - 0.16,
        lambda x: np.stack([x[:, 1] + 0.6, x[:, 0] + 0.6], axis=1),
        2,
    )
    assert found is not None
    assert found.distance == pytest.approx(0.2 * np.sqrt(2), rel=0.01)


def test_active_bounds() -> None:
    """An assumption that would have to leave its range stays at its end, and the others go further."""
    normal = np.array([2.0, 0.5, 0.5])
    found = search(*plane(normal, 1.2), 3)
    assert found is not None
    rest = (1.2 - 2.0 * 0.5) / 0.5
    assert found.moves[0] == pytest.approx(0.5, abs=0.02)
    assert found.distance == pytest.approx(np.sqrt(0.25 + rest**2 / 2), rel=0.01)


def test_kink() -> None:
    """The margin of a conjunction is a minimum: the nearer of its two planes counts."""
    normals = np.array([[1.0, 0.2], [-0.3, 1.0]])
    offsets = np.array([0.4, 0.3])

    def margin(x: Floats) -> Floats:
        return (offsets - x @ normals.T).min(axis=1)

    def slopes(x: Floats) -> Floats:
        return -normals[(offsets - x @ normals.T).argmin(axis=1)]

    found = search(margin, slopes, 2, idle=2)
    assert found is not None
    assert found.distance == pytest.approx((offsets / np.linalg.norm(normals, axis=1)).min(), rel=0.01)


def test_claim_that_fails_at_the_base() -> None:
    """The nearest world in which a claim that fails holds."""
    found = search(*plane(np.array([1.0, 1.0]), -0.3), 2)
    assert found is not None
    assert found.margin > 0.0
    assert found.distance == pytest.approx(0.3 / np.sqrt(2), rel=0.01)


def test_without_slopes() -> None:
    """Where there are no slopes a sampled world drawn in is better than nothing, and it has turned."""
    margin, _ = plane(np.array([1.0, 1.0]), 0.4)
    found = search(margin, lambda x: np.full(x.shape, np.nan), 2)
    assert found is not None
    assert found.margin < 0.0
    assert 0.4 / np.sqrt(2) <= found.distance < 0.4


def test_no_sampled_world_has_turned() -> None:
    """The slopes lead to a world that no sample hit."""
    normal = np.array([1.0, 1.0, 1.0])
    found = search(*plane(normal, 1.45), 3, samples=16)
    assert found is not None
    assert found.distance == pytest.approx(1.45 / np.sqrt(3), rel=0.01)


def test_nothing_turns() -> None:
    """Where the verdict is the same everywhere there is no counter-world."""
    assert search(*plane(np.array([0.1, 0.1]), 5.0), 2) is None


def test_undefined_places() -> None:
    """An undefined verdict is not a turned one."""
    margin, slopes = plane(np.array([1.0, 0.0]), 0.25)

    def partly(x: Floats) -> Floats:
        return np.where(x[:, 1] > 0.1, np.nan, margin(x))

    found = search(partly, slopes, 2)
    assert found is not None
    assert found.distance == pytest.approx(0.25, rel=0.01)


def test_what_is_not_certified_is_not_told() -> None:
    """A world whose margin the certificate does not confirm is no counter-world; one that it does is."""
    margin, slopes = plane(np.array([1.0, 0.0]), 0.25)
    drawn = np.random.default_rng(1).uniform(-0.5, 0.5, (256, 2))
    box = np.zeros(2), np.tile([-0.5, 0.5], (2, 1))

    def nothing(x: Floats) -> Floats:
        return np.full(len(x), np.nan)

    assert nearest(Ground(*box, margin, slopes, True, nothing), drawn, margin(drawn)) is None
    found = nearest(Ground(*box, margin, slopes, True, lambda x: 2.0 * margin(x)), drawn, margin(drawn))
    assert found is not None
    assert found.margin == pytest.approx(2.0 * margin(found.point[None])[0])


def test_a_jump() -> None:
    """Where the margin jumps a straight line tells nothing of the place, and it is found all the same."""

    def jumps(x: Floats) -> Floats:
        return np.where(x[:, 0] + x[:, 1] > 0.3, -100.0, 1e-3)

    found = search(jumps, lambda x: np.full(x.shape, np.nan), 2)
    assert found is not None
    assert found.margin == -100.0
    assert found.moves.sum() == pytest.approx(0.3, rel=0.001)
