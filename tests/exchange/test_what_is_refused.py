"""Rows and events that cannot be used: each with its reason, none dropped, nothing of them in the log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from exchange.small import (
    EVENTS,
    EVENTS_HEADER,
    LEADS,
    NOW,
    Import,
    entries,
    kinds,
    reasons,
    refused_rows,
    utc,
)

from slaflow.engine.app import Engine

WIN_WITHOUT_AMOUNT = "kim@example.com,web,win,2026-03-02T10:00:00Z,sales,,"
PROMOTE = "kim@example.com,web,promote,2026-03-01T10:00:00Z,,,"


def test_a_refused_transition_is_told_with_its_clauses_and_not_logged(app: Engine, load: Import) -> None:
    report = load(EVENTS, EVENTS_HEADER, PROMOTE, WIN_WITHOUT_AMOUNT)
    assert report.rejected == [(2, "amount is required")]
    assert not report.ok
    assert "refused" not in kinds(app, "kim@example.com")
    assert app.show("kim@example.com")["state"] == "mql"


def test_a_lead_whose_events_are_refused_is_still_created(app: Engine, load: Import) -> None:
    report = load(EVENTS, EVENTS_HEADER, WIN_WITHOUT_AMOUNT)
    assert (report.leads_added, report.events, report.refused) == (1, 0, 1)
    assert kinds(app, "kim@example.com") == ["created"]


def test_an_event_before_the_leads_creation_is_rejected_with_that_reason(app: Engine, load: Import) -> None:
    load(LEADS, "email,source,employees,since", "kim@example.com,web,1,2026-03-05")
    report = load(EVENTS, EVENTS_HEADER, PROMOTE)
    assert reasons(report) == ["promote lies before the lead's creation (2026-03-04T23:00:00Z)"]


def test_a_known_refused_event_is_reported_again_and_not_tried(app: Engine, load: Import) -> None:
    win = "kim@example.com,web,win,2026-03-20T10:00:00Z,sales,500,"
    load(LEADS, "email,source,employees,since", "kim@example.com,web,1,2026-03-01")
    refused = load(EVENTS, EVENTS_HEADER, win)
    app.fire("kim@example.com", "promote", "marketing", at=utc("2026-03-19T10:00:00"))
    again = load(EVENTS, EVENTS_HEADER, win)
    assert refused.rejected == again.rejected
    assert app.show("kim@example.com")["state"] == "mql"
    retried = load(EVENTS, EVENTS_HEADER, win, retry=True)
    assert (retried.events, retried.rejected) == (1, [])
    known = load(EVENTS, EVENTS_HEADER, win)
    assert (known.unchanged, known.rejected) == (1, [])


def test_a_row_with_a_wrong_value_is_refused_as_a_whole(app: Engine, load: Import) -> None:
    report = load(
        LEADS, "email,source,employees,since",
        "kim@example.com,webb,many,2026-03-05", ",web,1,2026-03-05", "lee@example.com,web,1,5 March",
        "max@example.com,web,1,2026-05-01", "nor@example.com,web,1,2026-03-05",
    )  # fmt: skip
    assert (report.rows, report.leads_added) == (5, 1)
    assert reasons(report) == [
        'source: "webb" is not one of web, event; did you mean "web"?; '
        'employees: "many" is not a whole number',
        "email: no value, so nobody can tell which lead this is",
        'since: "5 March" is not an instant as in 2026-03-06 or 2026-03-06T14:30:00+01:00',
        "since: 2026-04-30T22:00:00Z lies ahead of the clock (2026-04-01T12:00:00Z); "
        "give the instant at which it happened",
    ]


def test_each_event_of_a_row_stands_or_falls_alone(app: Engine, load: Import) -> None:
    map = """
lead: {email: email}
created_at: since
events:
  - {trigger: promote, at: promoted}
  - {trigger: win, at: won, set: {amount: {column: amount}}}
  - {activity: call, at: called, as: sales}
"""
    report = load(map, "email,since,promoted,won,amount,called",
                  "kim@example.com,2026-03-01,2026-03-02,soon,500,2026-03-03",
                  "lee@example.com,2026-03-01,2026-03-02,2026-03-04,0,")  # fmt: skip
    assert (report.leads_added, report.events, report.refused) == (2, 3, 3)
    assert [(row, reason.split(" is ")[0]) for row, reason in report.rejected] == [
        (1, 'won: "soon"'), (2, 'amount: "0"'), (2, "called"),
    ]  # fmt: skip
    assert app.show("kim@example.com")["state"] == "mql"


def test_up_to_five_minutes_ahead_is_now(app: Engine, load: Import) -> None:
    row = f"kim@example.com,web,1,{(NOW + timedelta(minutes=5)).isoformat()}"
    assert load(LEADS, "email,source,employees,since", row).rejected == []
    assert entries(app)[-1]["at"] == "2026-04-01T12:00:00Z"
    assert load(LEADS, "email,source,employees,since", row, now=NOW + timedelta(days=1)).unchanged == 1


def test_the_file_of_refused_rows_holds_the_row_and_the_reason_and_can_be_imported(
    app: Engine, load: Import, tmp_path: Path
) -> None:
    report = load(EVENTS, EVENTS_HEADER, PROMOTE, WIN_WITHOUT_AMOUNT)
    assert report.rejected_file == tmp_path / "leads.csv.rejected.csv"
    row = dict(zip(EVENTS_HEADER.split(","), WIN_WITHOUT_AMOUNT.split(","), strict=True))
    assert refused_rows(report) == [{**row, "reason": "amount is required"}]
    mended = report.rejected_file.read_text().replace("sales,,", "sales,500,").splitlines()
    assert load(EVENTS, *mended, file="mended.csv").events == 1
    assert app.show("kim@example.com")["state"] == "won"


def test_no_file_is_made_where_nothing_is_refused(load: Import, tmp_path: Path) -> None:
    assert load(EVENTS, EVENTS_HEADER, PROMOTE).rejected_file is None
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["leads.csv"]


def test_a_column_called_reason_keeps_its_name(load: Import) -> None:
    report = load("lead: {email: email}", "email,reason", "nobody,because")
    why = 'email: "nobody" is not an e-mail address'
    assert refused_rows(report) == [{"email": "nobody", "reason": "because", "rejected_reason": why}]


def test_the_report_names_a_thousand_refusals_and_the_file_holds_all(load: Import) -> None:
    report = load("lead: {email: email}", "email", *(f"nobody{n}" for n in range(1203)))
    assert (len(report.as_json()["rejected"]), report.refused) == (1000, 1203)
    assert len(refused_rows(report)) == 1203


def test_a_when_that_cannot_be_told_is_a_reason_not_a_no(load: Import) -> None:
    map = "lead: {email: email}\nevents: [{activity: visit, when: 'int(row.pages) > 3', at: at}]"
    at = "2026-03-01T10:00:00Z"
    report = load(map, "email,pages,at", *(f"kim@example.com,{pages},{at}" for pages in ("5", "1", "few")))
    assert (report.events, report.refused) == (1, 1)
    assert report.rejected[0][0] == 3
    assert reasons(report)[0].startswith("when: int(row.pages) > 3: ")


def test_a_required_field_is_required_only_of_a_new_lead(app: Engine, load: Import) -> None:
    app.activate(
        "workflow: strict\nparties: [marketing, sales]\n"
        "lead: {identity: [email], fields: {email: email, source: {type: string, required: true}}}\n"
        "states: {new: {held_by: marketing, initial: true}, done: {final: true}}\n"
        "transitions: [{trigger: end, from: new, to: done, by: marketing}]\n"
        "targets: {finish: {owed_by: marketing, start: {enter: new}, meet: {trigger: end}, within: 4h}}\n"
    )
    map = "lead: {email: email, source: source}"
    rows = ("kim@example.com,", "lee@example.com,web", "lee@example.com,")
    report = load(map, "email,source", *rows, workflow="strict")
    assert (report.leads_added, report.rejected) == (1, [(1, "source is required")])


def test_a_lead_of_another_workflow_is_left_alone(app: Engine, load: Import) -> None:
    load(LEADS, "email,source,employees,since", "kim@example.com,web,1,2026-03-01")
    app.activate(
        "workflow: other\nparties: [marketing]\n"
        "lead: {identity: [email], fields: {email: email, shop: string}}\n"
        "states: {new: {held_by: marketing, initial: true}, done: {final: true}}\n"
        "transitions: [{trigger: end, from: new, to: done, by: marketing}]\n"
        "targets: {finish: {owed_by: marketing, start: {enter: new}, meet: {trigger: end}, within: 4h}}\n"
    )
    report = load("lead: {email: email, shop: shop}", "email,shop", "kim@example.com,north", workflow="other")
    assert reasons(report) == ["the lead belongs to the workflow small, this import to other"]
