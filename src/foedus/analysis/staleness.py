"""What has changed against a record: claims and arguments at the base values, and shares over worlds.

At the base values every number is deterministic, so nothing but the solver's own inexactness is let pass: a
margin may differ by the tolerance, taken of the margin itself where that is above 1.

Over worlds there are two cases. The same number of worlds with the same seed are the very same worlds: no
chance stands between two runs, and a count may differ only by the worlds whose margin is a tie. The interval
of a share says how far it may be from the share over all worlds there could be, which is not in question
then; so it is told, and lets nothing pass. Other worlds are another sample: two estimates of one share may
differ, and are told to have moved where their 95 % intervals do not even meet, which for equal intervals of
independent samples is some 0.6 % of the time by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from foedus.analysis.record import Counted, Drawn, Record, Said, counted_shape
from foedus.analysis.verdicts import AtBase, OverWorlds

TURNED, MOVED, APPEARED, VANISHED, PREMISES = "turned", "moved", "appeared", "vanished", "other premises"
CHANGES = (TURNED, APPEARED, VANISHED, PREMISES, MOVED)
"""The gravest first."""

Row = dict[str, Any]


def claim_rows(record: Record | None, now: AtBase, tolerance: float) -> list[Row]:
    """One row for each claim of now or then; `change` is None where there is none, or no record."""
    return list(_claim_rows(record, now.claims, tolerance))


def _claim_rows(record: Record | None, now: Mapping[str, Said], tolerance: float) -> Iterator[Row]:
    for name, said, kept in _pairs(now, None if record is None else record.claims):
        change = None
        if record is not None:
            change = _appeared_or_vanished(said, kept) or _claim_change(said, kept, tolerance)
        yield {"id": name, **_claim(said), "kept": None if kept is None else _claim(kept), "change": change}


def _claim_change(now: Said | None, kept: Said | None, tolerance: float) -> str | None:
    assert now is not None
    assert kept is not None
    if now.verdict != kept.verdict:
        return TURNED
    return MOVED if _moved(now.margin, kept.margin, tolerance) else None


def _moved(now: float | None, kept: float | None, tolerance: float) -> bool:
    if now is None or kept is None:
        return now is not kept
    return abs(now - kept) > tolerance * max(1.0, abs(kept))


def argument_rows(record: Record | None, now: AtBase) -> list[Row]:
    """One row for each claim that rests, or rested, on others."""
    return list(_argument_rows(record, now.claims))


def _argument_rows(record: Record | None, now: Mapping[str, Said]) -> Iterator[Row]:
    kept_ones = (
        None if record is None else {name: each for name, each in record.claims.items() if each.because}
    )
    for name, said, kept in _pairs({name: each for name, each in now.items() if each.because}, kept_ones):
        change = None
        if record is not None:
            change = _appeared_or_vanished(said, kept) or _argument_change(said, kept)
        yield {
            "id": name,
            **_argument(said),
            "kept": None if kept is None else _argument(kept),
            "change": change,
        }


def _argument_change(now: Said | None, kept: Said | None) -> str | None:
    assert now is not None
    assert kept is not None
    if now.because != kept.because:
        return PREMISES
    return TURNED if now.argument != kept.argument else None


def world_rows(kept: Drawn | None, now: OverWorlds) -> list[Row]:
    """One row for each claim, and for each argument, that was counted over worlds now or then.

    `outside` is whether the share now is outside the interval kept.
    """
    same = kept is not None and same_worlds(kept, now.drawn)
    return [
        *_world_rows("claim", kept.claims if kept else None, now.drawn.claims, now.claim_ties, same),
        *_world_rows(
            "argument", kept.arguments if kept else None, now.drawn.arguments, now.argument_ties, same
        ),
    ]


def same_worlds(kept: Drawn, now: Drawn) -> bool:
    """Whether both were counted over the same draw."""
    return (kept.worlds, kept.seed) == (now.worlds, now.seed)


def _world_rows(
    kind: str,
    kept_ones: Mapping[str, Counted] | None,
    now: Mapping[str, Counted],
    ties: Mapping[str, int],
    same: bool,
) -> Iterator[Row]:
    for name, counted, kept in _pairs(now, kept_ones):
        change = None
        if kept_ones is not None:
            change = _appeared_or_vanished(counted, kept)
        if change is None and counted is not None and kept is not None:
            stale = _recounted(kept, counted, ties[name]) if same else _apart(kept, counted)
            change = MOVED if stale else None
        yield {
            "kind": kind,
            "id": name,
            **({} if counted is None else counted_shape(counted)),
            "ties": ties.get(name, 0),
            "outside": _outside(kept, counted),
            "kept": None if kept is None else counted_shape(kept),
            "change": change,
        }


def _recounted(kept: Counted, now: Counted, ties: int) -> bool:
    return abs(kept.holds - now.holds) > ties or abs(kept.fails - now.fails) > ties


def _apart(kept: Counted, now: Counted) -> bool:
    if kept.low is None or kept.high is None or now.low is None or now.high is None:
        return (kept.share is None) is not (now.share is None)
    return now.low > kept.high or now.high < kept.low


def _outside(kept: Counted | None, now: Counted | None) -> bool:
    if kept is None or now is None or now.share is None or kept.low is None or kept.high is None:
        return False
    return not kept.low <= now.share <= kept.high


def _pairs(now: Mapping[str, Any], kept: Mapping[str, Any] | None) -> Iterator[tuple[str, Any, Any]]:
    """What is now and what is kept of each name: those of now in their order, then those that are gone."""
    for name in dict.fromkeys([*now, *(kept or ())]):
        yield name, now.get(name), (kept or {}).get(name)


def _appeared_or_vanished(now: object, kept: object) -> str | None:
    return VANISHED if now is None else APPEARED if kept is None else None


def _claim(said: Said | None) -> Row:
    return {"verdict": said.verdict if said else None, "margin": said.margin if said else None}


def _argument(said: Said | None) -> Row:
    return {"because": list(said.because) if said else [], "argument": said.argument if said else None}
