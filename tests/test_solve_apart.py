"""Which equilibria are one, which stand alone, and which differ in what comes of them: planted games."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foedus.cli import main
from foedus.report.others import of_outcomes
from foedus.solve import apart
from foedus.solve.apart import Candidate, Cluster, Outcomes, Telling
from foedus.solve.evaluate import reach
from foedus.solve.others import Search, edge_chances, search_others
from foedus.solve.solver import solve
from games import Case, from_tree
from test_solve_others import tree_case

HERE = Path(__file__).parent
PITCHFORK = 5.0802234980503425
"""λ at which the equilibria of hawk and dove part: λ · 0.8 · p · (1 − p) = 1 at the symmetric p."""


def end(label: str, one: float, two: float) -> dict[str, Any]:
    return {"type": "terminal", "label": label, "payoffs": [one, two]}


def choice(player: str, infoset: str, **actions: dict[str, Any]) -> dict[str, Any]:
    told = [{"label": label, "node": node} for label, node in actions.items()]
    return {"type": "decision", "player": player, "infoset": infoset, "actions": told}


def meeting(name: str) -> dict[str, Any]:
    """Two want to be in the same place, and rather in the first."""
    return choice(
        "A",
        f"{name}A",
        first=choice("B", f"{name}B", first=end("met", 1.2, 1.2), second=end("missed", 0, 0)),
        second=choice("B", f"{name}B", first=end("missed", 0, 0), second=end("met", 1, 1)),
    )


def behind_doors(prize: float) -> dict[str, Any]:
    """Three ways, and the one without a meeting pays so much more."""
    return choice("A", "door", stay=end("stayed", prize, 0), left=meeting("l"), right=meeting("r"))


def searched(case: Case, rationality: float, starts: int = 48) -> tuple[np.ndarray, Search]:
    numbers = case.tabulate(rationality)
    answer = solve(case.game, numbers, certain=True).behaviour[:, 0]
    return answer, search_others(case.game, numbers, answer, starts)


def test_coordination_has_three_isolated_equilibria() -> None:
    """To meet at the first, at the second, and to mix: three, each isolated, of three outcomes."""
    answer, found = searched(from_tree(meeting(""), ["A", "B"]), 10.0)
    assert found.isolated is True
    assert [each.isolated for each in found.others] == [True, True]
    assert sorted(each.outcome for each in found.others) == [1, 2]
    assert min(each.apart for each in found.others) > 0.3
    seconds = sorted(float(each.behaviour[1]) for each in found.others)
    assert answer[1] < 0.01
    assert 0.4 < seconds[0] < 0.7
    assert seconds[1] > 0.99


def test_equilibria_that_differ_where_play_hardly_comes() -> None:
    """Two meetings behind doors that nobody opens: many isolated equilibria, and one outcome."""
    answer, found = searched(from_tree(behind_doors(10.0), ["A", "B"]), 10.0, 96)
    assert len(found.others) == 8
    assert {each.isolated for each in found.others} == {True}
    assert {each.outcome for each in found.others} == {0}
    assert max(each.apart for each in found.others) < 1e-30
    assert min(float(np.abs(each.behaviour - answer).max()) for each in found.others) > 0.3


def test_equilibria_that_differ_where_play_does_come() -> None:
    """The same where staying pays no more: what they differ in is seen."""
    _, found = searched(from_tree(behind_doors(1.0), ["A", "B"]), 10.0, 96)
    assert len(found.others) > 4
    assert 0 not in {each.outcome for each in found.others}
    assert min(each.apart for each in found.others) > apart.SAME


def test_at_a_bifurcation_there_is_one_and_it_is_degenerate() -> None:
    """Where a branch parts the residual is of third order: points 10⁻⁵ apart meet the tolerance as one."""
    _, found = searched(tree_case("own_bif_hawk_dove"), PITCHFORK)
    assert found.others == ()
    assert found.to_answer > 24
    assert found.isolated is False


def test_past_a_bifurcation_they_are_told_apart() -> None:
    """As soon as the equilibria lie further apart than the tolerance blurs they are three."""
    _, found = searched(tree_case("own_bif_hawk_dove"), PITCHFORK + 1e-3)
    assert len(found.others) == 2
    assert [each.isolated for each in found.others] == [True, True]
    assert found.isolated is True


class Linear:
    """The answer pull · x to log-odds x of choices between two."""

    sweeps, nodes = 0, 1

    def __init__(self, pull: np.ndarray) -> None:
        self.pull, self.size = pull, len(pull)

    def start(self) -> np.ndarray:
        return np.zeros(self.size)

    def answer(self, x: np.ndarray, t: float) -> np.ndarray:
        self.x = x
        return self.pull @ x

    def change(self) -> float:
        return float(np.abs(share(self.pull @ self.x) - share(self.x)).max())

    def shares(self) -> np.ndarray:
        return share(self.x)

    def push(self, directions: np.ndarray) -> np.ndarray:
        return self.pull @ directions[:-1]

    def jacobian(self) -> np.ndarray:
        return np.column_stack([self.pull, np.zeros(self.size)])


def share(x: np.ndarray) -> np.ndarray:
    found: np.ndarray = 1.0 / (1.0 + np.exp(-x))
    return found


def candidate(*odds: float, by_start: bool = True) -> Candidate:
    return Candidate(share(np.array(odds)), np.array(odds), 0.0, 0.0, by_start)


def test_a_continuum_is_one_and_not_isolated() -> None:
    """Where all points of a line are fixed, those found on it are one equilibrium, which is degenerate."""
    telling = Telling(Linear(np.full((2, 2), 0.5)), 1e-10)
    own, *others = telling.sort(candidate(0.0, 0.0), [candidate(k, k) for k in (1.0, 2.0, -1.0)])
    assert others == []
    assert own.starts == 3
    assert telling.isolated(own) is False
    assert telling.isolated(Cluster([candidate(0.0, 0.0)])) is False


def test_copies_that_have_not_converged_are_one() -> None:
    """Slow convergence leaves copies further apart than 10⁻⁶ whose residual is within the tolerance."""
    slow = Telling(Linear(np.array([[1.0 - 1e-6]])), 1e-10)
    copies = [candidate(0.0), candidate(3e-4)]
    assert not apart.near(*copies)
    assert slow.one(*copies)
    quick = Telling(Linear(np.array([[0.5]])), 1e-10)
    assert not quick.one(*copies)
    assert quick.isolated(Cluster(copies[:1])) is True
    assert quick.isolated(Cluster(copies)) is False
    assert slow.isolated(Cluster(copies[1:])) is False


def test_what_joins_two_makes_them_one() -> None:
    """One found late, between two that were told apart, takes in the starts of both."""

    class Chain(Telling):
        def one(self, one: Candidate, other: Candidate) -> bool:
            return bool(abs(one.odds[0] - other.odds[0]) <= 1.0)

    found = [candidate(5.0), candidate(7.0, by_start=False), candidate(6.0)]
    own, *others = Chain(Linear(np.eye(1)), 1e-10).sort(candidate(0.0), found)
    assert (own.starts, len(others)) == (0, 1)
    assert (others[0].starts, others[0].on_branch) == (2, True)
    assert {each.odds[0] for each in others[0].members} == {5.0, 6.0, 7.0}


def test_too_large_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the derivative would be too large nothing is said of whether an equilibrium is isolated."""
    monkeypatch.setattr(apart, "WHOLE", 0)
    _, found = searched(from_tree(meeting(""), ["A", "B"]), 10.0)
    assert found.isolated is None
    assert [each.isolated for each in found.others] == [None, None]


def test_outcomes_are_distributions_over_plays() -> None:
    """The distance is that in total variation at the ends, or at an edge before, and numbers go by it."""
    last = np.array([False, False, True, True, True, True])
    told = Outcomes(np.array([1.0, 0.0, 0.3, 0.3, 0.2, 0.2]), last)
    elsewhere = np.array([1.0, 0.0, 0.2, 0.2, 0.3, 0.3])
    assert told.apart(elsewhere) == pytest.approx(0.2)
    another_way = np.array([0.1, 0.9, 0.3, 0.3, 0.2, 0.2])
    assert told.apart(another_way) == pytest.approx(0.9)
    close = np.array([1.0, 0.0, 0.3, 0.3, 0.2 + apart.SAME / 2, 0.2 - apart.SAME / 2])
    assert [told.number(each) for each in (close, elsewhere, another_way, elsewhere)] == [0, 1, 2, 1]


def test_edges_carry_what_nodes_are_reached_by() -> None:
    """What comes into a node over its edges is the probability of coming there."""
    case = from_tree(behind_doors(0.5), ["A", "B"])
    numbers = case.tabulate(3.0)
    behaviour = solve(case.game, numbers).behaviour
    into = np.zeros(case.game.nodes)
    np.add.at(into, case.game.child, edge_chances(case.game, numbers, behaviour)[:, 0])
    assert into[1:] == pytest.approx(reach(case.game, numbers, behaviour)[1:, 0], abs=1e-15)


def test_as_printed(capsys: pytest.CaptureFixture[str]) -> None:
    """The table says which outcome each comes to, and below it what is degenerate."""
    file = str(HERE / "efg" / "own_bif_hawk_dove.efg")
    assert main(["solve", file, "--rationality", repr(PITCHFORK), "--others", "48"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "0 other equilibria found, none proved to be all." in told
    assert "Degenerate, not seen to be isolated: the equilibrium above." in told
    assert main(["solve", file, "--rationality", "10", "--others", "16"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "apart, %" in told
    assert "2 other equilibria found, none proved" in told
    assert "Degenerate" not in told


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        ([1, 2], ""),
        ([0, 0], ", all with the outcome above"),
        ([0, 1, 1], " with 1 outcome besides the one above"),
        ([2, 1, 1], " with 2 outcomes besides the one above"),
    ],
)
def test_outcomes_are_counted(outcomes: list[int], told: str) -> None:
    """How many outcomes there are is said where equilibria are more."""
    assert of_outcomes([{"outcome": each} for each in outcomes]) == told
