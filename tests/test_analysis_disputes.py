"""Disputes over the worlds of a scenario: on substance, given how rational the actors are."""

from __future__ import annotations

import json
import math
import shlex
from pathlib import Path
from typing import Any

import pytest

from foedus import library
from foedus.analysis.disputes import find_disputes
from foedus.analysis.disputes_shape import disputes_shape
from foedus.analysis.parameters import behind_rationality
from foedus.cli import main
from foedus.language.reader import read_scenario
from foedus.language.scenario import Scenario
from foedus.report.claims_page import claims_page, most_telling
from foedus.report.disputes import dispute_lines

TEXT = """
foedus: 1
title: A pull and a prize
about: Whether somebody goes, for a gain that nobody knows.
actors: {player: {name: Player}}
rationality: sharpness * scale
documents:
  eager: {title: It goes}
  idle: {title: It stays}
parameters:
  level: {value: 1, range: [0.1, 4], distribution: loguniform, about: how sharp it is}
  sharpness: {value: 2 * level, about: the same in other units}
  scale: {value: 1, about: a unit}
  gain: {value: 0.5, range: [0, 1], about: what going brings}
  other: {value: 0.5, range: [0, 1], about: nothing}
variables:
  gone: {values: [no, yes]}
  pressed: {values: [no, yes]}
play:
  - move: wait
    by: player
    options: {stay: {}, go: {set: {gone: yes}}}
  - move: press
    by: player
    options: {leave: {}, push: {set: {pressed: yes}}}
payoffs: {player: gain * (gone == yes) + 0.5 * (pressed == yes)}
outcomes:
  away: gone == yes
  here: gone == no
arrangements:
  alone: {about: as it is}
claims:
  goes: {says: It likely goes., cites: [eager#1], holds: "P[alone](gone == yes) > 0.65"}
  stays: {says: It may stay., cites: [idle#1], against: [goes], holds: "P[alone](gone == yes) < 0.65"}
  pushes: {says: It likely pushes., cites: [eager#2], holds: "P[alone](pressed == yes) > 0.65"}
  leaves: {says: It may not., cites: [idle#2], against: [pushes], holds: "P[alone](pressed == yes) < 0.65"}
"""
ON_SUBSTANCE, ON_RATIONALITY = ("goes", "stays"), ("pushes", "leaves")
SURE = math.log(0.65 / 0.35)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("pull") / "pull.yaml"
    file.write_text(TEXT, "utf-8")
    return file


@pytest.fixture(scope="module")
def scenario(path: Path) -> Scenario:
    return read_scenario(path)


def dispute(scenario: Scenario, pair: tuple[str, str], **how: Any) -> dict[str, Any]:
    (found,) = disputes_shape(find_disputes(scenario, claims=pair, **how), "pull.yaml")["disputes"]
    assert isinstance(found, dict)
    return found


def test_rationality_is_known_from_the_language(scenario: Scenario) -> None:
    """What λ follows from, whatever it is called, through what follows from others."""
    assert behind_rationality(scenario) == {"level", "scale"}
    assert behind_rationality(read_scenario(library.find("ukraine"))) == {"precision"}
    assert behind_rationality(read_scenario(library.find("guarantee"))) == frozenset()


def test_each_actor_may_have_its_own(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(TEXT.replace("rationality: sharpness * scale", "rationality: {player: scale}"), "utf-8")
    assert behind_rationality(read_scenario(file)) == {"scale"}


def test_substance_is_the_crux_given_rationality(scenario: Scenario) -> None:
    """It goes where 2 · level · gain is large: level tells more, and given level it hinges on gain."""
    found = dispute(scenario, ON_SUBSTANCE)
    assert found["held"] == ["level"]
    assert [each["parameter"] for each in found["cruxes"]] == ["gain"]
    assert found["cruxes"][0]["above"] == "left"
    assert found["cruxes"][0]["within"] > found["cruxes"][0]["accuracy"] + 0.05
    assert found["rationality"]["parameter"] == "level"
    assert found["rationality"]["foremost"]
    assert found["rationality"]["accuracy"] > found["cruxes"][0]["accuracy"]
    told = " ".join(dispute_lines(found))
    assert "gain: above 0." in told
    assert "How rational the actors are separates the two better by itself: level: above" in told


def test_a_dispute_on_rationality_alone_is_called_one(scenario: Scenario) -> None:
    """Whether it pushes hangs on level alone, at a threshold that is known; nothing of substance is named."""
    found = dispute(scenario, ON_RATIONALITY)
    assert found["cruxes"] == []
    assert found["reason"].endswith("among worlds alike in level")
    assert found["rationality"]["threshold"] == pytest.approx(SURE, rel=0.02)
    assert found["rationality"]["accuracy"] == 1.0
    assert found["rationality"]["foremost"]
    assert "hinges on how rational the actors are, level: above 0.6" in " ".join(dispute_lines(found))


def test_rationality_has_its_place_when_asked_for(scenario: Scenario) -> None:
    """As an assumption among others it comes first, and nothing is held."""
    found = dispute(scenario, ON_SUBSTANCE, with_rationality=True)
    assert [each["parameter"] for each in found["cruxes"]] == ["level", "gain"]
    assert found["held"] == []
    assert found["rationality"] is None
    assert "alike" not in " ".join(dispute_lines(found))


def test_rationality_that_is_set_is_not_held(scenario: Scenario) -> None:
    found = dispute(scenario, ON_SUBSTANCE, settings={"level": 1.0})
    assert found["held"] == []
    assert found["cruxes"][0]["parameter"] == "gain"
    assert found["cruxes"][0]["threshold"] == pytest.approx(SURE / 2, rel=0.02)
    assert found["cruxes"][0]["within"] == pytest.approx(1.0)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--documents", "eager", "idle"],
        ["goes", "stays", "--with-rationality"],
        ["goes", "stays", "--set", "scale=0.5"],
    ],
)
def test_the_command_prints_the_same_again(
    path: Path, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Of each of several disputes, by the command that stands with it."""
    assert main(["cruxes", str(path), *words, "--worlds", "400", "--seed", "2", "--json"]) == 0
    for each in json.loads(capsys.readouterr().out)["disputes"]:
        again = shlex.split(each["command"])
        assert again.pop(0) == "foedus"
        assert main([*again, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["disputes"] == [each]


def row(left: str, right: str, **cruxes: float) -> dict[str, Any]:
    cut = {"about": "how much", "threshold": 0.5, "above": "left", "accuracy": 0.6}
    return {
        "left": left,
        "right": right,
        "counts": dict.fromkeys(("both", "left", "right", "neither", "undefined"), 30),
        "agreement": False,
        "reason": None if cruxes else "nothing separates them",
        "held": [],
        "cruxes": [{**cut, "parameter": name, "within": within} for name, within in cruxes.items()],
        "rationality": None,
        "command": f"foedus cruxes x --documents {left} {right}",
    }


ROWS = [
    row("a", "b", x=0.8, y=0.7),
    row("a", "c", x=0.9, z=0.6),
    row("b", "c", x=0.95, y=0.9),
    row("b", "d", x=0.7, w=0.65),
    row("c", "d"),
]


def test_the_most_telling_cruxes_are_distinct() -> None:
    """The best first; no pair and no assumption twice; the crux told before the pair's others."""
    told = [
        (each["left"], each["right"], [crux["parameter"] for crux in each["cruxes"]])
        for each in most_telling(ROWS)
    ]
    assert told == [
        ("b", "c", ["x", "y"]),
        ("a", "b", ["y", "x"]),
        ("b", "d", ["w", "x"]),
        ("a", "c", ["z", "x"]),
    ]
    assert len(most_telling(ROWS, 2)) == 2


def test_the_page_says_what_else_a_crux_divides() -> None:
    """Below a crux the other pairs that it divides best; at the end the pairs that nothing divides."""
    document = {"title": "X", "claims": [], "untestable": [], "worlds": 500, "seed": 0, "scrambles": 16}
    page = claims_page(document, [], ROWS, "foedus claims x")
    first, _, rest = page.partition("- **a against b**")
    assert "These are the 4 most telling cruxes" in first
    assert (
        "  - x is the best crux between a and b (80.0 %), a and c (90.0 %), b and d (70.0 %) too.\n" in first
    )
    assert "best crux" not in rest
    assert page.index("**c against d**") > page.index("**a against c**")


def test_the_page_tells_cruxes_of_substance(path: Path, tmp_path: Path) -> None:
    """The page names rationality apart, and the command of every dispute on it."""
    file = tmp_path / "pull.md"
    assert main(["claims", str(path), "--worlds", "400", "--markdown", str(file)]) == 0
    page = file.read_text("utf-8")
    assert "How rational the actors are (level) is an assumption of the method" in page
    assert f"  - `foedus cruxes {path} --documents eager idle --worlds 400 --seed 0`" in page
    assert f"  - `foedus cruxes {path} goes stays --worlds 400 --seed 0`" in page
    assert "  - It hinges on how rational the actors are, level: above" in page
