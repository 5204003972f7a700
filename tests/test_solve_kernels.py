"""The kernels' arithmetic, and where their compiled code is kept."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.solve import arithmetic, kernels
from foedus.solve.block import Floats, zeros
from foedus.solve.lanes import WIDTH, halves, join, load, store

PROGRAM = """
import logging, sys
logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
sys.path.insert(0, sys.argv[1])
from games import random_game
from foedus.solve import kernels
from foedus.solve.solver import solve
print("needed", kernels.needs_compiling())
found = solve(*random_game(1))
narrow = kernels.narrow_is_ready()
print("solved", found.solved.all(), found.values.sum().hex(), narrow, kernels.cache_folder())
"""


@numba.jit(nopython=True, _nrt=False)
def exps(x: Floats, y: Floats) -> None:
    for row in range(x.shape[0]):
        store(y, row, arithmetic.exp(load(x, row)))


@numba.jit(nopython=True, _nrt=False)
def logs(x: Floats, y: Floats) -> None:
    for row in range(x.shape[0]):
        store(y, row, arithmetic.log(load(x, row)))


@numba.jit(nopython=True, _nrt=False)
def first_shares(x: Floats, y: Floats) -> None:
    for row in range(x.shape[0]):
        store(y, row, arithmetic.logistic(load(x, row))[0])


@numba.jit(nopython=True, _nrt=False)
def second_shares(x: Floats, y: Floats) -> None:
    for row in range(x.shape[0]):
        store(y, row, arithmetic.logistic(load(x, row))[1])


@numba.jit(nopython=True, _nrt=False)
def joined_shares(x: Floats, y: Floats) -> None:
    """Two rows at a time, of which there must be an even number."""
    for row in range(0, x.shape[0], 2):
        both = halves(arithmetic.logistic(join(load(x, row), load(x, row + 1)))[0])
        store(y, row, both[0])
        store(y, row + 1, both[1])


def apply(kernel, numbers: list[float]) -> Floats:
    rows = -(-len(numbers) // WIDTH)
    x, y = zeros(rows), zeros(rows)
    x.ravel()[:] = np.resize(numbers, x.size)
    kernel(x, y)
    return y.ravel()[: len(numbers)]


@settings(deadline=None)
@given(st.lists(st.floats(-707, 700), min_size=1, max_size=40))
def test_exp(numbers: list[float]) -> None:
    """exp is within one unit in the last place of the true value."""
    true = np.exp(np.array(numbers, dtype=np.longdouble))
    error = np.abs(apply(exps, numbers) - true) / np.spacing(true.astype(float))
    assert float(error.max()) <= 1.0


@settings(deadline=None)
@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=40))
def test_log(numbers: list[float]) -> None:
    """log is within one unit in the last place of the true value."""
    true = np.log(np.array(numbers, dtype=np.longdouble))
    error = np.abs(apply(logs, numbers) - true) / np.spacing(np.abs(true).astype(float))
    assert float(error.max()) <= 1.0


@pytest.mark.parametrize("side", [0, 1])
def test_logistic(side: int) -> None:
    """Both shares are within three units in the last place; beyond ±707 one is 0; NaN is NaN."""
    rng = np.random.default_rng(0)
    numbers = np.concatenate([rng.normal(0, 1, 4000), rng.normal(0, 30, 4000), rng.uniform(-707, 707, 4000)])
    exponents = numbers.astype(np.longdouble) * (1 if side else -1)
    true = 1 / (1 + np.exp(exponents))
    found = apply((first_shares, second_shares)[side], numbers.tolist())
    assert (np.abs(found - true) / np.spacing(true.astype(float))).max() <= 3
    far = [-708.0, 708.0, -1e300, 1e300, -np.inf, np.inf, np.nan, 0.0]
    ends = apply((first_shares, second_shares)[side], far)
    assert ends.tolist()[:6] == [side, 1 - side] * 3
    assert np.isnan(ends[6])
    assert ends[7] == 0.5


def test_joined_vectors() -> None:
    """Two vectors joined give the same bits as each alone."""
    numbers = np.random.default_rng(1).normal(0, 100, 4 * WIDTH).tolist()
    assert apply(joined_shares, numbers).tolist() == apply(first_shares, numbers).tolist()


def test_exp_at_its_ends() -> None:
    """exp of very negative numbers is 0, of 0 exactly 1, of NaN NaN."""
    given_numbers = [-np.inf, -1e300, -1e6, -709.0, 0.0, -0.0, np.nan]
    assert apply(exps, given_numbers).tolist()[:6] == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0]
    assert np.isnan(apply(exps, given_numbers)[6])


def run(tmp_path: Path, **environment: str) -> list[str]:
    command = [sys.executable, "-c", PROGRAM, str(Path(__file__).parent)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=tmp_path, env={**os.environ, **environment}
    )
    return done.stdout.splitlines()


def test_cache(tmp_path: Path) -> None:
    """The first process says that it compiles; the second finds the code, and the same bits.

    That few worlds are solved once is no reason to compile the narrow kernel too.
    """
    home = str(tmp_path / "cache")
    first, second = run(tmp_path, FOEDUS_CACHE=home), run(tmp_path, FOEDUS_CACHE=home)
    assert first[0] == "needed True"
    assert "compiling" in first[1]
    assert second[0] == "needed False"
    assert second[1] == first[2]
    assert first[2].startswith("solved True")
    assert first[2].split()[3] == "False"


def test_cache_that_cannot_be_written(tmp_path: Path) -> None:
    """Where the cache folder cannot be made, one among the temporary files serves, and serves again."""
    blocked, temporary = tmp_path / "file", tmp_path / "temporary"
    blocked.write_text("not a folder")
    temporary.mkdir()
    places = {"FOEDUS_CACHE": str(blocked / "cache"), "TMPDIR": str(temporary)}
    first, second = run(tmp_path, **places), run(tmp_path, **places)
    assert first[-1].startswith("solved True")
    assert (first[0], second[0]) == ("needed True", "needed False")
    assert second[-1] == first[-1]
    folder = Path(first[-1].split()[-1])
    assert folder.parent == temporary
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_others_may_have_filled(tmp_path: Path) -> None:
    """A link, a file, a folder that others can write and one that is not there are not taken for our own."""
    own, shared, link, file = (tmp_path / name for name in ("own", "shared", "link", "file"))
    own.mkdir(mode=0o700)
    shared.mkdir()
    shared.chmod(0o777)
    link.symlink_to(own)
    file.write_text("")
    assert [kernels.is_ours(folder) for folder in (own, shared, link, file)] == [True, False, False, False]


def test_a_folder_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A temporary folder that belongs to somebody else is passed over."""
    monkeypatch.setenv("FOEDUS_CACHE", str(tmp_path / "file" / "cache"))
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    folder = kernels.cache_folder.__wrapped__()
    assert "12345" not in folder.name
    assert folder.parent == tmp_path
