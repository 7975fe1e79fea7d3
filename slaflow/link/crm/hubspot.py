"""HubSpot's objects by its API of a date: up to a hundred records a call, at half of its pace.

Source: developers.hubspot.com/docs/api-reference/latest/crm/objects, /crm/search-the-crm, /crm/properties,
/crm/owners; that inputs with an ``objectWriteTraceId`` stand each for itself: /error-handling.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any, TypeVar
from urllib.parse import urlencode

from slaflow.engine.context import wall_clock
from slaflow.link.crm import hubspot_changes as changes
from slaflow.link.crm.hubspot_answer import NOT_ITS_ANSWER, OUTAGE, inner, listed, refusal, text
from slaflow.link.crm.hubspot_session import Answer, Session
from slaflow.link.crm.hubspot_writing import Writing
from slaflow.link.crm.pace import Now, Sleep
from slaflow.link.crm.shapes import CrmClosed, FieldOf, Page, Record, Write, Written
from slaflow.net.client import Client
from slaflow.net.reply import Reply
from slaflow.settings.hooks import HubSpotCrm

MOST, MOST_WITH_HISTORY, MOST_FOUND = 100, 50, 10_000
MOST_ASKED = 3_000
"""Characters of a search: "A query can contain a maximum of 3,000 characters"."""
KEPT = timedelta(hours=1)
"""How long it is not asked again what fields there are."""

Each = TypeVar("Each")


def opened(
    settings: HubSpotCrm, token: str, client: Client, now: Now = wall_clock, sleep: Sleep = sleep
) -> HubSpot:
    """The portal of *settings*, in which an app with *token* may read and write."""
    return HubSpot(Session(settings.api, settings.version, token, client, now, sleep), now)


class HubSpot:
    """A portal in which an app may read and write; a :class:`~slaflow.link.crm.shapes.Crm`."""

    most = MOST

    def __init__(self, session: Session, now: Now) -> None:
        self._session, self._now = session, now
        self._fields: dict[str, tuple[datetime, Mapping[str, FieldOf]]] = {}

    def fields(self, object: str) -> Mapping[str, FieldOf]:
        known = self._fields.get(object)
        if known is None or known[0] + KEPT <= self._now():
            said = self._session.get(self._session.path("properties", object))
            found = (_field(each) for each in listed(said, "results"))
            known = (self._now(), {name: each for name, each in found if name})
            self._fields[object] = known
        return known[1]

    def find(self, object: str, by: str, values: Collection[str]) -> Mapping[str, str | None]:
        wanted = {value.lower() for value in values if value}
        found: dict[str, set[str]] = {}
        for asked in _questions(by, sorted(wanted)):
            for result in self._found(object, asked):
                stands = text(inner(result, "properties"), by) or ""
                found.setdefault(stands.lower(), set()).add(str(result["id"]))
        only = {value: ids.pop() if len(ids) == 1 else None for value, ids in found.items()}
        return {value: only[value.lower()] for value in values if value.lower() in only}

    def read(self, object: str, remotes: Collection[str], fields: Collection[str]) -> Sequence[Record]:
        asked = {"properties": sorted(fields), "propertiesWithHistory": []}
        return [_record(each, fields) for each in self._read(object, remotes, asked, MOST)]

    def write(self, object: str, writes: Sequence[Write]) -> Sequence[Written]:
        watched, known = self._watched(object, writes), self.fields(object)
        return Writing(self._session, object, watched, known, self.read).done(writes)

    def changed(
        self, object: str, since: datetime, fields: Collection[str], after: str | None = None
    ) -> Page:
        """See :meth:`~slaflow.link.crm.shapes.Crm.changed`; records that are changed meanwhile come again."""
        at: changes.Place | None = changes.place(since, after)
        ids: list[str] = []
        while at is not None and not ids:
            said = self._searched(object, changes.question(object, at))
            try:
                ids, at = changes.page(object, at, said)
            except ValueError:
                raise CrmClosed(NOT_ITS_ANSWER, OUTAGE) from None
        names = sorted(fields)
        asked = {"properties": [changes.changed_by(object)], "propertiesWithHistory": names}
        results = self._read(object, ids, asked, MOST_WITH_HISTORY if names else MOST)
        records = sorted((_dated(object, each, names) for each in results), key=lambda each: each.changed_at)
        return Page(records, None if at is None else str(at))

    def owners(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        after: str | None = None
        while True:
            query = urlencode({"limit": MOST, **({"after": after} if after else {})})
            said = self._session.get(f"{self._session.path('owners')}?{query}")
            for each in listed(said, "results"):
                email, id = text(each, "email"), text(each, "id")
                if email and id and not each.get("archived"):
                    found[email.casefold()] = id
            after = _after(said)
            if after is None:
                return found

    def ahead(self) -> timedelta | None:
        """As of ``Crm``."""
        return self._session.ahead

    def close(self) -> None:
        self._session.close()

    def _found(self, object: str, asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        after: str | None = "0"
        while after is not None and int(after) + changes.PAGE <= MOST_FOUND:
            said = self._searched(object, {**asked, "after": after})
            yield from (each for each in listed(said, "results") if text(each, "id"))
            after = _after(said)

    def _searched(self, object: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        answer = self._session.post(self._session.path("objects", object, "search"), asked, searches=True)
        return self._taken(answer)

    def _read(
        self, object: str, remotes: Collection[str], asked: Mapping[str, Any], most: int
    ) -> Iterator[dict[str, Any]]:
        for chunk in _chunks(list(dict.fromkeys(remotes)), most):
            given = {**asked, "inputs": [{"id": remote} for remote in chunk]}
            path = self._session.path("objects", object, "batch/read")
            said = self._taken(self._session.post(path, given))
            yield from (each for each in listed(said, "results") if text(each, "id"))

    def _taken(self, answer: Answer) -> dict[str, Any]:
        if not answer.is_taken:
            raise refusal(Reply(answer.status, {}, b""), answer.said, self._now())
        return answer.said

    def _watched(self, object: str, writes: Sequence[Write]) -> Collection[str]:
        """Fields of *writes* of which it can be seen whether they were written: others it may word anew."""
        names = {name for write in writes for name in write.fields}
        choices = {name for name, each in self.fields(object).items() if each.choices}
        return names & choices


def _questions(by: str, values: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Searches for who has one of *values* in *by*, none longer than may be; what is longer is nowhere."""

    def question(*values: str) -> dict[str, Any]:
        one = {"propertyName": by, "operator": "IN", "values": list(values)}
        return {"filterGroups": [{"filters": [one]}], "properties": [by], "limit": changes.PAGE}

    room = MOST_ASKED - len(json.dumps({**question(), "after": str(MOST_FOUND)}))
    sizes = {value: len(json.dumps(value)) + len(", ") for value in values}
    part: list[str] = []
    for value in (value for value in values if sizes[value] <= room):
        if len(part) == MOST or sum(sizes[each] for each in part) + sizes[value] > room:
            yield question(*part)
            part = []
        part.append(value)
    if part:
        yield question(*part)


def _after(said: Mapping[str, Any]) -> str | None:
    after = inner(inner(said, "paging"), "next").get("after")
    return after if isinstance(after, str) and after.isascii() and after.isdecimal() else None


def _field(said: Mapping[str, Any]) -> tuple[str, FieldOf]:
    is_writable = not (inner(said, "modificationMetadata").get("readOnlyValue") or said.get("calculated"))
    choices = tuple(value for each in listed(said, "options") if (value := text(each, "value")))
    return text(said, "name") or "", FieldOf(text(said, "type") or "", is_writable, choices)


def _record(result: Mapping[str, Any], fields: Collection[str]) -> Record:
    properties = inner(result, "properties")
    at = changes.instant(result.get("updatedAt")) or datetime.fromtimestamp(0, UTC)
    return Record(str(result["id"]), {name: text(properties, name) for name in fields}, at)


def _dated(object: str, result: Mapping[str, Any], fields: Sequence[str]) -> Record:
    """A record as its history tells; a field that never was anything is left out."""
    told = changes.histories(result, fields)
    at = changes.instant(inner(result, "properties").get(changes.changed_by(object)))
    values = {name: value for name, (value, _) in told.items()}
    since = {name: instant for name, (_, instant) in told.items()}
    return Record(str(result["id"]), values, at or _record(result, ()).changed_at, since)


def _chunks(items: Sequence[Each], most: int) -> Iterator[Sequence[Each]]:
    return (items[place : place + most] for place in range(0, len(items), most))
