"""One thing that was delivered, as it is read by the map: which lead it is about, since when it is so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from slaflow.errors import SlaflowError
from slaflow.exchange.imports.row import LEAD_PLACE, Reading, RowReader, Said
from slaflow.exchange.imports.table import Row, checked
from slaflow.lifecycle.decide import check_not_ahead
from slaflow.link.echo import leaves_out_empty
from slaflow.link.hook_map import HookDocument, HookMap, condition_of, is_for
from slaflow.link.shapes import record_id
from slaflow.link.told import Stamp, stamp
from slaflow.settings.hooks import AnyHook
from slaflow.store.linking.inbox import Delivered, Settled


class Read(NamedTuple):
    """A record as it was read from its CRM: by column what it holds, and when it was changed last."""

    cells: Mapping[str, str]
    changed_at: datetime


class News(NamedTuple):
    """A value that was told, by the lead's field; an empty ``text`` empties it, if ``is_sure``."""

    field: str
    column: str | None
    text: str
    is_sure: bool = True


@dataclass(slots=True)
class Heard:
    """``number`` counts what is applied together; ``status`` None: it is still to be found out.

    ``told`` are the values that were told newly, ``is_echo`` says that some were only our own.
    """

    row: Delivered
    number: int
    cells: dict[str, str]
    at: datetime
    remote: str | None = None
    reading: Reading = field(default_factory=Reading)
    told: list[News] = field(default_factory=list)
    inputs: dict[str, Any] = field(default_factory=dict)
    is_echo: bool = False
    lead: int | None = None
    status: str | None = None
    reason: str | None = None
    refusals: list[tuple[int, str]] = field(default_factory=list)

    @property
    def stamp(self) -> Stamp:
        return stamp(self.at, self.row.key)

    @property
    def events(self) -> list[Said]:
        return [said for said in self.reading.said if said.place > LEAD_PLACE]

    @property
    def values(self) -> Mapping[str, Any]:
        """The lead's fields that it tells; what identifies one always, others only where they are in it."""
        return next((said.inputs for said in self.reading.said if said.place == LEAD_PLACE), {})

    @property
    def first_micros(self) -> int:
        """The earliest instant it tells of."""
        told = [said.at for said in self.events if said.at is not None]
        return min([self.stamp.micros, *told])

    @property
    def settled(self) -> Settled:
        assert self.status is not None
        return Settled(self.row.id, self.status, self.lead, self.reason)


class Listener:
    """Reads what was delivered by one map, against the people known and the clock.

    An empty column empties the fields that the map says, and those of the lead that *both* sides may change.
    """

    def __init__(
        self, hook: AnyHook, map: HookMap, reader: RowReader, now: datetime, both: Collection[str] = ()
    ) -> None:
        self.hook = hook
        self.map = map
        self.reader = reader
        self.now = now
        self.both = both
        self.when = condition_of(map)
        named = {name for name in map.document.lead if map.document.column_of(name) is not None}
        self.clears = sorted((named & {*map.document.clear, *both}) - {*map.workflow.identity})

    def is_for(self, heard: Heard) -> bool:
        """Whether the map is for what was delivered."""
        return is_for(self.map, self.when, heard.cells)

    def hear(self, row: Delivered, number: int, read: Read | None) -> Heard:
        """What *row* is about, with what was *read* of its record; its faults are in ``refusals``."""
        told = {**row.row, **(read.cells if read is not None else {})}
        cells = {column: text.strip() for column, text in told.items()}
        heard = Heard(row, number, cells, row.occurred_at, row.remote)
        try:
            document = self.map.document
            if document.remote is not None:
                heard.remote = record_id(document.remote.read(cells)) or row.remote
            heard.at = self._instant(document, row, cells, read)
        except SlaflowError as error:
            heard.refusals.append((LEAD_PLACE, str(error)))
        return heard

    def _instant(
        self, document: HookDocument, row: Delivered, cells: Mapping[str, str], read: Read | None
    ) -> datetime:
        told = self.reader.instant(document.at, cells) if document.at is not None else None
        at = told or row.occurred_at
        if read is not None and read.changed_at > at:
            # All of the record is as it was then, or is so since.
            at = read.changed_at
        check_not_ahead(at, self.now)
        return at

    def read(self, heard: Heard, known_as: str | None) -> None:
        """Reads its values and events, as of the lead of that key."""
        row = checked(Row(heard.number, b"", heard.cells))
        heard.reading = self.reader.read(row, known_as)

    def told_values(self, heard: Heard) -> list[tuple[str, Any, str | None, str]]:
        """Field, value, column and text of what it tells of the lead. A column that it lacks says nothing."""
        found = []
        for name, value in heard.values.items():
            column = self.map.document.column_of(name)
            if column is None or column in heard.cells:
                found.append((name, value, column, heard.cells.get(column or "", "") or str(value)))
        return found + self._emptied(heard)

    def _emptied(self, heard: Heard) -> list[tuple[str, Any, str | None, str]]:
        """The fields that it tells to be empty."""
        if heard.reading.key is None:
            return []
        document, is_whole = self.map.document, leaves_out_empty(self.hook, heard.row.row)
        given = ((name, document.column_of(name)) for name in self.clears if name not in heard.values)
        return [
            (name, None, column, "")
            for name, column in given
            if column in heard.cells or (is_whole and name in document.clear)
        ]
