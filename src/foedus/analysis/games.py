"""The compiled games of a scenario, and what was once found out about each."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

from foedus.analysis.cases import Case
from foedus.game.cache import cached_game
from foedus.game.compile import Variation
from foedus.game.game import Game
from foedus.language.scenario import Scenario

T = TypeVar("T")
Key = tuple[str, Variation]

MOST_RECENT = 8
MOST_NODES = 2_000_000
"""Games with more nodes than this together are not kept, but for those used last."""


class Games:
    """The compiled games of a scenario; each is compiled, or read from the disk, once.

    They are kept as long as the scenario is, for whoever asks for the games of this very scenario next.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._kept = _kept_for(scenario)

    def known(self, case: Case) -> Game | None:
        """The game, if it is kept already."""
        return self._kept.find((case.arrangement, case.variation))

    def of(self, case: Case) -> Game:
        key = case.arrangement, case.variation
        game = self._kept.find(key)
        return game or self._kept.keep(key, cached_game(self.scenario, *key))


class _Kept:
    """Games in the order of their last use."""

    def __init__(self) -> None:
        self._games: dict[Key, Game] = {}
        self._lock = Lock()

    def find(self, key: Key) -> Game | None:
        with self._lock:
            game = self._games.pop(key, None)
            if game is not None:
                self._games[key] = game
            return game

    def keep(self, key: Key, game: Game) -> Game:
        """Keep a game, or take that which another thread has kept meanwhile."""
        with self._lock:
            game = self._games.setdefault(key, game)
            nodes = sum(each.nodes for each in self._games.values())
            for old in list(self._games)[:-1]:
                if nodes <= MOST_NODES:
                    break
                nodes -= self._games.pop(old).nodes
            return game


_known: dict[int, tuple[weakref.ref[Scenario], _Kept]] = {}


def _kept_for(scenario: Scenario) -> _Kept:
    known = _known.get(id(scenario))
    if known is None or known[0]() is not scenario:
        place = id(scenario)
        reference = weakref.ref(scenario, lambda _: _known.pop(place, None))
        known = _known[place] = reference, _Kept()
    return known[1]


@dataclass(eq=False)
class _Facts:
    known: dict[Hashable, tuple[object, object]] = field(default_factory=dict)
    recent: dict[Hashable, object] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_facts: weakref.WeakKeyDictionary[Game, _Facts] = weakref.WeakKeyDictionary()


def _facts_of(game: Game) -> _Facts:
    return _facts.get(game) or _facts.setdefault(game, _Facts())


def once(game: Game, name: Hashable, given: object, find: Callable[[], T]) -> T:
    """What `find` says of a game and of something given, worked out once for both.

    `given` is compared by identity: it should be something that lives as long as the game does.
    """
    known = _facts_of(game).known
    if name not in known or known[name][0] is not given:
        known[name] = given, find()
    found: T = known[name][1]  # type: ignore[assignment]
    return found


def recall(game: Game, key: Hashable) -> Any:
    """What was last remembered of a game and a key; None if nothing was, or too much since."""
    facts = _facts_of(game)
    with facts.lock:
        found = facts.recent.pop(key, None)
        if found is not None:
            facts.recent[key] = found
        return found


def remember(game: Game, key: Hashable, found: object) -> None:
    """Remember something of a game and a key that tells all that it depends on; the last few are kept."""
    facts = _facts_of(game)
    with facts.lock:
        facts.recent.pop(key, None)
        facts.recent[key] = found
        for old in list(facts.recent)[:-MOST_RECENT]:
            del facts.recent[old]
