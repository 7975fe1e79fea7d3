"""What else than its own row is known of an erased lead: blanked, and remembered until no file holds it.

Rows only. What their former values leave behind in the files is the business of ``scrubbing.py``.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, delete, insert, literal_column, select, update

from slaflow.store.jobs import queue as jobs
from slaflow.store.kept import figures
from slaflow.store.rows import words
from slaflow.store.rows.listeners import RECEIVER
from slaflow.store.tables.access import once
from slaflow.store.tables.deliveries import delivery
from slaflow.store.tables.erasure import erasure
from slaflow.store.tables.imports import imported
from slaflow.store.tables.log import entry
from slaflow.store.tables.outbox import message
from slaflow.store.types import one_of

ERASED = "the person was erased"
"""Why a delivery was dropped."""


def blank(connection: Connection, lead_id: int, before_seq: int, at: datetime) -> None:
    """Takes the lead's data out of the log, the outbox, files of jobs and what imports remember.

    Args:
        before_seq: the ``erased`` entry; the data of those before it becomes null.
        at: when that was.

    Messages stay, empty, so that the outbox still tells who was told when; what people were not sent yet is
    ``stale``, its deliveries ``dropped``. Receivers still hear what is left of each entry, and of the
    erasure: they have something to erase too; what was rendered for them is rendered anew. Import keys are
    hashes over the identity, without a salt, and go. Figures that were kept may name what a field held, and
    are counted anew.
    """
    stream = f"lead:{lead_id}"
    earlier = (entry.c.stream == stream, entry.c.seq < before_seq, entry.c.data.is_not(None))
    connection.execute(update(entry).where(*earlier).values(data=None))
    _empty_messages(connection, stream)
    # Only now: who plans deliveries meanwhile holds the messages, and those are seen from here on.
    _empty_deliveries(connection, lead_id, at)
    connection.execute(delete(imported).where(imported.c.lead == lead_id))
    connection.execute(delete(once).where(once.c.lead == lead_id))
    words.forget(connection, lead_id)
    jobs.forget_leads(connection, at)
    connection.execute(insert(erasure).values(lead=lead_id, at=at))
    figures.empty(connection, at)


def _empty_messages(connection: Connection, stream: str) -> None:
    to_people = ~message.c.recipient.startswith(RECEIVER)
    unsent = message.c.status.in_(("waiting", "failed")) & to_people
    was_sent = select(delivery.c.id).where(delivery.c.message == message.c.id, delivery.c.status == "sent")
    status = case((unsent & was_sent.exists(), "sent"), (unsent, "stale"), else_=message.c.status)
    emptied: dict[str, Any] = {"data": {}, "last_error": None, "next_try_at": None, "status": status}
    connection.execute(update(message).where(message.c.stream == stream).values(emptied))


def _empty_deliveries(connection: Connection, lead_id: int, at: datetime) -> None:
    each = delivery.c
    shared = select(each.digest).distinct().where(each.lead == lead_id, each.digest.is_not(None))
    if digests := list(connection.execute(shared).scalars()):
        # What waits and what was written lately each have an index; all that ever went has none.
        waits = each.status == literal_column("'waiting'")
        done = each.status != literal_column("'waiting'")
        theirs = update(delivery).where(one_of(each.digest, "digests")).values(body=None)
        connection.execute(theirs.where(done, each.body.is_not(None)), {"digests": digests})
        # What is left of it is gathered anew: perhaps the one that stood for all goes.
        connection.execute(theirs.where(waits).values(digest=None), {"digests": digests})
    emptied = {"body": None, "last_error": None, "provider_id": None}
    connection.execute(update(delivery).where(each.lead == lead_id).values(emptied))
    # Whoever has one of them in hand finds it is not theirs any more.
    dropped = {
        "status": "dropped", "last_error": ERASED, "done_at": at, "held_at": None, "claimed_until": None,
        "claimed_by": None,
    }  # fmt: skip
    unsent = (each.lead == lead_id, each.status == "waiting", ~each.channel.startswith(RECEIVER))
    connection.execute(update(delivery).where(*unsent).values(dropped))


def unscrubbed(connection: Connection) -> list[int]:
    """The erased leads of which the files may still hold traces, by id."""
    query = select(erasure.c.lead).where(erasure.c.scrubbed_at.is_(None)).order_by(erasure.c.lead)
    return list(connection.execute(query).scalars())


def note_scrubbed(connection: Connection, lead_ids: Collection[int], at: datetime) -> None:
    """Remembers that the files were rewritten at *at*, after these leads were erased."""
    done = update(erasure).where(one_of(erasure.c.lead, "leads"))
    connection.execute(done.values(scrubbed_at=at), {"leads": lead_ids})
