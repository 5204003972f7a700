"""The errors that Foedus raises: one root, and a stable code for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column are counted from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and where."""

    message: str
    mark: Mark | None = None
    code: str = "scenario"

    def __str__(self) -> str:
        return f"{self.mark}: {self.message}" if self.mark else self.message


class FoedusError(Exception):
    """Anything that Foedus refuses; `code` names the kind and does not change between versions."""

    code: ClassVar[str] = "foedus"


class ScenarioError(FoedusError):
    """A scenario file has faults: all that were found, each with its place."""

    code = "scenario"

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))

    @classmethod
    def at(cls, mark: Mark | None, message: str, code: str = "scenario") -> ScenarioError:
        return cls(Fault(message, mark, code))


class UnknownName(FoedusError):
    """A name given on the command line or in a call is not in the scenario."""

    code = "unknown-name"


class SizeLimit(ScenarioError):
    """A game grows past the node limit."""

    code = "size"


class EvidenceError(FoedusError):
    """A document, a citation or the store of evidence is not what it has to be."""

    code = "evidence"


def nearest(name: str, known: list[str] | tuple[str, ...] | set[str] | frozenset[str]) -> str:
    """A hint that names the closest known name, or an empty string."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""
