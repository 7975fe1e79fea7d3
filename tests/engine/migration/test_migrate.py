"""rules.md, 23: open leads moved to the version in force, on every database."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from support.office import (
    AGREEMENT,
    ANNA,
    FRIDAY,
    HOUR,
    MONDAY,
    Present,
    a_history,
    handed_over,
    staffed,
    stored,
    the_log,
    together,
)

from slaflow.engine.app import Engine
from slaflow.engine.migration import run
from slaflow.engine.migration.commands import carry_out
from slaflow.engine.migration.errors import MapWrong, PlanUnusable, StatesUnmapped
from slaflow.engine.permits import NotPermitted
from slaflow.errors import UnknownName
from slaflow.exchange.archive.run import archive
from slaflow.lifecycle.decision import instant_text
from slaflow.store.database import Database
from slaflow.workflow.document.durations import DurationInvalid

RENAMED = AGREEMENT.replace("accepted", "working")
"""A state has another name."""
OTHER = RENAMED.replace("within: 4h", "within: 2h").replace(
    "within: 1d\n    calendar: office\n  callback",
    "within: 1d\n    calendar: office\n    title: x\n  callback",
)
"""And half the time to respond."""
NOON = MONDAY + 3 * HOUR
MAP = {"accepted": "working"}


@pytest.fixture
def app(database: Database) -> Engine:
    """Three leads with sales, of which one was accepted; one new; then another version is in force."""
    app = staffed(Engine(database, now=Present(NOON)))
    for place, name in enumerate(("kim", "lee", "max")):
        handed_over(app, name, FRIDAY + place * HOUR)
    app.fire(1, "accept", ANNA, at=FRIDAY + HOUR)
    app.add({"email": "new@example.com"}, "marketing", at=FRIDAY)
    app.activate(OTHER, at=FRIDAY + 5 * HOUR)
    return app


def held(app: Engine) -> dict[str, object]:
    return {**stored(app.database), "log": the_log(app)}


def test_every_open_lead_moves_and_the_log_decides_the_same_again(app: Engine) -> None:
    before = held(app)
    report, changed = app.preview_migration("office-deal", MAP, at=MONDAY)
    assert held(app) == before
    done = app.migrate("office-deal", MAP, at=MONDAY)
    assert done.as_json() == report.as_json()
    assert done.migrated == 4
    shown = {lead: app.show(lead, at=MONDAY) for lead in range(1, 5)}
    assert {lead["digest"] for lead in shown.values()} == {done.terms.to}
    for move in changed:
        lead = shown[move.lead]
        assert lead["state"] == move.entered
        due = {clock["target"]: clock["due_at"] for clock in lead["clocks"] if clock["ended_at"] is None}
        for each in move.clocks:
            assert due.get(each.target) == (None if each.new is None else instant_text(each.new))
    assert [c["graced"] for c in shown[2]["clocks"] if c["target"] == "respond"] == [False]
    assert app.replay().ok
    again = app.migrate("office-deal", MAP, at=NOON)
    assert (again.migrated, again.skipped) == (0, [])


def test_what_was_killed_between_two_transactions_goes_on_when_run_again(
    app: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "AT_ONCE", 1)
    whole = app.preview_migration("office-deal", MAP, at=MONDAY)[0]
    moved = run._moved
    left = [2]

    def killed(*given: object) -> list[int]:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return moved(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(run, "_moved", killed)
    with pytest.raises(KeyboardInterrupt):
        app.migrate("office-deal", MAP, at=MONDAY)
    monkeypatch.setattr(run, "_moved", moved)
    rest = app.migrate("office-deal", MAP, at=MONDAY)
    assert rest.migrated == 2 == whole.migrated - 2
    assert [e["kind"] for e in the_log(app)].count("migrated") == 4


def test_nothing_moves_where_a_state_or_a_map_leads_nowhere(app: Engine) -> None:
    before = held(app)
    with pytest.raises(StatesUnmapped, match=r"no state accepted \(1 lead\).*--map accepted="):
        app.migrate("office-deal", at=MONDAY)
    with pytest.raises(MapWrong, match='no older version has a state acepted; did you mean "accepted"'):
        app.migrate("office-deal", {"acepted": "working"}, at=MONDAY)
    with pytest.raises(MapWrong, match='has no state workin; did you mean "working"'):
        app.migrate("office-deal", {"accepted": "workin"}, at=MONDAY)
    with pytest.raises(MapWrong, match="triage is another promise already"):
        app.migrate("office-deal", MAP, {"respond": "triage"}, at=MONDAY)
    with pytest.raises(UnknownName, match="office-deal"):
        app.migrate("office-deel", at=MONDAY)
    with pytest.raises(UnknownName, match="version"):
        app.migrate("office-deal", MAP, since="abcdef12", at=MONDAY)
    with pytest.raises(DurationInvalid):
        app.migrate("office-deal", MAP, grace="3x", at=MONDAY)
    assert held(app) == before


def test_a_plan_is_carried_out_as_it_was_made_or_not_at_all(app: Engine, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    planned = app.preview_migration("office-deal", MAP, grace="4h", at=MONDAY, plan=file)[0]
    content = file.read_bytes()
    app.change(3, {"company": "Acme"}, "sales", at=MONDAY + HOUR)
    app.activate(AGREEMENT.replace("office-deal", "other-deal"), at=MONDAY)
    with pytest.raises(PlanUnusable, match="for office-deal, not for"):
        carry_out(app, "other-deal", file, content)
    with pytest.raises(PlanUnusable, match="no plan"):
        carry_out(app, "office-deal", file, b"[]")
    done = carry_out(app, "office-deal", file, content)
    assert (done.migrated, done.skipped) == (3, [(3, "something was logged for it since")])
    assert planned.migrated == 4
    assert carry_out(app, "office-deal", file, content).migrated == 0
    assert {each["lead"] for each in json.loads(content)["leads"]} == {1, 2, 3, 4}
    app.activate(RENAMED, at=MONDAY + HOUR)
    with pytest.raises(PlanUnusable, match="is in force now"):
        carry_out(app, "office-deal", file, content)


def test_a_value_that_its_new_type_refuses_and_an_erased_lead_stay(app: Engine) -> None:
    app.change(2, {"company": "Acme"}, "sales", at=MONDAY)
    app.change(3, {"company": "12"}, "sales", at=MONDAY)
    app.add_person("ada@example.com", "sales", role="admin", at=FRIDAY)
    app.erase(4, "asked for", "ada@example.com", at=MONDAY)
    app.activate(
        OTHER.replace("company: string", "company: int").replace("default: false", "default: true"), at=MONDAY
    )
    done = app.migrate("office-deal", MAP, at=NOON)
    assert [lead for lead, _ in done.skipped] == [2, 4]
    assert '"Acme" is not a whole number' in done.skipped[0][1]
    assert app.show(3, at=NOON)["fields"]["company"] == 12
    assert app.replay().ok


def test_random_histories_move_and_are_decided_the_same_again(database: Database) -> None:
    app = staffed(Engine(database, now=Present(MONDAY + timedelta(days=30))))
    asks = a_history(app.active(), 11, leads=25, events=150, start=FRIDAY)
    half = len(asks) // 3
    together(app, asks[:half], MONDAY + timedelta(days=30), lenient=True)
    at = max(ask.at for ask in asks[:half] if ask.at is not None)
    app.tick(at)
    app.activate(OTHER.replace("within: 3d", "within: 4d").replace("within: 2d", "within: 1d"), at=at)
    report = app.preview_migration("office-deal", MAP, grace="2h", at=at)[0]
    assert app.migrate("office-deal", MAP, grace="2h", at=at).as_json() == report.as_json()
    together(app, asks[half:], MONDAY + timedelta(days=30), lenient=True)
    app.tick(at + timedelta(days=3))
    assert app.replay().ok
    assert report.clocks["moved"] + report.clocks["graced"] + report.clocks["cancelled"] > 0


def test_an_admin_moves_leads_and_the_log_says_who(app: Engine) -> None:
    app.add_person("ada@example.com", "sales", role="admin", at=FRIDAY)
    with pytest.raises(NotPermitted, match="an admin migrates leads"):
        app.migrate("office-deal", MAP, by=ANNA, at=MONDAY)
    app.migrate("office-deal", MAP, by="ada@example.com", at=MONDAY)
    assert {e["actor"] for e in the_log(app) if e["kind"] == "migrated"} == {"ada@example.com"}
    assert app.replay().ok


def test_grace_is_what_the_command_says_else_the_file_else_a_day(app: Engine) -> None:
    app.activate(OTHER.replace("workflow: office-deal", "workflow: office-deal\ngrace: 2h"), at=MONDAY)
    at = MONDAY + HOUR
    due = {
        grace: next(
            each.new
            for move in app.preview_migration("office-deal", MAP, grace=grace, at=at)[1]
            for each in move.clocks
            if each.what == "graced"
        )
        for grace in (None, "5h")
    }
    assert due == {None: at + 2 * HOUR, "5h": at + 5 * HOUR}


def test_a_lead_whose_log_is_archived_stays_until_it_comes_back(database: Database, tmp_path: Path) -> None:
    present = Present(MONDAY + timedelta(days=60))
    again = AGREEMENT.replace(
        "targets:\n", "  - {trigger: reopen, from: won, to: accepted, by: sales}\ntargets:\n", 1
    ).replace(', when: "check.value"', "")
    app = staffed(Engine(database, now=present), again)
    for name in ("kim", "lee"):
        lead = handed_over(app, name)
        app.fire(lead, "accept", ANNA, at=FRIDAY + HOUR)
        app.fire(lead, "win", ANNA, {"amount": "1"}, at=FRIDAY + HOUR)
    assert archive(app, MONDAY + timedelta(days=30), tmp_path).leads == 2
    app.activate(again.replace("within: 2d", "within: 1d"), at=present.at)
    assert app.migrate("office-deal").migrated == 0
    app.fire(lead, "reopen", ANNA)
    plan = tmp_path / "plan.json"
    app.preview_migration("office-deal", plan=plan)
    content = plan.read_bytes()
    closed = json.loads(content)
    closed["leads"].append({"lead": 1, "seq": 1})
    done = carry_out(app, "office-deal", plan, json.dumps(closed).encode())
    assert (done.migrated, done.skipped) == (1, [(1, "something was logged for it since")])
    assert app.show(lead)["digest"] == done.terms.to != app.show(1)["digest"]
    assert app.replay().ok
    assert app.verify().bad is None
