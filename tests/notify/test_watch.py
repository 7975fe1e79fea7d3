"""Senders that go on: what takes nothing now is left alone until it may, and one fault stops one channel."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.faulty import FaultyServer, answer, hang_up
from support.office import Present, handed_over
from support.sending import SECRETS, applied, arrived, channels, deliveries, messages, reach_of, sent

from slaflow.engine.app import Engine
from slaflow.engine.outbox import again
from slaflow.engine.setup import receivers
from slaflow.engine.tick.worker import Bell
from slaflow.notify import plan as planning
from slaflow.notify import watch
from slaflow.notify.channels.webhook import Webhook
from slaflow.notify.send import Sender
from slaflow.store.sending import due

HOOK = "receiver:crm"


def due_now(app: Engine) -> list[str]:
    with app.database.read() as conn:
        return due.due_channels(conn, app.now())


def next_due(app: Engine) -> object:
    with app.database.read() as conn:
        return due.next_due(conn)


def test_a_channel_that_is_shut_is_not_asked_until_it_may_open(
    app: Engine, present: Present, faulty: FaultyServer
) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    for name in "abcdefg":
        handed_over(app, name)
    faulty.answers("/crm", hang_up)
    sent(app, reach)
    until = channels(app)[HOOK].closed_until
    assert (due_now(app), next_due(app)) == ([], until)
    # Whoever looks is told all the same.
    assert set(sent(app, reach).closed) == {HOOK}
    present.at = until + timedelta(seconds=1)
    assert due_now(app) == [HOOK]
    receivers.put(app, "crm", on=False)
    assert (due_now(app), next_due(app)) == ([], None)
    assert sent(app, reach).closed == {HOOK: "put off by hand"}


def test_what_is_behind_something_that_waits_or_in_hand_is_not_due(
    app: Engine, present: Present, faulty: FaultyServer
) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    handed_over(app)
    faulty.answers("/crm", answer(500))
    sent(app, reach)
    assert len([row for row in deliveries(app) if row.status == "waiting"]) > 1
    assert due_now(app) == []
    again.retry(app, reach, [messages(app)[0].id], None)
    present.at += timedelta(minutes=1)
    assert due_now(app) == [HOOK]


def test_a_channel_without_its_secret_is_said_once_and_left_alone_for_a_while(
    app: Engine, present: Present, faulty: FaultyServer
) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    handed_over(app)
    sender = Sender(app, reach, environment={})
    try:
        assert list(sender.once().problems) == [HOOK]
        assert sender.once().problems == {}
        present.at += timedelta(minutes=2)
        assert list(sender.once().problems) == [HOOK]
    finally:
        sender.close()


def test_a_bug_in_one_channel_is_said_without_its_words_and_stops_no_other(
    app: Engine, faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach = applied(app, reach_of(faulty, "crm", "dwh"))
    handed_over(app)
    well = Webhook.send

    def broken(self: Webhook, parcel: object) -> object:
        if self.name == HOOK:
            raise KeyError("a secret")
        return well(self, parcel)  # type: ignore[arg-type]

    monkeypatch.setattr(Webhook, "send", broken)
    report = sent(app, reach)
    assert report.problems[HOOK].startswith("a fault of slaflow's own: KeyError at test_watch.py:")
    assert "secret" not in report.problems[HOOK]
    assert len(arrived(faulty, "dwh")) == len(messages(app)) / 2 == report.sent


def test_rounds_go_on_until_the_bell_is_rung(
    app: Engine, faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    monkeypatch.setenv("HOOK", SECRETS["HOOK"])
    monkeypatch.setattr(watch, "EVERY", 0.01)
    bell, number = Bell(), 0
    handed_over(app)
    for report in watch.rounds(app, reach, bell):
        number += report.sent
        if number == len(messages(app)) == 2:
            handed_over(app, "lee")
        if number == 4:
            bell.ring()
    bell.close()
    assert len(arrived(faulty, "crm")) == len(messages(app)) == 4


def test_planning_ends_between_two_transactions(
    app: Engine, faulty: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach = applied(app, reach_of(faulty, "crm"))
    handed_over(app)
    monkeypatch.setattr(planning, "AT_ONCE", 1)
    asked = iter([False, True])
    assert planning.plan(app, reach, lambda: next(asked)).messages == 1
    assert len(deliveries(app)) == 1 < len(messages(app))
