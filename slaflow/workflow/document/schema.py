"""The workflow file's JSON Schema, for editors: each key with what it does; others are refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slaflow.workflow.document.descriptions import flow, lead, terms, top
from slaflow.workflow.document.flow import COUNTED, KINDS, CountedDoc
from slaflow.workflow.document.reading import Itemized
from slaflow.workflow.document.top import WorkflowDoc
from slaflow.workflow.document.types import Doc

NEVER_COUNTED = ({*KINDS} - {*COUNTED}) | {"channels", "times"}
"""What only a clock asks for; declared of commitments so that a finding can say what they count instead."""

WHOLE = {**top.WHOLE, **lead.WHOLE, **flow.WHOLE, **terms.WHOLE}
KEYS = {**top.KEYS, **lead.KEYS, **flow.KEYS, **terms.KEYS}
Schema = dict[str, Any]


def json_schema() -> Schema:
    """JSON Schema 2020-12 of the file."""
    schema = WorkflowDoc.model_json_schema(by_alias=True, mode="validation")
    parts = schema.pop("$defs")
    kinds = {kind.__name__: kind for kind in WHOLE}
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "slaflow workflow",
        **_tidied(schema, WorkflowDoc),
    }
    return {**head, "$defs": {name: _tidied(part, kinds[name]) for name, part in parts.items()}}


def _tidied(part: Schema, kind: type[Doc]) -> Schema:
    """The schema of one mapping, with words for people instead of what pydantic makes up."""
    properties: Mapping[str, Schema] = part["properties"]
    required = part.get("required", ())
    told = {
        key: _told(kind, key, value, may_be_empty=issubclass(kind, Itemized) and key not in required)
        for key, value in properties.items()
        if not (issubclass(kind, CountedDoc) and key in NEVER_COUNTED)
    }
    rest = {key: value for key, value in part.items() if key not in ("properties", "title", "description")}
    return {"description": WHOLE[kind], **rest, "properties": told}


def _told(kind: type[Doc], key: str, value: Schema, *, may_be_empty: bool) -> Schema:
    plain: Schema = _everywhere(value, _plain)
    default = {"default": plain.pop("default")} if "default" in plain else {}
    if may_be_empty:
        plain = _one_of([plain, {"type": "null"}])
    about = next((KEYS[each][key] for each in kind.__mro__ if key in KEYS.get(each, {})), None)
    plain.pop("description", None)
    return {**({"description": about} if about else {}), **plain, **default}


def _everywhere(value: Any, change: Callable[[Schema], Schema]) -> Any:
    """*value* with each mapping in it changed, from the inside out."""
    if isinstance(value, list):
        return [_everywhere(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    return change({key: _everywhere(each, change) for key, each in value.items()})


def _plain(part: Schema) -> Schema:
    """Without titles made of keys and defaults that say nothing; names that no rule allows are refused."""
    closed = {"additionalProperties": False} if "patternProperties" in part else {}
    kept = {key: value for key, value in part.items() if not _says_nothing(key, value)}
    if "anyOf" in kept:
        kept |= _one_of(kept["anyOf"])
    return {**kept, **closed}


def _one_of(choices: list[Schema]) -> Schema:
    """Any of them, each once, those of a choice among them included."""
    flat = [inner for each in choices for inner in (each["anyOf"] if [*each] == ["anyOf"] else [each])]
    return {"anyOf": [each for place, each in enumerate(flat) if each not in flat[:place]]}


def _says_nothing(key: str, value: Any) -> bool:
    return key == "title" or (key == "default" and (value is None or isinstance(value, list | dict)))
