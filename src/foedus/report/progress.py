"""Progress on standard error for anything that takes more than a second.

A terminal gets a bar; a file or a pipe gets a plain line now and then.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from foedus.report.console import make_console

PATIENCE = 1.0
INTERVAL = 10.0


class Watch:
    """What a long computation reports to: call it with what is done and what there is to do."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = title
        self._begun = self._spoken = time.monotonic()
        self._bar: Progress | None = None
        self._done, self._total, self._label = 0.0, 0.0, ""
        self._timer = threading.Timer(PATIENCE, self.show)
        self._timer.daemon = True
        self._lock = threading.Lock()
        self._closed = False

    def __call__(self, done: float, total: float, label: str = "") -> None:
        with self._lock:
            self._done, self._total, self._label = done, total, label
            if self._bar:
                self._draw(self._bar)
            elif not self._console.is_terminal and time.monotonic() - self._spoken > INTERVAL:
                self._speak()

    def start(self) -> None:
        self._timer.start()

    def stop(self) -> None:
        self._timer.cancel()
        with self._lock:
            self._closed = True
            if self._bar:
                self._bar.stop()

    def show(self) -> None:
        """Begin to show progress; the work is worth it."""
        with self._lock:
            if self._closed:
                return
            if self._console.is_terminal:
                self._bar = _bar(self._console)
                self._bar.add_task(self._title, total=None)
                self._draw(self._bar)
                self._bar.start()
            else:
                self._speak()

    def _draw(self, bar: Progress) -> None:
        task = bar.task_ids[0]
        bar.update(task, completed=self._done, total=self._total or None, description=self._words())

    def _words(self) -> str:
        return f"{self._title} ({self._label})" if self._label else self._title

    def _speak(self) -> None:
        self._spoken = time.monotonic()
        share = f" {self._done / self._total:.0%}" if self._total else ""
        self._console.print(f"{self._words()}:{share} after {self._spoken - self._begun:.0f} s", markup=False)


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


class Speaker(logging.Handler):
    """Prints what the package has to say while it works, above the bar where there is one."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        self._console.print(f"Foedus: {record.getMessage()}", markup=False)


@contextmanager
def watching(title: str) -> Iterator[Watch]:
    """A `Watch` on standard error that speaks up only if the block takes more than a second."""
    console = make_console(stderr=True)
    watch, speaker, log = Watch(console, title), Speaker(console), logging.getLogger("foedus")
    level = log.level
    log.addHandler(speaker)
    log.setLevel(logging.INFO)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()
        log.setLevel(level)
        log.removeHandler(speaker)
