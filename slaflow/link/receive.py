"""Deliveries of other systems: shown to be genuine, taken apart, kept, answered; applied later.

What is logged names the hook, the status and why, and nothing that came with the request.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from slaflow.engine.context import Context
from slaflow.engine.transaction import written
from slaflow.errors import ENVIRONMENT, SlaflowError
from slaflow.link.shapes import Acknowledged, BodyRefused, Item, NotGenuine, Request, record_id
from slaflow.link.sources.opening import secrets_of_hook, source_of
from slaflow.settings.hooks import AnyHook, SalesforceHook
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox
from slaflow.store.linking.inbox import Arrived

LARGEST = 1024 * 1024
"""Bytes of a delivery."""
TOO_LARGE = "a delivery has at most 1 MB; send less at once"
UNKNOWN = "there is no such hook here"
NOT_GENUINE = "this is not signed as it should be, or too old; nothing was kept"
NOT_NOW = "this cannot be taken now, and nothing was kept; send it again"
LATER, SOON = timedelta(minutes=1), timedelta(seconds=1)
log = logging.getLogger("slaflow.link")


class Refused(Exception):
    """A delivery of which nothing is kept. ``retry_after``: by then it may be sent again."""

    def __init__(self, status: int, words: str, retry_after: timedelta | None = None) -> None:
        self.status = status
        self.words = words
        self.retry_after = retry_after
        super().__init__(words)


def receive(
    app: Context, reach: Reach, name: str, request: Request, environment: Mapping[str, str] | None = None
) -> Acknowledged:
    """Keeps what *request* tells the hook *name*, each thing once, in one transaction; gives the answer.

    Args:
        environment: where secrets are looked for; the process's own if None.

    Raises:
        Refused: 400, 401, 404, 413, 415, 422 or 503.
    """
    hook = reach.hooks.get(name)
    if hook is None or (request.path and not isinstance(hook, SalesforceHook)):
        raise Refused(404, UNKNOWN)
    try:
        return _received(app, reach, name, hook, request, environment)
    except NotGenuine as error:
        raise _told(name, Refused(401, NOT_GENUINE), error.reason) from None
    except BodyRefused as error:
        raise _told(name, Refused(error.status, error.words), error.words) from None
    except SlaflowError as error:
        # Its words may name where the database is.
        if error.exit_code != ENVIRONMENT and error.code != "conflicting_change":
            raise
        later = LATER if error.exit_code == ENVIRONMENT else SOON
        raise _told(name, Refused(503, NOT_NOW, later), error.code) from None


def too_large(reach: Reach, name: str) -> Refused:
    """A delivery to *name* of which no more was read."""
    found = Refused(413, TOO_LARGE)
    return _told(name, found, TOO_LARGE) if name in reach.hooks else found


def _received(
    app: Context, reach: Reach, name: str, hook: AnyHook, request: Request,
    environment: Mapping[str, str] | None,
) -> Acknowledged:  # fmt: skip
    check_form(request)
    now, source = app.now(), source_of(hook)
    source.verify(request, secrets_of_hook(name, hook, reach.public_url, environment), now)
    items = source.items(request, now)
    if items:
        _keep(app, name, hook, items)
    return source.acknowledged()


def check_form(request: Request) -> None:
    """Raises :class:`BodyRefused` for what nobody may send, signed or not."""
    if len(request.body) > LARGEST:
        raise BodyRefused(413, TOO_LARGE)
    for header, text in request.headers:
        if header == "content-encoding" and text.strip().lower() not in ("", "identity"):
            raise BodyRefused(415, "nothing compressed is taken here")
    try:
        request.body.decode("utf-8")
    except UnicodeDecodeError:
        raise BodyRefused(400, "that is not UTF-8") from None


def _keep(app: Context, name: str, hook: AnyHook, items: Sequence[Item]) -> None:
    now = app.now()
    arrived = [Arrived(each.key, each.at, record_id(each.remote), each.row) for each in items]
    written(app, lambda conn: inbox.take(conn, name, arrived, now, now + hook.hold))


def _told(name: str, refused: Refused, why: str) -> Refused:
    log.warning("hook %s: %d: %s", name, refused.status, why)
    return refused
