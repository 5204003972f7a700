"""Faults of a scenario: each says where it is, what was found, what was expected, what was meant."""

from __future__ import annotations

import pytest

from foedus.errors import Fault, ScenarioError
from foedus.language.faults import MOST_FAULTS
from foedus.language.reader import read_text
from language_texts import GUARANTEE, with_change, with_section


def faults_of(text: str) -> tuple[Fault, ...]:
    with pytest.raises(ScenarioError) as caught:
        read_text(text, "test.yaml")
    return caught.value.faults


def place_of(text: str, where: str, new: str) -> tuple[int, int]:
    """Line and column of a piece of the text: in what is new there, or else its first."""
    start = text.index(new)
    inside = text.find(where, start)
    offset = inside if start <= inside < start + len(new) else text.index(where)
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


CHANGES = [
    # what is there, what replaces it, where the fault is, what is said
    ("title: A", "titel: A", "titel", "unknown key 'titel'; did you mean 'title'?"),
    ("title: A guarantee for a small neighbour\n", "", "foedus", "'title' is missing"),
    ("foedus: 1", "foedus: 2", "foedus", "found version 2 of the language, expected 1"),
    ("foedus: 1", "foedus: one", "one", "found 'one', expected a whole number"),
    ("rationality: 0.25", "rationality: -1", "-1", "expected a rationality of 0 or more"),
    ("rationality: 0.25", "rationality: {guarantor: 1}", "rationality", "missing for challenger, protege"),
    ("rationality: 0.25", "rationality: [1]", "[1]", "found a list, expected an expression"),
    ("rationality: 0.25", "rationality: attacked", "attacked   ", "'attacked' is a variable"),
    ("{name: Challenger}", "[Challenger]", "[Challenger]", "expected a mapping of name, about"),
    # parameters
    ("value: 40", "value: 400", "400", "the value 400 is outside its range [20, 60]"),
    ("[20, 60]", "[60, 20]", "range: [60, 20]", "the range [60, 20] is upside down"),
    ("[20, 60]", "[20]", "[20]", "found 1 things, expected 2"),
    ("[20, 60]", "[20, 60, 80]", "[20, 60, 80]", "found 3 things, expected 2"),
    ("[20, 60]", "[20, .inf]", ".inf", "expected a finite number"),
    ("[20, 60]", "[20, '60']", "'60'", "found '60', expected a number"),
    ("value: 40", "value: .nan", ".nan", "found 'nan'"),
    ("value: 40", "value: .inf", ".inf", "expected a finite number"),
    ("value: 40", "value: 1e999", "1e999", "expected a finite number"),
    ("value: 40", "value: 1/0", "1/0", "is undefined"),
    ("value: 40, range: [20, 60]", "value: prize + 1", "prize + 1", "in a circle: prize → prize"),
    ("value: 40, range", "value: 2 * war_cost, range", "range: [20, 60]", "has no range of its own"),
    ("value: 40, range", "value: rounds * fate, range", "fate,", "'fate' is a variable"),
    (
        "value: 40, range",
        "value: 40, distribution: cauchy, range",
        "cauchy",
        "expected uniform or loguniform",
    ),
    ("[20, 60]", "[-20, 60], distribution: loguniform", "distribution", "needs a range above 0"),
    ("[20, 60]", "[20, 60], distribution: {normal: {mean: 1}}", "{mean: 1}", "'sd' is missing"),
    (
        "[20, 60]",
        "[20, 60], distribution: {normal: {mean: 1, sd: 0}}",
        "distribution",
        "expected one above 0",
    ),
    ("[20, 60]", "[20, 60], distribution: {beta: {a: 0, b: 1}}", "distribution", "a and b above 0"),
    ("[20, 60]", "[20, 60], distribution: {triangular: {mode: 1}}", "distribution", "mode 1 is outside"),
    ("[20, 60]", "[20, 60], distribution: {choice: [20, 30]}", "distribution", "none of the choices"),
    ("[20, 60]", "[20, 60], distribution: {choice: [40, 99]}", "distribution", "99 is outside the range"),
    ("[20, 60]", "[20, 60], distribution: {}", "distribution", "expected one kind of distribution"),
    ("range: [20, 60]", "distribution: uniform", "distribution", "uniform needs a range"),
    ("wire-0801#3", "the newspaper", "the newspaper", "written document#paragraph"),
    # constants and variables
    ("{rounds: 2}", "{rounds: 2.5}", "2.5", "expected a whole number"),
    ("{rounds: 2}", "{rounds: 1000000000}", "rounds: 10", "expected at most 1,000,000"),
    ("{rounds: 2}", "{prize: 2}", "prize: 2", "'prize' is a parameter already"),
    ("  attacked: {values", "  prize: {values", "prize: {values", "'prize' is a parameter already"),
    ("  attacked: {values", "  in_force: {values", "in_force: {values", "the built-in variable already"),
    ("[no, yes]", "[]", "attacked: {", "has no values"),
    ("[no, yes]", "[no, no]", "no]", "'no' is there twice"),
    ("[no, yes]", "[no, 1]", "1]", "mixes names and numbers"),
    ("[no, yes]", "5..0", "5..0", "the range 5..0 is upside down"),
    ("[no, yes]", "0..1000000000", "0..1", "expected at most 1,000"),
    ("[no, yes]", "few", "few", "expected a list of values, or a range as in 0..5"),
    ("[no, yes]}", "[no, yes], start: maybe}", "maybe", "'maybe' is not a value of 'attacked'"),
    ("[no, yes]}", "[no, yes], seen_by: [gurantor]}", "gurantor", "did you mean 'guarantor'?"),
    ("  attacked: {values", "  and: {values", "and: {v", "'and' is a word of the language"),
    ("  attacked: {values", "  7up: {values", "7up: {v", "expected a name"),
    # the play
    ("  - sign: consent", "  - sing: consent", "sing", "expected a step"),
    ("- move: respond", "- move: threaten", "threaten\n    by: g", "a step 'threaten' is already at line"),
    ("by: challenger", "by: chalenger", "chalenger", "unknown actor 'chalenger'; did you mean 'challenger'?"),
    ("p_resolved, set", "1.5, set", "1.5", "expected a probability between 0 and 1"),
    ("p_resolved, set", "rest, set", "hesitant: {", "'rest' stands for what the others leave"),
    ("repeat: rounds", "repeat: 1000000000", "repeat", "expected between 1 and 1,000 rounds"),
    ("repeat: rounds", "repeat: 0", "repeat", "expected between 1 and 1,000 rounds"),
    ("repeat: rounds", "repeat: prize", "prize\n", "unknown constant 'prize'; known are rounds"),
    ("until: attacked == yes", "until: attacked = yes", "= yes", "write '=='"),
    ("until: attacked == yes", "until: attacked", "attacked\n", "has named values"),
    ("until: attacked == yes", "until: attacked > no", "attacked >", "which have no order"),
    ("until: attacked == yes", "until: atacked == yes", "atacked", "did you mean 'attacked'?"),
    ("until: attacked == yes", "until: attacked == yess", "yess", "did you mean 'yes'?"),
    (
        "until: attacked == yes",
        "until: attacked == 1",
        "1\n    steps",
        "expected a value of 'attacked': no, yes",
    ),
    ("until: attacked == yes", "until: attacked == fate", "fate\n", "no value in common"),
    ("until: attacked == yes", "until: round > 1", "round >", "unknown name 'round'"),
    ("until: attacked == yes", "until: yes", "yes\n    steps", "write attacked == yes"),
    ("until: attacked == yes", "until: consent.us", "consent.us", "chose(consent.us)"),
    ("until: attacked == yes", "until: war", "war\n", "unknown name 'war'"),
    ("until: attacked == yes", "as: prize", "prize\n    steps", "'prize' has a meaning already"),
    ("hold: {}", "hold: {then: leaves}", "leaves", "found 'leaves', expected end or leave"),
    ("abandon: {", "abandon: {then: leave, ", "then", "there is none around it"),
    ("abandon: {", "abandon: {weight: 0, ", "0, set", "expected a weight above 0"),
    ("{attacked: yes}, pays", "{attacked: maybe}, pays", "maybe", "'maybe' is not a value of 'attacked'"),
    ("{attacked: yes}, pays", "{atacked: yes}, pays", "atacked", "unknown variable 'atacked'"),
    ("{attacked: yes}, pays", "{in_force: treaty}, pays", "in_force", "set by signatures alone"),
    ("pays: {challenger: -5}", "pays: {protge: -5}", "protge", "did you mean 'protege'?"),
    ("pays: {challenger: -5}", "pays: {challenger: if(a, b, c)}", "if(a", "put it in quotes"),
    ("pays: {challenger: -5}", "pays: {challenger: inf}", "inf}", "expected a finite number"),
    # promises
    (
        "by: guarantor\n    to",
        "by: protege\n    to",
        "respond: [fight]",
        "but 'respond' is made by 'guarantor'",
    ),
    ("{respond: [fight]}", "{respnd: [fight]}", "respnd", "unknown move 'respnd'; did you mean 'respond'?"),
    ("{respond: [fight]}", "{respond: [figth]}", "figth", "unknown option 'figth' of 'respond'"),
    ("{respond: [fight]}", "{}", "at: {}", "comes due nowhere"),
    ("penalty: reputation", "penalty: reputatoin", "reputatoin", "did you mean 'reputation'?"),
    (
        "penalty: reputation",
        "penalty: __import__('os').system('x')",
        "'os'",
        "names are written without quotes",
    ),
    ("signed_by: [protege, ", "signed_by: [protege, protege, ", "protege, guarantor]", "is named twice"),
    ("commitments: [guarantee]", "commitments: [guarante]", "guarante]", "did you mean 'guarantee'?"),
    ("commitments: [guarantee]", "clauses: [guarantee]", "guarantee]", "unknown clause 'guarantee'"),
    ("    about: a public", "    like: nine\n    about: a public", "nine", "unknown arrangement 'nine'"),
    ("    about: a public", "    like: treaty\n    about: a public", "treaty\n    about", "treaty → treaty"),
    ("    about: a public", "    otherwise: nine\n    about: a public", "nine", "unknown arrangement 'nine'"),
    ("    about: a public", "    otherwise: treaty\n    about: a public", "treaty\n    about", "in a circle"),
    ("none: {about: no promise", "none: {otherwise: none", "none}", "nobody signs 'none'"),
    ("{about: no promise}", "{signed_by: [protege]}", "none: {", "there is none"),
    ("    about: a public", "    start: {fate: list}\n    about: a public", "list", "did you mean 'lost'?"),
    (
        "    about: a public",
        "    parameters: {prise: 1}\n    about: a public",
        "prise",
        "did you mean 'prize'?",
    ),
    (
        "    about: a public",
        "    removes: {respond: flee}\n    about: a public",
        "flee",
        "unknown option 'flee'",
    ),
    (
        "    about: a public",
        "    requires: {respond: {flee: 1}}\n    about: a public",
        "flee",
        "unknown option",
    ),
    ("    about: a public", "    hands: {respond: nobody}\n    about: a public", "nobody", "unknown actor"),
    (
        "    about: a public",
        "    hands: {respond: protege}\n    about: a public",
        "respond: [",
        "made by 'protege'",
    ),
    (
        "    about: a public",
        "    ratified: {challenger: 1}\n    about: a public",
        "challenger: 1",
        "does not sign",
    ),
    ("    about: a public", "    order: any\n    about: a public", "any", "expected sequence or together"),
    # ends and claims
    ("challenger: prize *", "chalenger: prize *", "chalenger", "did you mean 'challenger'?"),
    ("challenger: prize *", "challenger: prize +* ", "* ", "found '*'"),
    ("challenger: prize * (fate == lost)", "challenger: []", "challenger: []", "is an empty list"),
    ("peace: attacked == no", "peace: P[none](war)", "P[none](war)", "only in a claim"),
    ("    holds: P", "    hold: P", "hold: P", "did you mean 'holds'?"),
    ("P[treaty; in_force]", "P[teaty; in_force]", "teaty", "did you mean 'treaty'?"),
    ("    holds: P", "    untestable: x\n    holds: P", "deters", "found both"),
    ("cites: [wire-0801#4]\n", "cites: [wire]\n", "wire]", "expected a citation"),
]


@pytest.mark.parametrize(
    ("old", "new", "where", "message"), CHANGES, ids=[each[1].strip() for each in CHANGES]
)
def test_fault(old: str, new: str, where: str, message: str) -> None:
    """One thing wrong gives a fault at its place that says what is wrong."""
    text = with_change(old, new)
    told = [((fault.mark.line, fault.mark.column), fault.message) for fault in faults_of(text) if fault.mark]
    assert any(place_of(text, where, new) == place and message in found for place, found in told), told


def test_all_faults_are_told() -> None:
    """Faults of shape, of syntax and of names are told together, in the order of the file."""
    text = with_change("title:", "titel:")
    text = with_change("by: challenger", "by: chalenger", text)
    text = with_change("until: attacked ==", "until: attacked =", text)
    text = with_change("penalty: reputation", "penalty: reputatoin", text)
    text = with_change("    holds: P[treaty", "    holds: P[teaty", text)
    messages = [fault.message for fault in faults_of(text)]
    expected = ["'titel'", "write '=='", "'chalenger'", "'reputatoin'", "'teaty'"]
    assert [word in message for word, message in zip(expected, messages, strict=True)] == [True] * 5


def test_what_is_broken_is_not_missed() -> None:
    """A name whose definition is broken is not called unknown wherever it is used."""
    text = with_change("  prize:      {value: 40,", "  prize:      {value: [40],")
    assert [fault.message for fault in faults_of(text)] == [
        "found a list, expected an expression; in a flow list or mapping put it in quotes"
    ]


def test_torn_text_is_one_fault() -> None:
    """What YAML tears apart is told once, not once for each piece."""
    text = with_change("pays: {challenger: -5}", "pays: {challenger: if(attacked == yes, 1, 2)}")
    assert [fault.code for fault in faults_of(text)] == ["quotes"]


def test_fault_in_a_long_text() -> None:
    """The place of a fault in an expression over several lines is its own line."""
    text = with_change("prize * (fate == lost)", ">-\n    prize\n    * (fat == lost)")
    fault = faults_of(text)[0]
    assert (
        str(fault)
        == f"test.yaml:{fault.mark.line if fault.mark else 0}:8: unknown name 'fat'; did you mean 'fate'?"
    )


# --- sections ---------------------------------------------------------------------------------------------

SECTIONS = [
    ("claims: {c: {says: x}}", "found neither"),
    ("claims: {c: {says: x, untestable: ' '}}", "expected the reason"),
    ("claims: {c: {says: x, holds: 'V[none](protege)'}}", "expected a comparison"),
    ("claims: {c: {says: x, holds: attacked == yes}}", "only inside the parentheses of a result"),
    ("claims: {c: {says: x, holds: war}}", "'war' is an outcome"),
    ("claims: {c: {says: x, holds: ever(fate == lost) > 0}}", "inside the parentheses of a result"),
    ("claims: {c: {says: x, holds: 'P[none](P[none](war) > 0.5) > 0.5'}}", "cannot stand inside an event"),
    ("claims: {c: {says: x, holds: 'P[none](wr) > 0.5'}}", "did you mean 'war'?"),
    ("claims: {c: {says: x, holds: 'P[none](chose(respnd.fight)) > 0.5'}}", "did you mean 'respond'?"),
    (
        "claims: {c: {says: x, holds: 'P[none](chose(respond.figt)) > 0.5'}}",
        "unknown option 'figt' of 'respond'",
    ),
    (
        "claims: {c: {says: x, holds: 'Share[none](respond.figt) > 0.5'}}",
        "unknown option 'figt' of 'respond'",
    ),
    ("claims: {c: {says: x, holds: 'V[none](protg) > 0'}}", "did you mean 'protege'?"),
    ("claims: {c: {says: x, holds: 'Q[none](protg, respond.fight) > 0'}}", "did you mean 'protege'?"),
    ("claims: {c: {says: x, holds: 'Keeps[treaty](guarante) > 0.5'}}", "did you mean 'guarantee'?"),
    ("claims: {c: {says: x, holds: 'Keeps[none](guarantee) > 0.5'}}", "no commitment of 'none'"),
    ("claims: {c: {says: x, holds: 'Signs[treaty](challenger) > 0.5'}}", "no signatory of 'treaty'"),
    ("claims: {c: {says: x, holds: 'Signs[treaty; in_force](protege) > 0.5'}}", "means nothing for Signs"),
    ("claims: {c: {says: x, holds: 'P[treaty; each](war) > 0.5'}}", "'each' means nothing for P"),
    ("claims: {c: {says: x, holds: 'P[treaty; inforce](war) > 0.5'}}", "did you mean 'in_force'?"),
    ("claims: {c: {says: x, holds: 'P[treaty; prise = 3](war) > 0.5'}}", "did you mean 'prize'?"),
    ("claims: {c: {says: x, holds: 'P[treaty; rounds = 1.5](war) > 0.5'}}", "expected a whole number"),
    ("claims: {c: {says: x, holds: 'P[treaty; rounds = 5000](war) > 0.5'}}", "expected between 1 and 1,000"),
    ("claims: {c: {says: x, holds: 'P[treaty; rounds = prize](war) > 0.5'}}", "expected a whole number"),
    (
        "claims: {c: {says: x, holds: 'P[treaty; respond = flee](war) > 0.5'}}",
        "unknown option 'flee' of 'respond'",
    ),
    ("claims: {c: {says: x, holds: 'P[treaty; resolve = firm](war) > 0.5'}}", "not a value of 'resolve'"),
    ("claims: {c: {says: x, holds: 'P[treaty; in_force = none](war) > 0.5'}}", "unknown name 'in_force'"),
    ("claims: {c: {says: x, holds: 'D(P[none](war); prise) > 0'}}", "did you mean 'prize'?"),
    ("claims: {c: {says: x, holds: 'Tip(P[none](war); rounds) > 0'}}", "unknown parameter 'rounds'"),
    ("claims: {c: {says: x, holds: 'min(V[a](protege) for a in crisis) > 0'}}", "unknown group 'crisis'"),
    (
        "claims: {c: {says: x, holds: 'min(V[a](protege) for a in (none, pact)) > 0'}}",
        "unknown arrangement 'pact'",
    ),
    (
        "claims: {c: {says: x, holds: 'min(V[b](protege) for a in (none, treaty)) > 0'}}",
        "unknown arrangement 'b'",
    ),
    ("claims: {c: {says: x, holds: 'min(V[none](protege) for none in (treaty)) > 0'}}", "needs another name"),
    ("correlations: [{between: [prize, war_cost], correlation: 2}]", "between -1 and 1"),
    ("correlations: [{between: [prize, prize], correlation: 0.5}]", "correlated with itself"),
    ("correlations: [{between: [prize, price], correlation: 0.5}]", "did you mean 'prize'?"),
    (
        "correlations: [{between: [prize, war_cost], correlation: 0.9},"
        " {between: [war_cost, reputation], correlation: 0.9},"
        " {between: [prize, reputation], correlation: -0.9}]",
        "cannot hold together",
    ),
    ("documents: {wire-0802: {title: A wire}}", "did you mean 'wire-0802'?"),
    ("outcomes: {}", "there are no outcomes"),
    ("play: []", "the play has no steps"),
    ("payoffs: {protege: {over: fate, rows: {held: 1}}}", "no row for saved, lost"),
    ("payoffs: {protege: {over: fate, rows: {hold: 1}, otherwise: 0}}", "did you mean 'held'?"),
    ("payoffs: {protege: {over: fat, rows: {held: 1}}}", "did you mean 'fate'?"),
    ("clauses: {back: {after: respnd, set: {fate: held}}}", "did you mean 'respond'?"),
    ("clauses: {back: {after: respond, set: {fate: held}, probability: 2}}", "probability between 0 and 1"),
    (
        "clauses: {back: {after: respond, set: {fate: held}, delivers: [guarante]}}",
        "did you mean 'guarantee'?",
    ),
    ("clauses: {back: {after: respond}}", "'set' is missing"),
    ("arrangements: {}", "there are no arrangements"),
    ("arrangements: {pending: {}}", "needs another name"),
    ("arrangements: {a: {like: b}, b: {like: c}, c: {like: a}}", "a → b → c → a"),
    (
        "arrangements: {a: {signed_by: protege, otherwise: b}, b: {signed_by: protege, otherwise: a}}",
        "fallbacks go round in a circle: a → b → a",
    ),
    (
        "arrangements: {a: {}, b: {}, c: {signed_by: protege}}",
        "there are several: a, b; say which with 'otherwise'",
    ),
    (
        "arrangements: {a: {}, b: {signed_by: protege, otherwise: a}, c: {signed_by: protege, otherwise: b}}",
        "the fallback 'b' has signatories",
    ),
    ("play: [{together: [{set: {fate: lost}}]}]", "only moves can be made together"),
    ("play: [{together: []}]", "has no moves"),
    ("play: [{sign: one}, {sign: two}]", "a play has one sign step"),
    ("play: [{move: respond, by: guarantor}]", "has no options"),
    ("play: [{move: respond, by: guarantor, choose: fat}]", "did you mean 'fate'?"),
    (
        "play: [{move: respond, by: guarantor, choose: fate, options: {hold: {}}}]",
        "unknown value 'hold' of 'fate'",
    ),
    (
        "play: [{chance: c, outcomes: {a: {probability: 0.5}, b: {probability: 0.6}}}]",
        "sum to 1.1, expected 1",
    ),
    ("play: [{chance: c, outcomes: {a: {probability: 0.5}}}]", "sum to 0.5, expected 1"),
    ("play: [{chance: c, outcomes: {}}]", "has no outcomes"),
    ("play: [{set: {}}]", "sets nothing"),
]


@pytest.mark.parametrize(("section", "message"), SECTIONS)
def test_faulty_section(section: str, message: str) -> None:
    """A section that is wrong is told so, within the section."""
    text = with_section(section)
    line = text.rstrip().count("\n") + 1
    told = [fault for fault in faults_of(text) if message in fault.message]
    assert told
    assert section.startswith("documents") or all(each.mark and each.mark.line == line for each in told)


def test_two_writers() -> None:
    """Moves made together that set one variable are a fault at the second."""
    first = "{move: a, by: protege, choose: fate}"
    second = "{move: b, by: guarantor, options: {x: {set: {fate: lost}}, y: {}}}"
    text = with_section(f"play: [{{together: [{first}, {second}]}}]")
    fault = next(each for each in faults_of(text) if "both set 'fate'" in each.message)
    assert fault.mark
    assert text.splitlines()[fault.mark.line - 1][fault.mark.column - 1 :].startswith("b, by")


def test_twenty_parameters_in_a_circle() -> None:
    """The circle is named in its order, once."""
    names = [f"p{number}" for number in range(20)]
    rows = [f"  {name}: {after} + 1" for name, after in zip(names, [*names[1:], names[0]], strict=True)]
    text = with_section("parameters:\n" + "\n".join(rows), GUARANTEE)
    told = [fault.message for fault in faults_of(text) if fault.code == "cycle"]
    assert told == [f"parameters follow from each other in a circle: {' → '.join([*names, 'p0'])}"]


def test_long_chains_are_no_circles() -> None:
    """Thousands of parameters and arrangements that follow from each other exhaust nothing."""
    rows = [f"  p{number}: p{number + 1} + 1" for number in range(1500)]
    heirs = [f"  a{number}: {{like: a{number + 1}}}" for number in range(1500)]
    text = with_section("\n".join(["parameters:", "  p1500: 1", *rows]), GUARANTEE)
    text = with_section("\n".join(["arrangements:", "  a1500: {}", *heirs]), text)
    assert all(fault.code == "name" for fault in faults_of(text))


def test_no_more_faults_than_anyone_reads() -> None:
    """A file that is wrong throughout is told so, up to a number of faults."""
    rows = "\n".join(f"  p{number}: {{valeu: unknown{number}}}" for number in range(2000))
    told = faults_of(with_section(f"parameters:\n{rows}"))
    assert len(told) == MOST_FAULTS + 1
    assert "the rest is not told" in told[-1].message


def test_citation_of_an_unknown_document() -> None:
    """The citation itself is the place of the fault."""
    text = with_section("documents: {wire-0801: {title: A wire}}")
    text = with_change("cites: [wire-0801#4]", "cites: [wire-0801#4, wire-0901#1]", text)
    fault = faults_of(text)[0]
    assert fault.mark
    assert text.splitlines()[fault.mark.line - 1][fault.mark.column - 1 :] == "wire-0901#1]"
