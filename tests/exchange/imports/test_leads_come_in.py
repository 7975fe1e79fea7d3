"""Leads that a file creates and changes, on every database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.small import EVENTS, EVENTS_HEADER, LEADS, NOW, Import, entries, history, kinds, utc

from slaflow.engine.app import Engine

HEADER = "email,source,employees,since"


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_an_unknown_lead_is_created_at_created_at_in_the_workflows_zone(app: Engine, load: Import) -> None:
    rows = ("kim@example.com,web,12,2026-03-01", "lee@example.com,event,,2026-03-02T10:00:00Z")
    report = load(LEADS, HEADER, *rows)
    assert report.as_json() == {
        "rows": 2, "leads_added": 2, "leads_updated": 0, "events": 0, "unchanged": 0,
        "rejected": [], "rejected_file": None,
    }  # fmt: skip
    assert history(app, "kim@example.com") == [("created", utc("2026-02-28T23:00:00"))]
    assert history(app, "lee@example.com") == [("created", utc("2026-03-02T10:00:00"))]
    assert app.show("kim@example.com")["fields"]["employees"] == 12


def test_without_created_at_a_lead_is_created_at_its_first_event_whatever_the_order_of_rows(
    app: Engine, load: Import
) -> None:
    report = load(
        EVENTS, EVENTS_HEADER,
        "kim@example.com,web,win,2026-03-03T10:00:00Z,sales,500,",
        "kim@example.com,web,visit,2026-03-01T10:00:00Z,,,",
        "kim@example.com,web,promote,2026-03-02T10:00:00Z,,,",
    )  # fmt: skip
    assert (report.leads_added, report.events, report.rejected) == (1, 3, [])
    assert history(app, "kim@example.com")[0] == ("created", utc("2026-03-01T10:00:00"))
    moves = [k for k in kinds(app, "kim@example.com") if k in ("activity", "transition")]
    assert moves == ["activity", "transition", "transition"]
    assert app.show("kim@example.com")["state"] == "won"


def test_a_lead_of_no_known_instant_is_created_at_the_commands_clock(app: Engine, load: Import) -> None:
    load(LEADS, HEADER, "kim@example.com,web,12,")
    assert history(app, "kim@example.com") == [("created", NOW)]


def test_the_same_file_again_changes_nothing(app: Engine, load: Import) -> None:
    kim = "kim@example.com"
    rows = (f"{kim},web,12,2026-03-01", f"{kim},event,13,2026-03-05", f"{kim},web,,")
    first = load(LEADS, HEADER, *rows)
    before = entries(app)
    again = load(LEADS, HEADER, *rows, now=NOW + timedelta(days=1))
    assert (first.leads_added, first.leads_updated, first.unchanged) == (1, 0, 0)
    assert (again.leads_added, again.leads_updated, again.unchanged) == (0, 0, 3)
    assert entries(app) == before


def test_values_that_differ_change_a_known_lead_before_the_rows_event(app: Engine, load: Import) -> None:
    load(LEADS, HEADER, "kim@example.com,web,12,2026-03-01")
    report = load(EVENTS, EVENTS_HEADER, "KIM@example.com,event,visit,2026-03-07T10:00:00Z,,,")
    assert (report.leads_added, report.leads_updated, report.events) == (0, 1, 1)
    at = utc("2026-03-07T10:00:00")
    assert history(app, "kim@example.com")[1:] == [("changed", at), ("activity", at)]


def test_values_that_do_not_differ_are_no_change(app: Engine, load: Import) -> None:
    load(LEADS, HEADER, "kim@example.com,web,12,2026-03-01")
    report = load(LEADS, HEADER, "kim@example.com,web,,2026-03-09", "kim@example.com,,12,")
    assert (report.leads_updated, report.unchanged) == (0, 2)
    assert kinds(app, "kim@example.com") == ["created"]


def test_an_empty_cell_says_nothing_and_one_with_empty_says_that(app: Engine, load: Import) -> None:
    load(LEADS, HEADER, "kim@example.com,web,12,2026-03-01")
    load(LEADS, HEADER, "kim@example.com,,,2026-03-02")
    assert app.show("kim@example.com")["fields"]["source"] == "web"
    load("lead: {email: email, source: {column: source, empty: event}}", "email,source", "kim@example.com,")
    assert app.show("kim@example.com")["fields"]["source"] == "event"


def test_a_created_at_before_the_creation_puts_the_change_at_the_clock(app: Engine, load: Import) -> None:
    load(LEADS, HEADER, "kim@example.com,web,12,2026-03-01")
    load(LEADS, HEADER, "kim@example.com,web,50,2026-02-01")
    assert history(app, "kim@example.com")[1:] == [("changed", NOW)]


def test_a_value_put_right_by_hand_is_not_put_wrong_by_the_old_file(app: Engine, load: Import) -> None:
    rows = ("kim@example.com,web,12,2026-03-01", "kim@example.com,event,,")
    load(LEADS, HEADER, *rows)
    app.change("kim@example.com", {"source": "web"}, "marketing", at=NOW + timedelta(hours=1))
    load(LEADS, HEADER, *rows, now=NOW + timedelta(hours=2))
    assert app.show("kim@example.com", at=NOW + timedelta(hours=3))["fields"]["source"] == "web"


def test_a_value_set_by_a_transition_is_compared_as_the_transition_left_it(app: Engine, load: Import) -> None:
    map = EVENTS.replace("source: source", "lost_reason: source")
    report = load(
        map, EVENTS_HEADER,
        "kim@example.com,,promote,2026-03-01T10:00:00Z,,,",
        "kim@example.com,,lose,2026-03-02T10:00:00Z,,,timing",
        "kim@example.com,timing,visit,2026-03-03T10:00:00Z,,,",
        "kim@example.com,budget,visit,2026-03-04T10:00:00Z,,,",
    )  # fmt: skip
    assert (report.events, report.rejected) == (4, [])
    changes = [at for kind, at in history(app, "kim@example.com") if kind == "changed"]
    assert changes == [utc("2026-03-04T10:00:00")]


def test_two_equal_rows_are_two_events_and_stay_two(app: Engine, load: Import) -> None:
    row = "kim@example.com,web,visit,2026-03-07T10:00:00Z,,,"
    assert load(EVENTS, EVENTS_HEADER, row, row).events == 2
    assert load(EVENTS, EVENTS_HEADER, row, row).events == 0
    assert load(EVENTS, EVENTS_HEADER, row, row, row).events == 1
    assert kinds(app, "kim@example.com").count("activity") == 3


def test_a_repeating_column_of_unchanged_values_adds_no_entries(app: Engine, load: Import) -> None:
    rows = [f"kim@example.com,web,visit,2026-03-0{day}T10:00:00Z,,," for day in range(1, 9)]
    assert load(EVENTS, EVENTS_HEADER, *rows).events == 8
    assert kinds(app, "kim@example.com") == ["created"] + ["activity"] * 8


def test_dates_and_instants_of_the_lead_are_read_as_the_map_says(app: Engine, load: Import) -> None:
    map = """
timezone: America/Sao_Paulo
lead: {email: email, callback_on: {column: day, format: "%d/%m/%Y"}, met_at: met}
"""
    load(map, "email,day,met", "kim@example.com,02/05/2026,2026-03-01T10:00:00")
    fields = app.show("kim@example.com")["fields"]
    assert (fields["callback_on"], fields["met_at"]) == ("2026-05-02", "2026-03-01T13:00:00Z")


def test_history_of_the_past_breaks_the_promises_of_the_past(app: Engine, load: Import) -> None:
    load(
        EVENTS, EVENTS_HEADER,
        "kim@example.com,web,promote,2026-03-01T10:00:00Z,,,",
        "kim@example.com,web,win,2026-03-01T15:00:00Z,sales,500,",
    )  # fmt: skip
    assert ("breached", utc("2026-03-01T14:00:00")) in history(app, "kim@example.com")
    assert app.show("kim@example.com")["clocks"][0]["status"] == "met_late"


def test_a_late_row_after_a_tick_is_late_evidence(app: Engine, load: Import) -> None:
    """The breach of 14:00 was noticed before anybody knew of the deal of 13:00."""
    load(EVENTS, EVENTS_HEADER, "kim@example.com,web,promote,2026-03-30T10:00:00Z,,,")
    app.tick(utc("2026-03-31T00:00:00"))
    report = load(EVENTS, EVENTS_HEADER, "kim@example.com,web,win,2026-03-30T13:00:00Z,sales,500,")
    assert report.events == 1
    shown = app.show("kim@example.com")
    assert shown["state"] == "won"
    (clock,) = shown["clocks"]
    assert (clock["status"], clock["lifted"], clock["ended_at"]) == ("met", True, "2026-03-30T13:00:00Z")
    assert history(app, "kim@example.com")[-2:] == [
        ("transition", utc("2026-03-30T14:00:00")), ("breach_lifted", utc("2026-03-30T14:00:00"))
    ]  # fmt: skip
    assert app.replay().ok


def test_a_row_is_as_old_as_the_log_has_gone_on_since(app: Engine, load: Import) -> None:
    """Older than 72 hours before the last entry, it is imported and lifts nothing."""
    promoted = "kim@example.com,web,promote,2026-03-20T10:00:00Z,,,"
    load(EVENTS, EVENTS_HEADER, promoted, "kim@example.com,web,visit,2026-03-23T13:00:01Z,lead,,")
    load(EVENTS, EVENTS_HEADER, "kim@example.com,web,win,2026-03-20T13:00:00Z,sales,500,")
    (clock,) = app.show("kim@example.com")["clocks"]
    assert (clock["status"], clock["lifted"]) == ("met_late", False)
    assert app.replay().ok


def test_a_late_row_that_is_refused_is_reported_and_still_evidence(app: Engine, load: Import) -> None:
    """Won at 13:00, lost at 15:00 by who knew nothing of it: the answer had come in time."""
    lost = "kim@example.com,web,lose,2026-03-30T15:00:00Z,sales,,budget"
    load(EVENTS, EVENTS_HEADER, "kim@example.com,web,promote,2026-03-30T10:00:00Z,,,", lost)
    rows = ("kim@example.com,web,win,2026-03-30T13:00:00Z,sales,500,",)
    for _ in range(2):
        report = load(EVENTS, EVENTS_HEADER, *rows)
        assert (report.events, len(report.rejected)) == (0, 1)
        assert kinds(app, "kim@example.com").count("breach_lifted") == 1
    assert app.show("kim@example.com")["state"] == "lost"
    assert app.replay().ok
    assert app.verify().ok
