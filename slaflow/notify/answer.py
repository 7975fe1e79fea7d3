"""What came of one try to send, in words of which none tells an address, a body or a secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    """Taken by the other side; ``provider_id`` is what it calls the message, where it says so."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """Not taken this time; ``after`` is what the other side asked to wait for."""

    because: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """Never taken, this one to this address; others may be."""

    because: str


@dataclass(frozen=True, slots=True)
class Closed:
    """The channel takes nothing now (a sign-in refused, a day's limit): it is closed at once and probed."""

    because: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Off:
    """The other side wants no more: off until somebody puts it on; what waits is kept."""

    because: str


Answer = Sent | Again | Failed | Closed | Off
