"""A tree of nodes to the models of `schema`, and pydantic's errors as faults with a place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import ValidationError

from foedus.errors import Fault, nearest
from foedus.language.compose import kind
from foedus.language.fields import content
from foedus.language.schema import STEP_KEYS, TAGS, ScenarioShape
from foedus.language.shape import Shape, keys
from foedus.language.tree import Mapping, Node, Scalar, Sequence, find

Models = dict[int, type[Shape]]
Path = tuple[Any, ...]
MOST_ERRORS = 500
AnyShape = TypeVar("AnyShape", bound=Shape)


@dataclass(frozen=True, eq=False)
class Wrong:
    """A fault of the shape: `path` leads to the node without which the fault would not be.

    `meant` is the key that an unknown one is close to.
    """

    fault: Fault
    path: Path
    node: Node
    start: int
    meant: str = ""


def shape_of(root: Mapping) -> tuple[ScenarioShape | None, list[Wrong]]:
    """The scenario's shape, or what is wrong with it."""
    return shape_as(ScenarioShape, root)


def shape_as(shape: type[AnyShape], root: Mapping) -> tuple[AnyShape | None, list[Wrong]]:
    """The shape of a file of any kind, or what is wrong with it."""
    models: Models = {}
    try:
        return shape.model_validate(content(root), context=models), []
    except ValidationError as error:
        errors = error.errors(include_url=False)[:MOST_ERRORS]
        unknown: dict[Path, list[str]] = {}
        for each in errors:
            if each["type"] == "extra_forbidden":
                unknown.setdefault(each["loc"][:-1], []).append(str(each["loc"][-1]))
        return None, [explain(each, root, models) for each in errors if not misspelt(each, unknown)]


def misspelt(error: Any, unknown: dict[Path, list[str]]) -> bool:
    """Whether a key is missing only since it is there under a name much like it."""
    path = error["loc"]
    near = unknown.get(path[:-1], [])
    return error["type"] == "missing" and bool(nearest(str(path[-1]), near))


def explain(error: Any, root: Mapping, models: Models) -> Wrong:
    path = tuple(step for step in error["loc"] if step not in TAGS)
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            parent = find(root, path[:-1])
            if isinstance(parent, Sequence):
                return wrong(f"found {len(parent.items)} things, expected 2", path[:-1], parent, parent)
            return wrong(f"'{path[-1]}' is missing", path[:-1], parent, parent)
        case "extra_forbidden":
            key = error["loc"][-1]
            return unknown_key(root, path if path[-1:] == (key,) else (*path, key), models)
    if path and path[-1] == "[key]":
        path = path[:-1]
        problem = context.get("problem", error["msg"])
        return wrong(problem, path, find(root, path), key_of(root, path), context.get("at"))
    node = find(root, path)
    problem = context["problem"] if error["type"] == "foedus" else other(error["type"], node, context)
    return wrong(problem, path, node, node, context.get("at"))


def wrong(message: str, path: Path, node: Node, place: Node, at: int | None = None) -> Wrong:
    mark = place.place(at) if at is not None and isinstance(place, Scalar) else place.mark
    return Wrong(Fault(message, mark, "shape" if at is None else "syntax"), path, node, place.start)


def other(kind_of_error: str, node: Node, context: dict[str, Any]) -> str:
    found = f"found {kind(node)}, expected "
    match kind_of_error:
        case "union_tag_not_found":
            return f"{found}a step: a mapping with one of {', '.join(STEP_KEYS)}"
        case "tuple_type" | "list_type":
            return f"{found}a list"
        case "dict_type" | "model_type":
            return f"{found}a mapping"
        case "too_long" | "too_short":
            count = context.get("actual_length")
            return f"found {count} things, expected {context.get('max_length', context.get('min_length'))}"
    return f"{found}something else"


def unknown_key(root: Mapping, path: Path, models: Models) -> Wrong:
    model = models.get(id(find(root, path[:-1])))
    known = keys(model) if model else []
    close = nearest(str(path[-1]), tuple(known))
    hint = close or f"; known are {', '.join(known)}"
    if path[-1] == "<<":
        hint = "; YAML 1.2 has no merge keys"
    found = wrong(f"unknown key '{path[-1]}'{hint}", path, find(root, path), key_of(root, path))
    return replace(found, meant=close.split("'")[1]) if close else found


def key_of(root: Mapping, path: Path) -> Node:
    """The scalar in which the last key of the path stands."""
    parent = find(root, path[:-1])
    if isinstance(parent, Mapping) and path and path[-1] in parent.entries:
        return parent.entries[path[-1]][0]
    return find(root, path)
