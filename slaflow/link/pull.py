"""What was changed in a CRM, read into the inbox of the hook that would have been told of it.

Nothing is remembered of a pull but what it put there: what a hook brought is not taken again, and what is
pulled twice neither.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import ENVIRONMENT, SlaflowError, UnknownName
from slaflow.exchange.errors import FileUnreadable
from slaflow.lifecycle.decision import instant_text
from slaflow.link.crm.opening import opened
from slaflow.link.crm.shapes import Crm, CrmClosed, Record
from slaflow.link.out_binding import read_link_file
from slaflow.settings.reach import Reach
from slaflow.store.database import Connection
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import Arrived

OVERLAP, A_DAY = timedelta(hours=1), timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, str]


class HookUnclear(SlaflowError):
    """Nothing says into which hook's inbox it goes."""

    code = "hook_unclear"

    def __init__(self, receiver: str, hooks: Collection[str]) -> None:
        named = f"it may be {', '.join(sorted(hooks))}" if hooks else "there is none"
        super().__init__(f"which hook tells of what changes at {receiver} is not clear: {named}; give --hook")


class PullEnded(SlaflowError):
    """The CRM was asked for more, and closed; what it had told by then was taken."""

    code = "pull_ended"
    exit_code = ENVIRONMENT

    def __init__(self, receiver: str, reason: str, since: datetime, taken: int) -> None:
        self.taken = taken
        again = f"slaflow link pull {receiver} --since {instant_text(since)}"
        super().__init__(f"{receiver}: {reason}; {taken} changes were taken before; later, run '{again}'")


@dataclass(frozen=True, slots=True)
class Pulled:
    """What came of it: ``records`` were changed ``since``, and ``taken`` things of them were not known."""

    receiver: str
    hook: str
    object: str
    since: datetime
    records: int
    taken: int

    def as_json(self) -> dict[str, Any]:
        return {
            "receiver": self.receiver, "hook": self.hook, "object": self.object,
            "since": instant_text(self.since), "records": self.records, "taken": self.taken,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Form:
    """How a kind of hook says what was changed: ``column`` is a field's name, ``row`` all of it."""

    column: Callable[[str], str]
    row: Callable[[Record, datetime, Mapping[str, str | None]], Row]


def pull(
    app: Context, reach: Reach, receiver: str, crm: Crm, *, object: str, hook: str | None = None,
    since: datetime | None = None,
) -> Pulled:  # fmt: skip
    """Takes in what was changed of *object* in *crm*; applied it is as what the hook is sent.

    Args:
        receiver: what slaflow.toml calls the CRM.
        hook: whose inbox; None: that which tells of this CRM.
        since: from when on; None: an hour before the hook was sent something last, or a day before now.

    Raises:
        UnknownName: there is no such receiver or hook.
        HookUnclear: several hooks could be meant, or none.
        PullEnded: the CRM closed.
    """
    name = hook_of(reach, receiver, hook)
    settings = reach.hooks[name]
    form = FORMS[settings.kind]
    start = _start(app, name) if since is None else since
    records = taken = 0
    try:
        fields = fields_of(settings.map, form, crm.fields(object))
        after: str | None = None
        while True:
            page = crm.changed(object, start, fields, after)
            apply_at = app.now() + settings.hold
            taken += written(app, partial(_taken, app, name, form, page.records, start, apply_at))
            records += len(page.records)
            after = page.after
            if after is None:
                return Pulled(receiver, name, object, start, records, taken)
    except CrmClosed as closed:
        raise PullEnded(receiver, closed.reason, start, taken) from None


def pull_by_name(
    app: Context, reach: Reach, receiver: str, *, hook: str | None = None, since: datetime | None = None
) -> Pulled:
    """The same of the CRM *receiver* and the object of its map, opened as slaflow.toml says.

    Raises:
        MapInvalid, FileUnreadable, SecretMissing and the like, and as :func:`pull`.
    """
    hook = hook_of(reach, receiver, hook)
    settings = reach.crms[receiver]
    link = read_link_file(settings.map, app.active(settings.workflow))
    try:
        crm = opened(reach, receiver, now=app.now)
    except CrmClosed as closed:
        raise PullEnded(receiver, closed.reason, since or _start(app, hook), 0) from None
    with closing(crm):
        return pull(app, reach, receiver, crm, object=link.object, hook=hook, since=since)


def hook_of(reach: Reach, receiver: str, hook: str | None) -> str:
    """The hook that tells of what changes at *receiver*. Raises as :func:`pull`."""
    if receiver not in reach.crms:
        raise UnknownName("receiver", receiver, reach.crms)
    if hook is not None and hook not in reach.hooks:
        raise UnknownName("hook", hook, reach.hooks)
    kind = reach.crms[receiver].kind
    alike = {name for name, each in reach.hooks.items() if each.kind == kind and hook in (None, name)}
    fetching = {name for name in alike if getattr(reach.hooks[name], "fetch", None) == receiver}
    meant = fetching or alike
    if len(meant) != 1:
        raise HookUnclear(receiver, meant or reach.hooks)
    return meant.pop()


def fields_of(map: Path, form: Form, known: Collection[str]) -> list[str]:
    """Those of the *known* fields that the hook's *map* reads. Raises ``FileUnreadable``."""
    try:
        text = map.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadable(map, "the map cannot be read") from error
    words = set(re.findall(r"[\w.]+", text))
    asked = {word.removeprefix("row.") for word in words}
    return sorted(name for name in known if form.column(name) in asked)


def _start(app: Context, hook: str) -> datetime:
    with app.database.read() as conn:
        latest = inbox.latest(conn).get(hook)
    return app.now() - A_DAY if latest is None else latest - OVERLAP


def _taken(
    app: Context, hook: str, form: Form, records: Sequence[Record], since: datetime, apply_at: datetime,
    conn: Connection,
) -> int:  # fmt: skip
    """Keeps what of *records* is not known; gives how many things that were."""
    remotes = {record.remote for record in records}
    known = {
        (each.remote, _milliseconds(each.occurred_at), column, text)
        for each in (inbox.of_remotes(conn, hook, remotes) if remotes else ())
        for column, text in each.row.items()
    }
    arrived = []
    for record in records:
        for at, fields in _changes(record, since):
            instant = _milliseconds(at)
            new = {
                name: text for name, text in fields.items()
                if (record.remote, instant, form.column(name), text or "") not in known
            }  # fmt: skip
            if new:
                row = form.row(record, at, new)
                arrived.append(Arrived(_key(record.remote, instant, row), at, record.remote, row))
    if arrived:
        inbox.take(conn, hook, arrived, app.now(), apply_at)
    return len(arrived)


def _changes(record: Record, since: datetime) -> Iterator[tuple[datetime, Mapping[str, str | None]]]:
    """What was changed of a record, by instant. Where the CRM tells of no field when, all was, just then."""
    if not record.changes:
        yield record.changed_at, record.fields
        return
    for name, text in record.fields.items():
        at = record.changes.get(name)
        # A field that has stood there for longer is no news: said anew, it would count as said now.
        if at is not None and at >= since:
            yield at, {name: text}


def _hubspot(record: Record, at: datetime, fields: Mapping[str, str | None]) -> Row:
    row = {f"properties.{name}": text or "" for name, text in fields.items()}
    for name, text in fields.items() if len(fields) == 1 else ():
        row |= {"propertyName": name, "propertyValue": text or ""}
    return {"objectId": record.remote, "occurredAt": str(_milliseconds(at)), **row}


def _salesforce(record: Record, at: datetime, fields: Mapping[str, str | None]) -> Row:
    row = {name: text or "" for name, text in fields.items()}
    modified = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"Id": record.remote, "SystemModstamp": modified, **row}


FORMS = {
    "hubspot": Form(lambda name: f"properties.{name}", _hubspot),
    "salesforce": Form(lambda name: name, _salesforce),
}
"""By the kind of the hook: rows are like those that it is sent."""


def _key(remote: str, instant: int, row: Row) -> str:
    parts = ["pull", remote, str(instant), *(text for pair in sorted(row.items()) for text in pair)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _milliseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)
