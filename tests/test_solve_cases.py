"""Reference games with known answers, given to the solver as trees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foedus.solve.evaluate import reach
from foedus.solve.solver import solve
from games import from_tree

FOLDER = Path(__file__).parent / "trees"
VARIANTS = [
    pytest.param(content["players"], variant, id=f"{file.stem}-{i}")
    for file in sorted(FOLDER.glob("*.json"))
    for content in [json.loads(file.read_text())]
    for i, variant in enumerate(content["variants"])
]


@pytest.mark.parametrize(("players", "variant"), VARIANTS)
def test_known_behaviour(players: list[str], variant: dict[str, Any]) -> None:
    """Behaviour, outcomes and values lie on the principal branch of each reference game."""
    case = from_tree(variant["tree"], players)
    rows = [row for row in variant["rows"] if row.get("accepted", True)]
    numbers = case.tabulate(*(row["lambda"] for row in rows))
    found = solve(case.game, numbers, certain=True)
    reached = reach(case.game, numbers, found.behaviour)
    assert found.solved.all()
    for world, row in enumerate(rows):
        profile = case.profile(found.behaviour[:, world])
        for name, shares in row["profile"].items():
            assert profile[name] == pytest.approx(shares, abs=variant["tolerance"], rel=0), (
                row["lambda"],
                name,
            )
        if "outcomes" in row:
            ends = case.outcomes(reached[:, world])
            assert ends == pytest.approx(row["outcomes"], abs=variant["tolerance"], rel=0)
        values = dict(zip(players, found.values[:, world].tolist(), strict=True))
        assert values == pytest.approx(row["expected_payoffs"] or values, abs=1e-6, rel=0)


def test_past_a_pitchfork() -> None:
    """Past a symmetric pitchfork the answer is still a fixed point, whichever it is."""
    content = json.loads((FOLDER / "own_bif_hawk_dove.json").read_text())
    case = from_tree(content["variants"][0]["tree"], content["players"])
    found = solve(case.game, case.tabulate(10.0))
    assert found.solved.all()
    assert np.all(found.residual <= 1e-10)
