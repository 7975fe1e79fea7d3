"""When a calendar is open, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from slaflow.agreement.words.naming import listed
from slaflow.hours.rules import WEEKDAYS, Rules, Window, Windows

DAYS = tuple(day.capitalize() for day in WEEKDAYS)


def windows(given: Windows) -> str:
    """``09:00 to 12:00 and 13:00 to 17:30``; ``closed`` where there are none."""
    return listed(window(each) for each in given) or "closed"


def window(given: Window) -> str:
    return f"{clock(given.start)} to {clock(given.end)}"


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
        return [f"{DAYS[run[0]]}s to {DAYS[run[-1]]}s"]
    return [f"{DAYS[number]}s" for number in run]


def week(rules: Rules) -> list[tuple[str, str]]:
    """Days that open alike, in order of the week, with their hours."""
    alike: dict[Windows, list[int]] = {}
    for number, given in enumerate(rules.week):
        alike.setdefault(given, []).append(number)
    return [(days(numbers), windows(given)) for given, numbers in alike.items()]


def span_of_days(given: tuple[date, date]) -> str:
    first, last = given
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"


def span_of_instants(given: tuple[datetime, datetime]) -> str:
    return " to ".join(each.isoformat(sep=" ", timespec="minutes") for each in given)


def dates(given: Iterable[date]) -> str:
    return listed(day.isoformat() for day in given)
