"""The scenarios that come with the package, each a file `NAME.yaml` in this folder.

Where the documents of a scenario ship with it, they are the files in the folder `NAME`.
"""

from __future__ import annotations

from pathlib import Path

from foedus.errors import UnknownName, nearest

FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The names of all shipped scenarios, in alphabetical order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def find(name: str) -> Path:
    """The file of a shipped scenario; raises `UnknownName` with the nearest name for any other."""
    if name not in names():
        raise UnknownName(f"no scenario that ships is called '{name}'{nearest(name, names())}")
    return FOLDER / f"{name}.yaml"


def find_documents(name: str) -> Path | None:
    """The folder with the documents of a shipped scenario; None where they do not ship."""
    folder = FOLDER / name
    return folder if name in names() and folder.is_dir() else None
