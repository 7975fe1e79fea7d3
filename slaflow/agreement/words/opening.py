"""When a calendar is open, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from slaflow.agreement.words.naming import listed
from slaflow.hours.rules import Rules, Window, Windows
from slaflow.language import _


def windows(given: Windows) -> str:
    """``09:00 to 12:00 and 13:00 to 17:30``; ``closed`` where there are none."""
    return listed(window(each) for each in given) or _("closed")


def window(given: Window) -> str:
    return _("{first} to {last}").format(first=clock(given.start), last=clock(given.end))


def clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def days(numbers: Sequence[int]) -> str:
    """``Mondays to Thursdays``, ``Fridays``, ``Mondays and Wednesdays``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return listed(word for run in runs for word in _run(run))


def _run(run: list[int]) -> list[str]:
    if len(run) > 2:
        return [_("{first} to {last}").format(first=_each(run[0]), last=_each(run[-1]))]
    return [_each(number) for number in run]


def _each(number: int) -> str:
    """``Mondays``."""
    return [
        _("Mondays"), _("Tuesdays"), _("Wednesdays"), _("Thursdays"), _("Fridays"), _("Saturdays"),
        _("Sundays"),
    ][number]  # fmt: skip


def week(rules: Rules) -> list[tuple[str, str]]:
    """Days that open alike, in order of the week, with their hours."""
    alike: dict[Windows, list[int]] = {}
    for number, given in enumerate(rules.week):
        alike.setdefault(given, []).append(number)
    return [(days(numbers), windows(given)) for given, numbers in alike.items()]


def span_of_days(given: tuple[date, date]) -> str:
    first, last = given
    return (
        first.isoformat()
        if first == last
        else _("{first} to {last}").format(first=first.isoformat(), last=last.isoformat())
    )


def span_of_instants(given: tuple[datetime, datetime]) -> str:
    return _(" to ").join(each.isoformat(sep=" ", timespec="minutes") for each in given)


def dates(given: Iterable[date]) -> str:
    return listed(day.isoformat() for day in given)
