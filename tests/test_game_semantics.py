"""The compiled game means what the play says: held against an interpreter that walks every path by hand."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings

from foedus.game.compile import Variation, compile_game
from foedus.game.game import TERMINAL, Game
from foedus.game.show import state_values
from foedus.language.scenario import Scenario
from foedus.testing.draft import Limits
from foedus.testing.scenarios import scenarios
from unrolled import TooLong, unroll


def uniform_play(game: Game) -> tuple[dict[tuple[tuple[str, str], ...], float], dict[str, float]]:
    """Probabilities of ends by state, and expected totals, when all options are equally likely."""
    numbers = game.table.tabulate({})
    assert numbers.valid.all()
    reach = np.zeros(game.nodes)
    reach[0] = 1.0
    total = np.zeros(len(game.actors))
    ends: dict[tuple[tuple[str, str], ...], float] = defaultdict(float)
    for node in range(game.nodes):
        first, last = game.first_edge[node], game.first_edge[node + 1]
        for edge in range(first, last):
            row = game.probability[edge]
            share = numbers.probabilities[row, 0] if row >= 0 else 1 / (last - first)
            assert game.child[edge] > node
            reach[game.child[edge]] += reach[node] * share
            total += reach[node] * share * numbers.payoffs[game.payment[edge], :, 0]
        if game.information_set[node] == TERMINAL:
            total += reach[node] * numbers.payoffs[game.payoff[node], :, 0]
            ends[end_state(game, node)] += reach[node]
    return ends, dict(zip(game.actors, total.tolist(), strict=True))


def end_state(game: Game, node: int) -> tuple[tuple[str, str], ...]:
    values = state_values(game, game.labels.state[node])
    state = {name: value for name, value in values.items() if "." not in name}
    for flag in ("signed", "broken"):
        names = [
            name.split(".", 1)[1]
            for name, value in values.items()
            if name.startswith(f"{flag}.") and value == "yes"
        ]
        state[flag] = ",".join(sorted(names))
    return tuple(sorted(state.items()))


def agrees(scenario: Scenario, arrangement: str, *, in_force: bool) -> None:
    try:
        expected = unroll(scenario, arrangement, in_force=in_force, most=3000)
    except TooLong:
        assume(False)
    game = compile_game(scenario, arrangement, Variation(in_force=in_force))
    ends, totals = uniform_play(game)
    assert ends == pytest.approx(expected.ends, abs=1e-12)
    assert totals == pytest.approx(expected.totals, abs=1e-9)
    assert game.information_sets == len(expected.situations)
    assert_numbered(game)


def assert_numbered(game: Game) -> None:
    """The order that solvers rely on."""
    sizes = game.last_node - game.first_node
    assert (sizes > 0).all()
    for number in range(game.information_sets):
        nodes = slice(game.first_node[number], game.last_node[number])
        assert (game.information_set[nodes] == number).all()
        degrees = np.diff(game.first_edge)[nodes]
        assert (degrees == game.first_option[number + 1] - game.first_option[number]).all()
    assert int((game.information_set >= 0).sum()) == int(sizes.sum())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(Limits(steps=3)))
def test_a_compiled_game_is_its_play(scenario: Scenario) -> None:
    """Ends, totals and what movers can tell apart are those of the play followed path by path."""
    for name, arrangement in scenario.arrangements.items():
        agrees(scenario, name, in_force=False)
        if arrangement.signed_by:
            agrees(scenario, name, in_force=True)
