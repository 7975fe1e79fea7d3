"""A workflow's calendar mapping into `Rules`: every problem at once, each with the path that leads to it.

Values come as YAML or Python give them: texts or dates, one or a list. Nothing is guessed: what has
two readings is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from slaflow.errors import did_you_mean
from slaflow.hours.errors import CalendarProblem
from slaflow.hours.public_holidays import holiday_code_problem
from slaflow.hours.rules import WEEKDAYS, Rules, Window, Windows
from slaflow.hours.zones import is_zone, with_offset, zone_problem

DAY_KEYS = tuple(day[:3] for day in WEEKDAYS)
KEYS = ("hours", "holidays", "closed", "open", "timezone", "title", "about")

_WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_INSTANT = re.compile(r"\s*\d{4}-\d{2}-\d{2}[Tt ]\d{2}")

Path = tuple[str | int, ...]
Resolved = Mapping[str, Sequence[date]]


class _Unreadable(Exception):
    """One value of the mapping cannot be used; caught where its path is known, never leaves this file."""


def parse_rules(
    mapping: object, timezone: str, resolved: Resolved | None
) -> tuple[Rules, str, tuple[CalendarProblem, ...]]:
    """The rules and the zone that *mapping* gives, and its problems; given problems, do not use the rules."""
    if not isinstance(mapping, Mapping):
        fault = CalendarProblem((), "a calendar is a mapping with hours, holidays, closed, open")
        return Rules(), timezone, (fault,)
    reader = _Reader(resolved)
    reader.keys(mapping)
    zone = reader.zone(mapping.get("timezone", timezone), ("timezone",) if "timezone" in mapping else ())
    codes, dates = reader.holidays(mapping.get("holidays"))
    days, instants = reader.closed(mapping.get("closed"))
    rules = Rules(
        week=reader.week(mapping.get("hours")),
        holiday_codes=codes,
        holiday_dates=dates,
        closed_days=days,
        closed_instants=instants,
        open_days=reader.open(mapping.get("open")),
        resolved=reader.resolved_dates(codes),
    )
    return rules, zone, tuple(reader.problems)


class _Reader:
    """Reads the keys of one mapping and collects the problems on the way."""

    def __init__(self, resolved: Resolved | None) -> None:
        self.resolved = resolved
        self.here = "UTC"
        self.problems: list[CalendarProblem] = []

    def problem(self, path: Path, message: object) -> None:
        self.problems.append(CalendarProblem(path, str(message)))

    def keys(self, mapping: Mapping[object, object]) -> None:
        for key in mapping:
            if key not in KEYS:
                self.problem((str(key),), f'unknown key "{key}"{did_you_mean(str(key), KEYS)}')

    def zone(self, value: object, path: Path) -> str:
        """A zone's name; a stored version, whose holidays are resolved, keeps whatever was taken once."""
        is_kept = self.resolved is not None and is_zone(str(value))
        if is_kept or (problem := zone_problem(str(value))) is None:
            self.here = str(value)
        else:
            self.problem(path, problem)
        return self.here

    def week(self, value: object) -> tuple[Windows, ...]:
        given: dict[str, str] = {}
        windows: dict[str, Windows] = {}
        for key, day_windows in self.mapping(value, "hours", "mon-fri: [09:00-17:00]"):
            path = ("hours", str(key))
            hours = self.windows(day_windows, path)
            try:
                for day in _days(str(key)):
                    if day in given:
                        self.problem(path, f'{day} is already given by "{given[day]}"; name each day once')
                    given[day], windows[day] = str(key), hours
            except _Unreadable as problem:
                self.problem(path, problem)
        return tuple(windows.get(day, ()) for day in DAY_KEYS)

    def holidays(self, value: object) -> tuple[tuple[str, ...], tuple[date, ...]]:
        codes: dict[str, None] = {}
        dates: set[date] = set()
        for path, entry in self.entries(value, ("holidays",)):
            try:
                if isinstance(entry, str) and not _DATE.match(entry):
                    self.check_code(entry)
                    codes[entry] = None
                elif isinstance(entry, str | date):
                    dates.add(_date(entry))
                else:
                    raise _Unreadable(f'"{entry}" is no holiday; write SE, US-CA or 2026-12-24')
            except _Unreadable as problem:
                self.problem(path, problem)
        return tuple(codes), tuple(sorted(dates))

    def check_code(self, code: str) -> None:
        """With resolved dates only their codes exist: the installed library may differ by now."""
        if self.resolved is None:
            problem = holiday_code_problem(code)
        else:
            problem = (
                None if code in self.resolved else f'the holidays of "{code}" are not among those resolved'
            )
        if problem:
            raise _Unreadable(problem)

    def resolved_dates(self, codes: Iterable[str]) -> tuple[tuple[str, tuple[date, ...]], ...] | None:
        if self.resolved is None:
            return None
        return tuple((code, tuple(sorted(self.resolved.get(code, ())))) for code in codes)

    def closed(
        self, value: object
    ) -> tuple[tuple[tuple[date, date], ...], tuple[tuple[datetime, datetime], ...]]:
        days: set[tuple[date, date]] = set()
        instants: set[tuple[datetime, datetime]] = set()
        for path, entry in self.entries(value, ("closed",)):
            try:
                first, dots, last = entry.partition("..") if isinstance(entry, str) else ("", "", "")
                if dots and _INSTANT.match(first):
                    instants.add(_instants(first, last, self.here))
                else:
                    days.add(_dates(first, last) if dots else (_date(entry), _date(entry)))
            except _Unreadable as problem:
                self.problem(path, problem)
        return tuple(sorted(days)), tuple(sorted(instants))

    def open(self, value: object) -> tuple[tuple[date, Windows], ...]:
        days: dict[date, Windows] = {}
        for key, day_windows in self.mapping(value, "open", "2026-12-19: [10:00-14:00]"):
            path = ("open", str(key))
            windows = self.windows(day_windows, path)
            try:
                day = _date(key)
                if day in days:
                    raise _Unreadable(f"{day} is given twice")
                days[day] = windows
            except _Unreadable as problem:
                self.problem(path, problem)
        return tuple(sorted(days.items()))

    def windows(self, value: object, path: Path) -> Windows:
        found = []
        if value is None:
            self.problem(path, "no hours given; write [] for a closed day")
        for where, entry in self.entries(value, path):
            try:
                found.append(_window(entry))
            except _Unreadable as problem:
                self.problem(where, problem)
        return self.joined(sorted(found), path)

    def joined(self, windows: list[Window], path: Path) -> Windows:
        """Windows that touch made one."""
        joined: list[Window] = []
        for window in windows:
            last = joined[-1] if joined else None
            if last is None or last.end < window.start:
                joined.append(window)
                continue
            if last.end > window.start:
                self.problem(path, f"{last} and {window} overlap")
            joined[-1] = Window(last.start, max(last.end, window.end))
        return tuple(joined)

    def mapping(self, value: object, key: str, example: str) -> Iterator[tuple[object, object]]:
        if isinstance(value, Mapping):
            yield from value.items()
        elif value is not None:
            self.problem((key,), f"{key} is a mapping, as in {{{example}}}")

    def entries(self, value: object, path: Path) -> Iterator[tuple[Path, object]]:
        """The one value, or those of the list."""
        if isinstance(value, list | tuple):
            yield from (((*path, index), entry) for index, entry in enumerate(value))
        elif value is not None:
            yield path, value


def _days(key: str) -> list[str]:
    """The days of ``mon``, ``mon-fri``, ``fri-mon`` or several of these with commas between."""
    days: list[str] = []
    for part in key.split(","):
        ends = [end.strip() for end in part.split("-")]
        for end in ends:
            if end not in DAY_KEYS:
                raise _Unreadable(f'unknown day "{end}"{did_you_mean(end, DAY_KEYS)}')
        if len(ends) > 2:
            raise _Unreadable(f'"{key}" is no day or range of days, such as mon or mon-fri')
        first, last = DAY_KEYS.index(ends[0]), DAY_KEYS.index(ends[-1])
        days += [DAY_KEYS[(first + step) % 7] for step in range((last - first) % 7 + 1)]
    return days


def _window(value: object) -> Window:
    found = _WINDOW.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise _Unreadable(f'"{value}" is no window; write 09:00-17:00')
    start_hour, start_minute, end_hour, end_minute = map(int, found.groups())
    start, end = start_hour * 60 + start_minute, end_hour * 60 + end_minute
    if start_minute > 59 or end_minute > 59 or start >= 24 * 60 or end > 24 * 60:
        raise _Unreadable(f'"{value}" is outside a day; hours go from 00:00 to 24:00')
    if end <= start:
        raise _Unreadable(f'"{value}" ends before it starts; split a night at 24:00')
    return Window(start, end)


def _date(value: object) -> date:
    if isinstance(value, datetime):
        raise _Unreadable(f'"{value}" is an instant; write a date, as 2026-12-24')
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError as problem:
        raise _Unreadable(f'"{text}" is no date: {problem}') from None
    raise _Unreadable(f'"{text}" is no date; write 2026-12-24')


def _dates(first: str, last: str) -> tuple[date, date]:
    """First and last day, both closed."""
    begin, end = _date(first), _date(last)
    if end < begin:
        raise _Unreadable(f"{begin}..{end} ends before it starts")
    return begin, end


def _instants(first: str, last: str, zone: str) -> tuple[datetime, datetime]:
    """A half-open range in UTC."""
    begin, end = _instant(first, zone), _instant(last, zone)
    if end <= begin:
        raise _Unreadable(f"{first}..{last} ends before it starts")
    return begin, end


def _instant(text: str, zone: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text.strip())
        if instant.utcoffset() is None:
            raise _Unreadable(f'"{text}" has no offset; write {with_offset(instant, zone)}')
        return instant.astimezone(UTC)
    except (ValueError, OverflowError) as problem:
        raise _Unreadable(f'"{text}" is no instant: {problem}') from None
