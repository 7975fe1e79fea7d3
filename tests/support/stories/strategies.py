"""Hypothesis strategies: calendars, instants near changes of zone, histories of leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from support.stories.strategies_agreements import (
    ACTIVITIES,
    ACTORS,
    ANNA,
    BERIT,
    CARL,
    MARK,
    MONDAY,
    NOBODY,
    TRIGGERS,
)

from slaflow.hours import Calendar
from slaflow.lifecycle.events import (
    Answered,
    Assigned,
    Changed,
    Disputed,
    Fired,
    Happening,
    Lifted,
    Recorded,
    Upheld,
)
from slaflow.lifecycle.lead import Actor

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def utc(text: str) -> datetime:
    """The UTC instant of an ISO text without offset."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


ZONE_CHANGES = {
    "UTC": ("2026-01-01T00:00", "2024-02-29T00:00"),
    "Europe/Stockholm": ("2026-03-29T01:00", "2026-10-25T01:00", "2025-12-31T23:00"),
    # midnight does not exist; 23:00 comes twice
    "America/Sao_Paulo": ("2018-11-04T03:00", "2018-02-18T02:00", "2026-01-01T03:00"),
    # one minute past midnight, back to the day before
    "America/St_Johns": ("2010-11-07T02:31", "2010-03-14T03:31"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),  # half an hour
    "Pacific/Apia": ("2011-12-30T10:00", "2012-03-31T14:00", "2025-12-31T11:00"),  # a day that does not exist
    "Africa/Casablanca": ("2026-02-15T02:00", "2026-03-22T02:00"),  # back for Ramadan
    "Asia/Kathmandu": ("1985-12-31T18:30", "2026-01-01T00:00"),  # a quarter of an hour, once
}
"""Zone to instants at which it changes its offset, or the year turns."""


@dataclass(frozen=True)
class CalendarCase:
    """A calendar's mapping, the calendar made of it, and an instant near which something happens."""

    mapping: Mapping[str, object]
    timezone: str
    near: datetime

    @property
    def calendar(self) -> Calendar:
        return Calendar.parse(self.mapping, timezone=self.timezone)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@cache
@st.composite
def zones_near_changes(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and one of its changes."""
    zone = draw(st.sampled_from(sorted(ZONE_CHANGES)))
    return zone, utc(draw(st.sampled_from(ZONE_CHANGES[zone])))


@cache
def instants_near(near: datetime, days: float = 3) -> st.SearchStrategy[datetime]:
    """UTC instants around *near*: on it, on minutes, on seconds and between them."""
    minutes = int(days * 24 * 60)
    return st.one_of(
        st.integers(-minutes, minutes).map(lambda count: near + timedelta(minutes=count)),
        st.integers(-120, 120).map(lambda count: near + timedelta(minutes=count)),
        st.integers(-minutes * 60, minutes * 60).map(lambda count: near + timedelta(seconds=count)),
        st.timedeltas(timedelta(days=-days), timedelta(days=days)).map(near.__add__),
    )


@cache
@st.composite
def windows(draw: st.DrawFn) -> list[str]:
    """Up to three windows of a day, in any order, on whole minutes, often where clocks are turned."""
    some = st.sampled_from([0, 1, 60, 90, 120, 150, 180, 540, 720, 1020, 1380, 1410, 1440])
    edges = draw(st.lists(some | st.integers(0, 1440), max_size=6, unique=True).map(sorted))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in draw(st.permutations(pairs))]


@cache
@st.composite
def calendar_cases(draw: st.DrawFn) -> CalendarCase:
    """Calendars with hours, holidays, closures and exceptions around a change of their zone."""
    zone, near = draw(zones_near_changes())
    dates = _dates(near.astimezone(ZoneInfo(zone)).date())
    week = draw(_weeks())
    if draw(st.booleans()):
        week |= {day: ["00:00-24:00"] for day in WEEKDAYS}
    mapping = {
        "hours": week,
        "holidays": draw(st.lists(dates, max_size=2)),
        "closed": draw(st.lists(_closures(near, zone), max_size=2)),
        "open": draw(st.dictionaries(dates, windows(), max_size=2)),
    }
    return CalendarCase(mapping, zone, near)


@cache
def _weeks() -> st.SearchStrategy[dict[str, list[str]]]:
    return st.dictionaries(st.sampled_from(WEEKDAYS), windows(), max_size=7)


@cache
def _dates(today: date) -> st.SearchStrategy[date]:
    return st.integers(-3, 4).map(lambda count: today + timedelta(days=count))


@cache
def _closures(near: datetime, zone: str) -> st.SearchStrategy[str]:
    dates = _dates(near.astimezone(ZoneInfo(zone)).date())
    minutes = st.integers(-3 * 24 * 60, 3 * 24 * 60).map(lambda count: near + timedelta(minutes=count))
    whole_days = st.tuples(dates, dates).map(sorted).map(lambda ends: f"{ends[0]}..{ends[1]}")
    instants = st.tuples(minutes, minutes).filter(lambda ends: ends[0] != ends[1]).map(sorted)
    return whole_days | instants.map(lambda ends: f"{ends[0].isoformat()}..{ends[1].isoformat()}")


@cache
def happenings() -> st.SearchStrategy[Happening]:
    """What people and other systems may tell, possible or not."""
    dates = st.integers(-2, 9).map(lambda n: (MONDAY + timedelta(days=n)).date().isoformat())
    instants = st.integers(-40, 200).map(
        lambda n: (MONDAY + timedelta(hours=n)).isoformat().replace("+00:00", "Z")
    )
    values = {
        "employees": st.sampled_from([None, 5, 60, 200]),
        "on_hold": st.booleans(),
        "callback_on": dates | st.none(),
        "call_at": instants | st.none(),
        "note": st.sampled_from([None, "x", CARL, NOBODY]),
    }
    changes = st.sampled_from(sorted(values)).flatmap(
        lambda name: st.fixed_dictionaries({name: values[name]})
    )
    return st.one_of(
        st.sampled_from(TRIGGERS).map(Fired),
        st.builds(Fired, st.sampled_from(TRIGGERS), st.just({}), st.sampled_from([None, "it is wanted"])),
        st.builds(
            Recorded,
            st.sampled_from([a.kind for a in ACTIVITIES]),
            st.just({}),
            st.sampled_from([None, None, True]),
        ),
        changes.map(Changed),
        st.integers(1, 5).map(lambda n: Answered("value", {"n": n})),
        st.sampled_from([ANNA, BERIT, CARL, MARK, None]).map(Assigned),
        st.builds(
            lambda said, name: said(name, "it was ours"),
            st.sampled_from((Disputed, Disputed, Upheld, Lifted)),
            st.sampled_from(("clock0", "clock1")),
        ),
    )


@dataclass(frozen=True)
class Told:
    """Something that happened, how long after the input before it arrived, and how late it was told.

    ``after`` None: at the very instant at which the lead's next step falls.
    """

    happening: Happening
    by: Actor
    after: timedelta | None
    late: timedelta = timedelta(0)
    ticks: tuple[float, ...] = ()
    """When ticks run between the input before and this one, as shares of the time between."""
    possible: int | None = None
    """Which of the triggers that lead on from there is fired instead of one that does not."""


_SECONDS = st.sampled_from([0, 0, 60, 1800, 3600, 14400, 86400]) | st.integers(1, 40_000)
_WAITS = st.none() | _SECONDS.map(lambda n: timedelta(seconds=n)) | st.just(timedelta(microseconds=700_000))
_LATENESS = st.sampled_from([0] * 6 + [60, 3600, 90_000]).map(lambda n: timedelta(seconds=n))
_TICKS = st.lists(st.sampled_from([0.0, 1.0]) | st.floats(0, 1), max_size=3)
_POSSIBLE = st.none() | st.integers(0, 5) | st.integers(0, 5)


@st.composite
def _told(draw: st.DrawFn) -> Told:
    happening = draw(happenings())
    return Told(
        happening=happening,
        by=draw(_teller(happening.kind if isinstance(happening, Recorded) else None)),
        after=draw(_WAITS),
        late=draw(_LATENESS),
        ticks=tuple(sorted(draw(_TICKS))),
        possible=draw(_POSSIBLE),
    )


@cache
def _teller(activity: str | None) -> st.SearchStrategy[Actor]:
    """Mostly somebody who may record it, if it is an activity."""
    parties = {each.kind: each.by for each in ACTIVITIES}
    may = [actor for actor in ACTORS if activity is None or actor.party in parties[activity]]
    return st.sampled_from(may) | st.sampled_from(ACTORS)


@cache
def histories(most: int = 12) -> st.SearchStrategy[list[Told]]:
    """What is told about one lead after its creation, in order of arrival."""
    return st.lists(_told(), min_size=most // 3, max_size=most)
