"""What was sent is forgotten: what it said after 14 days, that it was sent after 90; messages stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from support.faulty import FaultyServer, answer
from support.office import DAY, Present, handed_over
from support.sending import applied, deliveries, messages, reach_of, sent

from slaflow.engine.app import Engine
from slaflow.engine.outbox import again
from slaflow.engine.sweeping import Sweeper
from slaflow.notify import retention
from slaflow.notify.retention import Forgotten, forget
from slaflow.settings.reach import Reach
from slaflow.store.rows import used_links
from slaflow.store.rows.used_links import Used
from slaflow.store.tables.deliveries import used_link


@pytest.fixture
def reach(app: Engine, faulty: FaultyServer) -> Reach:
    """Two receivers that were told of one lead; of each the first event was refused, the rest taken."""
    reach = applied(app, reach_of(faulty, "crm", "dwh"))
    handed_over(app)
    for name in ("crm", "dwh"):
        faulty.answers(f"/{name}", answer(422), answer())
    sent(app, reach)
    return reach


def test_bodies_go_first_then_deliveries_and_messages_stay(
    app: Engine, reach: Reach, present: Present
) -> None:
    before = [(row.id, row.status, row.last_error) for row in messages(app)]
    assert {row.status for row in deliveries(app)} == {"sent", "failed"}
    present.at += 14 * DAY - timedelta(seconds=1)
    assert not forget(app)
    present.at += timedelta(seconds=2)
    assert forget(app) == Forgotten(bodies=len(before))
    assert [row.body for row in deliveries(app)] == [None] * len(before)
    present.at += 76 * DAY
    # Whoever sends forgets.
    assert sent(app, reach).planned.messages == 0
    assert deliveries(app) == []
    assert [(row.id, row.status, row.last_error) for row in messages(app)] == before
    assert not forget(app)


def test_what_waits_is_kept_with_its_body_however_long(
    app: Engine, reach: Reach, present: Present, faulty: FaultyServer
) -> None:
    faulty.answers("/crm", answer(503))
    faulty.answers("/dwh", answer(410))
    handed_over(app, "lee")
    sent(app, reach)
    waits = [row.id for row in deliveries(app) if row.status == "waiting"]
    present.at += 200 * DAY
    while forget(app):
        pass
    assert [row.id for row in deliveries(app)] == waits
    assert any(row.body for row in deliveries(app))


def test_deliveries_of_one_message_go_together(app: Engine, reach: Reach, present: Present) -> None:
    first, second, *_ = deliveries(app)
    with app.database.write() as conn:
        conn.exec_driver_sql(
            f"UPDATE delivery SET message = {first.message}, channel = 'mail' WHERE id = {second.id}"
        )
    present.at += 60 * DAY
    again.retry(app, reach, [first.message], None)
    present.at += 60 * DAY
    while forget(app):
        pass
    assert [row.id for row in deliveries(app)] == [first.id, second.id]


def test_what_failed_so_long_ago_is_sent_again_all_the_same(
    app: Engine, reach: Reach, present: Present
) -> None:
    present.at += 100 * DAY
    sent(app, reach)
    answered = again.retry(app, reach, (), "receiver:crm")
    assert (answered["deliveries"], answered["planned_anew"]) == (0, 1)
    report = sent(app, reach)
    assert (report.planned.stale, report.sent) == (0, 1)


def test_links_that_were_used_are_forgotten_once_they_have_expired(app: Engine, present: Present) -> None:
    now = app.now()
    with app.database.write() as conn:
        used_links.use(conn, "a link", Used(1, "anna@example.com", "accept", 3, now), now + DAY)
    assert not forget(app)
    present.at += 2 * DAY
    assert forget(app) == Forgotten(links=1)
    with app.database.read() as conn:
        assert conn.execute(select(used_link)).all() == []


def test_a_sender_that_goes_on_looks_once_an_hour_and_a_bit_at_a_time(
    app: Engine, reach: Reach, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    present.at += 20 * DAY
    sweeper, number = Sweeper(app, forget), len(deliveries(app))
    assert [sweeper.sweep() for _ in range(number + 1)] == [True] * number + [False]
    present.at += 80 * DAY
    assert sweeper.sweep()
    present.at += timedelta(minutes=59)
    assert len(deliveries(app)) == number - 1
