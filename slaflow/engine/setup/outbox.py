"""The outbox as people and scripts are shown it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.lifecycle.decision import instant_text
from slaflow.store.rows import outbox as store


def listed(
    app: Context, status: store.MessageStatus | None, limit: int | None, after: int | None
) -> list[dict[str, Any]]:
    """Messages by id, from the one after *after* on; only of *status* where given."""
    with app.database.read() as conn:
        return [_json(stored) for stored in store.list_messages(conn, status, limit, after)]


def _json(stored: store.Stored) -> dict[str, Any]:
    message = stored.message._asdict()
    shown = {
        "id": stored.id,
        "status": stored.status,
        "recipient": message.pop("recipient"),
        "kind": message.pop("kind"),
        "lead": stored.lead_id,
        **message,
        "recorded_at": stored.recorded_at,
        "tries": stored.tries,
        "next_try_at": stored.next_try_at,
        "last_error": stored.last_error,
    }
    return {k: instant_text(v) if isinstance(v, datetime) else v for k, v in shown.items()}
