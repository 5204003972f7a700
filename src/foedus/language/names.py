"""What names may stand in an expression, by its place in the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from foedus.language.expression import Expression

IN_FORCE = "in_force"
PENDING = "pending"
SIGNED = "signed."
"""What a flag begins with that says whether an actor's signature is given: `signed.us`."""


@dataclass(frozen=True)
class Domain:
    """A variable and what it can be; `numeric` values are whole numbers."""

    variable: str
    values: tuple[str, ...]
    numeric: bool

    @property
    def listed(self) -> str:
        if len(self.values) > 8:
            return f"{self.values[0]}, …, {self.values[-1]}"
        return ", ".join(self.values)


def built_in(signatories: Mapping[str, Collection[str]]) -> dict[str, Domain]:
    """The variables that are always there; `signatories` are those of each arrangement."""
    signed = sorted({SIGNED + actor for actors in signatories.values() for actor in actors})
    return {
        IN_FORCE: Domain(IN_FORCE, (PENDING, *signatories), False),
        **{name: Domain(name, ("no", "yes"), False) for name in signed},
    }


@dataclass(frozen=True)
class Scope:
    """The names that mean something at a place; `refused` says of the others why they do not."""

    parameters: frozenset[str] = frozenset()
    constants: frozenset[str] = frozenset()
    variables: Mapping[str, Domain] = field(default_factory=dict)
    rounds: frozenset[str] = frozenset()
    outcomes: Mapping[str, Expression] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    event: bool = False
    infinite: bool = False

    @cached_property
    def known(self) -> list[str]:
        return [*self.parameters, *self.constants, *self.variables, *self.rounds, *self.outcomes]

    def without_variables(self, why: str) -> Scope:
        refused = {name: f"'{name}' is a variable: {why}" for name in self.variables}
        return replace(self, variables={}, rounds=frozenset(), refused=refused)

    def inside_loop(self, name: str) -> Scope:
        return replace(self, rounds=self.rounds | {name}) if name else self

    def for_events(self, outcomes: Mapping[str, Expression]) -> Scope:
        return replace(self, outcomes=outcomes, event=True)
