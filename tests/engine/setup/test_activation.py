"""Agreements in force: what activating stores, and by which version and holidays a lead is decided."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version as installed

import pytest
from support.builders import utc
from support.office import (
    AGREEMENT,
    DAY,
    FOUNDED,
    FRIDAY,
    HOUR,
    MONDAY,
    Present,
    handed_over,
    on_one_database,
    staffed,
)

from slaflow.engine.app import Engine
from slaflow.engine.setup.versions import NoActiveWorkflow
from slaflow.errors import UnknownName
from slaflow.store.database import Database
from slaflow.store.log.filter import LogFilter
from slaflow.store.rows import workflows as store
from slaflow.workflow.errors import WorkflowError

THURSDAY_BEFORE_EASTER = utc("2026-04-02T13:00")
"""15:00 in Stockholm; the office is open for two hours more."""


def due(app: Engine, lead: int, target: str = "respond") -> str:
    (clock,) = [
        clock for clock in app.show(lead, at=THURSDAY_BEFORE_EASTER)["clocks"] if clock["target"] == target
    ]
    return str(clock["due_at"])


def with_holidays(database: Database, text: str, *days: str) -> Engine:
    """The agreement as an earlier slaflow may have activated it, with other Swedish holidays."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    with database.write() as conn:
        store.activate(conn, "office-deal", digest, text, FOUNDED, json.dumps({"SE": list(days)}), "2025a")
    return Engine(database, now=Present())


@pytest.mark.parametrize(
    "text",
    [
        AGREEMENT.replace("timezone: Europe/Stockholm", "timezone: Factory", 1),
        AGREEMENT.replace("{hours: {", "{timezone: Factory, hours: {", 1),
        AGREEMENT.replace('when: "lead.score >= 50"', "when: \"now.getHours('Factory') >= 0\"", 1),
    ],
)
def test_a_zone_of_the_machine_is_refused_but_where_it_is_in_force(database: Database, text: str) -> None:
    assert text != AGREEMENT
    with pytest.raises(WorkflowError, match="is another one on each machine"):
        Engine(database, now=Present()).activate(text, at=FOUNDED)
    assert with_holidays(database, text).active().name == "office-deal"


def test_a_promise_of_centuries_is_refused_but_where_it_is_in_force(database: Database) -> None:
    text = AGREEMENT.replace("within: 4h", "within: 800000h", 1)
    with pytest.raises(WorkflowError, match='"800000h" is 383 years of office; at most 100 will do'):
        Engine(database, now=Present()).activate(text, at=FOUNDED)
    assert with_holidays(database, text).active().name == "office-deal"


def test_activating_stores_text_digest_holidays_and_the_zones_release(database: Database) -> None:
    app = Engine(database, now=Present())
    activation = app.activate(AGREEMENT, at=FOUNDED)
    digest = hashlib.sha256(AGREEMENT.encode()).hexdigest()
    assert activation.as_json() == {
        "workflow": "office-deal", "digest": digest, "activated_at": "2026-01-05T08:00:00Z", "notes": [],
    }  # fmt: skip
    (version,) = app.versions()
    assert (version.source, version.digest, version.activated_at) == (AGREEMENT, digest, FOUNDED)
    assert version.tz_release == installed("tzdata")
    (swedish,) = json.loads(version.holidays).values()
    assert "2026-04-03" in swedish
    assert (swedish[0][:4], swedish[-1][:4]) == ("2011", "2041")
    (entry,) = app.log(LogFilter(kind="activated"))
    assert (entry.stream, entry.lead, entry.digest) == ("workflow:office-deal", None, digest)
    assert entry.data == {"holidays": {"SE": swedish}, "source": AGREEMENT, "tz_release": version.tz_release}
    assert app.verify().bad is None


def test_decisions_use_the_stored_holidays_not_the_installed_library(database: Database) -> None:
    """Stored here: no Easter at all. Good Friday is a working day then, and Monday needs none of it."""
    app = with_holidays(database, AGREEMENT)
    lead = handed_over(app, at=THURSDAY_BEFORE_EASTER)
    assert due(app, lead) == "2026-04-03T09:00:00Z"


@on_one_database
def test_a_day_that_was_stored_as_a_holiday_stays_one(database: Database) -> None:
    app = with_holidays(database, AGREEMENT, "2026-04-03", "2026-04-06", "2026-04-07")
    assert due(app, handed_over(app, at=THURSDAY_BEFORE_EASTER)) == "2026-04-08T09:00:00Z"


def test_the_installed_holidays_are_taken_when_the_text_is_activated(app: Engine) -> None:
    assert due(app, handed_over(app, at=THURSDAY_BEFORE_EASTER)) == "2026-04-07T09:00:00Z"


def test_an_engine_that_runs_sees_the_same_text_activated_again(database: Database) -> None:
    """Holidays were published since; a running server or tick must not go on with the old ones."""
    running = with_holidays(database, AGREEMENT)
    assert due(running, handed_over(running, "kim", at=THURSDAY_BEFORE_EASTER)) == "2026-04-03T09:00:00Z"
    Engine(database, now=Present()).activate(AGREEMENT, at=FRIDAY)
    assert due(running, handed_over(running, "liv", at=THURSDAY_BEFORE_EASTER)) == "2026-04-07T09:00:00Z"
    assert due(running, 1) == "2026-04-03T09:00:00Z"


def test_a_tick_that_runs_sees_the_same_text_activated_again(database: Database) -> None:
    """The breach stays where it fell; what is counted from then on is counted by the holidays known now."""
    running = with_holidays(database, AGREEMENT)
    lead = handed_over(running, at=THURSDAY_BEFORE_EASTER)
    Engine(database, now=Present()).activate(AGREEMENT, at=FRIDAY)
    running.tick(THURSDAY_BEFORE_EASTER + 2 * DAY)
    assert {"warned", "breached"} <= (told := {e.kind for e in running.log(LogFilter(lead=lead))})
    assert "escalated" not in told
    running.tick(THURSDAY_BEFORE_EASTER + 5 * DAY)
    escalated = next(e.at for e in running.log(LogFilter(lead=lead, kind="escalated")))
    assert escalated == utc("2026-04-07T11:00")


def test_leads_keep_the_version_they_came_in_under(app: Engine) -> None:
    old = handed_over(app, "kim", at=MONDAY)
    stricter = AGREEMENT.replace("within: 4h", "within: 1h")
    digests = [app.active().digest, app.activate(stricter, at=MONDAY).digest]
    new = handed_over(app, "liv", at=MONDAY)
    assert [app.show(lead, at=MONDAY)["digest"] for lead in (old, new)] == digests
    assert [due(app, lead) for lead in (old, new)] == ["2026-03-09T12:00:00Z", "2026-03-09T09:00:00Z"]
    report = app.tick(MONDAY + 2 * HOUR)
    assert report.breached == 1
    by_lead = {e.lead: e.digest for e in app.log() if e.kind == "warned"}
    assert by_lead == {new: digests[1]}
    app.tick(MONDAY + DAY)
    assert {e.digest for e in app.log(LogFilter(lead=old))} == {digests[0]}
    assert [version.digest for version in app.versions()] == digests


def test_with_several_agreements_in_force_a_new_lead_names_its_own(app: Engine) -> None:
    app.activate(AGREEMENT.replace("office-deal", "partners"))
    with pytest.raises(NoActiveWorkflow, match=r"several workflows are active \(office-deal, partners\)"):
        app.add({"email": "kim@example.com"}, "marketing")
    assert app.add({"email": "kim@example.com"}, "marketing", workflow="partners")["workflow"] == "partners"
    with pytest.raises(UnknownName, match='unknown workflow "partner"; did you mean "partners"'):
        app.add({"email": "liv@example.com"}, "marketing", workflow="partner")


@on_one_database
def test_without_an_agreement_nothing_can_be_added(database: Database) -> None:
    with pytest.raises(NoActiveWorkflow, match="run 'slaflow workflow activate FILE'"):
        Engine(database, now=Present()).add({"email": "kim@example.com"}, "marketing")


@on_one_database
def test_an_agreement_with_faults_is_not_put_in_force(app: Engine) -> None:
    with pytest.raises(WorkflowError):
        app.activate(AGREEMENT.replace("held_by: marketing", "held_by: markting"))
    assert len(app.versions()) == 1


def test_the_tables_are_made_by_upgrade(empty_database_url: str) -> None:
    app = Engine(empty_database_url, now=Present())
    try:
        app.upgrade()
        app.upgrade()
        assert handed_over(staffed(app)) == 1
    finally:
        app.database.dispose()
