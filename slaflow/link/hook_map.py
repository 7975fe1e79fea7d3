"""What a delivery means: an import map over its payload, flat, that may say which record it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from slaflow.errors import UnknownName
from slaflow.exchange.errors import FileUnreadable, MapInvalid
from slaflow.exchange.imports.actors import Actors
from slaflow.exchange.imports.binding import BoundMap, bind_as
from slaflow.exchange.imports.map import Cell, InstantCell, MapDocument, Word
from slaflow.workflow.document.types import Some
from slaflow.workflow.expressions.cel import CompiledExpression
from slaflow.workflow.expressions.tokens import ExpressionInvalid
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.read import read_yaml
from slaflow.workflow.yaml.tree import Path as Place

ROW = "row."


BARE = ("remote", "at", "created_at")
"""Keys under which a bare word is a column."""


def _without_row(value: Any, is_column: bool = False) -> Any:
    """*value* with what it calls columns called by their names alone."""
    if isinstance(value, str):
        return value.removeprefix(ROW) if is_column else value
    if isinstance(value, list):
        return [_without_row(each) for each in value]
    if isinstance(value, dict):
        return {key: _without_row(each, key == "column" or key in BARE) for key, each in value.items()}
    return value


class HookDocument(MapDocument):
    """An import map; ``when`` says which deliveries it is for, ``remote`` names the record, ``at`` says when
    what is said was so, ``clear`` names fields of the lead that an empty column empties."""

    when: Word | None = None
    remote: Cell | None = None
    at: InstantCell | None = None
    clear: Some[Word] = Field(default_factory=list)

    @classmethod
    def as_called(cls, data: dict[str, Any]) -> dict[str, Any]:
        """As conditions call a column ``row.NAME``, it may be called so elsewhere too."""
        called = {key: _without_row(value, key in BARE) for key, value in data.items()}
        if isinstance(lead := data.get("lead"), dict):
            called["lead"] = {field: _without_row(cell, True) for field, cell in lead.items()}
        return called

    @property
    def names_leads(self) -> bool:
        """A record that is known tells whose lead it is."""
        return self.remote is None

    def instants(self) -> Iterator[tuple[Place, InstantCell]]:
        yield from super().instants()
        if self.at is not None:
            yield ("at",), self.at

    def cells(self) -> Iterator[tuple[Place, Cell]]:
        yield from super().cells()
        if self.remote is not None:
            yield ("remote",), self.remote

    @property
    def columns_of_leads(self) -> frozenset[str]:
        """The columns that say fields of the lead."""
        return frozenset(column for field in self.lead if (column := self.column_of(field)) is not None)

    def column_of(self, field: str) -> str | None:
        """The column that says the lead's *field*; None: the map itself does."""
        where = self.lead[field]
        return where.column if isinstance(where, Cell) else None


HookMap = BoundMap[HookDocument]


def bind_hook(text: str | bytes, filename: str, workflow: Workflow, actors: Actors) -> HookMap:
    """The map in *text*, held against the agreement. Raises ``MapInvalid``, as an import does."""
    bound = bind_as(HookDocument, text, filename, workflow, None, actors)
    source = read_yaml(text)
    found = [source.finding(("clear", place), words) for place, words in _not_to_clear(bound)]
    try:
        condition_of(bound)
    except ExpressionInvalid as error:
        found += [source.finding(("when",), each.message, offset=each.offset) for each in error.problems]
    if found:
        raise MapInvalid(found, filename)
    return bound


def _not_to_clear(map: HookMap) -> Iterator[tuple[int, str]]:
    """What of ``clear`` no column could ever empty, by its place there."""
    document = map.document
    for place, name in enumerate(document.clear):
        if name not in document.lead:
            yield place, str(UnknownName("field of lead", name, document.lead))
        elif name in map.workflow.identity:
            yield place, f"{name} identifies a lead, and is never emptied"
        elif document.column_of(name) is None:
            yield place, f"{name} is always what the map says, and is never emptied"


def condition_of(map: HookMap) -> CompiledExpression | None:
    """Which deliveries the map is for; None: all. Raises ``ExpressionInvalid``."""
    when = map.document.when
    return None if when is None else map.names.scope([when]).compile(when, "bool")


def is_for(map: HookMap, when: CompiledExpression | None, cells: Mapping[str, str]) -> bool:
    """Whether the map is for what was delivered, *when* being its condition; in doubt it is not."""
    if when is None:
        return True
    map.names.meet(cells)
    return when.evaluate(map.names.values(when.names, cells)) is True


def read_hook_map(file: Path, workflow: Workflow, actors: Actors) -> HookMap:
    """The map in *file*.

    Raises:
        FileUnreadable: it cannot be opened.
        MapInvalid: it does not fit the agreement.
    """
    try:
        text = file.read_bytes()
    except OSError as error:
        raise FileUnreadable(file, f"the map cannot be read: {error.strerror or error}") from error
    return bind_hook(text, str(file), workflow, actors)
