"""The one write path: a batch is decided like its inputs one at a time, whole or not at all."""

from __future__ import annotations

import pytest
from support.builders import utc
from support.office import (
    BO,
    CIA,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    PROSPECT,
    SALES,
    a_history,
    created,
    kinds,
    on_one_database,
    one_by_one,
    statements,
    stored,
    the_chain,
    together,
)

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask, LeadNotThere
from slaflow.errors import UnknownName
from slaflow.hours.errors import NaiveInstant
from slaflow.lifecycle.decide import AheadOfClock
from slaflow.lifecycle.events import Fired, Recorded

LATER = FRIDAY + 40 * DAY


@pytest.mark.parametrize(
    ("dialect", "seed"), [("sqlite", 1), ("postgresql", 2), ("postgresql", 3)], indirect=["dialect"]
)
def test_a_batch_gives_what_one_at_a_time_gives(app: Engine, other: Engine, seed: int) -> None:
    """Leads, clocks, turns, messages, and every hash of the log."""
    asks = a_history(app.active(), seed)
    together(app, asks, LATER)
    one_by_one(other, a_history(other.active(), seed), LATER)
    assert the_chain(app) == the_chain(other)
    assert stored(app.database) == stored(other.database)
    assert app.verify().bad is None


def test_a_batch_in_pieces_of_any_size_gives_the_same(app: Engine, other: Engine) -> None:
    asks = a_history(app.active(), 4)
    for start in range(0, len(asks), 7):
        together(app, asks[start : start + 7], LATER)
    one_by_one(other, a_history(other.active(), 4), LATER)
    assert the_chain(app) == the_chain(other)


def test_round_robin_goes_on_from_one_lead_of_a_batch_to_the_next(app: Engine) -> None:
    asks = [created(app.active(), number, FRIDAY) for number in range(1, 6)]
    asks += [Ask(number, Recorded("demo"), PROSPECT, FRIDAY) for number in range(1, 6)]
    together(app, asks, FRIDAY)
    owners = [lead["owner"].partition("@")[0] for lead in app.leads(at=FRIDAY)]
    assert owners == ["anna", "bo", "cia", "anna", "bo"]
    assert stored(app.database)["turns"]["nordics"] == BO
    together(app, [created(app.active(), 6, FRIDAY), Ask(6, Recorded("demo"), PROSPECT, FRIDAY)], FRIDAY)
    assert app.show(6, at=FRIDAY)["owner"] == CIA


@on_one_database
def test_created_and_its_events_may_share_a_batch(app: Engine) -> None:
    asks = [
        created(app.active(), 1, FRIDAY),
        Ask(1, Recorded("demo"), PROSPECT, FRIDAY + HOUR),
        Ask(1, Fired("accept"), SALES, MONDAY),
    ]
    outcomes = together(app, asks, MONDAY)
    entered = [[entry.to_state for entry in outcome.entries if entry.to_state] for outcome in outcomes]
    assert entered == [["nurturing"], ["mql"], ["accepted"]]
    lead = app.show("lead1@example.com", at=MONDAY)
    assert lead["state"] == "accepted"
    assert [c["status"] for c in lead["clocks"] if c["target"] == "respond"] == ["met"]


def numbers_of_statements(app: Engine, sizes: tuple[int, int]) -> list[int]:
    """What a batch costs that adds leads, touches them and those of the batch before."""
    numbers, first = [], 1
    together(app, _a_batch(app, first, 2), FRIDAY)
    for size in sizes:
        asks = _a_batch(app, first + 2, size)
        with statements() as sent:
            together(app, asks, FRIDAY)
        numbers.append(len(sent))
        first += size
    return numbers


def _a_batch(app: Engine, first: int, size: int) -> list[Ask]:
    asks = [created(app.active(), number, FRIDAY) for number in range(first, first + size)]
    asks += [Ask(number, Recorded("demo"), PROSPECT, FRIDAY) for number in range(first, first + size)]
    asks += [Ask(number, Recorded("visit"), PROSPECT, FRIDAY) for number in range(max(first - 2, 1), first)]
    return asks


def test_a_batch_costs_the_same_number_of_statements_whatever_its_size(app: Engine) -> None:
    small, large = numbers_of_statements(app, (3, 60))
    assert small == large > 0


def test_an_error_in_the_middle_leaves_nothing_of_the_batch(app: Engine) -> None:
    one_by_one(app, [created(app.active(), 1, FRIDAY)], FRIDAY)
    before, rows = the_chain(app), stored(app.database)
    asks = [
        created(app.active(), 2, MONDAY),
        Ask(1, Recorded("demo"), PROSPECT, MONDAY),
        Ask(2, Fired("acept"), SALES, MONDAY),
    ]
    with pytest.raises(UnknownName, match=r'unknown trigger "acept"; did you mean "accept"\?'):
        together(app, asks, MONDAY)
    assert the_chain(app) == before
    assert stored(app.database) == rows


def test_a_refused_input_is_logged_once_with_what_was_settled_before_it(app: Engine) -> None:
    asks = [
        created(app.active(), 1, FRIDAY),
        Ask(1, Recorded("demo"), PROSPECT, FRIDAY),
        Ask(1, Fired("win"), SALES, MONDAY + 4 * HOUR),
    ]
    *_, outcome = together(app, asks, MONDAY + 4 * HOUR)
    assert outcome.refusal is not None
    assert outcome.refusal.because == (
        "win does not lead from mql; possible from there: accept, return, escalate_return",
    )
    assert kinds(app, 1)[-5:] == ["warned", "warned", "breached", "assigned", "refused"]


def test_a_lenient_batch_is_as_if_what_was_refused_or_wrong_had_never_been_asked(
    app: Engine, other: Engine
) -> None:
    """Even the hashes are those of the other inputs alone; what those settled is kept."""

    def good(engine: Engine) -> list[Ask]:
        return [
            created(engine.active(), 1, FRIDAY),
            Ask(1, Recorded("demo"), PROSPECT, FRIDAY),
            created(engine.active(), 2, FRIDAY),
            Ask(1, Fired("accept"), SALES, MONDAY + 5 * HOUR),
        ]

    bad = [
        Ask(1, Fired("win", {"amount": "1"}), SALES, MONDAY + 4 * HOUR),
        Ask(1, Recorded("juggling"), SALES, MONDAY + 4 * HOUR),
        Ask(1, Recorded("visit"), PROSPECT, MONDAY + 4 * HOUR, MONDAY + 9 * DAY),
        Ask(77, Recorded("visit"), PROSPECT, MONDAY),
    ]
    asks = [*good(app)[:3], *bad, *good(app)[3:]]
    outcomes = together(app, asks, MONDAY + 5 * HOUR, lenient=True)
    assert [type(outcome.error) for outcome in outcomes[3:]] == [
        type(None), UnknownName, AheadOfClock, LeadNotThere, type(None),
    ]  # fmt: skip
    assert outcomes[3].refusal is not None
    together(other, good(other), MONDAY + 5 * HOUR)
    assert the_chain(app) == the_chain(other)
    assert stored(app.database) == stored(other.database)
    assert "breached" in kinds(app, 1)


@on_one_database
def test_events_of_a_lead_that_could_not_be_created_fail_alone(app: Engine) -> None:
    asks = [
        created(app.active(), 1, MONDAY + DAY),
        Ask(1, Recorded("visit"), PROSPECT, MONDAY),
        created(app.active(), 2, MONDAY),
    ]
    # An arrival is its own instant, so only an event may lie ahead of the clock.
    asks[0] = Ask(1, asks[0].happening, SALES, MONDAY, MONDAY + DAY, app.active())
    outcomes = together(app, asks, MONDAY, lenient=True)
    assert [type(outcome.error) for outcome in outcomes] == [AheadOfClock, LeadNotThere, type(None)]
    assert [lead["id"] for lead in app.leads(at=MONDAY)] == [2]


@on_one_database
def test_an_instant_without_a_zone_is_refused(app: Engine) -> None:
    naive = utc("2026-03-09T08:00").replace(tzinfo=None)
    for ask in (
        Ask(1, Recorded("visit"), PROSPECT, naive),
        Ask(1, Recorded("visit"), PROSPECT, MONDAY, naive),
    ):
        with pytest.raises(NaiveInstant):
            together(app, [created(app.active(), 1, FRIDAY), ask], MONDAY)
    with pytest.raises(NaiveInstant):
        app.tick(naive)
