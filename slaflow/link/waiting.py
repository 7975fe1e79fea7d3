"""What hooks were sent, listed without a value of it, and tried again."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import SlaflowError, UnknownName
from slaflow.lifecycle.decision import instant_text
from slaflow.store.database import Connection
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import STATUSES as STATUSES
from slaflow.store.linking.inbox import Delivered


class NothingFailed(SlaflowError):
    """There is no such thing to be tried again."""

    code = "nothing_failed"

    def __init__(self, id: int) -> None:
        super().__init__(
            f"nothing failed under the id {id}; 'slaflow hook list --status failed' tells what did"
        )


def listed(
    app: Context, hooks: Collection[str], *, hook: str | None, status: str | None, limit: int | None
) -> list[dict[str, Any]]:
    """What is kept, latest first: which record, since when, what became of it and why.

    *hooks* are those of slaflow.toml. Raises ``UnknownName``: *hook* is none, and was never sent anything.
    """
    with app.database.read() as conn:
        _check_known(conn, hooks, hook)
        return [_json(each) for each in inbox.listed(conn, hook=hook, status=status, limit=limit)]


def retry(app: Context, hooks: Collection[str], *, hook: str | None = None, id: int | None = None) -> int:
    """Has what failed tried again: one, those of a hook, or all; gives how many.

    Raises:
        NothingFailed: the one did not.
        UnknownName: as of :func:`listed`.
    """
    with app.database.read() as conn:
        _check_known(conn, hooks, hook)
    number = written(app, lambda conn: inbox.retry(conn, app.now(), hook=hook, id=id))
    if id is not None and not number:
        raise NothingFailed(id)
    return number


def drop(app: Context, hooks: Collection[str], *, hook: str | None = None, id: int | None = None) -> int:
    """Leaves what failed as it is, for good: one, or those of a hook; gives how many. Raises as ``retry``.

    It stays known, so that the same sent again is nothing new.
    """
    with app.database.read() as conn:
        _check_known(conn, hooks, hook)
    number = written(app, lambda conn: inbox.drop(conn, hook=hook, id=id))
    if id is not None and not number:
        raise NothingFailed(id)
    return number


def _check_known(conn: Connection, hooks: Collection[str], hook: str | None) -> None:
    known = {*hooks, *inbox.counts(conn)} if hook is not None and hook not in hooks else hooks
    if hook is not None and hook not in known:
        raise UnknownName("hook", hook, known)


def _json(each: Delivered) -> dict[str, Any]:
    return {
        "id": each.id, "hook": each.hook, "record": each.remote, "at": instant_text(each.occurred_at),
        "received_at": instant_text(each.received_at), "status": each.status, "lead": each.lead,
        "tries": each.tries,
        "apply_at": instant_text(each.apply_at) if each.status == inbox.WAITING else None,
        "reason": each.reason,
    }  # fmt: skip
