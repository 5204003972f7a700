"""An expression means the same wherever it is worked out: while reading, when compiled, and in results."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foedus.analysis.expressions import evaluate
from foedus.analysis.parameters import ParameterFrame
from foedus.errors import ScenarioError
from foedus.game.columns import Layout
from foedus.game.evaluate import Evaluator
from foedus.language import expression as x
from foedus.language.folding import fold
from foedus.language.printing import unparse
from plays import game_of, scenario

PARAMETERS = {"a": 2.0, "b": 0.5, "c": -3.0}
PLAY = """
    parameters:
      a: {{value: 2, range: [-4, 4]}}
      b: {{value: 0.5, range: [-4, 4]}}
      c: {{value: -3, range: [-4, 4]}}
    play:
      - move: ask
        by: us
        options: {{go: {{}}, stay: {{}}}}
    payoffs: {{us: "{text}"}}
"""
SCENARIO = scenario(PLAY.format(text="0"))
NAMES = st.sampled_from(["a", "b", "c"]).map(x.Parameter)
LEAVES = NAMES | st.sampled_from([0.0, 1.0, 2.0, 0.25, 3.0]).map(x.Number)


def compound(parts: st.SearchStrategy[x.Expression]) -> st.SearchStrategy[x.Expression]:
    """Operations that any machine rounds alike, so that comparisons of their results agree."""
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(x.Unary, st.sampled_from(["-", "not"]), parts),
        st.builds(x.Binary, st.sampled_from("+-*/"), parts, parts),
        st.builds(x.Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), parts, parts),
        st.builds(x.Member, parts, several),
        st.builds(x.Logical, st.sampled_from(["and", "or"]), several),
        st.builds(x.Conditional, parts, parts, parts),
        st.builds(x.Call, st.sampled_from(["min", "max"]), several),
        st.builds(x.Call, st.sampled_from(["abs", "sqrt"]), parts.map(lambda part: (part,))),
    )


EXACT = st.recursive(LEAVES, compound, max_leaves=10)
ALL = st.one_of(
    EXACT,
    st.builds(x.Call, st.sampled_from(["exp", "log"]), EXACT.map(lambda part: (part,))),
    st.builds(x.Binary, st.just("^"), EXACT, EXACT),
)


def with_numbers(expression: x.Expression) -> x.Expression:
    """The expression with the value of each parameter in its place."""
    match expression:
        case x.Parameter(name):
            return x.Number(PARAMETERS[name])
        case x.Unary(operator, operand):
            return x.Unary(operator, with_numbers(operand))
        case x.Binary(operator, left, right):
            return x.Binary(operator, with_numbers(left), with_numbers(right))
        case x.Compare(operator, left, right):
            return x.Compare(operator, with_numbers(left), with_numbers(right))
        case x.Member(operand, members):
            return x.Member(with_numbers(operand), tuple(map(with_numbers, members)))
        case x.Logical(operator, operands):
            return x.Logical(operator, tuple(map(with_numbers, operands)))
        case x.Conditional(condition, then, otherwise):
            return x.Conditional(*map(with_numbers, (condition, then, otherwise)))
        case x.Call(function, arguments):
            return x.Call(function, tuple(map(with_numbers, arguments)))
    return expression


def in_results(expression: x.Expression) -> float:
    frame = ParameterFrame(SCENARIO, {name: np.array([value]) for name, value in PARAMETERS.items()})
    return float(np.broadcast_to(evaluate(expression, frame), (1, 1))[0, 0])


def in_pool(expression: x.Expression) -> float | None:
    evaluator = Evaluator(SCENARIO, Layout([], []), {}, {})
    return evaluator.pool.numbers[evaluator.value(expression, {}, {})]


@settings(max_examples=500, deadline=None)
@given(ALL)
def test_numbers(expression: x.Expression) -> None:
    """What reading can fold is what the compiler and results make of it; what it cannot is no number there.

    Reading calls a number undefined as soon as one of its parts is, or overflows; the compiler and results
    look at the parts that count.
    """
    plain = with_numbers(expression)
    folded, pooled, shown = fold(plain), in_pool(plain), in_results(plain)
    if folded is not None:
        assert pooled == pytest.approx(folded, rel=1e-12, nan_ok=True)
        assert shown == pytest.approx(folded, rel=1e-12, nan_ok=True)
    if math.isfinite(shown):
        assert pooled == pytest.approx(shown, rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(ALL)
def test_parameters(expression: x.Expression) -> None:
    """A payoff in a compiled game's table is the number that results make of the expression."""
    shown = in_results(expression)
    try:
        game = game_of(PLAY.format(text=unparse(expression)))
    except ScenarioError:
        assert not math.isfinite(shown)
        return
    row = game.payoff[game.child[0]]
    tabulated = float(game.table.tabulate({}).payoffs[row, 0, 0])
    if math.isfinite(shown):
        assert tabulated == pytest.approx(shown, rel=1e-12)
