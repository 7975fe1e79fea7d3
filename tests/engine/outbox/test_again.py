"""What failed is sent again when somebody asks, what is held is let go, and the list tells of each way."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest
from sqlalchemy import update
from support.faulty import FaultyServer, answer
from support.office import ANNA, DAY, HOUR, MONDAY, Present, handed_over
from support.sending import applied, arrived, deliveries, messages, reach_of, sent

from slaflow.engine.app import Engine
from slaflow.engine.outbox import again, listing
from slaflow.engine.outbox.again import MessageNotThere
from slaflow.errors import UnknownName
from slaflow.notify.plan import plan
from slaflow.settings.reach import Reach
from slaflow.store.rows import deliveries as store
from slaflow.store.tables.deliveries import delivery

HOOK = "receiver:crm"
PEOPLE = Reach.model_validate(
    {
        "channels": {
            "mail": {"kind": "mail", "host": "mail.example.com", "from": "sla@example.com"},
            "chat": {"kind": "slack", "token_env": "SLACK"},
        },
        "recipients": {"default": ["mail", "chat"], "sales": "chat:T1/B2/secret"},
    }
)


def statuses(app: Engine) -> Counter[str]:
    return Counter(row.status for row in deliveries(app))


def not_taken(app: Engine, faulty: FaultyServer) -> Reach:
    """A receiver that took nothing of what it was told of two leads."""
    reach = applied(app, reach_of(faulty, "crm"))
    for name in ("kim", "lee"):
        handed_over(app, name)
    faulty.answers("/crm", answer(422))
    sent(app, reach)
    faulty.answers("/crm", answer())
    faulty.seen.clear()
    assert statuses(app) == {"failed": len(messages(app))}
    return reach


def told(app: Engine, present: Present) -> None:
    """Anna is warned, and each way to her is planned."""
    handed_over(app)
    present.at = MONDAY + 1 * HOUR
    app.tick()
    plan(app, PEOPLE)


def failed(app: Engine, name: str, because: str = "no such address") -> None:
    """Everything that waits over that channel fails."""
    now = app.now()
    with app.database.write() as conn:
        held = store.claim(conn, name, "somebody", now, now + HOUR, 100)
        marks = [store.Marked(each.id, each.message, "failed", 3, now, because) for each in held]
        store.mark(conn, "somebody", marks, now)


def test_one_message_is_sent_again_as_if_it_had_never_been_tried(app: Engine, faulty: FaultyServer) -> None:
    reach = not_taken(app, faulty)
    first, *rest = messages(app)
    answered = again.retry(app, reach, [first.id], None)
    assert (answered["deliveries"], answered["channels"]) == (1, {HOOK: 1})
    (waits,) = [row for row in deliveries(app) if row.status == "waiting"]
    assert (waits.message, waits.tries, waits.next_try_at, waits.done_at) == (first.id, 0, app.now(), None)
    assert messages(app)[0].status == "waiting"
    assert sent(app, reach).sent == 1
    assert [row.status for row in messages(app)] == ["sent"] + ["failed"] * len(rest)


def test_all_of_a_receiver_is_sent_again_and_of_no_other(app: Engine, faulty: FaultyServer) -> None:
    reach = not_taken(app, faulty)
    assert again.retry(app, reach, (), HOOK)["deliveries"] == len(messages(app))
    assert again.retry(app, reach, (), HOOK)["deliveries"] == 0
    assert sent(app, reach).sent == len(arrived(faulty, "crm")) == len(messages(app))


def test_what_takes_nothing_now_is_said(app: Engine, faulty: FaultyServer) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    handed_over(app)
    faulty.answers("/crm", answer(422), answer(410))
    sent(app, reach)
    assert again.retry(app, reach, (), HOOK)["shut"] == {HOOK: "it answered 410: it wants no more"}


def test_what_nothing_is_known_of_is_a_line(app: Engine, faulty: FaultyServer) -> None:
    reach = not_taken(app, faulty)
    with pytest.raises(MessageNotThere, match="there is no message 99; see 'slaflow outbox list'"):
        again.retry(app, reach, [messages(app)[0].id, 99], None)
    with pytest.raises(UnknownName, match='unknown receiver "crn"; did you mean "crm"'):
        again.retry(app, reach, (), "receiver:crn")
    with pytest.raises(UnknownName, match='unknown channel "crm"'):
        again.release(app, reach, "crm")
    assert statuses(app) == {"failed": len(messages(app))}


def test_only_the_way_that_failed_is_gone_again(app: Engine, present: Present) -> None:
    told(app, present)
    failed(app, "mail")
    assert {row.status for row in messages(app)} == {"waiting"}
    number = len(deliveries(app)) // 2
    assert again.retry(app, PEOPLE, (), "mail")["channels"] == {"mail": number}
    assert again.retry(app, PEOPLE, (), "chat")["deliveries"] == 0
    assert statuses(app) == {"waiting": 2 * number}


def test_what_is_left_of_an_erased_person_is_not_sent_to_people(app: Engine, present: Present) -> None:
    told(app, present)
    failed(app, "mail")
    failed(app, "chat")
    app.erase(1, "asked for it", "marketing")
    before = [(row.id, row.status) for row in deliveries(app)]
    answered = again.retry(app, PEOPLE, (), "mail")
    assert answered["deliveries"] == 0
    assert [(row.id, row.status) for row in deliveries(app)] == before


def test_whom_nothing_reached_is_given_a_way_anew_however_late(app: Engine, present: Present) -> None:
    told(app, present)
    with app.database.write() as conn:
        conn.execute(delivery.delete())
        gone = {row.id: "nothing says how" for row in messages(app)}
        store.end_messages(conn, "failed", gone, app.now())
    present.at += 30 * DAY
    answered = again.retry(app, PEOPLE, list(gone), None)
    assert (answered["deliveries"], answered["planned_anew"]) == (0, len(gone))
    planned = plan(app, PEOPLE)
    assert (planned.messages, planned.stale) == (len(gone), 0)
    assert {row.status for row in messages(app)} == {"waiting"}


def hold(app: Engine, name: str, at: datetime) -> None:
    with app.database.write() as conn:
        conn.execute(update(delivery).where(delivery.c.channel == name).values(held_at=at))


def test_what_is_held_waits_until_it_is_let_go_channel_by_channel(app: Engine, faulty: FaultyServer) -> None:
    reach = applied(app, reach_of(faulty, "crm", "dwh"))
    handed_over(app)
    plan(app, reach)
    for name in (HOOK, "receiver:dwh"):
        hold(app, name, app.now())
    assert sent(app, reach).sent == 0
    half = len(messages(app)) // 2
    assert again.release(app, reach, HOOK)["channels"] == {HOOK: half}
    assert sent(app, reach).sent == half == len(arrived(faulty, "crm"))
    assert again.release(app, reach, None) == {
        "deliveries": half, "channels": {"receiver:dwh": half}, "shut": {},
    }  # fmt: skip
    assert sent(app, reach).sent == half


def test_the_list_tells_each_way_and_no_address_that_is_a_secret(app: Engine, present: Present) -> None:
    told(app, present)
    failed(app, "mail")
    (shown, *_) = listing.listed(app, None, None, None)
    assert shown["recipient"] == ANNA
    assert [(each["channel"], each["status"], each["tries"]) for each in shown["deliveries"]] == [
        ("mail", "failed", 3),
        ("chat", "waiting", 0),
    ]
    mail, chat = shown["deliveries"]
    assert (mail["last_error"], mail["next_try_at"], mail["address"]) == ("no such address", None, ANNA)
    assert chat["next_try_at"] is not None
    with app.database.write() as conn:
        conn.execute(update(delivery).values(address=delivery.c.channel + "://T1/B2/secret"))
    assert "secret" not in str(listing.listed(app, None, None, None))


def test_the_list_is_narrowed_to_a_way_and_what_it_came_to_there(app: Engine, present: Present) -> None:
    told(app, present)
    failed(app, "mail")
    everything = [each["id"] for each in listing.listed(app, None, None, None)]

    def over(name: str, status: store.DeliveryStatus | None) -> list[int]:
        found = listing.listed_over(app, PEOPLE, name, status, None, None)  # type: ignore[arg-type]
        return [each["id"] for each in found]

    assert over("mail", "failed") == over("chat", "waiting") == over("mail", None) == everything
    assert over("mail", "waiting") == over("chat", "failed") == []
    assert over("chat", "sent") == []
