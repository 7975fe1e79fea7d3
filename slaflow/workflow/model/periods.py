"""Calendar periods: days, weeks from Monday, months, quarters and years, by date; instants need a zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from slaflow.errors import USAGE, SlaflowError
from slaflow.hours.calendar import Calendar
from slaflow.hours.periods import FIRST_YEAR, LAST_YEAR
from slaflow.hours.zones import instant_at, start_of_day
from slaflow.language import _
from slaflow.workflow.model.commitment import Every

ONE_DAY = timedelta(days=1)
_LABEL = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:-(?:W(?P<week>[0-9]{2})|Q(?P<quarter>[1-4])|(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?))?"
)


class InvalidPeriod(SlaflowError):
    """A text that names no period."""

    code = "invalid_period"
    exit_code = USAGE

    def __init__(self, text: str) -> None:
        super().__init__(
            _(
                '"{text}" is no period; write a month like 2026-03, or 2026-W10, 2026-Q1, 2026, 2026-03-06'
            ).format(text=text[:40])
        )


class Period(NamedTuple):
    """One calendar period, from the day ``first`` to the day before ``end``."""

    every: Every
    first: date
    end: date

    @property
    def label(self) -> str:
        """``2026-03-06``, ``2026-W10``, ``2026-03``, ``2026-Q1``, ``2026``; of one kind they sort in time."""
        match self.every:
            case "day":
                return self.first.isoformat()
            case "week":
                year, week, _ = self.first.isocalendar()
                return f"{year:04}-W{week:02}"
            case "month":
                return self.first.isoformat()[:7]
            case "quarter":
                return f"{self.first.year:04}-Q{(self.first.month + 2) // 3}"
            case _:
                return f"{self.first.year:04}"

    def bounds(self, timezone: str) -> tuple[datetime, datetime]:
        """The instants, in UTC, at which it begins and ends in that zone; half-open."""
        zone = ZoneInfo(timezone)
        return instant_at(start_of_day(zone, self.first)), instant_at(start_of_day(zone, self.end))

    def following(self) -> Period:
        return period_of(self.every, self.end)

    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range((self.end - self.first).days))


def period_of(every: Every, day: date) -> Period:
    """The period in which *day* lies."""
    match every:
        case "day":
            first, end = day, day + ONE_DAY
        case "week":
            first = day - timedelta(days=day.weekday())
            end = first + timedelta(days=7)
        case "month":
            first, end = day.replace(day=1), _months_on(day.year, day.month)
        case "quarter":
            month = (day.month - 1) // 3 * 3 + 1
            first, end = date(day.year, month, 1), _months_on(day.year, month + 2)
        case _:
            first, end = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return Period(every, first, end)


def _months_on(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def parse_period(text: str) -> Period:
    """The period that *text* names.

    Raises:
        InvalidPeriod: it names none.

    >>> parse_period("2026-W10").first
    datetime.date(2026, 3, 2)
    """
    found = _LABEL.fullmatch(text)
    year = int(found["year"]) if found else 0
    if found is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidPeriod(text)
    try:
        return _named(year, found)
    except ValueError:
        raise InvalidPeriod(text) from None


def _named(year: int, found: re.Match[str]) -> Period:
    if found["week"]:
        return period_of("week", date.fromisocalendar(year, int(found["week"]), 1))
    if found["quarter"]:
        return period_of("quarter", date(year, int(found["quarter"]) * 3, 1))
    if found["day"]:
        return period_of("day", date(year, int(found["month"]), int(found["day"])))
    if found["month"]:
        return period_of("month", date(year, int(found["month"]), 1))
    return period_of("year", date(year, 1, 1))


def open_days(calendar: Calendar, period: Period, since: date | None = None) -> list[date]:
    """The days of *period*, those before *since* left out, on which *calendar* opens at all."""
    return [day for day in period.days() if (since is None or day >= since) and _opens(calendar, day)]


def _opens(calendar: Calendar, day: date) -> bool:
    return calendar.is_always or calendar.open_days(day, day + ONE_DAY) > 0
