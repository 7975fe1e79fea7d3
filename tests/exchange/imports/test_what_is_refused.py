"""Rows and events that cannot be used: each with its reason, none dropped, nothing of them in the log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.small import (
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
from slaflow.exchange.errors import FileUnreadable
from slaflow.exchange.imports import run, spool

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


def test_a_quote_that_is_never_closed_refuses_the_file_before_anything_is_done(
    app: Engine, load: Import, tmp_path: Path
) -> None:
    rows = [f"lead{n}@example.com,web,promote,2026-03-01T10:00:00Z,,," for n in range(30)]
    rows[9] = rows[9].replace("web", '"web')
    for dry_run in (True, False):
        with pytest.raises(FileUnreadable, match=r"line 11: a quote opens .* nothing was imported"):
            load(EVENTS, EVENTS_HEADER, *rows, dry_run=dry_run)
    assert list(app.leads()) == []
    assert not list(tmp_path.glob("*.rejected.csv"))


def test_a_row_that_cannot_be_read_is_mended_where_it_was_put(load: Import) -> None:
    map = "delimiter: semicolon\nlead: {email: Mail, source: source}"
    report = load(
        map, '"Street, house";Mail;source', '"6" pipe";kim@example.com;web', "x;lee@example.com;web;y",
        "Main St;max@example.com", "Main St;nor@example.com;web",
    )  # fmt: skip
    assert (report.rows, report.leads_added, report.refused) == (4, 1, 3)
    assert report.lines == {1: 2, 2: 3, 3: 4}
    assert report.rejected_file is not None
    text = report.rejected_file.read_text(encoding="utf-8")
    why = "the row cannot be read: a quote inside a quoted cell is not written twice"
    assert text.splitlines() == [
        'reason;"Street, house";Mail;source',
        f'{why};"6" pipe";kim@example.com;web',
        '"the row has 4 cells, the header 3";x;lee@example.com;web;y',
        '"the row has 2 cells, the header 3";Main St;max@example.com',
    ]
    again = load(map, *text.splitlines(), file="again.csv")
    assert (again.leads_added, again.refused) == (0, 3)
    mended = (
        text.replace('"6" pipe"', '"6"" pipe"')
        .replace(";web;y", ";web")
        .replace("max@example.com", "max@example.com;web")
    )
    done = load(map, *mended.splitlines(), file="mended.csv")
    assert (done.leads_added, done.refused) == (3, 0)


def test_a_row_of_which_more_is_refused_stands_once_in_the_file(app: Engine, load: Import) -> None:
    """Twice it would say that what was not refused of it happened twice."""
    map = """
lead: {email: email}
events:
  - {activity: visit, at: seen}
  - {trigger: promote, at: promoted}
  - {activity: call, at: called}
"""
    row = "kim@example.com,2026-03-01,soon,later"
    report = load(map, "email,seen,promoted,called", row)
    assert (report.events, report.refused) == (1, 2)
    assert report.rejected_file is not None
    (refused,) = refused_rows(report)
    assert refused["reason"].count(" is not an instant") == 2
    mended = report.rejected_file.read_text().replace("soon,later", "2026-03-02,2026-03-03")
    assert load(map, *mended.splitlines(), file="mended.csv").events == 2
    assert kinds(app, "kim@example.com").count("activity") == 2


def test_a_note_of_200_000_characters_is_read(app: Engine, load: Import) -> None:
    note = "x" * 99_999 + "\n" + "y" * 100_000
    rows = [f'kim@example.com,"{note}",web', f"lee@example.com,{'z' * 200_000},web"]
    report = load("lead: {email: email, source: source}", "email,note,source", *rows)
    assert (report.leads_added, report.refused) == (2, 0)


def test_long_rows_go_in_smaller_batches_and_the_outcome_is_the_same(
    app: Engine, load: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (run, spool):
        monkeypatch.setattr(module, "SIZE_AT_ONCE", 100)
    read: list[int] = []
    rows = [f"kim@example.com,web,visit,2026-03-0{day}T10:00:00Z,,," for day in range(1, 9)]
    report = load(EVENTS, EVENTS_HEADER, *rows, progress=lambda what, done, of: read.append(done))
    assert report.events == 8
    assert read[:4] == [3, 6, 8, 5]


def test_json_that_was_refused_can_be_imported_as_csv(app: Engine, load: Import) -> None:
    map = EVENTS.replace("column: why", "column: in.why").replace(
        "row.event in", "row.more != '' || row.event in"
    )
    first = load(
        map,
        '{"email": "kim@example.com", "event": "visit", "at": "2026-03-01T10:00:00Z"}',
        '{"email": "lee", "event": "visit", "at": "2026-03-01T10:00:00Z", "extra": "a,b"}',
        "no, json", '{"email": "a", "email": "b"}',
        file="events.jsonl",
    )  # fmt: skip
    assert first.lines == {2: 2, 3: 3, 4: 4}
    lee, text, twice = refused_rows(first)
    assert list(lee) == [
        "reason", "email", "source", "event", "at", "who", "amount", "in.why", "more", "extra", "line",
    ]  # fmt: skip
    assert (lee["extra"], text["line"], twice["line"]) == ("a,b", "no, json", '{"email": "a", "email": "b"}')
    assert first.rejected_file is not None
    mended = first.rejected_file.read_text().replace(",lee,", ",lee@example.com,")
    again = load(map, *mended.splitlines(), file="mended.csv")
    assert (again.leads_added, again.refused) == (1, 2)


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
