"""Rooms and people of a workspace are written to, each lead in its thread; each error says what to do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import orjson
import pytest
from doubles.slack import TOKEN, Message, Room, SlackDouble
from support.builders import utc
from support.faulty import Answer as Said
from support.faulty import answer, cut_off, endless, garbage, hang_up

from slaflow.net.client import Client
from slaflow.notify.answer import Again, Answer, Closed, Failed, Sent
from slaflow.notify.channels.slack import Slack
from slaflow.notify.channels.unusable import ChannelUnusable
from slaflow.notify.parcel import Parcel

NOON = utc("2026-03-09T12:00")
BODY = orjson.dumps({"text": "lead 7 is owed an answer", "blocks": [{"type": "divider"}]}).decode()


@pytest.fixture
def channel(client: Client, slack: SlackDouble) -> Slack:
    return Slack("slack", slack.api, TOKEN, client)


def parcel(address: str = "#sales-desk", body: str = BODY, opened: str | None = None) -> Parcel:
    return Parcel("m-7", address, body, NOON, "lead-7", opened)


def test_a_room_is_written_to_by_its_name_or_its_id(channel: Slack, slack: SlackDouble) -> None:
    sent = [channel.send(parcel(address)) for address in ("#sales-desk", "C0SALES")]
    assert sent == [Sent("C0SALES:1503435956.000001"), Sent("C0SALES:1503435956.000002")]
    assert [message.text for message in slack.room("sales-desk").messages] == ["lead 7 is owed an answer"] * 2
    assert all(seen.headers["authorization"] == f"Bearer {TOKEN}" for seen in slack.seen)


def test_slack_opens_no_link_of_a_message(channel: Slack, slack: SlackDouble) -> None:
    channel.send(parcel())
    said = orjson.loads(slack.seen[-1].body)
    assert (said["unfurl_links"], said["unfurl_media"]) == (False, False)


def test_people_are_found_by_their_address_and_looked_up_once(channel: Slack, slack: SlackDouble) -> None:
    for address in ("anna@example.com", "åsa@example.com", "anna@example.com"):
        assert isinstance(channel.send(parcel(address)), Sent)
    assert [len(slack.rooms[room].messages) for room in ("DU0ANNA", "DU0ASA")] == [2, 1]
    assert [seen.path for seen in slack.seen].count("/api/users.lookupByEmail") == 2


def test_what_follows_on_a_lead_stands_in_its_thread_and_in_the_room(
    channel: Slack, slack: SlackDouble
) -> None:
    opening = channel.send(parcel())
    assert isinstance(opening, Sent)
    channel.send(parcel(opened=opening.provider_id))
    _, reply = slack.room("sales-desk").messages
    assert (reply.thread_ts, reply.is_broadcast) == ("1503435956.000001", True)


def test_where_the_thread_is_gone_the_message_stands_alone(channel: Slack, slack: SlackDouble) -> None:
    assert channel.send(parcel(opened="C0SALES:1.0")) == Sent("C0SALES:1503435956.000001")
    assert slack.room("sales-desk").messages[0].thread_ts is None


def test_a_thread_with_a_person_needs_no_look_up(channel: Slack, slack: SlackDouble) -> None:
    opening = channel.send(parcel("anna@example.com"))
    assert isinstance(opening, Sent)
    later = Slack("slack", slack.api, TOKEN, Client(("127.0.0.0/8",), timedelta(seconds=20)))
    later.send(parcel("anna@example.com", opened=opening.provider_id))
    later.close()
    assert [seen.path for seen in slack.seen].count("/api/users.lookupByEmail") == 1
    assert len(slack.rooms["DU0ANNA"].messages) == 2


Change = Callable[[SlackDouble], object]
TOKEN_ANEW = "copy the token anew from OAuth & Permissions of the app"
REFUSED: dict[str, tuple[Change, str, Answer]] = {
    "nobody": (
        lambda slack: None,
        "carl@example.com",
        Failed(
            "slack says users_not_found: nobody in the workspace has this e-mail address; "
            "name another way under [recipients]"
        ),
    ),
    "no such room": (
        lambda slack: None,
        "#nowhere",
        Failed(
            "slack says channel_not_found: no such room, or a private one without the app; "
            "invite the app into it"
        ),
    ),
    "private": (
        lambda slack: slack.rooms.update(P=Room("P", "board", has_app=False, is_private=True)),
        "#board",
        Failed(
            "slack says channel_not_found: no such room, or a private one without the app; "
            "invite the app into it"
        ),
    ),
    "not in it": (
        lambda slack: None,
        "#random",
        Failed(
            "slack says not_in_channel: the app is not in the room; invite it, "
            "or give it the scope chat:write.public"
        ),
    ),
    "archived": (
        lambda slack: setattr(slack.room("sales-desk"), "is_archived", True),
        "#sales-desk",
        Failed(
            "slack says is_archived: the room is archived; bring it back, or name another under [recipients]"
        ),
    ),
    "no Messages Tab": (
        lambda slack: slack.errors.append("messages_tab_disabled"),
        "U0ANNA",
        Failed(
            "slack says messages_tab_disabled: the app has no place for messages; "
            "switch on Messages Tab under App Home"
        ),
    ),
    "revoked": (
        lambda slack: slack.token_errors.update({TOKEN: "token_revoked"}),
        "#sales-desk",
        Closed(f"slack says token_revoked: install the app again, and {TOKEN_ANEW}"),
    ),
    "another workspace's": (
        lambda slack: slack.scopes.clear(),
        "#sales-desk",
        Closed(f"slack says invalid_auth: {TOKEN_ANEW}"),
    ),
    "no scope to look people up": (
        lambda slack: slack.scopes.update({TOKEN: {"chat:write"}}),
        "anna@example.com",
        Closed(
            "slack says missing_scope: give the app the scope users:read.email under OAuth & Permissions, "
            "and install it again"
        ),
    ),
    "limited": (
        lambda slack: slack.limited.append(30),
        "#sales-desk",
        Again("slack asks to wait", timedelta(seconds=30)),
    ),
    "limited while looking up": (
        lambda slack: slack.limited.append(None),
        "anna@example.com",
        Again("slack asks to wait"),
    ),
    "ill": (
        lambda slack: slack.errors.append("internal_error"),
        "#sales-desk",
        Again("slack says internal_error"),
    ),
    "new to us": (
        lambda slack: slack.errors.append(f"<b>{TOKEN}</b>"),
        "#sales-desk",
        Again("slack says something else"),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_each_error_means_what_the_table_says_and_says_what_to_do(
    channel: Slack, slack: SlackDouble, case: str
) -> None:
    change, address, meant = REFUSED[case]
    change(slack)
    assert channel.send(parcel(address)) == meant
    assert not any(message for room in slack.rooms.values() for message in room.messages)


ANSWERS: list[tuple[Said, Answer]] = [
    (answer(200, b"<html>"), Again("its answer is not slack's")),
    (answer(200, b"[]"), Again("its answer is not slack's")),
    (answer(200, b'{"ok":false}'), Again("its answer is not slack's")),
    (answer(200, b'{"ok":"true"}'), Again("its answer is not slack's")),
    (answer(200, b'{"ok":true}'), Sent()),
    (answer(200, b'{"ok":true,"message":{"text":"' + b"a" * 70_000 + b'"}}'), Sent()),
    (answer(500, b'{"ok":true}'), Again("it answered 500")),
    (answer(503, b"", retry_after="60"), Again("it answered 503", timedelta(minutes=1))),
    (answer(403, b"<html>"), Closed("it answered 403: it refuses who asks")),
    (answer(302, location="http://127.0.0.1/"), Again("it answered 302, and redirects are not followed")),
    (cut_off, Again("its answer is not slack's")),
    (endless, Again("its answer is not slack's")),
    (garbage, Again("it hung up without an answer, or its answer is not HTTP")),
    (hang_up, Again("it hung up without an answer, or its answer is not HTTP")),
]


def test_only_ok_true_is_sent(channel: Slack, slack: SlackDouble) -> None:
    means = []
    for said, _ in ANSWERS:
        slack.answers("/api/chat.postMessage", said)
        means.append(channel.send(parcel()))
    assert means == [meant for _, meant in ANSWERS]


def test_a_look_up_that_names_nobody_is_tried_again(channel: Slack, slack: SlackDouble) -> None:
    slack.answers("/api/users.lookupByEmail", answer(200, b'{"ok":true,"user":null}'))
    assert channel.send(parcel("anna@example.com")) == Again("its answer is not slack's")


def test_a_probe_signs_in_and_nobody_hears_of_it(channel: Slack, slack: SlackDouble) -> None:
    assert channel.probe() == Sent()
    slack.token_errors[TOKEN] = "account_inactive"
    assert isinstance(channel.probe(), Closed)
    slack.answers("/api/auth.test", answer(500))
    assert channel.probe() == Again("it answered 500")
    assert not any(room.messages for room in slack.rooms.values())


def test_a_body_that_is_no_message_is_not_sent(channel: Slack, slack: SlackDouble) -> None:
    assert channel.send(parcel(body="[1")) == Failed("its template made no JSON object")
    assert slack.seen == []


@pytest.mark.parametrize("token", ["xoxb-a\r\nx: y", "xoxb å", "xoxb\tb"])
def test_what_can_be_no_token_is_refused_and_not_shown(
    client: Client, slack: SlackDouble, token: str
) -> None:
    with pytest.raises(ChannelUnusable) as raised:
        Slack("slack", slack.api, token, client)
    assert str(raised.value) == (
        "[channels.slack] token: not one that slack gives out; copy it from OAuth & Permissions"
    )


def test_no_log_names_a_token_a_room_or_an_address(
    channel: Slack, slack: SlackDouble, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        channel.send(parcel("anna@example.com"))
        slack.answers("/api/chat.postMessage", hang_up)
        channel.send(parcel("#sales-desk"))
    assert not [each for each in (TOKEN, "anna", "sales-desk", slack.api) if each in caplog.text]


def test_messages_of_the_double_are_as_they_were_sent(channel: Slack, slack: SlackDouble) -> None:
    channel.send(parcel())
    told = Message("1503435956.000001", "lead 7 is owed an answer", [{"type": "divider"}])
    assert slack.room("sales-desk").messages == [told]
