"""An incoming webhook writes into one room; what it answers says whether that room is still there."""

from __future__ import annotations

import logging
from datetime import timedelta

import orjson
import pytest
from doubles.slack import SlackDouble
from support.builders import utc
from support.faulty import answer, endless, hang_up

from slaflow.net.client import Client
from slaflow.notify.answer import Again, Closed, Failed, Off, Sent
from slaflow.notify.channels.slack_webhook import SlackWebhook
from slaflow.notify.channels.unusable import ChannelUnusable
from slaflow.notify.parcel import Parcel

PATH = "/services/T0/B0/hook-secret"
BODY = orjson.dumps({"text": "lead 7 is owed an answer"}).decode()
PARCEL = Parcel("m-7", "sales", BODY, utc("2026-03-09T12:00"))
ANEW = "make a new webhook in the app, and put its address in place of this one"


@pytest.fixture
def channel(client: Client, slack: SlackDouble) -> SlackWebhook:
    return SlackWebhook("slack", slack.url(PATH), client)


def test_its_room_hears(channel: SlackWebhook, slack: SlackDouble) -> None:
    assert channel.send(PARCEL) == Sent()
    assert [message.text for message in slack.room("sales-desk").messages] == ["lead 7 is owed an answer"]
    assert orjson.loads(slack.seen[0].body)["unfurl_links"] is False


def test_one_that_was_taken_away_is_off(channel: SlackWebhook, slack: SlackDouble) -> None:
    slack.hooks.clear()
    assert channel.send(PARCEL) == Off(f"slack says no_service: it was taken away; {ANEW}")


def test_one_whose_room_is_archived_is_off(channel: SlackWebhook, slack: SlackDouble) -> None:
    slack.room("sales-desk").is_archived = True
    because = f"slack says channel_is_archived: the room is archived; bring it back, or {ANEW}"
    assert channel.send(PARCEL) == Off(because)


def test_a_message_that_slack_does_not_take_is_given_up(channel: SlackWebhook) -> None:
    parcel = Parcel("m-7", "sales", '{"text": "a", "blocks": [{"type": "carousel"}]}', PARCEL.at)
    because = "slack says invalid_blocks; see slaflow outbox preview for what was sent"
    assert channel.send(parcel) == Failed(because)


ANSWERS = [
    (answer(429, b"rate_limited", retry_after="30"), Again("it answered 429", timedelta(seconds=30))),
    (answer(403, b"invalid_token"), Closed(f"slack says invalid_token: {ANEW}")),
    (answer(403, b"action_prohibited"), Closed(
        "slack says action_prohibited: the workspace's administrators let it not write there; ask them"
    )),
    (answer(404, b"channel_not_found"), Off(f"slack says channel_not_found: the room is gone; {ANEW}")),
    (answer(404, b"<html>some proxy</html>"), Again("it answered 404")),
    (answer(410, b"<html>"), Off("it answered 410: it wants no more")),
    (answer(400, b"Bearer xoxb-token"), Failed("it answered 400")),
    (answer(500, b"rollup_error"), Again("it answered 500")),
    (endless, Sent()),
    (hang_up, Again("it hung up without an answer, or its answer is not HTTP")),
]  # fmt: skip


def test_each_answer_means_what_the_table_says(channel: SlackWebhook, slack: SlackDouble) -> None:
    means = []
    for said, _ in ANSWERS:
        slack.answers(PATH, said)
        means.append(channel.send(PARCEL))
    assert means == [meant for _, meant in ANSWERS]


def test_a_probe_leaves_no_message(channel: SlackWebhook, slack: SlackDouble) -> None:
    assert channel.probe() == Sent()
    assert slack.seen == []


@pytest.mark.parametrize("url", ["hooks.slack.com/services/x", "https://me@hooks.slack.com/services/x"])
def test_an_address_that_is_none_is_refused_and_not_shown(client: Client, url: str) -> None:
    with pytest.raises(ChannelUnusable) as raised:
        SlackWebhook("slack", url, client)
    assert str(raised.value).startswith("[channels.slack] url: the URL ")
    assert "services" not in str(raised.value)


def test_no_log_names_its_address(
    channel: SlackWebhook, slack: SlackDouble, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        channel.send(PARCEL)
    assert "hook-secret" not in caplog.text
