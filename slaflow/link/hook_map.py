"""What a delivery means: an import map over its payload, flat, that may say which record it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports.actors import Actors
from slaflow.exchange.imports.binding import BoundMap, bind_as
from slaflow.exchange.imports.map import Cell, InstantCell, MapDocument
from slaflow.workflow.model.workflow import Workflow
from slaflow.workflow.yaml.tree import Path as Place


class HookDocument(MapDocument):
    """An import map; ``remote`` names the record, ``at`` says when what is said was so."""

    remote: Cell | None = None
    at: InstantCell | None = None

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

    def column_of(self, field: str) -> str | None:
        """The column that says the lead's *field*; None: the map itself does."""
        where = self.lead[field]
        return where.column if isinstance(where, Cell) else None


HookMap = BoundMap[HookDocument]


def bind_hook(text: str | bytes, filename: str, workflow: Workflow, actors: Actors) -> HookMap:
    """The map in *text*, held against the agreement. Raises ``MapInvalid``, as an import does."""
    return bind_as(HookDocument, text, filename, workflow, None, actors)


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
