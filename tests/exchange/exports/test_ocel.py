"""The log as an object-centric event log, as JSON and as SQLite, on every database."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.builders import DIGEST, sealed
from support.lives import ANNA, MIA, a_log, erased, exported, handoff, life, of_a_clock, step, written

from slaflow.store.database import Database

VERSION = f"workflow_version:{DIGEST}"
BEGINNING = "1970-01-01T00:00:00Z"
Document = dict[str, Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def document(database: Database, folder: Path, **filters: Any) -> Document:
    exported(database, "ocel", folder / "log.json", **filters)
    found: Document = json.loads((folder / "log.json").read_bytes())
    return found


def tables(database: Database, folder: Path, **filters: Any) -> sqlite3.Connection:
    exported(database, "ocel-sqlite", folder / "log.sqlite", **filters)
    return sqlite3.connect(folder / "log.sqlite")


def by_id(things: list[Document]) -> dict[str, Document]:
    return {thing["id"]: thing for thing in things}


def values(thing: Document) -> dict[str, str]:
    return {each["name"]: each["value"] for each in thing["attributes"]}


def roles(thing: Document) -> dict[str, str]:
    return {each["objectId"]: each["qualifier"] for each in thing["relationships"]}


def test_every_entry_is_an_event_called_by_what_was_done(database: Database, tmp_path: Path) -> None:
    entries = a_log(database)
    events = document(database, tmp_path)["events"]
    assert [event["id"] for event in events] == [f"entry:{entry.id}" for entry in entries]
    assert [event["time"] for event in events] == [entry.as_json()["at"] for entry in entries]
    lives = {event["type"] for event in events if "lead:2" in roles(event)}
    assert lives == {
        "created", "promote", "assigned", "clock_started", "clock_paused", "clock_resumed", "warned",
        "breached", "win refused", "call", "check value", "accept", "met_late",
    }  # fmt: skip


def test_a_handoff_names_who_gave_and_who_took(database: Database, tmp_path: Path) -> None:
    written(database, sealed([handoff(1)], 2))
    (event,) = document(database, tmp_path)["events"]
    assert roles(event) == {
        "lead:2": "subject", f"person:{MIA}": "given by", f"person:{ANNA}": "taken by",
        "party:marketing": "given by", "party:sales": "taken by", VERSION: "decided under",
    }  # fmt: skip
    said = values(event)
    assert (said["actor"], said["owner"], said["party"], said["handoff"]) == (MIA, MIA, "marketing", "true")


def test_a_breach_names_the_clock_and_the_party_that_owes(database: Database, tmp_path: Path) -> None:
    written(database, sealed([of_a_clock(1, "breached", step="100%", owner=ANNA)], 2))
    (event,) = document(database, tmp_path)["events"]
    assert roles(event) == {
        "lead:2": "subject", "clock:2:respond:1": "clock", "party:sales": "owes", f"person:{ANNA}": "owner",
        VERSION: "decided under",
    }  # fmt: skip


def test_neither_the_prospect_nor_the_system_is_a_party(database: Database, tmp_path: Path) -> None:
    drafts = [
        step(1, "activity", actor="lead", party="lead", data={"activity": "demo"}),
        of_a_clock(2, "clock_started", target="thaw", party="system", data={}),
    ]
    written(database, sealed(drafts, 2))
    found = document(database, tmp_path)
    assert {each["id"] for each in found["objects"]} == {"lead:2", "clock:2:thaw:1", VERSION}
    assert "owed_by" not in values(by_id(found["objects"])["clock:2:thaw:1"])


def test_objects_change_when_the_log_says_so(database: Database, tmp_path: Path) -> None:
    written(database, sealed(life(2), 2))
    objects = by_id(document(database, tmp_path)["objects"])
    told = [(each["name"], each["time"], each["value"]) for each in objects["lead:2"]["attributes"]]
    assert told == [
        ("key", BEGINNING, "lead2@example.com"),
        ("state", BEGINNING, "new"),
        ("owner", BEGINNING, ""),
        ("state", "2026-03-02T11:00:00Z", "mql"),
        ("owner", "2026-03-02T12:00:00Z", ANNA),
        ("state", "2026-03-02T21:00:00Z", "accepted"),
    ]
    clock = objects["clock:2:respond:1"]
    course = [
        (each["time"][11:13], each["value"]) for each in clock["attributes"] if each["name"] == "status"
    ]
    assert course == [
        ("00", "running"),
        ("14", "paused"),
        ("15", "running"),
        ("17", "breached"),
        ("22", "met_late"),
    ]
    assert values(clock)["due_at"] == "2026-03-02T15:00:00Z"
    assert roles(clock) == {"lead:2": "of", "party:sales": "owed by"}


@pytest.mark.parametrize(
    ("kind", "given", "status"),
    [
        ("clock_cancelled", {"data": {"broken": False}}, ["running", "cancelled"]),
        ("clock_cancelled", {"data": {"broken": True}}, ["running"]),
        ("breach_lifted", {"reason": "sick", "entry_class": "input"}, ["running"]),
        ("breach_lifted", {}, ["running", "met"]),
        ("clock_met", {}, ["running", "met"]),
        ("timer_fired", {}, ["running", "fired"]),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_status_an_entry_leaves_a_clock_in(
    database: Database, tmp_path: Path, kind: str, given: dict[str, Any], status: list[str]
) -> None:
    written(database, sealed([of_a_clock(1, "clock_started"), of_a_clock(2, kind, **given)], 2))
    clock = by_id(document(database, tmp_path)["objects"])["clock:2:respond:1"]
    assert [each["value"] for each in clock["attributes"] if each["name"] == "status"] == status


def test_a_moved_due_instant_is_a_change_of_the_clock(database: Database, tmp_path: Path) -> None:
    moved = of_a_clock(2, "clock_moved", data={"old": "2026-03-02T13:00:00Z", "new": "2026-03-05T13:00:00Z"})
    written(database, sealed([of_a_clock(1, "clock_started"), moved], 2))
    clock = by_id(document(database, tmp_path)["objects"])["clock:2:respond:1"]
    assert values(clock)["due_at"] == "2026-03-05T13:00:00Z"


def test_people_belong_to_parties_and_teams(database: Database, tmp_path: Path) -> None:
    a_log(database)
    found = document(database, tmp_path)
    anna = by_id(found["objects"])[f"person:{ANNA}"]
    assert values(anna) == {"name": "Anna", "party": "sales", "role": "member", "team": "nordics"}
    assert roles(anna) == {
        "party:sales": "member of",
        "team:nordics": "member of",
        f"person:{MIA}": "reports to",
    }
    assert roles(found["events"][1]) == {**roles(anna), f"person:{ANNA}": "subject"}


def test_no_object_is_without_an_event(database: Database, tmp_path: Path) -> None:
    a_log(database)
    found = document(database, tmp_path)
    assert {other for event in found["events"] for other in roles(event)} == set(by_id(found["objects"]))


def test_all_that_is_used_is_declared_and_there(database: Database, tmp_path: Path) -> None:
    a_log(database)
    found = document(database, tmp_path)
    for kind in ("event", "object"):
        declared = {each["name"]: each["attributes"] for each in found[f"{kind}Types"]}
        for thing in found[f"{kind}s"]:
            assert set(values(thing)) <= {each["name"] for each in declared[thing["type"]]}
    ids = {each["id"] for each in found["objects"]}
    assert len(ids) == len(found["objects"])
    assert {other for thing in [*found["events"], *found["objects"]] for other in roles(thing)} <= ids
    types = {each["name"]: each["type"] for each in declared_of(found, "created")}
    assert {name: types[name] for name in ("occurred_at", "seq", "class", "data.fields.on_hold")} == {
        "occurred_at": "time", "seq": "integer", "class": "string", "data.fields.on_hold": "boolean",
    }  # fmt: skip


def declared_of(found: Document, type: str) -> list[dict[str, str]]:
    return next(each["attributes"] for each in found["eventTypes"] if each["name"] == type)


def test_json_and_sqlite_tell_the_same(database: Database, tmp_path: Path) -> None:
    a_log(database)
    found = document(database, tmp_path)
    with closing(tables(database, tmp_path)) as connection:
        ask = connection.execute
        assert dict(ask("SELECT * FROM event")) == {e["id"]: e["type"] for e in found["events"]}
        assert dict(ask("SELECT * FROM object")) == {o["id"]: o["type"] for o in found["objects"]}
        for kind, table in (("events", "event_object"), ("objects", "object_object")):
            links = {(each["id"], other, role) for each in found[kind] for other, role in roles(each).items()}
            assert set(ask(f"SELECT * FROM {table}")) == links
        assert told_in_tables(connection) == told_in(found["objects"])
        assert said_in_tables(connection) == {e["id"]: (e["time"], values(e)) for e in found["events"]}


def told_in(objects: list[Document]) -> dict[str, list[tuple[str, str, str]]]:
    return {
        each["id"]: sorted((a["name"], a["time"], a["value"]) for a in each["attributes"])
        for each in objects
        if each["attributes"]
    }


def told_in_tables(connection: sqlite3.Connection) -> dict[str, list[tuple[str, str, str]]]:
    found = defaultdict(list)
    for (table,) in connection.execute("SELECT 'object_' || ocel_type_map FROM object_map_type").fetchall():
        rows = connection.execute(f"SELECT * FROM {table}")
        names = [column[0] for column in rows.description][3:]
        for object_id, at, changed, *cells in rows:
            given = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}
            assert changed is None or list(given) == [changed]
            found[object_id] += [(name, at, str(value)) for name, value in given.items()]
    return {object_id: sorted(told) for object_id, told in found.items() if told}


def said_in_tables(connection: sqlite3.Connection) -> dict[str, tuple[str, dict[str, str]]]:
    found = {}
    for (table,) in connection.execute("SELECT 'event_' || ocel_type_map FROM event_map_type").fetchall():
        kinds = {row[1]: row[2] for row in connection.execute(f'PRAGMA table_info("{table}")')}
        rows = connection.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in rows.description][2:]
        for event_id, at, *cells in rows:
            given = {
                n: as_text(kinds[n], cell) for n, cell in zip(names, cells, strict=True) if cell is not None
            }
            found[event_id] = at, given
    return found


def as_text(kind: str, cell: object) -> str:
    return ("false", "true")[cell == 1] if kind == "BOOLEAN" else str(cell)


def test_the_keys_of_the_sqlite_file_hold(database: Database, tmp_path: Path) -> None:
    a_log(database)
    with closing(tables(database, tmp_path)) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        every = connection.execute("SELECT ocel_id FROM object_lead WHERE ocel_changed_field IS NULL")
        assert sorted(every) == [("lead:10",), ("lead:2",), ("lead:3",)]


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_types_whose_tables_would_share_a_name_get_tables_of_their_own(
    database: Database, tmp_path: Path
) -> None:
    names = ("object", "map_type", "a b", "a_b", "A B")
    drafts = [step(seq, "activity", data={"activity": name}) for seq, name in enumerate(names, 1)]
    written(database, sealed(drafts, 2))
    with closing(tables(database, tmp_path)) as connection:
        maps = dict(connection.execute("SELECT * FROM event_map_type"))
        counts = [connection.execute(f"SELECT count(*) FROM event_{maps[name]}").fetchone() for name in names]
    assert maps == {
        "object": "object_2",
        "map_type": "map_type_2",
        "a b": "a_b",
        "a_b": "a_b_2",
        "A B": "A_B_3",
    }
    assert counts == [(1,)] * 5


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_an_attribute_of_two_types_is_declared_as_text(database: Database, tmp_path: Path) -> None:
    drafts = [
        step(seq, "changed", data={"fields": {"size": size}}) for seq, size in enumerate((5, "5 to 9"), 1)
    ]
    written(database, sealed(drafts, 2))
    found = document(database, tmp_path)
    assert {"name": "data.fields.size", "type": "string"} in declared_of(found, "changed")
    with closing(tables(database, tmp_path)) as connection:
        rows = connection.execute('SELECT "data.fields.size" FROM event_changed ORDER BY seq')
        assert rows.fetchall() == [("5",), ("5 to 9",)]


def test_of_an_erased_lead_nothing_personal_is_left(database: Database, tmp_path: Path) -> None:
    written(database, erased(3))
    found = document(database, tmp_path)
    lead = by_id(found["objects"])["lead:3"]
    assert [each["value"] for each in lead["attributes"]] == ["new", "", "mql", ANNA, "accepted"]
    assert "lead3@example.com" not in (tmp_path / "log.json").read_text()
    with closing(tables(database, tmp_path)) as connection:
        assert connection.execute("SELECT count(*) FROM event").fetchone() == (14,)
    assert b"lead3@example.com" not in (tmp_path / "log.sqlite").read_bytes()


def test_a_filtered_log_still_names_its_objects(database: Database, tmp_path: Path) -> None:
    a_log(database)
    objects = by_id(document(database, tmp_path, kind="breached")["objects"])
    assert {each["type"] for each in objects.values()} == {
        "lead",
        "clock",
        "person",
        "party",
        "workflow_version",
    }
    assert [a["value"] for a in objects["clock:2:respond:1"]["attributes"]] == ["breached"]
    with closing(tables(database, tmp_path, kind="breached")) as connection:
        rows = connection.execute("SELECT * FROM object_lead ORDER BY ocel_id")
        assert rows.fetchall() == [(f"lead:{n}", BEGINNING, None, None, None, None) for n in (10, 2, 3)]


def test_an_empty_log_has_types_and_nothing_else(database: Database, tmp_path: Path) -> None:
    found = document(database, tmp_path)
    assert (found["events"], found["objects"], found["eventTypes"]) == ([], [], [])
    assert [each["name"] for each in found["objectTypes"]] == [
        "lead", "person", "team", "party", "workflow_version", "clock",
    ]  # fmt: skip
    with closing(tables(database, tmp_path)) as connection:
        assert connection.execute("SELECT count(*) FROM event_object").fetchone() == (0,)
