"""What apprise reaches hears title and body; it answers yes or no, and says nothing to any log."""

from __future__ import annotations

import logging
import re
import sys
from datetime import timedelta

import orjson
import pytest
from support.builders import utc
from support.faulty import FaultyServer, answer, hang, hang_up

from slaflow.errors import ExtraMissing
from slaflow.notify.answer import Again, Failed, Sent
from slaflow.notify.channels.apprise import Apprise
from slaflow.notify.channels.unusable import ChannelUnusable
from slaflow.notify.parcel import Parcel

# One of its plugins asks for what Python 3.13 no longer has.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
NO = Again("apprise says that it was not sent, and no more")


def parcel(body: str = '{"title": "lead 7", "body": "is owed an answer <b> & åäö"}') -> Parcel:
    return Parcel("m-7", "sales", body, utc("2026-03-09T12:00"))


def opened(faulty: FaultyServer, seconds: float = 20) -> Apprise:
    return Apprise("pager", f"json://127.0.0.1:{faulty.port}/secret", timedelta(seconds=seconds))


def test_title_and_body_arrive_as_they_are(faulty: FaultyServer) -> None:
    assert opened(faulty).send(parcel()) == Sent()
    said = orjson.loads(faulty.seen[0].body)
    assert (said["title"], said["message"]) == ("lead 7", "is owed an answer <b> & åäö")


def test_a_no_is_tried_again(faulty: FaultyServer) -> None:
    faulty.answers("/secret", answer(500), answer(404), hang_up)
    channel = opened(faulty)
    assert [channel.send(parcel()) for _ in range(3)] == [NO, NO, NO]


def test_who_hangs_is_not_waited_for_longer_than_any_other(faulty: FaultyServer) -> None:
    faulty.answers("/secret", hang)
    assert opened(faulty, 0.1).send(parcel()) == NO


@pytest.mark.parametrize("body", ["", "[]", '{"title": "a"}'])
def test_what_is_no_title_and_body_is_given_up(faulty: FaultyServer, body: str) -> None:
    assert opened(faulty).send(parcel(body)) == Failed("its template made no title and body")
    assert faulty.seen == []


@pytest.mark.parametrize("url", ["", "hunter2", "hunter2://token", "json://"])
def test_an_address_that_apprise_does_not_know_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(ChannelUnusable) as raised:
        Apprise("pager", url, timedelta(seconds=1))
    assert str(raised.value) == "[channels.pager] url: no address that apprise knows; see its list of them"


def test_without_apprise_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(ExtraMissing) as raised:
        Apprise("pager", "json://example.com", timedelta(seconds=1))
    assert str(raised.value) == (
        "[channels.pager] kind needs the extra \"apprise\"; run: pip install 'slaflow[apprise]'"
    )


def test_no_log_names_an_address(faulty: FaultyServer, caplog: pytest.LogCaptureFixture) -> None:
    faulty.answers("/secret", answer(), answer(500), hang_up)
    with caplog.at_level(logging.DEBUG):
        channel = opened(faulty)
        for _ in range(3):
            channel.send(parcel())
    assert "secret" not in caplog.text
    assert not re.search(rf"\b{faulty.port}\b", caplog.text)
