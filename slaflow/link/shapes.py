"""What passes between those who receive deliveries and those who know a system's ways. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, Protocol


class Request(NamedTuple):
    """A delivery as it came: ``url`` is the public one with its query, ``path`` what stood behind the hook's
    name in it, ``headers`` all of them in their order, names in small letters, ``body`` its raw bytes."""

    method: str
    url: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The only header of that name; None where there is none or several, which signs nothing."""
        found = [text for each, text in self.headers if each == name]
        return found[0] if len(found) == 1 else None


class Item(NamedTuple):
    """One thing that a delivery says: ``key`` is the same whenever it is said again, ``at`` when it happened,
    ``remote`` the record it is about, ``row`` what it says, flat, as texts."""

    key: str
    at: datetime
    remote: str | None
    row: Mapping[str, str]


LONGEST_ID = 255


def record_id(text: str | None) -> str | None:
    """A record's id as it is kept: itself, or its digest where it is longer than ids are.

    Who looks at a page of yours may call themselves what they like, and no index takes all of that.
    """
    if text is None or len(text) <= LONGEST_ID:
        return text or None
    return sha256(text.encode()).hexdigest()


class Acknowledged(NamedTuple):
    """The answer to a delivery that was taken."""

    status: int = 200
    media: str = "application/json"
    body: bytes = b"{}"


class NotGenuine(Exception):
    """It is not signed, not by who should have, or too old: 401, whatever the reason.

    ``reason`` is for doctor and log, and holds nothing that came with the request.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class BodyRefused(Exception):
    """It is genuine and cannot be taken: ``status`` says how, ``words`` why, without a value of it."""

    def __init__(self, status: int, words: str) -> None:
        self.status = status
        self.words = words
        super().__init__(words)


class Source(Protocol):
    """What is known of a kind of system that sends."""

    def verify(self, request: Request, secrets: Sequence[str], now: datetime) -> None:
        """Raises :class:`NotGenuine` unless one of *secrets* shows that it comes from where it should."""

    def items(self, request: Request, now: datetime) -> list[Item]:
        """What it says. Raises :class:`BodyRefused`; :class:`NotGenuine` where only the body shows that."""

    def acknowledged(self) -> Acknowledged:
        """What is answered once it is kept."""
