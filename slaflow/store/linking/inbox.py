"""What other systems sent: each thing once, until it is applied, and for a while after."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, Text, and_, bindparam, delete, func, or_, select, type_coerce, update

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.links import inbox
from slaflow.store.types import instant_writer, one_of

WAITING, APPLIED, UNCHANGED, ECHO, FAILED = "waiting", "applied", "unchanged", "echo", "failed"
STATUSES = (WAITING, APPLIED, UNCHANGED, ECHO, FAILED)


class Arrived(NamedTuple):
    """One thing that a delivery says. ``key`` is the same whenever it is said again."""

    key: str
    occurred_at: datetime
    remote: str | None
    row: Mapping[str, str]


class Delivered(NamedTuple):
    """It, as it is kept."""

    id: int
    hook: str
    key: str
    received_at: datetime
    occurred_at: datetime
    apply_at: datetime
    remote: str | None
    row: Mapping[str, str]
    status: str
    tries: int
    lead: int | None
    reason: str | None


_COLUMNS = tuple(inbox.c[name] for name in Delivered._fields)
_TAKEN = ("hook", "key", "received_at", "occurred_at", "apply_at", "remote", "row", "status")


def take(
    connection: Connection, hook: str, arrived: Sequence[Arrived], now: datetime, apply_at: datetime
) -> None:
    """Keeps what *hook* was sent; what is known already is left as it is."""
    write = instant_writer(connection.dialect.name)
    rows = {
        each.key: (
            hook, each.key, write(now), write(each.occurred_at), write(apply_at), each.remote,
            orjson.dumps(dict(each.row)).decode(), WAITING,
        )
        for each in arrived
    }  # fmt: skip
    insert_rows(connection, inbox, _TAKEN, [rows[key] for key in sorted(rows)], "(hook, key) DO NOTHING")


def due(connection: Connection, hook: str, now: datetime, limit: int) -> list[Delivered]:
    """Up to *limit* things that *hook* was sent and that may be applied, longest there first."""
    query = select(*_COLUMNS).where(inbox.c.hook == hook, inbox.c.status == WAITING, inbox.c.apply_at <= now)
    query = query.order_by(inbox.c.apply_at, inbox.c.id).limit(limit)
    return [Delivered(*row) for row in connection.execute(query)]


def take_up(connection: Connection, ids: Collection[int], now: datetime) -> list[Delivered]:
    """Those of *ids* that may still be applied and are in nobody else's hands, locked."""
    query = select(*_COLUMNS).where(
        one_of(inbox.c.id, "ids"), inbox.c.status == WAITING, inbox.c.apply_at <= now
    )
    query = query.order_by(inbox.c.id).with_for_update(skip_locked=True)
    return [Delivered(*row) for row in connection.execute(query, {"ids": list(ids)})]


def next_due(connection: Connection) -> datetime | None:
    """When the next thing may be applied; None: nothing waits."""
    query = select(func.min(inbox.c.apply_at)).where(inbox.c.status == WAITING)
    return connection.execute(query).scalar()


def of_remotes(connection: Connection, hook: str, remotes: Collection[str]) -> Iterator[Delivered]:
    """All that *hook* was sent of these records and is still kept, by instant."""
    query = select(*_COLUMNS).where(inbox.c.hook == hook, one_of(inbox.c.remote, "remotes"))
    rows = connection.execute(query.order_by(inbox.c.occurred_at, inbox.c.id), {"remotes": list(remotes)})
    return (Delivered(*row) for row in rows.all())


class Settled(NamedTuple):
    """What became of one of them: the lead it is about, and with what was refused the reason."""

    id: int
    status: str
    lead: int | None = None
    reason: str | None = None


def settle(connection: Connection, settled: Collection[Settled]) -> None:
    """Says what became of these."""
    names = {"status": "to_status", "lead": "of_lead", "reason": "for_reason"}
    done = update(inbox).where(inbox.c.id == bindparam("of_id"))
    done = done.values({name: bindparam(bound) for name, bound in names.items()})
    if settled:
        connection.execute(
            done,
            [
                {"of_id": each.id, **{bound: getattr(each, name) for name, bound in names.items()}}
                for each in sorted(settled)
            ],
        )


def wake(connection: Connection, hook: str, remotes: Collection[str], now: datetime, reason: str) -> None:
    """Has what was put off, or failed, for that *reason* be tried at once: the records are known by now."""
    theirs = (inbox.c.hook == hook, one_of(inbox.c.remote, "remotes"), inbox.c.reason == reason)
    waking = update(inbox).where(*theirs, inbox.c.status.in_((WAITING, FAILED)))
    values = {"status": WAITING, "apply_at": now, "reason": None}
    connection.execute(waking.values(values), {"remotes": list(remotes)})


def put_off(connection: Connection, ids: Collection[int], until: datetime, reason: str) -> None:
    """They are tried again then."""
    values = {"apply_at": until, "tries": inbox.c.tries + 1, "reason": reason}
    connection.execute(update(inbox).where(one_of(inbox.c.id, "ids")).values(values), {"ids": list(ids)})


def listed(
    connection: Connection, *, hook: str | None = None, status: str | None = None, limit: int | None = None
) -> list[Delivered]:
    """What is kept, latest first."""
    given = ((inbox.c.hook, hook), (inbox.c.status, status))
    query = select(*_COLUMNS).where(*(column == value for column, value in given if value is not None))
    return [Delivered(*row) for row in connection.execute(query.order_by(inbox.c.id.desc()).limit(limit))]


def retry(connection: Connection, now: datetime, *, hook: str | None = None, id: int | None = None) -> int:
    """Has what failed tried again: one, those of a hook, or all; gives how many."""
    given = ((inbox.c.hook, hook), (inbox.c.id, id))
    failed = update(inbox).where(inbox.c.status == FAILED)
    failed = failed.where(*(column == value for column, value in given if value is not None))
    values = {"status": WAITING, "apply_at": now, "reason": None}
    return connection.execute(failed.values(values)).rowcount


def drop(connection: Connection, *, hook: str | None = None, id: int | None = None) -> int:
    """Has what failed be done with, one or those of a hook; gives how many."""
    given = ((inbox.c.hook, hook), (inbox.c.id, id))
    failed = update(inbox).where(inbox.c.status == FAILED)
    failed = failed.where(*(column == value for column, value in given if value is not None))
    return connection.execute(failed.values(status=UNCHANGED)).rowcount


def counts(connection: Connection) -> dict[str, dict[str, int]]:
    """How much there is, by hook and status."""
    query = select(inbox.c.hook, inbox.c.status, func.count()).group_by(inbox.c.hook, inbox.c.status)
    found: dict[str, dict[str, int]] = {}
    for hook, status, number in connection.execute(query):
        found.setdefault(hook, {})[status] = number
    return found


def latest(connection: Connection) -> dict[str, datetime]:
    """When each hook was sent something last."""
    query = select(inbox.c.hook, func.max(inbox.c.received_at)).group_by(inbox.c.hook)
    return {hook: at for hook, at in connection.execute(query)}


def furthest_ahead(connection: Connection, hook: str) -> timedelta:
    """By how much what *hook* was sent happened after it was received at most, of the latest thousand such;
    nothing where none did."""
    ahead = select(inbox.c.occurred_at, inbox.c.received_at)
    ahead = ahead.where(inbox.c.hook == hook, inbox.c.occurred_at > inbox.c.received_at)
    found = connection.execute(ahead.order_by(inbox.c.id.desc()).limit(1000))
    return max((occurred - received for occurred, received in found), default=timedelta())


def due_since(connection: Connection) -> dict[str, datetime]:
    """Since when the first thing that waits of each hook may be applied."""
    query = select(inbox.c.hook, func.min(inbox.c.apply_at)).where(inbox.c.status == WAITING)
    return {hook: at for hook, at in connection.execute(query.group_by(inbox.c.hook))}


def forget(connection: Connection, lead: int, remotes: Collection[str], values: Collection[str]) -> int:
    """Drops all that is of a person: of the lead, of her records, or with one of her *values* in it.

    What was applied to another lead is not hers, whatever it holds.
    """
    of_lead = select(inbox.c.remote).where(inbox.c.lead == lead, inbox.c.remote.is_not(None))
    hers = {*remotes, *connection.execute(of_lead).scalars()}
    said = func.lower(type_coerce(inbox.c.row, Text))
    named = [said.contains(orjson.dumps(value.lower()).decode(), autoescape=True) for value in values]
    theirs = or_(one_of(inbox.c.remote, "remotes"), *named)
    gone = delete(inbox).where(or_(inbox.c.lead == lead, and_(inbox.c.lead.is_(None), theirs)))
    return connection.execute(gone, {"remotes": list(hers)}).rowcount


def empty(connection: Connection, ids: Collection[int]) -> None:
    """Leaves of these that they came, and nothing that they said."""
    emptied = update(inbox).where(one_of(inbox.c.id, "ids")).values(row={}, remote=None)
    connection.execute(emptied, {"ids": list(ids)})


def is_old(connection: Connection, before: datetime) -> bool:
    """Whether :func:`sweep` finds anything."""
    old = select(inbox.c.id).where(inbox.c.received_at < before, inbox.c.status != WAITING)
    return connection.execute(old.limit(1)).first() is not None


def sweep(connection: Connection, before: datetime, limit: int) -> int:
    """Drops up to *limit* things that were received *before* and have come to an end."""
    old = select(inbox.c.id).where(inbox.c.received_at < before, inbox.c.status != WAITING).limit(limit)
    return connection.execute(delete(inbox).where(inbox.c.id.in_(old))).rowcount
