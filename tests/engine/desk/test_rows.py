"""A page of the queue says what the command says, and more of each lead."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from support.office import (
    AGREEMENT,
    ANNA,
    BO,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    NORA,
    Present,
    a_history,
    handed_over,
    on_one_database,
    together,
)

from slaflow.engine.app import Engine
from slaflow.engine.desk import lead as lead_desk
from slaflow.engine.desk import rows
from slaflow.engine.desk.clock_bar import ClockBar
from slaflow.engine.desk.rows import LeadRow, Mark, QueueDesk, Whose
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.lead import Actor

SALES, MARKETING = Actor(ANNA, "sales"), Actor(NORA, "marketing")


def told(bar: ClockBar) -> dict[str, Any]:
    """What LEAD says of the same clock."""

    def text(at: datetime | None) -> str | None:
        return None if at is None else instant_text(at)

    return {
        "target": bar.target, "number": bar.number, "status": bar.status, "owed_by": bar.owed_by,
        "owner": bar.owner, "calendar": bar.calendar, "left_seconds": bar.left_seconds,
        "late_seconds": bar.late_seconds, "lifted": bar.is_lifted, "started_at": text(bar.started_at),
        "due_at": text(bar.due_at), "paused_at": text(bar.paused_at), "breached_at": text(bar.breached_at),
    }  # fmt: skip


def keys(page: QueueDesk) -> list[int]:
    return [each.lead_id for each in page.rows]


@pytest.mark.parametrize("seed", [3, 8])
def test_a_page_says_what_the_command_says(app: Engine, present: Present, seed: int) -> None:
    """Whoever looks, at whatever instant of a random history, before any tick."""
    workflow = app.active()
    together(app, a_history(workflow, seed), FRIDAY + 30 * DAY, lenient=True)
    for days in (3, 9, 20):
        present.at = FRIDAY + days * DAY
        for who, filters in (
            (SALES, {"owner": ANNA, "party": "sales"}),
            (MARKETING, {"party": "marketing"}),
        ):
            whose: Whose = "me" if "owner" in filters else "party"
            shown = pages(app, who, whose)
            asked = list(dict.fromkeys(row["lead"] for row in app.queue(**filters)))
            assert [row.lead_id for row in shown] == asked
            for row in shown:
                _compare(row, app.show(row.lead_id), who)


def pages(app: Engine, who: Actor, whose: Whose) -> list[LeadRow]:
    """The rows of one page after the other."""
    page = rows.queue(app, who, whose)
    found = list(page.rows)
    while page.next is not None:
        page = rows.queue(app, who, whose, after=page.next)
        found += page.rows
    return found


def _compare(row: LeadRow, lead: dict[str, Any], who: Actor) -> None:
    clocks = {(each["target"], each["number"]): each for each in lead["clocks"]}
    assert {(bar.target, bar.number) for bar in row.bars} == {
        key for key, each in clocks.items() if each["ended_at"] is None
    }
    for bar in row.bars:
        same = clocks[bar.target, bar.number]
        assert told(bar) == {key: same[key] for key in told(bar)}
        assert bar.used_seconds == bar.allowance_seconds - bar.left_seconds
    assert row.state == lead["state"]
    if row.why.score is not None:
        assert row.why.score.total == lead["score"]
    allowed = {each["trigger"] for each in lead["available"] if each["allowed"] and who.party in each["by"]}
    offered = {each.name for each in (row.main, *row.others) if each and each.kind == "fire"}
    assert offered == allowed


def test_a_row_tells_why_a_lead_is_here_and_what_to_do_first(app: Engine, present: Present) -> None:
    handed_over(app)
    present.at = MONDAY
    page = rows.queue(app, SALES, "me")
    assert [each.whose for each in page.tabs] == ["me", "team", "unowned", "party"]
    assert [each.count for each in page.tabs] == [1, 1, 0, 1]
    row = page.rows[0]
    first, second = row.bars
    assert first.title == "Accept or return within four hours"
    assert (first.tone, first.left_seconds) == ("half", 5400)
    assert [(each.label, each.share, each.is_done) for each in first.steps] == [
        ("50%", 0.5, True), ("80%", 0.8, False), ("100%", 1.0, False), ("+4h", 2.0, False),
    ]  # fmt: skip
    assert (first.is_open_now, first.next_edge_at) == (True, MONDAY + 8 * HOUR)
    assert (second.target, second.tone) == ("first_contact", "calm")
    assert row.main is not None
    assert (row.main.name, [each.name for each in row.others]) == ("accept", ["return"])
    assert row.why.attempts is not None
    assert (row.why.attempts.made, row.why.attempts.wanted, row.why.attempts.wanted_channels) == (0, 2, 2)
    assert row.why.score is not None
    assert [each.words for each in row.why.score.touches] == ["demo"]


def test_a_paused_promise_says_what_is_left_of_its_pause_and_comes_after_the_others(
    app: Engine, present: Present
) -> None:
    lead = handed_over(app)
    app.change(lead, {"on_hold": True}, ANNA, at=FRIDAY + HOUR)
    present.at = MONDAY + HOUR
    first, paused = rows.queue(app, SALES, "me").rows[0].bars
    assert (first.target, first.tone, paused.tone) == ("first_contact", "calm", "paused")
    assert (paused.left_seconds, paused.pause_left_seconds) == (3 * 3600, 7 * 3600)
    assert paused.steps[0].at is None


def test_what_is_past_due_leads_and_who_has_it_since_is_told(app: Engine, present: Present) -> None:
    handed_over(app)
    present.at = MONDAY + 2 * HOUR
    assert rows.queue(app, SALES, "me").rows == ()
    row = rows.queue(app, Actor(BO, "sales"), "me").rows[0]
    assert (row.bars[0].tone, row.bars[0].late_seconds, row.owner) == ("broken", 1800, BO)


def test_who_leaves_meanwhile_is_given_nothing_that_fell_before_whoever_looked(
    app: Engine, present: Present
) -> None:
    handed_over(app)
    present.at = MONDAY + 2 * HOUR
    assert rows.queue(app, Actor(BO, "sales"), "party").rows[0].owner == BO
    app.send_away(BO, present.at - 2 * HOUR, present.at + HOUR, at=present.at - 2 * HOUR)
    page = rows.queue(app, Actor(BO, "sales"), "party")
    again = Engine(app.database, now=lambda: present.at)
    assert page.rows == rows.queue(again, Actor(BO, "sales"), "party").rows
    assert page.rows[0].owner != BO


@on_one_database
def test_the_queue_is_narrowed_and_cut(app: Engine, present: Present) -> None:
    leads = [handed_over(app, f"lead{n}", FRIDAY) for n in range(rows.PAGE + 2)]
    app.fire(leads[0], "accept", ANNA, at=FRIDAY)
    present.at = MONDAY
    page = rows.queue(app, SALES, "party")
    assert (len(page.rows), page.next) == (rows.PAGE, Mark(rows.PAGE, page.rows[-1].lead_id))
    assert sorted(each.lead_id for each in pages(app, SALES, "party")) == leads
    narrowed = rows.queue(app, SALES, "party", target="keep_warm")
    assert (keys(narrowed), narrowed.next) == ([leads[0]], None)
    assert keys(rows.queue(app, SALES, "party", state="accepted")) == [leads[0]]
    assert rows.queue(app, SALES, "party", state="nowhere").rows == ()
    assert {each.name for each in page.states} == set(app.active().states)
    assert "triage" not in {each.name for each in page.targets}, "what the other party owes"


def test_leads_that_nobody_owns_are_taken(empty: Engine, present: Present) -> None:
    agreement = AGREEMENT[: AGREEMENT.index("routing:")]
    empty.activate(agreement, at=FRIDAY)
    empty.add_person(ANNA, "sales", at=FRIDAY)
    lead = handed_over(empty)
    present.at = MONDAY
    row = rows.queue(empty, SALES, "unowned").rows[0]
    assert (row.lead_id, row.owner) == (lead, None)
    assert [each.kind for each in row.others] == ["fire", "take"]
    assert [each.whose for each in rows.queue(empty, SALES, "me").tabs] == ["me", "unowned", "party"]


@on_one_database
def test_what_no_tick_carried_out_yet_is_said(app: Engine, present: Present) -> None:
    asked = 0
    for number in range(120):
        handed_over(app, f"lead{number}", FRIDAY)
        asked += 1
    present.at = MONDAY + 2 * HOUR
    page = rows.queue(app, SALES, "party")
    assert len(page.rows) == rows.PAGE
    assert 0 < page.waiting < asked


@on_one_database
def test_an_auditor_sees_all_and_is_offered_nothing(app: Engine, present: Present) -> None:
    app.add_person("eva@example.com", "sales", role="auditor", at=FRIDAY)
    lead = handed_over(app)
    present.at = MONDAY
    who = Actor("eva@example.com", "sales")
    row = rows.queue(app, who, "party").rows[0]
    assert (row.main, row.others) == (None, ())
    page = lead_desk.show(app, lead, who)
    assert page.records == ()
    assert all(each.refused for each in page.fires)
