"""The workflow file as pydantic models, and their JSON Schema: every key of workflow-file.md.

`read_document` validates item by item, so that one broken transition hides no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from slaflow.workflow.document.flow import TargetDoc, TimerDoc, TransitionDoc
from slaflow.workflow.document.lead import (
    ActivityDoc,
    AnyParty,
    AttemptsDoc,
    CheckDoc,
    LeadDoc,
    ScoringDoc,
    StateDoc,
)
from slaflow.workflow.document.messages import MAX_FAULTS, Fault, Path, explain, unknown_key
from slaflow.workflow.document.terms import CalendarDoc, CommitmentDoc, RouteDoc, TeamDoc
from slaflow.workflow.document.types import Duration, Many, Name, Named, Ref, Slug

MAX_ITEMS = 1_000
"""Entries of one section; an agreement that people read has fewer."""


def _parties(value: object) -> object:
    """A plain list of names where there are no desks."""
    return {name: {} for name in value if isinstance(name, str)} if isinstance(value, list) else value


class WorkflowDoc(Named):
    """The whole file."""

    workflow: Slug
    timezone: str = "UTC"
    parties: Annotated[
        dict[Name, AnyParty],
        BeforeValidator(_parties, json_schema_input_type=dict[Name, AnyParty] | list[Name]),
    ] = Field(default_factory=dict)
    signatures: Many[Ref] = Field(default_factory=list)
    calendars: dict[Slug, CalendarDoc] = Field(default_factory=dict)
    lead: LeadDoc = LeadDoc()
    activities: dict[Name, ActivityDoc] = Field(default_factory=dict)
    attempts: AttemptsDoc = AttemptsDoc()
    stages: list[Name] = Field(default_factory=list)
    scoring: ScoringDoc = ScoringDoc()
    checks: dict[Name, CheckDoc] = Field(default_factory=dict)
    states: dict[Name, StateDoc]
    transitions: list[TransitionDoc] = Field(default_factory=list)
    targets: dict[Name, TargetDoc] = Field(default_factory=dict)
    timers: dict[Name, TimerDoc] = Field(default_factory=dict)
    commitments: dict[Name, CommitmentDoc] = Field(default_factory=dict)
    teams: dict[Name, TeamDoc] = Field(default_factory=dict)
    routing: list[RouteDoc] | None = None
    late_evidence: Duration = "72h"
    notify_within: Duration = "24h"
    grace: Duration | None = None


ITEMIZED = (WorkflowDoc, LeadDoc, ScoringDoc)
"""Mappings whose lists and mappings are validated entry by entry."""
LEFT_ALONE = frozenset(("calendars",))
"""Sections that another part of slaflow reads."""


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of the file, for editors."""
    schema = WorkflowDoc.model_json_schema(by_alias=True, mode="validation")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "slaflow workflow",
        "description": "The agreement between marketing and sales that slaflow enforces",
    }
    return {**schema, **head}


def read_document(data: Any) -> tuple[WorkflowDoc | None, tuple[Fault, ...]]:
    """The file's data as a document, and everything wrong with its shape.

    Entries with a fault are left out of the document (None in a list, so that the others keep
    their places); None where *data* is no mapping at all.
    """
    if not isinstance(data, Mapping):
        return None, (Fault((), "a workflow is a mapping that begins with workflow: its-name"),)
    if "scenarios" in data:
        advice = "this file holds scenarios, not an agreement; try it with 'slaflow workflow test FILE'"
        return None, (Fault(("scenarios",), advice, key=True),)
    faults: list[Fault] = []
    document = _read_model(WorkflowDoc, data, (), faults)
    return document, tuple(faults)


def _read_model(model: Any, data: Any, path: Path, faults: list[Fault]) -> Any:
    if not isinstance(data, Mapping):
        faults.append(Fault(path, f"{path[-1]} is a mapping"))
        return model()
    fields = {info.alias or name: (name, info) for name, info in model.model_fields.items()}
    strange = [key for key in data if key not in fields]
    faults.extend(unknown_key(path, key, fields) for key in strange[:MAX_FAULTS])
    if len(strange) > MAX_FAULTS:
        faults.append(Fault(path, f"{len(strange) - MAX_FAULTS:,} more keys here are unknown"))
    values = {}
    for key, (name, info) in fields.items():
        if data.get(key) is not None:
            value = _read_field(model, name, info, data[key], (*path, key), faults)
            if value is not _BROKEN:
                values[name] = value
        elif info.is_required():
            faults.append(Fault(path, f"{key} is missing", key=True))
    return model.model_construct(**values)


_BROKEN: Any = object()


def _read_field(
    model: type[BaseModel], name: str, info: FieldInfo, data: Any, path: Path, faults: list[Fault]
) -> Any:
    if name in LEFT_ALONE:
        return data if isinstance(data, Mapping) else _BROKEN
    if info.annotation in ITEMIZED:
        return _read_model(info.annotation, data, path, faults)
    if isinstance(data, list) and name == "parties":
        data = _parties(data)
    entries = _entries(info, data) if model in ITEMIZED else None
    if entries is None:
        return _validated(*_adapter(model, name, False), data, path, faults)
    if len(entries) > MAX_ITEMS:
        faults.append(_too_many(path, len(entries)))
        return _BROKEN
    adapter, kind = _adapter(model, name, True)
    read = {key: _validated(adapter, kind, value, (*path, key), faults) for key, value in entries.items()}
    if isinstance(data, list):
        return [None if value is _BROKEN else value for value in read.values()]
    return {key: value for key, value in read.items() if value is not _BROKEN}


def _entries(info: FieldInfo, data: Any) -> dict[Any, Any] | None:
    """The entries of a section that is written as it should be, by key or index."""
    kinds = [get_origin(kind) or kind for kind in (info.annotation, *get_args(info.annotation))]
    if dict in kinds and isinstance(data, Mapping):
        return dict(data)
    holds_models = any(isinstance(kind, type) and issubclass(kind, BaseModel) for kind in _items_of(info))
    return dict(enumerate(data)) if list in kinds and isinstance(data, list) and holds_models else None


def _items_of(info: FieldInfo) -> Iterator[Any]:
    """What a list or mapping holds."""
    for kind in (info.annotation, *get_args(info.annotation)):
        if get_origin(kind) in (list, dict):
            yield get_args(kind)[-1]


def _too_many(path: Path, count: int) -> Fault:
    return Fault(path, f"{path[-1]} has {count:,} entries; at most {MAX_ITEMS:,} are read", key=True)


@cache
def _adapter(model: type[BaseModel], name: str, item: bool) -> tuple[TypeAdapter[Any], Any]:
    """What validates a field of the file, or an entry of it, and the type it should be."""
    info = model.model_fields[name]
    kind: Any = next(_items_of(info)) if item else info.annotation
    if info.metadata and not item:
        kind = Annotated[kind, *info.metadata]
    return TypeAdapter(kind), kind


def _validated(adapter: TypeAdapter[Any], kind: Any, data: Any, path: Path, faults: list[Fault]) -> Any:
    if isinstance(data, dict | list) and len(data) > MAX_ITEMS:
        faults.append(_too_many(path, len(data)))
        return _BROKEN
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        faults.extend(explain(path, error, kind))
        return _BROKEN
