"""Instants as text sort like time and lose nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slaflow.hours.errors import NaiveInstant
from slaflow.store.types import instant_as_text, instant_in_utc

ZONES = st.integers(-720, 720).map(lambda minutes: timezone(timedelta(minutes=minutes))) | st.just(UTC)
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=ZONES)  # noqa: DTZ001


@given(one=INSTANTS, other=INSTANTS)
@settings(max_examples=100)
def test_text_sorts_like_time(one: datetime, other: datetime) -> None:
    assert (instant_as_text(one) < instant_as_text(other)) == (one < other)


@given(at=INSTANTS)
@settings(max_examples=100)
def test_text_has_one_width_and_loses_nothing(at: datetime) -> None:
    text = instant_as_text(at)
    assert len(text) == 27
    assert text == instant_in_utc(at).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    assert datetime.fromisoformat(text) == at


@pytest.mark.parametrize("write", [instant_as_text, instant_in_utc])
def test_a_naive_instant_is_refused(write: type[str]) -> None:
    with pytest.raises(NaiveInstant):
        write(datetime(2026, 3, 2))  # noqa: DTZ001
