"""The JSON shape `foedus/comparison/1`, documented in docs/reference/results.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from foedus.analysis.measures import Measures
from foedus.analysis.signing import dominates, unblocked
from foedus.analysis.summary import number, numbers, plain, share
from foedus.solve.equilibrium import Branch, Status

if TYPE_CHECKING:
    from foedus.analysis.comparison import Comparison, Row

Floats = NDArray[np.float64]
Columns = Mapping[str, Floats]

SCHEMA = "foedus/comparison/1"
DOUBT = (Branch.PRINCIPAL, Branch.BIFURCATED, Branch.SWEEPS, Branch.NONE)
BY_DOUBT = np.argsort(np.array(DOUBT))


def comparison_shape(comparison: Comparison) -> dict[str, Any]:
    """A comparison as plain data."""
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
        "rationality_times_spread": _precision(comparison),
        "arrangements": [_row(comparison, row) for row in comparison.rows.values()],
        "warnings": list(comparison.warnings),
    }


def _row(comparison: Comparison, row: Row) -> dict[str, Any]:
    arrangement, sampled = row.arrangement, comparison.sampled
    found: dict[str, Any] = {
        "id": arrangement.name,
        "title": arrangement.title or arrangement.name,
        "about": arrangement.about,
        "group": arrangement.group,
        "fallback": comparison.scenario.baseline(arrangement.name),
        "signed_by": list(arrangement.signed_by),
        "signs": numbers(row.offered.signs, sampled),
        "offered": _view(row.offered, sampled),
        "in_force": _view(row.in_force, sampled),
        "difference": _difference(comparison, row),
        "signing": _signing(comparison, row),
        "indifferent": _indifferent(comparison, row),
        "partition": row.offered.partition and row.in_force.partition,
        "nodes": row.game.nodes,
        "information_sets": row.game.information_sets,
        "nodes_in_force": row.game_in_force.nodes,
        "information_sets_in_force": row.game_in_force.information_sets,
    }
    return found | _certificate(row, sampled)


def _view(measures: Measures, sampled: bool) -> dict[str, Any]:
    promises = {
        name: {
            "due": number(measures.due[name], sampled),
            "kept": number(measures.kept[name], sampled),
            "kept_each": number(measures.kept_each[name], sampled),
            "delivered": number(measures.delivered[name], sampled),
        }
        for name in measures.due
    }
    return {
        "outcomes": numbers(measures.outcomes, sampled),
        "values": numbers(measures.values, sampled),
        "commitments": promises,
    }


def _difference(comparison: Comparison, row: Row) -> dict[str, Any] | None:
    """In force less fallback, world by world."""
    fallback = comparison.fallback(row.arrangement.name)
    if fallback is None:
        return None
    return {
        part: numbers(
            _less(getattr(row.in_force, part), getattr(fallback.in_force, part)), comparison.sampled
        )
        for part in ("outcomes", "values")
    }


def _less(columns: Columns, others: Columns) -> Columns:
    return {name: values - others[name] for name, values in columns.items()}


def _signing(comparison: Comparison, row: Row) -> dict[str, Any]:
    """Whether a signatory is worse off with the arrangement in force, and which others are better for all."""
    values = row.in_force.value_matrix()
    better = {}
    for name, other in comparison.rows.items():
        if name != row.arrangement.name and other.arrangement.group == row.arrangement.group:
            theirs = other.in_force.value_matrix()
            known = row.in_force.solved & other.in_force.solved
            better[name] = share(dominates(theirs, values), known, comparison.sampled)
    fallback = comparison.fallback(row.arrangement.name)
    nobody = None
    if fallback is not None and row.arrangement.signed_by:
        gain = _less(row.in_force.values, fallback.in_force.values)
        known = row.in_force.solved & fallback.in_force.solved
        nobody = share(unblocked(gain, row.arrangement.signed_by), known, comparison.sampled)
    return {"nobody_blocks": nobody, "dominated_by": {name: each for name, each in better.items() if each}}


def _indifferent(comparison: Comparison, row: Row) -> dict[str, Any]:
    """The arrangement in force at base values at λ = 0, and its difference from the fallback there."""
    here = row.indifferent
    found: dict[str, Any] = {
        "outcomes": numbers(here.outcomes, False),
        "values": numbers(here.values, False),
        "difference": None,
    }
    fallback = comparison.fallback(row.arrangement.name)
    if fallback is not None:
        found["difference"] = {
            "outcomes": numbers(_less(here.outcomes, fallback.indifferent.outcomes), False),
            "values": numbers(_less(here.values, fallback.indifferent.values), False),
        }
    return found


def _certificate(row: Row, sampled: bool) -> dict[str, Any]:
    """Worst of offered and in force: how many worlds are solved, and the largest residual and regret."""
    status = np.maximum(row.offered.status, row.in_force.status)
    counts = Counter(Status(each).name.lower() for each in status.tolist())
    solved = counts.pop("solved", 0)
    found: dict[str, Any] = {
        "status": "solved"
        if not counts
        else "partly"
        if solved
        else max(sorted(counts), key=counts.__getitem__),
        "residual": _largest(row, "residual"),
        "regret": _largest(row, "regret"),
        "limit_beliefs": _flagged(row, "limit_beliefs", sampled),
        "ties": _flagged(row, "ties", sampled),
    }
    if sampled:
        found |= {
            "worlds": len(status),
            "solved": solved,
            "unsolved": dict(sorted(counts.items())),
            "branches": _branches(row),
            "checked": _flagged(row, "checked", sampled),
            "discrepancy": _largest(row, "discrepancy"),
        }
    else:
        found["branch"] = next(iter(_branches(row)), None)
    return found


def _branches(row: Row) -> dict[str, int]:
    """In how many solved worlds the less certain of offered and in force is on which branch."""
    sides = (row.offered, row.in_force)
    known = np.stack([BY_DOUBT[each.certificate["branch"].astype(np.intp)] for each in sides])
    both = row.offered.solved & row.in_force.solved
    found = Counter(known.max(axis=0)[both].tolist())
    return {DOUBT[doubt].name.lower(): found[doubt] for doubt in sorted(found)}


def _largest(row: Row, name: str) -> float | None:
    """The largest over the solved worlds, offered and in force."""
    found = [each.certificate[name][each.solved] for each in (row.offered, row.in_force)]
    return plain(max((float(each.max()) for each in found if len(each)), default=np.nan))


def _flagged(row: Row, name: str, sampled: bool) -> Any:
    """Whether a flag is set in a solved world, offered or in force; over worlds in how many."""
    flags = [(each.certificate[name] > 0) & each.solved for each in (row.offered, row.in_force)]
    count = int(np.logical_or(*flags).sum())
    return count if sampled else count > 0


def _precision(comparison: Comparison) -> dict[str, Any]:
    """λ times the range of what each mover can get, over all arrangements offered and all worlds."""
    movers = dict.fromkeys(name for row in comparison.rows.values() for name in row.offered.precision)
    by_actor = {
        name: np.concatenate(
            [row.offered.precision[name] for row in comparison.rows.values() if name in row.offered.precision]
        )
        for name in movers
    }
    largest = [
        np.max([*row.offered.precision.values()], axis=0)
        for row in comparison.rows.values()
        if row.offered.precision
    ]
    if not largest:
        return {"largest": None, "actors": {}}
    return {
        "largest": _spread(np.concatenate(largest)),
        "actors": {name: _spread(values) for name, values in by_actor.items()},
    }


def _spread(values: Floats) -> Any:
    return number(np.where(np.isfinite(values), values, np.nan), True)
