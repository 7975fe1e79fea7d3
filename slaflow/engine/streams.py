"""Streams that are no lead's: how an entry of theirs is written."""

from __future__ import annotations

from datetime import datetime

from slaflow.engine.caller import Caller, Who
from slaflow.engine.listening import heard
from slaflow.lifecycle.decision import Draft
from slaflow.log.chain import seal
from slaflow.store.database import Connection
from slaflow.store.log import entries as log_store
from slaflow.store.rows import outbox as outbox_store


def append(
    conn: Connection, stream: str, draft: Draft, now: datetime, digest: str | None = None,
    by: Who | None = None,
) -> None:  # fmt: skip
    """Appends one entry to a stream that is no lead's, and has those hear of it who listen.

    The way by which *by* came goes on the record.
    """
    if isinstance(by, Caller) and by.via is not None:
        draft.data = {**draft.data, "via": by.via}
    seq, head, listeners = log_store.heard_stream_head(conn, stream)
    draft.seq = seq + 1
    sealed, head = seal(
        [draft], stream=stream, lead=None, salt=b"", digest=digest, head=head, recorded_at=now
    )
    log_store.append(conn, sealed)
    log_store.save_stream(conn, stream, draft.seq, head)
    if listeners:
        outbox_store.queue_of_stream(conn, stream, ((m, "waiting", now) for m in heard(listeners, [draft])))
