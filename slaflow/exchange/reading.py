"""One row, read by the map: the lead it is about, what it says of it, and what it says happened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from slaflow.errors import InvalidValue, SlaflowError, UnknownName
from slaflow.exchange.actors import Actors
from slaflow.exchange.binding import BoundEvent, ImportMap
from slaflow.exchange.cells import text_of, told_by
from slaflow.exchange.errors import RowRefused
from slaflow.exchange.instants import read_instant
from slaflow.exchange.map import Cell, Given
from slaflow.exchange.table import Row
from slaflow.hours.zones import micros_at
from slaflow.lifecycle.decide import check_not_ahead
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor
from slaflow.workflow.identity import identity_key
from slaflow.workflow.model import Field, Unknown, Value
from slaflow.workflow.values import parse_value

LEAD_PLACE = 0
"""The place of a row's lead values among what it says; its events stand at 1 and on, in map order."""


class Said(NamedTuple):
    """One thing a row says. ``at`` is in microseconds since 1970, UTC, up to five minutes ahead of the clock;
    None: no instant was given.

    ``kind`` is ``lead`` (``inputs`` are fields in stored form), ``trigger`` or ``activity``;
    ``digest`` is the same whenever a row says the same, whatever the clock (SEMANTICS 24).
    """

    place: int
    kind: str
    name: str
    at: int | None
    inputs: Mapping[str, Value]
    actor: Actor
    digest: str


@dataclass(slots=True)
class Reading:
    """What came of a row; without a ``key`` all of it is refused. ``refusals`` are (place, reason)."""

    key: str | None = None
    created_at: int | None = None
    said: list[Said] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)


class RowReader:
    """Reads rows by one map, against the people known and the clock at *now*."""

    def __init__(self, map: ImportMap, actors: Actors, now: datetime) -> None:
        self.map = map
        self.actors = actors
        self.now = now

    def read(self, row: Row) -> Reading:
        """What *row* says; never raises for what stands in the row."""
        try:
            return self._read(row)
        except RowRefused as refused:
            return Reading(refusals=[(LEAD_PLACE, str(refused))])

    def _read(self, row: Row) -> Reading:
        if row.fault is not None:
            raise RowRefused(row.fault)
        cells = self._cells(row)
        fields = self._fields(cells)
        key = identity_key(self.map.workflow, fields)
        if key is None:
            missing = [name for name in self.map.workflow.identity if fields.get(name) in (None, "")]
            raise RowRefused(f"{', '.join(missing)}: no value, so nobody can tell which lead this is")
        created = self._instant(self.map.document.created_at, cells)
        reading = Reading(key, None if created is None else micros_at(created))
        for place, event in enumerate(self.map.events, LEAD_PLACE + 1):
            try:
                reading.said += self._event(key, place, event, cells)
            except RowRefused as refused:
                reading.refusals.append((place, str(refused)))
        reading.said.insert(0, self._lead_values(key, fields, created, reading.said))
        return reading

    def _cells(self, row: Row) -> Mapping[str, str]:
        """The row's cells, those empty that hold what the map calls null."""
        self.map.names.meet(row.cells)
        null = self.map.document.null
        return {c: "" if text in null else text for c, text in row.cells.items()} if null else row.cells

    def _fields(self, cells: Mapping[str, str]) -> dict[str, Value]:
        workflow = self.map.workflow
        return self._values(self.map.document.lead, workflow.fields, cells)

    def _values(
        self, given: Mapping[str, Given], specs: Mapping[str, Field], cells: Mapping[str, str]
    ) -> dict[str, Value]:
        """Values in stored form, empty ones left out. Raises ``RowRefused`` with all that is wrong."""
        values: dict[str, Value] = {}
        problems: list[str] = []
        for name, where in given.items():
            text = text_of(where, cells)
            if text:
                try:
                    raw = told_by(where, text, specs[name].type, self.map.timezone)
                    values[name] = parse_value(specs[name], raw, self.map.workflow.timezone)
                except (InvalidValue, RowRefused) as error:
                    problems.append(str(error))
        if problems:
            raise RowRefused("; ".join(problems))
        return values

    def _instant(self, cell: Cell | None, cells: Mapping[str, str]) -> datetime | None:
        """The instant in *cell*, None if it is empty. Raises ``RowRefused``: unreadable, or ahead."""
        text = text_of(cell, cells) if cell is not None else ""
        if cell is None or not text:
            return None
        try:
            at = read_instant(text, cell.timezone or self.map.timezone, cell.format)
            check_not_ahead(at, self.now)
        except SlaflowError as error:
            raise RowRefused(f"{cell.column}: {error}") from None
        return at

    def _event(self, key: str, place: int, event: BoundEvent, cells: Mapping[str, str]) -> Iterator[Said]:
        """The event, or nothing where the row does not tell of it."""
        said = event.said
        if event.when is not None and not self._tells(event, cells):
            return
        name = text_of(said.name, cells)
        if not name:
            return
        self._check_name(said.kind, name)
        at = self._instant(said.at, cells)
        if at is None:
            column = said.at.column
            raise RowRefused(f"{column} is empty; where it may be, the map says when: \"row.{column} != ''\"")
        actor = self._actor(event, name, cells)
        inputs = self._values(said.values, event.specs, cells)
        digest = digest_of(key, said.kind, name, at, actor.name, inputs)
        yield Said(place, said.kind, name, micros_at(at), inputs, actor, digest)

    def _tells(self, event: BoundEvent, cells: Mapping[str, str]) -> bool:
        assert event.when is not None
        found = event.when.evaluate(self.map.names.values(event.when.names, cells))
        if isinstance(found, Unknown):
            raise RowRefused(f"when: {event.when.text}: {found.reason or 'cannot be told for this row'}")
        return found is True

    def _check_name(self, kind: str, name: str) -> None:
        workflow = self.map.workflow
        known = workflow.triggers if kind == "trigger" else workflow.activities
        if name not in known:
            raise RowRefused(str(UnknownName(kind, name, known)))

    def _actor(self, event: BoundEvent, name: str, cells: Mapping[str, str]) -> Actor:
        said = event.said
        who = text_of(said.actor, cells) if said.actor is not None else ""
        if not who:
            party = said.party.text if said.party is not None else self.map.default_parties[said.kind, name]
            return Actor(party, party)
        if said.party is not None:
            return self.actors.person(who, said.party.text)
        try:
            return self.actors.named(who)
        except UnknownName as error:
            raise RowRefused(str(error)) from None

    def _lead_values(
        self, key: str, fields: Mapping[str, Value], created: datetime | None, events: list[Said]
    ) -> Said:
        first = min((event.at for event in events if event.at is not None), default=None)
        digest = digest_of(key, "lead", "", created or first, SYSTEM_ACTOR.name, fields)
        return Said(LEAD_PLACE, "lead", "", first, fields, SYSTEM_ACTOR, digest)


def digest_of(
    key: str, kind: str, name: str, at: datetime | int | None, actor: str, inputs: Mapping[str, Any]
) -> str:
    """SHA-256 over what makes an imported event the same event again, as 64 hex digits.

    Hashed is the JSON list [lead, kind, name, microseconds, actor, inputs], compact, keys sorted, UTF-8. The
    table ``imported`` keeps it: another form would import every file again.
    """
    instant = micros_at(at) if isinstance(at, datetime) else at
    said = [key, kind, name, instant, actor, inputs]
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()
