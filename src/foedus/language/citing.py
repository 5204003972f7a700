"""Every citation of a scenario file, with what it stands at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from foedus.language.compose import compose
from foedus.language.fields import Word
from foedus.language.schema import ChanceShape, MoveShape, ParameterShape, ScenarioShape, StepShape
from foedus.language.shape import Cited
from foedus.language.shaping import shape_of


@dataclass(frozen=True)
class Citing:
    """One citation: `kind` and `name` of what it stands at, and `key`: cites, supports or contradicts."""

    kind: str
    name: str
    key: str
    citation: Word


def citations_in(text: str, file: str) -> list[Citing]:
    """The citations of a scenario file that has been read without faults, in the order of its parts."""
    shape, _ = shape_of(compose(text.removeprefix("\ufeff"), file).root)
    assert shape is not None
    return list(citations(shape))


def citations(shape: ScenarioShape) -> Iterator[Citing]:
    for kind, parts in (
        ("parameter", shape.parameters),
        ("variable", shape.variables),
        ("commitment", shape.commitments),
        ("clause", shape.clauses),
        ("arrangement", shape.arrangements),
        ("claim", shape.claims),
    ):
        for name, part in parts.items():
            yield from _at(kind, str(name), part)
    for step in shape.play:
        yield from _steps(step)


def _at(kind: str, name: str, part: Cited) -> Iterator[Citing]:
    for citation in part.cites:
        yield Citing(kind, name, "cites", citation)
    if isinstance(part, ParameterShape):
        for key, sources in (("supports", part.supports), ("contradicts", part.contradicts)):
            for citation in sources:
                yield Citing(kind, name, key, citation)


def _steps(step: StepShape) -> Iterator[Citing]:
    name = next((str(getattr(step, key)) for key in NAMING if getattr(step, key, None)), "")
    yield from _at("step", name, step)
    if isinstance(step, MoveShape):
        for option, each in step.options.items():
            yield from _at("option", f"{name}.{option}", each)
    elif isinstance(step, ChanceShape):
        for outcome, chance in step.outcomes.items():
            yield from _at("outcome", f"{name}.{outcome}", chance)
    for inner in getattr(step, "steps", getattr(step, "together", ())):
        yield from _steps(inner)


NAMING = ("move", "chance", "sign", "name")
