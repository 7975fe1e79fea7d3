"""What was stated of a period stands; what comes later restates it, the same whenever a tick came by."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from support.builders import utc
from support.office import DAY, HOUR, MONDAY, PROSPECT, SALES, created, staffed, together
from support.promising import (
    APRIL,
    CLOSED,
    COMMITMENTS,
    MEASURED,
    VOLUME,
    handed,
    owing,
    plainly,
    promising,
    statements_of,
    told,
)

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.lifecycle.events import Fired, Recorded
from slaflow.store.commitments import periods

# What comes late


PIPELINE = """\
commitments:
  pipeline:
    {owed_by: marketing, every: month, sum: {field: worth, of: {trigger: promote}}, at_least: 1000.5}
"""
FOLLOWED = "commitments:\n  c: {owed_by: sales, every: month, share: {met: respond}, at_least: 60%}\n"


def test_a_breach_lifted_after_the_closing_restates(empty: Engine) -> None:
    app = promising(empty, FOLLOWED)
    lead = handed(app, 1, MONDAY)
    app.tick(CLOSED + HOUR)
    app.lift(lead, "respond", "the phones were down", "marketing", at=CLOSED + DAY)
    assert app.tick(CLOSED + 2 * DAY).commitments == 1
    assert [(s["at"], s["of"], s["verdict"]) for s in statements_of(app)[-2:]] == [
        (CLOSED, 0, "missed"), (CLOSED + DAY, 1, "kept"),
    ]  # fmt: skip


def test_a_breach_found_and_lifted_by_one_command_restates(empty: Engine) -> None:
    """History that comes after the closing, and no tick before the breach in it is lifted."""
    app = promising(empty, FOLLOWED)
    app.tick(CLOSED + HOUR)
    lead = handed(app, 1, MONDAY)
    app.lift(lead, "respond", "the phones were down", "marketing", at=CLOSED + DAY)
    app.tick(CLOSED + 2 * DAY)
    assert [(s["at"], s["of"], s["verdict"]) for s in statements_of(app)[-2:]] == [
        (CLOSED, 0, "missed"), (CLOSED + DAY, 1, "kept"),
    ]  # fmt: skip


def test_evidence_told_after_the_closing_restates(empty: Engine) -> None:
    """Answered in time on the last day of March, told a day after March had closed."""
    app = promising(empty, FOLLOWED.replace("respond", "first_contact").replace("60%", "60%, matures: 1h"))
    lead = handed(app, 1, utc("2026-03-30T08:00"))
    app.fire(lead, "accept", "sales", at=utc("2026-03-30T09:00"))
    app.tick(APRIL + 2 * HOUR)
    app.record(lead, "reply", "lead", at=APRIL + DAY, occurred_at=utc("2026-03-31T12:00"))
    app.tick(APRIL + 2 * DAY)
    assert [(s["at"], s["of"], s["among"]) for s in statements_of(app)[-2:]] == [
        (APRIL + HOUR, 0, 1), (APRIL + DAY, 1, 1),
    ]  # fmt: skip


def test_what_alters_nothing_restates_nothing(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    lead = handed(app, 1, MONDAY)
    app.tick(CLOSED + HOUR)
    app.record(lead, "visit", "lead", at=CLOSED + 2 * HOUR, occurred_at=MONDAY + HOUR)
    assert app.tick(CLOSED + DAY).commitments == 0
    with app.database.read() as conn:
        assert periods.late(conn, "office-deal", CLOSED + DAY) == []


def test_history_imported_after_the_closing_restates_at_the_closing(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    app.tick(CLOSED + HOUR)
    workflow = app.active()
    asks = [
        each
        for number in (1, 2)
        for each in (
            created(workflow, number, MONDAY + number * DAY),
            Ask(number, Recorded("demo"), PROSPECT, MONDAY + number * DAY + HOUR),
        )
    ]
    together(app, asks, CLOSED + 2 * HOUR)
    assert app.tick(CLOSED + 3 * HOUR).commitments == 1
    restated = statements_of(app)[-1]
    assert (restated["period"], restated["figure"], restated["verdict"]) == ("2026-03", 2, "kept")
    assert restated["at"] == CLOSED
    with app.database.read() as conn:
        (march,) = periods.closed(conn, "office-deal", labels=["2026-03"])
    assert (march.verdict, len(march.statements)) == ("missed", 2)


def test_what_was_erased_is_not_taken_from_what_was_stated(empty: Engine) -> None:
    """Data that went with a person counts no more; a later arrival adds to what stood."""
    app = promising(empty, PIPELINE)
    first, second = (handed(app, number, MONDAY, worth="600") for number in (1, 2))
    app.tick(APRIL + 10 * DAY)
    app.erase(first, "asked for by letter", "marketing", at=APRIL + 11 * DAY)
    app.tick(APRIL + 12 * DAY)
    third = int(app.add({"email": "k3@example.com", "worth": "50.5"}, "marketing", at=MONDAY)["id"])
    app.record(third, "demo", "lead", at=APRIL + 13 * DAY, occurred_at=APRIL - DAY)
    app.tick(APRIL + 14 * DAY)
    stated = [
        s for s in statements_of(app, "pipeline") if s["period"] == "2026-03" and s["kind"] == "commitment"
    ]
    assert [s["figure"] for s in stated] == ["1200", "1250.5"]
    assert second


# Whenever a tick runs


def a_course(app: Engine, seed: int) -> list[Ask]:
    """Random inputs over five weeks in order of arrival; some tell of what happened days before."""
    chance = random.Random(seed)
    workflow, asks = app.active(), []
    for number in range(1, 5):
        birth = MONDAY + timedelta(minutes=chance.randint(0, 20 * 1440))
        worth = {"worth": str(chance.choice((500, "250.5", 1)))} if chance.random() < 0.7 else {}
        asks.append(created(workflow, number, birth, country=chance.choice(["SE", "DE"]), **worth))
        for _ in range(chance.randint(2, 9)):
            at = birth + timedelta(minutes=chance.randint(1, 14 * 1440))
            lag = chance.choice((0, 0, 0, 90, 5 * 1440, 9 * 1440))
            occurred = max(at - timedelta(minutes=lag), birth)
            asks.append(Ask(number, *chance.choice(HAPPENINGS), at, occurred))
    return sorted(asks, key=lambda ask: ask.at or MONDAY)


HAPPENINGS = (
    (Recorded("demo"), PROSPECT),
    (Recorded("demo"), PROSPECT),
    (Recorded("call"), SALES),
    (Recorded("mail"), SALES),
    (Recorded("reply"), PROSPECT),
    (Fired("accept"), SALES),
    (Fired("return", {"return_reason": "no_fit"}), SALES),
)
JUST_BEFORE, END = MONDAY - 7 * DAY, MONDAY + 40 * DAY
"""Periods that close before there is a lead are soon told apart from nothing, and take as long as others."""


def lived(app: Engine, asks: list[Ask], every: timedelta | None) -> Engine:
    """The course with ticks *every* so often, or one at the end."""
    tick_at = MONDAY
    for ask in asks:
        assert ask.at is not None
        while every is not None and tick_at < ask.at:
            app.tick(tick_at)
            tick_at += every
        together(app, [ask], ask.at)
    while every is not None and tick_at < END:
        app.tick(tick_at)
        tick_at += every
    app.tick(END)
    return app


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
@pytest.mark.parametrize("seed", [2])
def test_one_tick_at_the_end_states_what_ticks_on_the_way_state(
    empty: Engine, elsewhere: Engine, seed: int
) -> None:
    """Elsewhere is a SQLite file, so both databases state the same too."""
    for app in (empty, elsewhere):
        staffed(app, owing(COMMITMENTS), JUST_BEFORE)
    asks = a_course(empty, seed)
    often = lived(empty, asks, 4 * DAY + 5 * HOUR)
    once = lived(elsewhere, a_course(elsewhere, seed), None)
    assert statements_of(often) == statements_of(once)
    assert len([s for s in statements_of(once) if s.get("restates")]) > 0
    assert told(often) == told(once)
    assert often.verify().ok
    assert once.verify().ok


@pytest.mark.parametrize("seed", [0])
def test_figures_are_what_going_through_the_log_gives(empty: Engine, seed: int) -> None:
    staffed(empty, owing(COMMITMENTS + MEASURED), JUST_BEFORE)
    app = lived(empty, a_course(empty, seed + 10), None)
    found = statements_of(app)
    assert len(found) > 60
    assert all(one["at"] <= other["at"] for one, other in pairwise(found))
    for stated in random.sample(found, 30):
        again = plainly(app, stated)
        if stated["kind"] == "warned":  # of a sum it does not say of how many leads
            again.pop("leads", None)
        assert {key: stated[key] for key in again} == again, stated


def test_history_before_anything_closed_leaves_nothing_to_look_into(empty: Engine) -> None:
    app = promising(empty, VOLUME % "title: Leads")
    asks = [
        created(app.active(), 1, MONDAY - 90 * DAY),
        Ask(1, Recorded("visit"), PROSPECT, MONDAY - 80 * DAY),
    ]
    together(app, asks, MONDAY)
    with app.database.read() as conn:
        assert periods.late(conn, "office-deal", MONDAY + DAY) == []
