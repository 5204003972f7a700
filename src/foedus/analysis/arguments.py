"""Whether a conclusion follows where its premises hold: counted over worlds, with the best counter-world.

An argument is valid, in a game, if no world makes its premises true and its conclusion false: Tarski's
criterion (*On the concept of logical consequence*, 1936), with the worlds of a scenario in the place of all
models. Over sampled worlds it is a share, with an interval, instead of yes or no; a premise is needed if the
share without it is another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.shares import Integers, Share, share_of
from foedus.analysis.survey import Survey
from foedus.language.scenario import Claim

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]


@dataclass(frozen=True)
class Premise:
    """One premise: in how many worlds it fails, and the argument without it.

    `change` is what the share of followed conclusions loses without it, None where either is undefined.
    """

    name: str
    fails: int
    without: Share
    change: float | None

    @property
    def needed(self) -> bool:
        """Whether dropping it moves the share out of the interval that it has without the premise."""
        share, low, high = self.change, self.without.low, self.without.high
        if share is None or low is None or high is None or self.without.share is None:
            return False
        return not low <= self.without.share + share <= high


@dataclass(frozen=True)
class Argument:
    """Of `worlds` defined worlds, in how many all premises hold, and the share of these with the conclusion.

    `vacuous`: the premises never hold together, so there is nothing to follow from. `counter` is the number
    of the clearest counter-world, None if there is none.
    """

    worlds: int
    undefined: int
    premises_hold: int
    vacuous: bool
    follows: Share
    counter: int | None
    premises: tuple[Premise, ...]


def argue_over(survey: Survey, claim: Claim) -> Argument | None:
    """The argument for a claim over the worlds of a survey that has it and what it rests on.

    Premises that cannot be tested are left out; None where there is no other.
    """
    names = [name for name in claim.because if survey.scenario.claims[name].holds is not None]
    if not names:
        return None
    premises, conclusion = [survey[name] for name in names], survey[claim.name]
    return argue(
        names,
        np.stack([each.holds for each in premises]),
        np.stack([each.margin for each in premises]),
        conclusion.holds,
        conclusion.margin,
        survey.scramble,
    )


def follows_here(premises: Sequence[bool | None], conclusion: bool | None) -> str:
    """Whether an argument holds in one world: `follows`, `does not follow`, `vacuous` where a premise fails,
    and so nothing is said, or `undefined` where it hangs on a claim without a verdict."""
    if False in premises:
        return "vacuous"
    if None in premises or conclusion is None:
        return "undefined"
    return "follows" if conclusion else "does not follow"


def argue(
    names: Sequence[str],
    premises: Floats,
    margins: Floats,
    conclusion: Floats,
    margin: Floats,
    scramble: Integers,
) -> Argument:
    """Whether the conclusion holds where all premises do.

    `premises` and `margins` (premise, world) are verdicts (1, 0, NaN) and margins of the claims called
    `names`, `conclusion` and `margin` (world) those of the conclusion, `scramble` (world) as in `share_of`.
    Worlds in which any of them is undefined are counted apart. Raises ValueError where there is no premise.
    """
    if not len(names) or len(names) != len(premises):
        raise ValueError(f"found {len(names)} names and {len(premises)} premises, expected one each, or more")
    known = _all(~np.isnan([*premises, conclusion]))
    true = premises == 1.0
    together = _all([*true, known])
    follows = _follows(together, conclusion, scramble)
    return Argument(
        worlds=int(known.sum()),
        undefined=int((~known).sum()),
        premises_hold=int(together.sum()),
        vacuous=not together.any(),
        follows=follows,
        counter=_counter(together & (conclusion == 0.0), margins, margin),
        premises=tuple(
            _premise(name, row, known, true, conclusion, scramble, follows) for row, name in enumerate(names)
        ),
    )


def _all(rows: Iterable[Booleans]) -> Booleans:
    return np.array(np.logical_and.reduce(list(rows)), dtype=np.bool_)


def _follows(where: Booleans, conclusion: Floats, scramble: Integers) -> Share:
    return share_of(conclusion[where], scramble[where])


def _premise(
    name: str,
    row: int,
    known: Booleans,
    true: Booleans,
    conclusion: Floats,
    scramble: Integers,
    follows: Share,
) -> Premise:
    rest = _all([*np.delete(true, row, axis=0), known])
    without = _follows(rest, conclusion, scramble)
    with_it, alone = follows.share, without.share
    change = None if with_it is None or alone is None else with_it - alone
    return Premise(name, int((known & ~true[row]).sum()), without, change)


def _counter(where: Booleans, margins: Floats, margin: Floats) -> int | None:
    """The counter-world that stays one if anything in it is moved by most.

    Each margin is taken in units of its own median size, for claims in points and in probabilities alike; the
    least of the premises' margins and of the conclusion's, turned over, is made as large as it can be.
    """
    candidates = np.flatnonzero(where)
    if not candidates.size:
        return None
    rows = np.vstack([margins, -margin])
    finite = np.where(np.isfinite(rows), np.abs(rows), np.nan)
    sizes = np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else 1.0 for row in finite])
    scaled = rows[:, candidates] / np.where(sizes > 0, sizes, 1.0)[:, None]
    least = np.where(np.isnan(scaled), 0.0, scaled).min(axis=0)
    return int(candidates[np.argmax(least)])
