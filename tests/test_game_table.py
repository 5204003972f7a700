"""The table of a game's numbers: all worlds at once, and each as if it were alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.game.arithmetic import KERNELS, Op, fold
from foedus.game.compile import compile_game
from foedus.game.pool import ONE, ZERO, Pool
from foedus.language import expression as ex
from foedus.study.worlds import sample_worlds
from plays import game_of, nodes_at, scenario

NUMBERS = """
    parameters:
      a: {value: 2, range: [1, 3], about: first}
      b: {value: 0.5, range: [0.1, 0.9], about: second}
      c: {value: a * b, about: product}
    variables:
      x: {values: [no, yes]}
    play:
      - chance: luck
        outcomes:
          good: {probability: b ^ 2, set: {x: yes}}
          fair: {probability: "min(b, 0.05)"}
          bad: {probability: rest}
      - move: ask
        by: us
        options:
          go: {weight: exp(a), pays: {us: -log(a) / sqrt(b), them: c}}
          stay: {pays: {us: "if(b > 0.5, a, 1 - a)"}}
    payoffs:
      us: exp(-a * b) * (x == yes) + abs(b - a) ^ 1.5
      them: "max(a, 3 * b) * (x == no) - c"
"""


def drawn(count: int):
    text = scenario(NUMBERS)
    return compile_game(text, "none"), sample_worlds(text, count, seed=3)


def all_of(tabulation) -> list[np.ndarray]:
    return [
        tabulation.probabilities,
        tabulation.payoffs,
        tabulation.weights,
        tabulation.rationality,
        tabulation.valid,
    ]


@pytest.mark.parametrize("count", [1, 2, 7, 15, 16, 17, 127, 128, 129, 300])
def test_a_world_does_not_depend_on_its_neighbours(count):
    """The numbers of each world are the same bits, however many worlds are tabulated with it."""
    game, worlds = drawn(300)
    whole = all_of(game.table.tabulate(worlds))
    part = all_of(game.table.tabulate({name: values[300 - count :] for name, values in worlds.items()}))
    for one, other in zip(whole, part, strict=True):
        assert one[..., 300 - count :].tobytes() == other.tobytes()


def test_numbers_are_those_of_the_expressions():
    """Payments, probabilities and payoffs in two worlds, worked out by hand."""
    game, _ = drawn(1)
    a, b = np.array([1.5, 2.5]), np.array([0.3, 0.8])
    numbers = game.table.tabulate({"a": a, "b": b})
    assert numbers.valid.all()
    shares = numbers.probabilities[game.probability[:3]]
    np.testing.assert_allclose(shares, [b**2, [0.05, 0.05], 1 - b**2 - 0.05], rtol=1e-15)
    go, stay = game.payment[game.first_edge[nodes_at(game, "ask")[0]] :][:2]
    np.testing.assert_allclose(numbers.payoffs[go], [-np.log(a) / np.sqrt(b), a * b], rtol=1e-15)
    np.testing.assert_allclose(numbers.payoffs[stay, 0], [-0.5, 2.5], rtol=1e-15)
    np.testing.assert_allclose(numbers.weights[game.weight[0]], np.exp(a), rtol=1e-15)


def test_row_zero_is_nothing():
    """Payoff row 0 is all zeros, weight row 0 all ones."""
    game, worlds = drawn(5)
    numbers = game.table.tabulate(worlds)
    assert (numbers.payoffs[0] == 0).all()
    assert (numbers.weights[0] == 1).all()


def test_an_override_outweighs_a_parameters_expression():
    """A world may say itself what a parameter is that would follow from others."""
    game, _ = drawn(1)
    numbers = game.table.tabulate({"c": np.array([7.0])})
    go = game.payment[game.first_edge[nodes_at(game, "ask")[0]]]
    assert numbers.payoffs[go, 1, 0] == 7.0


def test_equal_expressions_are_one_register():
    """A sum written the other way round, or in another place, is not computed again."""
    text = """
        parameters:
          a: {value: 2, range: [1, 3], about: first}
          b: {value: 0.5, range: [0.1, 0.9], about: second}
        play:
          - move: ask
            by: us
            options: {go: {pays: {us: a + b}}, stay: {pays: {us: b + a}}, wait: {pays: {us: 0 + 1 * (a + b)}}}
        payoffs: {us: a + b}
    """
    game = game_of(text)
    assert len(set(game.payment.tolist())) == 1
    assert (game.table.operation == Op.ADD).sum() == 1


INVALID = """
    parameters:
      a: {value: 2, range: [0, 5], about: first}
      p: {value: 0.5, range: [-1, 2], about: second}
      q: {value: 0.5, range: [-1, 2], about: third}
    play:
      - chance: luck
        outcomes:
          good: {probability: p}
          bad: {probability: q}
      - move: ask
        by: us
        options: {go: {weight: a - 1}, stay: {}}
    payoffs: {us: 1 / (a - 3), them: exp(200 * a)}
"""


@pytest.mark.parametrize(
    ("world", "valid"),
    [
        ({}, True),
        ({"p": 0.25, "q": 0.75}, True),
        ({"p": 0.25}, False),
        ({"p": -0.25, "q": 1.25}, False),
        ({"p": -1e-12, "q": 1.0}, True),
        ({"p": np.nan}, False),
        ({"a": 0.5}, False),
        ({"a": 1.0}, True),
        ({"a": 3.0}, False),
        ({"a": 5.0}, False),
        ({"a": np.inf}, False),
    ],
)
def test_an_impossible_world_is_not_valid(world, valid):
    """Probabilities, weights, rationality and payoffs each make a world invalid, and nothing is raised."""
    game = game_of(INVALID)
    numbers = game.table.tabulate({name: np.array([value]) for name, value in world.items()})
    assert numbers.valid.tolist() == [valid]


def test_probabilities_just_outside_are_clipped():
    """What rounding leaves below 0 or above 1 counts as 0 or 1."""
    game = game_of(INVALID)
    numbers = game.table.tabulate({"p": np.array([-1e-12]), "q": np.array([1 + 1e-12])})
    assert sorted(numbers.probabilities[game.probability[:2], 0].tolist()) == [0.0, 1.0]


@pytest.mark.parametrize(("value", "valid"), [(0.0, True), (np.inf, True), (-0.1, False), (np.nan, False)])
def test_rationality_may_be_infinite_but_not_negative(value, valid):
    """λ = ∞ is exact rationality."""
    text = scenario("""
        parameters: {precision: {value: 1, range: [0, 5], about: how precise}}
        play:
          - move: ask
            by: us
            options: {go: {}, stay: {}}
        payoffs: {us: 1}
    """)
    made = replace(text, rationality={"us": ex.Parameter("precision"), "them": ex.Number(np.inf)})
    numbers = compile_game(made, "none").table.tabulate({"precision": np.array([value])})
    assert numbers.valid.tolist() == [valid]
    assert numbers.rationality[1, 0] == np.inf


def test_worlds_of_different_lengths_are_refused():
    """Every parameter has one value for each world."""
    game, _ = drawn(1)
    with pytest.raises(ValueError, match="different numbers of worlds"):
        game.table.tabulate({"a": np.ones(2), "b": np.ones(3)})


finite = st.floats(-50, 50, allow_nan=False).map(lambda number: round(number, 3))
unary = st.sampled_from([Op.NEGATE, Op.NOT, Op.ABS])
binary = st.sampled_from([op for op in Op if Op.ADD <= op <= Op.OR and op not in (Op.DIVIDE, Op.POWER)])


@st.composite
def expressions(draw, depth: int = 4):
    """A tree of operations over two parameters and numbers."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.one_of(st.sampled_from(["a", "b"]), finite, st.sampled_from([0.0, 1.0])))
    if draw(st.booleans()):
        return (draw(unary), draw(expressions(depth - 1)))
    if draw(st.integers(0, 4)) == 0:
        return (Op.IF, *(draw(expressions(depth - 1)) for _ in range(3)))
    operation = draw(st.one_of(binary, st.sampled_from([Op.MIN, Op.MAX])))
    return (operation, draw(expressions(depth - 1)), draw(expressions(depth - 1)))


def direct(tree, values: dict[str, float]) -> float:
    if isinstance(tree, str):
        return values[tree]
    if isinstance(tree, float):
        return tree
    return fold(tree[0], [direct(part, values) for part in tree[1:]])


def pooled(pool: Pool, tree) -> int:
    if isinstance(tree, str):
        return pool.parameter(tree)
    if isinstance(tree, float):
        return pool.number(tree)
    return pool.apply(tree[0], *(pooled(pool, part) for part in tree[1:]))


def value_of(pool: Pool, entry: int, values: dict[str, float]) -> float:
    names = {number: name for name, number in pool.parameters.items()}
    if entry in names:
        return values[names[entry]]
    if pool.numbers[entry] is not None:
        return pool.numbers[entry]
    operation, *parts = pool.entries[entry]
    return fold(Op(operation), [value_of(pool, part, values) for part in parts])


@settings(deadline=None)
@given(expressions(), finite, finite)
def test_simplifying_does_not_change_a_number(tree, a, b):
    """What the pool makes of an expression has the value of the expression as written."""
    pool = Pool()
    values = {"a": a, "b": b}
    expected = direct(tree, values)
    assert value_of(pool, pooled(pool, tree), values) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_pool_folds_what_it_knows():
    """Numbers are computed at once, and multiplying by 0 or 1 leaves nothing to compute."""
    pool = Pool()
    a = pool.parameter("a")
    assert pool.apply(Op.MULTIPLY, a, ZERO) == ZERO
    assert pool.apply(Op.MULTIPLY, ONE, a) == a
    assert pool.apply(Op.AND, ONE, pool.apply(Op.LESS, a, ONE)) == pool.apply(Op.LESS, a, ONE)
    assert pool.numbers[pool.apply(Op.ADD, pool.number(2), pool.number(3))] == 5


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        (Op.DIVIDE, (1, 0)),
        (Op.DIVIDE, (0, 0)),
        (Op.LOG, (0,)),
        (Op.LOG, (-1,)),
        (Op.SQRT, (-1,)),
        (Op.POWER, (0, -1)),
        (Op.POWER, (-8, 0.5)),
        (Op.LESS, (np.nan, 1)),
        (Op.IF, (np.nan, 1, 2)),
        (Op.MIN, (np.nan, 1)),
    ],
)
def test_a_number_that_cannot_be_said_is_not_lost(operation, arguments):
    """It is NaN, not infinity, and comparisons hand it on."""
    with np.errstate(all="ignore"):
        result = KERNELS[operation](*(np.array([float(x)]) for x in arguments))
    assert np.isnan(result).all()
