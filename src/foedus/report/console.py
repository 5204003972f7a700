"""The terminal: how wide it is, and what it can print."""

from __future__ import annotations

import codecs
import io
import sys
import unicodedata

from rich.console import Console

WIDTH = 100
"""Columns where the output is no terminal, so that a file or a pipe gets the same tables everywhere."""

PLAIN = {
    "λ": "L",
    "–": "-",
    "—": "-",
    "−": "-",
    "→": ">",
    "·": ".",
    "…": ".",
    "≤": "<",
    "≥": ">",
    "Δ": "d",
    "×": "x",
}


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """Replace a character by one of the same width, so that columns stay where they are."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    letters = error.object[error.start : error.end]
    return "".join(map(_plain, letters)), error.end


def _plain(letter: str) -> str:
    base = PLAIN.get(letter) or unicodedata.normalize("NFKD", letter)[0]
    return base if base.isascii() else "?"


codecs.register_error("foedus-plain", _plainly)


def make_console(*, stderr: bool = False) -> Console:
    """A console on standard output or standard error that never fails on a character it cannot encode."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="foedus-plain")
    wide = None if stream.isatty() else WIDTH
    return Console(file=stream, width=wide, highlight=False, emoji=False, soft_wrap=False)
