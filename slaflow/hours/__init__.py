"""Business time: calendars, open time between instants, and why. Pure; no clock, no database."""

from slaflow.hours.calendar import ALWAYS, Calendar, parse_calendar
from slaflow.hours.errors import (
    CalendarInvalid,
    CalendarNeverOpens,
    CalendarProblem,
    InvalidDuration,
    NaiveInstant,
)
from slaflow.hours.ledger import Span, spans
from slaflow.hours.public_holidays import resolve_holidays

__all__ = [
    "ALWAYS",
    "Calendar",
    "CalendarInvalid",
    "CalendarNeverOpens",
    "CalendarProblem",
    "InvalidDuration",
    "NaiveInstant",
    "Span",
    "parse_calendar",
    "resolve_holidays",
    "spans",
]
