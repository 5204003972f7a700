"""Work shared between threads: those that help stay, and whoever asks for help works too."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_HELPERS = 64


def processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def shared(work: Callable[[T], object], blocks: Sequence[T], threads: int) -> None:
    """Call `work` for every block, each on whichever of so many threads is free; the caller's is one of them.

    Raises what a call raises, once those under way have ended.
    """
    waiting = iter(blocks)

    def take() -> None:
        for block in waiting:  # a list's iterator gives each of its items to one thread alone
            try:
                work(block)
            except BaseException:
                for _ in waiting:
                    pass
                raise

    with helped(take, min(threads, len(blocks)) - 1):
        take()


@contextmanager
def helped(work: Callable[[], object], helpers: int) -> Iterator[None]:
    """So many other threads, or as many as are free, call `work` meanwhile, and are waited for in the end.

    Raises what a call raises.
    """
    others = [_helpers().submit(work) for _ in range(helpers)]
    try:
        yield
    finally:
        begun = [other for other in others if not other.cancel()]
        wait(begun)
    for other in begun:
        other.result()


@cache
def _helpers() -> ThreadPoolExecutor:
    """Threads that stay: to start one takes as long as solving a hundred worlds of a small game.

    Nobody waits for one that is busy elsewhere, since whoever asks for help does all that is left.
    """
    return ThreadPoolExecutor(MOST_HELPERS, "foedus")


class PerThread(Generic[T]):
    """A thing that each thread makes once for itself."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._kept = threading.local()

    def get(self) -> T:
        if not hasattr(self._kept, "thing"):
            self._kept.thing = self._make()
        thing: T = self._kept.thing
        return thing
