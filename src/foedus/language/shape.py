"""What the mappings of a scenario file have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    PlainValidator,
    PrivateAttr,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from foedus.errors import Mark
from foedus.language.fields import Citation, Entries, Name, Text, Value, found, one_of, refuse
from foedus.language.tree import Mapping


class Shape(BaseModel):
    """A mapping of the file. `mark` is where it begins."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    _node: Mapping | None = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def remember(cls, value: Any, handler: ModelWrapValidatorHandler[Shape], info: ValidationInfo) -> Shape:
        """Keeps the node, and tells the reader which model met it, for the names of its keys."""
        if isinstance(value, Shape):
            return value
        entries = Entries() if value is None else value
        if not isinstance(entries, dict):
            raise refuse(f"found {found(value)}, expected a mapping of {', '.join(keys(cls))}")
        node = getattr(entries, "node", None)
        if info.context is not None:
            info.context[id(node)] = cls
        shape = handler(entries)
        shape._node = node
        return shape

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A mapping that needs no key may be left empty."""
        schema = handler(core_schema)
        inner = handler.resolve_ref_schema(schema)
        if "required" not in inner:
            inner["type"] = ["object", "null"]
        return schema

    @property
    def mark(self) -> Mark | None:
        return self._node.mark if self._node else None

    def key_mark(self, key: str) -> Mark | None:
        """Where a key of this mapping stands, or the mapping itself where it has no such key."""
        if self._node and key in self._node.entries:
            return self._node.entries[key][0].mark
        return self.mark


def keys(shape: type[BaseModel]) -> list[str]:
    """The keys of a mapping, those that every mapping has last."""
    names = [field.alias or name for name, field in shape.model_fields.items()]
    return sorted(names, key=lambda name: name in ("about", "cites"))


def as_list(value: object) -> object:
    """A single thing stands for a list of one."""
    return value if isinstance(value, list) or value is None else [value]


Names = Annotated[tuple[Name, ...], BeforeValidator(as_list, json_schema_input_type=Name | tuple[Name, ...])]
Values = Annotated[
    tuple[Value, ...], BeforeValidator(as_list, json_schema_input_type=Value | tuple[Value, ...])
]
Cites = Annotated[
    tuple[Citation, ...], BeforeValidator(as_list, json_schema_input_type=Citation | tuple[Citation, ...])
]


def choice(*options: str) -> tuple[PlainValidator, WithJsonSchema]:
    return PlainValidator(one_of(*options)), WithJsonSchema({"enum": list(options)})


class Cited(Shape):
    """What has sources."""

    cites: Cites = ()


class Described(Cited):
    """What says something about itself, with its sources."""

    about: Text = ""
