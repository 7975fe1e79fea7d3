"""Allowances in words: ``4 h of office time``, ``2 office days``, ``until the day in callback on``."""

from __future__ import annotations

from datetime import timedelta

from slaflow.agreement.words.naming import Naming, counted, plain, quoted
from slaflow.hours.words import duration, open_time
from slaflow.language import _, ngettext
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
        return _("day and night")
    return (
        _("by the owner's own calendar")
        if calendar == OWNER
        else _("by the calendar {calendar}").format(calendar=plain(calendar))
    )


def span(given: Span, calendar: str) -> str:
    """How long, and of which time."""
    if calendar == ALWAYS:
        return bare(given)
    match given:
        case OpenTime() if calendar == OWNER:
            return _("{time} of the owner's working time").format(time=bare(given))
        case OpenTime():
            return _("{time} of {calendar} time").format(time=bare(given), calendar=plain(calendar))
        case Days() if calendar == OWNER:
            words = ngettext("{n} of the owner's working days", "{n} of the owner's working days", given.days)
            return words.format(n=given.days)
        case Days():
            words = ngettext("{n} {calendar} day", "{n} {calendar} days", given.days)
            return words.format(n=given.days, calendar=plain(calendar))
        case Months():
            return f"{bare(given)} {counted_in(calendar)}"


def allowance(given: Allowance, calendar: str, naming: Naming) -> str:
    """The whole of what is allowed, as it follows ``has``."""
    match given:
        case LocalTime():
            return _("until the next {time} {local}").format(
                time=f"{given.minutes // 60:02}:{given.minutes % 60:02}", local=_local(calendar)
            )
        case OpenTime() | Days() | Months():
            return span(given, calendar)
        case _:
            field = _until(given.expression.text, given.field, naming)
            day = _("the close of the day in {field}") if given.is_date else _("the instant in {field}")
            if given.before:
                until = _("until {time} before {instant}")
            else:
                until = _("until {instant}")
            words = until.format(
                time=bare(given.before) if given.before else "", instant=day.format(field=field)
            )
            return words if calendar == ALWAYS else f"{words}, {counted_in(calendar)}"


def _until(text: str, field: str, naming: Naming) -> str:
    return naming.field(field) if text in (f"lead.{field}", field) else quoted(text)


def _local(calendar: str) -> str:
    return _("local time") if calendar in (ALWAYS, OWNER) else f"{counted_in(calendar)}"
