"""Game files solved: the JSON shape `foedus/solution/1` of a file, documented in docs/reference/cli.md."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from math import isinf
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
    try:
        if tree.nodes * len(tree.actors) > MOST_NUMBERS:
            answers = [Answer(Status.UNSUPPORTED, reason=TOO_LARGE)] * len(rationality)
        else:
            answers = _by_kernels(build_game(tree), rationality, how)
    except NoOrder as error:
        answers = _by_tracing(tree, rationality, how, str(error))
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
    return [_traced(tree, each, None if isinf(each) else trace(tree, each), how) for each in rationality]


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
