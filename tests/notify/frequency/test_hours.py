"""Quiet hours and one letter a day, for who wants them; what they want now counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.builders import utc
from support.letterbox import Letterbox, put_up, reach_to, told
from support.office import ANNA, BO, FRIDAY, HOUR, MIA, MONDAY, Present, handed_over
from support.sending import deliveries, messages, sent

from slaflow.engine.app import Engine
from slaflow.engine.setup import preferences
from slaflow.settings.reach import Reach

REACH = reach_to()
EVENING = FRIDAY + 4 * HOUR
"""18:30 in Stockholm; the office is closed until Monday."""
SATURDAY_AT_SEVEN = utc("2026-03-07T06:00")


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Letterbox:
    return put_up(monkeypatch)


@pytest.fixture
def lead(app: Engine, present: Present) -> int:
    lead = handed_over(app)
    present.at = EVENING
    return lead


def wants(app: Engine, address: str, **given: str) -> None:
    preferences.change(app, REACH, address, given)


def come(app: Engine, present: Present, at: object) -> int:
    present.at = at  # type: ignore[assignment]
    return sent(app, REACH).sent


def next_tries(app: Engine) -> set[object]:
    return {row.next_try_at for row in deliveries(app) if row.status == "waiting"}


def test_what_falls_into_quiet_hours_waits_until_they_end(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    wants(app, ANNA, quiet="18:00-07:00")
    wants(app, BO, quiet="18:00-07:00", timezone="America/New_York")
    told(app, lead, [ANNA, BO, MIA], "warned")
    assert come(app, present, EVENING) == 2
    assert next_tries(app) == {SATURDAY_AT_SEVEN}
    assert [row.next_try_at for row in messages(app) if row.status == "waiting"] == [SATURDAY_AT_SEVEN]
    assert come(app, present, SATURDAY_AT_SEVEN - timedelta(seconds=1)) == 0
    assert come(app, present, SATURDAY_AT_SEVEN) == 1


def test_a_team_is_quiet_while_its_calendar_is_closed(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    for each in (ANNA, BO, MIA):
        wants(app, each, quiet="team")
    app.add_person(BO, calendar="always")
    told(app, lead, [ANNA, BO, MIA], "warned")
    # Bo's own calendar never closes, and Mia has none.
    assert come(app, present, EVENING) == 2
    assert next_tries(app) == {MONDAY}
    assert come(app, present, MONDAY) == 1


def test_breaches_and_escalations_pass_and_what_stands_before_them_comes_along(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    other = handed_over(app, "lee", EVENING)
    wants(app, ANNA, quiet="18:00-07:00")
    told(app, lead, [ANNA], "transition", first=1000)
    told(app, other, [ANNA], "transition", first=1000)
    assert come(app, present, EVENING) == 0
    told(app, lead, [ANNA], "breached", first=2000)
    told(app, lead, [ANNA], "escalated", first=3000)
    told(app, lead, [ANNA], "transition", first=4000)
    assert come(app, present, EVENING + HOUR) == 3
    kinds = {row.id: row.kind for row in messages(app)}
    assert [kinds[number] for number in box.singles(ANNA)] == ["transition", "breached", "escalated"]
    assert come(app, present, SATURDAY_AT_SEVEN) == 2


def test_one_letter_a_day_holds_all_that_waited_for_it(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    wants(app, ANNA, digest="daily@08:30")
    told(app, lead, [ANNA, ANNA, BO], "breached")
    assert come(app, present, EVENING) == 1
    at = utc("2026-03-07T07:30")
    assert next_tries(app) == {at}
    present.at = at - HOUR
    told(app, lead, [ANNA], "warned", first=2000)
    assert come(app, present, at - HOUR) == 0
    assert come(app, present, at) == 1
    (digest,) = box.digests(ANNA)
    assert digest["counts"] == {"breached": 2, "warned": 1}
    # What comes later is tomorrow's; one alone is no digest.
    present.at = at + HOUR
    told(app, lead, [ANNA], "warned", first=3000)
    assert come(app, present, at + 2 * HOUR) == 0
    assert come(app, present, at + timedelta(days=1)) == 1
    assert (len(box.digests(ANNA)), len(box.singles(ANNA))) == (1, 1)


def test_a_digest_tells_only_what_is_still_true_and_of_a_clock_only_the_last(
    app: Engine, present: Present, box: Letterbox
) -> None:
    wants(app, MIA, digest="daily@12:30")
    kim, _ = handed_over(app), handed_over(app, "lee")
    for minutes in (46, 91):
        present.at = MONDAY + timedelta(minutes=minutes)
        app.tick(at=present.at)
        come(app, present, present.at)
    app.fire(kim, "accept", BO)
    assert box.to(MIA) == []
    assert come(app, present, MONDAY.replace(hour=11, minute=30)) == 1
    (digest,) = box.digests(MIA)
    # At 80 per cent she was warned of both; both broke at 100, and one was accepted after that.
    assert digest["counts"] == {"breached": 2}
    gone = [row.status for row in deliveries(app) if row.address == MIA]
    assert sorted(gone) == ["sent", "sent", "superseded", "superseded"]


def test_what_somebody_wants_now_counts_for_what_waits(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    wants(app, ANNA, digest="daily@08:30", quiet="18:00-07:00")
    told(app, lead, [ANNA], "warned")
    come(app, present, EVENING)
    wants(app, ANNA, digest="off")
    assert come(app, present, EVENING) == 0
    assert next_tries(app) == {SATURDAY_AT_SEVEN}
    wants(app, ANNA, quiet="off")
    assert come(app, present, EVENING) == 1


def test_a_link_for_one_a_day_is_for_its_channel(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    both = Reach.model_validate(
        {"channels": {"mail": REACH.channels["mail"], "pager": REACH.channels["mail"]},
         "recipients": {"default": ["mail", "pager"]}}
    )  # fmt: skip
    preferences.stop(app, ANNA, "mail", "digest")
    told(app, lead, [ANNA], "warned")
    assert sent(app, both).sent == 1
    assert [row.channel for row in deliveries(app) if row.status == "waiting"] == ["mail"]


def test_letters_are_in_the_readers_zone_and_language(
    app: Engine, lead: int, present: Present, box: Letterbox
) -> None:
    wants(app, ANNA, timezone="Asia/Tokyo", language="sv")
    told(app, lead, [ANNA, BO])
    come(app, present, EVENING)
    readers = {letter.reader.address: letter.reader for letter in box.letters.values()}
    assert (readers[ANNA].zone.key, readers[ANNA].language) == ("Asia/Tokyo", "sv")
    assert (readers[BO].zone.key, readers[BO].language) == ("Europe/Stockholm", "en")


def test_who_stands_in_reads_for_whom(app: Engine, lead: int, present: Present, box: Letterbox) -> None:
    app.assign(lead, ANNA, MIA)
    app.send_away(ANNA, EVENING, MONDAY, stand_in=BO)
    app.send_away(MIA, EVENING, MONDAY, stand_in=BO)
    told(app, lead, [BO])
    come(app, present, EVENING)
    (letter,) = [each for each in box.letters.values() if each.reader.address == BO]
    assert (letter.message.why.reason, letter.message.why.of) == ("stand_in", ANNA)
