"""Every revision up and down, on both databases, with data in the tables."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from support.builders import (
    MONDAY,
    a_clock,
    a_draft,
    a_lead,
    a_message,
    a_passage,
    a_touch,
    an_ending,
    sealed,
)

from slaflow.lifecycle.people import Absence
from slaflow.log.archive import ArchiveRecord, StreamEnd
from slaflow.store import schema
from slaflow.store.access import accounts, credentials, failures, linked, links, once, sessions
from slaflow.store.access.links import OneTimeLink
from slaflow.store.commitments import periods
from slaflow.store.database import Connection, Database
from slaflow.store.errors import LogIsAppendOnly, NotMigrated, UnknownRevision
from slaflow.store.jobs import queue as jobs
from slaflow.store.kept import figures, passages, touches
from slaflow.store.kept.touches import Ending, Touch
from slaflow.store.linking import inbox, mirrors, records
from slaflow.store.linking.inbox import Arrived, Settled
from slaflow.store.log import archives, checkpoints, entries
from slaflow.store.log.checkpoints import KeptCheckpoint
from slaflow.store.rows import (
    channels,
    clocks,
    deliveries,
    erasure,
    identities,
    imported,
    leads,
    outbox,
    people,
    receivers,
    used_links,
    words,
    workflows,
)
from slaflow.store.rows.deliveries import Way
from slaflow.store.rows.receivers import Applied
from slaflow.store.rows.secrets import KEY_BYTES
from slaflow.store.sending import preferences
from slaflow.store.sending.preferences import Preference
from slaflow.store.tables.all import REVISIONS, metadata

ROOT = Path(__file__).parents[2]
FILLED_ELSEWHERE = {"archive", "archived_stream", "erased_identity", "renaming", "secret", "token"}
"""Tables that other tests fill, here and where they are read."""


@pytest.fixture
def empty(empty_database_url: str) -> Database:
    return Database(empty_database_url)


def fill(database: Database) -> None:
    """A row in every table that the store writes."""
    with database.write() as connection:
        workflows.activate(connection, "b2b", "d" * 64, "workflow: b2b", MONDAY, "{}", "2026a")
        lead_id = leads.next_ids(connection, 1)[0]
        leads.insert(connection, [a_lead(lead_id)])
        clocks.save(connection, [(lead_id, a_clock())])
        entries.append(connection, sealed([a_draft(1)], lead_id))
        entries.save_stream(connection, "people", 2, "a" * 64)
        outbox.queue(connection, [(lead_id, a_message(), "waiting", MONDAY)])
        people.add_person(connection, "anna@example.com", "sales", at=MONDAY)
        people.add_absence(connection, Absence("anna@example.com", MONDAY, MONDAY, MONDAY))
        people.save_turns(connection, {"nordics": "anna@example.com"})
        periods.begin(connection, "b2b", MONDAY, owes=True)
        periods.close(connection, "b2b", periods.Closed("volume", f"2026-{lead_id:02}", MONDAY, "kept", []))
        periods.note_late(connection, "b2b", [(MONDAY, MONDAY)])
        checkpoints.keep(connection, KeptCheckpoint(MONDAY, "log/1", 1, "a" * 64, "s", "note", 1, b""))
        erasure.blank(connection, lead_id, 1, MONDAY)
        words.keep(connection, [("kim", lead_id)], [("kim", lead_id), ("berg", lead_id)])
        imported.remember(connection, {"a": None}, {"a": lead_id})
        passages.save(connection, [a_passage(lead_id)])
        touches.add(connection, Touch, [a_touch(lead_id)])
        touches.add(connection, Ending, [an_ending(lead_id)])
        told = deliveries.Unplanned(lead_id, lead_id, "anna@example.com", "warned", MONDAY, None)
        deliveries.plan(connection, [(told, Way("mail", "anna@example.com"))], MONDAY)
        channels.state(connection, "mail", lock=True)
        receivers.apply(connection, [Applied("crm", "webhook", ("breached",), False)], MONDAY)
        preferences.save(connection, Preference("anna@example.com", digest="daily@08:30"), MONDAY)
        used = used_links.Used(lead_id, "anna@example.com", "accept", 1, MONDAY)
        used_links.use(connection, f"link-{lead_id}", used, MONDAY)
        let_in(connection, lead_id)
        job = jobs.ask(connection, "export", "anna@example.com", "sales", {}, MONDAY, holds_leads=True)
        jobs.add_part(connection, job, 0, b"part")
        inbox.take(connection, "crm", [Arrived(f"key-{lead_id}", MONDAY, "1", {})], MONDAY, MONDAY)
        mirrors.mark(connection, ["crm"], {lead_id: 1})
        records.note(connection, "crm", [(f"record-{lead_id}", lead_id)])


def let_in(connection: Connection, number: int) -> None:
    """Somebody who can sign in, is signed in, failed to before, and has a link."""
    credentials.save(connection, "anna@example.com", "$argon2id$", MONDAY)
    sessions.begin(connection, f"session-{number}", "anna@example.com", "sales", "member", MONDAY, MONDAY)
    failures.begin(connection, f"who-{number}", failures.Failures(1, MONDAY, MONDAY))
    made = OneTimeLink("invite", "anna@example.com", MONDAY + timedelta(days=number))
    links.make(connection, f"link-{number}", made, MONDAY)
    linked.forget(connection, "anna@example.com")
    linked.link(connection, "https://login.example.com", f"subject-{number}", "anna@example.com", MONDAY)
    accounts.save(connection, "anna@example.com", "dark", False, MONDAY)
    once.claim(connection, "crm", f"key-{number}", "d" * 64, MONDAY)
    figures.ask(connection, figures.Place("sla", period=str(number)), MONDAY, 100)


def test_every_table_is_filled_before_a_way_down(database: Database) -> None:
    """A new one is entered in ``fill``: with it empty a way down and up shows nothing."""
    fill(database)
    ours = [
        each for each in metadata.sorted_tables if each.info.get("only", database.dialect) == database.dialect
    ]
    with database.read() as connection:
        empty = {each.name for each in ours if connection.execute(select(each).limit(1)).first() is None}
    assert empty == FILLED_ELSEWHERE


def test_the_code_knows_exactly_the_revisions_there_are() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "migrations"))
    scripts = ScriptDirectory.from_config(config).walk_revisions()
    assert tuple(reversed([script.revision for script in scripts])) == REVISIONS


def test_an_empty_database_becomes_what_the_code_needs(empty: Database) -> None:
    schema.upgrade(empty)
    assert schema.current(empty) == REVISIONS[-1]
    assert schema.check(empty) == []
    fill(empty)
    empty.dispose()


def test_upgrading_again_changes_nothing(database: Database) -> None:
    fill(database)
    schema.upgrade(database)
    with database.read() as connection:
        assert len(list(entries.entries(connection))) == 1
        assert len(leads.failing(connection)) == 0


def test_down_and_up_again_with_data_in_the_tables(database: Database) -> None:
    """A step down, up and down: whatever a way up makes its way down takes, and the other way round.

    The log is protected at every one of them.
    """
    fill(database)
    for back_to, after in reversed(list(pairwise(REVISIONS))):
        schema.downgrade(database, back_to)
        with pytest.raises(NotMigrated), database.read():
            pass
        the_log_is_protected(database)
        schema.upgrade(database, after)
        the_log_is_protected(database)
        schema.downgrade(database, back_to)
    schema.upgrade(database)
    assert schema.check(database) == []
    fill(database)
    the_log_is_protected(database)


def test_all_the_way_down_and_up_again_with_data_in_the_tables(database: Database) -> None:
    fill(database)
    schema.downgrade(database, "base")
    with pytest.raises(NotMigrated), database.read():
        pass
    schema.upgrade(database)
    assert schema.check(database) == []
    fill(database)
    the_log_is_protected(database)


def the_log_is_protected(database: Database) -> None:
    with pytest.raises(LogIsAppendOnly), database.migrating() as connection:
        connection.execute(text("DELETE FROM entry"))


def test_what_was_archived_is_known_again_after_a_way_down_and_up(database: Database) -> None:
    """Without its record a log whose entries left it would look like one that was cut."""
    made = ArchiveRecord(MONDAY, MONDAY, "a.parquet", "s" * 64, 1, 1, "e" * 64, 1, 1, 1, "r" * 64, 1, b"")
    with database.write() as connection:
        archives.record(connection, made, [StreamEnd("lead:9", 1, "a" * 64, 1)])
    schema.downgrade(database, "0001")
    schema.upgrade(database)
    assert schema.check(database) == []
    with database.read() as connection:
        assert [record for _, record in archives.records(connection)] == [made]
        assert [end.stream for end in archives.begins(connection)] == ["lead:9"]


def test_nobody_knows_what_was_let_go_of_whose_entries_are_in_files(database: Database) -> None:
    made = ArchiveRecord(MONDAY, MONDAY, "a.parquet", "s" * 64, 1, 1, "e" * 64, 1, 1, 1, "r" * 64, 1, b"")
    ended = {"status": "cancelled", "ended_at": MONDAY, "wake_at": None}
    with database.write() as connection:
        leads.insert(connection, [a_lead(8), a_lead(9)])
        clocks.save(connection, [(number, a_clock(**ended)) for number in (8, 9)])
        archives.record(connection, made, [StreamEnd("lead:9", 1, "a" * 64, 1)])
    schema.downgrade(database, "0010")
    schema.upgrade(database)
    with database.read() as connection:
        of = clocks.all_of(connection, [8, 9])
    assert (of[8][0].let_go, of[9][0].let_go) == (False, None)


def test_who_was_erased_is_known_again_after_a_way_down_and_up(database: Database) -> None:
    """Nothing else knows of them: they would come back unnoticed."""
    with database.write() as connection:
        identities.remember(connection, ["kim@example.com"], MONDAY.date(), b"k" * KEY_BYTES)
    schema.downgrade(database, "0001")
    schema.upgrade(database)
    assert schema.check(database) == []
    with database.read() as connection:
        known = identities.erased_on(connection, ["kim@example.com", "liv@example.com"])
    assert known == {"kim@example.com": MONDAY.date()}


def test_whose_records_there_are_is_known_again_as_far_as_it_was_before(database: Database) -> None:
    told = [Arrived(name, MONDAY, name, {}) for name in ("9", "10", "11")]
    with database.write() as connection:
        mirrors.save(
            connection, [mirrors.Mirror("hook:crm", 1, 0, remote="8"), mirrors.Mirror("hs", 1, 0, remote="7")]
        )
        inbox.take(connection, "crm", told, MONDAY, MONDAY)
        by_remote = {each.remote: each.id for each in inbox.listed(connection)}
        inbox.settle(
            connection, [Settled(by_remote["9"], "applied", 1), Settled(by_remote["10"], "unchanged", 2)]
        )
    schema.downgrade(database, "0025")
    schema.upgrade(database)
    with database.read() as connection:
        assert records.leads_of(connection, "crm", ["7", "8", "9", "10", "11"]) == {"8": 1, "9": 1, "10": 2}


def test_assignments_since_the_last_handoff_are_counted_from_the_log(database: Database) -> None:
    """And whose calendar is their own, which a way down forgot."""
    to_anna = {"kind": "assigned", "owner": "anna@example.com"}
    told = [
        a_draft(1, **to_anna),
        a_draft(2, kind="transition", handoff=True),
        a_draft(3, **to_anna, data={"to": "anna@example.com"}),
        a_draft(4, **to_anna, data={"to": "bo@example.com", "late": {"occurred_at": "2026-03-02T09:00:00Z"}}),
        a_draft(5, kind="assigned", owner=None),
        a_draft(6, **to_anna),
    ]
    with database.write() as connection:
        leads.insert(connection, [a_lead(1), a_lead(2), a_lead(3, assignments=7)])
        entries.append(connection, [*sealed(told, 1), *sealed(told[:1], 2)])
        added = people.add_person(connection, "anna@example.com", "sales", at=MONDAY, calendar="office")
    recorded = a_draft(
        1, kind="person", data={"change": "recorded", "email": added.email, "calendar": "office"}
    )
    with database.write() as connection:
        entries.append(connection, sealed([recorded], stream="people", lead=None))
    schema.downgrade(database, "0008")
    schema.upgrade(database)
    with database.read() as connection:
        assert {n: each.assignments for n, each in leads.read(connection, [1, 2, 3]).items()} == {
            1: 2,
            2: 1,
            3: 0,
        }
        assert people.directory(connection).people == (added,)


def test_nothing_is_left_at_base(database: Database) -> None:
    fill(database)
    schema.downgrade(database, "base")
    assert schema.current(database) is None
    with database.migrating() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
        if database.dialect == "postgresql":
            assert inspect(connection).get_sequence_names() == []
            ours = text("SELECT count(*) FROM pg_proc WHERE proname LIKE 'slaflow%'")
            assert connection.execute(ours).scalar() == 0


def test_a_table_that_was_changed_by_hand_is_reported(database: Database) -> None:
    with database.migrating() as connection:
        connection.execute(text("DROP INDEX clock_wake"))
        connection.execute(text("ALTER TABLE lead ADD COLUMN note TEXT"))
    found = schema.check(database)
    assert len(found) == 2
    assert any("clock_wake" in difference for difference in found)
    assert any("note" in difference for difference in found)


def test_tables_of_no_revision_are_reported(empty: Database) -> None:
    schema.upgrade(empty)
    schema.downgrade(empty, "base")
    assert schema.check(empty) == [f"the tables are at revision none, not {REVISIONS[-1]}"]
    empty.dispose()


@pytest.mark.parametrize("revision", ["0", "nine", "+1", ""])
def test_an_unknown_revision_is_named_with_the_known_ones(database: Database, revision: str) -> None:
    with pytest.raises(UnknownRevision, match=f'unknown revision "[^"]*"; known: base, {REVISIONS[0]}'):
        schema.upgrade(database, revision)
    with pytest.raises(UnknownRevision):
        schema.downgrade(database, revision)


def test_a_path_with_a_percent_sign_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / "100%s"
    folder.mkdir()
    database = Database(f"sqlite:///{folder}/slaflow.db")
    schema.upgrade(database)
    assert schema.current(database) == REVISIONS[-1]
    database.dispose()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_alembics_own_command_works_in_a_checkout(empty: Database, empty_database_url: str) -> None:
    command = [sys.executable, "-m", "alembic", "-x", f"db={empty_database_url}", "upgrade", "head"]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert schema.check(empty) == []
    empty.dispose()
