"""Schemas of the description, as a table tells them: each property with its type in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

REF = "#/components/schemas/"
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Property:
    """``shape`` is the schema to look further in, None: there is none."""

    name: str
    type: str
    shape: str | None
    is_required: bool
    about: str


def properties(schema: Schema) -> Iterator[Property]:
    """Those of an object, in their order."""
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        yield told(name, each, name in required, str(each.get("description", "")))


def told(name: str, schema: Schema, is_required: bool, about: str) -> Property:
    """One, by its schema."""
    return Property(name, type_of(schema), shape_of(schema), is_required, about)


def type_of(schema: Schema) -> str:
    """Its type in a word or a few."""
    if (ref := schema.get("$ref")) is not None:
        return str(ref).removeprefix(REF)
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_of(each) for each in schema["anyOf"]))
    if "enum" in schema or "const" in schema:
        return " or ".join(f'"{each}"' for each in schema.get("enum", [schema.get("const")]))
    kinds = schema.get("type", "anything")
    return " or ".join(_kind(each, schema) for each in (kinds if isinstance(kinds, list) else [kinds]))


def _kind(kind: str, schema: Schema) -> str:
    if kind == "array":
        return f"list of {type_of(schema['items'])}" if "items" in schema else "list"
    return "instant" if kind == "string" and schema.get("format") == "date-time" else kind


def shape_of(schema: Schema) -> str | None:
    """What it refers to, itself or in its items."""
    if (ref := schema.get("$ref")) is not None:
        return str(ref).removeprefix(REF)
    inner = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())]
    return next((found for each in inner if (found := shape_of(each)) is not None), None)
