"""People as they were at any instant, and whose turn it is."""

from __future__ import annotations

from datetime import timedelta

from support.builders import MONDAY

from slaflow.lifecycle.people import Absence, Directory
from slaflow.store.database import Database
from slaflow.store.rows import people

DAY = timedelta(days=1)


def read(database: Database) -> Directory:
    with database.read() as connection:
        return people.directory(connection)


def test_a_person_is_known_from_their_recording_on(database: Database) -> None:
    with database.write() as connection:
        added = people.add_person(
            connection,
            "anna@example.com",
            "sales",
            at=MONDAY,
            name="Anna",
            team="nordics",
            manager="mia@example.com",
            role="manager",
        )
    directory = read(database)
    assert directory.person("anna@example.com", MONDAY) == added
    assert directory.person("anna@example.com", MONDAY - DAY) is None


def test_a_change_leaves_the_past_and_the_place_in_the_team(database: Database) -> None:
    with database.write() as connection:
        for email in ("bo@example.com", "anna@example.com"):
            people.add_person(connection, email, "sales", at=MONDAY, team="nordics")
        people.add_person(
            connection, "bo@example.com", "sales", at=MONDAY + DAY, team="nordics", role="manager"
        )
    directory = read(database)
    before, after = (directory.person("bo@example.com", at) for at in (MONDAY, MONDAY + DAY))
    assert before is not None
    assert after is not None
    assert (before.role, before.valid_until, after.role) == ("member", MONDAY + DAY, "manager")
    assert before.order == after.order
    assert directory.members("nordics", MONDAY + DAY) == ("bo@example.com", "anna@example.com")


def test_who_left_and_comes_back_keeps_their_place(database: Database) -> None:
    with database.write() as connection:
        for email in ("bo@example.com", "anna@example.com"):
            people.add_person(connection, email, "sales", at=MONDAY, team="nordics")
        assert people.end_person(connection, "bo@example.com", MONDAY + DAY)
        assert not people.end_person(connection, "bo@example.com", MONDAY + DAY)
        people.add_person(connection, "bo@example.com", "sales", at=MONDAY + 3 * DAY, team="nordics")
    directory = read(database)
    assert directory.members("nordics", MONDAY + 2 * DAY) == ("anna@example.com",)
    assert directory.members("nordics", MONDAY + 3 * DAY) == ("bo@example.com", "anna@example.com")


def test_people_are_listed_as_they_stand(database: Database) -> None:
    with database.write() as connection:
        for email in ("bo@example.com", "anna@example.com"):
            people.add_person(connection, email, "sales", at=MONDAY)
        people.end_person(connection, "bo@example.com", MONDAY + DAY)
        known = [
            [person.email for person in people.list_people(connection, at)]
            for at in (MONDAY - DAY, MONDAY, MONDAY + DAY)
        ]
    assert known == [[], ["bo@example.com", "anna@example.com"], ["anna@example.com"]]


def test_absences_count_from_when_they_are_known(database: Database) -> None:
    with database.write() as connection:
        people.add_person(connection, "anna@example.com", "sales", at=MONDAY)
        away = Absence("anna@example.com", MONDAY, MONDAY + 3 * DAY, MONDAY + DAY)
        people.add_absence(connection, away)
    directory = read(database)
    assert directory.absences == (away,)
    assert [directory.is_present("anna@example.com", MONDAY + n * DAY) for n in range(4)] == [
        True,
        False,
        False,
        True,
    ]


def test_turns_are_kept_per_team(database: Database) -> None:
    with database.write() as connection:
        assert people.directory(connection, lock_turns=True).turns == {}
        people.save_turns(connection, {"nordics": "anna@example.com", "emea": "cleo@example.com"})
        people.save_turns(connection, {"nordics": "bo@example.com"})
        people.save_turns(connection, {})
    assert read(database).turns == {"nordics": "bo@example.com", "emea": "cleo@example.com"}
