"""The queue: what is owed next, as settling in memory leaves it."""

from __future__ import annotations

from typing import Any

import pytest
from support.office import (
    AGREEMENT,
    ANNA,
    BO,
    CIA,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    NORA,
    Present,
    a_history,
    handed_over,
    kinds,
    on_one_database,
    one_by_one,
)

from slaflow.engine import settle
from slaflow.engine.app import Engine
from slaflow.engine.leads import queue
from slaflow.engine.leads.lead_json import left_seconds
from slaflow.errors import UnknownName
from slaflow.lifecycle.decision import instant_text
from slaflow.store.rows import clocks as clock_store
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import owed as owed_store
from slaflow.store.rows import people as people_store


def owed(app: Engine, **filters: Any) -> list[tuple[str, str, int]]:
    rows = app.queue(**filters)
    return [(row["key"].partition("@")[0], row["target"], row["seconds_left"]) for row in rows]


def test_the_queue_tells_least_time_left_first(app: Engine) -> None:
    """In open time of each target's calendar, negative once it is past due; what waits comes last."""
    handed_over(app, "kim", FRIDAY)
    handed_over(app, "liv", MONDAY)
    on_hold = handed_over(app, "ola", MONDAY)
    app.change(on_hold, {"on_hold": True}, "sales", at=MONDAY + HOUR)
    assert owed(app, at=MONDAY + 2 * HOUR) == [
        ("kim", "respond", -1800),
        ("liv", "respond", 7200),
        ("kim", "first_contact", 21600),
        ("liv", "first_contact", 21600 + 28800),
        ("ola", "first_contact", 21600 + 28800),
        ("ola", "respond", 3 * 3600),
    ]
    assert owed(app, at=MONDAY + 2 * HOUR, limit=2) == [("kim", "respond", -1800), ("liv", "respond", 7200)]
    assert app.verify().entries == len(list(app.log()))
    assert "breached" not in kinds(app, 1)


@on_one_database
def test_a_row_of_the_queue_says_whose_turn_it_is(app: Engine) -> None:
    handed_over(app)
    first = app.queue(at=MONDAY)[0]
    assert first == {
        "lead": 1, "key": "kim@example.com", "target": "respond",
        "title": "Accept or return within four hours", "owed_by": "sales", "owner": ANNA,
        "waits_for": None, "waits_since": None, "waits_place": None, "waits_of": None,
        "due_at": "2026-03-09T09:30:00Z", "seconds_left": 5400, "calendar": "office",
        "state": "mql", "status": "running", "paused": False, "lifted": False,
    }  # fmt: skip


def test_the_queue_of_a_person_is_what_settling_leaves_them(app: Engine) -> None:
    """The breach passes the lead on to Bo, whether or not a tick has said so."""
    handed_over(app)
    app.record(1, "reply", "lead", at=FRIDAY)
    assert owed(app, owner=BO, at=MONDAY + HOUR) == []
    assert owed(app, owner=BO.upper(), at=MONDAY + 2 * HOUR) == [("kim", "respond", -1800)]
    assert owed(app, owner=ANNA, at=MONDAY + 2 * HOUR) == []
    before = owed(app, at=MONDAY + 2 * HOUR)
    app.tick(MONDAY + 2 * HOUR)
    assert owed(app, at=MONDAY + 2 * HOUR) == before


def test_the_queue_of_a_party_shows_what_steps_made_it_owe(app: Engine) -> None:
    """Four hours after the breach the lead goes back to marketing, and later to the beginning."""
    handed_over(app)
    assert owed(app, party="marketing", at=MONDAY + DAY) == []
    recycled = MONDAY + 7 * DAY
    assert owed(app, party="marketing", at=recycled)[0][:2] == ("kim", "triage")
    assert owed(app, party="sales", at=recycled) == []
    assert [row["owner"] for row in app.queue(team="growth", at=recycled)] == [NORA]


def test_the_queue_of_a_team_is_that_of_its_members(app: Engine) -> None:
    for name in ("kim", "liv", "ola"):
        app.record(handed_over(app, name, MONDAY), "reply", "lead", at=MONDAY)
    assert {row["owner"] for row in app.queue(team="nordics", at=MONDAY)} == {ANNA, BO, CIA}
    assert owed(app, team="nordics", owner=BO, at=MONDAY) == [("liv", "respond", 14400)]
    assert owed(app, team="growth", owner=BO, at=MONDAY) == []
    assert owed(app, team="growth", at=MONDAY) == []


@on_one_database
def test_leads_of_who_was_removed_are_still_found(app: Engine) -> None:
    handed_over(app, at=MONDAY)
    app.remove_person(ANNA, at=MONDAY)
    assert owed(app, owner=ANNA, at=MONDAY)[0] == ("kim", "respond", 14400)


@on_one_database
def test_unknown_people_teams_and_parties_are_refused_with_the_nearest(app: Engine) -> None:
    for filters, words in (
        ({"owner": "ana@example.com"}, 'unknown user "ana@example.com"; did you mean "anna@example.com"?'),
        ({"team": "nordic"}, 'unknown team "nordic"; did you mean "nordics"?'),
        ({"party": "sale"}, 'unknown party "sale"; did you mean "sales"?'),
    ):
        with pytest.raises(UnknownName) as caught:
            app.queue(**filters)
        assert str(caught.value) == words


def test_the_queue_is_every_open_promise_of_every_lead_as_shown(app: Engine) -> None:
    one_by_one(app, a_history(app.active(), 41), FRIDAY + 40 * DAY)
    for at in (FRIDAY + 10 * DAY, FRIDAY + 30 * DAY):
        shown = {
            (lead["id"], clock["target"], clock["left_seconds"], clock["due_at"])
            for lead in app.leads(at=at)
            for clock in lead["clocks"]
            if clock["ended_at"] is None and clock["owed_by"] is not None
        }
        rows = {(r["lead"], r["target"], r["seconds_left"], r["due_at"]) for r in app.queue(at=at)}
        assert rows == shown
        assert rows


# The most urgent few, without settling every lead


def plainly(app: Engine, *, party: str | None = None, owner: str | None = None) -> list[dict[str, Any]]:
    """The queue by settling every lead there is and sorting all that they owe."""
    now, rows = app.now(), []
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        leads = {lead.id: lead for lead in lead_store.select(conn)}
        clocks = clock_store.open_of(conn, list(leads))
    for number, lead in leads.items():
        at, workflow = max(now, lead.as_of), app.workflow(lead.digest)
        settled = settle.settled(workflow, directory, lead, clocks[number], at)
        rows += [
            {"lead": number, "target": clock.target, "paused": clock.status == "paused",
             "seconds_left": left_seconds(workflow, clock, at), "owner": settled.lead.owner,
             "due_at": clock.due_at and instant_text(clock.due_at), "status": clock.status}
            for clock in settled.clocks
            if clock.is_open and clock.owed_by is not None and party in (None, clock.owed_by)
            if owner in (None, settled.lead.owner)
        ]  # fmt: skip
    return sorted(
        rows, key=lambda row: (row["paused"], row["seconds_left"], row["due_at"] or "", row["lead"])
    )


@pytest.mark.parametrize(
    ("dialect", "seed", "much"), [("sqlite", 41, 2500), ("postgresql", 42, 1), ("sqlite", 43, 1)],
    indirect=["dialect"],
)  # fmt: skip
def test_a_few_are_the_first_of_all(
    app: Engine, present: Present, seed: int, much: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under two versions, with leads in which something fell that no tick carried out, one logged ahead."""
    monkeypatch.setattr(owed_store, "MUCH", much)
    one_by_one(app, a_history(app.active(), seed, leads=9, events=70), FRIDAY + 12 * DAY)
    app.activate(AGREEMENT.replace("within: 4h", "within: 3h"), at=FRIDAY + 12 * DAY)
    for number in range(3):
        handed_over(app, f"new{number}", FRIDAY + 12 * DAY + number * HOUR)
    handed_over(app, "ahead", FRIDAY + 14 * DAY)
    for at in (FRIDAY + 12 * DAY + 3 * HOUR, FRIDAY + 13 * DAY + 22 * HOUR, FRIDAY + 20 * DAY):
        present.at = at
        both = {"owner": ANNA, "party": "sales"}
        for asked in ({}, {"party": "sales"}, {"party": "marketing"}, {"owner": ANNA}, both):
            wanted = plainly(app, **asked)
            for limit in (None, 1, 4, 100):
                found = app.queue(**asked, limit=limit)
                assert [{key: row[key] for key in one} for row, one in zip(found, wanted, strict=False)] == (
                    wanted[:limit]
                )
                assert len(found) == len(wanted[:limit])
        assert plainly(app)


def test_a_page_is_the_queue_while_little_has_fallen(app: Engine, present: Present) -> None:
    one_by_one(app, a_history(app.active(), 41), FRIDAY + 12 * DAY)
    present.at = FRIDAY + 14 * DAY
    page = app.queue_page(limit=5)
    assert (page.rows, page.waiting) == (app.queue(limit=5), 0)
    assert page.rows


def test_a_page_settles_what_it_shows_and_says_how_much_waits(
    app: Engine, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a year without a tick, as if only one more lead than those shown were looked into."""
    monkeypatch.setattr(queue, "SETTLED", 1)
    monkeypatch.setattr(queue, "LOOKED_AT", 2)
    for number in range(6):
        handed_over(app, f"lead{number}", FRIDAY + number * HOUR)
    present.at = MONDAY + 180 * DAY
    page = app.queue_page(party="sales", limit=2)
    shown = {row["lead"] for row in page.rows}
    exact = [row for row in plainly(app, party="sales") if row["lead"] in shown]
    assert [{key: row[key] for key in exact[0]} for row in page.rows] == exact[:2]
    assert 0 < page.waiting <= 6 - len(shown)


def test_a_page_is_full_although_what_fell_took_the_most_urgent_promises_away(
    app: Engine, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "SETTLED", 1)
    for number in range(6):
        handed_over(app, f"old{number}", FRIDAY + number * HOUR)
    present.at = MONDAY + 180 * DAY
    new = [handed_over(app, f"new{number}", present.at) for number in range(3)]
    present.at += HOUR
    page = app.queue_page(party="sales", limit=3)
    exact = [row["lead"] for row in app.queue(party="sales", limit=3)]
    assert [row["lead"] for row in page.rows] == exact
    assert set(exact) & set(new)


@pytest.mark.parametrize("most", [1, 2, 3, 5, 8])
def test_a_page_tells_no_promise_that_what_fell_took_away(
    app: Engine, present: Present, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Neither of those it shows nor of those behind them; and once all is settled it is the queue."""
    monkeypatch.setattr(queue, "SETTLED", 1)
    for number in range(9):
        handed_over(app, f"old{number}", FRIDAY + number * HOUR)
    present.at = MONDAY + 180 * DAY
    for number in range(3):
        handed_over(app, f"new{number}", present.at)
    present.at += HOUR
    exact = app.queue(party="sales")
    pages = [app.queue_page(party="sales", limit=most) for _ in range(12)]
    for page in pages:
        assert all(row in exact for row in page.rows)
    assert (pages[-1].rows, pages[-1].waiting) == (exact[:most], 0)


def test_a_page_shows_whom_a_later_step_made_owe_something(
    app: Engine, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sales looked when its promise had just broken; a week later the lead is back with marketing."""
    monkeypatch.setattr(queue, "SETTLED", 1)
    for number in range(4):
        handed_over(app, f"lead{number}", FRIDAY)
    present.at = MONDAY + 2 * HOUR
    for _ in range(6):
        app.queue_page(party="sales", limit=8)
    present.at = MONDAY + 7 * DAY
    pages = [app.queue_page(party="marketing", limit=8) for _ in range(6)]
    exact = app.queue(party="marketing", limit=8)
    assert exact
    assert (pages[-1].rows, pages[-1].waiting) == (exact, 0)
