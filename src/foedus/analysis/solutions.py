"""Cases solved in some worlds, each distinct case once."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.cases import Case
from foedus.analysis.events import parents
from foedus.analysis.frame import Ground
from foedus.analysis.games import Games, recall, remember
from foedus.analysis.parameters import ParameterFrame, column
from foedus.analysis.sums import Followed, Sum, add_up
from foedus.analysis.tally import Tally, passes, tally
from foedus.analysis.tracks import Bits, asked_of, bit_sets
from foedus.analysis.unfolding import Groups
from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.language.scenario import Scenario
from foedus.solve import evaluate
from foedus.solve.equilibrium import Equilibrium
from foedus.solve.follow import follow
from foedus.solve.solver import solve, solve_each
from foedus.study.worlds import Worlds

Floats = NDArray[np.float64]

TOLERANCE = 1e-10
CERTAIN, OVERHEAD = 100_000, 300
FEW, LIGHT = 2, 100_000
"""Equilibria of so few worlds, with so few probabilities, are remembered for a while: thus nobody solves the
base values twice."""


def prepare() -> None:
    """Load what counts, before threads ask for it all at once."""
    passes()


def affords_certainty(game: Game, worlds: int) -> bool:
    """Whether so many worlds of a game are few enough to make certain of the branch in each.

    It costs some ten times as much as the answers, and in small games what it costs is not the nodes.
    """
    return worlds * (game.nodes + OVERHEAD) <= CERTAIN


def size_of(worlds: Worlds) -> int:
    """How many worlds there are; a scenario without parameters has one."""
    return len(next(iter(worlds.values()), (None,)))


def part_of(worlds: Worlds, first: int, last: int) -> Worlds:
    """Worlds first … last − 1."""
    if first == 0 and last == size_of(worlds):
        return worlds
    return {name: values[first:last] for name, values in worlds.items()}


def worlds_of(scenario: Scenario, case: Case, worlds: Worlds) -> Worlds:
    """The worlds with the case's parameters in place; their expressions read the worlds as they were."""
    if not case.parameters:
        return worlds
    frame = ParameterFrame(scenario, worlds)
    count = size_of(worlds)
    return {**worlds, **{name: column(value, frame, count) for name, value in case.parameters}}


@dataclass(frozen=True, eq=False)
class Solution:
    """One case solved in some worlds; whatever follows from it is worked out when first asked for."""

    ground: Ground
    tabulation: Tabulation
    equilibrium: Equilibrium
    threads: int | None = None

    @property
    def game(self) -> Game:
        return self.ground.game

    @cached_property
    def solved(self) -> NDArray[np.bool_]:
        return self.equilibrium.solved

    @property
    def behaviour(self) -> Floats:
        return self.equilibrium.behaviour

    @cached_property
    def reach(self) -> Floats:
        """Probability that the play passes each node, shape (node, world)."""
        return evaluate.reach(self.game, self.tabulation, self.behaviour, self.threads)

    @cached_property
    def values(self) -> Floats:
        """Expected payoff from each node on, shape (node, actor, world)."""
        return evaluate.node_values(self.game, self.tabulation, self.behaviour, self.threads)

    def actor(self, name: str) -> int:
        return self.game.actors.index(name)

    @cached_property
    def _followed(self) -> dict[tuple[Bits, int | None], tuple[Floats, Floats | None]]:
        return {}

    def mass(self, bits: Bits) -> Floats:
        """Probability of passing each node with each set of bits, shape (node, set, world)."""
        return self._follow(bits, None)[0]

    def payoff_mass(self, bits: Bits, actor: int) -> tuple[Floats, Floats]:
        """The same, and the payoff that an actor has had on the way, weighted by it."""
        mass, payoff = self._follow(bits, actor)
        assert payoff is not None
        return mass, payoff

    def all_ends(self, wanted: Sequence[Bits]) -> tuple[Floats, Floats]:
        """Probability of ending the play with each set of at most three bits, shape (wanted, set, world); and
        the expected number of occasions on which the commitment of `Due` among the bits is kept and broken,
        shape (wanted, 2, world)."""
        missing = [bits for bits in wanted if bits not in self._counted]
        if missing:
            self.count(missing)
        found = [self._counted[bits] for bits in wanted]
        return np.stack([ends for ends, _ in found]), np.stack([occasions for _, occasions in found])

    def count(self, wanted: Sequence[Bits], groups: Groups | None = None) -> Tally:
        """Count all ends that will be asked for, in one go, and those in which each outcome of the groups
        holds."""
        asked = asked_of(self.ground, tuple(wanted), groups)
        found = tally(self.game, self.tabulation, self.behaviour, asked, self.threads)
        for k, bits in enumerate(wanted):
            self._counted[bits] = found.ends[k], found.occasions[k]
        return found

    @cached_property
    def _counted(self) -> dict[Bits, tuple[Floats, Floats]]:
        return {}

    def add_up(self, bits: Bits, sums: Sequence[Sum], actor: int = -1) -> Floats:
        """Sums over the plays with some bits followed, shape (sum, world)."""
        edges, root = bit_sets(self.ground, bits)
        followed = Followed(edges.astype(np.int32), root, len(bits), actor)
        return add_up(self.game, self.tabulation, self.behaviour, followed, sums, self.threads)

    def edge_probabilities(self, edges: NDArray[np.intp]) -> Floats:
        """The probability of each edge once its node is reached, shape (edge, world)."""
        option = self._option[edges]
        found = np.empty((len(edges), self.tabulation.worlds))
        chosen = option >= 0
        found[chosen] = self.behaviour[option[chosen]]
        found[~chosen] = self.tabulation.probabilities[self.game.probability[edges[~chosen]]]
        return found

    @cached_property
    def _option(self) -> NDArray[np.intp]:
        """The number of the option that each edge takes, shape (edge); below 0 for chance."""
        game = self.game
        source = parents(self.ground)
        number = game.information_set[source]
        within = np.arange(game.edges) - game.first_edge[source]
        return np.where(number >= 0, game.first_option[np.maximum(number, 0)] + within, -1)

    def _follow(self, bits: Bits, actor: int | None) -> tuple[Floats, Floats | None]:
        key = bits, actor
        if key not in self._followed:
            self._followed[key] = self._follow_now(bits, actor)
        return self._followed[key]

    def _follow_now(self, bits: Bits, actor: int | None) -> tuple[Floats, Floats | None]:
        if not bits and actor is None:
            return self.reach[:, None, :], None
        edges, root = bit_sets(self.ground, bits)
        found = follow(
            self.game, self.tabulation, self.behaviour, edges, root, len(bits), actor, self.threads
        )
        return found if isinstance(found, tuple) else (found, None)


@dataclass(frozen=True, eq=False)
class Question:
    """A case to be solved; `key` tells all that its equilibrium depends on, None if it is not remembered."""

    ground: Ground
    tabulation: Tabulation
    key: Hashable | None

    def recalled(self) -> Equilibrium | None:
        found: Equilibrium | None = None if self.key is None else recall(self.ground.game, self.key)
        return found


class Solutions:
    """The solved cases of a scenario in some worlds, solved when first asked for.

    `rationality` (world), if given, is every actor's, but where it is NaN. `tabulated` are the numbers in
    these worlds of some games of cases that change no parameter. `trace`, `certain` and `check` as for
    `solve`. Memory grows with the number of worlds and of cases: ask for a part of many worlds at a time.
    """

    def __init__(
        self,
        scenario: Scenario,
        worlds: Worlds,
        *,
        games: Games | None = None,
        tolerance: float = TOLERANCE,
        threads: int | None = None,
        rationality: Floats | None = None,
        tabulated: Mapping[Game, Tabulation] | None = None,
        trace: bool = False,
        certain: bool = False,
        check: int = 1,
    ) -> None:
        self.scenario = scenario
        self.worlds = worlds
        self.games = games or Games(scenario)
        self.tolerance = tolerance
        self.threads = threads
        self.rationality = rationality
        self.tabulated = tabulated or {}
        self.trace = trace
        self.certain = certain
        self.check = check
        self._known: dict[Case, Solution] = {}

    @property
    def count(self) -> int:
        return size_of(self.worlds)

    def __len__(self) -> int:
        """How many cases have been solved."""
        return len(self._known)

    def __getitem__(self, case: Case) -> Solution:
        if case not in self._known:
            self._known[case] = self.solve(case)
        return self._known[case]

    def in_worlds(self, worlds: Mapping[str, Floats], tolerance: float | None = None) -> Solutions:
        """The same scenario and compiled games in other worlds."""
        return Solutions(
            self.scenario,
            worlds,
            games=self.games,
            tolerance=tolerance or self.tolerance,
            threads=self.threads,
            trace=self.trace,
            check=self.check,
        )

    def ground(self, case: Case) -> Ground:
        worlds = worlds_of(self.scenario, case, self.worlds)
        return Ground(self.scenario, case, self.games.of(case), ParameterFrame(self.scenario, worlds))

    def tabulate(self, ground: Ground) -> Tabulation:
        """The game's numbers in these worlds, with the case's parameters in place."""
        known = None if ground.case.parameters else self.tabulated.get(ground.game)
        worlds = worlds_of(self.scenario, ground.case, self.worlds)
        tabulation = known or ground.game.table.tabulate(worlds)
        if self.rationality is None:
            return tabulation
        own = np.isnan(self.rationality)
        return replace(tabulation, rationality=np.where(own, tabulation.rationality, self.rationality))

    def solve(self, case: Case) -> Solution:
        """The solution of a case, which is not kept: for whoever will not ask for it again."""
        asked = self.ask(case)
        return self.told(asked, asked.recalled() or self._equilibrium(asked.ground.game, asked.tabulation))

    @property
    def plain(self) -> bool:
        """Whether nothing is wanted but answers."""
        return not (self.trace or self.certain or self.check)

    def ask(self, case: Case) -> Question:
        ground = self.ground(case)
        tabulation = self.tabulate(ground)
        if tabulation.worlds > FEW or ground.game.options > LIGHT:
            return Question(ground, tabulation, None)
        key = _key(tabulation), self.tolerance, self.trace, self.certain, self.check
        return Question(ground, tabulation, key)

    def told(self, asked: Question, found: Equilibrium) -> Solution:
        """The solution of a case that was asked for; its equilibrium is remembered for a while."""
        if asked.key is not None:
            remember(asked.ground.game, asked.key, found)
        return Solution(asked.ground, asked.tabulation, found, self.threads)

    def _equilibrium(self, game: Game, tabulation: Tabulation) -> Equilibrium:
        return solve(
            game,
            tabulation,
            tolerance=self.tolerance,
            threads=self.threads,
            trace=self.trace,
            certain=self.certain,
            check=self.check,
        )


def solve_all(
    wanted: Sequence[tuple[Solutions, Case]], threads: int | None = None
) -> Iterator[tuple[int, Solution]]:
    """Solve cases, all to one tolerance, as `Solutions.solve` does: the place of each among those wanted, and
    its solution.

    Those of few worlds, of games that are not large, and of which nothing is wanted but an answer, are solved
    side by side, and come in whatever order they are found.
    """
    fresh: list[tuple[int, Question]] = []
    for place, (each, case) in enumerate(wanted):
        asked = each.ask(case) if each.plain else None
        if asked is None or asked.key is None:
            yield place, each.solve(case)
        elif known := asked.recalled():
            yield place, each.told(asked, known)
        else:
            fresh.append((place, asked))
    games = [(asked.ground.game, asked.tabulation) for _, asked in fresh]
    tolerance = wanted[0][0].tolerance if wanted else TOLERANCE
    for k, found in solve_each(games, tolerance=tolerance, threads=threads):
        place, asked = fresh[k]
        yield place, wanted[place][0].told(asked, found)


def _key(numbers: Tabulation) -> bytes:
    """A digest of all numbers of some worlds of a game."""
    parts = numbers.probabilities, numbers.payoffs, numbers.weights, numbers.rationality, numbers.valid
    return hashlib.blake2b(b"".join([each.tobytes() for each in parts]), digest_size=16).digest()
