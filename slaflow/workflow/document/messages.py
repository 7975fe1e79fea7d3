"""What pydantic says of a document, in our words: path of keys, one line each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from slaflow.errors import did_you_mean, nearest
from slaflow.workflow.document.types import shown
from slaflow.workflow.yaml.commas import cut_off
from slaflow.workflow.yaml.read import Source

Path = tuple[str | int, ...]
MAX_FAULTS = 100
"""Faults told of one entry; more help nobody, and each costs a search for the nearest name."""


class Fault(NamedTuple):
    """Something wrong at *path*; ``key`` blames the key instead of its value."""

    path: Path
    message: str
    key: bool = False


def unknown_key(path: Path, key: str, known: Iterable[str], list_keys: bool = False) -> Fault:
    """``unknown key "witin"; did you mean "within"?``, else with *list_keys* those that are known."""
    advice = did_you_mean(key[:60], known) or (f"; known here: {', '.join(known)}" if list_keys else "")
    return Fault((*path, key), f'unknown key "{key[:60]}"{advice}', key=True)


def in_one_piece(source: Source, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The faults, but an unknown key that is the rest of a text tells how to write that text, once."""
    for fault in faults:
        is_unknown = fault.key and fault.message.startswith("unknown key")
        advice = cut_off(source, fault.path) if is_unknown else None
        if advice is None:
            yield fault
        elif advice:
            words = f'unknown key "{str(fault.path[-1])[:60]}": {advice[:200]}'
            yield Fault(fault.path, words, key=True)


def explain(path: Path, error: ValidationError, annotation: Any, list_keys: bool = False) -> Iterator[Fault]:
    """One fault for each thing wrong with the value at *path*, which should have been *annotation*.

    What a field's ``description`` says is said where the field is missing.
    """
    problems = error.errors(include_url=False)
    if len(problems) > MAX_FAULTS:
        yield Fault(path, f"{len(problems) - MAX_FAULTS:,} more things are wrong here")
    misspelt = set(_misspelt(problems, annotation))
    for problem in problems[:MAX_FAULTS]:
        if problem["type"] == "missing" and tuple(problem["loc"]) in misspelt:
            continue
        loc = tuple(problem["loc"])
        where = (*path, *loc)
        kind = problem["type"]
        if kind == "extra_forbidden":
            yield unknown_key(where[:-1], str(loc[-1]), _fields_at(annotation, loc[:-1]), list_keys)
        elif kind == "missing":
            about = _fields_at(annotation, loc[:-1])[str(loc[-1])].description
            yield Fault(where[:-1], f"{loc[-1]} is missing{f': {about}' if about else ''}", key=True)
        elif loc and loc[-1] == "[key]":
            yield Fault(where[:-1], _words(problem), key=True)
        else:
            yield Fault(where, _words(problem))


def _misspelt(problems: list[Any], annotation: Any) -> Iterator[Path]:
    """Where each unknown key would stand if it were written right."""
    for problem in problems[:MAX_FAULTS]:
        *where, key = problem["loc"] or ("",)
        if problem["type"] == "extra_forbidden":
            yield (*where, nearest(str(key)[:60], _fields_at(annotation, tuple(where))) or "")


def _words(problem: Mapping[str, Any]) -> str:
    value, context = problem.get("input"), problem.get("ctx") or {}
    found = shown(value)
    match problem["type"]:
        case "value_error":
            return str(context["error"])
        case "string_type" if isinstance(value, list):
            return "one text is expected here, found a list"
        case "string_type":
            return f"{found} is not text" + ("" if isinstance(value, Mapping) else "; put it in quotes")
        case "bool_type" | "bool_parsing":
            return f"{found} is neither true nor false"
        case "int_type" | "int_from_float":
            return f"{found} is not a whole number"
        case "literal_error":
            known = re.findall(r"'([^']*)'", context["expected"]) or [context["expected"].lower()]
            near = did_you_mean(value, known) if isinstance(value, str) else ""
            return f"{found} is not {'one of ' * (len(known) > 1)}{', '.join(known)}{near}"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"a mapping is expected here, found {found}"
        case "list_type":
            return f"a list is expected here, found {found}"
        case "too_short":
            return "an empty list says nothing here"
        case "greater_than_equal":
            return f"{found} is less than {context['ge']}"
        case _:
            return str(problem["msg"])[:1].lower() + str(problem["msg"])[1:]


def _fields_at(annotation: Any, loc: Path) -> dict[str, FieldInfo]:
    """What may stand at *loc* of a value of that type, by key; a union's branch is called like its model."""
    models = list(_models(annotation))
    for part in loc:
        fields = _fields(models)
        if isinstance(part, str) and part in fields:
            models = list(_models(fields[part].annotation))
        models = [model for model in models if model.__name__ == part] or models
    return _fields(models)


def _fields(models: Iterable[type[BaseModel]]) -> dict[str, FieldInfo]:
    return {info.alias or name: info for model in models for name, info in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model a value of that type can be, through lists, mappings and unions."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models(inner)
