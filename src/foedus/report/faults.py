"""What is wrong with a file, with the line that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from foedus.errors import Fault, Mark

SHOWN = 96
LONGEST = 10_000


def print_faults(console: Console, faults: tuple[Fault, ...]) -> None:
    """Each fault as `file:line:column: message`, then the line with a caret where it can be read."""
    for fault in faults:
        console.print(str(fault), style="red", markup=False, soft_wrap=True)
        if fault.mark and (excerpt := _excerpt(fault.mark)):
            console.print(Text(excerpt), soft_wrap=True)


def fault_of(shape: Mapping[str, Any]) -> Fault:
    """A fault as JSON has it, in `foedus/check/1`."""
    place = Mark(shape["file"], shape["line"], shape["column"]) if shape["file"] else None
    return Fault(shape["message"], place, shape["code"])


def _excerpt(mark: Mark) -> str:
    line = _line(mark)
    if line is None or not line.strip():
        return ""
    column = min(mark.column, len(line) + 1)
    skipped = max(0, column - SHOWN + 16)
    piece = "".join(letter if letter.isprintable() else " " for letter in line[skipped : skipped + SHOWN])
    return f"    {piece.rstrip()}\n    {' ' * (column - 1 - skipped)}^"


def _line(mark: Mark) -> str | None:
    """The line of the file, cut where it is very long; None where there is no such file."""
    try:
        with Path(mark.file).open(encoding="utf-8", errors="replace") as lines:
            pieces = iter(lambda: lines.readline(LONGEST), "")
            return next(
                (text.rstrip("\n") for number, text in enumerate(pieces, 1) if number == mark.line), None
            )
    except OSError:
        return None
