"""A file becomes a Scenario: everything that an author may leave out is filled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from foedus.errors import Mark, ScenarioError
from foedus.language import scenario as made
from foedus.language.check import expressions
from foedus.language.expression import (
    Compare,
    Expression,
    Name,
    Number,
    Parameter,
    Result,
    Value,
    Variable,
    children,
    walk,
)
from foedus.language.printing import unparse
from foedus.language.reader import read_scenario, read_text
from foedus.language.resolve import resolve_formula
from foedus.language.scenario import sign_step, walk_steps
from language_texts import GUARANTEE, page_scenario, with_change, with_section

SCENARIO = read_text(GUARANTEE, "guarantee.yaml", "guarantee")


def texts(sets: tuple[tuple[str, Expression], ...]) -> dict[str, str]:
    return {name: unparse(side) for name, side in sets}


def event(scenario: made.Scenario, text: str) -> Expression:
    """The event that a formula asks for."""
    formula = resolve_formula(scenario, f"P[none]({text})")
    assert isinstance(formula, Result)
    assert formula.subject is not None
    return formula.subject


def arrangements(section: str) -> dict[str, made.Arrangement]:
    return read_text(with_section(section)).arrangements


# --- the scenario of the design ---------------------------------------------------------------------------


def test_guarantee_play() -> None:
    """The steps stand in their order, with their conditions."""
    nature, sign, repeat, respond = SCENARIO.play
    assert isinstance(nature, made.Chance)
    assert [each.probability for each in nature.outcomes] == [Parameter("p_resolved"), None]
    assert nature.outcomes[0].sets == (("resolve", Value("resolved")),)
    assert sign == made.Sign("consent")
    assert isinstance(repeat, made.Repeat)
    assert (repeat.times, unparse(repeat.until or Number(0))) == ("rounds", "attacked == yes")
    threaten = repeat.steps[0]
    assert isinstance(threaten, made.Move)
    assert threaten.by == "challenger"
    assert [option.name for option in threaten.options] == ["hold", "attack"]
    assert texts(threaten.options[1].pays) == {"challenger": "-5"}
    assert isinstance(respond, made.Move)
    assert unparse(respond.when or Number(0)) == "attacked == yes"


def test_guarantee_variables() -> None:
    """A variable starts at its first value and is seen by all, unless the file says otherwise."""
    resolve, attacked = SCENARIO.variables["resolve"], SCENARIO.variables["attacked"]
    assert (resolve.domain, resolve.start, resolve.seen_by) == (
        ("resolved", "hesitant"),
        "resolved",
        {"guarantor"},
    )
    assert attacked.domain == ("no", "yes")
    assert attacked.seen_by == set(SCENARIO.actors)


def test_guarantee_promise() -> None:
    """The commitment, the arrangements and the default fallback are there."""
    guarantee, treaty = SCENARIO.commitments["guarantee"], SCENARIO.arrangements["treaty"]
    assert (guarantee.by, guarantee.to, guarantee.at) == ("guarantor", "protege", {"respond": ("fight",)})
    assert (guarantee.penalty, guarantee.price) == (Parameter("reputation"), Number(2.0))
    assert (treaty.signed_by, treaty.commitments, treaty.otherwise) == (
        ("protege", "guarantor"),
        ("guarantee",),
        "none",
    )
    assert SCENARIO.arrangements["none"].otherwise is None


def test_guarantee_numbers() -> None:
    """Parameters keep range and source; rationality is spelt out for each actor."""
    prize = SCENARIO.parameters["prize"]
    assert (prize.value, prize.range, prize.cites) == (40.0, (20.0, 60.0), ("wire-0801#3",))
    assert prize.distribution == made.Distribution("uniform")
    assert SCENARIO.rationality == dict.fromkeys(SCENARIO.actors, Number(0.25))
    assert SCENARIO.constants == {"rounds": 2}


def test_guarantee_claim() -> None:
    """A claim keeps its text and its formula, resolved."""
    deters = SCENARIO.claims["deters"]
    assert deters.formula == "P[treaty; in_force](attacked == yes) < P[none](attacked == yes)"
    assert deters.holds
    assert unparse(deters.holds) == deters.formula


def test_marks() -> None:
    """Things of a scenario know where the file defines them."""
    assert SCENARIO.commitments["guarantee"].mark == Mark("guarantee.yaml", 47, 3)
    assert next(walk_steps(SCENARIO.play)).mark == Mark("guarantee.yaml", 26, 13)


@pytest.mark.parametrize("text", [GUARANTEE, page_scenario()])
def test_no_name_is_left(text: str) -> None:
    """After reading, every name in an expression has a meaning."""
    scenario = read_text(text)
    nodes = [node for each in expressions(scenario) for node in walk(each)]
    assert not [node for node in nodes if isinstance(node, Name)]
    assert [node for node in nodes if isinstance(node, Variable)]


def test_file(tmp_path: Path) -> None:
    """A file, named by a path or a text, gives the scenario its name, and its text is kept."""
    path = tmp_path / "guarantee.yaml"
    path.write_text(GUARANTEE, "utf-8")
    for place in (path, str(path)):
        scenario = read_scenario(place)
        assert (scenario.name, scenario.file, scenario.text) == ("guarantee", str(path), GUARANTEE)
        assert scenario == SCENARIO


# --- what is filled in ------------------------------------------------------------------------------------


def test_sign_step_stands_first() -> None:
    """Left out, signatures are given before anything else."""
    play = read_text(with_change("  - sign: consent\n", "")).play
    assert play[0] == made.Sign("consent")
    assert [type(step) for step in play[1:]] == [made.Chance, made.Repeat, made.Move]


def test_sign_step_avoids_a_name() -> None:
    """The step that is filled in takes a name that is free."""
    text = with_change("  - sign: consent\n", "")
    text = with_change("- move: respond", "- move: consent", text).replace("{respond:", "{consent:")
    step = sign_step(read_text(text))
    assert step
    assert step.name == "consent_"


def test_nothing_to_sign() -> None:
    """Where nobody signs anything, no step is filled in."""
    text = with_change("  - sign: consent\n", "", with_section("arrangements: {none: {}}"))
    assert sign_step(read_text(with_section("claims: {}", text))) is None


def test_signatures_are_moves() -> None:
    """Each signatory has a move of its own."""
    moves = SCENARIO.moves
    assert moves["consent.protege"] == ("sign", "refuse")
    assert moves["respond"] == ("abandon", "fight")
    assert "consent.challenger" not in moves


def test_choose() -> None:
    """`choose` makes an option of each value; what is said of a value is kept."""
    section = "play: [{move: respond, by: guarantor, choose: fate, options: {saved: {weight: 2}}}]"
    text = with_section(section).replace("{respond: [fight]}", "{respond: [saved]}")
    move = read_text(text).play[1]
    assert isinstance(move, made.Move)
    assert [(option.name, option.sets, option.weight) for option in move.options] == [
        ("held", (("fate", Value("held")),), None),
        ("saved", (("fate", Value("saved")),), Number(2.0)),
        ("lost", (("fate", Value("lost")),), None),
    ]


def test_choose_a_number() -> None:
    """The options of a numeric variable are its numbers."""
    moves = "{move: climb, by: guarantor, choose: level}, {move: x, by: guarantor, options: {fight: {}}}"
    text = with_section(f"play: [{moves}]")
    text = text.replace("  attacked: {values", "  level: {values: 1..3}\n  attacked: {values")
    text = text.replace("{respond: [fight]}", "{x: [fight]}")
    move = read_text(text).play[1]
    assert isinstance(move, made.Move)
    assert [(option.name, option.sets) for option in move.options] == [
        (str(level), (("level", Number(float(level))),)) for level in (1, 2, 3)
    ]


def test_payoff_table() -> None:
    """A table is a choice by value, and a list is a sum."""
    section = "payoffs: {protege: [2 * prize, {over: fate, rows: {lost: -100, saved: 5}, otherwise: prize}]}"
    payoff = read_text(with_section(section)).payoffs["protege"]
    assert unparse(payoff) == "2 * prize + if(fate == held, prize, if(fate == saved, 5, -100))"


def test_long_table_stays_shallow() -> None:
    """A table of hundreds of rows is a balanced choice."""
    rows = ", ".join(f"{number}: {number}" for number in range(500))
    text = with_section(f"payoffs: {{protege: {{over: level, rows: {{{rows}}}}}}}")
    text = text.replace("  attacked: {values", "  level: {values: 0..499}\n  attacked: {values")
    payoff = read_text(text).payoffs["protege"]
    assert depth(payoff) < 15


def depth(node: Expression) -> int:
    return 1 + max(map(depth, children(node)), default=0)


def test_payoff_left_out() -> None:
    """An actor without a payoff gets nothing."""
    assert read_text(with_section("payoffs: {protege: prize}")).payoffs["guarantor"] == Number(0.0)


@pytest.mark.parametrize(
    ("given", "domain", "numeric"),
    [
        ("0..3", ("0", "1", "2", "3"), True),
        ("-1..1", ("-1", "0", "1"), True),
        ("[2, 4]", ("2", "4"), True),
        ("[off, on]", ("off", "on"), False),
        ("[true, false]", ("true", "false"), False),
    ],
)
def test_domains(given: str, domain: tuple[str, ...], numeric: bool) -> None:
    """Ranges are spelt out, and words stay words."""
    text = with_change("  attacked: {values", f"  extra: {{values: {given}}}\n  attacked: {{values")
    extra = read_text(text).variables["extra"]
    assert (extra.domain, extra.numeric, extra.start) == (domain, numeric, domain[0])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("40", (40.0, None, None)),
        ("{value: 1/4}", (0.25, None, None)),
        ("{value: 2 * war_cost}", (None, "2 * war_cost", None)),
        ("2 * war_cost", (None, "2 * war_cost", None)),
        (
            "{value: 1e1, range: [1, 100], distribution: loguniform}",
            (10.0, None, made.Distribution("loguniform")),
        ),
        (
            "{value: 1, distribution: {normal: {mean: 1, sd: 2}}}",
            (1.0, None, made.Distribution("normal", {"mean": 1, "sd": 2})),
        ),
        (
            "{value: 2, distribution: {choice: [1, 2]}}",
            (2.0, None, made.Distribution("choice", {}, (1, 2), (1, 1))),
        ),
        (
            "{value: 2, distribution: {choice: {values: [1, 2], weights: [1, 3]}}}",
            (2.0, None, made.Distribution("choice", {}, (1, 2), (1, 3))),
        ),
    ],
)
def test_parameters(given: str, expected: tuple[object, ...]) -> None:
    """A parameter is a number, or follows from others; its distribution has its numbers."""
    text = with_change("  war_cost: ", f"  extra: {given}\n  war_cost: ")
    extra = read_text(text).parameters["extra"]
    found = unparse(extra.expression) if extra.expression else None
    assert (extra.value, found, extra.distribution) == expected


def test_rationality_of_each() -> None:
    """Rationality is a number, a parameter or without bound, for each actor."""
    text = with_change(
        "rationality: 0.25", "rationality: {challenger: .inf, protege: inf, guarantor: prize / 100}"
    )
    infinite = Number(float("inf"))
    rationality = read_text(text).rationality
    assert (rationality["challenger"], rationality["protege"]) == (infinite, infinite)
    assert unparse(rationality["guarantor"]) == "prize / 100"


def test_meaning_depends_on_what_a_name_meets() -> None:
    """A value is looked up in the domain that it meets, before variables of the same name."""
    text = with_change("[held, saved, lost]}", "[held, saved, lost, us]}\n  us: {values: [held, us]}")
    scenario = read_text(text)
    assert event(scenario, "fate == us") == Compare("==", Variable("fate"), Value("us"))
    assert event(scenario, "us == fate") == Compare("==", Value("us"), Variable("fate"))
    assert event(scenario, "held == us") == Compare("==", Value("held"), Variable("us"))
    choice = event(scenario, "us == if(attacked == yes, us, held)")
    assert next(children(choice)) == Variable("us")
    assert {node for node in walk(choice) if isinstance(node, Value)} == set(
        map(Value, ["yes", "us", "held"])
    )


# --- arrangements -----------------------------------------------------------------------------------------


def test_like() -> None:
    """Lists and words are replaced, mappings merged key by key; what describes one is not inherited."""
    found = arrangements("""arrangements:
  none: {}
  base:
    about: the first
    title: First
    cites: wire-0801#4
    group: war
    signed_by: [protege, guarantor]
    commitments: [guarantee]
    otherwise: none
    consent: each
    start: {fate: lost}
    removes: {threaten: hold, respond: abandon}
    requires: {respond: {fight: 1 > 0}, threaten: {hold: 1 > 0}}
  heir:
    like: base
    signed_by: [protege]
    start: {attacked: yes}
    removes: {respond: []}
    requires: {respond: {abandon: 2 > 1}}
  last: {like: heir, consent: all, commitments: []}
claims: {}
""")
    heir, last = found["heir"], found["last"]
    assert (heir.about, heir.title, heir.cites) == ("", "", ())
    assert (heir.group, heir.signed_by, heir.commitments) == ("war", ("protege",), ("guarantee",))
    assert (heir.consent, heir.otherwise) == ("each", "none")
    assert texts(heir.start) == {"fate": "lost", "attacked": "yes"}
    assert heir.removes == {"threaten": ("hold",), "respond": ()}
    assert {move: sorted(options) for move, options in heir.requires.items()} == {
        "respond": ["abandon", "fight"],
        "threaten": ["hold"],
    }
    assert (last.signed_by, last.consent, last.commitments) == (("protege",), "all", ())


def test_like_before_its_parent() -> None:
    """An heir may stand before what it inherits from."""
    found = arrangements(
        "arrangements: {heir: {like: base}, base: {group: war}, treaty: {like: base}, none: {}}\nclaims: {}"
    )
    assert found["heir"].group == "war"


def test_fallback_of_the_group() -> None:
    """The only arrangement of the group that nobody signs is the fallback."""
    found = arrangements("""arrangements:
  peace: {group: crisis}
  war: {group: battle}
  first: {group: crisis, signed_by: protege}
  second: {group: battle, signed_by: protege}
claims: {}
""")
    assert (found["first"].otherwise, found["second"].otherwise) == ("peace", "war")


def test_terms_of_signing() -> None:
    """What an arrangement says of its signing wins over the sign step."""
    text = with_change(
        "  - sign: consent",
        "  - {sign: consent, order: together, refusal: later, ratified: {protege: 0.9, challenger: 0.5}}",
    )
    found = read_text(text).arrangements["treaty"]
    assert (found.order, found.refusal, found.consent) == ("together", "later", "all")
    assert texts(found.ratified) == {"protege": "0.9"}
    own = with_change(
        "    about: a public",
        "    order: sequence\n    ratified: {guarantor: 0.8}\n    about: a public",
        text,
    )
    found = read_text(own).arrangements["treaty"]
    assert (found.order, found.refusal) == ("sequence", "later")
    assert texts(found.ratified) == {"protege": "0.9", "guarantor": "0.8"}


def test_handed_promise() -> None:
    """A promise may come due at a move that every arrangement with it hands to its promisor."""
    text = with_change("by: guarantor\n    to", "by: protege\n    to")
    text = with_change("    about: a public", "    hands: {respond: protege}\n    about: a public", text)
    assert read_text(text).arrangements["treaty"].hands == {"respond": "protege"}


def test_patch() -> None:
    """A patch holds expressions, with their names looked up."""
    text = with_change(
        "    about: a public",
        "    parameters: {prize: prize * 2}\n"
        "    requires: {respond: {fight: resolve == resolved}}\n"
        "    about: a public",
    )
    treaty = read_text(text).arrangements["treaty"]
    assert texts(treaty.parameters) == {"prize": "prize * 2"}
    assert unparse(treaty.requires["respond"]["fight"]) == "resolve == resolved"


# --- formulas apart from a file ---------------------------------------------------------------------------


def test_event_of_an_outcome() -> None:
    """An outcome's name stands for its condition."""
    assert unparse(event(SCENARIO, "war or ever(attacked == yes) and not loss")) == (
        "fate == saved or ever(attacked == yes) and not fate == lost"
    )


def test_variable_of_the_same_name_as_an_outcome() -> None:
    """Met by a value it is the variable, and alone the outcome."""
    scenario = read_text(with_section("outcomes: {fate: attacked == yes}"))
    assert unparse(event(scenario, "fate and fate == lost")) == "attacked == yes and fate == lost"


@pytest.mark.parametrize("text", ["wr", "fate == wr", "P[none](war)", "fate", "1 +"])
def test_event_that_is_none(text: str) -> None:
    """What is no event is refused with a place of its own."""
    with pytest.raises(ScenarioError, match="<expression>:1:"):
        event(SCENARIO, text)


def test_overrides() -> None:
    """What stands in the brackets is a parameter, a constant, a start or a move, and is marked so."""
    brackets = "prize = 2 * war_cost, rounds = 3, attacked = yes, respond = fight, consent.protege = refuse"
    formula = resolve_formula(SCENARIO, f"P[treaty; {brackets}](war)")
    overrides = next(node.overrides for node in walk(formula) if hasattr(node, "overrides"))
    assert [(each.name, each.kind, unparse(each.value)) for each in overrides] == [
        ("prize", "parameter", "2 * war_cost"),
        ("rounds", "constant", "3"),
        ("attacked", "variable", "yes"),
        ("respond", "move", "fight"),
        ("consent.protege", "move", "refuse"),
    ]


def test_move_and_variable_of_one_name() -> None:
    """The value decides whether a move or a variable is meant; if it cannot, the claim is refused."""
    text = with_change("- move: respond", "- move: fate").replace("{respond:", "{fate:")
    scenario = read_text(text)
    assert "fate = fight" in unparse(resolve_formula(scenario, "P[none; fate = fight](war)"))
    overrides = [
        each.kind
        for value in ("fight", "held")
        for node in walk(resolve_formula(scenario, f"P[none; fate = {value}](war)"))
        for each in getattr(node, "overrides", ())
    ]
    assert overrides == ["move", "variable"]
    both = read_text(text.replace("abandon: {set", "held: {set"))
    with pytest.raises(ScenarioError, match="both can be 'held'"):
        resolve_formula(both, "P[none; fate = held](war)")
