"""Somebody who owns the database: rows changed, and whole streams hashed anew as if nothing had happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, text

from slaflow.engine.app import Engine
from slaflow.lifecycle.decision import Draft
from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS, Entry
from slaflow.store.log import entries as log_store
from slaflow.store.log import history
from slaflow.store.rows import leads as lead_store

Forged = Callable[[list[Draft]], list[Draft]]


def change(app: Engine, statement: str, **values: Any) -> None:
    """Runs one statement on the database, past everything that guards it."""
    with app.database.write() as conn:
        _let_go(conn)
        assert conn.execute(text(statement), values).rowcount > 0


def rewrite(app: Engine, lead_id: int, forged: Forged) -> None:
    """Writes a lead's log anew as *forged* makes it; every hash and the lead's head are as they should be."""
    with app.database.write() as conn:
        _let_go(conn)
        ((_, entries),) = history.streams(conn, [lead_id])
        lead = lead_store.read(conn, [lead_id])[lead_id]
        drafts = forged([draft_of(entry) for entry in entries])
        sealed, head = seal(
            drafts, stream=f"lead:{lead_id}", lead=lead_id, salt=lead.salt, digest=lead.digest,
            head=GENESIS, recorded_at=entries[-1].recorded_at,
        )  # fmt: skip
        conn.execute(text("DELETE FROM entry WHERE stream = :name"), {"name": f"lead:{lead_id}"})
        log_store.append(conn, sealed)
        end = {"seq": len(sealed), "head": head, "id": lead_id}
        conn.execute(text("UPDATE lead SET seq = :seq, head = :head WHERE id = :id"), end)


def changed(kind: str, **values: Any) -> Forged:
    """The first entry of *kind* with other values; ``data`` is laid over what it has."""

    def forged(drafts: list[Draft]) -> list[Draft]:
        place = next(n for n, draft in enumerate(drafts) if draft.kind == kind)
        new = {**values}
        if "data" in new:
            new["data"] = {**drafts[place].data, **new["data"]}
        return [*drafts[:place], replace(drafts[place], **new), *drafts[place + 1 :]]

    return forged


def without(kind: str) -> Forged:
    """The log as if the first entry of *kind* had never been."""

    def forged(drafts: list[Draft]) -> list[Draft]:
        gone = next(draft for draft in drafts if draft.kind == kind).seq
        return [_moved_up(draft, gone) for draft in drafts if draft.seq != gone]

    return forged


def _moved_up(draft: Draft, gone: int) -> Draft:
    cause = draft.caused_by
    if cause is not None and cause > gone:
        cause -= 1
    return replace(draft, seq=draft.seq - (draft.seq > gone), caused_by=cause)


def draft_of(entry: Entry) -> Draft:
    return Draft(
        entry.seq, entry.kind, entry.entry_class, entry.at, entry.actor, entry.party, entry.arrived_at,
        entry.occurred_at, entry.owner, entry.held_by, entry.trigger, entry.from_state, entry.to_state,
        entry.target, entry.clock, entry.step, entry.handoff, entry.reason, entry.caused_by, entry.data,
    )  # fmt: skip


def _let_go(conn: Connection) -> None:
    if conn.dialect.name == "postgresql":
        conn.execute(text("ALTER TABLE entry DISABLE TRIGGER ALL"))
        return
    triggers = conn.execute(
        text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entry'")
    )
    for (name,) in triggers.all():
        conn.execute(text(f"DROP TRIGGER {name}"))
