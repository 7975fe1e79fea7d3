"""A card goes to a workflow, whose address is a secret and whose answers say whether it is still there."""

from __future__ import annotations

import logging
from datetime import timedelta

import orjson
import pytest
from doubles.teams import FLOW, TeamsDouble
from support.builders import utc
from support.faulty import answer, hang_up

from slaflow.net.client import Client
from slaflow.notify.answer import Again, Answer, Closed, Failed, Off, Sent
from slaflow.notify.channels.teams import Teams
from slaflow.notify.channels.unusable import ChannelUnusable
from slaflow.notify.parcel import Parcel

NOON = utc("2026-03-09T12:00")


def parcel(text: str = "lead 7 is owed an answer") -> Parcel:
    block = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}
    card = {"type": "AdaptiveCard", "version": "1.4", "body": [block]}
    return Parcel("m-7", "sales", orjson.dumps(card).decode(), NOON)


def opened(client: Client, url: str) -> Teams:
    return Teams("teams", url, client)


@pytest.fixture
def channel(client: Client, teams: TeamsDouble) -> Teams:
    return opened(client, teams.flow)


def test_its_channel_shows_the_card(channel: Teams, teams: TeamsDouble) -> None:
    assert channel.send(parcel()) == Sent()
    (card,) = teams.cards
    assert card["body"][0]["inlines"][0]["text"] == "lead 7 is owed an answer"


OFF = "the workflow is turned off or deleted; turn it on, or make one and put its address in place of this"


def test_a_workflow_that_is_off_or_gone_is_off(channel: Teams, teams: TeamsDouble) -> None:
    teams.is_on = False
    assert channel.send(parcel()) == Off(f"Teams says WorkflowTriggerIsNotEnabled: {OFF}")
    teams.exists = False
    assert channel.send(parcel()) == Off(f"Teams says WorkflowNotFound: {OFF}")


def test_one_that_asks_who_we_are_is_closed(client: Client, teams: TeamsDouble) -> None:
    cut_short = opened(client, teams.flow[:-4])
    anew = "copy its whole address again, and let anyone trigger it"
    assert cut_short.send(parcel()) == Closed(f"Teams says AuthorizationFailed: {anew}")
    teams.anyone = False
    assert opened(client, teams.flow).send(parcel()) == Closed(
        f"Teams says DirectApiAuthorizationRequired: {anew}"
    )


def test_a_card_that_is_too_large_is_not_tried(channel: Teams, teams: TeamsDouble) -> None:
    assert channel.send(parcel("a" * 27_000)) == Sent()
    because = "its card has over 28 KB, which Teams does not take; shorten its template"
    assert channel.send(parcel("å" * 15_000)) == Failed(because)
    assert len(teams.seen) == 1


@pytest.mark.parametrize("body", ["", "[]", '"card"', "{"])
def test_what_is_no_card_is_not_sent(channel: Teams, teams: TeamsDouble, body: str) -> None:
    assert channel.send(Parcel("m-7", "sales", body, NOON)) == Failed("its template made no JSON object")
    assert teams.seen == []


ANSWERS: list[tuple[object, Answer]] = [
    (answer(200), Sent()),
    (answer(429, retry_after="30"), Again("it answered 429", timedelta(seconds=30))),
    (answer(400, b'{"error": {"code": "TriggerInputSchemaMismatch"}}'),
     Failed("Teams says TriggerInputSchemaMismatch; see slaflow outbox preview for what was sent")),
    (answer(400, b'{"error": {"code": "sig=double-signature"}}'), Failed("it answered 400")),
    (answer(413), Failed("it answered 413")),
    (answer(404, b"<html>"), Again("it answered 404")),
    (answer(410), Off("it answered 410: it wants no more")),
    (answer(502, b"[]"), Again("it answered 502")),
    (hang_up, Again("it hung up without an answer, or its answer is not HTTP")),
]  # fmt: skip


def test_each_answer_means_what_the_table_says(channel: Teams, teams: TeamsDouble) -> None:
    means = []
    for said, _ in ANSWERS:
        teams.answers(FLOW, said)  # type: ignore[arg-type]
        means.append(channel.send(parcel()))
    assert means == [meant for _, meant in ANSWERS]


def test_a_probe_leaves_no_card(channel: Teams, teams: TeamsDouble) -> None:
    assert channel.probe() == Sent()
    assert teams.seen == []


def test_an_address_that_is_none_is_refused_and_not_shown(client: Client) -> None:
    with pytest.raises(ChannelUnusable) as raised:
        opened(client, "example.com/?sig=double-signature")
    assert str(raised.value) == "[channels.teams] url: the URL does not begin with https://"


def test_no_log_and_no_error_names_the_signature(
    channel: Teams, teams: TeamsDouble, caplog: pytest.LogCaptureFixture
) -> None:
    teams.answers(FLOW, answer(), hang_up)
    with caplog.at_level(logging.DEBUG):
        said = [channel.send(parcel()) for _ in range(2)]
    assert "double-signature" not in f"{caplog.text}{said}"
