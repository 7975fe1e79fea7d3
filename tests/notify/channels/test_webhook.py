"""A receiver is posted to as Standard Webhooks says, and what it answers means one of five things."""

from __future__ import annotations

from datetime import timedelta

import pytest
from standardwebhooks import Webhook as Judge
from standardwebhooks import WebhookVerificationError
from support.builders import utc
from support.faulty import Answer as Said
from support.faulty import FaultyServer, answer, cut_off, endless, garbage, hang_up

from slaflow.engine.context import wall_clock
from slaflow.net.client import Client
from slaflow.notify.answer import Again, Answer, Closed, Failed, Off, Sent
from slaflow.notify.channels.webhook import SecretUnusable, Webhook
from slaflow.notify.parcel import Parcel
from slaflow.settings.reach import WebhookReceiver

NEW, OLD = (f"whsec_{letter * 32}" for letter in "aB")
NOON = utc("2026-03-09T12:00")
BODY = '{"specversion":"1.0","data":{"owner":"Åsa"}}'


def receiver(client: Client, url: str, *secrets: str) -> Webhook:
    settings = WebhookReceiver(kind="webhook", url=url, events=("breached",))
    return Webhook("warehouse", settings, secrets or (NEW,), client)


def parcel(at: object = NOON) -> Parcel:
    return Parcel("31ff3d07", "receiver:warehouse", BODY, at)  # type: ignore[arg-type]


def test_standardwebhooks_verifies_it_by_the_new_secret_and_by_the_old(
    client: Client, faulty: FaultyServer
) -> None:
    # The judge goes by the wall clock.
    assert receiver(client, faulty.url("/in"), NEW, OLD).send(parcel(wall_clock())) == Sent()
    (seen,) = faulty.seen
    assert seen.body == BODY.encode()
    assert seen.headers["content-type"] == "application/cloudevents+json"
    assert seen.headers["webhook-id"] == "31ff3d07"
    for secret in (NEW, OLD):
        Judge(secret).verify(seen.body, seen.headers)
    with pytest.raises(WebhookVerificationError):
        Judge(f"whsec_{'c' * 32}").verify(seen.body, seen.headers)
    with pytest.raises(WebhookVerificationError):
        Judge(NEW).verify(seen.body.replace(b"1.0", b"1.1"), seen.headers)


def test_a_later_try_is_the_same_event_signed_anew(client: Client, faulty: FaultyServer) -> None:
    hook = receiver(client, faulty.url("/in"))
    for at in (NOON, NOON + timedelta(hours=1)):
        hook.send(parcel(at))
    first, second = faulty.seen
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    stamps = [int(seen.headers["webhook-timestamp"]) for seen in faulty.seen]
    assert stamps[1] - stamps[0] == 3600
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


MINUTE = timedelta(minutes=1)
ANSWERS: list[tuple[Said, Answer]] = [
    (answer(200), Sent()),
    (answer(204), Sent()),
    (answer(299, b"not even JSON"), Sent()),
    (endless, Sent()),
    (cut_off, Sent()),
    (answer(408), Again("it answered 408")),
    (answer(425), Again("it answered 425")),
    (answer(429, retry_after="60"), Again("it answered 429", MINUTE)),
    (answer(429, retry_after="Mon, 09 Mar 2026 12:01:00 GMT"), Again("it answered 429", MINUTE)),
    (answer(500), Again("it answered 500")),
    (answer(503, retry_after="60"), Again("it answered 503", MINUTE)),
    (answer(404), Again("it answered 404")),
    (answer(302, location="http://127.0.0.1/"), Again("it answered 302, and redirects are not followed")),
    (answer(400), Failed("it answered 400")),
    (answer(413), Failed("it answered 413")),
    (answer(422), Failed("it answered 422")),
    (answer(401), Closed("it answered 401: it refuses who asks")),
    (answer(403), Closed("it answered 403: it refuses who asks")),
    (answer(410), Off("it answered 410: it wants no more")),
    (garbage, Again("it hung up without an answer, or its answer is not HTTP")),
    (hang_up, Again("it hung up without an answer, or its answer is not HTTP")),
]


def test_each_answer_means_what_the_table_says(client: Client, faulty: FaultyServer) -> None:
    hook = receiver(client, faulty.url("/in"))
    means = []
    for said, _ in ANSWERS:
        faulty.answers("/in", said)
        means.append(hook.send(parcel()))
    assert means == [meant for _, meant in ANSWERS]


def test_a_receiver_that_recovers_gets_the_event(client: Client, faulty: FaultyServer) -> None:
    faulty.answers("/in", answer(500), answer(200))
    hook = receiver(client, faulty.url("/in"))
    assert [type(hook.send(parcel())) for _ in range(2)] == [Again, Sent]


def test_a_probe_sends_nothing(client: Client, faulty: FaultyServer) -> None:
    assert receiver(client, faulty.url("/in")).probe() == Sent()
    assert receiver(client, "http://127.0.0.1:1/in").probe() == Again("nobody listens there")
    assert faulty.seen == []


@pytest.mark.parametrize("secret", ["hello", "whsec_", "whsec_c2hvcnQ=", "whsec_****", "a" * 32, "whsec_é"])
def test_a_secret_that_signs_nothing_is_said_and_not_shown(client: Client, secret: str) -> None:
    with pytest.raises(SecretUnusable) as raised:
        receiver(client, "https://example.com/", NEW, secret)
    assert str(raised.value) == (
        "[receivers.warehouse] secret: not whsec_ and then base64 of 24 to 64 bytes; "
        "make one with: echo whsec_$(openssl rand -base64 32)"
    )


def test_a_receiver_without_a_secret_is_refused(client: Client) -> None:
    with pytest.raises(SecretUnusable):
        Webhook(
            "x", WebhookReceiver(kind="webhook", url="https://example.com/", events=("breached",)), (), client
        )
