"""A storm of messages: nobody gets more than so many letters and one that counts the rest; fuses hold."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from support.faulty import FaultyServer
from support.letterbox import Letterbox, number_of, put_up, reach_to, told
from support.office import ANNA, BO, CIA, MIA, MONDAY, Present, handed_over
from support.sending import applied, arrived, deliveries, messages, reach_of, sent

from slaflow.engine.app import Engine
from slaflow.engine.outbox.again import release, retry
from slaflow.notify.answer import Again, Failed, Sent

DESK = "sales-desk@example.com"
EVERYBODY = (ANNA, BO, CIA, MIA, DESK)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Letterbox:
    return put_up(monkeypatch)


@pytest.fixture
def lead(app: Engine, present: Present) -> int:
    present.at = MONDAY
    return handed_over(app, at=MONDAY)


def test_after_an_outage_each_gets_so_many_and_one_that_counts_the_rest(
    app: Engine, lead: int, box: Letterbox
) -> None:
    others = [handed_over(app, name, MONDAY) for name in "ab"]
    for place, each in enumerate((lead, *others)):
        told(app, each, EVERYBODY * 333, ("breached", "warned", "breached")[place])
    told(app, lead, EVERYBODY, "escalated", first=9000)
    report = sent(app, reach_to())
    assert (report.sent, report.gathered, report.planned.held) == (5 * 21, 5000 - 5 * 20, {})
    assert {row.status for row in messages(app)} == {row.status for row in deliveries(app)} == {"sent"}
    for address in EVERYBODY:
        (digest,) = box.digests(address)
        assert len(box.to(address)) == 21
        assert digest["counts"] == {"breached": 2 * 333 - 20, "escalated": 1, "warned": 333}
        assert list(digest["counts"]) == ["breached", "escalated", "warned"]
        assert len(digest["told"]) == 25
    assert len({parcel.id for parcel in box.came}) == len(box.came)


def test_what_comes_after_a_digest_waits_until_its_time_is_over(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    reach = reach_to(burst={"messages": 2, "per": "10m"})
    told(app, lead, [ANNA] * 5)
    sent(app, reach)
    assert (len(box.singles(ANNA)), number_of(box.digests(ANNA)[0]["counts"])) == (2, 3)
    present.at += MINUTE
    told(app, lead, [ANNA] * 4 + [BO], first=2000)
    assert sent(app, reach).sent == 1
    (waits,) = {row.next_try_at for row in deliveries(app) if row.status == "waiting"}
    assert waits == MONDAY + 10 * MINUTE
    assert {row.next_try_at for row in messages(app) if row.status == "waiting"} == {waits}
    present.at = waits + timedelta(seconds=1)
    assert sent(app, reach).sent == 3
    assert [number_of(each["counts"]) for each in box.digests(ANNA)] == [3, 2]
    assert {row.status for row in messages(app)} == {"sent"}


def test_more_than_the_fuse_allows_is_held_until_it_is_let_go_and_the_desks_hear_once(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    reach = reach_to(fuse=50, burst={"messages": 3, "per": "10m"})
    people = [f"p{number}@example.com" for number in range(60)]
    told(app, lead, [*people, *people[:10] * 9])
    report = sent(app, reach)
    # Of the first ten, too, nobody hears more: it would be a letter of its own.
    assert report.planned.held == {"mail": 10 + 10 * 9}
    letters = Counter(parcel.address for parcel in box.came)
    desks = {"sales-desk@example.com", "demand-desk@example.com"}
    assert letters == {**dict.fromkeys(people[:50], 1), **dict.fromkeys(desks, 1)}
    present.at += MINUTE
    told(app, lead, [*people[:2], *(f"q{number}@example.com" for number in range(60))], first=5000)
    assert sent(app, reach).planned.held == {"mail": 12}
    assert Counter(parcel.address for parcel in box.came)["sales-desk@example.com"] == 1
    assert release(app, reach, "mail")["deliveries"] == 112
    present.at += MINUTE
    sent(app, reach)
    assert {row.status for row in messages(app)} == {"sent"}


def test_systems_get_each_event_however_many(app: Engine, faulty: FaultyServer) -> None:
    reach = applied(app, reach_of(faulty, "crm", burst={"messages": 1}, fuse=1))
    for name in "abc":
        handed_over(app, name)
    assert sent(app, reach).sent == len(messages(app)) == len(arrived(faulty, "crm")) > 3


def test_of_a_digest_that_failed_a_part_is_sent_again_by_itself(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    reach = reach_to(burst={"messages": 1, "per": "10m"})
    told(app, lead, [ANNA] * 4)
    box.answers = [Sent(), Failed("it is too long")]
    sent(app, reach)
    assert Counter(row.status for row in messages(app)) == {"sent": 1, "failed": 3}
    assert {row.last_error for row in deliveries(app)} == {None, "it is too long"}
    last = max(row.id for row in messages(app))
    assert retry(app, reach, [last], None)["deliveries"] == 1
    present.at += timedelta(minutes=11)
    sent(app, reach)
    assert box.singles(ANNA)[1:] == [last]


def test_who_was_erased_is_in_no_digest_and_the_rest_goes(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    reach = reach_to(burst={"messages": 1, "per": "10m"})
    other = handed_over(app, "lee", MONDAY)
    told(app, other, [ANNA])
    told(app, lead, [ANNA], first=2000)
    told(app, other, [ANNA] * 2, first=2000)
    box.answers = [Sent(), Again("not now")]
    sent(app, reach)
    assert [number_of(each["counts"]) for each in box.digests(ANNA)] == [3]
    app.erase(lead, "she asked for it", "system")
    assert {row.body for row in deliveries(app) if row.status != "sent"} == {None}
    present.at += timedelta(minutes=11)
    sent(app, reach)
    assert Counter(row.status for row in deliveries(app)) == {"sent": 3, "dropped": 1}
