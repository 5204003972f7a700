"""A short run of the fuzzer: whatever the file, it is refused with a place, or solved."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from fuzz_efg import Findings, attempt
from spoilt import EXTREMES, Grower, any_input, good_samples


@pytest.mark.parametrize("seed", range(6))
def test_any_file(seed: int, tmp_path: Path) -> None:
    """Grown, spoilt and extreme files end as they may, and of each kind of end there are some."""
    samples, found, path = good_samples(), Findings(), tmp_path / "input.efg"
    for number in range(50):
        path.write_bytes(any_input(Random(f"{seed}/{number}"), samples))
        attempt(path, found)
    assert found.ends.total() == 50
    assert found.ends["refused"]
    assert found.ends["built and solved"]


@pytest.mark.parametrize("number", range(len(EXTREMES)))
def test_an_extreme_file(number: int, tmp_path: Path) -> None:
    """A file that is deep, wide or long is read or refused at once."""
    found, path = Findings(), tmp_path / "input.efg"
    for seed in range(4):
        path.write_text(EXTREMES[number](Random(f"{number}/{seed}")), "utf-8")
        attempt(path, found)
    assert found.ends.total() == 4


def test_grown_files_are_games(tmp_path: Path) -> None:
    """The grammar of the fuzzer is that of the reader: what it grows without a fault is read."""
    found, path = Findings(), tmp_path / "input.efg"
    for seed in range(40):
        grower = Grower(Random(seed))
        grower.odd, grower.names = 0.0, ("", "s", "é")
        path.write_text(grower.text(), "utf-8")
        attempt(path, found)
    assert not found.ends["refused"]
