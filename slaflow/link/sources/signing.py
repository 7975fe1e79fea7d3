"""What shows that a delivery comes from where it should: signatures, tokens, and when it was sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from slaflow.engine.access.secrets import same
from slaflow.link.shapes import NotGenuine, Request

TOLERANCE = timedelta(minutes=5)
"""How far its time may be from ours. Source: HubSpot's "Validating requests"; Standard Webhooks'
libraries take as much."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def only(request: Request, name: str) -> str:
    """The header of that name, in ASCII. Raises :class:`NotGenuine`: there is none, or several."""
    found = request.header(name)
    if not found or not found.isascii():
        raise NotGenuine(f"{name} is missing, stands twice or is not ASCII")
    return found


def sent_at(text: str, unit: timedelta, now: datetime) -> datetime:
    """When it was sent, by a number of *unit* since 1970. Raises :class:`NotGenuine`."""
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise NotGenuine("its time is no number")
    try:
        at = _EPOCH + int(text) * unit
    except OverflowError:
        raise NotGenuine("its time is of no year that is meant") from None
    if abs(now - at) > TOLERANCE:
        raise NotGenuine("it was sent too long ago" if at < now else "it is sent in the future")
    return at


def check(given: Iterable[str], expected: Sequence[str]) -> None:
    """Raises :class:`NotGenuine` unless one of *given* is one of *expected*; its time tells nothing."""
    found = [same(each, other) for each in given for other in expected]
    if not any(found):
        raise NotGenuine("its signature or token is another")


def in_base64(secret: str, content: bytes) -> str:
    """HMAC-SHA256 of *content*, in base64."""
    return base64.b64encode(hmac.digest(secret.encode(), content, hashlib.sha256)).decode()
