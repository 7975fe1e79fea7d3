"""A person is erased: nothing of them is left, and the log still verifies and still counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import orjson
import pytest
import sqlalchemy
from sqlalchemy import event
from support.known_person import LATER, REASON, TOLD, a_person_is_known
from support.office import (
    AGREEMENT,
    BO,
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    a_history,
    handed_over,
    kinds,
    on_one_database,
    one_by_one,
    stored,
    the_chain,
    the_log,
)
from support.pulse import PULSE

from slaflow.engine.app import Engine
from slaflow.engine.leads.reasons import ReasonUnusable
from slaflow.engine.outbox import listing as outbox
from slaflow.engine.setup.doctor import examine
from slaflow.errors import UnknownName
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.erasure import LeadErased


def everything_shown(app: Engine, lead: int, at: Any = LATER) -> str:
    """Every word that any command tells of any lead."""
    told = [
        app.show(lead, at=at), list(app.leads(at=at)), app.queue(at=at), app.explain(lead, at=at),
        [entry.as_json() for entry in app.log()], outbox.listed(app, None, None, None),
        [check.detail for check in examine(app)],
    ]  # fmt: skip
    return orjson.dumps(told).decode()


# What goes


def test_nothing_that_is_shown_holds_anything_of_the_person(app: Engine) -> None:
    lead = a_person_is_known(app)
    before = everything_shown(app, lead)
    assert [word for word in TOLD if word not in before] == []
    shown = app.erase(lead, REASON, "marketing", at=LATER)
    after = everything_shown(app, lead)
    assert [word for word in TOLD if word in after] == []
    assert (shown["key"], shown["erased_at"]) == (f"erased-{lead}", instant_text(LATER))
    assert set(shown["fields"].values()) == {None}
    assert (shown["checks"], shown["available"]) == ({}, [])
    assert app.verify().bad is None


def test_the_log_says_who_erased_and_why_and_keeps_when_what_happened(app: Engine) -> None:
    lead = a_person_is_known(app)
    app.tick(LATER)
    before = the_log(app, lead)
    app.erase("zyxkim@example.com", f" {REASON}\n", "marketing", at=LATER)
    after = the_log(app, lead)
    assert [{**entry, "data": None} for entry in before] == after[: len(before)]
    erased, *ended = after[len(before) :]
    assert (erased["kind"], erased["class"], erased["actor"], erased["reason"]) == (
        "erased", "input", "marketing", REASON,
    )  # fmt: skip
    assert erased["at"] == erased["arrived_at"] == erased["occurred_at"] == instant_text(LATER)
    assert {name: value for name, value in erased["data"].items() if name != "kept"} == {
        "checks": ["value"],
        "fields": ["callback_on", "company", "email", "on_hold"],
        "key": f"erased-{lead}",
    }
    assert {entry["kind"] for entry in ended} == {"clock_cancelled"}
    assert {entry["caused_by"] for entry in ended} == {erased["seq"]}


def test_what_fell_before_is_carried_out_first(app: Engine, other: Engine) -> None:
    """The same log, whether or not a tick came in between."""
    for each in (app, other):
        handed_over(each)
    other.tick(LATER)
    for each in (app, other):
        each.erase(1, REASON, "sales", at=LATER)
    assert the_log(app) == the_log(other)
    assert kinds(app, 1).count("breached") == 1
    assert stored(app.database) == stored(other.database)


def test_messages_stay_without_words_and_those_not_sent_stay_here(app: Engine) -> None:
    lead = handed_over(app)
    app.tick(MONDAY + 2 * HOUR)
    waiting = outbox.listed(app, "waiting", None, None)
    assert waiting
    app.erase(lead, REASON, "sales", at=MONDAY + 2 * HOUR)
    kept = outbox.listed(app, None, None, None)
    assert [(m["id"], m["recipient"]) for m in kept] == [(m["id"], m["recipient"]) for m in waiting]
    assert {(m["status"], orjson.dumps(m["data"])) for m in kept} == {("stale", b"{}")}
    assert app.tick(MONDAY + 9 * DAY).notified == 0


def test_another_leads_data_and_messages_are_left_alone(app: Engine) -> None:
    one, two = handed_over(app, "kim"), handed_over(app, "liv")
    app.tick(LATER)
    before, told = the_log(app, two), [m for m in outbox.listed(app, None, None, None) if m["lead"] == two]
    app.erase(one, REASON, "sales", at=LATER)
    assert the_log(app, two) == before
    assert [m for m in outbox.listed(app, None, None, None) if m["lead"] == two] == told


# What stays


def counted(app: Engine, at: Any) -> list[tuple[Any, ...]]:
    """Every clock that had ended, or was broken, by *at*: what figures count."""
    return [
        (lead["id"], clock["target"], clock["number"], clock["owner"], clock["started_at"], clock["status"],
         clock["breached_at"])
        for lead in app.leads(at=at)
        for clock in lead["clocks"]
        if clock["ended_at"] is not None or clock["breached_at"] is not None
    ]  # fmt: skip


@on_one_database
@pytest.mark.parametrize("seed", range(3))
def test_an_erased_lead_counts_as_before(app: Engine, seed: int) -> None:
    at = FRIDAY + 30 * DAY
    one_by_one(app, a_history(app.active(), seed), at)
    before, started = counted(app, at), sum(len(lead["clocks"]) for lead in app.leads(at=at))
    for lead in (2, 5):
        app.erase(lead, REASON, "sales", at=at)
    after = counted(app, at)
    assert [clock for clock in after if clock[5] != "cancelled" or clock in before] == before
    assert sum(len(lead["clocks"]) for lead in app.leads(at=at)) == started
    assert all(c["ended_at"] for lead in (2, 5) for c in app.show(lead, at=at)["clocks"])
    assert app.verify().bad is None


def test_a_broken_promise_stays_broken_and_a_running_one_is_cancelled(app: Engine) -> None:
    lead = handed_over(app)
    shown = app.erase(lead, REASON, "sales", at=MONDAY + 2 * HOUR)
    ended = {clock["target"]: (clock["status"], clock["ended_at"]) for clock in shown["clocks"]}
    assert ended["respond"] == ("breached", instant_text(MONDAY + 2 * HOUR))
    assert ended["first_contact"] == ("cancelled", instant_text(MONDAY + 2 * HOUR))
    assert app.queue(at=LATER) == []
    assert app.tick(FRIDAY + 300 * DAY).steps == 0


# Afterwards


def calls() -> Iterator[Any]:
    """Every way of doing something with a lead."""
    yield pytest.param(lambda app: app.fire(1, "accept", "sales"), id="fire")
    yield pytest.param(lambda app: app.record(1, "demo", "lead"), id="activity")
    yield pytest.param(lambda app: app.answer(1, "value", "sales", {"expected_value": "1"}), id="check")
    yield pytest.param(lambda app: app.change(1, {"company": "Kim Ltd"}, "sales"), id="set")
    yield pytest.param(
        lambda app: app.change(1, {"email": "kim@example.com"}, "marketing"), id="set identity"
    )
    yield pytest.param(lambda app: app.assign(1, BO, "sales"), id="assign")
    yield pytest.param(lambda app: app.erase(1, REASON, "sales"), id="erase")


@on_one_database
@pytest.mark.parametrize("call", [*calls()])
def test_nothing_happens_to_an_erased_lead_any_more(app: Engine, call: Callable[[Engine], Any]) -> None:
    handed_over(app)
    app.erase(1, REASON, "sales", at=FRIDAY + HOUR)
    before = the_chain(app)
    with pytest.raises(LeadErased) as caught:
        call(app)
    assert str(caught.value) == "lead 1 was erased on 2026-03-06T14:30:00Z; nothing can happen to it any more"
    assert the_chain(app) == before


def test_the_lead_is_no_longer_found_by_its_identity(app: Engine) -> None:
    lead = handed_over(app)
    app.erase("KIM@example.com", REASON, "sales")
    with pytest.raises(UnknownName):
        app.show("kim@example.com")
    assert app.show(f"erased-{lead}")["id"] == lead


@on_one_database
def test_why_a_trigger_cannot_be_fired_is_told(app: Engine) -> None:
    lead = handed_over(app)
    app.erase(lead, REASON, "sales", at=FRIDAY)
    told = app.explain(lead, "accept")
    assert (told["allowed"], len(told["because"])) == (False, 1)
    assert "lead 1 was erased on 2026-03-06" in told["because"][0]
    assert app.explain(lead, "respond")["status"] == "cancelled"


@on_one_database
def test_an_identity_that_looks_like_an_erased_one_is_in_nobodys_way(app: Engine) -> None:
    by_name = AGREEMENT.replace("identity: [email]", "identity: [company]").replace("office-deal", "by-name")
    app.activate(by_name)
    for name in ("erased-2", "Acme"):
        app.add({"company": name}, "marketing", workflow="by-name")
    assert app.erase(2, REASON, "sales")["key"] == "erased-2-"
    assert app.show("erased-2")["id"] == 1


# The reason


@on_one_database
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "say why"),
        (" \n", "say why"),
        ("x" * 501, "501 characters; 500 at most"),
        ("KIM@example.com asked", "holds the lead's own email"),
        ("asked by kim ltd, whose site is kim ltd", "holds the lead's own company"),
    ],
)
def test_a_reason_that_may_not_stay_for_ever_is_refused(app: Engine, reason: str, words: str) -> None:
    lead = handed_over(app, company="Kim Ltd", country="SE")
    before = the_chain(app)
    with pytest.raises(ReasonUnusable, match=words):
        app.erase(lead, reason, "sales", at=LATER)
    assert the_chain(app) == before


@on_one_database
def test_words_that_the_agreement_chose_may_stand_in_the_reason(app: Engine) -> None:
    lead = handed_over(app, country="SE")
    assert app.erase(lead, "SENT BY THE SE OFFICE", "sales")["erased_at"]


# All or nothing


@contextmanager
def failing_at(number: int) -> Iterator[list[str]]:
    """A database connection that breaks before the statement of that number, counted from 0."""
    seen: list[str] = []

    def count(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)
        if len(seen) == number + 1:
            raise ConnectionAbortedError(statement)

    event.listen(sqlalchemy.Engine, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(sqlalchemy.Engine, "before_cursor_execute", count)


def test_a_break_at_any_statement_leaves_nothing_half(app: Engine) -> None:
    handed_over(app)
    before, rows = the_chain(app), stored(app.database)
    number = 0
    while True:
        with failing_at(number) as seen:
            with suppress(ConnectionAbortedError):
                app.erase(1, REASON, "sales", at=LATER)
        if the_chain(app) != before:
            break
        assert stored(app.database) == rows
        number += 1
    # The first break that changes anything comes after the commit, where the answer is read.
    assert number > 12
    assert not seen[number].startswith(("INSERT", "UPDATE", "DELETE"))
    assert app.show(1)["erased_at"] == instant_text(LATER)
    assert app.verify().bad is None


@on_one_database
def test_more_steps_than_a_transaction_holds_come_before(app: Engine) -> None:
    app.activate(PULSE)
    lead = app.add({"email": "kim@example.com"}, "marketing", at=FRIDAY, workflow="pulse")["id"]
    app.erase(lead, REASON, "marketing", at=FRIDAY + timedelta(minutes=1020, seconds=30))
    told = the_log(app, lead)
    assert [entry["kind"] for entry in told].count("timer_fired") == 1020
    assert {entry["data"] is None for entry in told[:-2]} == {True}
    assert [entry["kind"] for entry in told[-2:]] == ["erased", "clock_cancelled"]
    assert app.verify().bad is None
