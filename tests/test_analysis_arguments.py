"""Arguments over worlds: what follows, what does not, and what its clearest counter-world is."""

from __future__ import annotations

import numpy as np
import pytest

from foedus.analysis.arguments import Argument, argue

WORLDS = 1600
SCRAMBLE = np.arange(WORLDS) % 16
POINTS = np.random.default_rng(0).random((3, WORLDS))


def told(*margins: np.ndarray) -> Argument:
    """The argument from all margins but the last to the last."""
    verdicts = np.where(np.isnan(margins), np.nan, np.array(margins) > 0)
    names = [f"k{number}" for number in range(len(margins) - 1)]
    return argue(names, verdicts[:-1], np.array(margins[:-1]), verdicts[-1], margins[-1], SCRAMBLE)


def test_a_valid_argument_follows_everywhere() -> None:
    """If x and y exceed a half their sum exceeds one, and both premises are needed."""
    x, y, _ = POINTS
    found = told(x - 0.5, y - 0.5, x + y - 1)
    assert found.follows.share == 1.0
    assert (found.counter, found.vacuous) == (None, False)
    assert found.premises_hold == ((x > 0.5) & (y > 0.5)).sum()
    assert [each.needed for each in found.premises] == [True, True]
    assert [each.fails for each in found.premises] == [(x <= 0.5).sum(), (y <= 0.5).sum()]


def test_an_idle_premise_is_not_needed() -> None:
    """What the conclusion has nothing to do with changes the share by no more than chance."""
    x, _, z = POINTS
    found = told(x - 0.3, z - 0.5, x - 0.6)
    assert [each.needed for each in found.premises] == [True, False]
    assert found.follows.share == pytest.approx(0.4 / 0.7, abs=0.05)
    assert found.premises[0].change == pytest.approx(0.4 / 0.7 - 0.4, abs=0.05)


def test_the_counter_world_is_the_clearest() -> None:
    """All premises hold by much while the conclusion fails by much, whatever units margins have."""
    x, y, _ = POINTS
    found = told(1000 * (x - 0.2), 0.5 - y)
    assert found.counter is not None
    assert x[found.counter] > 0.85
    assert y[found.counter] > 0.85
    assert found.counter == told(x - 0.2, 1000 * (0.5 - y)).counter


def test_premises_that_never_hold_together_are_vacuous() -> None:
    """Nothing follows from them, and nothing is said about what would."""
    x, y, _ = POINTS
    found = told(x - 0.6, 0.4 - x, y - 0.5)
    assert found.vacuous
    assert (found.premises_hold, found.follows.share, found.counter) == (0, None, None)
    assert [each.change for each in found.premises] == [None, None]
    assert not any(each.needed for each in found.premises)


def test_undefined_worlds_are_counted_apart() -> None:
    """A world without a verdict on any of the claims counts for nothing."""
    x, y, _ = POINTS
    gaps = x - 0.5
    gaps[:100] = np.nan
    found = told(gaps, y - 0.5)
    assert (found.worlds, found.undefined) == (WORLDS - 100, 100)
    assert found.premises_hold == (x[100:] > 0.5).sum()
    assert found.counter is not None
    assert found.counter >= 100


def test_an_argument_needs_a_premise() -> None:
    """A claim without reasons is no argument."""
    with pytest.raises(ValueError, match="expected one each"):
        argue([], np.empty((0, 4)), np.empty((0, 4)), np.ones(4), np.ones(4), np.zeros(4, np.int64))
