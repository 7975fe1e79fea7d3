"""How CRMs that are written stand, lead by lead where one is in trouble; what starts them again."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.leads.address import find
from slaflow.engine.setup import receivers
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError, UnknownName, nearest
from slaflow.lifecycle.decision import instant_text
from slaflow.store.database import Connection
from slaflow.store.linking import mirrors as store
from slaflow.store.linking.mirrors import Mirror
from slaflow.store.rows import receivers as receiver_store

SHOWN = 100
"""Leads in trouble that are told of at once."""
PAGE = 1_000


class NotApplied(SlaflowError):
    """Nobody who writes knows a CRM of that name."""

    code = "not_applied"

    def __init__(self, name: str) -> None:
        super().__init__(f"no CRM called \"{name}\" was applied; run 'slaflow receiver apply'")


def status(app: Context, name: str | None = None) -> list[dict[str, Any]]:
    """Each CRM that was applied, or the one called *name*: as ``receiver list`` has it, how many ``leads`` it
    was ever to show, and the first of those in ``trouble``, with why.

    Raises:
        UnknownName, NotApplied: no CRM of that name was applied.
    """
    rows = [each for each in receivers.listed(app) if "troubled" in each]
    if name is not None:
        rows = [each for each in rows if each["name"] == name]
        if not rows:
            with app.database.read() as conn:
                _check_known(conn, name)
    with app.database.read() as conn:
        return [
            {
                **{key: value for key, value in each.items() if key not in ("events", "personal")},
                "leads": store.counts(conn, each["name"])["leads"],
                "trouble": [_json(row) for row in store.troubled(conn, each["name"], SHOWN)],
            }
            for each in rows
        ]


def retry(app: Context, name: str, lead: int | str | None = None) -> dict[str, Any]:
    """Has leads in trouble at the CRM *name* be written again, or just *lead*, in trouble or not.

    Raises:
        UnknownName, NotApplied: no CRM of that name was applied.
        UnknownLead, AmbiguousLead: *lead* is none, or two.
    """

    def work(conn: Connection) -> int:
        _check_known(conn, name)
        return store.restart(conn, name, of=None if lead is None else find(conn, lead))

    return {"receiver": name, "leads": written(app, work)}


def mark_all(app: Context, name: str, anew_but: Collection[str] | None = None) -> dict[str, Any]:
    """Has every lead be compared with what the CRM *name* is to show; what differs is written. With
    *anew_but* all is, whatever is thought to stand there, but those fields, which are not slaflow's alone.

    Page by page, so that nobody waits for it. Raises as :func:`status`.
    """
    with app.database.read() as conn:
        _check_known(conn, name)
    number, after = 0, 0

    def work(conn: Connection) -> tuple[int, int] | None:
        marked = store.mark_page(conn, name, after, PAGE)
        if marked is not None and anew_but is not None:
            store.forget_sent(conn, name, after, marked[1], anew_but)
        return marked

    while (page := written(app, work)) is not None:
        number, after = number + page[0], page[1]
    return {"receiver": name, "leads": number}


def _check_known(conn: Connection, name: str) -> None:
    known = [each.name for each in receiver_store.applied(conn) if receivers.is_crm(each)]
    if name not in known:
        raise UnknownName("receiver", name, known) if nearest(name, known) else NotApplied(name)


def _json(row: Mirror) -> dict[str, Any]:
    return {
        "lead": row.lead,
        "status": row.status,
        "reason": row.reason,
        "tries": row.tries,
        "next_try_at": _text(row.next_try_at),
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)
