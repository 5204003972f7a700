"""Rules under which a claim holds: those that were planted are found, and nothing is found in noise."""

from __future__ import annotations

import numpy as np
import pytest

from foedus.analysis.discovery import Discovery, Rule, discover, rule_for_rarer

NAMES = [f"p{number}" for number in range(140)]


def cloud(worlds: int, parameters: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((worlds, parameters))


def found(discovery: Discovery) -> Rule:
    assert discovery.rule is not None, discovery.reason
    return discovery.rule


def noisy(holds: np.ndarray, share: float, seed: int = 9) -> np.ndarray:
    """Verdicts of which a share is turned over."""
    turned = np.random.default_rng(seed).random(len(holds)) < share
    return (holds ^ turned).astype(float)


@pytest.mark.parametrize("noise", [0.0, 0.05])
@pytest.mark.parametrize("seed", range(5))
def test_a_planted_rule_is_recovered(noise: float, seed: int) -> None:
    """Among 140 parameters the three that matter are found, with their limits to within three percent."""
    points = cloud(10_000, 140, seed)
    inside = (points[:, 3] > 0.4) & (points[:, 77] < 0.7) & (points[:, 120] > 0.2)
    rule = found(discover(points, noisy(inside, noise, seed), NAMES))
    assert [each.parameter for each in rule.limits] == ["p3", "p77", "p120"]
    ends = [(each.low, each.high) for each in rule.limits]
    assert ends[0] == (pytest.approx(0.4, abs=0.03), None)
    assert ends[1] == (None, pytest.approx(0.7, abs=0.03))
    assert ends[2] == (pytest.approx(0.2, abs=0.03), None)
    assert rule.coverage > 0.9 - noise
    assert rule.density > 0.97 - noise
    assert rule.inside == pytest.approx(0.6 * 0.7 * 0.8, abs=0.03)


def test_a_range_in_the_middle_has_two_ends() -> None:
    """An assumption that must be neither small nor large is one range."""
    points = cloud(4000, 10)
    rule = found(discover(points, ((points[:, 4] > 0.3) & (points[:, 4] < 0.6)).astype(float), NAMES))
    assert [each.parameter for each in rule.limits] == ["p4"]
    assert (rule.limits[0].low, rule.limits[0].high) == (
        pytest.approx(0.3, abs=0.01),
        pytest.approx(0.6, abs=0.01),
    )


def test_the_rule_of_failure_mirrors() -> None:
    """Where a claim holds nearly everywhere, the rule says where it fails."""
    points = cloud(4000, 10)
    holds = (~((points[:, 1] > 0.5) & (points[:, 8] > 0.6))).astype(float)
    rarer = found(rule_for_rarer(points, holds, NAMES))
    assert not rarer.holding
    assert rarer == found(discover(points, holds, NAMES, holding=False))
    assert [(each.parameter, each.high) for each in rarer.limits] == [("p1", None), ("p8", None)]
    assert found(rule_for_rarer(points, 1 - holds, NAMES)).holding


def test_numbers_are_counts_of_worlds() -> None:
    """Coverage, density, base and share inside are those that the limits give when counted afresh."""
    points = cloud(3000, 5)
    holds = noisy(points[:, 2] + 0.5 * points[:, 0] > 0.9, 0.1)
    rule = found(discover(points, holds, NAMES))
    inside = np.ones(3000, dtype=bool)
    for each in rule.limits:
        column = points[:, NAMES.index(each.parameter)]
        inside &= (column > (-np.inf if each.low is None else each.low)) & (
            column <= (np.inf if each.high is None else each.high)
        )
    assert rule.inside == inside.mean()
    assert rule.density == holds[inside].mean()
    assert rule.coverage == holds[inside].sum() / holds.sum()
    assert rule.base == pytest.approx(holds.mean(), abs=1e-12)


@pytest.mark.parametrize("most", [1, 2])
def test_no_more_limits_than_asked_for(most: int) -> None:
    """A rule of at most so many assumptions."""
    points = cloud(4000, 10)
    holds = ((points[:, :4] > 0.2).all(axis=1)).astype(float)
    assert 1 <= len(found(discover(points, holds, NAMES, most=most)).limits) <= most


def test_noise_has_no_rule() -> None:
    """Verdicts that hang on no assumption give no rule, or one that is as good as none."""
    for seed in range(5):
        points = cloud(2000, 40, seed)
        holds = (np.random.default_rng(100 + seed).random(2000) < 0.4).astype(float)
        rule = discover(points, holds, NAMES).rule
        assert rule is None or rule.density < 0.6


def test_undefined_worlds_never_count() -> None:
    """Worlds that are undefined, or not finite, change nothing."""
    points = cloud(3000, 6)
    holds = (points[:, 1] > 0.6).astype(float)
    rubbish = np.full((500, 6), np.nan)
    more = np.concatenate([points, rubbish, cloud(500, 6, 5)])
    verdicts = np.concatenate([holds, np.ones(500), np.full(500, np.nan)])
    assert discover(more, verdicts, NAMES) == discover(points, holds, NAMES)


@pytest.mark.parametrize(
    ("holds", "reason"),
    [
        (np.full(500, np.nan), "undefined in all worlds"),
        (np.ones(500), "fails in 0 of 500 worlds"),
        (np.zeros(500), "holds in 0 of 500 worlds"),
        ((np.arange(500) < 49).astype(float), "holds in 49 of 500 worlds"),
    ],
)
def test_too_little_to_learn_from(holds: np.ndarray, reason: str) -> None:
    """The reason says what there is too little of."""
    discovery = discover(cloud(500, 3), holds, NAMES)
    assert discovery.rule is None
    assert reason in discovery.reason


def test_constants_are_no_assumptions() -> None:
    """Parameters that are the same in all worlds give no rule."""
    discovery = discover(np.ones((400, 3)), (np.arange(400) % 2).astype(float), NAMES)
    assert (discovery.rule, discovery.reason) == (None, "no parameter varies")
