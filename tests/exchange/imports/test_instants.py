"""A cell's text as an instant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from slaflow.exchange.errors import RowRefused
from slaflow.exchange.imports.formats import format_problem
from slaflow.exchange.imports.instants import read_date, read_instant

SAO_PAULO = "America/Sao_Paulo"


@pytest.mark.parametrize(
    ("text", "format", "expected"),
    [
        ("2018-05-02", None, "2018-05-02T03:00"),
        ("2018-02-01", None, "2018-02-01T02:00"),  # daylight saving of that year
        ("2017-10-15", None, "2017-10-15T03:00"),  # a day whose midnight is skipped begins at one
        ("2018-05-02T10:00", None, "2018-05-02T13:00"),
        ("2018-05-02 10:00:00", None, "2018-05-02T13:00"),
        ("2018-05-02T10:00:00+02:00", None, "2018-05-02T08:00"),
        ("2018-05-02T10:00:00Z", None, "2018-05-02T10:00"),
        ("2018-02-17T23:30", None, "2018-02-18T01:30"),  # a repeated hour is the first
        ("02/05/2018 10:00", "%d/%m/%Y %H:%M", "2018-05-02T13:00"),
        ("15/10/2017", "%d/%m/%Y", "2017-10-15T03:00"),
        ("2018-05-02 10:00 +0200", "%Y-%m-%d %H:%M %z", "2018-05-02T08:00"),
    ],
)
def test_text_without_an_offset_is_local_time(text: str, format: str | None, expected: str) -> None:
    assert read_instant(text, SAO_PAULO, format) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("soon", None),
        ("2018-02-30", None),
        ("2018-13-01T10:00", None),
        ("0001-01-01", None),
        ("9999-12-31T23:00-05:00", None),
        ("02/05/2018", "%Y-%m-%d"),
        ("", None),
    ],
)
def test_what_is_no_instant_is_refused_with_its_text(text: str, format: str | None) -> None:
    with pytest.raises(RowRefused, match=f'^"{text}" is not an instant as in '):
        read_instant(text, SAO_PAULO, format)


@pytest.mark.parametrize(
    ("text", "format"),
    [("9999-12-31", None), ("1899-12-30", None), ("4000-12-31T00:00Z", None), ("253402214400", "epoch")],
)
def test_an_instant_nobody_can_mean_is_refused(text: str, format: str | None) -> None:
    with pytest.raises(
        RowRefused, match=f'^"{text}" is not an instant .*; it lies beyond the years 1900 to 2199$'
    ):
        read_instant(text, "Europe/Berlin", format)


def test_a_date_is_read_by_its_format() -> None:
    assert read_date("3.4.2026", SAO_PAULO, "%d.%m.%Y") == "2026-04-03"
    with pytest.raises(RowRefused, match="is not a date as in"):
        read_date("2026-04-03", SAO_PAULO, "%d.%m.%Y")


@pytest.mark.parametrize("format", ["%Q", "%", "%Y %Y"])
def test_a_format_nothing_can_be_read_by_is_known_beforehand(format: str) -> None:
    assert format_problem(format) is not None
    assert format_problem("%Y-%m-%d") is None


FORMATS = ("iso", "%m/%d/%Y", "%m/%d/%Y, %I:%M %p")


@pytest.mark.parametrize(
    ("text", "at", "day"),
    [
        ("2018-05-02", "2018-05-02T03:00", "2018-05-02"),
        ("2018-05-02T01:00:00.000Z", "2018-05-02T01:00", "2018-05-01"),
        ("5/2/2018", "2018-05-02T03:00", "2018-05-02"),
        ("5/2/2018, 2:30 PM", "2018-05-02T17:30", "2018-05-02"),
    ],
)
def test_of_several_formats_the_first_that_reads_it_counts(text: str, at: str, day: str) -> None:
    assert read_instant(text, SAO_PAULO, *FORMATS) == datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert read_date(text, SAO_PAULO, *FORMATS) == day
    with pytest.raises(RowRefused, match=r"as in 2026-03-06 or .* or %m/%d/%Y or %m/%d/%Y, %I:%M %p$"):
        read_instant("13/1/2018", SAO_PAULO, *FORMATS)
