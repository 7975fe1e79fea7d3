"""Formats of a map: what tells an instant whole is read, the same on every machine; the rest is refused."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slaflow.exchange.errors import RowRefused
from slaflow.exchange.imports.formats import format_problem
from slaflow.exchange.imports.instants import read_date, read_instant

BERLIN = "Europe/Berlin"
WITH_ZONE = "%Y-%m-%d %H:%M %Z"


@pytest.mark.parametrize(
    ("format", "problem"),
    [
        ("%Y-%m-%d %I:%M", "%I tells no morning from afternoon; add %p, or write %H"),
        ("%Y-%m-%d %H:%M %p", "%p says nothing without %I; write %I where the hour stands"),
        ("%Y-%m-%d %p", "%p says nothing without %I; write %I where the hour stands"),
        ("%H:%M", "it names no year; add %Y"),
        ("%d.%m. %H:%M", "it names no year; add %Y"),
        ("%Y %H:%M", "it names no month; add %m"),
        ("%Y-%m", "it names no day; add %d"),
        ("%Y-%m-%d %M", "%M says nothing without the hour; add %H"),
        ("%Y-%m-%d %H %S", "%S says nothing without the minute; add %M"),
        ("%Y-%m-%d %H:%M.%f", "%f says nothing without the second; add %S"),
        ("%Y-W%W", "it names no day of the week; add %u"),
        ("%Y-W%V-%u", "%G is the year of %V and of nothing else; write both, or %Y-%m-%d"),
        ("%Y-%m-%d %y", "%Y and %y tell the same; keep one"),
        ("%Y-%m-%d %H %I %p", "%H and %I tell the same; keep one"),
        ("%c", "%c is written another way on each machine; spell it out, as %d.%m.%Y %H:%M"),
        ("%x %X", "%x is written another way on each machine; spell it out, as %d.%m.%Y %H:%M"),
        ("%-d.%-m.%Y", "%-d is not known everywhere; %d reads 6 as well as 06"),
        ("%F %T", "'F' is a bad directive in format '%F %T'; write %Y-%m-%d"),
        ("%s", "'s' is a bad directive in format '%s'; write epoch"),
        ("%Y-%m-%d %", "a % stands alone at its end; a percent sign is written %%"),
        ("yyyy-mm-dd", "it names no year; add %Y"),
    ],
)
def test_a_format_that_cannot_tell_the_instant_whole_is_refused(format: str, problem: str) -> None:
    assert format_problem(format) == problem


def test_a_date_needs_no_hour_to_be_whole() -> None:
    assert format_problem("%d.%m.%Y %I:%M", of_date=True) is None
    assert format_problem("%m.%Y", of_date=True) == "it names no day; add %d"


@pytest.mark.parametrize(
    ("text", "format", "expected"),
    [
        ("2026-07-06 02:30 PM", "%Y-%m-%d %I:%M %p", "2026-07-06T12:30"),
        ("2026-07-06 12:30 am", "%Y-%m-%d %I:%M %p", "2026-07-05T22:30"),
        ("2026-07-06 14", "%Y-%m-%d %H", "2026-07-06T12:00"),
        ("Monday, July 6 2026", "%A, %B %d %Y", "2026-07-05T22:00"),
        ("06-Jul-26", "%d-%b-%y", "2026-07-05T22:00"),
        ("31/12/68", "%d/%m/%y", "2068-12-30T23:00"),
        ("2026 187", "%Y %j", "2026-07-05T22:00"),
        ("2026-W28-1", "%G-W%V-%u", "2026-07-05T22:00"),
        ("2026 27 1", "%Y %W %w", "2026-07-05T22:00"),
        ("100% 2026-07-06", "100%% %Y-%m-%d", "2026-07-05T22:00"),
        ("20260706T143000.25+0530", "%Y%m%dT%H%M%S.%f%z", "2026-07-06T09:00:00.25"),
        ("2026-07-06 14:30:00+02", "%Y-%m-%d %H:%M:%S%z", "2026-07-06T12:30"),
        ("2026-07-06 10:00 UTC", WITH_ZONE, "2026-07-06T10:00"),
        ("2026-07-06 10:00 gmt", WITH_ZONE, "2026-07-06T10:00"),
        ("2026-07-06 10:00 Z", WITH_ZONE, "2026-07-06T10:00"),
        ("2026-07-06 10:00 America/New_York", WITH_ZONE, "2026-07-06T14:00"),
        ("2026-07-06 10:00 EST", WITH_ZONE, "2026-07-06T15:00"),  # a name of the IANA database, summer or not
        ("Mon Jul 06 2026 10:00:00 GMT+0200 (CEST)", "%a %b %d %Y %H:%M:%S GMT%z (%Z)", "2026-07-06T08:00"),
        ("1783324800", "epoch", "2026-07-06T08:00"),
        ("1783324800.5", "epoch", "2026-07-06T08:00:00.5"),
        ("1783324800123", "epoch_ms", "2026-07-06T08:00:00.123"),
        ("-1.5", "epoch", "1969-12-31T23:59:58.5"),
        (
            "2026-03-29 02:30",
            "%Y-%m-%d %H:%M",
            "2026-03-29T01:30",
        ),  # skipped: counts on from before the change
        ("2026-10-25 02:30", "%Y-%m-%d %H:%M", "2026-10-25T00:30"),  # repeated: the first
    ],
)
def test_what_a_format_tells_is_read_whole(text: str, format: str, expected: str) -> None:
    assert format_problem(format) is None
    assert read_instant(text, BERLIN, format) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize("name", ["PST", "CEST", "localtime", "Berlin", "europe/berlin"])
def test_a_zone_that_is_not_the_same_everywhere_is_refused(name: str) -> None:
    with pytest.raises(RowRefused, match=f'^"{name}" is no time zone that means the same everywhere; '):
        read_instant(f"2026-07-06 10:00 {name}", BERLIN, WITH_ZONE)


def test_the_machines_own_zone_is_nothing_a_cell_may_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """strptime would take it, and read it as if it stood nowhere."""
    monkeypatch.setattr(time, "tzname", ("PST", "PDT"))
    with pytest.raises(RowRefused):
        read_instant("2026-07-06 10:00 PDT", BERLIN, WITH_ZONE)


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("Tuesday 2026-07-06", "%A %Y-%m-%d"),  # it was a Monday: perhaps day and month are swapped
        ("Aug 2026 187", "%b %Y %j"),
        ("2025 366", "%Y %j"),
        ("2026-02-29", "%Y-%m-%d"),
        ("2026-07-06 24:00", "%Y-%m-%d %H:%M"),
        ("2026-07-06 13:00 PM", "%Y-%m-%d %I:%M %p"),
        ("2026-07-06 10:00", "%Y-%m-%d"),
        ("1.7833E+12", "epoch_ms"),
        ("", "epoch"),
    ],
)
def test_a_cell_that_contradicts_itself_or_its_format_is_refused(text: str, format: str) -> None:
    with pytest.raises(RowRefused, match="is not an instant as in"):
        read_instant(text, BERLIN, format)


def test_a_number_since_1970_is_the_local_date_then() -> None:
    assert read_date("1783288800000", BERLIN, "epoch_ms") == "2026-07-06"
    assert read_date("1783288800000", "UTC", "epoch_ms") == "2026-07-05"


FORMATS = (
    "%Y-%m-%d %H:%M:%S.%f", "%d/%m/%Y %I:%M:%S.%f %p", "%B %d %Y %H%M%S%f", "%Y %j %H:%M:%S.%f",
    "%G-W%V-%u %H:%M:%S.%f", "%Y %U %a %H:%M:%S.%f", "%y%m%d %H:%M:%S.%f", "%b %d %Y %w %H:%M:%S.%f",
)  # fmt: skip


@settings(max_examples=60)
@given(
    st.datetimes(datetime(1969, 1, 1), datetime(2068, 12, 31)),  # noqa: DTZ001  local time
    st.sampled_from(FORMATS),
)
def test_what_strftime_writes_is_read_back(written: datetime, format: str) -> None:
    assert read_instant(written.strftime(format), "UTC", format) == written.replace(tzinfo=UTC)
