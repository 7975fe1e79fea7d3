"""What stands in a database, so that two can be compared: ids, hashes and when it was written aside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from slaflow.engine.app import Engine
from slaflow.lifecycle.decision import Message
from slaflow.log.verify import Verification
from slaflow.store.database import Database
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows.outbox import list_messages
from slaflow.store.tables.imports import imported

OF_WRITING = ("id", "recorded_at", "prev", "hash", "data_hash", "lead", "stream")
Row = dict[str, Any]


@dataclass
class Standing:
    """Everything that may be compared. ``log`` is by stream, a lead's named by its key."""

    log: dict[str, list[Row]] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    messages: dict[str, tuple[str | None, Message]] = field(default_factory=dict)
    """Those told of, each with the key of its lead."""
    imported: dict[str, str | None] = field(default_factory=dict)
    leads: dict[str, Row] = field(default_factory=dict)


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    """An engine whose connections are gone again before the next process is forked."""
    database = Database(url)
    try:
        yield Engine(database)
    finally:
        database.dispose()


def verified(url: str) -> Verification:
    """What ``log verify`` finds."""
    with opened(url) as app:
        return app.verify()


def let_go(url: str, name: str) -> None:
    """Waits until the server is done with a process that was killed: it may still be committing for it."""
    asked = text("SELECT count(*) FROM pg_stat_activity WHERE application_name = :name")
    with opened(url) as app:
        while app.database.dialect == "postgresql":
            with app.database.inspecting() as conn:
                if not conn.execute(asked, {"name": name}).scalar_one():
                    return


def happened(url: str, stream: str, at: datetime) -> bool:
    """Whether an input arrived at *at* in *stream*, a lead's named by its key."""
    with opened(url) as app, app.database.read() as conn:
        found = lead_store.ids_by_key(conn, [stream])
    name = f"lead:{found[stream]}" if stream in found else stream
    with opened(url) as app:
        return any(e.stream == name and e.entry_class == "input" and e.arrived_at == at for e in app.log())


def standing(url: str, at: datetime) -> Standing:
    """All there is, leads as they are at *at*."""
    found = Standing()
    with opened(url) as app:
        leads = list(app.leads(at=at))
        keys = {lead["id"]: lead["key"] for lead in leads}
        found.leads = {lead["key"]: {k: v for k, v in lead.items() if k != "id"} for lead in leads}
        for entry in sorted(app.log(), key=lambda each: (each.stream, each.seq)):
            place = entry.stream if entry.lead is None else keys[entry.lead]
            found.log.setdefault(place, []).append(_told_of(entry.as_json()))
        with app.database.read() as conn:
            found.imported = {
                key: reason for key, reason in conn.execute(select(imported.c.key, imported.c.reason))
            }
            for each in list_messages(conn):
                key = keys.get(each.lead_id)
                words = f"{key} {each.message}"
                found.told[words] += 1
                found.messages[words] = (key, each.message)
    return found


def _told_of(entry: Row) -> Row:
    row = {key: value for key, value in entry.items() if key not in OF_WRITING}
    if entry["kind"] == "created":
        # The lead's number, which a killed process may have drawn in vain.
        row["data"] = {key: value for key, value in entry["data"].items() if key != "number"}
    return row


def differences(found: Standing, wanted: Standing, ticks: Sequence[datetime]) -> list[str]:
    """Where two differ, in words; empty where they say the same. *ticks* are when there was one."""
    told = []
    for name in ("log", "imported", "leads"):
        here, there = getattr(found, name), getattr(wanted, name)
        told += [
            f"{name} {key}: {here.get(key)} is not {there.get(key)}"
            for key in sorted(here.keys() | there.keys())
            if here.get(key) != there.get(key)
        ]
    told += [f"told too often: {text}" for text in found.told - wanted.told]
    missing = (text for text in wanted.told - found.told if not _may_be_dropped(wanted, text, ticks))
    told += [f"not told: {text}" for text in missing]
    told += [f"told {number} times: {text}" for text, number in found.told.items() if number > 1]
    return told


def _may_be_dropped(wanted: Standing, text: str, ticks: Sequence[datetime]) -> bool:
    """Whether this is a warning that whoever ended its clock may have noticed first.

    It is dropped if what ends the clock arrives before a tick came by; of two at one instant either may be
    first. Source: rules.md, 14.
    """
    key, message = wanted.messages[text]
    next_tick = min(at for at in ticks if at > message.at)
    clocks = wanted.leads[key]["clocks"] if key is not None else []
    ends = [c["ended_at"] for c in clocks if c["target"] == message.target and c["ended_at"] is not None]
    return message.kind == "warned" and any(message.at < _instant(end) <= next_tick for end in ends)


def _instant(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
