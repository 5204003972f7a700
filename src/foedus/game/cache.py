"""Compiled games on disk.

An entry's name is the SHA-256 of everything that the game depends on, so entries are never out of date, only
unused. The folder is private to its owner, entries are written beside and renamed, and those not used for
longest go when the folder grows past its bound. Nothing that goes wrong with a cache is an error: then games
are compiled.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
import zipfile
import zlib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import foedus
from foedus.game import packing
from foedus.game.compile import Variation, compile_game
from foedus.game.game import Game
from foedus.language.scenario import Scenario

BOUND = 256 * 2**20
SUFFIX = ".npz"
Broken = (OSError, ValueError, KeyError, TypeError, EOFError, StopIteration, zipfile.BadZipFile, zlib.error)


def cached_game(scenario: Scenario, arrangement: str, variation: Variation | None = None) -> Game:
    """The compiled game, from the cache where it holds it; errors as those of `compile_game`."""
    variation = variation or Variation()
    folder = open_folder() if scenario.text else None
    if folder is None:
        return compile_game(scenario, arrangement, variation)
    path = folder / (key(scenario, arrangement, variation) + SUFFIX)
    known = load(path)
    if known is not None:
        return known
    game = compile_game(scenario, arrangement, variation)
    store(path, game)
    return game


# --- the key ----------------------------------------------------------------------------------------------


def key(scenario: Scenario, arrangement: str, variation: Variation) -> str:
    """The SHA-256 of all that a compiled game depends on, and of the file's name, which its messages tell."""
    content = {
        "version": foedus.__version__,
        "compiler": compiler_hash(),
        "scenario": scenario.text,
        "name": scenario.name,
        "file": scenario.file,
        "arrangement": arrangement,
        "variation": {each.name: _plain(getattr(variation, each.name)) for each in fields(variation)},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, tuple | frozenset) else value


@cache
def compiler_hash() -> str:
    """The SHA-256 of the sources of the language and the compiler."""
    package = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for path in sorted([*package.glob("language/*.py"), *package.glob("game/*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


# --- the folder -------------------------------------------------------------------------------------------


def cache_folder() -> Path:
    """Where compiled games are kept: $FOEDUS_CACHE/games, or foedus/games in the user's cache folder."""
    own = os.environ.get("FOEDUS_CACHE")
    if own:
        return Path(own) / "games"
    shared = os.environ.get("XDG_CACHE_HOME")
    return (Path(shared) if shared else Path.home() / ".cache") / "foedus" / "games"


def open_folder() -> Path | None:
    """The cache folder, made if missing; None unless it is a folder of our own that nobody else can read."""
    try:
        folder = cache_folder()
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            return None
        if stat.S_IMODE(found.st_mode) != 0o700:
            folder.chmod(0o700)
    except (OSError, RuntimeError):
        return None
    return folder


def load(path: Path) -> Game | None:
    """The game of an entry, which counts as used now; None where there is none, or a corrupt one."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(handle, "rb") as file:
            game = packing.unpack(file.read())
        os.utime(path)
    except Broken:
        return None
    return game


def store(path: Path, game: Game) -> None:
    """Writes an entry beside its place and renames it; a folder that cannot be written stays as it is."""
    try:
        handle, beside = tempfile.mkstemp(suffix=".new", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(packing.pack(game))
            os.replace(beside, path)
        except BaseException:
            os.unlink(beside)
            raise
        trim(path.parent)
    except OSError:
        return


def trim(folder: Path, bound: int = BOUND) -> None:
    """Removes the entries not used for longest until the rest is within the bound, in bytes."""
    entries = []
    for path in folder.iterdir():
        found = path.lstat()
        entries.append((found.st_mtime, found.st_size, path))
    size = sum(size for _, size, _ in entries)
    for _, each, path in sorted(entries):
        if size <= bound:
            break
        path.unlink(missing_ok=True)
        size -= each
