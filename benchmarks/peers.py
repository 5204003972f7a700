"""Other solvers, each in a process of its own that answers one request at a time and can be killed."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
from types import TracebackType
from typing import Any

PATIENCE = 60.0
STARTING = 120.0

Answer = dict[str, Any]


class Peer:
    """The process `python -m benchmarks.NAME`. An answer that does not come within 60 s is None."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def ask(self, patience: float = PATIENCE, **request: Any) -> Answer | None:
        """The answer to a request, both objects of JSON; None, and the process ended, if it takes longer."""
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        return self._answer(process, patience)

    def available(self) -> bool:
        """Whether the peer can be imported here."""
        found = self.ask(STARTING, do="hello")
        return bool(found and found.get("ready"))

    def _start(self) -> subprocess.Popen[str]:
        words = [sys.executable, "-m", f"benchmarks.{self.name}"]
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        return self._process

    def _answer(self, process: subprocess.Popen[str], patience: float) -> Answer | None:
        assert process.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(process.stdout, selectors.EVENT_READ)
            line = process.stdout.readline() if waiting.select(patience) else ""
        if not line:
            self.stop()
            return None
        answer: Answer = json.loads(line)
        return answer


def serve(answer: Any) -> None:
    """The other side: one line of JSON in, one out, until there is no more."""
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except Exception as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(found), flush=True)
