"""`like`: what an arrangement takes over from another.

Lists and single words are replaced when the heir gives them; mappings (`start`, `parameters`, `removes`,
`requires`, `hands`, `ratified`) are merged key by key. `title`, `about` and `cites` describe one arrangement
and are never inherited.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from foedus.language.cycles import cycles
from foedus.language.faults import Faults
from foedus.language.fields import Word
from foedus.language.schema import ArrangementShape

OWN = frozenset({"like", "title", "about", "cites"})


def inherit(
    shapes: Mapping[Word, ArrangementShape], faults: Faults
) -> tuple[dict[str, ArrangementShape], bool]:
    """The arrangements with what they inherit, and whether all could.

    An unknown parent or a circle is a fault, and gives nothing.
    """
    parents = {str(name): each.like for name, each in shapes.items()}
    for given in filter(None, parents.values()):
        if given not in parents:
            faults.unknown("arrangement", given, parents, given.mark)
    broken = refuse_circles(parents, faults)
    whole: dict[str, ArrangementShape] = {}
    for name in parents:
        for heir in reversed(ancestry(name, parents, broken | whole.keys())):
            parent = parents[heir]
            above = whole.get(parent) if parent and heir not in broken else None
            own = shapes[Word(heir)]
            if heir not in whole:
                whole[heir] = merge(above, own) if above else own
    lost = any(parent and parent not in parents for parent in parents.values())
    return whole, not (broken or lost)


def refuse_circles(parents: dict[str, Word | None], faults: Faults) -> set[str]:
    uses = {name: [str(parent)] if parent else [] for name, parent in parents.items()}
    broken: set[str] = set()
    for circle in cycles(uses):
        broken |= set(circle)
        first = parents[circle[0]]
        route = " → ".join([*circle, circle[0]])
        faults.add(f"'like' goes round in a circle: {route}", first.mark if first else None, "cycle")
    return broken


def ancestry(name: str, parents: dict[str, Word | None], ends: Set[str]) -> list[str]:
    """The arrangement, its parent, and so on up, to one of the ends at most."""
    line = [name]
    while (parent := parents[line[-1]]) and parent in parents and line[-1] not in ends:
        line.append(str(parent))
    return line


def merge(parent: ArrangementShape, heir: ArrangementShape) -> ArrangementShape:
    taken: dict[str, Any] = {}
    for name in type(heir).model_fields.keys() - OWN:
        above, own = getattr(parent, name), getattr(heir, name)
        if name not in heir.model_fields_set:
            taken[name] = above
        elif isinstance(own, dict):
            taken[name] = merge_mappings(above, own)
    return heir.model_copy(update=taken)


def merge_mappings(above: dict[Any, Any], own: dict[Any, Any]) -> dict[Any, Any]:
    merged = dict(above)
    for key, content in own.items():
        both = isinstance(content, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge_mappings(merged[key], content) if both else content
    return merged
