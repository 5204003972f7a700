"""Game files solved: the JSON shape `foedus/solution/1` of a file, documented in docs/reference/cli.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isinf
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foedus.gambit.build import GameFile, build_game
from foedus.gambit.certificate import certify_tree
from foedus.gambit.order import NoOrder
from foedus.gambit.reader import read_efg
from foedus.gambit.tracing import Passes, Point, small_enough, trace
from foedus.gambit.tree import Place, Tree
from foedus.solve.equilibrium import Branch, Equilibrium, Status
from foedus.solve.evaluate import reach
from foedus.solve.solver import solve

SCHEMA = "foedus/solution/1"
TOLERANCE = 1e-10
ALWAYS_CERTAIN = 50_000
MOST_NUMBERS = 20_000_000
TOO_LARGE = f"The game has more than {MOST_NUMBERS:,} nodes times actors."


@dataclass(frozen=True, eq=False)
class Answer:
    """What is known of a game at one rationality. `choices` are reach and shares of each place."""

    status: Status
    branch: str | None = None
    residual: float = np.nan
    regret: float = np.nan
    values: Sequence[float] = ()
    choices: Sequence[tuple[Place, float, Sequence[float]]] = ()
    reason: str = ""

    @property
    def shape(self) -> dict[str, Any]:
        """The part of the document that tells it."""
        solved = self.status == Status.SOLVED
        ordered = sorted(self.choices if solved else (), key=lambda each: (each[0].actor, each[0].number))
        told: dict[str, Any] = {"status": self.status.name.lower()}
        if not solved:
            told["reason"] = self.reason or self.status.sentence
        return told | {
            "branch": self.branch if solved else None,
            "residual": self.residual if solved else None,
            "regret": self.regret if solved else None,
            "values": list(self.values) if solved else [],
            "behaviour": [_choice(*each) for each in ordered],
        }


UNTRACED = Answer(Status.NOT_CONVERGED, reason="The branch could not be traced to this λ.")


def solve_file(
    path: Path, rationality: Sequence[float], *, threads: int | None = None, trace: bool = False
) -> Iterator[dict[str, Any]]:
    """The solution of the game in a file for each rationality, in the order asked for.

    In games of up to ALWAYS_CERTAIN nodes the answer is seen to lie on the principal branch, or else is the
    end of the traced one; with `trace` it is that in any. A game that no method can solve gets the status
    `unsupported`, with the reason. Raises ScenarioError for a malformed file.
    """
    tree = read_efg(path)
    try:
        if tree.nodes * len(tree.actors) > MOST_NUMBERS:
            answers = [Answer(Status.UNSUPPORTED, reason=TOO_LARGE)] * len(rationality)
        else:
            answers = _by_kernels(build_game(tree), rationality, threads, trace)
    except NoOrder as error:
        answers = _by_tracing(tree, rationality, str(error))
    for each, answer in zip(rationality, answers, strict=True):
        yield _head(path, tree, each) | answer.shape


def _head(path: Path, tree: Tree, rationality: float) -> dict[str, Any]:
    """JSON has no infinity, so that one is the word."""
    return {
        "schema": SCHEMA,
        "file": str(path),
        "title": tree.title,
        "rationality": "inf" if isinf(rationality) else float(rationality),
        "actors": list(tree.actors),
    }


def _choice(place: Place, reach: float, shares: Sequence[float]) -> dict[str, Any]:
    options = zip(place.options, shares, strict=True)
    return {
        "actor": place.actor,
        "infoset": place.number,
        "label": place.label,
        "reach": reach,
        "options": [{"label": name, "probability": share} for name, share in options],
    }


def _by_kernels(
    found: GameFile, rationality: Sequence[float], threads: int | None, trace: bool
) -> list[Answer]:
    """All at once, as worlds of one game."""
    numbers = found.tabulate(rationality)
    certain = found.game.nodes <= ALWAYS_CERTAIN
    equilibrium = solve(found.game, numbers, threads=threads, trace=trace, certain=certain)
    reached = reach(found.game, numbers, equilibrium.behaviour)
    return [_world(found, equilibrium, reached, world) for world in range(len(rationality))]


def _world(found: GameFile, equilibrium: Equilibrium, reached: NDArray[np.float64], world: int) -> Answer:
    game, behaviour = found.game, equilibrium.behaviour[:, world].tolist()
    choices = [
        (
            place,
            float(reached[game.first_node[h] : game.last_node[h], world].sum()),
            behaviour[game.first_option[h] : game.first_option[h + 1]],
        )
        for h, place in enumerate(found.places)
    ]
    return Answer(
        Status(equilibrium.status[world]),
        _branch(equilibrium, world),
        float(equilibrium.residual[world]),
        float(equilibrium.regret[world]),
        equilibrium.values[:, world].tolist(),
        choices,
    )


def _branch(equilibrium: Equilibrium, world: int) -> str:
    """What is certain; where nothing is hidden the answer is unique, but for ties of infinite rationality."""
    if equilibrium.ties[world]:
        return "ties"
    return Branch(equilibrium.branch[world]).name.lower()


def _by_tracing(tree: Tree, rationality: Sequence[float], reason: str) -> list[Answer]:
    """One λ after another along the branch; only small games, and no infinite λ."""
    if not small_enough(tree):
        refusal = f"The game is too large to be solved without an order of play: {reason}."
        return [Answer(Status.UNSUPPORTED, reason=refusal)] * len(rationality)
    return [_traced(tree, each, None if isinf(each) else trace(tree, each)) for each in rationality]


def _traced(tree: Tree, rationality: float, point: Point | None) -> Answer:
    if isinf(rationality):
        return Answer(Status.UNSUPPORTED)
    if point is None:
        return UNTRACED
    residual, regret = certify_tree(tree, point.behaviour.tolist(), rationality)
    if not residual <= TOLERANCE:
        return UNTRACED
    shares, first = point.behaviour.tolist(), Passes(tree).first.tolist()
    choices = [
        (place, float(point.reach[k]), shares[first[k] : first[k + 1]])
        for k, place in enumerate(tree.places)
        if not place.chance
    ]
    branch = "principal" if point.alone else "bifurcated"
    return Answer(Status.SOLVED, branch, residual, regret, point.values.tolist(), choices)
