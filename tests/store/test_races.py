"""Two at once: nobody decides the same lead, nobody overwrites, and the loser is told to try again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from support.blocked import wait_until_blocked
from support.builders import MONDAY, a_clock, a_draft, a_lead, sealed

from slaflow.log.chain import seal
from slaflow.store import locks
from slaflow.store.database import Database
from slaflow.store.errors import ConflictingChange
from slaflow.store.log import entries
from slaflow.store.rows import clocks, identities, leads, people
from slaflow.store.rows.secrets import KEY_BYTES

ON_POSTGRESQL = pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
LATER = MONDAY + timedelta(days=1)


class Other(threading.Thread):
    """Does *work* in a write transaction of its own; ``result`` is what came of it, errors included."""

    def __init__(self, database: Database, work: Callable[[Connection], Any]) -> None:
        super().__init__(daemon=True)
        self._database = database
        self._work = work
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            with self._database.write() as connection:
                self.result = self._work(connection)
        except ConflictingChange as error:
            self.result = error

    def outcome(self) -> Any:
        self.join(30)
        assert not self.is_alive()
        return self.result


def five_due(database: Database) -> None:
    with database.write() as connection:
        numbers = range(1, 6)
        leads.insert(connection, [a_lead(number) for number in numbers])
        wakes = [MONDAY + timedelta(minutes=number) for number in numbers]
        clocks.save(connection, [(n, a_clock(wake_at=wake)) for n, wake in zip(numbers, wakes, strict=True)])


@ON_POSTGRESQL
def test_workers_share_what_is_due_without_waiting(database: Database) -> None:
    five_due(database)
    with database.write() as first, database.write() as second:
        assert list(leads.claim_due(first, LATER, 2)) == [1, 2]
        assert list(leads.claim_due(second, LATER, 2)) == [3, 4]
        assert list(leads.claim_due(second, LATER, 9)) == [3, 4, 5]


@ON_POSTGRESQL
def test_claiming_passes_over_a_lead_that_a_command_holds(database: Database) -> None:
    five_due(database)
    with database.write() as command, database.write() as worker:
        leads.lock(command, [1, 3])
        assert list(leads.claim_due(worker, LATER, 9)) == [2, 4, 5]


@ON_POSTGRESQL
def test_who_waited_for_a_lead_reads_it_as_it_was_left(database: Database) -> None:
    five_due(database)

    def lock_and_read(connection: Connection) -> tuple[str, list[str]]:
        lead = leads.lock(connection, [1])[1]
        return lead.state, [clock.target for clock in clocks.open_of(connection, [1])[1]]

    with database.write() as first:
        lead = leads.lock(first, [1])[1]
        other = Other(database, lock_and_read)
        wait_until_blocked(database)
        lead.state = "won"
        leads.update(first, [lead])
        clocks.save(first, [(1, a_clock("close"))])
    assert other.outcome() == ("won", ["respond", "close"])


@ON_POSTGRESQL
def test_leads_are_locked_in_one_order_so_nobody_deadlocks(database: Database) -> None:
    five_due(database)
    others = [
        Other(database, lambda connection, ids=ids: leads.lock(connection, ids))
        for ids in ([1, 2, 3], [3, 2, 1]) * 4
    ]
    assert [sorted(other.outcome()) for other in others] == [[1, 2, 3]] * 8


@ON_POSTGRESQL
def test_a_deadlock_ends_as_a_lost_race(database: Database) -> None:
    five_due(database)
    both_hold = threading.Barrier(2, timeout=30)

    def crosswise(first: int, second: int) -> Callable[[Connection], str]:
        def work(connection: Connection) -> str:
            leads.lock(connection, [first])
            both_hold.wait()
            leads.lock(connection, [second])
            return "done"

        return work

    outcomes = [
        other.outcome() for other in (Other(database, crosswise(1, 2)), Other(database, crosswise(2, 1)))
    ]
    assert "done" in outcomes
    assert any(isinstance(outcome, ConflictingChange) for outcome in outcomes)


def test_of_two_who_append_the_same_place_one_loses(database: Database) -> None:
    def work(connection: Connection) -> str:
        entries.append(connection, sealed([a_draft(1)]))
        return "done"

    outcomes = [other.outcome() for other in (Other(database, work), Other(database, work))]
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictingChange", "str"]


def test_of_two_who_add_the_same_lead_one_loses(database: Database) -> None:
    def work(connection: Connection) -> str:
        leads.insert(connection, [a_lead(leads.next_ids(connection, 1)[0], key="kim@example.com")])
        return "done"

    outcomes = [other.outcome() for other in (Other(database, work), Other(database, work))]
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictingChange", "str"]


def test_two_who_begin_a_stream_do_not_both_go_on(database: Database) -> None:
    both = threading.Barrier(2, timeout=30)

    def work(connection: Connection) -> str:
        seq, head = entries.stream_head(connection, "people")
        if database.dialect == "postgresql" and seq == 0:
            both.wait()
        entry, head = seal(
            [a_draft(seq + 1)],
            stream="people",
            lead=None,
            salt=b"",
            digest=None,
            head=head,
            recorded_at=MONDAY,
        )
        entries.append(connection, entry)
        entries.save_stream(connection, "people", seq + 1, head)
        return str(seq + 1)

    outcomes = [other.outcome() for other in (Other(database, work), Other(database, work))]
    if database.dialect == "sqlite":
        assert sorted(outcomes) == ["1", "2"]
    else:
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ConflictingChange", "str"]


def test_draws_of_a_team_take_turns_from_the_first(database: Database) -> None:
    def draw(connection: Connection) -> None:
        drawn = people.directory(connection, lock_turns=True).turns.get("nordics", "")
        people.save_turns(connection, {"nordics": drawn + "x"})

    for other in [Other(database, draw) for _ in range(6)]:
        other.outcome()
    with database.read() as connection:
        assert people.directory(connection).turns == {"nordics": "xxxxxx"}


def test_ids_drawn_at_once_are_different(database: Database) -> None:
    others = [Other(database, lambda connection: leads.next_ids(connection, 50)) for _ in range(4)]
    drawn = [lead_id for other in others for lead_id in other.outcome()]
    assert len(set(drawn)) == 200


@ON_POSTGRESQL
def test_people_change_before_a_decision_or_after_it(database: Database) -> None:
    """Whoever decides by the people knows every change whose entry comes before the decision's."""

    def change(connection: Connection) -> None:
        people.add_person(connection, "kim@example.com", "sales", at=MONDAY)
        locks.wait_for_all(connection)

    def decide(connection: Connection) -> int:
        locks.begin(connection)
        return len(people.directory(connection).people)

    with database.write() as first:
        assert decide(first) == 0
        changing = Other(database, change)
        wait_until_blocked(database)
        assert Other(database, lambda connection: len(people.directory(connection).people)).outcome() == 0
    changing.outcome()
    with database.write() as changing_again:
        locks.wait_for_all(changing_again)
        people.add_person(changing_again, "lee@example.com", "sales", at=MONDAY)
        waiting = Other(database, decide)
        wait_until_blocked(database)
    assert waiting.outcome() == 2


@ON_POSTGRESQL
def test_nobody_waits_for_a_rehearsal(database: Database) -> None:
    def change_and_draw(connection: Connection) -> int:
        locks.wait_for_all(connection)
        people.save_turns(connection, {"nordics": "kim@example.com"})
        return len(people.directory(connection, lock_turns=True).turns)

    with database.rehearsal() as rehearsed:
        locks.begin(rehearsed)
        assert people.directory(rehearsed, lock_turns=True).turns.get("nordics") is None
        assert Other(database, change_and_draw).outcome() == 1


def test_nothing_of_a_rehearsal_stays(database: Database) -> None:
    with database.rehearsal() as rehearsed:
        people.add_person(rehearsed, "kim@example.com", "sales", at=MONDAY)
        assert len(people.directory(rehearsed).people) == 1
    with database.read() as connection:
        assert people.directory(connection).people == ()


@ON_POSTGRESQL
def test_one_of_two_first_erasures_makes_the_key_and_the_other_tries_again(database: Database) -> None:
    key = b"k" * KEY_BYTES

    def remember(name: str) -> Callable[[Connection], None]:
        return lambda connection: identities.remember(connection, [name], MONDAY.date(), key)

    with database.write() as connection:
        remember("kim@example.com")(connection)
        other = Other(database, remember("liv@example.com"))
        wait_until_blocked(database)
    assert isinstance(other.outcome(), ConflictingChange)
    assert Other(database, remember("liv@example.com")).outcome() is None
    with database.read() as connection:
        assert len(identities.erased_on(connection, ["kim@example.com", "liv@example.com"])) == 2
