"""Clocks come back as they were saved; one promise is open once per lead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from support.builders import MONDAY, a_clock, a_lead

from slaflow.clock.state import Clock
from slaflow.lifecycle.lead import Lead
from slaflow.store.database import Database
from slaflow.store.errors import AlreadyRecorded, ConflictingChange
from slaflow.store.rows import clocks, leads

HOUR = timedelta(hours=1)


def stored(database: Database, new: Sequence[Lead], saved: Sequence[tuple[int, Clock]] = ()) -> None:
    with database.write() as connection:
        leads.insert(connection, new)
        clocks.save(connection, saved)


def full_clock() -> Clock:
    """A clock that uses every column."""
    return a_clock(
        number=2,
        status="met_late",
        lives_in=frozenset({"sales_accepted", "mql"}),
        base_at=MONDAY + HOUR,
        left=timedelta(hours=3, microseconds=1),
        case=1,
        paused_at=MONDAY + HOUR,
        budget=timedelta(days=900),
        breached_at=MONDAY + 4 * HOUR,
        ended_at=MONDAY + 5 * HOUR,
        lifted=True,
        carried_out=["50%", "100%"],
        seen={0: (MONDAY, MONDAY, None), 2: (MONDAY,)},
        wake_at=None,
    )


def plain_clock() -> Clock:
    """A clock with as little as can be."""
    return a_clock(owed_by=None, owner=None, due_at=None, lives_in=frozenset(), wake_at=None)


@pytest.mark.parametrize("make", [a_clock, full_clock, plain_clock])
def test_a_clock_comes_back_as_it_was_saved(database: Database, make: type[Clock]) -> None:
    saved = make()
    stored(database, [a_lead(1)], [(1, saved)])
    assert saved.id is not None
    with database.read() as connection:
        assert clocks.all_of(connection, [1, 2]) == {1: [saved], 2: []}


def test_saving_again_updates_the_same_row(database: Database) -> None:
    running = a_clock()
    stored(database, [a_lead(1)], [(1, running), (1, a_clock("triage"))])
    with database.write() as connection:
        clocks.save(connection, [(1, Clock(**{**_values(full_clock()), "id": running.id}))])
    with database.read() as connection:
        first, second = clocks.all_of(connection, [1])[1]
    assert _values(first) == {**_values(full_clock()), "id": running.id}
    assert second.target == "triage"
    assert second.status == "running"


def _values(clock: Clock) -> dict[str, object]:
    return {name: getattr(clock, name) for name in Clock.__dataclass_fields__}


def test_open_clocks_are_those_not_ended(database: Database) -> None:
    ended = a_clock(status="met", ended_at=MONDAY + HOUR)
    stored(database, [a_lead(1), a_lead(2)], [(1, ended), (1, a_clock(number=2)), (2, a_clock("triage"))])
    with database.read() as connection:
        found = clocks.open_of(connection, [1, 2, 3])
        assert {lead: [clock.number for clock in found[lead]] for lead in found} == {1: [2], 2: [1], 3: []}


def test_ended_clocks_are_those_that_ended_after_an_instant(database: Database) -> None:
    """What happened at the very instant at which a clock ended does not concern it."""
    ended = a_clock(status="met", ended_at=MONDAY + HOUR)
    stored(database, [a_lead(1), a_lead(2)], [(1, ended), (1, a_clock(number=2)), (2, a_clock("triage"))])
    with database.read() as connection:
        found = clocks.ended_of(connection, [1, 2], MONDAY + HOUR - timedelta(microseconds=1))
        assert {lead: [clock.number for clock in found[lead]] for lead in found} == {1: [1], 2: []}
        assert clocks.ended_of(connection, [1], MONDAY + HOUR) == {1: []}


def test_what_an_earlier_version_only_counted_was_seen_it_is_not_known_when(database: Database) -> None:
    stored(database, [a_lead(1)], [(1, a_clock())])
    with database.write() as connection:
        connection.exec_driver_sql("""UPDATE clock SET counts = '{"0": 2}'""")
    with database.read() as connection:
        (found,) = clocks.open_of(connection, [1])[1]
    assert found.seen == {0: (None, None)}


def test_one_promise_is_open_once_for_a_lead(database: Database) -> None:
    stored(database, [a_lead(1)], [(1, a_clock())])
    with pytest.raises(AlreadyRecorded), database.write() as connection:
        clocks.save(connection, [(1, a_clock(number=2))])


def test_a_clocks_number_is_given_once(database: Database) -> None:
    stored(database, [a_lead(1)], [(1, a_clock(ended_at=MONDAY))])
    with pytest.raises(AlreadyRecorded), database.write() as connection:
        clocks.save(connection, [(1, a_clock())])


def test_the_next_starts_in_the_batch_in_which_the_last_ended(database: Database) -> None:
    running = a_clock(number=1)
    stored(database, [a_lead(1)], [(1, running)])
    running.ended_at = MONDAY + HOUR
    with database.write() as connection:
        clocks.save(connection, [(1, a_clock(number=2)), (1, running)])
        assert [clock.number for clock in clocks.open_of(connection, [1])[1]] == [2]


def test_a_clock_that_was_just_saved_can_be_saved_again(database: Database) -> None:
    clock = a_clock()
    with database.write() as connection:
        leads.insert(connection, [a_lead(1)])
        clocks.save(connection, [(1, clock)])
        clock.status = "breached"
        clocks.save(connection, [(1, clock)])
        assert [found.status for found in clocks.all_of(connection, [1])[1]] == ["breached"]


def test_updating_a_clock_that_is_not_there_is_a_lost_race(database: Database) -> None:
    stored(database, [a_lead(1)])
    with pytest.raises(ConflictingChange), database.write() as connection:
        clocks.save(connection, [(1, a_clock(id=99))])
