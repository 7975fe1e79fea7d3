"""What is owed in a period, by which version of the agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from slaflow.hours.calendar import Calendar
from slaflow.hours.zones import instant_at, start_of_day
from slaflow.workflow.model.commitment import Commitment
from slaflow.workflow.model.periods import ONE_DAY, Period, open_days
from slaflow.workflow.model.workflow import Workflow


@dataclass(frozen=True, slots=True)
class Terms:
    """What is owed in a period: by the version in force when it began, or the first there ever was.

    ``since`` is the day on which that first one came into force, if it came within the period.
    """

    workflow: Workflow
    period: Period
    since: date | None = None

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        return self.period.bounds(self.workflow.timezone)

    def open_days(self) -> list[date]:
        """The open days for which something is owed, on the agreement's first calendar."""
        return open_days(self._calendar, self.period, self.since)

    def prorated(self) -> tuple[int, int] | None:
        """(open days owed, open days in all) of a first period that is not whole; None of a whole one."""
        owed, whole = len(self.open_days()), len(open_days(self._calendar, self.period))
        return None if owed == whole else (owed, whole)

    @property
    def _calendar(self) -> Calendar:
        return self.workflow.calendars[self.workflow.first_calendar]

    def commitments(self) -> list[Commitment]:
        """Those that are owed per period of this kind, in file order."""
        return [each for each in self.workflow.commitments.values() if each.every == self.period.every]

    def closes_at(self, commitment: Commitment) -> datetime:
        return self.bounds[1] + commitment.matures

    def end_of(self, day: date) -> datetime:
        return instant_at(start_of_day(ZoneInfo(self.workflow.timezone), day + ONE_DAY))
