"""The JSON shape `foedus/comparison/1`, documented in docs/reference/results.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.measures import Measures
from foedus.analysis.signing import dominates, unblocked
from foedus.analysis.summary import ManyWorlds, OneWorld, Summary
from foedus.solve.equilibrium import Branch, Status

if TYPE_CHECKING:
    from foedus.analysis.comparison import Comparison
    from foedus.analysis.rows import Row

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]

SCHEMA = "foedus/comparison/1"
DOUBT = (Branch.PRINCIPAL, Branch.BIFURCATED, Branch.SWEEPS, Branch.NONE)
BY_DOUBT = np.argsort(np.array(DOUBT))


def comparison_shape(parts: Iterable[Comparison], sampled: bool) -> dict[str, Any]:
    """A comparison as plain data, from parts that follow each other, each with some of its worlds.

    At base values there is one part. Over worlds, a part is needed no longer once the next has come.
    """
    if sampled:
        return ManyWorlds().of(parts, _shape)
    (whole,) = parts
    return _shape(whole, OneWorld())


def _shape(comparison: Comparison, summary: Summary) -> dict[str, Any]:
    scenario = comparison.scenario
    return {
        "schema": SCHEMA,
        "scenario": scenario.name,
        "title": scenario.title,
        "actors": {name: actor.title for name, actor in scenario.actors.items()},
        "outcomes": list(scenario.outcomes),
        "settings": dict(comparison.settings),
        "worlds": comparison.worlds,
        "seed": comparison.seed,
        "rationality_times_spread": _precision(comparison, summary),
        "arrangements": [_row(comparison, row, summary) for row in comparison.rows.values()],
        "warnings": list(comparison.warnings),
    }


def _row(comparison: Comparison, row: Row, summary: Summary) -> dict[str, Any]:
    arrangement = row.arrangement
    found: dict[str, Any] = {
        "id": arrangement.name,
        "title": arrangement.title or arrangement.name,
        "about": arrangement.about,
        "group": arrangement.group,
        "fallback": comparison.scenario.baseline(arrangement.name),
        "signed_by": list(arrangement.signed_by),
        "signs": _numbers(row.offered.signs, summary),
        "offered": _view(row.offered, summary),
        "in_force": _view(row.in_force, summary),
        "difference": _difference(comparison, row, summary),
        "signing": _signing(comparison, row, summary),
        "indifferent": _indifferent(comparison, row),
        "partition": row.offered.partition and row.in_force.partition,
        "nodes": row.game.nodes,
        "information_sets": row.game.information_sets,
        "nodes_in_force": row.game_in_force.nodes,
        "information_sets_in_force": row.game_in_force.information_sets,
    }
    return found | _certificate(row, summary, comparison.sampled)


def _numbers(columns: Columns, summary: Summary) -> dict[str, Any]:
    return {name: summary.number(values) for name, values in columns.items()}


def _view(measures: Measures, summary: Summary) -> dict[str, Any]:
    promises = {
        name: {
            "due": summary.number(measures.due[name]),
            "kept": summary.number(measures.kept[name]),
            "kept_each": summary.number(measures.kept_each[name]),
            "delivered": summary.number(measures.delivered[name]),
        }
        for name in measures.due
    }
    return {
        "outcomes": _numbers(measures.outcomes, summary),
        "values": _numbers(measures.values, summary),
        "commitments": promises,
    }


def _difference(comparison: Comparison, row: Row, summary: Summary) -> dict[str, Any] | None:
    """In force less fallback, world by world."""
    fallback = comparison.fallback(row.arrangement.name)
    return None if fallback is None else _differences(row.in_force, fallback.in_force, summary)


def _differences(ours: Measures, theirs: Measures, summary: Summary) -> dict[str, Any]:
    return {
        part: _numbers(_less(getattr(ours, part), getattr(theirs, part)), summary)
        for part in ("outcomes", "values")
    }


def _less(columns: Columns, others: Columns) -> Columns:
    return {name: values - others[name] for name, values in columns.items()}


def _signing(comparison: Comparison, row: Row, summary: Summary) -> dict[str, Any]:
    """Whether a signatory is worse off with the arrangement in force, and which others are better for all."""
    values = row.in_force.values.numbers
    better = {}
    for name, other in comparison.rows.items():
        if name != row.arrangement.name and other.arrangement.group == row.arrangement.group:
            theirs = other.in_force.values.numbers
            known = row.in_force.solved & other.in_force.solved
            better[name] = summary.share(dominates(theirs, values), known)
    fallback = comparison.fallback(row.arrangement.name)
    nobody = None
    if fallback is not None and row.arrangement.signed_by:
        gain = _less(row.in_force.values, fallback.in_force.values)
        known = row.in_force.solved & fallback.in_force.solved
        nobody = summary.share(unblocked(gain, row.arrangement.signed_by), known)
    return {"nobody_blocks": nobody, "dominated_by": {name: each for name, each in better.items() if each}}


def _indifferent(comparison: Comparison, row: Row) -> dict[str, Any]:
    """The arrangement in force at base values at λ = 0, and its difference from the fallback there."""
    here, summary = row.indifferent, OneWorld()
    fallback = comparison.fallback(row.arrangement.name)
    return {
        "outcomes": _numbers(here.outcomes, summary),
        "values": _numbers(here.values, summary),
        "difference": None if fallback is None else _differences(here, fallback.indifferent, summary),
    }


def _certificate(row: Row, summary: Summary, sampled: bool) -> dict[str, Any]:
    """Worst of offered and in force: how many worlds are solved, and the largest residual and regret."""
    statuses = summary.tally(np.maximum(row.offered.status, row.in_force.status))
    counts = {Status(each).name.lower(): count for each, count in statuses.items()}
    solved = counts.pop("solved", 0)
    found: dict[str, Any] = {
        "status": _status(solved, counts),
        "residual": _largest(row, "residual", summary),
        "regret": _largest(row, "regret", summary),
        "limit_beliefs": _flagged(row, "limit_beliefs", summary),
        "ties": _flagged(row, "ties", summary),
    }
    branches = _branches(row, summary)
    if not sampled:
        return found | {"branch": next(iter(branches), None)}
    return found | {
        "worlds": solved + sum(counts.values()),
        "solved": solved,
        "unsolved": dict(sorted(counts.items())),
        "branches": branches,
        "checked": _flagged(row, "checked", summary),
        "discrepancy": _largest(row, "discrepancy", summary),
    }


def _status(solved: int, unsolved: Mapping[str, int]) -> str:
    if not unsolved:
        return "solved"
    return "partly" if solved else max(sorted(unsolved), key=unsolved.__getitem__)


def _branches(row: Row, summary: Summary) -> dict[str, int]:
    """In how many solved worlds the less certain of offered and in force is on which branch."""
    sides = (row.offered, row.in_force)
    known = np.stack([BY_DOUBT[each.certificate["branch"].astype(np.intp)] for each in sides])
    both = row.offered.solved & row.in_force.solved
    found = summary.tally(known.max(axis=0)[both])
    return {DOUBT[doubt].name.lower(): found[doubt] for doubt in sorted(found)}


def _largest(row: Row, name: str, summary: Summary) -> float | None:
    """The largest over the solved worlds, offered and in force."""
    found = [each.certificate[name][each.solved] for each in (row.offered, row.in_force)]
    return summary.largest(np.concatenate(found))


def _flagged(row: Row, name: str, summary: Summary) -> Any:
    """Whether a flag is set in a solved world, offered or in force; over worlds in how many."""
    flags = [(each.certificate[name] > 0) & each.solved for each in (row.offered, row.in_force)]
    return summary.count(np.logical_or(*flags))


def _precision(comparison: Comparison, summary: Summary) -> dict[str, Any]:
    """λ times the range of what each mover can get, over all arrangements offered and all worlds."""
    offered = [row.offered.precision for row in comparison.rows.values() if row.offered.precision]
    if not offered:
        return {"largest": None, "actors": {}}
    movers = dict.fromkeys(name for each in offered for name in each)
    by_actor = {name: [each[name] for each in offered if name in each] for name in movers}
    largest = [np.max([*each.values()], axis=0) for each in offered]
    return {
        "largest": _spread(largest, summary),
        "actors": {name: _spread(values, summary) for name, values in by_actor.items()},
    }


def _spread(columns: list[Floats], summary: Summary) -> Any:
    values = np.concatenate(columns)
    return summary.pooled(np.where(np.isfinite(values), values, np.nan))
