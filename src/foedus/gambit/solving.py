"""Game files solved: the JSON shape `foedus/solution/1` of a file, documented in docs/reference/cli.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from math import inf, isinf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.solution_shape import search_shape
from foedus.gambit.build import GameFile, build_game
from foedus.gambit.certificate import certify_tree
from foedus.gambit.order import NoOrder
from foedus.gambit.reader import read_efg
from foedus.gambit.searching import search_tree
from foedus.gambit.small import SmallAnswer, SmallGame, small_game
from foedus.gambit.tracing import Passes, Point, small_enough, trace
from foedus.gambit.tree import Place, Tree
from foedus.game.table import Tabulation
from foedus.solve.equilibrium import Branch, Equilibrium, Status
from foedus.solve.evaluate import reach
from foedus.solve.others import search_others
from foedus.solve.solver import solve

SCHEMA = "foedus/solution/1"
TOLERANCE = 1e-10
ALWAYS_CERTAIN = 50_000
MOST_NUMBERS = 20_000_000
TOO_LARGE = f"The game has more than {MOST_NUMBERS:,} nodes times actors."


Floats = NDArray[np.float64]
Choice = tuple[Place, float, Sequence[float]]
"""An information set, its reach, and the shares of its options."""


@dataclass(frozen=True)
class Asked:
    """How to solve: on how many threads, whether to trace in any case, and from how many random starts, with
    which seed, to search for further equilibria.
    """

    threads: int | None = None
    trace: bool = False
    others: int = 0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known of a game at one rationality. `choices` are reach and shares of each place."""

    status: Status
    branch: str | None = None
    residual: float = np.nan
    regret: float = np.nan
    values: Sequence[float] = ()
    choices: Sequence[Choice] = ()
    reason: str = ""
    others: dict[str, Any] | None = None

    @property
    def shape(self) -> dict[str, Any]:
        """The part of the document that tells it."""
        solved = self.status == Status.SOLVED
        told: dict[str, Any] = {"status": self.status.name.lower()}
        if not solved:
            told["reason"] = self.reason or self.status.sentence
        told |= {
            "branch": self.branch if solved else None,
            "residual": self.residual if solved else None,
            "regret": self.regret if solved else None,
            "values": list(self.values) if solved else [],
            "behaviour": _behaviour(self.choices if solved else ()),
        }
        return told if self.others is None else told | {"others": self.others}


UNTRACED = Answer(Status.NOT_CONVERGED, reason="The branch could not be traced to this λ.")


def solve_file(
    path: Path, rationality: Sequence[float], how: Asked | None = None
) -> Iterator[dict[str, Any]]:
    """The solution of the game in a file for each rationality, in the order asked for.

    In games of up to ALWAYS_CERTAIN nodes the answer is seen to lie on the principal branch, or else is the
    end of the traced one; with `trace` it is that in any. A game that no method can solve gets the status
    `unsupported`, with the reason. Raises ScenarioError for a malformed file.
    """
    how = how or Asked()
    tree = read_efg(path)
    game = Loaded(tree, None) if how.others else load_game(tree)
    swift = [game.certified(each) for each in rationality]
    left = [each for each, answer in zip(rationality, swift, strict=True) if answer is None]
    slow = iter(_by_all_means(tree, left, how) if left else ())
    for each, answer in zip(rationality, swift, strict=True):
        yield _head(path, tree, each) | (answer or next(slow)).shape


@dataclass(frozen=True, eq=False)
class Loaded:
    """A game file made ready to be solved at any λ; `small` is None if it is not small."""

    tree: Tree
    small: SmallGame | None

    def traced(self, rationality: float) -> SmallAnswer | None:
        """The end of the traced branch in a small game; None where that is not to be had."""
        return self.small.solve(rationality) if self.small and rationality < inf else None

    def told(self, found: SmallAnswer, residual: float, regret: float) -> Answer:
        """The answer with this certificate."""
        assert self.small is not None
        places, shares = self.tree.places, found.behaviour.tolist()
        ways = zip(self.small.places, found.visits.tolist(), self.small.first, strict=True)
        choices = [(places[place], visits, shares[start:stop]) for place, visits, (start, stop) in ways]
        branch = "principal" if found.alone else "bifurcated"
        return Answer(Status.SOLVED, branch, residual, regret, found.values.tolist(), choices)

    def certified(self, rationality: float) -> Answer | None:
        """The same with the residual and regret that independent code finds; None if they do not satisfy."""
        found = self.traced(rationality)
        if found is None:
            return None
        residual, regret = certify_tree(self.tree, found.behaviour.tolist(), rationality, found.logs.tolist())
        return self.told(found, residual, regret) if residual <= TOLERANCE else None


def load_game(tree: Tree) -> Loaded:
    """A game as read from its file, ready for `solve_game`."""
    return Loaded(tree, small_game(tree))


def solve_game(game: Loaded, rationality: float) -> Answer:
    """The game at one λ: what `solve_file` tells, but in a small game with the solver's own certificate."""
    found = game.traced(rationality)
    if found is None:
        return _by_all_means(game.tree, [rationality], Asked())[0]
    return game.told(found, found.residual, found.regret)


def _by_all_means(tree: Tree, rationality: Sequence[float], how: Asked) -> list[Answer]:
    """By the methods for games of any size."""
    try:
        if tree.nodes * len(tree.actors) > MOST_NUMBERS:
            return [Answer(Status.UNSUPPORTED, reason=TOO_LARGE)] * len(rationality)
        return _by_kernels(build_game(tree), rationality, how)
    except NoOrder as error:
        return _by_tracing(tree, rationality, how, str(error))


def _head(path: Path, tree: Tree, rationality: float) -> dict[str, Any]:
    """JSON has no infinity, so that one is the word."""
    return {
        "schema": SCHEMA,
        "file": str(path),
        "title": tree.title,
        "rationality": "inf" if isinf(rationality) else float(rationality),
        "actors": list(tree.actors),
    }


def _behaviour(choices: Sequence[Choice]) -> list[dict[str, Any]]:
    """By actor and number."""
    return [_choice(*each) for each in sorted(choices, key=lambda each: (each[0].actor, each[0].number))]


def _choice(place: Place, reach: float, shares: Sequence[float]) -> dict[str, Any]:
    options = zip(place.options, shares, strict=True)
    return {
        "actor": place.actor,
        "infoset": place.number,
        "label": place.label,
        "reach": reach,
        "options": [{"label": name, "probability": share} for name, share in options],
    }


def _by_kernels(found: GameFile, rationality: Sequence[float], how: Asked) -> list[Answer]:
    """All at once, as worlds of one game."""
    numbers = found.tabulate(rationality)
    certain = found.game.nodes <= ALWAYS_CERTAIN
    equilibrium = solve(found.game, numbers, threads=how.threads, trace=how.trace, certain=certain)
    reached = reach(found.game, numbers, equilibrium.behaviour)
    answers = [_world(found, equilibrium, reached, world) for world in range(len(rationality))]
    if how.others:
        for world in np.flatnonzero(equilibrium.solved):
            answers[world] = _with_others(found, numbers, equilibrium, answers[world], int(world), how)
    return answers


def _with_others(
    found: GameFile, numbers: Tabulation, equilibrium: Equilibrium, answer: Answer, world: int, how: Asked
) -> Answer:
    here = Tabulation(*(getattr(numbers, each.name)[..., [world]] for each in fields(Tabulation)))
    search = search_others(
        found.game, here, equilibrium.behaviour[:, world], how.others, seed=how.seed, threads=how.threads
    )
    others = []
    for each in search.others:
        reached = reach(found.game, here, each.behaviour[:, None])
        choices = _choices(found, each.behaviour, reached[:, 0])
        others.append({"values": each.values.tolist(), "behaviour": _behaviour(choices)})
    return replace(answer, others=search_shape(search, others))


def _world(found: GameFile, equilibrium: Equilibrium, reached: Floats, world: int) -> Answer:
    return Answer(
        Status(equilibrium.status[world]),
        _branch(equilibrium, world),
        float(equilibrium.residual[world]),
        float(equilibrium.regret[world]),
        equilibrium.values[:, world].tolist(),
        _choices(found, equilibrium.behaviour[:, world], reached[:, world]),
    )


def _choices(found: GameFile, behaviour: Floats, reached: Floats) -> list[Choice]:
    game, shares = found.game, behaviour.tolist()
    return [
        (
            place,
            float(reached[game.first_node[h] : game.last_node[h]].sum()),
            shares[game.first_option[h] : game.first_option[h + 1]],
        )
        for h, place in enumerate(found.places)
    ]


def _branch(equilibrium: Equilibrium, world: int) -> str:
    """What is certain; where nothing is hidden the answer is unique, but for ties of infinite rationality."""
    if equilibrium.ties[world]:
        return "ties"
    return Branch(equilibrium.branch[world]).name.lower()


def _by_tracing(tree: Tree, rationality: Sequence[float], how: Asked, reason: str) -> list[Answer]:
    """One λ after another along the branch; only small games, and no infinite λ."""
    if not small_enough(tree):
        refusal = f"The game is too large to be solved without an order of play: {reason}."
        return [Answer(Status.UNSUPPORTED, reason=refusal)] * len(rationality)
    small = small_game(tree)
    points = (None if isinf(each) else _point(tree, small, each) for each in rationality)
    return [_traced(tree, each, point, how) for each, point in zip(rationality, points, strict=True)]


def _point(tree: Tree, small: SmallGame | None, rationality: float) -> Point | None:
    """The end of the branch, by the swifter way if the game is small."""
    if small is None:
        return trace(tree, rationality)
    found = small.solve(rationality)
    if found is None:
        return None
    visits = np.zeros(len(tree.places))
    visits[list(small.places)] = found.visits
    return Point(found.behaviour, visits, found.values, found.alone)


def _traced(tree: Tree, rationality: float, point: Point | None, how: Asked) -> Answer:
    if isinf(rationality):
        return Answer(Status.UNSUPPORTED)
    if point is None:
        return UNTRACED
    residual, regret = certify_tree(tree, point.behaviour.tolist(), rationality)
    if not residual <= TOLERANCE:
        return UNTRACED
    branch = "principal" if point.alone else "bifurcated"
    choices = _tree_choices(tree, point.behaviour, point.reach)
    answer = Answer(Status.SOLVED, branch, residual, regret, point.values.tolist(), choices)
    if not how.others:
        return answer
    search = search_tree(tree, rationality, point.behaviour, how.others, how.seed)
    passes, others = Passes(tree), []
    for each in search.others:
        met = passes.qualities(each.behaviour[:, None])[1][:, 0]
        told = _behaviour(_tree_choices(tree, each.behaviour, met))
        others.append({"values": each.values.tolist(), "behaviour": told})
    return replace(answer, others=search_shape(search, others))


def _tree_choices(tree: Tree, behaviour: Floats, met: Floats) -> list[Choice]:
    shares, first = behaviour.tolist(), Passes(tree).first.tolist()
    return [
        (place, float(met[k]), shares[first[k] : first[k + 1]])
        for k, place in enumerate(tree.places)
        if not place.chance
    ]
