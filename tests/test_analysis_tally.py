"""Ends and occasions are counted along plays that are cut short once all is told: nothing is lost by it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from analysing import ladder, rounds, secrets
from foedus import library
from foedus.analysis.cases import make_case
from foedus.analysis.commitments import bits_of
from foedus.analysis.events import parents
from foedus.analysis.outcomes import ends_of
from foedus.analysis.signing import bits_of as signing_of
from foedus.analysis.solutions import Solution, Solutions
from foedus.analysis.tracks import Bits, asked_of, track
from foedus.game.game import TERMINAL
from foedus.language.reader import read_scenario
from foedus.language.scenario import Scenario
from foedus.study.worlds import sample_worlds


def poland() -> Scenario:
    return read_scenario(library.find("poland"))


def followed(solution: Solution) -> tuple[Bits, ...]:
    """What is followed for all promises and signatories."""
    ground = solution.ground
    arrangement = ground.scenario.arrangements[ground.case.arrangement]
    asked = () if ground.case.in_force else arrangement.signed_by
    promises = [name for name in arrangement.commitments if name in ground.labels.due]
    return (*(bits_of(ground, name) for name in promises), *(signing_of(ground, actor) for actor in asked))


@pytest.mark.parametrize("scenario", [ladder, rounds, secrets, poland])
def test_counted_as_along_whole_plays(scenario) -> None:
    """The same as from the probability of each node with each set of bits, which `follow` finds."""
    told = scenario()
    solutions = Solutions(told, sample_worlds(told, 3, 1, 0))
    for name, arrangement in told.arrangements.items():
        for in_force in {False, bool(arrangement.signed_by)}:
            solution = solutions[make_case(told, name, in_force=in_force)]
            wanted, ends = followed(solution), ends_of(solution.ground)
            found = solution.count(wanted, ends.groups)
            over = np.flatnonzero(solution.game.information_set == TERMINAL)
            assert found.outcomes.sum() == pytest.approx(
                sum(
                    solution.reach[over[holds]].sum()
                    for holds in ends.groups.holds[:, ends.groups.group[over]]
                )
            )
            for k, bits in enumerate(wanted):
                mass = solution.mass(bits)
                sets = mass.shape[1]
                assert found.ends[k, :sets] == pytest.approx(mass[over].sum(axis=0), abs=1e-13)
                assert not found.ends[k, sets:].any()
                kinds, edges = track(solution.ground, bits).occasion, np.arange(solution.game.edges)
                taken = solution.edge_probabilities(edges) * solution.reach[parents(solution.ground)]
                for kind in (1, 2):
                    expected = taken[kinds == kind].sum(axis=0)
                    assert found.occasions[k, kind - 1] == pytest.approx(expected, abs=1e-13)


def test_plays_are_cut_short() -> None:
    """Who signs is told soon after the start, and nothing after that is followed."""
    told = poland()
    name = next(name for name, each in told.arrangements.items() if each.signed_by)
    solution = Solutions(told, sample_worlds(told, 1, 1, 0))[make_case(told, name)]
    asked = asked_of(solution.ground, followed(solution), ends_of(solution.ground).groups)
    promises = len(followed(solution)) - len(told.arrangements[name].signed_by)
    states = [last - first for first, last in pairwise(asked.start.tolist())]
    assert len(states) > promises
    assert max(states[promises:]) < solution.game.nodes / 10
    assert len(asked.ends) == len(asked.group) == asked.start[-1] == len(asked.first) - 1
    assert len(asked.to) == len(asked.share) == len(asked.kind) == asked.first[-1]
