"""The log as a table: appended, filtered, streamed, and never changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.builders import MONDAY, SALT, a_breach, a_draft, a_lead, sealed

from slaflow.log.chain import seal
from slaflow.log.entry import GENESIS, Entry
from slaflow.store.database import Database
from slaflow.store.errors import AlreadyRecorded, ConflictingChange, LogIsAppendOnly
from slaflow.store.log import entries as log
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import leads

HOUR = timedelta(hours=1)


def appended(database: Database, entries: list[Entry]) -> None:
    with database.write() as connection:
        log.append(connection, entries)


def listed(database: Database, wanted: LogFilter | None = None) -> list[Entry]:
    with database.read() as connection:
        return list(log.entries(connection, wanted or LogFilter()))


def test_an_entry_comes_back_as_it_was_sealed(database: Database) -> None:
    drafts = [
        a_draft(
            1,
            "transition",
            owner="anna@example.com",
            held_by="marketing",
            trigger="promote",
            from_state="nurturing",
            to_state="mql",
            handoff=True,
            reason="because",
            caused_by=1,
            occurred_at=MONDAY - HOUR,
            data={"reason": "Ünïcode\u0000", "score": "12.5"},
        ),
        a_breach(2, party=None),
    ]
    entries = sealed(drafts)
    appended(database, entries)
    found = listed(database)
    assert [entry.as_json() | {"id": None} for entry in found] == [entry.as_json() for entry in entries]
    ids = [entry.id for entry in found]
    assert ids == sorted(set(ids))  # type: ignore[type-var]


def several(database: Database) -> list[Entry]:
    """Entries that differ in everything a filter looks at."""
    first = [
        a_draft(1, "created", actor="system", party="system"),
        a_draft(2, "transition", trigger="accept", at=MONDAY + HOUR),
        a_breach(3, at=MONDAY + 2 * HOUR),
    ]
    second = [a_draft(1, "created", at=MONDAY + 3 * HOUR), a_breach(2, target="close", party="marketing")]
    appended(database, [*sealed(first, lead=1), *sealed(second, lead=2)])
    return listed(database)


@pytest.mark.parametrize(
    ("wanted", "places"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"lead": 2}, [3, 4]),
        ({"kind": "created"}, [0, 3]),
        ({"actor": "system"}, [0, 2, 4]),
        ({"party": "marketing"}, [4]),
        ({"target": "respond"}, [2]),
        ({"trigger": "accept"}, [1]),
        ({"from_": MONDAY + HOUR}, [1, 2, 3]),
        ({"to": MONDAY + HOUR}, [0, 4]),
        ({"from_": MONDAY + HOUR, "to": MONDAY + 3 * HOUR}, [1, 2]),
        ({"kind": "breached", "lead": 1}, [2]),
        ({"limit": 2}, [0, 1]),
    ],
)
def test_every_filter_narrows_the_list(
    database: Database, wanted: dict[str, object], places: list[int]
) -> None:
    everything = several(database)
    found = listed(database, LogFilter(**wanted))  # type: ignore[arg-type]
    assert found == [everything[place] for place in places]


def test_a_list_goes_on_after_an_id(database: Database) -> None:
    everything = several(database)
    assert listed(database, LogFilter(after=everything[1].id, limit=2)) == everything[2:4]


def test_a_long_log_is_read_in_parts(database: Database) -> None:
    appended(database, sealed([a_draft(seq) for seq in range(1, 2504)]))
    assert [entry.seq for entry in listed(database)] == list(range(1, 2504))


def test_a_place_in_a_stream_is_taken_once(database: Database) -> None:
    appended(database, sealed([a_draft(1)]))
    with pytest.raises(ConflictingChange):
        appended(database, sealed([a_draft(1, "checked")]))
    assert len(listed(database)) == 1


def test_a_clock_breaches_once(database: Database) -> None:
    appended(database, sealed([a_breach(1)]))
    with pytest.raises(AlreadyRecorded):
        appended(database, sealed([a_breach(2, step="+4h")]))
    appended(database, sealed([a_breach(2, clock=2), a_breach(3, target="close")]))


@pytest.mark.parametrize("kind", ["escalated", "timer_fired"])
def test_a_step_is_carried_out_once(database: Database, kind: str) -> None:
    step = {**{name: getattr(a_breach(1), name) for name in ("target", "clock")}, "step": "+4h"}
    appended(database, sealed([a_draft(1, kind, **step)]))
    with pytest.raises(AlreadyRecorded):
        appended(database, sealed([a_draft(2, kind, **step)]))
    appended(database, sealed([a_draft(2, kind, **{**step, "step": "+8h"})]))


def test_a_restarted_clock_may_warn_again(database: Database) -> None:
    step = {"target": "respond", "clock": 1, "step": "80%"}
    appended(database, sealed([a_draft(1, "warned", **step), a_draft(2, "warned", **step)]))
    assert len(listed(database)) == 2


CHANGES = [
    "DELETE FROM entry",
    "DELETE FROM entry WHERE seq = 2",
    "UPDATE entry SET actor = 'somebody@example.com'",
    "UPDATE entry SET data = '{}'",
    "UPDATE entry SET data = NULL, reason = 'other'",
    "UPDATE entry SET seq = seq + 10",
    "UPDATE entry SET id = id + 10, data = NULL",
    "UPDATE entry SET occurred_at = NULL",
]


@pytest.mark.parametrize("change", CHANGES)
def test_no_statement_changes_an_entry(database: Database, change: str) -> None:
    appended(database, sealed([a_draft(1), a_draft(2)]))
    before = listed(database)
    with pytest.raises(LogIsAppendOnly), database.write() as connection:
        connection.execute(text(change))
    assert listed(database) == before


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_the_log_cannot_be_emptied_at_once(database: Database) -> None:
    with pytest.raises(LogIsAppendOnly), database.write() as connection:
        connection.execute(text("TRUNCATE entry"))


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_replacing_is_no_way_round_either(database: Database) -> None:
    appended(database, sealed([a_draft(1), a_draft(2)]))
    with pytest.raises(LogIsAppendOnly), database.write() as connection:
        connection.execute(text("INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 1"))


def test_data_may_be_erased_and_nothing_else_changes(database: Database) -> None:
    appended(database, sealed([a_draft(1), a_draft(2)], lead=1) + sealed([a_draft(1)], lead=2))
    before = listed(database)
    with database.write() as connection:
        connection.execute(text("UPDATE entry SET data = NULL WHERE stream = 'lead:1'"))
    found = listed(database)
    assert [entry.data for entry in found] == [None, None, {"fields": {"country": "SE"}}]
    assert [entry.hash for entry in found] == [entry.hash for entry in before]


def test_a_new_stream_begins_at_nothing_and_moves_on(database: Database) -> None:
    with database.write() as connection:
        assert log.stream_head(connection, "people") == (0, GENESIS)
        log.save_stream(connection, "people", 1, "a" * 64)
        assert log.stream_head(connection, "people") == (1, "a" * 64)
        log.save_stream(connection, "people", 2, "b" * 64)
    with database.read() as connection:
        assert log.stream_head(connection, "people", lock=False) == (2, "b" * 64)


def test_heads_of_leads_and_other_streams_come_in_one_order(database: Database) -> None:
    with database.write() as connection:
        leads.insert(connection, [a_lead(number) for number in (1, 2, 10)])
        for name in ("workflow:ä", "people", "workflow:b2b", "Z"):
            log.save_stream(connection, name, 1, "a" * 64)
    with database.read() as connection:
        heads = list(log.heads(connection))
    names = [head.stream for head in heads]
    assert names == sorted(names)
    assert set(names) == {"lead:1", "lead:10", "lead:2", "people", "workflow:b2b", "workflow:ä", "Z"}
    assert {head.salt for head in heads if head.stream.startswith("lead:")} == {SALT}
    assert {head.salt for head in heads if not head.stream.startswith("lead:")} == {b""}


def test_many_streams_can_be_appended_at_once(database: Database) -> None:
    people, _ = seal(
        [a_draft(1, "person")],
        stream="people",
        lead=None,
        salt=b"",
        digest=None,
        head=GENESIS,
        recorded_at=MONDAY,
    )
    appended(database, [*people, *sealed([a_draft(1)])])
    assert [(entry.stream, entry.lead, entry.digest is None) for entry in listed(database)] == [
        ("people", None, True),
        ("lead:1", 1, False),
    ]
