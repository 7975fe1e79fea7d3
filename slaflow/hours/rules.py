"""What a calendar says, checked: windows per weekday, holidays, closures, exceptions. No arithmetic."""

from dataclasses import dataclass
from datetime import date, datetime

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Opening hours inside one local day, in minutes after midnight, half-open; the end may be 24:00."""

    start: int
    end: int

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (self.start, self.end))


Windows = tuple[Window, ...]
"""Windows of one day, in order, neither overlapping nor touching."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A calendar's own words, in a fixed order, so that equal calendars compare equal.

    Which of them wins on a day: ``open_days``, then ``closed_days``, then ``week``, then holidays;
    ``closed_instants``, in UTC and half-open, beat all of them.
    """

    week: tuple[Windows, ...] = ((),) * 7
    holiday_codes: tuple[str, ...] = ()
    holiday_dates: tuple[date, ...] = ()
    closed_days: tuple[tuple[date, date], ...] = ()
    closed_instants: tuple[tuple[datetime, datetime], ...] = ()
    open_days: tuple[tuple[date, Windows], ...] = ()
    resolved: tuple[tuple[str, tuple[date, ...]], ...] | None = None
    """The dates of each code as a version stored them; None asks the installed library."""


ROUND_THE_CLOCK = Rules(week=((Window(0, 24 * 60),),) * 7)
