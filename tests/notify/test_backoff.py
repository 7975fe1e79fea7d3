"""Pauses between tries: twice as long each time, up to the longest, whatever slaflow.toml allows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from slaflow.notify.backoff import pause
from slaflow.settings.agreeing import faults_of_send
from slaflow.settings.reach import Send

SECOND, DAY, WEEK = timedelta(seconds=1), timedelta(days=1), timedelta(days=7)


@pytest.mark.parametrize(("first", "longest"), [(SECOND, SECOND), (SECOND, WEEK), (DAY, DAY), (DAY, WEEK)])
def test_pauses_grow_to_the_longest_and_stay_there(first: timedelta, longest: timedelta) -> None:
    send = Send(tries=100, first=first, longest=longest, timeout=SECOND, lease=2 * SECOND)
    assert list(faults_of_send(send)) == []
    found = [pause(send, tries, chance=lambda: 0) for tries in range(1, 101)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (first, longest)
