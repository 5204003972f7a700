"""The files of folders: in order, within bounds, and never through a link."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from foedus.evidence.listing import SIDECARS
from foedus.evidence.reading import FORMATS, format_of

DEEPEST = 16
MOST_FILES = 200_000
TOP = PurePosixPath()
STAMP = re.compile(r"(?<=.)[_-][0-9a-f]{16,64}\Z")
OTHER = re.compile(r"[^\w.-]+")


@dataclass(frozen=True)
class Found:
    """A file to be read, or with `problem` one that is not, and why. `name` is where it is below `folder`."""

    path: Path
    name: PurePosixPath
    folder: Path
    problem: str = ""


def gather(paths: Sequence[Path]) -> Iterator[Found]:
    """The files that some paths lead to: named ones as they are, folders with all that they hold."""
    count = 0
    for path in paths:
        for each in in_folder(path) if path.is_dir() else [named(path)]:
            count += 1
            if count > MOST_FILES:
                yield Found(path, each.name, path, f"there are over {MOST_FILES:,} files, the most at once")
                return
            yield each


def named(path: Path) -> Found:
    known = format_of(path)
    problem = "" if known else f"its name ends in '{path.suffix}', expected {', '.join(FORMATS)}"
    return Found(path, PurePosixPath(path.name), path.parent, problem)


def in_folder(root: Path, below: PurePosixPath = TOP) -> Iterator[Found]:
    """Files of known formats, in the order of their names; a link, or what lies too deep, is a problem."""
    folder = root / below
    if len(below.parts) > DEEPEST:
        yield Found(folder, below, root, f"it lies over {DEEPEST} folders deep, and was left out")
        return
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Found(folder, below, root, f"it cannot be read: {error.strerror}")
        return
    for entry in entries:
        path, name = folder / entry.name, below / entry.name
        if entry.name.startswith(".") or (not below.parts and entry.name in SIDECARS):
            continue
        if entry.is_symlink():
            if entry.is_dir() or format_of(path):
                yield Found(path, name, root, "it is a link, which is not followed; name the file itself")
        elif entry.is_dir():
            yield from in_folder(root, name)
        elif format_of(path):
            yield Found(path, name, root)


def id_of(name: str) -> str:
    """The id that a file's name gives: without its ending, and without a content hash at its end.

    `000_6301ffa599d4fce1.txt` is `000`. Whatever citations cannot name becomes `-`.
    """
    stem = STAMP.sub("", PurePosixPath(name).stem)
    return OTHER.sub("-", stem).strip("-")[:100]
