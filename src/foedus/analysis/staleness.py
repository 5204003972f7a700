"""What has changed against a record: claims and arguments at the base values, and shares over worlds.

At the base values every number is deterministic, so nothing but the solver's own inexactness is let pass: a
margin may differ by the tolerance, taken of the margin itself where that is above 1.

Over worlds there are two cases. The same number of worlds with the same seed are the very same worlds: no
chance stands between two runs, and a count may differ only by the worlds whose margin is a tie. The interval
of a share says how far it may be from the share over all worlds there could be, which is not in question
then; so it is told, and lets nothing pass. Other worlds are another sample, and two estimates of one share
differ by chance. They have moved where they differ by more than both intervals leave open: each half-width
that faces the other share is taken for 1.96 standard errors, and the limit is such that among all shares
compared, taken as normal, one is told wrongly in a hundred comparisons (Bonferroni).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import hypot
from statistics import NormalDist
from typing import Any, TypeVar

from foedus.analysis.record import Counted, Drawn, Record, Said, counted_shape
from foedus.analysis.verdicts import AtBase, OverWorlds

TURNED, MOVED, APPEARED, VANISHED, PREMISES = "turned", "moved", "appeared", "vanished", "other premises"
CHANGES = (TURNED, APPEARED, VANISHED, PREMISES, MOVED)
"""The gravest first."""

CONFIDENCE, FALSE_ALARM = 0.95, 0.01
"""Of the intervals of shares; and how often any of the shares over other worlds may be told wrongly."""

Row = dict[str, Any]
T = TypeVar("T")


def claim_rows(record: Record | None, now: AtBase, tolerance: float) -> list[Row]:
    """One row for each claim of now or then; `change` is None where there is none, or no record."""

    def change(_: str, now: Said, kept: Said) -> str | None:
        if now.verdict != kept.verdict:
            return TURNED
        return MOVED if _moved(now.margin, kept.margin, tolerance) else None

    pairs = _pairs(now.claims, record.claims if record else None, change)
    return [
        {"id": name, **_claim(said), "kept": None if kept is None else _claim(kept), "change": found}
        for name, said, kept, found in pairs
    ]


def _moved(now: float | None, kept: float | None, tolerance: float) -> bool:
    if now is None or kept is None:
        return now is not kept
    return abs(now - kept) > tolerance * max(1.0, abs(kept))


def argument_rows(record: Record | None, now: AtBase) -> list[Row]:
    """One row for each claim that rests, or rested, on others."""

    def change(_: str, now: Said, kept: Said) -> str | None:
        if set(now.because) != set(kept.because):
            return PREMISES
        return TURNED if now.argument != kept.argument else None

    pairs = _pairs(_resting(now.claims), _resting(record.claims) if record else None, change)
    return [
        {"id": name, **_argument(said), "kept": None if kept is None else _argument(kept), "change": found}
        for name, said, kept, found in pairs
    ]


def _resting(claims: Mapping[str, Said]) -> dict[str, Said]:
    return {name: each for name, each in claims.items() if each.because}


def world_rows(kept: Drawn | None, now: OverWorlds) -> list[Row]:
    """One row for each claim, and for each argument, that was counted over worlds now or then.

    `outside` is whether the share now is outside the interval kept.
    """
    claims, arguments = (kept.claims, kept.arguments) if kept else (None, None)
    limit = None
    if kept and not same_worlds(kept, now.drawn):
        limit = limit_among(len(now.drawn.claims) + len(now.drawn.arguments))
    return [
        *_world_rows("claim", claims, now.drawn.claims, now.claim_ties, limit),
        *_world_rows("argument", arguments, now.drawn.arguments, now.argument_ties, limit),
    ]


def limit_among(shares: int) -> float:
    """By how many half-widths of both intervals together one of so many shares may differ by chance."""
    normal = NormalDist()
    return normal.inv_cdf(1 - FALSE_ALARM / 2 / max(shares, 1)) / normal.inv_cdf((1 + CONFIDENCE) / 2)


def same_worlds(kept: Drawn, now: Drawn) -> bool:
    """Whether both were counted over the same draw."""
    return (kept.worlds, kept.seed) == (now.worlds, now.seed)


def _world_rows(
    kind: str,
    then: Mapping[str, Counted] | None,
    now: Mapping[str, Counted],
    ties: Mapping[str, int],
    limit: float | None,
) -> Iterator[Row]:
    def change(name: str, now: Counted, kept: Counted) -> str | None:
        stale = _recounted(kept, now, ties[name]) if limit is None else _apart(kept, now, limit)
        return MOVED if stale else None

    for name, counted, kept, found in _pairs(now, then, change):
        yield {
            "kind": kind,
            "id": name,
            **_counted(counted),
            "ties": ties.get(name, 0),
            "outside": _outside(kept, counted),
            "kept": None if kept is None else _counted(kept),
            "change": found,
        }


def _recounted(kept: Counted, now: Counted, ties: int) -> bool:
    return abs(kept.holds - now.holds) > ties or abs(kept.fails - now.fails) > ties


def _apart(kept: Counted, now: Counted, limit: float) -> bool:
    if kept.share is None or now.share is None:
        return kept.share is not now.share
    lower, upper = sorted((kept, now), key=lambda each: each.share or 0.0)
    assert lower.share is not None
    assert upper.share is not None
    up, down = (lower.high or 0.0) - lower.share, upper.share - (upper.low or 0.0)
    return upper.share - lower.share > limit * hypot(up, down)


def _outside(kept: Counted | None, now: Counted | None) -> bool:
    if kept is None or now is None or now.share is None or kept.low is None or kept.high is None:
        return False
    return not kept.low <= now.share <= kept.high


def _pairs(
    now: Mapping[str, T], then: Mapping[str, T] | None, change: Callable[[str, T, T], str | None]
) -> Iterator[tuple[str, T | None, T | None, str | None]]:
    """What is now and what was then of each name, those of now first; and its change, None without a record.

    `change` says what has changed of a name that is there now and was there then.
    """
    for name in dict.fromkeys([*now, *(then or ())]):
        said, kept = now.get(name), (then or {}).get(name)
        if then is None:
            yield name, said, kept, None
        elif said is None:
            yield name, said, kept, VANISHED
        else:
            yield name, said, kept, APPEARED if kept is None else change(name, said, kept)


def _claim(said: Said | None) -> Row:
    return {"verdict": said.verdict if said else None, "margin": said.margin if said else None}


def _argument(said: Said | None) -> Row:
    return {"because": list(said.because) if said else [], "argument": said.argument if said else None}


def _counted(counted: Counted | None) -> Row:
    if counted is None:
        return dict.fromkeys(("holds", "fails", "undefined", "share", "low", "high"))
    return counted_shape(counted)
