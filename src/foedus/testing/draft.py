"""What the drawing of a scenario file shares: limits, the names given so far, conditions, amounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Document = dict[str, Any]
"""What a scenario file holds: mappings, lists, words and numbers."""

Draw = st.DrawFn


@dataclass(frozen=True)
class Limits:
    """How much a drawn scenario may contain. `hidden` False draws games where all actors see everything."""

    actors: int = 4
    steps: int = 4
    rounds: int = 2
    hidden: bool = True
    together: bool = True
    signing: bool = True
    perfect_recall: bool = True


@dataclass
class Draft:
    """A file in the making: what has been named so far, so that later parts can refer to it."""

    limits: Limits
    actors: list[str]
    parameters: Document = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    records: dict[str, list[str]] = field(default_factory=dict)
    numeric: set[str] = field(default_factory=set)
    seers: dict[str, list[str]] = field(default_factory=dict)
    moves: dict[str, Document] = field(default_factory=dict)
    named: list[str] = field(default_factory=list)

    def new_name(self, stem: str) -> str:
        self.named.append(f"{stem}{len(self.named)}")
        return self.named[-1]

    def seen_by(self, actor: str) -> list[str]:
        return [name for name in self.records if actor in self.seers[name]]


def tenths() -> st.SearchStrategy[float]:
    return st.integers(-10, 10).map(lambda number: number / 10)


def draw_condition(draw: Draw, draft: Draft, names: list[str] | None = None) -> str:
    """A comparison of a record with one of its values, or its negation."""
    name = draw(st.sampled_from(names or list(draft.records)))
    value = draw(st.sampled_from(draft.records[name]))
    operators = ["==", "!=", "<", ">="] if name in draft.numeric else ["==", "!="]
    simple = f"{name} {draw(st.sampled_from(operators))} {value}"
    return draw(st.sampled_from([simple, f"not ({simple})"]))


def draw_amount(draw: Draw, draft: Draft) -> Any:
    """A payment within 1 point: a number, a parameter, or an expression of records."""
    condition = draw_condition(draw, draft)
    number = draw(tenths())
    of_records = [f"gain * ({condition})", f"if({condition}, {number}, loss)"]
    return draw(st.sampled_from([number, "gain", "-loss", "(gain + loss) / 2", *of_records]))
