"""What waits is sent: each once, in order, to whoever takes it; who takes nothing holds up nobody."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from support.faulty import FaultyServer, answer, hang_up
from support.office import FRIDAY, HOUR, MONDAY, Present, handed_over
from support.sending import applied, arrived, channels, deliveries, messages, reach_of, sent

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.engine.setup.receivers import ReceiversDiffer
from slaflow.notify.addresses import Unreachable, ways
from slaflow.settings.reach import Reach
from slaflow.store.rows import deliveries as store
from slaflow.store.rows.people import directory

HOOK = "receiver:crm"


def with_leads(app: Engine, reach: Reach, *names: str) -> Reach:
    """Leads handed over since somebody listens."""
    applied(app, reach)
    for name in names:
        handed_over(app, name)
    return reach


def statuses(app: Engine) -> Counter[str]:
    return Counter(row.status for row in deliveries(app))


def test_each_entry_is_sent_once_and_those_of_a_lead_in_the_order_of_its_log(
    app: Engine, faulty: FaultyServer
) -> None:
    reach = with_leads(app, reach_of(faulty, "crm", "dwh"), "kim", "lee")
    report = sent(app, reach)
    assert (report.sent, report.again, report.failed, report.closed, report.problems) == (
        len(messages(app)), 0, 0, {}, {},
    )  # fmt: skip
    for name in ("crm", "dwh"):
        came = arrived(faulty, name)
        assert {kind for _, kind, _ in came} == {"created", "transition"}
        assert len(set(came)) == len(came) == len(messages(app)) / 2
        for lead in ("1", "2"):
            numbers = [seq for subject, _, seq in came if subject == lead]
            assert numbers == sorted(numbers)
    assert {row.status for row in messages(app)} == {"sent"}
    assert sent(app, reach).sent == 0
    assert len({seen.headers["webhook-id"] for seen in faulty.seen}) == len(messages(app)) / 2


def test_what_was_not_taken_is_sent_again_later_to_the_byte(
    app: Engine, present: Present, faulty: FaultyServer
) -> None:
    reach = with_leads(app, reach_of(faulty, "crm"), "kim")
    faulty.answers("/crm", answer(500), answer(200))
    assert sent(app, reach).again == 1
    (waits, *_) = [row for row in deliveries(app) if row.status == "waiting"]
    assert waits.tries == 1
    assert waits.last_error == "it answered 500"
    assert timedelta(seconds=15) <= waits.next_try_at - app.now() <= timedelta(seconds=30)
    # Nothing later of that lead overtakes it.
    assert sent(app, reach).sent == 0
    (told,) = [row for row in messages(app) if row.id == waits.message]
    assert (told.status, told.tries, told.next_try_at) == ("waiting", 1, waits.next_try_at)
    present.at = app.now() + timedelta(seconds=31)
    assert sent(app, reach).sent == len(messages(app))
    first, second = faulty.seen[:2]
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])


def test_the_other_side_says_how_long_to_wait(app: Engine, faulty: FaultyServer) -> None:
    reach = with_leads(app, reach_of(faulty, "crm"), "kim")
    faulty.answers("/crm", answer(429, retry_after="7200"))
    sent(app, reach)
    (waits,) = [row for row in deliveries(app) if row.tries]
    assert timedelta(seconds=7190) <= waits.next_try_at - app.now() <= timedelta(seconds=7200)


def test_who_fails_five_times_is_closed_and_probed_and_others_never_notice(
    app: Engine, present: Present, faulty: FaultyServer
) -> None:
    reach = with_leads(app, reach_of(faulty, "crm", "dwh"), *"abcdefg")
    faulty.answers("/crm", hang_up)
    report = sent(app, reach)
    assert report.closed == {HOOK: "it hung up without an answer, or its answer is not HTTP"}
    assert len([seen for seen in faulty.seen if seen.path == "/crm"]) == 5
    assert statuses(app)["sent"] == len(messages(app)) / 2 == len(arrived(faulty, "dwh"))
    # Closed, it is left alone; what waits is not charged with it.
    assert sent(app, reach).again == 0
    tries = sum(row.tries for row in deliveries(app) if row.channel == HOOK)
    present.at = channels(app)[HOOK].closed_until + timedelta(seconds=1)
    faulty.answers("/crm", hang_up, answer(200))
    assert (sent(app, reach).again, len([s for s in faulty.seen if s.path == "/crm"])) == (1, 6)
    assert sum(row.tries for row in deliveries(app) if row.channel == HOOK) == tries
    present.at += timedelta(hours=1)
    report = sent(app, reach)
    assert (report.closed, statuses(app)) == ({}, {"sent": len(messages(app))})
    assert channels(app)[HOOK].closed_until is None


def test_who_wants_no_more_is_off_until_put_on_and_what_waits_is_kept(
    app: Engine, faulty: FaultyServer
) -> None:
    reach = with_leads(app, reach_of(faulty, "crm"), "kim", "lee")
    faulty.answers("/crm", answer(410), answer(200))
    assert sent(app, reach).closed == {HOOK: "it answered 410: it wants no more"}
    assert sent(app, reach).sent == 0
    (listed,) = receivers.listed(app)
    assert (listed["is_on"], listed["waiting"]) == (False, len(messages(app)))
    receivers.put(app, "crm", on=True)
    assert sent(app, reach).sent == len(messages(app))


def test_who_refuses_the_signature_is_closed_at_once(app: Engine, faulty: FaultyServer) -> None:
    reach = with_leads(app, reach_of(faulty, "crm"), "kim")
    faulty.answers("/crm", answer(401))
    assert sent(app, reach).closed == {HOOK: "it answered 401: it refuses who asks"}
    assert len(faulty.seen) == 1
    assert statuses(app) == {"waiting": len(messages(app))}


def test_what_is_never_taken_fails_alone(app: Engine, faulty: FaultyServer) -> None:
    reach = with_leads(app, reach_of(faulty, "crm"), "kim")
    faulty.answers("/crm", answer(422), answer(200))
    report = sent(app, reach)
    assert (report.failed, report.sent) == (1, len(messages(app)) - 1)
    (lost,) = [row for row in messages(app) if row.status == "failed"]
    assert lost.last_error == "it answered 422"


def test_after_so_many_tries_it_failed(app: Engine, present: Present, faulty: FaultyServer) -> None:
    reach = with_leads(app, reach_of(faulty, "crm", tries=2), "kim")
    faulty.answers("/crm", answer(500), answer(500), answer(200))
    sent(app, reach)
    present.at = app.now() + HOUR
    report = sent(app, reach)
    assert (report.failed, report.sent) == (1, len(messages(app)) - 1)


def test_what_a_killed_sender_held_is_taken_over_once_its_lease_ends(
    app: Engine, present: Present, faulty: FaultyServer
) -> None:
    reach = with_leads(app, reach_of(faulty, "crm"), "kim")
    faulty.answers("/crm", answer(410))
    sent(app, reach)
    receivers.put(app, "crm", on=True)
    faulty.answers("/crm", answer(200))
    now = app.now()
    with app.database.write() as conn:
        held = store.claim(conn, HOOK, "who died", now, now + reach.send.lease, 10)
    assert held
    assert sent(app, reach).sent == 0
    present.at = now + reach.send.lease + timedelta(seconds=1)
    assert sent(app, reach).sent == len(messages(app))
    # Who comes back from the dead changes nothing.
    with app.database.write() as conn:
        store.mark(conn, "who died", [store.Marked(held[0].id, held[0].message, "failed", 9, now)], now)
    assert statuses(app) == {"sent": len(messages(app))}


def test_nothing_is_sent_where_file_and_database_name_others(app: Engine, faulty: FaultyServer) -> None:
    reach = with_leads(app, reach_of(faulty, "crm"), "kim")
    with pytest.raises(ReceiversDiffer, match=r"\[receivers.dwh\] was never applied; run"):
        sent(app, reach_of(faulty, "crm", "dwh"))
    with pytest.raises(ReceiversDiffer, match=r"receiver crm stands in no slaflow.toml here"):
        sent(app, Reach())
    assert sent(app, reach).sent == len(messages(app))


def test_a_secret_that_is_not_set_stops_its_receiver_alone(app: Engine, faulty: FaultyServer) -> None:
    reach = reach_of(faulty, "crm", "dwh")
    other = reach.receivers["dwh"].model_copy(update={"secret_env": ("ELSEWHERE",)})
    reach = reach.model_copy(update={"receivers": {**reach.receivers, "dwh": other}})
    with_leads(app, reach, "kim")
    report = sent(app, reach)
    assert report.problems == {"receiver:dwh": "[receivers.dwh] secret: the variable ELSEWHERE is not set"}
    assert report.sent == len(messages(app)) / 2


def test_people_wait_until_there_is_a_channel(app: Engine, present: Present, faulty: FaultyServer) -> None:
    handed_over(app)
    app.tick(at=MONDAY + 9 * HOUR)
    waiting = [row.status for row in messages(app)]
    assert "waiting" in waiting
    assert sent(app, Reach()).planned.messages == 0
    assert [row.status for row in messages(app)] == waiting


def test_whom_nothing_reaches_is_said_in_a_line(app: Engine) -> None:
    with app.database.read() as conn:
        people = directory(conn)
    mail = {"kind": "mail", "host": "mail.example.com", "from": "sla@example.com"}
    slack = {"kind": "slack", "token_env": "SLACK"}
    one = Reach.model_validate({"channels": {"mail": mail}})
    two = Reach.model_validate(
        {"channels": {"mail": mail, "chat": slack}, "recipients": {"default": "mail", "sales": "chat:#desk"}}
    )
    assert ways("anna@example.com", people, FRIDAY, one) == [
        store.Way("mail", "anna@example.com", "anna@example.com")
    ]
    assert ways("desk@example.com", people, FRIDAY, two) == [store.Way("mail", "desk@example.com")]
    assert ways("sales", people, FRIDAY, two) == [store.Way("chat", "#desk")]
    with pytest.raises(Unreachable, match='"marketing" has no desk in the agreement and no entry under'):
        ways("marketing", people, FRIDAY, two)
    bare = one.model_copy(update={"recipients": {"sales": ("mail",)}})
    with pytest.raises(Unreachable, match='"sales" is no address; write "mail:ADDRESS" for it'):
        ways("sales", people, FRIDAY, bare)
