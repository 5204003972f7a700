"""How claims bear on each other: what a claim rests on, and what it stands against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from foedus.errors import Mark
from foedus.language.cycles import cycles
from foedus.language.faults import Faults
from foedus.language.fields import Word
from foedus.language.scenario import Claim, Scenario
from foedus.language.schema import ClaimShape

Shapes = dict[Word, ClaimShape]


@dataclass(frozen=True)
class Relation:
    """One claim rests on another, or stands against it, as the `key` says: `because` or `against`."""

    claim: str
    key: str
    other: str
    mark: Mark | None = field(default=None, compare=False)

    @property
    def meant(self) -> tuple[str, frozenset[str] | tuple[str, str]]:
        """What it comes to: of two claims in dispute it makes no difference which says so."""
        pair = (self.claim, self.other)
        return self.key, frozenset(pair) if self.key == "against" else pair


def check_arguments(claims: Shapes, faults: Faults) -> None:
    """Claims that `because` and `against` name exist, are others, and never rest on themselves."""
    for name, claim in claims.items():
        for key, others in (("because", claim.because), ("against", claim.against)):
            check_names(str(name), key, others, claims, faults)
    refuse_circles(claims, faults)
    refuse_both(claims, faults)


def check_names(name: str, key: str, others: tuple[Word, ...], claims: Shapes, faults: Faults) -> None:
    seen: set[str] = set()
    for other in others:
        if other == name:
            message = f"claim '{name}' names itself in '{key}'; expected another claim"
            faults.add(message, other.mark, "cycle")
        elif other not in claims:
            faults.unknown("claim", other, [each for each in claims if each != name], other.mark)
        elif other in seen:
            faults.add(f"claim '{other}' is named twice", other.mark, "name")
        seen.add(str(other))


def refuse_circles(claims: Shapes, faults: Faults) -> None:
    """A reason that rests on what it is a reason for is none."""
    uses = {
        str(name): [str(other) for other in claim.because if other in claims and other != name]
        for name, claim in claims.items()
    }
    for circle in cycles(uses):
        route = " → ".join([*circle, circle[0]])
        mark = place(claims[Word(circle[0])].because, circle[1])
        faults.add(f"claims rest on each other in a circle: {route}", mark, "cycle")


def refuse_both(claims: Shapes, faults: Faults) -> None:
    """No claim rests on what it disputes, or on what disputes it."""
    for name, claim in claims.items():
        for other in claim.because:
            if other in claim.against or (other in claims and name in claims[other].against):
                message = f"claim '{name}' rests on '{other}' and is against it; expected one of the two"
                faults.add(message, other.mark, "value")


def place(names: tuple[Word, ...], wanted: str) -> Mark | None:
    return next((name.mark for name in names if name == wanted), None)


def relations_of(scenario: Scenario) -> tuple[Relation, ...]:
    """All relations between a scenario's claims, in file order."""
    return tuple(
        Relation(name, key, other)
        for name, claim in scenario.claims.items()
        for key, others in (("because", claim.because), ("against", claim.against))
        for other in others
    )


def disputes(scenario: Scenario) -> tuple[tuple[str, str], ...]:
    """The pairs of claims of which one is `against` the other, each once, in file order.

    It makes no difference which of the two says so.
    """
    order = {name: number for number, name in enumerate(scenario.claims)}
    return tuple(dict.fromkeys(_pairs(scenario.claims, order)))


def _pairs(claims: dict[str, Claim], order: dict[str, int]) -> Iterator[tuple[str, str]]:
    found = [
        (name, other) if order[name] < order[other] else (other, name)
        for name, claim in claims.items()
        for other in claim.against
    ]
    yield from sorted(found, key=lambda pair: (order[pair[0]], order[pair[1]]))
