"""What a JSON Schema refuses, as an editor sees it; of the keywords only those that ours uses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

Schema = Mapping[str, Any]
SAYS = {"$schema", "$defs", "title", "description", "default"}
KINDS: Mapping[str, Any] = {
    "string": str, "object": dict, "array": list, "boolean": bool, "null": type(None),
    "integer": int, "number": int | Decimal | float,
}  # fmt: skip


def refused(schema: Schema, value: Any, root: Schema | None = None) -> Iterator[str]:
    """Why *schema* refuses *value*; nothing where it does not."""
    root = schema if root is None else root
    for keyword, asked in schema.items():
        match keyword:
            case "$ref":
                yield from refused(root["$defs"][asked.removeprefix("#/$defs/")], value, root)
            case "anyOf" | "oneOf":
                passing = [not any(refused(each, value, root)) for each in asked]
                if sum(passing) < 1 or (keyword == "oneOf" and sum(passing) > 1):
                    yield f"{value!r} is {sum(passing)} of those it may be"
            case "type":
                if not any(_is_a(kind, value) for kind in (asked if isinstance(asked, list) else [asked])):
                    yield f"{value!r} is no {asked}"
            case "enum" | "const":
                if value not in (asked if keyword == "enum" else [asked]):
                    yield f"{value!r} is not {asked}"
            case "pattern":
                if isinstance(value, str) and not re.search(asked, value):
                    yield f"{value!r} is not written as {asked}"
            case "minimum" | "maximum":
                is_number = _is_a("number", value)
                if is_number and not (value >= asked if keyword == "minimum" else value <= asked):
                    yield f"{value!r} is beyond {asked}"
            case "minItems" | "maxItems":
                if isinstance(value, list) and (
                    len(value) < asked if keyword == "minItems" else len(value) > asked
                ):
                    yield f"{len(value)} entries, not {asked}"
            case "items":
                yield from _all(asked, value if isinstance(value, list) else [], root)
            case "required":
                yield from (
                    f"{key} is missing" for key in asked if isinstance(value, dict) and key not in value
                )
            case "properties" | "patternProperties" | "additionalProperties":
                yield from _entries(schema, keyword, value, root)
            case _:
                assert keyword in SAYS, f"{keyword} is not known here"


def _all(schema: Schema, values: Any, root: Schema) -> Iterator[str]:
    for each in values:
        yield from refused(schema, each, root)


def _is_a(kind: str, value: Any) -> bool:
    return isinstance(value, KINDS[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _entries(schema: Schema, keyword: str, value: Any, root: Schema) -> Iterator[str]:
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for key, entry in value.items() if isinstance(value, dict) else ():
        matching = [each for pattern, each in patterns.items() if re.search(pattern, key)]
        if keyword == "properties" and key in known:
            yield from refused(known[key], entry, root)
        elif keyword == "patternProperties":
            for each in matching:
                yield from refused(each, entry, root)
        elif keyword == "additionalProperties" and key not in known and not matching:
            if schema[keyword] is False:
                yield f"unknown key {key}"
            else:
                yield from refused(schema[keyword], entry, root)
