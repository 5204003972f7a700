"""Compiled games on disk: found again, never wrong, never in the way."""

from __future__ import annotations

import os
import stat
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from foedus import library
from foedus.game import cache, packing
from foedus.game.compile import Variation, compile_game
from foedus.game.dump import dump
from foedus.game.game import Game
from foedus.game.show import to_json
from foedus.language.reader import read_scenario
from foedus.study.worlds import sample_worlds
from plays import scenario

PLAY = """
    variables:
      x: {values: [no, yes]}
    play:
      - move: ask
        by: us
        options: {go: {set: {x: yes}}, stay: {}}
    payoffs: {us: x == yes}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOEDUS_CACHE", str(tmp_path))
    return tmp_path / "games"


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arrangements that were compiled, as they are."""
    seen: list[str] = []

    def count(text, arrangement, variation):
        seen.append(arrangement)
        return compile_game(text, arrangement, variation)

    monkeypatch.setattr(cache, "compile_game", count)
    return seen


def entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def test_a_game_is_compiled_once(folder, compiled):
    """The second time it is read, and is the same."""
    text = scenario(PLAY)
    first = cache.cached_game(text, "none")
    second = cache.cached_game(text, "none")
    assert compiled == ["none"]
    assert dump(first) == dump(second)


def same(one: Game, other: Game) -> bool:
    pairs = [(getattr(one, each.name), getattr(other, each.name)) for each in fields(Game)]
    return all(np.array_equal(a, b) and a.dtype == b.dtype for a, b in pairs if isinstance(a, np.ndarray))


@pytest.mark.parametrize("arrangement", ["none", "treaty"])
def test_a_game_comes_back_whole(arrangement):
    """Arrays, labels, origins and numbers survive being packed."""
    text = read_scenario(library.find("guarantee"))
    game = compile_game(text, arrangement)
    again = packing.unpack(packing.pack(game))
    assert same(game, again)
    assert (dump(game), to_json(game)) == (dump(again), to_json(again))
    assert game.table.origins == again.table.origins
    assert (game.table.base, game.table.places) == (again.table.base, again.table.places)
    worlds = sample_worlds(text, 20, seed=1)
    assert game.table.tabulate(worlds).payoffs.tobytes() == again.table.tabulate(worlds).payoffs.tobytes()
    assert game.labels.due.keys() == again.labels.due.keys()


@pytest.mark.parametrize(
    "change",
    [
        {"variation": Variation(in_force=True)},
        {"variation": Variation(start=(("x", "yes"),))},
        {"text": "other"},
        {"arrangement": "other"},
        {"name": "other"},
    ],
)
def test_whatever_a_game_depends_on_is_in_its_key(change):
    """Another text, name, arrangement or variation has another key."""
    text = scenario(PLAY)
    key = cache.key(text, "none", Variation())
    other = replace(text, **{name: value for name, value in change.items() if name in ("text", "name")})
    assert key == cache.key(text, "none", Variation())
    assert key != cache.key(other, change.get("arrangement", "none"), change.get("variation", Variation()))


def test_another_version_or_compiler_has_other_keys(monkeypatch):
    """Games compiled by another Foedus are not read."""
    text = scenario(PLAY)
    keys = {cache.key(text, "none", Variation())}
    monkeypatch.setattr("foedus.__version__", "0.0.0")
    keys.add(cache.key(text, "none", Variation()))
    monkeypatch.setattr(cache, "compiler_hash", lambda: "another")
    keys.add(cache.key(text, "none", Variation()))
    assert len(keys) == 3


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "text", "folder"])
def test_a_corrupt_entry_is_rebuilt(folder, compiled, damage):
    """A damaged file is compiled again, and replaced where it can be."""
    text = scenario(PLAY)
    good = dump(cache.cached_game(text, "none"))
    (entry,) = entries(folder)
    content = entry.read_bytes()
    middle = len(content) // 2
    damaged = {
        "cut": content[:middle],
        "flip": content[:middle] + bytes([content[middle] ^ 255]) + content[middle + 1 :],
        "empty": b"",
        "text": b"not a game",
    }
    entry.unlink()
    if damage == "folder":
        entry.mkdir()
    else:
        entry.write_bytes(damaged[damage])
    assert dump(cache.cached_game(text, "none")) == good
    assert len(compiled) == 2
    if damage != "folder":
        assert cache.load(entry) is not None


def test_a_pickle_is_never_read(folder, compiled, tmp_path):
    """An entry with an object array in it counts as corrupt."""
    text = scenario(PLAY)
    cache.cached_game(text, "none")
    (entry,) = entries(folder)
    with entry.open("wb") as file:
        np.savez(file, text=np.array([{"a": 1}], dtype=object))
    cache.cached_game(text, "none")
    assert len(compiled) == 2


def test_the_folder_is_private(folder):
    """Made with mode 0700, and brought back to it."""
    cache.cached_game(scenario(PLAY), "none")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.chmod(0o755)
    cache.cached_game(scenario(PLAY), "none")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_is_a_link_is_not_used(folder, compiled, tmp_path):
    """Somebody else could have put it there."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder.symlink_to(elsewhere)
    for _ in range(2):
        cache.cached_game(scenario(PLAY), "none")
    assert len(compiled) == 2
    assert not entries(elsewhere)


def test_a_folder_of_somebody_else_is_not_used(folder, compiled, monkeypatch):
    """Only what belongs to this user is read."""
    monkeypatch.setattr(os, "getuid", lambda: folder.parent.stat().st_uid + 1)
    cache.cached_game(scenario(PLAY), "none")
    assert not entries(folder)


@pytest.mark.parametrize("obstacle", ["file", "unwritable"])
def test_a_folder_that_cannot_be_written_is_no_obstacle(folder, compiled, monkeypatch, obstacle):
    """Games are compiled each time."""
    if obstacle == "file":
        folder.write_text("in the way")
    else:

        def refuse(*_, **__):
            raise PermissionError

        monkeypatch.setattr(cache.tempfile, "mkstemp", refuse)
    games = [cache.cached_game(scenario(PLAY), "none") for _ in range(2)]
    assert len(compiled) == 2
    assert dump(games[0]) == dump(games[1])


def test_a_scenario_without_text_is_not_kept(folder, compiled):
    """Two scenarios built by hand could not be told apart."""
    text = replace(scenario(PLAY), text="")
    for _ in range(2):
        cache.cached_game(text, "none")
    assert len(compiled) == 2
    assert not folder.exists()


def test_the_oldest_entries_go_when_the_folder_is_full(folder):
    """What was used last stays."""
    folder.mkdir(parents=True)
    for age, name in enumerate(["c.npz", "a.npz", "b.npz"]):
        path = folder / name
        path.write_bytes(bytes(100))
        os.utime(path, (1000 - age, 1000 - age))
    cache.trim(folder, bound=250)
    assert [path.name for path in entries(folder)] == ["a.npz", "c.npz"]


def test_a_used_entry_counts_as_new(folder):
    """Reading a game puts it at the end of those that may go."""
    cache.cached_game(scenario(PLAY), "none")
    (entry,) = entries(folder)
    os.utime(entry, (1, 1))
    cache.cached_game(scenario(PLAY), "none")
    assert entry.stat().st_mtime > 1


def test_nothing_unfinished_is_left_behind(folder, monkeypatch):
    """A file that could not be put in place is removed."""

    def refuse(*_):
        raise OSError

    monkeypatch.setattr(cache.os, "replace", refuse)
    cache.cached_game(scenario(PLAY), "none")
    assert not entries(folder)


def test_the_cache_stands_where_the_environment_says(monkeypatch, tmp_path):
    """$FOEDUS_CACHE before $XDG_CACHE_HOME before the home folder."""
    monkeypatch.delenv("FOEDUS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / "foedus" / "games"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.cache_folder() == tmp_path / "home" / ".cache" / "foedus" / "games"
