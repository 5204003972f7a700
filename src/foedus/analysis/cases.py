"""A case: an arrangement with the overrides under which it is compiled and solved."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeVar

from foedus.errors import FoedusError, UnknownName, nearest
from foedus.game.compile import Variation
from foedus.language import expression as ex
from foedus.language.scenario import Scenario


class OverrideError(FoedusError):
    """An override gives something a value that it cannot have."""

    code = "override"


@dataclass(frozen=True)
class Case:
    """Equal cases have one solution. `parameters` replaces parameters by numbers or by expressions of others,
    read in the scenario's world before any patch; `variation` holds what changes the game's shape."""

    arrangement: str
    variation: Variation = field(default_factory=Variation)
    parameters: tuple[tuple[str, ex.Expression], ...] = ()

    @property
    def in_force(self) -> bool:
        return self.variation.in_force

    def seen(self) -> Case:
        """The same with every variable seen by all."""
        return replace(self, variation=replace(self.variation, everything_seen=True))


Overrides = tuple[ex.Override, ...]
T = TypeVar("T")


def make_case(
    scenario: Scenario,
    arrangement: str,
    *,
    in_force: bool = False,
    overrides: Overrides = (),
    settled: frozenset[str] = frozenset(),
) -> Case:
    """The case of an arrangement, offered or in force, under overrides; of two for one name the last wins.

    `settled` are parameters whose value the worlds already hold for good: no patch changes them. An
    arrangement that nobody signs is in force anyway. Raises UnknownName, OverrideError.
    """
    if arrangement not in scenario.arrangements:
        raise UnknownName(
            f"no arrangement '{arrangement}'{nearest(arrangement, list(scenario.arrangements))}"
        )
    given: dict[str, dict[str, ex.Expression]] = {
        "parameter": {},
        "constant": {},
        "variable": {},
        "move": {},
    }
    for each in overrides:
        given[each.kind or kind_of(scenario, each.name)][each.name] = each.value
    variation = Variation(
        in_force=in_force and bool(scenario.arrangements[arrangement].signed_by),
        constants=_sorted({name: _whole(name, value) for name, value in given["constant"].items()}),
        only=_sorted({name: _option(scenario, name, value) for name, value in given["move"].items()}),
        start=_sorted({name: _start(scenario, name, value) for name, value in given["variable"].items()}),
        unpatched=(settled | frozenset(given["parameter"])) & _patched(scenario, arrangement),
    )
    return Case(arrangement, variation, _sorted(given["parameter"]))


def kind_of(scenario: Scenario, name: str) -> Literal["parameter", "constant", "variable", "move"]:
    """What a name stands for in an override. Raises UnknownName."""
    if name in scenario.parameters:
        return "parameter"
    if name in scenario.constants:
        return "constant"
    if name in scenario.variables:
        return "variable"
    if name in scenario.moves:
        return "move"
    known = [*scenario.parameters, *scenario.constants, *scenario.variables, *scenario.moves]
    raise UnknownName(f"nothing that can be set is called '{name}'{nearest(name, known)}")


def overrides_from(scenario: Scenario, given: Mapping[str, float | str]) -> Overrides:
    """Overrides typed by a person, `{"prize": 30, "threaten": "hold"}`.

    A parameter takes a number or another parameter's name, a constant a whole number, a variable one of its
    values, a move one of its options. Raises UnknownName, OverrideError.
    """
    return tuple(_typed(scenario, name, value) for name, value in given.items())


def _typed(scenario: Scenario, name: str, value: float | str) -> ex.Override:
    kind = kind_of(scenario, name)
    numeric = kind in ("parameter", "constant")
    return ex.Override(name, _number(scenario, name, value) if numeric else ex.Value(str(value)), kind)


def _number(scenario: Scenario, name: str, value: float | str) -> ex.Expression:
    try:
        number = float(value)
    except ValueError:
        if value in scenario.parameters:
            return ex.Parameter(str(value))
        raise OverrideError(f"'{name}' needs a number or a parameter's name, not '{value}'") from None
    if math.isnan(number):
        raise OverrideError(f"'{name}' needs a number, not '{value}'")
    return ex.Number(number)


def _patched(scenario: Scenario, arrangement: str) -> frozenset[str]:
    """Parameters that the arrangement or what replaces it gives another value."""
    chain = [scenario.arrangements[arrangement]]
    if chain[0].otherwise is not None:
        chain.append(scenario.arrangements[chain[0].otherwise])
    return frozenset(name for each in chain for name, _ in each.parameters)


def _whole(name: str, value: ex.Expression) -> int:
    negative = isinstance(value, ex.Unary) and value.operator == "-"
    number = value.operand if isinstance(value, ex.Unary) else value
    if not isinstance(number, ex.Number) or number.value != int(number.value):
        raise OverrideError(f"constant '{name}' needs a whole number")
    return -int(number.value) if negative else int(number.value)


def _start(scenario: Scenario, name: str, value: ex.Expression) -> str:
    return _among(name, value, scenario.variables[name].domain, "value")


def _option(scenario: Scenario, name: str, value: ex.Expression) -> str:
    return _among(name, value, scenario.moves[name], "option")


def _among(name: str, value: ex.Expression, known: tuple[str, ...], what: str) -> str:
    text = _text(value)
    if text not in known:
        raise OverrideError(f"'{name}' has no {what} '{text}'{nearest(text, known)}")
    return text


def _text(value: ex.Expression) -> str:
    match value:
        case ex.Value(text) | ex.Name(text):
            return text
        case ex.Number(number):
            return f"{number:g}"
        case ex.Unary("-", ex.Number(number)):
            return f"{-number:g}"
    raise OverrideError("a move or variable is set to one of its options or values, not to a formula")


def _sorted(items: Mapping[str, T]) -> tuple[tuple[str, T], ...]:
    return tuple(sorted(items.items(), key=lambda item: item[0]))
