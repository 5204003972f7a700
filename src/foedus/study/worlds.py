"""Worlds: values for the parameters that vary, many at once.

Worlds are points of a Sobol' sequence (Sobol' 1967, direction numbers of Joe and Kuo 2008), one column for
each parameter in the order of the file, each scrambled by itself: a random lower triangular matrix and a
random shift of the binary digits (Matoušek 1998). World k is the same whatever the number of worlds drawn, a
parameter's column depends on its place in the file and on the seed alone, and the same worlds serve every
arrangement. Correlations are a Gaussian copula (Nelsen 2006): they join the ranks of two parameters and
leave each one's distribution alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from foedus.errors import FoedusError
from foedus.language.scenario import Parameter, Scenario

Floats = NDArray[np.float64]
Worlds = Mapping[str, Floats]
"""Parameter values (world) by name; parameters that follow from others are left out."""

BITS = 32


class SamplingError(FoedusError):
    """Worlds that cannot be drawn: a correlation matrix that no distribution has, say."""

    code = "sampling"


def base_world(scenario: Scenario) -> Worlds:
    """The one world of the base values; arrays of shape (1,)."""
    return repeat_base(scenario, 1)


def repeat_base(scenario: Scenario, count: int) -> dict[str, Floats]:
    """The base values, `count` times; arrays of shape (world)."""
    base = {name: told.value for name, told in scenario.parameters.items() if told.value is not None}
    return _named(base, np.fromiter(base.values(), np.float64, len(base))[:, None], count)


def repeated(worlds: Worlds, count: int) -> dict[str, Floats]:
    """A single world, `count` times; arrays of shape (world)."""
    return _named(worlds, np.array([*worlds.values()], np.float64).reshape(-1, 1), count)


def _named(names: Iterable[str], values: Floats, count: int) -> dict[str, Floats]:
    """Values (parameter, 1) by name, `count` times."""
    return dict(zip(names, np.repeat(values, count, axis=1), strict=True))


def varied(scenario: Scenario) -> tuple[str, ...]:
    """The parameters that differ between worlds, in file order."""
    return tuple(name for name, parameter in scenario.parameters.items() if _varies(parameter))


def sample_worlds(scenario: Scenario, n: int, seed: int, first: int = 0) -> Worlds:
    """Worlds `first` … `first + n - 1` of the sequence that `seed` scrambles; arrays of shape (world).

    `seed` is a whole number from 0; 0 is a seed like any other. Parameters without a range keep their value.
    Raises SamplingError for a count or seed below zero, or correlations that contradict each other.
    """
    if n < 1 or first < 0 or seed < 0:
        raise SamplingError(f"cannot draw {n} worlds from world {first} with seed {seed}")
    return _worlds(scenario, n, lambda columns: _scrambled(_digits(columns, n, first), columns, seed))


def sample_scrambles(
    scenario: Scenario, n: int, seed: int, scrambles: int = 16
) -> tuple[Worlds, NDArray[np.int64]]:
    """`n` worlds from independent scrambles of the sequence, and the number (world) of each world's scramble.

    World k is point k // scrambles of scramble k % scrambles: the same however many are drawn, and the sizes
    of scrambles differ by at most one. No scramble is that of `sample_worlds` with any seed, or one of
    another seed. Shapes and errors otherwise as in `sample_worlds`.
    """
    if n < 1 or seed < 0 or scrambles < 1:
        raise SamplingError(f"cannot draw {n} worlds from {scrambles} scrambles with seed {seed}")

    def points(columns: list[int]) -> Floats:
        digits = _digits(columns, (n - 1) // scrambles + 1, 0)
        found = np.empty((len(columns), n))
        for number in range(min(scrambles, n)):
            size = (n - number - 1) // scrambles + 1
            found[:, number::scrambles] = _scrambled(digits[:, :size], columns, seed, (number,))
        return found

    return _worlds(scenario, n, points), np.arange(n, dtype=np.int64) % scrambles


def _worlds(scenario: Scenario, n: int, points: Callable[[list[int]], Floats]) -> Worlds:
    """The base values, and where parameters vary what the points (column, world) make of them."""
    worlds = repeat_base(scenario, n)
    names = varied(scenario)
    if not names:
        return worlds
    from foedus.study.quantiles import quantile  # noqa: PLC0415  (SciPy is slow to import)

    places = [list(scenario.parameters).index(name) for name in names]
    ranks = _correlate(scenario, names, points(places))
    for name, rank in zip(names, ranks, strict=True):
        worlds[name] = quantile(scenario.parameters[name], rank)
    return worlds


def _varies(parameter: Parameter) -> bool:
    return parameter.expression is None and (
        parameter.range is not None or parameter.distribution is not None
    )


def _digits(columns: list[int], n: int, first: int) -> NDArray[np.uint64]:
    """The whole numbers (column, world) that are some columns of the sequence before it is scrambled."""
    from scipy.stats import qmc  # noqa: PLC0415

    engine = qmc.Sobol(max(columns) + 1, scramble=False, bits=BITS)
    if first:
        engine.fast_forward(first)
        points = engine.random(n)
    else:
        points = engine.random_base2((n - 1).bit_length())[:n]
    return np.ascontiguousarray((points[:, columns] * 2.0**BITS).astype(np.uint64).T)


def _scrambled(
    digits: NDArray[np.uint64], columns: list[int], seed: int, scramble: tuple[int, ...] = ()
) -> Floats:
    """Points strictly inside the unit cube, shape (column, world)."""
    rows = [_scramble(row, seed, column, scramble) for row, column in zip(digits, columns, strict=True)]
    # The middle of each cell: at 0 and 1 a normal quantile is infinite.
    return (np.stack(rows).astype(np.float64) + 0.5) * 2.0**-BITS


def _scramble(
    digits: NDArray[np.uint64], seed: int, column: int, scramble: tuple[int, ...]
) -> NDArray[np.uint64]:
    """The whole numbers (world) of one column with their binary digits scrambled."""
    # A key of its own, since a further number after the seed would be the same as none where it is 0.
    random = np.random.default_rng(np.random.SeedSequence([seed, column], spawn_key=scramble))
    # Digit k, from the highest, changes itself for sure and each lower digit with probability one half.
    tops = np.uint64(1) << np.arange(BITS - 1, -1, -1, dtype=np.uint64)
    images = tops + random.integers(0, tops, dtype=np.uint64)
    result = np.full(len(digits), random.integers(0, 2**BITS, dtype=np.uint64))
    for top, image in zip(tops, images, strict=True):
        result ^= np.where(digits & top, image, np.uint64(0))
    return result


def _correlate(scenario: Scenario, names: tuple[str, ...], ranks: Floats) -> Floats:
    """The same ranks, those of correlated parameters joined by the copula; shape (column, world)."""
    place = {name: column for column, name in enumerate(names)}
    pairs = [each for each in scenario.correlations if all(name in place for name in each.between)]
    joined = sorted({place[name] for each in pairs for name in each.between})
    if not joined:
        return ranks
    from scipy.special import ndtr, ndtri  # noqa: PLC0415

    matrix = np.eye(len(joined))
    for each in pairs:
        row, column = (joined.index(place[name]) for name in each.between)
        matrix[row, column] = matrix[column, row] = each.correlation
    factor = _cholesky(matrix, [names[column] for column in joined])
    normal = ndtri(ranks[joined])
    for row, column in enumerate(joined):
        # Summed column by column: a matrix product would round differently with the number of threads.
        mixed = np.zeros(ranks.shape[1])
        for other in range(row + 1):
            mixed += factor[row, other] * normal[other]
        ranks[column] = ndtr(mixed)
    return ranks


def _cholesky(matrix: Floats, names: list[str]) -> Floats:
    """The lower factor of a correlation matrix that may be singular (a correlation of 1 is allowed)."""
    size = len(matrix)
    factor = np.zeros_like(matrix)
    for row in range(size):
        for column in range(row + 1):
            known = sum(factor[row, k] * factor[column, k] for k in range(column))
            rest = matrix[row, column] - known
            if row == column:
                if rest < -1e-12:
                    raise SamplingError(f"the correlations between {', '.join(names)} contradict each other")
                factor[row, row] = np.sqrt(max(rest, 0.0))
            elif factor[column, column] > 1e-9:
                factor[row, column] = rest / factor[column, column]
            elif abs(rest) > 1e-9:
                raise SamplingError(f"the correlations between {', '.join(names)} contradict each other")
    return factor
