"""Allowances in words: ``4 h of office time``, ``2 office days``, ``until the day in callback on``."""

from __future__ import annotations

from datetime import timedelta

from slaflow.agreement.words.naming import Naming, counted, plain
from slaflow.hours.words import duration, open_time
from slaflow.workflow.model.clocks import Allowance, Days, LocalTime, Months, OpenTime, Span

A_DAY = timedelta(days=1)
ALWAYS, OWNER = "always", "owner"


def elapsed(span: timedelta) -> str:
    """Time that passes whether anybody works or not."""
    if span >= A_DAY and not span % A_DAY:
        return counted(span.days, "day")
    return duration(span.total_seconds())


def bare(span: Span) -> str:
    """How long, whatever it is counted in."""
    match span:
        case OpenTime():
            return open_time(span.duration.total_seconds())
        case Days():
            return counted(span.days, "day")
        case Months():
            return counted(span.months, "month")


def counted_in(calendar: str) -> str:
    if calendar == ALWAYS:
        return "day and night"
    return "by the owner's own calendar" if calendar == OWNER else f"by the calendar {plain(calendar)}"


def _counts(calendar: str) -> str:
    return "the owner's working" if calendar == OWNER else plain(calendar)


def span(given: Span, calendar: str) -> str:
    """How long, and of which time."""
    if calendar == ALWAYS:
        return bare(given)
    match given:
        case OpenTime():
            return f"{bare(given)} of {_counts(calendar)} time"
        case Days():
            return f"{counted(given.days, f'{_counts(calendar)} day')}"
        case Months():
            return f"{bare(given)} {counted_in(calendar)}"


def allowance(given: Allowance, calendar: str, naming: Naming) -> str:
    """The whole of what is allowed, as it follows ``has``."""
    match given:
        case LocalTime():
            return f"until the next {given.minutes // 60:02}:{given.minutes % 60:02} {_local(calendar)}"
        case OpenTime() | Days() | Months():
            return span(given, calendar)
        case _:
            until = _until(given.expression.text, given.field, naming)
            day = f"the close of the day in {until}" if given.is_date else f"the instant in {until}"
            closing = "" if calendar == ALWAYS else f", {counted_in(calendar)}"
            before = f"{bare(given.before)} before " if given.before else ""
            return f"until {before}{day}{closing}"


def _until(text: str, field: str, naming: Naming) -> str:
    return naming.field(field) if text in (f"lead.{field}", field) else f"“{text}”"


def _local(calendar: str) -> str:
    return "local time" if calendar in (ALWAYS, OWNER) else f"{counted_in(calendar)}"
