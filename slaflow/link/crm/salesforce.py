"""Salesforce over its REST API: leads, contacts, and whatever has a name there.

What is written changes owners only where we say so: Salesforce's own assignment rules are kept out of it.
Source: REST API Developer Guide, "Update Records Using sObject Collections", "Execute a SOQL Query",
"sObject Describe"; SOQL and SOSL Reference.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from slaflow.link.crm.pace import Now
from slaflow.link.crm.salesforce_answer import NOT_ITS_ANSWER, OUTAGE, CutOff, Unread
from slaflow.link.crm.salesforce_id import long_id
from slaflow.link.crm.salesforce_saving import MOST, Known, Saving
from slaflow.link.crm.salesforce_session import Session
from slaflow.link.crm.salesforce_value import to_text
from slaflow.link.crm.shapes import CrmClosed, FieldOf, Page, Record, Write, Written
from slaflow.link.crm.soql import after as behind
from slaflow.link.crm.soql import among, askable, instant, is_name, question
from slaflow.net.client import Client
from slaflow.settings.hooks import SalesforceCrm

A_PAGE = 1000
KEPT = timedelta(hours=1)
"""How long it is not asked again what fields there are, unless one was refused."""
CHANGED = "SystemModstamp"
NO_SUCH_ID = "INVALID_CROSS_REFERENCE_KEY"
PEOPLE = "IsActive = true AND UserType = 'Standard'"

_MORE = re.compile(r"/services/data/v\d{2,3}\.0/query/[A-Za-z0-9-]{1,80}")
_VERSION = re.compile(r"v\d{2,3}\.0")


class _Object(NamedTuple):
    """What is known of an object's fields; ``known`` by their folded names."""

    told_at: datetime
    fields: Mapping[str, FieldOf]
    known: Mapping[str, Known]


class Salesforce:
    """An organization. Ids are told with 18 characters, but for those that are read: as they were asked."""

    most = MOST

    def __init__(self, session: Session, version: str, now: Now) -> None:
        if _VERSION.fullmatch(version) is None:
            raise CrmClosed('version is none of its API; one is "v61.0"')
        self._session, self._now = session, now
        self._at = f"/services/data/{version}"
        self._objects: dict[str, _Object] = {}

    def fields(self, object: str) -> Mapping[str, FieldOf]:
        """Every field of that object, as it was told within the hour. Raises ``CrmClosed``."""
        return self._object(object).fields

    def find(self, object: str, by: str, values: Collection[str]) -> Mapping[str, str | None]:
        """Which record has each of *values* in *by*, whatever their case: None where several have.

        A lead that was converted counts where no other has the value: writing to it tells that it is gone.
        """
        _check([object, by])
        is_lead = object.casefold() == "lead"
        names = [by, "IsConverted"] if is_lead else [by]
        having: dict[str, dict[str, bool]] = {}
        for part in askable(_wanted(by, values)):
            for row in self._asked(question(names, object, among(by, part)), names):
                text = _of(row, by)
                if text is not None:
                    having.setdefault(_key(by, text), {})[_id(row)] = _of(row, "IsConverted") == "true"
        found = {value: _live(having.get(_key(by, value), {})) for value in values}
        return {value: ids[0] if len(ids) == 1 else None for value, ids in found.items() if ids}

    def read(self, object: str, remotes: Collection[str], fields: Collection[str]) -> Sequence[Record]:
        """These records, each by the id it was asked by; who is gone is left out."""
        _check([object, *fields])
        asked = {remote: known for remote in remotes if (known := long_id(remote)) is not None}
        found: dict[str, Record] = {}
        names = [*fields, CHANGED]
        for part in askable(list(asked.values())):
            rows = self._asked(question(names, object, among("Id", part)), names)
            found |= {record.remote: record for record in (_record(row, fields) for row in rows)}
        return [found[known]._replace(remote=remote) for remote, known in asked.items() if known in found]

    def write(self, object: str, writes: Sequence[Write]) -> Sequence[Written]:
        """Writes up to 200 records, a record once; what is new is made in a call of its own.

        Raises:
            CrmClosed: nothing was written. Where something was, it is told, and the next call raises it.
        """
        saving = Saving(self._session, f"{self._at}/composite/sobjects", object)
        try:
            written = saving.saved(writes, self._object(object).known)
            return self._without_those_gone(object, written)
        except CrmClosed:
            # Who mends a field there shall not be told of what it was.
            self._objects.clear()
            raise

    def _without_those_gone(self, object: str, written: Sequence[Written]) -> Sequence[Written]:
        """Of a record that is no more it says no other than of an owner that is none: so it is looked for."""
        asked = {each.remote for each in written if each.remote is not None and each.reason == NO_SUCH_ID}
        if not asked:
            return written
        try:
            there = {each.remote for each in self.read(object, asked, ())}
        except CrmClosed:
            return written
        gone = asked - there
        return [
            each._replace(outcome="gone", reason="its record is no more") if each.remote in gone else each
            for each in written
        ]

    def changed(
        self, object: str, since: datetime, fields: Collection[str], after: str | None = None
    ) -> Page:
        """What was changed from *since* on, oldest first, by SystemModstamp and id.

        Who is still being saved stands in it later and with an earlier instant: ask from some minutes before.
        """
        _check([object, *fields])
        names = [*fields, CHANGED]
        where = f"{CHANGED} >= {instant(since)}"
        if after is not None:
            at, _, id = after.partition(" ")
            where = behind(datetime.fromisoformat(at), long_id(id) or "")
        said, limit = self._first(object, names, where, A_PAGE)
        records = [_record(row, fields) for row in _rows(said, "records")]
        # Salesforce may give less than was asked for: it says so, and we go on from the last one.
        is_all = said.get("done") is not False and len(records) < limit
        last = records[-1] if records else None
        if last is None or is_all:
            return Page(records, None)
        return Page(records, f"{last.changed_at.isoformat()} {last.remote}")

    def owners(self) -> Mapping[str, str]:
        """People who are active: e-mail address, folded, to id; none where several have the address."""
        having: dict[str, list[str]] = {}
        for row in self._asked(question(["Email"], "User", PEOPLE), ["Email"]):
            address = _of(row, "Email")
            if address is not None:
                having.setdefault(address.strip().casefold(), []).append(_id(row))
        return {address: ids[0] for address, ids in having.items() if len(ids) == 1}

    def ahead(self) -> timedelta | None:
        """As of ``Crm``."""
        return self._session.ahead

    def close(self) -> None:
        """Lets go of connections."""
        self._session.close()

    def _object(self, name: str) -> _Object:
        object = self._objects.get(name)
        if object is None or object.told_at + KEPT <= self._now():
            _check([name])
            told = _rows(self._page(f"{self._at}/sobjects/{name}/describe"), "fields")
            named = {each["name"]: each for each in told if isinstance(each.get("name"), str)}
            object = self._objects[name] = _Object(
                self._now(),
                {name: _field(each) for name, each in named.items()},
                {name.casefold(): _known(each) for name, each in named.items()},
            )
        return object

    def _first(self, object: str, names: Collection[str], where: str, limit: int) -> tuple[Any, int]:
        """The first in order of change, as many as *limit*, or as an answer holds that is read whole."""
        asked = question(names, object, where, (CHANGED, "Id"), limit)
        try:
            return self._page(f"{self._at}/query?q={quote(asked)}", names), limit
        except CutOff:
            if limit == 1:
                raise
            return self._first(object, names, where, limit // 2)

    def _asked(self, asked: str, names: Collection[str]) -> Iterator[Mapping[str, Any]]:
        """Every record that answers, over all pages."""
        path: str | None = f"{self._at}/query?q={quote(asked)}"
        seen: set[str] = set()
        while path is not None:
            seen.add(path)
            said = self._page(path, names)
            yield from _rows(said, "records")
            path = said.get("nextRecordsUrl") if said.get("done") is False else None
            if path is not None and (not isinstance(path, str) or not _MORE.fullmatch(path) or path in seen):
                raise CrmClosed(NOT_ITS_ANSWER, OUTAGE)

    def _page(self, path: str, names: Collection[str] = ()) -> Any:
        try:
            return self._session.ask("GET", path, None, names)
        except Unread as unread:
            raise CrmClosed(f"it does not take the question ({unread.fault})") from None


def opened(settings: SalesforceCrm, secret: str, client: Client, now: Now) -> Salesforce:
    """The organization of *settings*; nothing is asked yet. *now* says what time it is.

    Raises:
        CrmClosed: the version is none.
    """
    return Salesforce(Session(settings.url, settings.client_id, secret, client, now), settings.version, now)


def _check(names: Collection[str]) -> None:
    for name in names:
        if not is_name(name):
            raise CrmClosed(f"{name!r} can be no name there; mend the map")


def _rows(said: object, key: str) -> list[Mapping[str, Any]]:
    rows = said.get(key) if isinstance(said, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CrmClosed(NOT_ITS_ANSWER, OUTAGE)
    return rows


def _known(told: Mapping[str, Any]) -> Known:
    is_never_empty = told.get("nillable") is False and told.get("type") != "boolean"
    return Known(str(told.get("type")), is_never_empty, str(told.get("name")))


def _field(told: Mapping[str, Any]) -> FieldOf:
    choices = told.get("picklistValues")
    active = [
        each["value"]
        for each in (choices if isinstance(choices, list) else [])
        if isinstance(each, dict) and each.get("active") and isinstance(each.get("value"), str)
    ]
    is_never_empty = told.get("nillable") is False and told.get("defaultedOnCreate") is False
    is_needed = is_never_empty and told.get("createable") is True
    return FieldOf(str(told.get("type")), told.get("updateable") is True, tuple(active), is_needed)


def _of(row: Mapping[str, Any], name: str) -> str | None:
    """What stands in the field *name*, which it writes as it was named there."""
    folded = name.casefold()
    return next((to_text(found) for each, found in row.items() if each.casefold() == folded), None)


def _id(row: Mapping[str, Any]) -> str:
    id = long_id(_of(row, "Id") or "")
    if id is None:
        raise CrmClosed(NOT_ITS_ANSWER, OUTAGE)
    return id


def _record(row: Mapping[str, Any], fields: Collection[str]) -> Record:
    try:
        changed_at = datetime.fromisoformat(_of(row, CHANGED) or "").astimezone(UTC)
    except ValueError:
        raise CrmClosed(NOT_ITS_ANSWER, OUTAGE) from None
    return Record(_id(row), {name: _of(row, name) for name in fields}, changed_at)


def _key(by: str, text: str) -> str:
    """What two values have in common that are one to Salesforce."""
    folded = text.strip().casefold()
    return long_id(text) or folded if by.casefold() == "id" else folded


def _wanted(by: str, values: Collection[str]) -> list[str]:
    if by.casefold() == "id":
        return [id for value in values if (id := long_id(value)) is not None]
    return [value.strip() for value in values]


def _live(having: Mapping[str, bool]) -> list[str]:
    """Who was not converted; where nobody is, who was."""
    return [id for id, is_converted in having.items() if not is_converted] or list(having)
