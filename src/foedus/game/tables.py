"""From the pool of an exploration to the table of its game: only what is used, in an order of evaluation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from foedus.game.arithmetic import COMMUTATIVE, Op
from foedus.game.bind import Binder
from foedus.game.pool import ONE, ZERO, Ids, Pool
from foedus.game.table import Origin, Origins, Table


@dataclass(frozen=True)
class Numbering:
    """Which entries of the pool are registers: `register` (entry) is -1 for all others.

    `ordered` (register) are the entries, `arguments` (register, 3) and `level` (register) as in a table.
    """

    ordered: list[int]
    arguments: Ids
    level: list[int]
    register: Ids


@dataclass(frozen=True)
class Rows:
    """The rows that a table shows, as registers."""

    probability: Ids
    payoff: Ids
    weight: Ids
    rationality: Ids


def number_entries(binder: Binder, entries: Ids) -> Numbering:
    """Registers for some entries and all that they need, in an order that depends on their content alone."""
    pool = binder.pool
    derived: dict[int, int] = {}
    used = _reachable(binder, [ZERO, ONE, *np.unique(entries).tolist()], derived)
    level = _levels(pool, used, derived)
    ordered, arguments = _by_content(pool, level, derived)
    register = np.full(len(pool.entries), -1, np.int32)
    register[ordered] = np.arange(len(ordered))
    return Numbering(ordered, arguments, [level[entry] for entry in ordered], register)


def build_table(
    binder: Binder,
    numbering: Numbering,
    rows: Rows,
    simplices: dict[tuple[int, ...], Origin],
    origins: Origins,
) -> Table:
    """The table of some rows. `simplices` are entries that sum to 1, with the chance that they belong to."""
    pool, register = binder.pool, numbering.register
    operation = [pool.entries[entry][0] for entry in numbering.ordered]
    kinds = list(zip(numbering.level, operation, strict=True))
    starts = [k for k in range(len(kinds)) if k == 0 or kinds[k] != kinds[k - 1]]
    told = [(register[list(row)].tolist(), origin) for row, origin in simplices.items()]
    sums = sorted(told, key=lambda each: each[0])
    return Table(
        operation=np.array(operation, np.int32),
        arguments=numbering.arguments,
        number=np.array([pool.numbers[entry] or 0.0 for entry in numbering.ordered]),
        starts=np.array([*starts, len(kinds)], np.int32),
        parameters=_registers(pool.parameters, register),
        base=_base(binder),
        probability=rows.probability,
        payoff=rows.payoff,
        weight=rows.weight,
        rationality=rows.rationality,
        simplices=_padded([row for row, _ in sums], int(register[ZERO])),
        origins={
            purpose: {int(register[entry]): origin for entry, origin in known.items() if register[entry] >= 0}
            for purpose, known in origins.items()
        },
        simplex_origins=tuple(origin for _, origin in sums),
        places={int(register[entry]): at for entry, at in binder.places.items() if register[entry] >= 0},
    )


def _registers(names: dict[str, int], register: Ids) -> dict[str, int]:
    used = {name: int(register[entry]) for name, entry in names.items() if register[entry] >= 0}
    return dict(sorted(used.items()))


def _padded(rows: list[list[int]], zero: int) -> Ids:
    width = max(map(len, rows), default=1)
    return np.array([row + [zero] * (width - len(row)) for row in rows], np.int32).reshape(-1, width)


def _reachable(binder: Binder, roots: list[int], derived: dict[int, int]) -> set[int]:
    """The entries that some roots need; `derived` maps a parameter's entry to that of its expression."""
    pool = binder.pool
    names = {entry: name for name, entry in pool.parameters.items()}
    used: set[int] = set()
    waiting = list(roots)
    while waiting:
        entry = waiting.pop()
        if entry in used:
            continue
        used.add(entry)
        if pool.entries[entry][0] != Op.PARAMETER:
            waiting += pool.entries[entry][1:]
        else:
            expression = binder.scenario.parameters[_name(names, pool, entry)].expression
            if expression is not None:
                derived[entry] = binder.value(expression, {}, {})
                waiting.append(derived[entry])
    return used


def _name(names: dict[int, str], pool: Pool, entry: int) -> str:
    if entry not in names:
        names.update({each: name for name, each in pool.parameters.items()})
    return names[entry]


def _levels(pool: Pool, used: set[int], derived: dict[int, int]) -> dict[int, int]:
    """How deep each entry is. An expression's entry may be younger than the parameter that it gives."""
    level: dict[int, int] = {}
    waiting = sorted(used, reverse=True)
    while waiting:
        entry = waiting[-1]
        parts = _parts(pool, derived, entry)
        missing = [part for part in parts if part not in level]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        level[entry] = 1 + max((level[part] for part in parts), default=-1)
    return level


def _by_content(pool: Pool, level: dict[int, int], derived: dict[int, int]) -> tuple[list[int], Ids]:
    """The entries in an order of evaluation, and their arguments as places in it.

    The order depends on nothing but what the entries mean: not on what else the pool has ever held.
    """
    names = {entry: name for name, entry in pool.parameters.items()}
    layers: dict[tuple[int, int], list[int]] = {}
    for entry, depth in level.items():
        layers.setdefault((depth, pool.entries[entry][0]), []).append(entry)
    place: dict[int, int] = {}
    rows: list[tuple[int, ...]] = []
    for _, layer in sorted(layers.items()):
        keyed = [(_content(pool, names, place, derived, entry), entry) for entry in layer]
        for (_, _, parts), entry in sorted(keyed):
            place[entry] = len(place)
            rows.append((*parts, -1, -1, -1)[:3])
    return list(place), np.array(rows, np.int32).reshape(-1, 3)


def _content(
    pool: Pool, names: dict[int, str], place: dict[int, int], derived: dict[int, int], entry: int
) -> tuple[str, float, tuple[int, ...]]:
    """What tells an entry from others of its kind: a name, a number, the places of its arguments."""
    parts = [place[part] for part in _parts(pool, derived, entry)]
    if pool.entries[entry][0] in COMMUTATIVE:
        parts.sort()
    return names.get(entry, ""), pool.numbers[entry] or 0.0, tuple(parts)


def _parts(pool: Pool, derived: dict[int, int], entry: int) -> tuple[int, ...]:
    return (derived[entry],) if entry in derived else pool.entries[entry][1:]


def _base(binder: Binder) -> dict[str, float]:
    parameters = binder.scenario.parameters.values()
    return {each.name: float(each.value) for each in parameters if each.value is not None}
