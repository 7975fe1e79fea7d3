"""What can go wrong with business time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slaflow.errors import REFUSED, USAGE, SlaflowError
from slaflow.language import _


@dataclass(frozen=True, slots=True)
class CalendarProblem:
    """One fault of a calendar's mapping: *path* leads to it, keys as they are written and list indexes."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        where = ".".join(str(part) for part in self.path)
        return f"{where}: {self.message}" if where else self.message


class CalendarInvalid(SlaflowError, ValueError):
    """The mapping is no calendar; ``problems`` holds every fault that was found."""

    code = "calendar_invalid"
    exit_code = REFUSED

    def __init__(self, problems: Sequence[CalendarProblem], calendar: str = "") -> None:
        self.problems = tuple(problems)
        self.calendar = calendar
        head = f'calendar "{calendar}"' if calendar else "calendar"
        super().__init__("\n".join(f"{head}: {problem}" for problem in self.problems))


class CalendarNeverOpens(SlaflowError):
    """The calendar has less open time left, from ``at`` in the ``direction`` asked, than was ``wanted``."""

    code = "calendar_never_opens"
    exit_code = REFUSED

    def __init__(self, calendar: str, at: datetime, wanted: str, direction: str = "after") -> None:
        self.calendar = calendar
        self.at = at
        self.wanted = wanted
        self.direction = direction
        super().__init__(
            f'calendar "{calendar}" does not have {wanted} {direction} {at.isoformat()}; '
            "give it hours, or dates under open"
        )


class NaiveInstant(SlaflowError, ValueError):
    """An instant without a zone: nobody can tell when it is."""

    code = "naive_instant"
    exit_code = USAGE

    def __init__(self, instant: datetime) -> None:
        self.instant = instant
        super().__init__(
            _("{instant} has no time zone; give an offset, as in 2026-03-06T14:30:00+01:00").format(
                instant=instant.isoformat(sep=" ")
            )
        )


class InstantUnsupported(SlaflowError, ValueError):
    """An instant so far away that it cannot be meant."""

    code = "instant_unsupported"
    exit_code = USAGE

    def __init__(self, instant: datetime, years: range) -> None:
        self.instant = instant
        shown = instant.isoformat().replace("+00:00", "Z")
        words = _("{instant} lies beyond the years {first} to {last}, in which slaflow counts")
        super().__init__(words.format(instant=shown, first=years[0], last=years[-1]))


class InvalidDuration(SlaflowError, ValueError):
    """Open time to count is negative, or a number of open days is less than one."""

    code = "invalid_duration"
    exit_code = USAGE
