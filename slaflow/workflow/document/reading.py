"""Plain data read into a pydantic model entry by entry, so that one broken entry hides no other.

Knows no key of any file: whoever has a file of their own gives its model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from slaflow.workflow.document.messages import MAX_FAULTS, Fault, Path, explain, unknown_key
from slaflow.workflow.document.types import Doc

MAX_ITEMS = 1_000
"""Entries of one section; a file that people read has fewer."""
_BROKEN: Any = object()


class Itemized(Doc):
    """A mapping whose lists and mappings are validated entry by entry."""

    left_alone: ClassVar[frozenset[str]] = frozenset()
    """Keys whose mapping another part of slaflow reads."""


M = TypeVar("M", bound=Itemized)


@dataclass
class DocumentReader:
    """Collects what is wrong in ``faults``."""

    list_keys: bool = False
    """Whether to name the keys known where none of them is like the unknown one."""
    faults: list[Fault] = field(default_factory=list)

    def model(self, model: type[M], data: Any, path: Path = ()) -> M:
        """*data* as far as it goes: an entry with a fault is left out, None in a list to keep the places."""
        if not isinstance(data, Mapping):
            self.faults.append(Fault(path, f"{path[-1]} is a mapping"))
            return model()
        fields = {info.alias or name: (name, info) for name, info in model.model_fields.items()}
        strange = [key for key in data if key not in fields]
        self.faults += [unknown_key(path, key, fields, self.list_keys) for key in strange[:MAX_FAULTS]]
        if len(strange) > MAX_FAULTS:
            self.faults.append(Fault(path, f"{len(strange) - MAX_FAULTS:,} more keys here are unknown"))
        values = {}
        for key, (name, info) in fields.items():
            if data.get(key) is not None:
                value = self._field(model, name, info, data[key], (*path, key))
                if value is not _BROKEN:
                    values[name] = value
            elif info.is_required():
                self.faults.append(Fault(path, f"{key} is missing", key=True))
        return model.model_construct(**values)

    def _field(self, model: type[Itemized], name: str, info: FieldInfo, data: Any, path: Path) -> Any:
        kind = info.annotation
        if name in model.left_alone:
            return data if isinstance(data, Mapping) else _BROKEN
        if isinstance(kind, type) and issubclass(kind, Itemized):
            return self.model(kind, data, path)
        for each in info.metadata if get_origin(kind) is dict else ():
            data = each.func(data) if isinstance(each, BeforeValidator) else data  # type: ignore[call-arg]
        entries = _entries(info, data)
        if entries is None:
            return self._validated(*_adapter(model, name, False), data, path)
        if len(entries) > MAX_ITEMS:
            self.faults.append(_too_many(path, len(entries)))
            return _BROKEN
        adapter, item = _adapter(model, name, True)
        read = {key: self._validated(adapter, item, value, (*path, key)) for key, value in entries.items()}
        if isinstance(data, list):
            return [None if value is _BROKEN else value for value in read.values()]
        return {key: value for key, value in read.items() if value is not _BROKEN}

    def _validated(self, adapter: TypeAdapter[Any], kind: Any, data: Any, path: Path) -> Any:
        if isinstance(data, dict | list) and len(data) > MAX_ITEMS:
            self.faults.append(_too_many(path, len(data)))
            return _BROKEN
        try:
            return adapter.validate_python(data)
        except ValidationError as error:
            self.faults.extend(explain(path, error, kind, self.list_keys))
            return _BROKEN


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
