"""The JSON Schema for editors accepts what the reader accepts."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from foedus.language.compose import compose
from foedus.language.fields import NOTHING, core_number
from foedus.language.schema import json_schema
from foedus.language.starter import STARTER
from foedus.language.tree import Mapping, Node, Scalar, Sequence
from language_texts import GUARANTEE, page_scenario, with_change, with_section

SCHEMA = json_schema()
KINDS: dict[str, Any] = {
    "string": str,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def plain(node: Node) -> Any:
    """What an editor makes of a file: YAML 1.2's core schema."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    if not node.plain:
        return node.text
    if node.text in NOTHING:
        return None
    if node.text in ("true", "false"):
        return node.text == "true"
    number = core_number(node.text)
    return node.text if number is None else number


def fits(data: Any, schema: dict[str, Any]) -> bool:
    """Whether data fit a schema, by the keywords of JSON Schema that ours uses."""
    if "$ref" in schema:
        return fits(data, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]])
    if any(not any(fits(data, each) for each in schema[key]) for key in ("anyOf", "oneOf") if key in schema):
        return False
    if "type" in schema and not any(is_kind(data, kind) for kind in listed(schema["type"])):
        return False
    if "enum" in schema and data not in schema["enum"]:
        return False
    if "pattern" in schema and isinstance(data, str) and not re.search(schema["pattern"], data):
        return False
    return fits_inside(data, schema)


def fits_inside(data: Any, schema: dict[str, Any]) -> bool:
    if isinstance(data, list):
        least, most = schema.get("minItems", 0), schema.get("maxItems", len(data))
        items = [*schema.get("prefixItems", ()), *[schema.get("items", {})] * len(data)]
        return least <= len(data) <= most and all(map(fits, data, items))
    if not isinstance(data, dict):
        return True
    known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
    if set(schema.get("required", ())) - data.keys():
        return False
    return all(
        fits(value, known[key]) if key in known else others is not False and fits(value, others)
        for key, value in data.items()
    )


def is_kind(data: Any, kind: str) -> bool:
    if kind in ("number", "integer"):
        return isinstance(data, int | float) and (kind == "number" or data == int(data))
    return isinstance(data, KINDS[kind])


def listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


def accepted(text: str) -> bool:
    return fits(plain(compose(text, "test").root), SCHEMA)


@pytest.mark.parametrize("text", [GUARANTEE, STARTER, page_scenario()], ids=["guarantee", "starter", "page"])
def test_scenarios_fit(text: str) -> None:
    """What is a scenario fits the schema, short forms included."""
    assert accepted(text)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hold: {}", "hold:"),
        (
            "prize:      {value: 40, range: [20, 60]",
            "spare: 1 + 2\n  prize:      {value: 40, range: [20, 60]",
        ),
        ("signed_by: [protege, guarantor]", "signed_by: protege"),
        ("[no, yes]", "0..5"),
    ],
)
def test_short_forms_fit(old: str, new: str) -> None:
    """An empty option, a bare value, a list of one and a range fit."""
    assert accepted(with_change(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A", "titel: A"),
        ("by: challenger", "by: [challenger]"),
        ("hold: {}", "hold: {sets: {}}"),
        ("[20, 60]", "[20]"),
        ("[20, 60]", "[20, high]"),
        ("{rounds: 2}", "{rounds: two}"),
        ("    at: {respond: [fight]}\n", ""),
        ("hold: {}", "hold: {then: stop}"),
        ("  - sign: consent", "  - sing: consent"),
    ],
)
def test_faults_do_not_fit(old: str, new: str) -> None:
    """A fault of shape does not fit the schema either."""
    assert not accepted(with_change(old, new))


def test_schema_is_json() -> None:
    """The schema is JSON without NaN, says its version, and leads nowhere outside."""
    text = json.dumps(SCHEMA, allow_nan=False)
    assert SCHEMA["$schema"].endswith("2020-12/schema")
    assert set(re.findall(r'"\$ref": "#/\$defs/(\w+)"', text)) <= set(SCHEMA["$defs"])
    assert not re.search(r'"\$ref": "(?!#)', text)


def test_every_mapping_refuses_unknown_keys() -> None:
    """No mapping of known keys takes another."""
    shapes = [SCHEMA, *SCHEMA["$defs"].values()]
    assert all(each["additionalProperties"] is False for each in shapes if "properties" in each)


def test_section_of_payoffs_fits() -> None:
    """A payoff is an expression, a table, or a list of these."""
    table = "{over: fate, rows: {held: 1}, otherwise: 0}"
    for payoff in ("3", "prize", table, f"[1, {table}]"):
        assert accepted(with_section(f"payoffs: {{protege: {payoff}}}"))
    assert not accepted(with_section("payoffs: {protege: {over: fate}}"))
