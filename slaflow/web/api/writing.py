"""What every write has in common: its key, the ETag it goes by, and what is told when it is asked again."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from fastapi import Request
from starlette.responses import Response

from slaflow.engine.access.tokens import Bearer
from slaflow.engine.ask import LoggedSince
from slaflow.engine.caller import AskedBefore, Caller, Kept, Once
from slaflow.engine.log.read import LogFilter
from slaflow.web.api.bearing import caller
from slaflow.web.api.problems import Problem
from slaflow.web.api.reading import expected_seq, key_of
from slaflow.web.api.telling import lead_as_it_stands, told
from slaflow.web.site import Site

SINCE = 50
"""Of what was logged meanwhile so many entries are told."""
REPLAYED = {"idempotent-replayed": "true"}


def lead_written(
    request: Request, site: Site, asks: Bearer, lead: int | None, write: Callable[[Caller], int | None]
) -> Response:
    """What comes of *write*, which gives a new lead's number: LEAD as it stands then."""
    seq = None if lead is None else expected_seq(request.headers, lead)
    who = caller(asks, seq, _once(request, asks))
    replayed = {}
    try:
        found = write(who) or lead
    except AskedBefore as error:
        kept, replayed = error.kept, REPLAYED
        if kept.what is not None:
            code = "not_permitted" if kept.denied else "refused"
            raise Problem(
                code, f"{kept.what} refused", replayed, lead=kept.lead, because=list(kept.because)
            ) from None
        found = kept.lead
    except LoggedSince as error:
        assert seq is not None
        raise _changed(site, error.lead_id, seq) from None
    assert found is not None
    if lead is not None:
        return lead_as_it_stands(site, lead, headers=replayed)
    where = f"{request.scope['root_path']}/leads/{found}"
    return lead_as_it_stands(site, found, status_code=201, headers={"location": where, **replayed})


def written(
    request: Request, asks: Bearer, write: Callable[[Caller], Any],
    again: Callable[[Kept], Any] | None = None, status: int = 200,
    where: Callable[[Any], str] | None = None,
) -> Response:  # fmt: skip
    """What comes of *write*, which is about no lead; *again* tells it as it stands when it was done before.

    Without *again* the key is not looked at: what is done then is its own answer to being asked twice.
    """
    if "if-match" in request.headers:
        raise Problem("bad_header", "only leads have an ETag that writes go by; leave If-Match out")
    once = _once(request, asks)
    headers = {}
    try:
        said = write(caller(asks, None, once if again is not None else None))
    except AskedBefore as error:
        assert again is not None
        said, headers = again(error.kept), dict(REPLAYED)
    if where is not None:
        headers["location"] = f"{request.scope['root_path']}{where(said)}"
    return told(said, status, headers)


def _once(request: Request, asks: Bearer) -> Once | None:
    key = key_of(request.headers)
    if key is None:
        return None
    # With what it was to be matched against: with another it is another question.
    asked = (request.method, request.scope["path"], request.headers.get("if-match", ""))
    body: bytes = getattr(request.state, "body", b"")
    digest = sha256("\n".join(asked).encode("utf-8", "replace") + b"\n" + body).hexdigest()
    return Once(asks.token, key, digest)


def _changed(site: Site, lead: int, seq: int) -> Problem:
    """What was logged since, so that who asks can look again."""
    since = [each for each in site.engine.log(LogFilter(lead=lead)) if each.seq > seq][:SINCE]
    names = ("id", "seq", "kind", "at", "actor", "party", "trigger", "from", "to", "target")
    named: list[dict[str, Any]] = [{name: each.as_json()[name] for name in names} for each in since]
    return Problem("changed_meanwhile", f"lead {lead} has changed since; look at it again", since=named)
