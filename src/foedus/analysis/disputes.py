"""Where two claims, or two documents, part ways over worlds, and on which assumption that turns."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.cruxes import Crux, find_crux, find_document_crux
from foedus.analysis.parameters import behind_rationality
from foedus.analysis.settling import Settings
from foedus.analysis.survey import Survey, survey
from foedus.errors import FoedusError
from foedus.language.arguing import disputes
from foedus.language.scenario import Scenario
from foedus.study.worlds import varied

Progress = Callable[[int, int, str], None]
Pair = tuple[str, str]


class NoDispute(FoedusError):
    """Nothing was asked that can be in dispute."""

    code = "no-dispute"


@dataclass(frozen=True)
class Dispute:
    """Two claims, or two documents with the claims that stand for each (none between claims)."""

    left: str
    right: str
    crux: Crux
    claims: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


@dataclass(frozen=True, eq=False)
class Disputes:
    """What was found of some pairs over the worlds of a survey.

    `documents` says of what they are pairs, and `with_rationality` whether how rational the actors are was an
    assumption like the others.
    """

    survey: Survey
    documents: bool
    with_rationality: bool
    disputes: tuple[Dispute, ...]

    @property
    def held(self) -> tuple[str, ...]:
        """The assumptions in which worlds that are compared are alike."""
        return () if self.with_rationality else _held(self.survey)


def find_disputes(
    scenario: Scenario,
    *,
    claims: Pair | None = None,
    documents: Pair | None = None,
    worlds: int = 1000,
    seed: int = 0,
    settings: Settings | None = None,
    with_rationality: bool = False,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Disputes:
    """The dispute of two claims, of two documents, or of every pair that the scenario's claims name with
    `against`.

    Of two documents, each is right in a world in which more of its claims hold than in the average world: a
    document that makes bold claims is measured by itself, not by how cautious the other is. Claims that cite
    both speak for neither and are left out, and so are those that a document puts into the mouth of another
    speaker, unless it makes none in its own voice: what it only quotes is not its author's side.

    How rational the actors are is an assumption of the method, so cruxes are sought among worlds that are
    alike in it, and what it tells by itself is told apart. `with_rationality` makes it an assumption like the
    others. Raises NoDispute where there is nothing to compare.
    """
    pairs = [] if documents else [claims] if claims else _against(scenario)
    sides = _of_documents(scenario, documents) if documents else ()
    names = [name for side in sides for name in side] if documents else _testable(scenario, pairs)
    found = survey(
        scenario,
        tuple(dict.fromkeys(names)),
        worlds=worlds,
        seed=seed,
        settings=settings,
        threads=threads,
        progress=progress,
    )
    if documents:
        return between_documents(found, documents, with_rationality=with_rationality)
    return between_claims(found, *pairs, with_rationality=with_rationality)


def between_claims(found: Survey, *pairs: Pair, with_rationality: bool = False) -> Disputes:
    """The disputes between pairs of claims; every pair `against` each other where none is named."""
    points, columns = _points(found)
    held = () if with_rationality else _held(found)

    def dispute(pair: Pair) -> Dispute:
        left, right = (found[name].holds for name in pair)
        return Dispute(*pair, find_crux(points, left, right, columns, hold=held, sides=pair))

    return Disputes(found, False, with_rationality, tuple(map(dispute, pairs or _against(found.scenario))))


def between_documents(found: Survey, *pairs: Pair, with_rationality: bool = False) -> Disputes:
    """The disputes between pairs of documents; every pair with claims of its own where none is named."""
    points, columns = _points(found)
    held = () if with_rationality else _held(found)
    verdicts = np.stack([each.holds for each in found.claims])
    places = {each.claim.name: row for row, each in enumerate(found.claims)}

    def dispute(pair: Pair) -> Dispute:
        claims = _of_documents(found.scenario, pair)
        left, right = ([places[name] for name in side] for side in claims)
        crux = find_document_crux(points, verdicts, left, right, columns, hold=held, sides=pair)
        return Dispute(*pair, crux, claims)

    return Disputes(found, True, with_rationality, tuple(map(dispute, pairs or _all_pairs(found.scenario))))


def _points(found: Survey) -> tuple[NDArray[np.float64], list[str]]:
    """The assumptions that differ between the worlds (world, assumption), and their names."""
    columns = _differing(found)
    return np.stack([found.worlds[name] for name in columns], axis=1), columns


def _differing(found: Survey) -> list[str]:
    return [name for name in varied(found.scenario) if name not in found.settings]


def _held(found: Survey) -> tuple[str, ...]:
    """Those behind the actors' rationality."""
    behind = behind_rationality(found.scenario)
    return tuple(name for name in _differing(found) if name in behind)


def _all_pairs(scenario: Scenario) -> list[Pair]:
    found = []
    for pair in combinations(scenario.documents, 2):
        with contextlib.suppress(NoDispute):
            _of_documents(scenario, pair)
            found.append(pair)
    return found


def _against(scenario: Scenario) -> list[Pair]:
    """The pairs of testable claims of which one is against the other."""
    found = [
        pair for pair in disputes(scenario) if all(scenario.claims[name].holds is not None for name in pair)
    ]
    if not found:
        raise NoDispute("no two claims that can be tested are `against` each other; name two")
    return found


def _testable(scenario: Scenario, pairs: list[Pair]) -> list[str]:
    names = [name for pair in pairs for name in pair]
    for name in names:
        if scenario.claims[name].holds is None:
            raise NoDispute(f"claim '{name}' cannot be tested: {scenario.claims[name].untestable}")
    return names


def _of_documents(scenario: Scenario, documents: Pair) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The testable claims that stand for each of two documents, as `find_disputes` says."""

    def side(name: str, other: str) -> tuple[str, ...]:
        found = [
            claim
            for claim in scenario.claims.values()
            if claim.holds is not None and name in _cited(claim.cites) and other not in _cited(claim.cites)
        ]
        if not found:
            raise NoDispute(f"no claim that can be tested cites '{name}' and not '{other}'")
        own = [claim for claim in found if not claim.speaker]
        return tuple(claim.name for claim in own or found)

    return side(*documents), side(*documents[::-1])


def _cited(cites: tuple[str, ...]) -> set[str]:
    return {place.partition("#")[0] for place in cites}
