"""The outbox as people and scripts are shown it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.outbox.again import check_name
from slaflow.lifecycle.decision import instant_text
from slaflow.settings.reach import Reach
from slaflow.store.rows import outbox as store
from slaflow.store.sending import told as told_store
from slaflow.store.sending.told import Told


def listed(
    app: Context, status: store.MessageStatus | None, limit: int | None, after: int | None
) -> list[dict[str, Any]]:
    """Messages by id, from the one after *after* on, with their ways; only of *status* where given."""
    with app.database.read() as conn:
        messages = store.list_messages(conn, status, limit, after)
        ways = told_store.deliveries_of(conn, [each.id for each in messages])
    return [_json(each, ways.get(each.id, ())) for each in messages]


def listed_over(
    app: Context, reach: Reach, name: str, status: store.MessageStatus | None, limit: int | None,
    after: int | None,
) -> list[dict[str, Any]]:  # fmt: skip
    """As :func:`listed`, of those alone that go over the channel *name*, and are *status* there.

    Raises:
        UnknownName: nothing is known of a channel or receiver of that name.
    """
    with app.database.read() as conn:
        check_name(conn, reach, name)
        is_theirs = told_store.goes_over(name, status)
        messages = store.list_messages(conn, None, limit, after, is_theirs)
        ways = told_store.deliveries_of(conn, [each.id for each in messages])
    return [_json(each, ways.get(each.id, ())) for each in messages]


def _json(stored: store.Stored, ways: Sequence[Told]) -> dict[str, Any]:
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
    return {**_written(shown), "deliveries": [_way(each) for each in ways]}


def _way(told: Told) -> dict[str, Any]:
    # Where an address is a path or a URL, whoever has it can write there: it is a secret.
    address = None if "/" in told.address else told.address
    next_try_at = told.next_try_at if told.status == "waiting" else None
    return _written({**asdict(told), "address": address, "next_try_at": next_try_at})


def _written(shown: dict[str, Any]) -> dict[str, Any]:
    return {k: instant_text(v) if isinstance(v, datetime) else v for k, v in shown.items()}
