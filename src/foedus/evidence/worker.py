"""A process of its own for HTML and PDF files, with bounds on its memory and on its time for each file.

Requests and answers are lines of JSON; the bytes of the file follow a request. The process touches no file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import IO, Any, cast

from foedus.errors import EvidenceError

MEMORY = 2 * 2**30
SECONDS = 60.0
COMMAND = (sys.executable, "-P", "-m", "foedus.evidence.worker")


class Worker:
    """Reads one file after another; starts again after one that went past the bounds. Use as a context."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def read(self, data: bytes, format_: str, encoding: str | None) -> dict[str, Any]:
        """What `webpage.read` or `pdf.read` made of the bytes; EvidenceError if they refused."""
        process = self._process or self._start()
        assert process.stdin
        assert process.stdout
        head = json.dumps({"format": format_, "size": len(data), "encoding": encoding})
        timer = threading.Timer(self.seconds, process.kill)
        timer.start()
        try:
            process.stdin.write(head.encode() + b"\n" + data)
            process.stdin.flush()
            answer = process.stdout.readline()
        except OSError:
            answer = b""
        finally:
            timer.cancel()
        if not answer.endswith(b"\n"):
            self._stop()
            raise EvidenceError(
                f"reading it as {format_.upper()} took over {self.seconds:g} s, or over {MEMORY // 2**30} GiB"
            )
        found = json.loads(answer)
        if "error" in found:
            if found.get("exhausted"):
                self._stop()
            raise EvidenceError(str(found["error"]))
        return cast("dict[str, Any]", found)

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        return self._process

    def _stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.communicate()
            self._process = None


def bound_memory() -> None:
    """Bound this process's memory, where the system can do that."""
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def answer(head: dict[str, Any], data: bytes) -> dict[str, Any]:
    """The answer to one request; whatever a damaged file brings about is an error with a reason."""
    from foedus.evidence import pdf, webpage  # noqa: PLC0415 (heavy, and only for this process)

    try:
        if head["format"] == "pdf":
            return pdf.read(data)
        return webpage.read(data, head["encoding"])
    except EvidenceError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"reading it takes over {MEMORY // 2**30} GiB of memory", "exhausted": True}
    except Exception as error:  # the libraries raise any kind on damaged files
        said = str(error)[:200] or type(error).__name__
        return {"error": f"it cannot be read as {head['format'].upper()}: {said}"}


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    while line := source.readline():
        head = json.loads(line)
        sink.write(json.dumps(answer(head, source.read(head["size"]))).encode() + b"\n")
        sink.flush()


if __name__ == "__main__":
    bound_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer)
