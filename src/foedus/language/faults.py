"""What is found wrong while a file is read: collected, so that all of it is told at once."""

from __future__ import annotations

from collections.abc import Collection

from foedus.errors import Fault, Mark, ScenarioError, nearest

MOST_HINTS = 100
MOST_KNOWN = 2000
MOST_FAULTS = 200


class Faults:
    """Grows while a file is read; `report` ends the reading if there is anything to tell.

    Only the first faults get a hint: to search for names like one that is not there takes time.
    """

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.seen: set[Fault] = set()
        self.hints = 0

    def add(self, message: str, mark: Mark | None, code: str = "scenario") -> None:
        fault = Fault(message, mark, code)
        if fault not in self.seen:
            self.seen.add(fault)
            self.found.append(fault)

    def unknown(self, what: str, name: str, known: Collection[str], mark: Mark | None, of: str = "") -> None:
        """A name that is not there, with the nearest that is, or with all if they are few."""
        owner = f" of '{of}'" if of else ""
        self.add(f"unknown {what} '{name}'{owner}{self.hint(name, known)}", mark, "name")

    def hint(self, name: str, known: Collection[str]) -> str:
        """The nearest known name, or all of them if they are few; nothing after the first faults."""
        self.hints += 1
        if self.hints > MOST_HINTS or len(known) > MOST_KNOWN:
            return ""
        close = nearest(name, tuple(known))
        if close or not 0 < len(known) <= 8:
            return close
        return f"; known are {', '.join(known)}"

    def report(self) -> None:
        if self.found:
            raise told(self.found)


def told(faults: list[Fault]) -> ScenarioError:
    """The error that tells the faults, as many as anyone will read."""
    ordered = in_order(faults)
    rest = ordered[MOST_FAULTS:][:1]
    last = [Fault(f"more than {MOST_FAULTS} faults; the rest is not told", each.mark) for each in rest]
    return ScenarioError(*ordered[:MOST_FAULTS], *last)


def in_order(faults: list[Fault]) -> list[Fault]:
    """By place in the file, each once; those without a place last."""
    return sorted(dict.fromkeys(faults), key=lambda fault: place(fault.mark))


def place(mark: Mark | None) -> tuple[bool, int, int]:
    return (mark is None, mark.line if mark else 0, mark.column if mark else 0)
