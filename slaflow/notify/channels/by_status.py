"""What an HTTP status means where the other side says no more, or nothing that counts."""

from __future__ import annotations

from datetime import datetime

from slaflow.net.reply import Reply
from slaflow.notify.answer import Again, Answer, Closed, Failed, Off, Sent

_NEVER = frozenset((400, 413, 422))
_SIGNED_OUT = frozenset((401, 403))


def answered(reply: Reply, at: datetime) -> Answer:
    """What *reply* means to a try made *at* then, by its status alone."""
    said = f"it answered {reply.status}"
    if 200 <= reply.status < 300:
        return Sent()
    if reply.status == 410:
        return Off(f"{said}: it wants no more")
    if reply.status in _SIGNED_OUT:
        return Closed(f"{said}: it refuses who asks", reply.retry_after(at))
    if reply.status in _NEVER:
        return Failed(said)
    if 300 <= reply.status < 400:
        return Again(f"{said}, and redirects are not followed", reply.retry_after(at))
    return Again(said, reply.retry_after(at))
