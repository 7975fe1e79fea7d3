"""The whole log decided again: what was forged is named though every hash holds, and so is a changed row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.builders import utc
from support.forgery import Forged, change, changed, rewrite, without
from support.office import (
    ANNA,
    BO,
    CIA,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    PROSPECT,
    Present,
    a_history,
    created,
    handed_over,
    on_one_database,
    one_by_one,
    staffed,
    together,
)
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.engine.log.replay import ReplayReport
from slaflow.lifecycle.events import Recorded
from slaflow.log.errors import LogTampered, RecordChanged, VerificationImpossible
from slaflow.store.database import Database
from slaflow.store.tables.leads import lead as lead_table


def kim_and_liv(database: Database) -> None:
    """Kim, whom sales let slip, and Liv, whom they took in time."""
    app = staffed(Engine(database, now=Present()))
    kim, liv = handed_over(app), handed_over(app, "liv", at=MONDAY)
    app.fire(liv, "accept", BO, at=MONDAY + HOUR)
    app.change(kim, {"on_hold": True}, "sales", at=MONDAY + HOUR)
    app.change(kim, {"on_hold": False}, "sales", at=MONDAY + 2 * HOUR)
    app.tick(MONDAY + 20 * DAY)


@pytest.fixture
def told(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(kim_and_liv), now=present)


def replayed(app: Engine) -> ReplayReport:
    """What deciding again says of a log whose hashes all hold."""
    assert app.verify().ok
    return app.replay()


def test_a_log_as_it_was_written_is_decided_again(told: Engine) -> None:
    found = replayed(told)
    assert (found.ok, found.leads, found.not_checkable) == (True, 2, 0)
    assert found.entries == sum(entry.lead is not None for entry in told.log())
    assert list(found.errors()) == []


@pytest.mark.parametrize("seed", [7])
def test_any_history_is_decided_again(app: Engine, seed: int) -> None:
    one_by_one(app, a_history(app.active(), seed), FRIDAY + 40 * DAY)
    assert replayed(app).ok
    app.tick(FRIDAY + 40 * DAY)
    assert replayed(app).ok


FORGERIES: dict[str, tuple[Forged, str]] = {
    "the due instant moved": (
        changed("clock_started", data={"due_at": "2027-01-01T00:00:00Z"}),
        "its data.due_at is not what deciding again gives",
    ),
    "the breach taken out": (without("breached"), "deciding again gives an entry breached at"),
    "a warning taken out": (without("warned"), "its at is not what deciding again gives"),
    "the breach put off": (
        changed("breached", at=utc("2026-03-09T16:00")), "its at is not what deciding again gives",
    ),
    "another owner": (changed("breached", owner=CIA), "its owner is not what deciding again gives"),
    "another party": (changed("breached", party="marketing"), "its party is not what deciding again gives"),
    "the pause made longer": (
        changed("clock_resumed", data={"due_at": "2026-03-10T10:00:00Z"}), "its data.due_at is not",
    ),
    "the score at the handoff": (
        changed("transition", data={"handoff": {}}), "its data.handoff.engagement is not",
    ),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_consequence_is_named(told: Engine, forgery: str) -> None:
    forged, reason = FORGERIES[forgery]
    rewrite(told, 1, forged)
    found = replayed(told)
    (error,) = found.errors()
    assert isinstance(error, LogTampered)
    assert (error.stream, found.bad) == ("lead:1", 1)
    assert reason in error.reason
    entry = next(entry for entry in told.log() if entry.id == error.entry_id)
    assert (entry.lead, entry.seq) == (1, error.seq)
    bad = found.as_json()["bad"]
    assert (bad["id"], bad["stream"], bad["seq"]) == (error.entry_id, "lead:1", error.seq)


ROWS = {
    "UPDATE lead SET owner = 'bo@example.com' WHERE id = 1": ("lead:1", "the lead's row: its owner"),
    "UPDATE lead SET state = 'won' WHERE id = 2": ("lead:2", "the lead's row: its state"),
    "UPDATE lead SET key = 'eve@example.com' WHERE id = 1": ("lead:1", "the lead's row: its key"),
    "UPDATE lead SET engagement = 99 WHERE id = 2": ("lead:2", "the lead's row: its engagement"),
    "UPDATE lead SET cycles = 0 WHERE id = 2": ("lead:2", "the lead's row: its cycles"),
    "UPDATE lead SET fields = '{}' WHERE id = 1": ("lead:1", "the lead's row: its fields"),
    "UPDATE clock SET due_at = :later WHERE lead = 2 AND ended_at IS NULL": ("lead:2", "its due_at"),
    "UPDATE clock SET status = 'met', breached_at = NULL WHERE lead = 1 AND status = 'breached'": (
        "lead:1", "its status",
    ),
    "UPDATE clock SET wake_at = :later WHERE lead = 2 AND ended_at IS NULL": ("lead:2", "its wake_at"),
    "DELETE FROM clock WHERE lead = 2 AND target = 'respond'": ("lead:2", "respond 1 is not there"),
    "UPDATE clock SET target = 'thaw' WHERE lead = 2 AND target = 'triage'": (
        "lead:2", "clock triage 1 is not there",
    ),
    "UPDATE team SET turn = 'mia@example.com' WHERE name = 'nordics'": ("people", "the row of team nordics"),
    "UPDATE person SET team = 'growth' WHERE email = 'bo@example.com'": (
        "people", "a row of bo@example.com is not what the log recorded",
    ),
    "UPDATE person SET weight = 0 WHERE email = 'bo@example.com'": ("people", "a row of bo@example.com"),
    "UPDATE workflow_version SET holidays = '{}'": ("workflow:office-deal", "the row of version"),
    "UPDATE workflow_version SET source = 'none'": ("workflow:office-deal", "the row of version"),
}  # fmt: skip


@pytest.mark.parametrize("statement", ROWS)
def test_a_row_that_was_changed_is_named(told: Engine, statement: str) -> None:
    """The log stands untouched; what people are shown is something else."""
    stream, reason = ROWS[statement]
    change(told, statement, **({"later": _stored(told)} if ":later" in statement else {}))
    found = replayed(told)
    (error,) = found.errors()
    assert isinstance(error, RecordChanged)
    assert error.stream == stream
    assert reason in error.reason
    assert "kim@example.com" not in str(error)


def _stored(app: Engine) -> Any:
    later = utc("2027-01-01T00:00")
    return "2027-01-01T00:00:00.000000Z" if app.database.dialect == "sqlite" else later


def test_the_turns_of_one_transaction_are_told_apart_by_nobody(app: Engine) -> None:
    """Entries of a batch stand lead by lead, not in the order in which it drew."""
    history = a_history(app.active(), 3, leads=6, events=30)
    together(app, history, FRIDAY + 40 * DAY)
    assert replayed(app).ok
    change(app, "UPDATE team SET turn = 'mia@example.com' WHERE name = 'nordics'")
    assert not replayed(app).ok


def test_a_lead_that_was_slipped_in_is_named(told: Engine) -> None:
    copied = (column.name for column in lead_table.c if column.name not in ("id", "key", "seq"))
    columns = ", ".join(f'"{name}"' for name in copied)
    values = f"SELECT 99, 'eve@example.com', 0, {columns} FROM lead WHERE id = 1"
    change(told, f"INSERT INTO lead (id, key, seq, {columns}) {values}")
    (error,) = replayed(told).errors()
    assert str(error) == "a record was changed: stream lead:99: the lead's row is not what the log recorded"


def test_an_absence_that_was_put_in_behind_the_log_is_named(told: Engine) -> None:
    told.send_away(ANNA, MONDAY + 30 * DAY, MONDAY + 31 * DAY, at=MONDAY + 25 * DAY)
    assert replayed(told).ok
    change(told, "UPDATE absence SET email = 'bo@example.com'")
    (error,) = replayed(told).errors()
    said = "a row of an absence of anna@example.com is not what the log recorded"
    assert str(error) == f"a record was changed: stream people: {said}"


@on_one_database
@pytest.mark.parametrize("column", ["due_at", "carried_out", "counts"])
def test_a_row_that_cannot_be_read_is_named(told: Engine, column: str) -> None:
    change(told, f"UPDATE clock SET {column} = 'rubbish' WHERE lead = 1")
    (error,) = replayed(told).errors()
    assert str(error) == "a record was changed: stream lead:1: a row of its clock cannot be read"


@pytest.mark.parametrize(
    "forged",
    [
        changed("created", data={"fields": {"country": 7, "on_hold": "maybe"}}),
        changed("created", data={"fields": None}),
        changed("activity", data={"activity": "dance"}),
        changed("assigned", data={"team": ["nordics"]}),
        changed("created", occurred_at=None),
    ],
)
def test_an_input_that_no_rule_can_take_is_named(told: Engine, forged: Forged) -> None:
    """In the log, or by the row that it does not lead to."""
    rewrite(told, 1, forged)
    error = next(replayed(told).errors())
    assert isinstance(error, LogTampered | RecordChanged)
    assert error.stream == "lead:1"


def test_erased_leads_are_not_checkable_and_the_others_are(told: Engine) -> None:
    told.erase(1, "asked to be forgotten", "sales", at=MONDAY + 30 * DAY)
    found = replayed(told)
    assert (found.ok, found.leads, found.not_checkable) == (True, 1, 1)
    assert found.as_json()["not_checkable_streams"] == [{"stream": "lead:1", "reason": "erased"}]


def test_a_version_without_text_is_no_change_but_cannot_be_checked(told: Engine) -> None:
    change(told, "DELETE FROM entry WHERE kind = 'activated'")
    change(told, "DELETE FROM workflow_version")
    with pytest.raises(VerificationImpossible, match="is not in the log"):
        told.replay()


@on_one_database
def test_progress_is_told(told: Engine) -> None:
    heard: list[int] = []
    workflow = told.active()
    at = MONDAY + 20 * DAY
    for number in range(3, 63):
        together(told, [created(workflow, number, at), Ask(number, Recorded("demo"), PROSPECT, at)], at)
    told.replay(heard.append)
    assert heard == sorted(heard)
    assert all(number % 1000 < 100 for number in heard)


def test_what_an_import_wrote_is_decided_again(app: Engine, tmp_path: Path) -> None:
    """History that arrives at its own instants, with people nobody had recorded."""
    file, rules = tmp_path / "history.csv", tmp_path / "map.yaml"
    file.write_text(
        "email,country,kind,at,who\n"
        "kim@example.com,SE,demo,2026-02-02T09:00:00+01:00,lead\n"
        "kim@example.com,SE,call,2026-02-02T11:00:00+01:00,pia\n"
        "liv@example.com,DE,demo,2026-02-03T09:00:00+01:00,lead\n"
        "liv@example.com,SE,call,2026-02-09T09:00:00+01:00,pia\n"
    )
    rules.write_text(
        "lead: {email: email, country: country}\n"
        "events:\n"
        "  - {activity: demo, when: \"row.kind == 'demo'\", at: at, as: lead}\n"
        "  - {activity: call, when: \"row.kind == 'call'\", at: at, as: {column: who, party: sales}}\n"
    )
    from slaflow.exchange.imports.run import import_file

    report = import_file(app, file, rules, now=FRIDAY)
    assert (report.leads_added, report.events, report.refused) == (2, 4, 0)
    app.tick(FRIDAY)
    assert replayed(app).ok
    assert app.show("liv@example.com", at=utc("2026-02-03T10:00"))["fields"]["country"] == "DE"
