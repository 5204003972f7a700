"""Links from λ = 0: what is linked lies on the principal branch, and what does not is never linked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.game import Game
from foedus.game.table import Tabulation
from foedus.solve import arnoldi, reference
from foedus.solve.certainty import LINKING, make_certain
from foedus.solve.equilibrium import Branch, Equilibrium, Method
from foedus.solve.links import Linking
from foedus.solve.problem import Answers, Problem
from foedus.solve.solver import TRACING, solve
from foedus.solve.tracing import BranchTracing
from games import Case, Tree, from_tree, random_game

TREES = Path(__file__).parent / "trees"
SEEDS = st.integers(0, 2**32 - 1)
RULES = [pytest.param(LINKING, id="dense"), pytest.param(replace(LINKING, dense=0), id="iterated")]


def tree_case(name: str) -> Case:
    content = json.loads((TREES / f"{name}.json").read_text(encoding="utf-8"))
    return from_tree(content["variants"][0]["tree"], content["players"], name)


def at(numbers: Tabulation, rationality: float) -> Tabulation:
    return replace(numbers, rationality=numbers.rationality * rationality)


def judged(game: Game, numbers: Tabulation, found: Equilibrium, rule: Linking) -> list[int]:
    """What the links tell of each world of an equilibrium."""
    problem = Problem(game, numbers)
    answers = Answers(problem)
    answers.behaviour[:] = found.behaviour
    return rule(problem, answers, np.arange(numbers.worlds)).tolist()


@pytest.mark.parametrize("rule", RULES)
@given(seed=SEEDS, rationality=st.sampled_from([1.0, 10.0, 30.0, 100.0]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_what_is_linked_is_what_is_traced(rule: Linking, seed: int, rationality: float) -> None:
    """An answer that is linked to λ = 0 is the end of the traced branch, with the same flag."""
    game, numbers = random_game(seed, worlds=4)
    numbers = at(numbers, rationality)
    swept, traced = solve(game, numbers), solve(game, numbers, trace=True)
    branch = np.array(judged(game, numbers, swept, rule))
    linked = branch != Branch.SWEEPS
    assert swept.behaviour[:, linked] == pytest.approx(traced.behaviour[:, linked], abs=1e-8)
    assert np.array_equal(branch[linked], traced.branch[linked])


@given(seed=SEEDS, rationality=st.sampled_from([1.0, 10.0, 30.0, 100.0]))
@settings(max_examples=25, deadline=None, derandomize=True)
def test_certain_is_traced(seed: int, rationality: float) -> None:
    """Made certain, every world has the traced answer, whatever the sweeps came to."""
    game, numbers = random_game(seed, worlds=4)
    numbers = at(numbers, rationality)
    certain, traced = solve(game, numbers, certain=True), solve(game, numbers, trace=True)
    assert certain.behaviour == pytest.approx(traced.behaviour, abs=1e-8)
    assert np.array_equal(certain.branch, traced.branch)
    assert certain.checked.all()


def test_moderate_worlds_are_linked() -> None:
    """At λ times spread of about 10 links spare the trace in nearly every world."""
    found = [solve(game, at(numbers, 10.0), certain=True) for game, numbers in map(random_game, range(30))]
    method = np.concatenate([each.method for each in found])
    assert np.mean(method == Method.BRANCH_TRACING) < 0.05


@pytest.mark.parametrize("rule", RULES)
def test_past_a_pitchfork(rule: Linking) -> None:
    """Past a symmetric pitchfork no answer is linked as if the branch were alone; before it all are."""
    case = tree_case("own_bif_hawk_dove")
    numbers = case.tabulate(1.0, 2.0, 10.0)
    branch = judged(case.game, numbers, solve(case.game, numbers), rule)
    assert branch[:2] == [Branch.PRINCIPAL, Branch.PRINCIPAL]
    assert branch[2] in {Branch.BIFURCATED, Branch.SWEEPS}
    certain = solve(case.game, numbers, certain=True)
    assert certain.branch.tolist() == [Branch.PRINCIPAL, Branch.PRINCIPAL, Branch.BIFURCATED]


def symmetric_game(seed: int) -> Case:
    """Two actors choose at once, and are alike."""
    r = np.random.default_rng(seed)
    size = int(r.integers(2, 4))
    same, different = r.normal(size=2) * 3.0
    pays = np.where(np.eye(size) > 0, same, different) if seed % 2 else r.normal(size=(size, size)) * 3.0

    def end(i: int, j: int) -> Tree:
        return {"type": "terminal", "label": f"{i}{j}", "payoffs": [pays[i, j], pays[j, i]]}

    def choice(name: str, below: list[Tree]) -> Tree:
        actions = [{"label": str(i), "node": node} for i, node in enumerate(below)]
        return {"type": "decision", "player": name, "infoset": name, "actions": actions}

    seconds = [choice("b", [end(i, j) for j in range(size)]) for i in range(size)]
    return from_tree(choice("a", seconds), ["a", "b"])


def test_no_pitchfork_is_turned_off_at() -> None:
    """In games of two who are alike certain answers are the traced ones, also right past a pitchfork."""
    forks = 0
    for seed in range(80):
        case = symmetric_game(seed)
        numbers = case.tabulate(*np.exp(np.random.default_rng(seed).uniform(-1.6, 2.1, 4)))
        certain, traced = (solve(case.game, numbers, **how) for how in ({"certain": True}, {"trace": True}))
        assert certain.behaviour == pytest.approx(traced.behaviour, abs=1e-7)
        assert np.array_equal(certain.branch, traced.branch)
        forks += int((traced.branch == Branch.BIFURCATED).sum())
    assert forks > 20


def test_a_broken_symmetry_is_not_linked() -> None:
    """One of the two lopsided equilibria past a pitchfork is no end of a smooth branch from λ = 0."""
    case = tree_case("own_bif_hawk_dove")
    numbers = case.tabulate(10.0)
    found = solve(case.game, numbers)
    lopsided = found.behaviour.copy()
    for _ in range(200):
        lopsided = _answer(case, numbers, lopsided + np.array([[1e-3], [-1e-3], [-1e-3], [1e-3]]))
    assert np.abs(lopsided - found.behaviour).max() > 0.1
    branch = judged(case.game, numbers, replace(found, behaviour=lopsided), LINKING)
    assert branch == [Branch.SWEEPS]


def _answer(case: Case, numbers: Tabulation, behaviour: np.ndarray) -> np.ndarray:
    world = reference.World.of(case.game, numbers, 0)
    return reference.response(world, behaviour[:, 0])[:, None]


def test_folds_are_not_jumped() -> None:
    """Where the branch folds on the way, what sweeps find beyond is linked by nothing, and traced."""
    case = tree_case("C27_folding_principal_branch")
    numbers = case.tabulate(0.5, 2.0, 3.5)
    branch = judged(case.game, numbers, solve(case.game, numbers, trace=True), LINKING)
    assert branch[::2] == [Branch.PRINCIPAL, Branch.SWEEPS]
    certain = solve(case.game, numbers, certain=True)
    assert certain.branch.tolist() == [Branch.PRINCIPAL] * 3
    assert certain.behaviour == pytest.approx(solve(case.game, numbers, trace=True).behaviour, abs=1e-9)


def test_where_nothing_can_be_traced_either() -> None:
    """An answer that is not linked, and whose branch cannot be traced, stays and says that it was swept."""
    case = tree_case("C27_folding_principal_branch")
    numbers = case.tabulate(3.5)
    problem = Problem(case.game, numbers)
    answers, found = Answers(problem), solve(case.game, numbers)
    answers.behaviour[:] = found.behaviour
    answers.report[0] = found.residual
    never = BranchTracing(replace(TRACING.pace, steps=2))
    make_certain(problem, answers, np.arange(1), never)
    assert answers.branch.tolist() == [Branch.SWEEPS]
    assert np.array_equal(answers.behaviour, found.behaviour)
    assert np.array_equal(answers.residual, found.residual)


@given(seed=SEEDS, size=st.integers(1, 20))
@settings(max_examples=40, deadline=None)
def test_eigenvalues_in_lanes(seed: int, size: int) -> None:
    """Eigenvalues above 1 are seen in all lanes at once, as one by one."""
    r = np.random.default_rng(seed)
    matrices = 0.3 * r.normal(size=(4, size, size)) / np.sqrt(size)
    matrices[2] += 3.0 * np.eye(size)[0][:, None] * np.eye(size)[0]
    right = r.normal(size=(size, 4))

    def apply(x: np.ndarray) -> np.ndarray:
        return np.einsum("lij,jl->il", matrices, x)

    exact = [
        int((np.isreal(values) & (values.real > 1.0)).sum()) for values in map(np.linalg.eigvals, matrices)
    ]
    assert arnoldi.beyond_one(apply, right, size).tolist() == exact
