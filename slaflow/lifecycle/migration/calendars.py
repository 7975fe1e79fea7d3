"""Whether two calendars are open at the same times, whatever they are called.

Of public holidays a version knows some years around its activation, so those are compared that both know.
"""

from __future__ import annotations

from datetime import date

from slaflow.hours.calendar import Calendar
from slaflow.hours.rules import Rules


def are_alike(old: Calendar, new: Calendar) -> bool:
    """Whether they say the same; zones by name."""
    return _said(old) == _said(new) and _same_holidays(old.rules, new.rules)


def _said(calendar: Calendar) -> tuple[object, ...]:
    rules = calendar.rules
    days = (rules.closed_days, rules.closed_instants, rules.open_days)
    return calendar.timezone, calendar.is_always, rules.week, days


def _same_holidays(old: Rules, new: Rules) -> bool:
    if old.resolved is None or new.resolved is None:
        return (old.holiday_codes, old.holiday_dates) == (new.holiday_codes, new.holiday_dates)
    ours, theirs = _resolved(old), _resolved(new)
    both = {day.year for day in ours} & {day.year for day in theirs}
    if ours and theirs:
        ours, theirs = ({day for day in days if day.year in both} for days in (ours, theirs))
    return ours | set(old.holiday_dates) == theirs | set(new.holiday_dates)


def _resolved(rules: Rules) -> set[date]:
    codes = dict(rules.resolved or ())
    return {day for code in rules.holiday_codes for day in codes.get(code, ())}
