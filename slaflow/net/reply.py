"""What another machine answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(hours=24)
HALF_A_SECOND = timedelta(milliseconds=500)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. Names of ``headers`` are lower case; of several by one name the first counts.

    ``is_whole`` is False where ``body`` was cut off: at its greatest length, by time or by the other side.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_whole: bool = True

    def retry_after(self, now: datetime) -> timedelta | None:
        """What it asks to wait for, in seconds or by a date, 24 hours at most; None where it asks nothing.

        Source: RFC 9110, 10.2.3.
        """
        said = self.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdecimal():
            return LONGEST_WAIT if len(said) > 9 else min(timedelta(seconds=int(said)), LONGEST_WAIT)
        until = _date(said)
        return None if until is None else min(max(until - now, timedelta()), LONGEST_WAIT)

    def ahead(self, now: datetime) -> timedelta | None:
        """How far its clock is ahead of ours, to about a second; None where it does not say what time it is.

        Source: RFC 9110, 6.6.1: when it was answered, in whole seconds.
        """
        at = _date(self.headers.get("date", ""))
        return None if at is None else at + HALF_A_SECOND - now


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
