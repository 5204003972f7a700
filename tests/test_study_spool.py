"""Columns too long for memory: exact order statistics, whatever the parts in which numbers come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from foedus.study import spool
from foedus.study.spool import Spool, quantiles

LEVELS = (0.05, 0.5, 0.95)
numbers = arrays(
    np.float64,
    st.integers(1, 60),
    elements=st.one_of(
        st.floats(-1e6, 1e6, allow_nan=False), st.sampled_from([0.0, -0.0, 1.0, 0.25, np.nan])
    ),
)


def spooled(values: np.ndarray, part: int, memory: int) -> tuple[list[float], int]:
    """The quantiles of a column between two others, one of which has two numbers where it has one."""
    kept = Spool(memory)
    for first in range(0, len(values), part):
        some = values[first : first + part]
        kept.append([np.repeat(some, 2) + 1.0, some, some - 1.0])
    try:
        return kept.quantiles(1, LEVELS)
    finally:
        kept.close()


def of_numpy(values: np.ndarray) -> list[float]:
    known = values[~np.isnan(values)]
    return np.quantile(known, LEVELS).tolist() if len(known) else []


@given(numbers, st.integers(1, 20), st.sampled_from([0, 200, 10**6]))
def test_quantiles_are_those_of_all_numbers(values: np.ndarray, part: int, memory: int):
    """In memory or in a file, quantiles are NumPy's to the last bit, and NaN is left out and counted."""
    found, count = spooled(values, part, memory)
    assert found == of_numpy(values)
    assert count == np.isfinite(values).sum()


@given(numbers, st.integers(1, 30))
def test_quantiles_are_found_by_their_bits(values: np.ndarray, whole: int):
    """However few numbers may be sorted at once, ties and zeros of either sign included."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "WHOLE", whole)
        assert quantiles(lambda: [values[:7], values[7:]], LEVELS)[0] == of_numpy(values)


def test_many_numbers_are_never_sorted_at_once():
    """Of half a million numbers the quantiles are exact, of a narrow heap and of a wide one."""
    random = np.random.default_rng(5)
    for values in (random.random(500_000), np.exp(random.normal(0, 40, 500_000)), np.ones(500_000)):
        found, count = spooled(values, 4096, 10**6)
        assert (found, count) == (of_numpy(values), len(values))


def test_what_is_spooled_leaves_nothing_behind(tmp_path, monkeypatch: pytest.MonkeyPatch):
    """The file has no name, not even while it is used."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    kept = Spool(0)
    for _ in range(3):
        kept.append([np.arange(10.0)])
    assert list(tmp_path.iterdir()) == []
    assert kept.quantiles(0, (0.5,)) == ([4.5], 30)
    kept.close()
