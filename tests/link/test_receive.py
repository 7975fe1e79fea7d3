"""Deliveries are kept whole and once, whatever order they come in; and nothing is kept that is not taken."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from support.delivering import (
    ENVIRONMENT,
    KINDS,
    OLD,
    PERSON,
    RAW,
    REACH,
    SECRET,
    SENDERS,
    SIGNATURES,
    WHSEC,
    Delivery,
    change,
    generic,
    hubspot,
    kept,
    marketo,
    mautic,
    outbound,
    salesforce,
    segment,
    sent_by,
    told_by,
)
from support.office import FRIDAY, HOUR, Present, on_one_database

from slaflow.engine.app import Engine
from slaflow.link.receive import LARGEST, LATER, NOT_GENUINE, Refused, receive
from slaflow.link.shapes import Acknowledged
from slaflow.link.sources.hubspot import HubSpot
from slaflow.settings.reach import Reach
from slaflow.store.database import Database
from slaflow.store.errors import ConflictingChange, DatabaseUnreachable
from slaflow.store.linking import inbox


@pytest.fixture
def present() -> Present:
    return Present()


@pytest.fixture
def app(database: Database, present: Present) -> Engine:
    return Engine(database, now=present)


def take(app: Engine, delivery: Delivery, reach: Reach = REACH, **environment: str) -> Acknowledged:
    name = delivery.path.split("/")[2].partition("?")[0]
    return receive(app, reach, name, delivery.request(), environment or ENVIRONMENT)


def refused(app: Engine, delivery: Delivery, reach: Reach = REACH, **environment: str) -> Refused:
    with pytest.raises(Refused) as caught:
        take(app, delivery, reach, **environment)
    assert "\n" not in caught.value.words
    return caught.value


def test_what_is_told_is_kept_until_it_is_applied(app: Engine) -> None:
    assert take(app, hubspot([change(1), change(2)])).status == 200
    (one, _) = rows = kept(app)
    assert {row.status for row in rows} == {"waiting"}
    assert {row.remote for row in rows} == {"1001", "1002"}
    assert (one.hook, one.received_at, one.apply_at) == ("hubspot", FRIDAY, FRIDAY + timedelta(seconds=5))
    assert PERSON in str(one.row)
    assert take(app, hubspot([])).status == 200


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_again_is_answered_again_and_kept_once(app: Engine, present: Present, kind: str) -> None:
    first = take(app, sent_by(kind))
    before = kept(app)
    assert len(before) == 1
    present.at += HOUR
    assert take(app, sent_by(kind, at=present.at)) == first
    assert kept(app) == before


def test_in_whatever_order_and_company_it_comes_the_same_is_kept(app: Engine) -> None:
    chance = random.Random(7)
    told = {number: change(number) for number in range(40)}
    for _ in range(12):
        numbers = chance.choices(list(told), k=chance.randint(1, 8))
        take(app, hubspot([told[number] for number in numbers]))
    rest = list(told)
    chance.shuffle(rest)
    for start in range(0, 40, 7):
        take(app, hubspot([told[number] for number in rest[start : start + 7]]))
    found = kept(app)
    assert sorted(row.remote for row in found) == sorted(str(each["objectId"]) for each in told.values())
    by_remote = {row.remote: row.occurred_at for row in found}
    assert by_remote == {
        str(each["objectId"]): FRIDAY + timedelta(milliseconds=number) for number, each in told.items()
    }


def test_of_many_that_send_the_same_at_once_none_is_refused_and_all_is_kept_once(app: Engine) -> None:
    told = [change(number) for number in range(6)]

    def send(place: int) -> list[int]:
        shuffled = random.Random(place).sample(told, len(told))
        return [take(app, hubspot(shuffled[at : at + 3])).status for at in (0, 3, 2)]

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(send, range(4))] == [[200] * 3] * 4
    assert len(kept(app)) == len(told)


def test_an_id_that_is_longer_than_any_is_kept_all_the_same(app: Engine) -> None:
    name = "".join(chr(1000 + n * 7919 % 50_000) for n in range(9_000))
    take(app, segment({"messageId": "m", "userId": name, "type": "track"}))
    ((remote,),) = [(each.remote,) for each in kept(app)]
    assert len(remote) == 64


def test_one_event_that_cannot_be_taken_keeps_the_delivery_out(app: Engine) -> None:
    assert refused(app, hubspot([change(1), change(2, occurredAt="soon")])).status == 422
    assert refused(app, salesforce(outbound(1, 2).replace(b"13:29:02", b"13:29:62"))).status == 422
    assert kept(app) == []


def test_killed_before_it_is_kept_or_before_it_is_answered_it_is_kept_once(
    app: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = hubspot([change(1), change(2)])

    class Killed(BaseException):
        pass

    def after(work: Callable[..., Any]) -> Callable[..., Any]:
        def done(*given: Any) -> Any:
            work(*given)
            raise Killed

        return done

    for where, work, kept_then in ((inbox, "take", 0), (HubSpot, "acknowledged", 2)):
        with monkeypatch.context() as patch:
            patch.setattr(where, work, after(getattr(where, work)))
            with pytest.raises(Killed):
                take(app, delivery)
        assert len(kept(app)) == kept_then
    before = kept(app)
    take(app, delivery)
    assert kept(app) == before


def broken(kind: str) -> Iterator[tuple[Delivery, int]]:
    """What is sent wrong to a hook, and what is answered."""
    good = sent_by(kind)
    signed = SENDERS[kind]
    yield sent_by(kind, secret="another"), 401
    if kind in SIGNATURES:
        name = SIGNATURES[kind]
        yield good.without(name), 401
        yield good.having(**{name: "å"}), 401
        yield good._replace(headers=(*good.headers, (name, dict(good.headers)[name]))), 401
    if kind in ("hubspot", "generic"):
        yield sent_by(kind, at=FRIDAY - timedelta(minutes=6)), 401
        yield sent_by(kind, at=FRIDAY + timedelta(minutes=6)), 401
    yield good._replace(body=b"x" * (LARGEST + 1)), 413
    yield good.having(content_encoding="gzip"), 415
    yield good.having(content_encoding="identity, br"), 415
    yield good.having(content_type="text/plain"), 415
    yield good.without("content-type"), 415
    yield good._replace(body=good.body.replace(b"zyx", b"\xff\xfe")), 400
    if kind == "salesforce":
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>'
        yield signed(bomb), 400
        yield signed(b"<a>" * 90_000), 400
        yield signed(b"<a>" * 90_000 + b"</a>" * 90_000), 413
        yield signed(outbound(1, organization="00D000000000002EAA")), 401
        yield good._replace(path="/hooks/salesforce"), 401
    else:
        yield signed(b"["), 400
        yield signed(b"[" * 10_000), 413
        yield signed(b"[" + b"0," * 10_001 + b"0]"), 413
        yield signed(b'{"a": 1, "a": 1}'), 400
        yield good._replace(path=f"{good.path}/x"), 404
        yield good._replace(path="/hooks/nobody"), 404


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_is_sent_wrong_nothing_is_kept_and_why_is_one_line(app: Engine, kind: str) -> None:
    for delivery, status in broken(kind):
        found = refused(app, delivery)
        assert found.status == status, (delivery.headers, delivery.body[:40], found.words)
        assert found.retry_after is None
        if status == 401:
            assert found.words == NOT_GENUINE, "whoever tries is told nothing of how near it was"
    assert kept(app) == []


@on_one_database
def test_while_it_cannot_be_taken_it_is_to_be_sent_again(
    app: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def said(delivery: Delivery, reach: Reach = REACH, **environment: str) -> str:
        caplog.clear()
        found = refused(app, delivery, reach, **environment)
        assert (found.status, found.retry_after is not None) == (503, True)
        return caplog.messages[-1]

    assert said(sent_by("hubspot"), HOOK=SECRET) == "hook hubspot: 503: secret_missing"
    assert said(sent_by("generic"), WHSEC=SECRET) == "hook generic: 503: secret_unusable"
    nameless = REACH.model_copy(update={"public_url": None})
    assert said(sent_by("hubspot"), nameless) == "hook hubspot: 503: public_url_missing"

    def unreachable(*_: Any) -> None:
        raise DatabaseUnreachable(f"postgresql://{SECRET}@host/x", "no")

    monkeypatch.setattr(Database, "write", unreachable)
    assert refused(app, sent_by("mautic")).retry_after == LATER
    assert said(sent_by("mautic")) == "hook mautic: 503: database_unreachable"

    def lost(*_: Any) -> None:
        raise ConflictingChange("somebody")

    monkeypatch.setattr(Database, "write", lost)
    assert said(sent_by("mautic")).startswith("hook mautic: 503: conflicting_change")


@on_one_database
def test_no_line_tells_a_secret_or_what_was_sent(app: Engine, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for kind in KINDS:
            take(app, sent_by(kind))
            for delivery, _ in broken(kind):
                refused(app, delivery)
            refused(app, sent_by(kind), NONE="x")
    words = "\n".join(f"{each.getMessage()} {each.exc_text}" for each in caplog.records)
    assert f"hook {KINDS[0]}: 401: " in words
    for secret in (SECRET, OLD, WHSEC, RAW.decode(), "hunter2", "zyxkim", "quux", "00Q0", PERSON, "nobody"):
        assert secret not in words, secret


def test_every_sender_is_tried() -> None:
    assert {hubspot, salesforce, marketo, mautic, segment, generic} == set(SENDERS.values())
    assert all(told_by(kind, 1) != told_by(kind, 2) for kind in KINDS)
