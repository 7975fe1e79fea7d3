"""One row, read by the map: the lead it is about, what it says of it, and what it says happened."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from slaflow.errors import InvalidValue, SlaflowError, UnknownName
from slaflow.exchange.errors import RowRefused
from slaflow.exchange.imports.actors import Actors
from slaflow.exchange.imports.binding import BoundEvent, BoundMap
from slaflow.exchange.imports.cells import text_of, told_by, unescaped
from slaflow.exchange.imports.instants import read_instant
from slaflow.exchange.imports.map import Given, InstantCell, MapDocument
from slaflow.exchange.imports.table import Row
from slaflow.hours.zones import micros_at
from slaflow.lifecycle.decide import check_not_ahead
from slaflow.lifecycle.lead import SYSTEM_ACTOR, Actor
from slaflow.workflow.expressions.value import Unknown
from slaflow.workflow.identity import UnseenCharacter, earlier_key, identity_key
from slaflow.workflow.model.lead import Field, Value
from slaflow.workflow.model.values import as_typed, parse_value

LEAD_PLACE = 0
"""The place of a row's lead values among what it says; its events stand at 1 and on, in map order."""


class Said(NamedTuple):
    """One thing a row says. ``at`` is in microseconds since 1970, UTC, up to five minutes ahead of the clock;
    None: no instant was given.

    ``kind`` is ``lead`` (``inputs`` are fields in stored form), ``trigger`` or ``activity``;
    ``digest`` is the same whenever a row says the same, whatever the clock (rules.md, 24.1); ``former`` is
    what versions up to 0.1 knew it by, where they compared spellings otherwise.
    """

    place: int
    kind: str
    name: str
    at: int | None
    inputs: Mapping[str, Value]
    actor: Actor
    digest: str
    former: str | None = None


@dataclass(slots=True)
class Reading:
    """What came of a row; without a ``key`` all of it is refused. ``refusals`` are (place, reason).

    ``earlier_key`` is the key as versions up to 0.1 had it. ``is_untold``: it lacks but what identifies one.
    """

    key: str | None = None
    earlier_key: str | None = None
    created_at: int | None = None
    said: list[Said] = field(default_factory=list)
    refusals: list[tuple[int, str]] = field(default_factory=list)
    is_untold: bool = False


class Untold(RowRefused):
    """A row of which nobody can tell which lead it is about."""


class RowReader:
    """Reads rows by one map, against the people known and the clock at *now*."""

    def __init__(self, map: BoundMap[MapDocument], actors: Actors, now: datetime) -> None:
        self.map = map
        self.actors = actors
        self.now = now

    def read(self, row: Row, known_as: str | None = None) -> Reading:
        """What *row* says, of the lead that is *known_as* that key whatever the row calls it; never raises
        for what stands in the row."""
        try:
            return self._read(row, known_as)
        except RowRefused as refused:
            return Reading(refusals=[(LEAD_PLACE, str(refused))], is_untold=isinstance(refused, Untold))

    def _read(self, row: Row, known_as: str | None) -> Reading:
        if row.fault is not None:
            raise RowRefused(row.fault)
        cells = self._cells(row)
        fields = self._fields(cells)
        key = known_as or identity_key(self.map.workflow, fields)
        if key is None:
            missing = [name for name in self.map.workflow.identity if fields.get(name) in (None, "")]
            raise Untold(f"{', '.join(missing)}: no value, so nobody can tell which lead this is")
        created = self.instant(self.map.document.created_at, cells)
        earlier = known_as or earlier_key(self.map.workflow, fields)
        reading = Reading(key, earlier, None if created is None else micros_at(created))
        for place, event in enumerate(self.map.events, LEAD_PLACE + 1):
            try:
                reading.said += self._event(reading, place, event, cells)
            except RowRefused as refused:
                reading.refusals.append((place, str(refused)))
        reading.said.insert(0, self._lead_values(reading, fields, created))
        return reading

    def _cells(self, row: Row) -> Mapping[str, str]:
        """The row's cells as they are meant, those empty that hold what the map calls null."""
        self.map.names.meet(row.cells)
        null, cells = self.map.document.null, row.cells
        if self.map.document.unescape:
            cells = {column: unescaped(text) for column, text in cells.items()}
        return {c: "" if text in null else text for c, text in cells.items()} if null else cells

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
                    raw = as_typed(specs[name], raw)
                    values[name] = parse_value(specs[name], raw, self.map.workflow.timezone)
                except InvalidValue as error:
                    problems.append(str(error))
                except RowRefused as error:
                    problems.append(f"{name}: {error}")
        if problems:
            raise RowRefused("; ".join(problems))
        return values

    def instant(self, cell: InstantCell | None, cells: Mapping[str, str]) -> datetime | None:
        """The instant in *cell*, None if it is empty. Raises ``RowRefused``: unreadable, or ahead."""
        text = text_of(cell, cells) if cell is not None else ""
        if cell is None or not text:
            return None
        try:
            at = read_instant(text, cell.timezone or self.map.timezone, *cell.format)
            check_not_ahead(at, self.now)
        except SlaflowError as error:
            raise RowRefused(f"{cell.column}: {error}") from None
        return at

    def _event(
        self, reading: Reading, place: int, event: BoundEvent, cells: Mapping[str, str]
    ) -> Iterator[Said]:
        """The event, or nothing where the row does not tell of it."""
        said = event.said
        if event.when is not None and not self._tells(event, cells):
            return
        name = text_of(said.name, cells)
        if not name:
            return
        self._check_name(said.kind, name)
        at = self.instant(said.at, cells)
        if at is None:
            column = said.at.column
            raise RowRefused(f"{column} is empty; where it may be, the map says when: \"row.{column} != ''\"")
        actor, before = self._actor(event, name, cells)
        inputs = self._values(said.values, event.specs, cells)
        known_by = _digests(reading, said.kind, name, at, (actor.name, before), inputs)
        yield Said(place, said.kind, name, micros_at(at), inputs, actor, *known_by)

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

    def _actor(self, event: BoundEvent, name: str, cells: Mapping[str, str]) -> tuple[Actor, str]:
        """Who did it, and what earlier versions would have called them."""
        said = event.said
        who = text_of(said.actor, cells) if said.actor is not None else ""
        if not who:
            party = said.party if said.party is not None else self.map.default_parties[said.kind, name]
            return Actor(party, party), party
        by_key = said.party is not None
        try:
            actor = self.actors.person(who, said.party) if said.party else self.actors.named(who)
        except (UnknownName, UnseenCharacter) as error:
            raise RowRefused(str(error)) from None
        return actor, self.actors.named_before(who, actor, by_key=by_key)

    def _lead_values(self, reading: Reading, fields: Mapping[str, Value], created: datetime | None) -> Said:
        first = min((event.at for event in reading.said if event.at is not None), default=None)
        who = SYSTEM_ACTOR.name
        known_by = _digests(reading, "lead", "", created or first, (who, who), fields)
        return Said(LEAD_PLACE, "lead", "", first, fields, SYSTEM_ACTOR, *known_by)


def _digests(
    reading: Reading, kind: str, name: str, at: datetime | int | None, actors: tuple[str, str],
    inputs: Mapping[str, Any],
) -> tuple[str, str | None]:  # fmt: skip
    """What the event is known by, and what it was known by before where that is something else."""
    key, earlier, (actor, before) = reading.key or "", reading.earlier_key or "", actors
    digest = digest_of(key, kind, name, at, actor, inputs)
    if (key, actor) == (earlier, before):
        return digest, None
    return digest, digest_of(earlier, kind, name, at, before, inputs)


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
