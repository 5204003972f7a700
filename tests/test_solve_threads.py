"""How work is shared between threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from foedus.solve import threads as module
from foedus.solve.block import Indices
from foedus.solve.threads import helped, shared

BLOCKS = [np.arange(first, first + 3) for first in range(0, 60, 3)]


@pytest.mark.parametrize("threads", [1, 2, 5, 100])
def test_every_block_is_taken_once(threads: int) -> None:
    """However many threads share the blocks; the caller's is one of them."""
    taken: list[int] = []
    shared(lambda block: taken.append(int(block[0])), BLOCKS, threads)
    assert sorted(taken) == [int(block[0]) for block in BLOCKS]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_what_a_block_raises_is_raised(threads: int) -> None:
    """Blocks under way are done then, and the rest are not begun."""
    begun, ended = [], []

    def work(block: Indices) -> None:
        begun.append(int(block[0]))
        if block[0] == 9:
            raise ZeroDivisionError
        ended.append(int(block[0]))

    with pytest.raises(ZeroDivisionError):
        shared(work, BLOCKS, threads)
    before = list(begun)
    assert sorted([*ended, 9]) == sorted(before)
    shared(lambda block: None, BLOCKS, threads)
    assert begun == before


def test_helpers_that_are_busy_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all of them work elsewhere, whoever asks for help does everything."""
    release = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(module, "_helpers", lambda: pool)
        busy = pool.submit(release.wait)
        taken: list[str] = []
        shared(lambda block: taken.append(threading.current_thread().name), BLOCKS, 4)
        release.set()
        assert busy.result()
    assert taken == [threading.current_thread().name] * len(BLOCKS)


@pytest.mark.parametrize("helpers", [0, 1, 3])
def test_help_is_waited_for(helpers: int) -> None:
    """What others do meanwhile has ended afterwards, whatever the caller did."""
    may_end, ended = threading.Event(), []

    def work() -> None:
        may_end.wait()
        ended.append(threading.current_thread().name)

    with helped(work, helpers):
        assert not ended
        may_end.set()
    assert len(ended) <= helpers
    assert threading.current_thread().name not in ended


def test_what_help_raises_is_raised() -> None:
    """But not before the caller is done."""
    begun = threading.Event()

    def fail() -> None:
        begun.set()
        raise ZeroDivisionError

    done = []

    def get_help() -> None:
        with helped(fail, 1):
            begun.wait()
            done.append(1)

    with pytest.raises(ZeroDivisionError):
        get_help()
    assert done
