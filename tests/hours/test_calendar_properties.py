"""Business time against a slow count of open minutes, in zones that turn their clocks in every known way."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.stories.strategies import CalendarCase, calendar_cases, instants_near

from slaflow.hours import Calendar, CalendarNeverOpens, spans

MINUTE = timedelta(minutes=1)
SPAN_DAYS = 5
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

few = settings(max_examples=15, deadline=None)


class MinuteCount:
    """Looks at each minute of the days around a change and asks: what does a clock on the wall show?"""

    def __init__(self, case: CalendarCase) -> None:
        self.mapping, self.zone = case.mapping, case.zone
        self.first = case.near - timedelta(days=SPAN_DAYS)
        self.plans: dict[date, set[int]] = {}
        self.closed_instants = [
            [datetime.fromisoformat(end) for end in entry.split("..")]
            for entry in case.mapping["closed"]
            if "T" in entry
        ]
        self.open = [self.shows_open(self.minute(n)) for n in range(2 * SPAN_DAYS * 24 * 60)]
        self.opened = [0, *accumulate(self.open)]

    def minute(self, number: int) -> datetime:
        return self.first + number * MINUTE

    def shows_open(self, instant: datetime) -> bool:
        wall = instant.astimezone(self.zone)
        if wall.date() not in self.plans:
            self.plans[wall.date()] = self.plan(wall.date())
        if any(start <= instant < end for start, end in self.closed_instants):
            return False
        return wall.hour * 60 + wall.minute in self.plans[wall.date()]

    def plan(self, day: date) -> set[int]:
        """The open minutes of a day's wall clock."""
        windows = self.mapping["hours"].get(WEEKDAYS[day.weekday()], [])
        ranges = [entry.split("..") for entry in self.mapping["closed"] if "T" not in entry]
        if day in self.mapping["holidays"] or any(first <= str(day) <= last for first, last in ranges):
            windows = []
        minutes: set[int] = set()
        for window in self.mapping["open"].get(day, windows):
            (a, b), (c, d) = (map(int, end.split(":")) for end in window.split("-"))
            minutes |= set(range(a * 60 + b, c * 60 + d))
        return minutes

    def open_before(self, instant: datetime) -> timedelta:
        """Open time from the first minute looked at to *instant*."""
        number, part = divmod(instant - self.first, MINUTE)
        return self.opened[number] * MINUTE + (part if self.open[number] else timedelta(0))

    def earliest(self, opened: timedelta) -> datetime:
        """The first instant before which that much was open."""
        whole, part = divmod(opened, MINUTE)
        number = self.opened.index(whole + bool(part))
        return self.minute(number - 1) + (part or MINUTE)

    def latest(self, opened: timedelta) -> datetime:
        """The last instant before which no more was open."""
        whole, part = divmod(opened, MINUTE)
        return self.minute(bisect_right(self.opened, whole) - 1) + part

    def closes(self) -> dict[date, datetime]:
        """The close of each local day that opens and lies well inside."""
        found: dict[date, datetime] = {}
        for number, is_open in enumerate(self.open):
            if is_open:
                found[self.minute(number).astimezone(self.zone).date()] = self.minute(number + 1)
        margin = timedelta(days=2)
        first = (self.first + margin).astimezone(self.zone).date()
        last = (self.minute(len(self.open)) - margin).astimezone(self.zone).date()
        return {day: close for day, close in sorted(found.items()) if first <= day <= last}


def open_time_is_the_number_of_open_minutes(
    case: CalendarCase, count: MinuteCount, data: st.DataObject
) -> None:
    calendar = case.calendar
    for _ in range(8):
        a, b = data.draw(instants_near(case.near)), data.draw(instants_near(case.near))
        assert calendar.open_time(a, b) == count.open_before(b) - count.open_before(a)


def open_is_what_the_wall_clock_shows(case: CalendarCase, count: MinuteCount, data: st.DataObject) -> None:
    """At each minute at which that changes, and one before it."""
    calendar = case.calendar
    changes = {n for n in range(1, len(count.open)) if count.open[n] != count.open[n - 1]}
    for number in changes | {n - 1 for n in changes} | set(range(0, len(count.open), 97)):
        assert calendar.is_open(count.minute(number)) == count.open[number]


def next_open_is_the_first_open_minute(case: CalendarCase, count: MinuteCount, data: st.DataObject) -> None:
    calendar = case.calendar
    for _ in range(8):
        start = data.draw(instants_near(case.near))
        number = -(-(start - count.first) // MINUTE)
        if count.shows_open(start):
            assert calendar.next_open(start) == start
        elif True in count.open[number:]:
            assert calendar.next_open(start) == count.minute(count.open.index(True, number))
        else:
            later = calendar.next_open(start)
            assert later is None or later >= count.minute(len(count.open))


def next_edge_is_the_first_minute_that_differs(
    case: CalendarCase, count: MinuteCount, data: st.DataObject
) -> None:
    calendar = case.calendar
    for _ in range(8):
        start = data.draw(instants_near(case.near))
        is_open, edge = count.shows_open(start), calendar.next_edge(start)
        number = (start - count.first) // MINUTE + 1
        if (not is_open) in count.open[number:]:
            assert edge == count.minute(count.open.index(not is_open, number))
        else:
            assert edge is None or edge >= count.minute(len(count.open))


def add_ends_at_the_first_instant_with_that_much_open_time(
    case: CalendarCase, count: MinuteCount, data: st.DataObject
) -> None:
    calendar = case.calendar
    for _ in range(8):
        start = data.draw(instants_near(case.near))
        before = count.open_before(start)
        left = count.opened[-1] * MINUTE - before
        if left > timedelta(0):
            duration = data.draw(st.timedeltas(timedelta(microseconds=1), left) | st.just(left))
            assert calendar.add(start, duration) == count.earliest(before + duration)


def subtract_ends_at_the_last_instant_with_that_much_open_time(
    case: CalendarCase, count: MinuteCount, data: st.DataObject
) -> None:
    calendar = case.calendar
    for _ in range(8):
        end = data.draw(instants_near(case.near))
        before = count.open_before(end)
        if before > timedelta(0):
            duration = data.draw(st.timedeltas(timedelta(microseconds=1), before) | st.just(before / 2))
            if duration > timedelta(0):
                assert calendar.subtract(end, duration) == count.latest(before - duration)


def days_close_at_the_end_of_their_last_open_minute(
    case: CalendarCase, count: MinuteCount, data: st.DataObject
) -> None:
    calendar, closes = case.calendar, count.closes()
    days = list(closes)
    for day, close in closes.items():
        assert calendar.close_of_day(day) == close
    for at, day in enumerate(days):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=case.zone)
        for ahead, later in enumerate(days[at + 1 :], start=1):
            assert calendar.close_of_open_day(noon, ahead) == closes[later]
            assert calendar.open_days(day, later) == ahead


COUNTED: tuple[Callable[[CalendarCase, MinuteCount, st.DataObject], None], ...] = (
    open_time_is_the_number_of_open_minutes,
    open_is_what_the_wall_clock_shows,
    next_open_is_the_first_open_minute,
    next_edge_is_the_first_minute_that_differs,
    add_ends_at_the_first_instant_with_that_much_open_time,
    subtract_ends_at_the_last_instant_with_that_much_open_time,
    days_close_at_the_end_of_their_last_open_minute,
)


@few
@given(calendar_cases(), st.data())
def test_every_measure_is_what_counting_the_minutes_gives(case: CalendarCase, data: st.DataObject) -> None:
    """Counting takes longest, so it is done once for all that is measured."""
    count = MinuteCount(case)
    for rule in COUNTED:
        rule(case, count, data)


@few
@given(calendar_cases(), st.data(), st.sampled_from([4, 30]))
def test_spans_tile_the_time_and_hold_its_open_time(
    case: CalendarCase, data: st.DataObject, days: int
) -> None:
    calendar = case.calendar
    a, b = sorted([data.draw(instants_near(case.near, days)), data.draw(instants_near(case.near, days))])
    found = spans(calendar, a, b)
    edges = [a, *(span.to_at for span in found)]
    assert edges[-1] == b
    assert [span.from_at for span in found] == edges[:-1]
    assert sum(span.seconds for span in found) == calendar.open_time(a, b) // timedelta(seconds=1)
    assert all(one.what != two.what for one, two in pairwise(found))
    for span in found:
        measured = calendar.open_time(span.from_at, span.to_at)
        assert abs(measured - timedelta(seconds=span.seconds)) < timedelta(seconds=1)
        if span.what.startswith("closed"):
            assert not measured
        elif "usual" not in span.what:
            assert measured == span.to_at - span.from_at


@few
@given(calendar_cases(), st.data(), st.timedeltas(timedelta(microseconds=1), timedelta(days=500)))
def test_adding_and_subtracting_agree_with_measuring_over_years(
    case: CalendarCase, data: st.DataObject, duration: timedelta
) -> None:
    calendar, start = case.calendar, data.draw(instants_near(case.near))
    assume(any(case.mapping["hours"].values()))
    assume(calendar.open_time(start, start + timedelta(days=28)) > timedelta(hours=20))
    end = calendar.add(start, duration)
    assert calendar.open_time(start, end) == duration
    assert calendar.add(start, duration / 2) <= end
    assert start <= calendar.subtract(end, duration)
    assert calendar.open_time(calendar.subtract(end, duration), end) == duration


@few
@given(calendar_cases(), st.data(), st.timedeltas(timedelta(microseconds=1), timedelta(days=9)))
def test_a_calendar_without_weekly_hours_ends(
    case: CalendarCase, data: st.DataObject, duration: timedelta
) -> None:
    """However little is open, adding finds it or says that there is not enough."""
    calendar = Calendar.parse({**case.mapping, "hours": {}}, timezone=case.timezone)
    start = data.draw(instants_near(case.near))
    left = calendar.open_time(start, start + timedelta(days=3000))
    assert calendar.never_opens == (
        calendar.open_time(start - timedelta(days=3000), start) + left == timedelta(0)
    )
    try:
        assert calendar.open_time(start, calendar.add(start, duration)) == duration
    except CalendarNeverOpens:
        assert left < duration


@few
@given(calendar_cases(), st.data())
def test_zones_of_the_instants_given_do_not_matter(case: CalendarCase, data: st.DataObject) -> None:
    calendar, start = case.calendar, data.draw(instants_near(case.near))
    local = start.astimezone(case.zone)
    assert calendar.is_open(local) == calendar.is_open(start)
    assert calendar.next_open(local) == calendar.next_open(start)
    following = calendar.next_open(local)
    assert following is None or following.tzinfo is UTC
