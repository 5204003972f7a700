"""Expressions: what they mean, what is refused and where, and that nothing breaks the parser."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foedus.language import expression as ast
from foedus.language.expression import Expression, walk
from foedus.language.folding import fold
from foedus.language.grammar import DEEPEST_NESTING, LONGEST_TEXT, RESERVED
from foedus.language.parser import ExpressionError, parse_expression, parse_formula
from foedus.language.printing import unparse

# --- meaning ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("8 - 4 - 2", 2),
        ("8 / 4 / 2", 1),
        ("2^3^2", 512),
        ("-2^2", -4),
        ("2^-1", 0.5),
        ("+3", 3),
        ("--3", 3),
        ("1e3 + .5", 1000.5),
        ("1 < 2", 1),
        ("2 == 3", 0),
        ("2 != 3", 1),
        ("1 < 2 < 3", 1),
        ("1 < 3 < 2", 0),
        ("3 >= 3 > 2", 1),
        ("2 in (1, 2)", 1),
        ("2 not in (1, 2)", 0),
        ("1 or 0 and 0", 1),
        ("not 0 and 0", 0),
        ("not 1 == 2", 1),
        ("1 + 1 == 2", 1),
        ("if(2 > 1, 10, 20)", 10),
        ("min(3, 1, 2) + max(3, 1, 2)", 4),
        ("abs(-2) + sqrt(9) + exp(0) + log(1)", 6),
    ],
)
def test_value(text: str, value: float) -> None:
    """An expression without names is worth what arithmetic and logic say."""
    assert fold(parse_expression(text)) == value


@pytest.mark.parametrize("text", ["1 / 0", "log(0)", "sqrt(-1)", "exp(1000)", "(-1)^0.5", "x", "1 + x"])
def test_no_value(text: str) -> None:
    """What depends on a name, or is undefined, has no value."""
    assert fold(parse_expression(text)) is None


def test_nodes_know_their_place() -> None:
    """Each node keeps the offset of the text that it came from, and equality ignores it."""
    tree = parse_expression("a + min(bb, if(c, 1, dd))")
    assert {node.name: node.at for node in walk(tree) if isinstance(node, ast.Name)} == {
        "a": 0,
        "bb": 8,
        "c": 15,
        "dd": 21,
    }
    assert tree == parse_expression("  a+min(bb,if(c,1,dd))")


def test_formula() -> None:
    """A result holds its brackets, its subject and its condition."""
    tree = parse_formula(
        "Q[pact; in_force, w = 0, consent.us = sign](us, respond.fight | ever(x) and chose(m.o))"
    )
    assert tree == ast.Result(
        "Q",
        ast.Setting(
            "pact",
            ("in_force",),
            (ast.Override("w", ast.Number(0.0)), ast.Override("consent.us", ast.Name("sign"))),
        ),
        actor="us",
        move="respond",
        option="fight",
        condition=ast.Logical("and", (ast.Ever(ast.Name("x")), ast.Chose("m", "o"))),
    )


def test_last_dot_separates_the_option() -> None:
    """A signature is a move whose name has a dot."""
    assert parse_formula("chose(consent.us.sign)") == ast.Chose("consent.us", "sign")


@pytest.mark.parametrize("group", ["war", ("none", "pact"), ("pact",)])
def test_group(group: str | tuple[str, ...]) -> None:
    """min and max run over a group, or over the arrangements that are listed."""
    text = group if isinstance(group, str) else f"({', '.join(group)})"
    tree = parse_formula(f"min(V[a](us) for a in {text})")
    assert tree == ast.Over("min", ast.Result("V", ast.Setting("a"), actor="us"), "a", group)


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("__import__('os').system('x')", 11, 'found "\'"'),
        ("x.__class__()", 11, "found '('"),
        ("lambda: 1", 6, "found ':'"),
        ("a = b", 2, "write '=='"),
        ("a ==", 4, "the end of the text"),
        ("(a", 2, "expected ')'"),
        ("min(a, b", 8, "expected ')'"),
        ("a)", 1, "found ')'"),
        ("a b", 2, "expected an operator"),
        ("a && b", 2, "write 'and'"),
        ("a ** b", 3, "write '^'"),
        ("a ? b", 2, "write 'if"),
        ("!a", 0, "write 'not'"),
        ("1e", 0, "begins no number"),
        ("1.2.3", 0, "begins no number"),
        ("2x", 0, "begins no number"),
        ("in", 0, "found 'in'"),
        ("a and and b", 6, "found 'and'"),
        ("x in y", 5, "expected '('"),
        ("", 0, "found nothing"),
        ("   ", 0, "found nothing"),
        ("minn(a, b)", 0, "did you mean 'min'"),
        ("eval(1)", 0, "there is no function 'eval'"),
        ("if(a, b)", 0, "takes 3 arguments, found 2"),
        ("abs(a, b)", 0, "takes 1 argument, found 2"),
        ("P(x)", 0, "needs the arrangement in brackets"),
        ("1 + P[a](x)", 4, "only in a claim"),
        ("ever(x)", 0, "only in a claim"),
        ("chose(a.b)", 0, "only in a claim"),
        ("a\n  + $", 6, "found '$'"),
    ],
)
def test_refused_expression(text: str, at: int, message: str) -> None:
    """A syntax error says what was found, what was expected, and where."""
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert message in caught.value.message
    assert caught.value.offset == at


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("P[a]", 4, "expected '('"),
        ("P[a; ](x)", 5, "found ']'"),
        ("R[a](x)", 0, "there is no function 'R'"),
        ("V[a](us, them)", 0, "takes 1 argument, found 2"),
        ("V[a](1 + 1)", 5, "the name of an actor"),
        ("Q[a](us)", 0, "takes 2 arguments"),
        ("Q[a](us, fight)", 9, "written move.option"),
        ("Share[a](fight)", 9, "written move.option"),
        ("Keeps[a](c | x)", 13, "takes no condition"),
        ("D(P[a](x), p)", 0, "as in D(formula; parameter)"),
        ("Tap(P[a](x); p)", 0, "expected D or Tip"),
        ("sum(V[a](us) for a in war)", 0, "expected min or max"),
    ],
)
def test_refused_formula(text: str, at: int, message: str) -> None:
    """A formula that is none says why, and where."""
    with pytest.raises(ExpressionError) as caught:
        parse_formula(text)
    assert message in caught.value.message
    assert caught.value.offset == at


def test_place_in_several_lines() -> None:
    """The fault of an expression that stands alone has line and column."""
    with pytest.raises(ExpressionError) as caught:
        parse_expression("a\n  + $")
    mark = caught.value.faults[0].mark
    assert mark
    assert (mark.line, mark.column) == (2, 5)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000,
        "(" * (DEEPEST_NESTING + 1) + "1" + ")" * (DEEPEST_NESTING + 1),
        "not " * 2000 + "x",
        "-" * 5000 + "x",
        "2^" * 2000 + "2",
        "1" + " + 1" * 2000,
        "if(a," * 1000,
        "P[a](" * 1000,
        "x" * (LONGEST_TEXT + 1),
        "1" * LONGEST_TEXT,
    ],
)
def test_bounds(text: str) -> None:
    """What is too long or too deep is refused, or read; it never exhausts the stack."""
    with suppress(ExpressionError):
        assert parse_formula(text).at >= 0


def test_deep_brackets_that_are_allowed() -> None:
    """Brackets may be nested to the limit."""
    depth = DEEPEST_NESTING
    assert parse_expression("(" * depth + "1" + ")" * depth) == ast.Number(1.0)


# --- properties -------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,6}", fullmatch=True).filter(lambda name: name not in RESERVED)
NUMBERS = st.floats(0, 1e300).map(ast.Number)
LEAVES = NUMBERS | NAMES.map(ast.Name) | st.just(ast.Number(float("inf")))


def compound(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(ast.Unary, st.sampled_from(["-", "not"]), inner),
        st.builds(ast.Binary, st.sampled_from("+-*/^"), inner, inner),
        st.builds(ast.Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), inner, inner),
        st.builds(ast.Member, inner, several),
        st.builds(ast.Logical, st.sampled_from(["and", "or"]), several),
        st.builds(ast.Conditional, inner, inner, inner),
        st.builds(ast.Call, st.sampled_from(["min", "max"]), several),
        st.builds(ast.Call, st.sampled_from(["abs", "exp", "log", "sqrt"]), st.tuples(inner)),
    )


EXPRESSIONS = st.recursive(LEAVES, compound, max_leaves=12)
DOTTED = st.builds("{}.{}".format, NAMES, NAMES)
EVENTS = EXPRESSIONS | st.builds(ast.Ever, EXPRESSIONS) | st.builds(ast.Chose, NAMES | DOTTED, NAMES)
SETTINGS = st.builds(
    ast.Setting,
    NAMES,
    st.sampled_from([(), ("in_force",), ("each", "in_force")]),
    st.lists(st.builds(ast.Override, NAMES | DOTTED, EXPRESSIONS), max_size=2).map(tuple),
)
CONDITIONS = st.none() | EVENTS
CHOICE = {"move": NAMES | DOTTED, "option": NAMES}
RESULTS = st.one_of(
    st.builds(ast.Result, st.sampled_from("PE"), SETTINGS, subject=EVENTS, condition=CONDITIONS),
    st.builds(ast.Result, st.just("V"), SETTINGS, actor=NAMES, condition=CONDITIONS),
    st.builds(ast.Result, st.just("Signs"), SETTINGS, actor=NAMES),
    st.builds(ast.Result, st.sampled_from(["Keeps", "Delivers"]), SETTINGS, commitment=NAMES),
    st.builds(
        ast.Result, st.just("Share"), SETTINGS, move=NAMES | DOTTED, option=NAMES, condition=CONDITIONS
    ),
    st.builds(
        ast.Result, st.just("Q"), SETTINGS, actor=NAMES, move=NAMES, option=NAMES, condition=CONDITIONS
    ),
)
GROUPS = NAMES | st.lists(NAMES, min_size=1, max_size=3).map(tuple)


def formulas(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        compound(inner),
        st.builds(ast.Derivative, inner, NAMES),
        st.builds(ast.Tip, inner, NAMES),
        st.builds(ast.Over, st.sampled_from(["min", "max"]), inner, NAMES, GROUPS),
    )


@given(EXPRESSIONS)
def test_printed_expression_reads_the_same(tree: Expression) -> None:
    """Printing an expression and parsing it again gives the same tree."""
    assert parse_expression(unparse(tree)) == tree


@given(st.recursive(RESULTS | NUMBERS, formulas, max_leaves=6))
def test_printed_formula_reads_the_same(tree: Expression) -> None:
    """Printing a formula and parsing it again gives the same tree."""
    assert parse_formula(unparse(tree)) == tree


WORDS = (
    "( ) [ ] , ; | = == != < <= + - * / ^ . 1 2.5 1e9 x in not and or for if P E V D Tip min ever chose a.b"
)
PIECES = st.sampled_from([*WORDS.split(" "), "\n", "'"])


@given(st.text() | st.lists(PIECES, max_size=30).map(" ".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """A text is an expression or raises ExpressionError; places lie inside of it."""
    try:
        places = [node.at for node in walk(parse_formula(text))]
    except ExpressionError as error:
        places = [error.offset]
    assert all(0 <= place <= len(text) for place in places)


@given(st.text() | st.lists(PIECES, max_size=30).map(" ".join))
def test_expressions_are_formulas(text: str) -> None:
    """What is read as an expression is read as the same formula."""
    with suppress(ExpressionError):
        assert parse_expression(text) == parse_formula(text)
