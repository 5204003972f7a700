"""What a survey shows of its claims: verdicts under other equilibria, searched for once a case."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from foedus.analysis import findings
from foedus.analysis.findings import assess
from foedus.analysis.solving import find_others
from foedus.analysis.survey import survey
from foedus.cli import main
from foedus.language.reader import read_text
from foedus.language.scenario import Scenario
from foedus.report.findings import others_line

TEXT = """
foedus: 1
title: Where to meet
about: Two want to be in the same place, and would rather meet at the first.
actors: {one: {name: One}, two: {name: Two}}
rationality: sharpness
parameters:
  sharpness: {value: 6, range: [5, 7], about: enough for each place to be an equilibrium}
  better: {value: 1.2, range: [1.1, 1.3], about: what it is worth to meet at the first}
variables:
  here: {values: [first, second]}
  there: {values: [first, second]}
play:
  - together:
      - move: goes
        by: one
        choose: here
      - move: comes
        by: two
        choose: there
payoffs:
  one: better * (here == first and there == first) + (here == second and there == second)
  two: better * (here == first and there == first) + (here == second and there == second)
outcomes:
  at_first: here == first and there == first
  at_second: here == second and there == second
  apart: here != there
arrangements:
  free: {about: nobody has said anything}
claims:
  likely: {says: They meet at the first., holds: "P[free](at_first) > 0.5"}
  again: {says: They miss each other seldom., holds: "P[free](apart) < 0.2"}
  rather: {says: More so if it is better., holds: "P[free; better = 1.3](at_first) > P[free](at_first)"}
"""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return read_text(TEXT)


def test_each_case_is_searched_once(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three claims that rest on two cases, four times in all, make two searches."""
    searched = []

    def counted(*arguments: Any) -> Any:
        searched.append(arguments[0].ground.case)
        return find_others(*arguments)

    monkeypatch.setattr(findings, "find_others", counted)
    found = survey(scenario, worlds=32)
    assert assess(found)[0].turns is None
    assert searched == []
    assess(found, others=8)
    assert len(searched) == len(set(searched)) == found.cases == 2


def test_what_is_found_does_not_depend_on_the_claims_beside(scenario: Scenario) -> None:
    """A claim by itself has the same turns as among others; one of them is to meet at the second."""
    together = assess(survey(scenario, worlds=32), others=8)
    for each in together:
        (alone,) = assess(survey(scenario, [each.claim.name], worlds=32), others=8)
        assert each.turns == alone.turns
    likely, _, rather = (each.turns for each in together)
    assert likely
    assert together[0].base.holds
    assert False in {turn.holds for turn in likely}
    assert rather
    assert {turn.case.parameters != () for turn in rather} == {True, False}


BEHIND = """
foedus: 1
title: Where to meet, if anybody went
about: One may stay at home, which pays far more, or go where the two would meet.
actors: {one: {name: One}, two: {name: Two}}
rationality: sharpness
parameters:
  sharpness: {value: 6, range: [5, 7], about: enough for each place to be an equilibrium}
  home: {value: 4, range: [3.9, 4.1], about: what it is worth to stay}
variables:
  door: {values: [at_home, out]}
  here: {values: [first, second]}
  there: {values: [first, second]}
play:
  - move: leaves
    by: one
    choose: door
  - together:
      - move: goes
        by: one
        choose: here
        when: door == out
      - move: comes
        by: two
        choose: there
        when: door == out
payoffs:
  one: home * (door == at_home) + (door == out) * (here == there) * if(here == first, 1.2, 1)
  two: (door == out) * (here == there) * if(here == first, 1.2, 1)
outcomes:
  stayed: door == at_home
  met: door == out and here == there
  apart: door == out and here != there
arrangements:
  free: {about: nobody has said anything}
claims:
  stays: {says: One stays., holds: "P[free](stayed) > 0.5"}
  second: {says: Who went would go to the second., holds: "Share[free](goes.second) > 0.5"}
"""


def test_other_equilibria_that_make_no_difference_are_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Equilibria of what hardly ever happens are one for a claim about what does, and told apart by one
    about that."""
    stays, second = assess(survey(read_text(BEHIND), worlds=32), others=24)
    assert stays.turns is not None
    (one,) = stays.turns
    assert (one.equilibria, one.differs, one.holds, one.isolated) == (2, False, True, True)
    assert 0.0 < one.apart < 1e-6
    assert second.turns is not None
    assert [(each.equilibria, each.differs) for each in second.turns] == [(1, True), (1, True)]
    assert True in {each.holds for each in second.turns}
    assert second.base.holds is False
    assert max(each.apart for each in second.turns) == one.apart
    file = tmp_path / "behind.yaml"
    file.write_text(BEHIND, "utf-8")
    assert main(["claims", str(file), "--worlds", "32", "--others", "24"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Other equilibria found: 2 of free, none that differs in outcomes or margin." in told
    assert "2 of free, 2 that differ in outcomes or margin: " in told


TURN = {"arrangement": "free", "in_force": False, "isolated": True, "differs": True, "holds": False}


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ([], "No other equilibrium was found."),
        (
            [TURN | {"equilibria": 2, "margin": -0.5}, TURN | {"equilibria": 1, "differs": False}],
            "Other equilibria found: 3 of free, 2 that differ in outcomes or margin in 1 way: "
            "does not hold with 2 (margin -0.5).",
        ),
        (
            [
                TURN | {"equilibria": 1, "in_force": True, "differs": False, "isolated": False},
                TURN | {"equilibria": 3, "margin": None, "holds": None},
                TURN | {"equilibria": 1, "margin": 0.25, "holds": True},
            ],
            "Other equilibria found: 1 of free in force (1 degenerate), none that differs in outcomes or "
            "margin; 4 of free, 4 that differ in outcomes or margin in 2 ways: undefined with 3 (margin –), "
            "holds with 1 (margin 0.25).",
        ),
    ],
)
def test_other_equilibria_in_words(turns: list[dict[str, Any]], told: str) -> None:
    """How many there are, how many of them differ for the claim, and how."""
    assert others_line(turns) == told


def test_the_command_that_is_told_searches_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is told of other equilibria comes again from the command beside it."""
    file = tmp_path / "meet.yaml"
    file.write_text(TEXT, "utf-8")

    def told(words: list[str]) -> dict[str, Any]:
        assert main([*words, "--json"]) == 0
        (found,) = json.loads(capsys.readouterr().out)["claims"]
        return dict(found)

    found = told(["claims", str(file), "-c", "likely", "--worlds", "32", "--others", "8"])
    assert found["others"]
    again = told(shlex.split(found["worlds"]["command"])[1:])
    assert again == found
