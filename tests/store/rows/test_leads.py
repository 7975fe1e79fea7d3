"""Leads come back as they were saved, and are claimed by what is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from support.builders import MONDAY, a_clock, a_lead, utc

from slaflow.hours.errors import NaiveInstant
from slaflow.lifecycle.lead import Answer, Attempt, Lead, Tally
from slaflow.store.database import Database
from slaflow.store.errors import ConflictingChange
from slaflow.store.rows import clocks, leads

LATER = MONDAY + timedelta(hours=1, microseconds=7)


def full_lead(lead_id: int = 1) -> Lead:
    """A lead that uses every column."""
    return a_lead(
        lead_id,
        owner="anna@example.com",
        fields={"company": 'Åkesson & "Søn" \u0000', "employees": 2**62, "on_hold": False, "country": None},
        field_at={"company": LATER},
        engagement=12.3456,
        engagement_at=LATER,
        stage="selection",
        checks={"value": Answer(True, {"expected_value": "10000.5"}, LATER)},
        tallies={"call": Tally(2, 10.5, LATER), "visit": Tally()},
        attempts=[Attempt(MONDAY, "phone"), Attempt(LATER, "email")],
        attempts_before_handoff=1,
        approaches=[MONDAY, LATER],
        contacted=True,
        touched_at=LATER,
        worked_at=MONDAY,
        assignments=2,
        cycles=3,
        step_at=LATER,
        reset_at=LATER,
        handoff_at=LATER,
        holders={"sales": "anna@example.com"},
        passed_to=["bo@example.com"],
        clock_numbers={"respond": 4},
        seq=17,
        head="a" * 64,
    )


def stored(database: Database, *new: Lead) -> None:
    with database.write() as connection:
        leads.insert(connection, new)


def with_clocks(database: Database, wakes: dict[int, list[datetime | None]]) -> None:
    """Leads with one clock per instant given."""
    stored(database, *(a_lead(lead_id) for lead_id in wakes))
    saved = [
        (lead_id, a_clock(f"target{place}", wake_at=wake_at))
        for lead_id, instants in wakes.items()
        for place, wake_at in enumerate(instants)
    ]
    with database.write() as connection:
        clocks.save(connection, saved)


@pytest.mark.parametrize("make", [a_lead, full_lead])
def test_a_lead_comes_back_as_it_was_saved(database: Database, make: type[Lead]) -> None:
    stored(database, make(7))
    with database.read() as connection:
        assert leads.read(connection, [7, 8]) == {7: make(7)}


def test_updating_writes_every_field(database: Database) -> None:
    stored(database, a_lead(1), a_lead(2))
    changed = replace(full_lead(1), key="kim@example.com", digest="e" * 64, salt=b"")
    with database.write() as connection:
        leads.update(connection, [changed])
    with database.read() as connection:
        assert leads.read(connection, [1, 2]) == {1: changed, 2: a_lead(2)}


def test_updating_a_lead_that_is_not_there_is_a_lost_race(database: Database) -> None:
    with (
        pytest.raises(ConflictingChange, match="1 of 1 rows of lead are gone"),
        database.write() as connection,
    ):
        leads.update(connection, [a_lead(1)])


def test_instants_of_any_zone_come_back_in_utc(database: Database) -> None:
    stockholm = timezone(timedelta(hours=1))
    stored(database, a_lead(1, entered_at=datetime(2026, 3, 2, 10, 30, tzinfo=stockholm)))
    with database.read() as connection:
        entered_at = leads.read(connection, [1])[1].entered_at
    assert entered_at == utc("2026-03-02T09:30")
    assert entered_at.tzinfo is UTC


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(NaiveInstant), database.write() as connection:
        leads.insert(connection, [a_lead(1, step_at=datetime(2026, 3, 2))])  # noqa: DTZ001


def test_ids_grow_and_are_never_given_twice(database: Database) -> None:
    with database.write() as connection:
        first = leads.next_ids(connection, 3)
        second = leads.next_ids(connection, 2)
        assert leads.next_ids(connection, 0) == []
    with database.write() as connection:
        third = leads.next_ids(connection, 1)
    drawn = [*first, *second, *third]
    assert len(drawn) == 6
    assert drawn == sorted(set(drawn))


def test_keys_find_their_leads(database: Database) -> None:
    stored(database, a_lead(1, key="kim@example.com"), a_lead(2, key="ö'\"@example.com"))
    with database.read() as connection:
        found = leads.ids_by_key(connection, ["kim@example.com", "ö'\"@example.com", "nobody@example.com"])
    assert found == {"kim@example.com": 1, "ö'\"@example.com": 2}


def test_two_leads_never_have_the_same_key(database: Database) -> None:
    stored(database, a_lead(1, key="kim@example.com"))
    with pytest.raises(ConflictingChange):
        stored(database, a_lead(2, key="kim@example.com"))
    with database.read() as connection:
        assert leads.read(connection, [2]) == {}


def test_more_leads_than_a_statement_takes_parameters(database: Database) -> None:
    many = [a_lead(number) for number in range(1, 1201)]
    stored(database, *many)
    with database.write() as connection:
        assert list(leads.lock(connection, range(1, 40_001))) == [lead.id for lead in many]


def test_claiming_takes_the_leads_whose_steps_fell_first(database: Database) -> None:
    hour = timedelta(hours=1)
    with_clocks(database, {1: [MONDAY + 2 * hour], 2: [MONDAY + hour], 3: [None], 4: [MONDAY + 9 * hour]})
    with database.write() as connection:
        assert list(leads.claim_due(connection, MONDAY + 3 * hour, 10)) == [2, 1]
        assert list(leads.claim_due(connection, MONDAY + 3 * hour, 1)) == [2]
        assert leads.count_due(connection, MONDAY + 3 * hour) == 2


def test_a_step_at_the_very_instant_has_not_fallen_yet(database: Database) -> None:
    with_clocks(database, {1: [MONDAY]})
    with database.write() as connection:
        assert leads.claim_due(connection, MONDAY, 10) == {}
        assert list(leads.claim_due(connection, MONDAY + timedelta(microseconds=1), 10)) == [1]


def test_a_lead_with_many_due_clocks_is_claimed_once(database: Database) -> None:
    with_clocks(database, {1: [MONDAY] * 3, 2: [MONDAY + timedelta(seconds=1)]})
    with database.write() as connection:
        due = leads.claim_due(connection, MONDAY + timedelta(hours=1), 10)
        assert list(due) == [1, 2]
        assert due[1] == a_lead(1)
        assert leads.count_due(connection, MONDAY + timedelta(hours=1)) == 2


def test_a_failed_lead_waits_for_its_next_try(database: Database) -> None:
    with_clocks(database, {1: [MONDAY]})
    retry_at = MONDAY + timedelta(hours=2)
    with database.write() as connection:
        leads.note_failure(connection, 1, MONDAY, "boom")
        leads.note_failure(connection, 1, retry_at, "boom again")
    with database.write() as connection:
        assert leads.claim_due(connection, retry_at - timedelta(seconds=1), 10) == {}
        assert leads.count_due(connection, retry_at - timedelta(seconds=1)) == 0
        assert list(leads.claim_due(connection, retry_at, 10)) == [1]
        expected = leads.Failing(1, "lead1@example.com", 2, retry_at, "boom again")
        assert leads.failing(connection) == [expected]
        assert leads.failing(connection, [2]) == []


def test_a_lead_that_is_saved_has_failed_no_more(database: Database) -> None:
    stored(database, a_lead(1))
    with database.write() as connection:
        leads.note_failure(connection, 1, MONDAY, "boom")
        leads.update(connection, [a_lead(1)])
        assert leads.failing(connection) == []


def test_filters_of_a_list_all_hold(database: Database) -> None:
    stored(
        database,
        a_lead(1, owner="anna@example.com"),
        a_lead(2, owner="anna@example.com", state="won"),
        a_lead(3, owner="bo@example.com"),
        a_lead(4, owner="anna@example.com", workflow="other"),
    )
    with database.read() as connection:

        def ids(**filters: object) -> list[int]:
            return [lead.id for lead in leads.select(connection, **filters)]  # type: ignore[arg-type]

        assert ids() == [1, 2, 3, 4]
        assert ids(owner="anna@example.com") == [1, 2, 4]
        assert ids(owner="anna@example.com", state="mql", workflow="b2b-standard") == [1]
        assert ids(after=2, limit=1) == [3]


def test_a_long_list_is_read_in_parts(database: Database) -> None:
    stored(database, *(a_lead(number) for number in range(1, 1203)))
    with database.read() as connection:
        assert [lead.id for lead in leads.select(connection)] == list(range(1, 1203))


def test_keys_alike_are_found_among_many(database: Database) -> None:
    others = [a_lead(number, key=f"a{number}@example.com") for number in range(10, 600)]
    stored(database, a_lead(1, key="kim@example.com"), a_lead(2, key="kims@example.com"), *others)
    with database.read() as connection:
        alike = leads.keys_like(connection, "kimm@example.com")
    assert alike[:2] == ["kim@example.com", "kims@example.com"]
    assert len(alike) <= 800
