"""The JSON shape `foedus/sensitivities/1`, documented in docs/reference/results.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from foedus.analysis.summary import plain
from foedus.language.printing import unparse

if TYPE_CHECKING:
    from foedus.analysis.sensitivity import Row, Sensitivities, Sensitivity

SCHEMA = "foedus/sensitivities/1"


def sensitivities_shape(found: Sensitivities) -> dict[str, Any]:
    """All sensitivities at one place."""
    return {
        "schema": SCHEMA,
        "scenario": found.scenario.name,
        "title": found.scenario.title,
        "arrangement": found.arrangement,
        "in_force": found.in_force,
        "settings": dict(found.settings),
        "status": found.status.name.lower(),
        "quantities": [_quantity(each) for each in found.found],
    }


def _quantity(found: Sensitivity) -> dict[str, Any]:
    quantity = found.quantity
    return {
        "kind": quantity.kind,
        "id": quantity.name,
        "side": quantity.side,
        "formula": unparse(quantity.formula),
        "value": found.value,
        "reason": found.reason,
        "rows": [_row(each) for each in found.rows],
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "id": row.name,
        "value": plain(row.value),
        "range": None if row.range is None else list(row.range),
        "derivative": row.derivative,
        "elasticity": row.elasticity,
        "over_range": row.over_range,
    }
