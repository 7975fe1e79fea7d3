"""Leads as they are mirrored elsewhere: which are to be written, and what is known of their records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, func, or_, select, text, update

from slaflow.store.bulk.rows import insert_rows
from slaflow.store.tables.leads import lead as leads_table
from slaflow.store.tables.links import mirror
from slaflow.store.types import one_of

_ON_CONFLICT = "(receiver, lead) DO UPDATE SET dirty_seq = excluded.dirty_seq"
_OPEN = (mirror.c.dirty_seq > mirror.c.sent_seq, mirror.c.status == "ok")


@dataclass(slots=True)
class Mirror:
    """A lead and its record at a receiver; see the table."""

    receiver: str
    lead: int
    dirty_seq: int
    sent_seq: int = 0
    remote: str | None = None
    sent: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    writes: dict[str, list[str]] = field(default_factory=dict)
    status: str = "ok"
    reason: str | None = None
    tries: int = 0
    next_try_at: datetime | None = None
    claimed_until: datetime | None = None


_COLUMNS = tuple(mirror.c[name] for name in Mirror.__slots__)


def mark(connection: Connection, receivers: Iterable[str], leads: Mapping[int, int]) -> None:
    """Notes that *leads* changed, each with how far its log has gone; they are to be written."""
    rows = sorted((receiver, lead, seq) for receiver in receivers for lead, seq in leads.items())
    insert_rows(connection, mirror, ("receiver", "lead", "dirty_seq"), rows, _ON_CONFLICT)


def mark_page(connection: Connection, receiver: str, after: int, limit: int) -> tuple[int, int] | None:
    """Has up to *limit* leads with numbers over *after* be looked at anew, whatever was written of them.

    Gives how many and the last one's number; None: there are no more.
    """
    page = (
        select(leads_table.c.id)
        .where(leads_table.c.id > after)
        .order_by(leads_table.c.id)
        .limit(limit)
        .subquery()
    )
    number, last = connection.execute(select(func.count(), func.max(page.c.id))).one()
    if not number:
        return None
    # Where a row is there its own dirty_seq may be later than what is read here, and stays.
    known = text(
        "INSERT INTO mirror (receiver, lead, dirty_seq) SELECT CAST(:receiver AS TEXT), id, seq FROM lead "
        "WHERE id > :after AND id <= :last ON CONFLICT (receiver, lead) DO UPDATE SET sent_seq = 0"
    )
    connection.execute(known, {"receiver": receiver, "after": after, "last": last})
    return number, last


def forget_sent(connection: Connection, receiver: str, after: int, last: int, keep: Collection[str]) -> None:
    """Of leads with numbers over *after* up to *last* it is not known any more what their records hold, but
    for the fields in *keep*."""
    whose = (mirror.c.receiver == receiver, mirror.c.lead > after, mirror.c.lead <= last)
    rows = connection.execute(select(mirror.c.lead, mirror.c.sent).where(*whose).with_for_update()).all()
    changed = update(mirror).where(mirror.c.receiver == receiver, mirror.c.lead == bindparam("of"))
    values = [
        {"of": lead, "left": {name: text for name, text in sent.items() if name in keep}}
        for lead, sent in rows
    ]
    if values:
        connection.execute(changed.values(sent=bindparam("left")), values)


def restart(
    connection: Connection, receiver: str, *, of: int | None = None, stopped_only: bool = False
) -> int:
    """Has leads that are not written any more, or were not lately, be tried again; gives how many."""
    wanted = [mirror.c.receiver == receiver]
    wanted += [mirror.c.status == "stopped"] if stopped_only else []
    if of is None:
        wanted.append(or_(mirror.c.status != "ok", mirror.c.reason.is_not(None)))
    else:
        wanted.append(mirror.c.lead == of)
    values: dict[str, Any] = {
        "status": "ok", "reason": None, "tries": 0, "next_try_at": None, "writes": {}, "sent_seq": 0,
    }  # fmt: skip
    # Of a record that is no more nothing is true any more.
    gone = update(mirror).where(*wanted, mirror.c.status == "gone")
    connection.execute(gone.values(remote=None, sent={}, told={}))
    return connection.execute(update(mirror).where(*wanted).values(values)).rowcount


def receivers_due(connection: Connection, now: datetime) -> list[str]:
    """Whose leads may be written now."""
    free = or_(mirror.c.claimed_until.is_(None), mirror.c.claimed_until <= now)
    may = or_(mirror.c.next_try_at.is_(None), mirror.c.next_try_at <= now)
    query = select(mirror.c.receiver).where(*_OPEN, free, may).distinct()
    return sorted(connection.execute(query).scalars())


def counts(connection: Connection, receiver: str) -> dict[str, int]:
    """How many leads it has a record of, waits for, and so on: by ``leads waiting troubled gone stopped``."""
    known = mirror.c
    query = select(
        func.count(),
        func.count().filter(and_(*_OPEN)),
        func.count().filter(and_(known.status == "ok", known.reason.is_not(None))),
        func.count().filter(known.status == "gone"),
        func.count().filter(known.status == "stopped"),
    ).where(known.receiver == receiver)
    row = connection.execute(query).one()
    return dict(zip(("leads", "waiting", "troubled", "gone", "stopped"), row, strict=True))


def claim(connection: Connection, receiver: str, now: datetime, until: datetime, limit: int) -> list[Mirror]:
    """Up to *limit* leads that are to be written, in nobody else's hands, and from now on in ours."""
    free = or_(mirror.c.claimed_until.is_(None), mirror.c.claimed_until <= now)
    may = or_(mirror.c.next_try_at.is_(None), mirror.c.next_try_at <= now)
    query = select(*_COLUMNS).where(mirror.c.receiver == receiver, *_OPEN, free, may)
    query = query.order_by(mirror.c.next_try_at, mirror.c.lead).limit(limit)
    found = [Mirror(*row) for row in connection.execute(query.with_for_update(skip_locked=True))]
    ids = [each.lead for each in found]
    claimed = update(mirror).where(mirror.c.receiver == receiver, one_of(mirror.c.lead, "leads"))
    connection.execute(claimed.values(claimed_until=until), {"leads": ids})
    for each in found:
        each.claimed_until = until
    return found


def of_leads(connection: Connection, receiver: str, leads: Collection[int]) -> dict[int, Mirror]:
    """What is known of *leads* at *receiver*, locked until the transaction ends."""
    query = select(*_COLUMNS).where(mirror.c.receiver == receiver, one_of(mirror.c.lead, "leads"))
    rows = connection.execute(query.order_by(mirror.c.lead).with_for_update(), {"leads": list(leads)})
    return {each.lead: each for each in (Mirror(*row) for row in rows)}


def by_remote(connection: Connection, receiver: str, remotes: Collection[str]) -> dict[str, int]:
    """Whose record each of *remotes* is."""
    # That it is known is said again for the index, which holds no others.
    known = (mirror.c.remote.is_not(None), one_of(mirror.c.remote, "remotes"))
    query = select(mirror.c.remote, mirror.c.lead).where(mirror.c.receiver == receiver, *known)
    return {remote: lead for remote, lead in connection.execute(query, {"remotes": list(remotes)})}


def save(connection: Connection, mirrors: Sequence[Mirror]) -> None:
    """Writes what is known now; ``dirty_seq`` of rows that are there stays, as others may have raised it."""
    columns = tuple(Mirror.__slots__)
    kept = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in _KEPT)
    for each in sorted(mirrors, key=lambda one: (one.receiver, one.lead)):
        values: dict[str, Any] = {name: getattr(each, name) for name in columns}
        _save_one(connection, values, kept)


_KEPT = ("receiver", "lead", "dirty_seq")


def _save_one(connection: Connection, values: Mapping[str, Any], kept: str) -> None:
    changed = {name: value for name, value in values.items() if name not in _KEPT}
    theirs = (mirror.c.receiver == values["receiver"], mirror.c.lead == values["lead"])
    if not connection.execute(update(mirror).where(*theirs).values(changed)).rowcount:
        connection.execute(mirror.insert().values(values))


def waiting(connection: Connection) -> dict[str, int]:
    """How many leads are to be written, by receiver."""
    query = select(mirror.c.receiver, func.count()).where(*_OPEN).group_by(mirror.c.receiver)
    return {receiver: number for receiver, number in connection.execute(query)}


def troubled(connection: Connection, receiver: str, limit: int) -> list[Mirror]:
    """Leads that are not written any more, or were not when it was tried last."""
    is_so = or_(mirror.c.status != "ok", mirror.c.reason.is_not(None))
    query = select(*_COLUMNS).where(mirror.c.receiver == receiver, is_so).order_by(mirror.c.lead)
    return [Mirror(*row) for row in connection.execute(query.limit(limit))]


def forget(connection: Connection, lead: int) -> None:
    """Nothing is known of the lead's records any more."""
    connection.execute(delete(mirror).where(mirror.c.lead == lead))


def remotes_of(connection: Connection, lead: int) -> list[str]:
    """Which records are the lead's, wherever."""
    query = select(mirror.c.remote).where(mirror.c.lead == lead, mirror.c.remote.is_not(None))
    return list(connection.execute(query).scalars())
