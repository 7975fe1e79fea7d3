"""What is shown keeps the shapes that json.md promises, and the log can be checked without slaflow."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from support.office import (
    ANNA,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    Present,
    a_history,
    handed_over,
    on_one_database,
    one_by_one,
)

from slaflow.engine.app import Engine
from slaflow.store.rows import leads as lead_store

LEAD = (
    "id", "key", "state", "owner", "workflow", "digest", "created_at", "entered_at",
    "score", "fit", "engagement", "stage", "fields", "checks", "attempts", "cycles", "clocks", "available",
)  # fmt: skip
CLOCK = (
    "target", "status", "owed_by", "owner", "started_at", "due_at", "breached_at", "ended_at", "late_seconds",
    "lifted", "calendar",
)  # fmt: skip
ENTRY = (
    "id", "stream", "seq", "lead", "class", "at", "arrived_at", "occurred_at", "recorded_at", "kind", "actor",
    "party", "owner", "held_by", "trigger", "from", "to", "target", "clock", "step", "handoff", "reason",
    "caused_by", "data", "data_hash", "digest", "prev", "hash",
)  # fmt: skip


@on_one_database
def test_a_lead_is_shown_with_all_that_is_promised(app: Engine) -> None:
    lead = app.add({"email": "Kim@example.com", "country": "SE"}, "marketing", at=FRIDAY)
    app.record(lead["id"], "demo", "lead", at=FRIDAY)
    app.fire(lead["id"], "accept", ANNA, at=MONDAY + 2 * HOUR)
    app.record(lead["id"], "call", ANNA, at=MONDAY + 3 * HOUR)
    shown = app.answer(lead["id"], "value", ANNA, {"expected_value": "12000.50"}, at=MONDAY + 4 * HOUR)
    assert set(LEAD) <= shown.keys()
    assert all(set(CLOCK) <= clock.keys() for clock in shown["clocks"])
    assert json.loads(json.dumps(shown)) == shown
    assert (shown["key"], shown["state"], shown["created_at"]) == (
        "kim@example.com", "accepted", "2026-03-06T13:30:00Z",
    )  # fmt: skip
    assert shown["checks"] == {"value": {"passed": True, "answer": {"expected_value": "12000.5"}}}
    assert shown["attempts"] == {"total": 1, "channels": 1}
    assert (shown["cycles"], shown["fit"]) == (1, 0.0)
    assert shown["score"] == shown["engagement"] == round(60 * 0.5 ** ((2 * 24 + 22.5) / 240), 4)
    (respond,) = [clock for clock in shown["clocks"] if clock["target"] == "respond"]
    assert (respond["status"], respond["due_at"], respond["breached_at"], respond["late_seconds"]) == (
        "met_late", "2026-03-09T09:30:00Z", "2026-03-09T09:30:00Z", 1800,
    )  # fmt: skip
    win = next(row for row in shown["available"] if row["trigger"] == "win")
    assert (win["to"], win["allowed"], win["because"]) == ("won", True, [])
    assert "available" not in next(app.leads())


@on_one_database
def test_lateness_runs_while_it_is_owed_and_is_frozen_once_closed(app: Engine) -> None:
    lead = handed_over(app)
    due = MONDAY + timedelta(hours=1, minutes=30)

    def late(at: timedelta) -> int | None:
        shown = app.show(lead, at=due + at)
        return next(clock["late_seconds"] for clock in shown["clocks"] if clock["target"] == "respond")

    assert [late(timedelta(0)), late(HOUR), late(2 * HOUR)] == [None, 3600, 7200]
    app.fire(lead, "accept", ANNA, at=due + 2 * HOUR)
    assert late(9 * DAY) == 7200
    (entry,) = [entry for entry in app.log() if entry.kind == "met_late"]
    assert entry.data == {"late_seconds": 7200}


def test_an_entry_has_the_promised_keys_and_no_others(app: Engine) -> None:
    one_by_one(app, a_history(app.active(), 61, leads=3, events=30), FRIDAY + 40 * DAY)
    app.tick(FRIDAY + 40 * DAY)
    shown = [entry.as_json() for entry in app.log()]
    assert {tuple(entry) for entry in shown} == {ENTRY}
    assert [entry["id"] for entry in shown] == sorted({entry["id"] for entry in shown})
    assert {entry["class"] for entry in shown} == {"input", "consequence"}
    for entry in shown:
        assert (entry["arrived_at"] is None) == (entry["class"] == "consequence")
        assert isinstance(entry["handoff"], bool)


def test_recorded_at_is_the_commands_clock(app: Engine, present: Present) -> None:
    lead = handed_over(app, at=FRIDAY)
    present.at = MONDAY + timedelta(microseconds=123_456)
    app.record(lead, "visit", "lead")
    app.tick(MONDAY + 2 * HOUR)
    found = {e.kind: e.recorded_at for e in app.log() if e.lead == lead}
    assert found["created"] == FRIDAY
    assert found["breached"] == MONDAY + 2 * HOUR
    visit = [e for e in app.log() if e.kind == "activity"][-1].as_json()
    moments = {visit[name] for name in ("recorded_at", "at", "arrived_at", "occurred_at")}
    assert moments == {"2026-03-09T08:00:00.123456Z"}


def test_an_auditor_recomputes_every_hash_with_the_standard_library(app: Engine) -> None:
    """The documented form: canonical JSON of every key but id, data and hash; the data under a salt."""
    one_by_one(app, a_history(app.active(), 62, leads=3, events=30), FRIDAY + 40 * DAY)
    app.add(
        {"email": "åsa@example.com", "company": 'Å "quoted" \\ \u2028 \U0001f600 \x7f & <b>'}, "marketing"
    )
    app.tick(FRIDAY + 40 * DAY)
    with app.database.read() as conn:
        salts = {f"lead:{lead.id}": lead.salt for lead in lead_store.select(conn)}
        raw = dict(conn.execute(text("SELECT id, data FROM entry")).all())
    heads = dict.fromkeys(salts, "0" * 64)
    entries = [json.loads(json.dumps(entry.as_json())) for entry in app.log()]
    assert len(entries) > 80
    for entry in entries:
        stream = entry["stream"]
        assert entry["prev"] == heads.get(stream, "0" * 64)
        data = raw[entry["id"]]
        assert data == canonical(entry["data"]).decode()
        assert entry["data_hash"] == hashlib.sha256(salts.get(stream, b"") + data.encode()).hexdigest()
        header = {key: value for key, value in entry.items() if key not in ("id", "data", "hash")}
        heads[stream] = hashlib.sha256(canonical(header)).hexdigest()
        assert entry["hash"] == heads[stream]
    with app.database.read() as conn:
        assert {f"lead:{lead.id}": lead.head for lead in lead_store.select(conn)} == {
            name: head for name, head in heads.items() if name.startswith("lead:")
        }
    assert len(set(salts.values())) > 1


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@pytest.mark.parametrize("column", ["actor", "at", "recorded_at", "data", "handoff"])
def test_what_somebody_changed_past_the_trigger_is_found(app: Engine, column: str) -> None:
    """A superuser may drop the trigger; the chain still tells."""
    handed_over(app)
    assert app.verify().bad is None
    values = {"actor": "'mia'", "at": "at2", "recorded_at": "at2", "data": "'{}'", "handoff": "true"}
    value = values[column]
    if value == "at2":
        value = "'2026-03-06T13:30:01.000000Z'"
    with app.database.write() as conn:
        for name in _triggers(app):
            conn.execute(text(name))
        conn.execute(text(f"UPDATE entry SET \"{column}\" = {value} WHERE kind = 'activity'"))
    bad = app.verify().bad
    assert bad is not None
    assert (bad.stream, bad.id) == ("lead:1", next(e.id for e in app.log() if e.kind == "activity"))


def _triggers(app: Engine) -> list[str]:
    """What takes away everything that guards the log's table."""
    if app.database.dialect == "postgresql":
        return ["ALTER TABLE entry DISABLE TRIGGER USER"]
    with app.database.read() as conn:
        names = conn.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entry'")
        )
        return [f"DROP TRIGGER {name}" for name in names.scalars()]
