"""Cruxes: what decides a planted dispute is found, and where there is none that is said."""

from __future__ import annotations

import numpy as np
import pytest

from foedus.analysis.cruxes import find_crux, find_document_crux, standing

NAMES = [f"p{number}" for number in range(40)]
WORLDS = 2000


def cloud(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((WORLDS, 40))


def turned(verdicts: np.ndarray, share: float, random: np.random.Generator) -> np.ndarray:
    return (verdicts ^ (random.random(len(verdicts)) < share)).astype(float)


@pytest.mark.parametrize("seed", range(20))
def test_the_crux_of_a_planted_dispute_is_found(seed: int) -> None:
    """One of 40 parameters decides, a second has a say, and a tenth of the verdicts are noise."""
    random = np.random.default_rng(1000 + seed)
    points, column, threshold = cloud(seed), seed * 2, random.uniform(0.3, 0.7)
    pull = points[:, column] - threshold + 0.1 * (points[:, (column + 1) % 40] - 0.5)
    left, right = turned(pull > 0, 0.1, random), turned(pull < 0, 0.1, random)
    crux = find_crux(points, left, right, NAMES)
    best = crux.thresholds[0]
    assert (best.parameter, best.above) == (f"p{column}", "left")
    assert best.threshold == pytest.approx(threshold, abs=0.06)
    assert best.accuracy > 0.9
    assert crux.both + crux.neither + crux.only_left + crux.only_right == WORLDS
    assert not crux.agreement


def test_sides_mirror() -> None:
    """Exchanged, the two have the same thresholds, which favour the other side."""
    points = cloud(3)
    left, right = (points[:, 5] > 0.4).astype(float), (points[:, 5] < 0.6).astype(float)
    crux, mirror = find_crux(points, left, right, NAMES), find_crux(points, right, left, NAMES)
    assert (crux.only_left, crux.only_right) == (mirror.only_right, mirror.only_left)
    assert crux.thresholds[0].parameter == mirror.thresholds[0].parameter == "p5"
    assert 0.4 < crux.thresholds[0].threshold < 0.6
    assert (crux.thresholds[0].above, mirror.thresholds[0].above) == ("left", "right")
    assert crux.thresholds[0].accuracy == 1.0


def test_counts_are_those_of_the_four_kinds() -> None:
    """Both, neither, only one, only the other, and undefined in either."""
    left = np.array([1, 1, 0, 0, np.nan, 1, np.nan, 1.0])
    right = np.array([1, 0, 1, 0, 1, np.nan, np.nan, 1.0])
    crux = find_crux(np.ones((8, 1)), left, right, NAMES)
    kinds = (crux.both, crux.neither, crux.only_left, crux.only_right, crux.undefined)
    assert kinds == (2, 1, 1, 1, 3)


def test_undefined_worlds_change_no_threshold() -> None:
    """Worlds without a verdict, whatever their parameters, are only counted."""
    points = cloud(4)
    left = (points[:, 7] > 0.5).astype(float)
    plain = find_crux(points, left, 1 - left, NAMES)
    more = np.concatenate([points, np.full((100, 40), np.nan)])
    gaps = np.concatenate([left, np.full(100, np.nan)])
    mixed = find_crux(more, gaps, np.concatenate([1 - left, np.ones(100)]), NAMES)
    assert mixed.undefined == 100
    assert mixed.thresholds == plain.thresholds


def test_agreement_is_no_dispute() -> None:
    """Two claims that differ in less than 2 % of worlds agree, whatever decides the rest."""
    points = cloud(5)
    left = points[:, 0] > 0.5
    crux = find_crux(points, left.astype(float), (left ^ (points[:, 1] > 0.985)).astype(float), NAMES)
    assert crux.agreement
    assert crux.thresholds == ()
    assert crux.reason.startswith(f"they differ in {crux.only_left + crux.only_right}")


def test_a_claim_inside_another_has_no_side_of_its_own() -> None:
    """Where one never holds without the other the reason says so."""
    points = cloud(6)
    left, right = points[:, 0] > 0.7, points[:, 0] > 0.3
    crux = find_crux(points, left.astype(float), right.astype(float), NAMES)
    assert not crux.agreement
    assert crux.reason == "left holds alone in 0 worlds, too few to tell what decides"


def test_noise_has_no_crux() -> None:
    """Disputes that no assumption decides get none, in 20 of 20."""
    for seed in range(20):
        left = (np.random.default_rng(seed).random(WORLDS) < 0.5).astype(float)
        crux = find_crux(cloud(50 + seed), left, 1 - left, NAMES)
        assert crux.thresholds == ()
        assert "better than chance" in crux.reason


def test_nothing_defined_is_told() -> None:
    """No world in which both are defined."""
    crux = find_crux(np.ones((4, 1)), np.full(4, np.nan), np.ones(4), NAMES)
    assert (crux.undefined, crux.agreement, crux.reason) == (4, False, "they are never both defined")


# --- what is held -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_the_crux_among_worlds_alike_is_found(seed: int) -> None:
    """p0 says more than any other, and given p0 one of the others decides: that is the crux."""
    random = np.random.default_rng(2000 + seed)
    points, column, threshold = cloud(seed), 1 + seed, random.uniform(0.4, 0.6)
    pull = points[:, column] - threshold + 1.5 * (points[:, 0] - 0.5)
    left, right = turned(pull > 0, 0.05, random), turned(pull < 0, 0.05, random)
    crux = find_crux(points, left, right, NAMES, hold=["p0"])
    best = crux.thresholds[0]
    assert (best.parameter, best.above) == (f"p{column}", "left")
    assert best.threshold == pytest.approx(threshold, abs=0.15)
    assert best.within > best.accuracy + 0.05
    assert crux.foremost
    assert crux.held
    assert (crux.held.parameter, crux.held.above) == ("p0", "left")
    assert crux.held.accuracy > best.accuracy
    plain = find_crux(points, left, right, NAMES)
    assert plain.thresholds[0].parameter == "p0"
    assert plain.held is None
    assert not plain.foremost


@pytest.mark.parametrize("seed", range(20))
def test_a_dispute_on_what_is_held_has_no_other_crux(seed: int) -> None:
    """p0 alone decides, with a tenth of noise; p1, which goes with it, is not blamed for that."""
    random, points, threshold = np.random.default_rng(4000 + seed), cloud(seed), 0.3 + 0.02 * seed
    points[:, 1] = 0.7 * points[:, 0] + 0.3 * points[:, 1]
    left = turned(points[:, 0] > threshold, 0.1, random)
    crux = find_crux(points, left, 1 - left, NAMES, hold=["p0"])
    assert crux.thresholds == ()
    assert crux.reason.endswith("better than chance, among worlds alike in p0")
    assert crux.foremost
    assert crux.held
    assert crux.held.parameter == "p0"
    assert crux.held.threshold == pytest.approx(threshold, abs=0.03)
    assert crux.held.accuracy == pytest.approx(0.9, abs=0.04)
    assert find_crux(points[:, 1:], left, 1 - left, NAMES[1:]).thresholds[0].parameter == "p1"


def test_chance_is_taken_for_a_crux_as_often_as_it_may_be() -> None:
    """Of disputes on what is held alone, with much noise, at most 2 % get another crux; 1 % may."""
    found = 0
    for seed in range(400):
        random, points = np.random.default_rng(seed), np.random.default_rng(5000 + seed).random((400, 40))
        left = turned(points[:, 0] > 0.5, 0.3, random)
        found += bool(find_crux(points, left, 1 - left, NAMES, hold=["p0"]).thresholds)
    assert found <= 8


def test_what_is_held_cannot_turn_the_side() -> None:
    """p1 goes with p0, which pulls the other way and more: given p0, more of p1 is for left."""
    random, points = np.random.default_rng(0), cloud(7)
    points[:, 1] = 0.6 * points[:, 0] + 0.4 * points[:, 1]
    left = turned(points[:, 1] - 0.5 - 1.5 * (points[:, 0] - 0.5) > 0, 0.05, random)
    plain = find_crux(points[:, 1:], left, 1 - left, NAMES[1:]).thresholds[0]
    held = find_crux(points, left, 1 - left, NAMES, hold=["p0"]).thresholds[0]
    assert (plain.parameter, plain.above) == ("p1", "right")
    assert (held.parameter, held.above) == ("p1", "left")


def test_several_may_be_held() -> None:
    """Two say much, a third decides given both."""
    random, points = np.random.default_rng(1), cloud(8)
    pull = points[:, 9] - 0.5 + 2.0 * (points[:, 0] - 0.5) - 2.0 * (points[:, 1] - 0.5)
    left = turned(pull > 0, 0.05, random)
    crux = find_crux(points, left, 1 - left, NAMES, hold=["p0", "p1"])
    assert crux.thresholds[0].parameter == "p9"
    assert crux.thresholds[0].within > crux.thresholds[0].accuracy + 0.1
    assert crux.held
    assert crux.held.parameter in ("p0", "p1")


def test_what_is_held_and_idle_changes_little() -> None:
    """The crux is what it is without; what is held is not told, and is not foremost."""
    points = cloud(9)
    left = turned(points[:, 5] > 0.4, 0.1, np.random.default_rng(2))
    plain, held = (find_crux(points, left, 1 - left, NAMES, hold=hold) for hold in ([], ["p0"]))
    assert held.thresholds[0].parameter == plain.thresholds[0].parameter == "p5"
    assert held.thresholds[0].within == pytest.approx(plain.thresholds[0].within, abs=0.01)
    assert held.held is None
    assert not held.foremost
    assert plain.thresholds[0].within == pytest.approx(plain.thresholds[0].accuracy)


def test_what_is_held_and_never_differs_is_as_if_not_held() -> None:
    points = cloud(10)
    points[:, 0] = 3.0
    left = turned(points[:, 5] > 0.4, 0.1, np.random.default_rng(3))
    plain, held = (find_crux(points, left, 1 - left, NAMES, hold=hold) for hold in ([], ["p0"]))
    assert plain == held


# --- documents ----------------------------------------------------------------------------------------------


def test_safe_claims_give_no_standing() -> None:
    """A document is measured against itself: claims that hold everywhere or nowhere change nothing."""
    risky = np.array([[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0]])
    safe = np.vstack([risky, np.ones((5, 4)), np.zeros((5, 4))])
    assert standing(risky).tolist() == standing(safe).tolist() == [1.0, 1.0, 0.0, 0.0]


def test_what_is_undefined_has_no_standing() -> None:
    """A world in which none of a document's telling claims is defined is undefined."""
    verdicts = np.array([[1.0, 0.0, np.nan, np.nan], [np.nan, 1.0, 0.0, np.nan]])
    assert np.isnan(standing(verdicts)).tolist() == [False, False, False, True]
    assert np.isnan(standing(np.ones((3, 4)))).all()
    assert np.isnan(standing(np.empty((0, 4)))).all()


def test_the_crux_of_two_documents() -> None:
    """One document's claims hold where costs are high, the other's where they are low; both cite a third."""
    random, points = np.random.default_rng(0), cloud(9)
    high = [turned(points[:, 11] > level, 0.05, random) for level in (0.3, 0.5, 0.7)]
    low = [turned(points[:, 11] < level, 0.05, random) for level in (0.4, 0.6)]
    shared = [(points[:, 20] > 0.5).astype(float)]
    verdicts = np.array([*high, *low, *shared])
    crux = find_document_crux(points, verdicts, [0, 1, 2, 5], [3, 4, 5], NAMES)
    assert (crux.thresholds[0].parameter, crux.thresholds[0].above) == ("p11", "left")
    assert 0.4 < crux.thresholds[0].threshold < 0.6
    assert crux == find_document_crux(points, verdicts, [0, 1, 2], [3, 4], NAMES)
