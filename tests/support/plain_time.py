"""Promises counted by plain arithmetic on local days, with :mod:`zoneinfo` and nothing of slaflow's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

GRACE = timedelta(hours=3)
Spans = dict[int, list[tuple[int, int]]]
"""By weekday the minutes of the day from which and until which it is open."""


@dataclass(frozen=True)
class Hours:
    """When promises are counted: local times of day by weekday, and the days that differ."""

    zone: ZoneInfo
    week: Spans
    off: frozenset[date]
    other: dict[date, list[tuple[int, int]]] = field(default_factory=dict)

    def of(self, day: date) -> list[tuple[datetime, datetime]]:
        """The opening spans of a local day, in UTC."""
        usual = [] if day in self.off else self.week.get(day.weekday(), [])
        return [(self._at(day, a), self._at(day, b)) for a, b in self.other.get(day, usual)]

    def _at(self, day: date, minutes: int) -> datetime:
        return datetime.combine(day, time(*divmod(minutes, 60)), self.zone).astimezone(UTC)

    def spans(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is open from *since* on, day after local day."""
        day = since.astimezone(self.zone).date()
        while True:
            for begin, end in self.of(day):
                if end > since:
                    yield max(begin, since), end
            day += timedelta(days=1)

    def open_between(self, a: datetime, b: datetime) -> timedelta:
        total = timedelta(0)
        for begin, end in self.spans(a):
            if begin >= b:
                return total
            total += min(end, b) - begin
        raise AssertionError

    def after(self, a: datetime, left: timedelta) -> datetime:
        """The first instant by which *left* of open time has passed since *a*."""
        for begin, end in self.spans(a):
            if left <= end - begin:
                return begin + left if left else a
            left -= end - begin
        raise AssertionError

    def close_of_day(self, a: datetime, days: int) -> datetime:
        """The close of the open day that is the *days*-th after that of *a*."""
        day = a.astimezone(self.zone).date()
        while days:
            day += timedelta(days=1)
            days -= bool(self.of(day))
        return self.of(day)[-1][1]


@dataclass
class Promise:
    """One promise of an incident, counted by hand: what it is given, what it has used, when it is due."""

    name: str
    given: int | timedelta
    hours: Hours
    start: datetime
    used: timedelta = timedelta(0)
    since: datetime | None = None
    """Since when its time runs; None while it is paused."""
    paused_at: datetime | None = None
    allowance: timedelta = timedelta(0)
    was_paused: bool = False
    is_over: bool = False
    is_broken: bool = False
    graced: bool = False
    told: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.since = self.start
        self.due = self._from_start()
        self.allowance = self._open_time_given()
        self._say("clock_started", self.due)

    def _say(self, kind: str, *instants: datetime) -> None:
        self.told.append((kind, *map(_text, instants)))

    def _from_start(self) -> datetime:
        if isinstance(self.given, int):
            return self.hours.close_of_day(self.start, self.given)
        return self.hours.after(self.start, self.given)

    def _open_time_given(self) -> timedelta:
        return (
            self.hours.open_between(self.start, self._from_start())
            if isinstance(self.given, int)
            else self.given
        )

    def pass_time(self, at: datetime) -> None:
        """It breaks where its time is over."""
        if not self.is_over and not self.is_broken and self.paused_at is None and self.due <= at:
            self.is_broken = True
            self._say("breached", self.due)

    def hold(self, at: datetime) -> None:
        if self.is_over or self.is_broken or self.paused_at is not None:
            return
        self._stop(at)
        self.paused_at, self.was_paused = at, True

    def go_on(self, at: datetime) -> None:
        if self.is_over or self.paused_at is None:
            return
        self.since, self.paused_at = at, None
        self.due = self.hours.after(at, self.allowance - self.used)
        self._say("clock_resumed", self.due)

    def _stop(self, at: datetime) -> None:
        if self.since is not None:
            self.used += self.hours.open_between(self.since, at)
        self.since = None

    def move(self, at: datetime, given: int | timedelta, hours: Hours) -> None:
        """To other terms at *at*: what was used stays used, the rest is counted anew."""
        if self.is_over or self.is_broken:
            return
        self._stop(at)
        before, self.given, self.hours = self.due, given, hours
        self.allowance = self._open_time_given()
        begin = at if self.paused_at is None else self.paused_at
        left = self.allowance - self.used
        if isinstance(given, int) and not self.was_paused:
            self.due = self._from_start()
            self.allowance = self.used + hours.open_between(at, self.due) if self.due > at else self.used
            is_late = self.due <= at
        else:
            self.due = hours.after(begin, max(left, timedelta(0)))
            is_late = left <= timedelta(0) or (self.paused_at is None and self.due <= at)
        if is_late:
            self.graced, self.allowance = True, self.used + GRACE
            self.due = hours.after(begin, GRACE)
        if self.paused_at is None:
            self.since = at
        if self.due != before:
            self._say("clock_moved", before, self.due, at)


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
