"""The queue: what is owed next, as settling in memory leaves it."""

from __future__ import annotations

from typing import Any

import pytest
from support.office import (
    ANNA,
    BO,
    CIA,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    NORA,
    a_history,
    handed_over,
    kinds,
    on_one_database,
    one_by_one,
)

from slaflow.engine.app import Engine
from slaflow.errors import UnknownName


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
