"""Tables of several games as one: each game's numbers are the bits that its own table gives."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from foedus import library
from foedus.game.compile import Variation, compile_game
from foedus.game.joint import joined, tabulate_together
from foedus.game.table import Table, Tabulation
from foedus.language.reader import read_scenario
from foedus.language.scenario import Scenario
from foedus.study.worlds import base_world, repeat_base, sample_worlds


def read(name: str) -> Scenario:
    return read_scenario(Path(str(library.find(name))))


def tables_of(scenario: Scenario) -> list[Table]:
    return [
        compile_game(scenario, name, Variation(in_force=in_force)).table
        for name, arrangement in scenario.arrangements.items()
        for in_force in ((False, True) if arrangement.signed_by else (False,))
    ]


def same(one: Tabulation, other: Tabulation) -> bool:
    return all(
        np.array_equal(getattr(one, each.name), getattr(other, each.name), equal_nan=True)
        for each in fields(Tabulation)
    )


@pytest.mark.parametrize("name", ["guarantee", "poland"])
def test_each_table_has_its_own_numbers(name: str) -> None:
    scenario = read(name)
    tables = tables_of(scenario)
    joint = joined(tuple(tables))
    assert joint is not None
    assert joint.registers < sum(table.registers for table in tables)
    for worlds in (base_world(scenario), repeat_base(scenario, 2), sample_worlds(scenario, 40, seed=5)):
        together = tabulate_together(tables, worlds)
        assert all(same(found, table.tabulate(worlds)) for found, table in zip(together, tables, strict=True))


def test_a_world_that_is_not_valid_in_one_game_is_in_another() -> None:
    """What one game cannot compute spoils no other."""
    scenario = read("poland")
    tables = tables_of(scenario)
    for name, value in base_world(scenario).items():
        worlds = {**base_world(scenario), name: np.full_like(value, np.nan)}
        together = tabulate_together(tables, worlds)
        assert all(same(found, table.tabulate(worlds)) for found, table in zip(together, tables, strict=True))


def test_tables_that_contradict_each_other_stay_apart() -> None:
    """One word with two values makes no joint table, but each table still has its numbers."""
    one, other, *_ = tables_of(read("guarantee"))
    name = next(iter(other.base))
    other = replace(other, base={**other.base, name: other.base[name] + 1.0})
    assert joined((one, other)) is None
    together = tabulate_together([one, other], {})
    assert same(together[0], one.tabulate({}))
    assert same(together[1], other.tabulate({}))


def test_no_tables_and_one() -> None:
    one, *_ = tables_of(read("guarantee"))
    assert tabulate_together([], {}) == []
    assert same(tabulate_together([one], {})[0], one.tabulate({}))
