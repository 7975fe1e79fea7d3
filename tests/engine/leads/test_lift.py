"""Evidence told late and breaches lifted by hand, on every kind of database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.office import (
    DAY,
    FRIDAY,
    HOUR,
    MONDAY,
    SALES,
    handed_over,
    kinds,
    on_one_database,
    statements,
    the_log,
    together,
)

from slaflow.engine.app import Engine
from slaflow.engine.ask import Ask
from slaflow.engine.leads import lift as lifting
from slaflow.engine.leads.commands import Refused
from slaflow.engine.leads.reasons import ReasonUnusable
from slaflow.engine.log.filters import UnknownFilter
from slaflow.errors import InvertedRange, UnknownName
from slaflow.lifecycle.erasure import LeadErased
from slaflow.lifecycle.events import Fired, Recorded
from slaflow.store.log.filter import LogFilter

DUE = MONDAY + timedelta(hours=1, minutes=30)
"""When the answer is due that was asked for on Friday at 14:30."""
WHY = "the phones were down"


def clock_of(app: Engine, lead: int, target: str, at: object = MONDAY + 5 * DAY) -> dict[str, object]:
    return [c for c in app.show(lead, at=at)["clocks"] if c["target"] == target][-1]


def is_sound(app: Engine) -> bool:
    """Whether hashes hold, and deciding again from the log gives the same entries and rows."""
    return app.verify().ok and app.replay().ok


# Late evidence


def test_a_clock_that_had_ended_is_found_and_kept_as_met(app: Engine) -> None:
    """Escalated back to marketing on Monday; on Tuesday sales tells that it had accepted in time."""
    lead = handed_over(app)
    app.tick(MONDAY + DAY)
    with pytest.raises(Refused, match="accept does not lead from returned"):
        app.fire(lead, "accept", "sales", at=MONDAY + DAY, occurred_at=MONDAY + HOUR)
    respond = clock_of(app, lead, "respond")
    assert (respond["status"], respond["lifted"], respond["late_seconds"]) == ("met", True, None)
    assert respond["ended_at"] == "2026-03-09T09:00:00Z"
    assert app.show(lead)["state"] == "returned"
    assert kinds(app, lead)[-2:] == ["refused", "breach_lifted"]
    assert is_sound(app)


def test_what_is_known_at_an_instant_is_what_had_been_told_by_then(app: Engine) -> None:
    lead = handed_over(app)
    app.tick(MONDAY + 2 * HOUR)
    app.record(lead, "reply", "lead", at=MONDAY + 3 * HOUR, occurred_at=FRIDAY + HOUR)
    app.fire(lead, "accept", "sales", at=MONDAY + 4 * HOUR, occurred_at=FRIDAY + 2 * HOUR)
    assert clock_of(app, lead, "respond", MONDAY + 3 * HOUR)["status"] == "breached"
    assert clock_of(app, lead, "respond", MONDAY + 4 * HOUR)["status"] == "met"
    assert clock_of(app, lead, "first_contact", MONDAY + 2 * HOUR)["status"] == "running"
    assert clock_of(app, lead, "first_contact", MONDAY + 3 * HOUR)["ended_at"] == "2026-03-06T14:30:00Z"
    assert is_sound(app)


def test_several_of_one_batch_see_what_ended_before_it_and_in_it(app: Engine) -> None:
    """Both clocks of the target, one ended days ago, one by the input right before."""
    lead = handed_over(app)
    app.fire(lead, "return", "sales", {"return_reason": "not_ready"}, at=FRIDAY + HOUR)
    asks = [
        Ask(lead, Fired("promote"), SALES, FRIDAY + HOUR, imported=True),
        Ask(lead, Recorded("reply"), SALES, FRIDAY + 2 * HOUR, imported=True),
        Ask(lead, Fired("recycle"), SALES, FRIDAY + 2 * HOUR, imported=True),
        Ask(lead, Recorded("mail"), SALES, FRIDAY + HOUR / 3, imported=True),
        Ask(lead, Recorded("call", {"outcome": "reached"}), SALES, FRIDAY + HOUR / 2, imported=True),
    ]
    outcomes = together(app, asks, MONDAY, lenient=True)
    assert [outcome.refusal is None for outcome in outcomes] == [False, False, False, True, True]
    contact = clock_of(app, lead, "first_contact")
    assert (contact["status"], contact["ended_at"]) == ("met", "2026-03-06T14:00:00Z")
    assert is_sound(app)


def test_a_refused_row_is_in_the_log_only_where_it_is_evidence(app: Engine) -> None:
    lead = handed_over(app)
    app.tick(MONDAY + DAY)
    plain, evidence = Fired("win", {"amount": "5"}), Fired("accept")
    asks = [Ask(lead, each, SALES, MONDAY + HOUR, imported=True) for each in (plain, evidence)]
    outcomes = together(app, asks, MONDAY + DAY, lenient=True)
    assert all(outcome.refusal is not None for outcome in outcomes)
    refused = [e for e in the_log(app, lead) if e["kind"] == "refused"]
    assert [(e["trigger"], e["data"]["late"]["imported"]) for e in refused] == [("accept", True)]
    assert clock_of(app, lead, "respond")["lifted"]
    assert is_sound(app)


def test_what_is_told_in_time_costs_no_further_statement(app: Engine) -> None:
    def cost(lead: int, **instants: object) -> int:
        with statements() as sent:
            app.record(lead, "call", "sales", **instants)  # type: ignore[arg-type]
        return sum("ended_at >" in statement for statement in sent)

    lead = handed_over(app)
    app.fire(lead, "accept", "sales", at=FRIDAY + HOUR)
    assert cost(lead, at=FRIDAY + 2 * HOUR) == 0
    assert cost(lead, at=FRIDAY + 3 * HOUR, occurred_at=FRIDAY + HOUR / 2) == 1


# Lifting one


def test_a_lifted_breach_stays_owed_and_counts_as_lifted_once_met(app: Engine) -> None:
    lead = handed_over(app)
    shown = app.lift(lead, "respond", f" {WHY} ", "marketing", at=MONDAY + 2 * HOUR)
    respond = next(c for c in shown["clocks"] if c["target"] == "respond")
    assert (respond["status"], respond["lifted"], respond["ended_at"]) == ("breached", True, None)
    (row,) = [row for row in app.queue(party="sales", at=MONDAY + 3 * HOUR) if row["target"] == "respond"]
    assert (row["lifted"], row["seconds_left"]) == (True, -90 * 60)
    app.tick(MONDAY + DAY)
    assert app.show(lead, at=MONDAY + DAY)["state"] == "mql"
    assert "its breach is lifted; it is still owed" in app.explain(lead, "respond", at=MONDAY + DAY)["plain"]
    app.fire(lead, "accept", "sales", at=MONDAY + DAY)
    respond = clock_of(app, lead, "respond")
    assert (respond["status"], respond["lifted"]) == ("met_late", True)
    (entry,) = list(app.log(LogFilter(kind="breach_lifted")))
    assert (entry.entry_class, entry.actor, entry.party, entry.reason) == ("input", "marketing", "sales", WHY)
    assert is_sound(app)


def test_a_breach_that_is_over_can_be_lifted(app: Engine) -> None:
    lead = handed_over(app)
    app.tick(MONDAY + DAY)
    assert clock_of(app, lead, "respond")["ended_at"] is not None
    app.lift(lead, "respond", WHY, "marketing", clock=1, at=MONDAY + 2 * DAY)
    assert clock_of(app, lead, "respond")["lifted"]
    assert app.explain(lead, "respond", at=MONDAY + 2 * DAY)["plain"][-1] == (
        "its breach is lifted; it is no longer owed"
    )
    assert is_sound(app)


@on_one_database
def test_a_lift_is_refused_in_one_line_and_logged(app: Engine) -> None:
    lead = handed_over(app)
    with pytest.raises(Refused, match="lead 1: lifting respond refused: no clock of respond is broken"):
        app.lift(lead, "respond", WHY, "marketing", at=FRIDAY + HOUR)
    app.lift(lead, "respond", WHY, "marketing", at=MONDAY + 2 * HOUR)
    with pytest.raises(Refused, match="the breach of respond, clock 1, is lifted already"):
        app.lift(lead, "respond", WHY, "marketing", at=MONDAY + 2 * HOUR)
    with pytest.raises(Refused, match="clock 7 of respond is not broken"):
        app.lift(lead, "respond", WHY, "marketing", clock=7, at=MONDAY + 2 * HOUR)
    assert kinds(app, lead).count("refused") == 3
    with pytest.raises(UnknownName, match='did you mean "respond"'):
        app.lift(lead, "respnd", WHY, "marketing", at=MONDAY + 2 * HOUR)
    assert is_sound(app)


@on_one_database
@pytest.mark.parametrize(
    ("reason", "why"),
    [("  ", "say why"), ("x" * 501, "501 characters"), ("Kim@example.com called", "own email")],
)
def test_a_reason_that_may_not_stay_for_ever_is_refused(app: Engine, reason: str, why: str) -> None:
    lead = handed_over(app)
    with pytest.raises(ReasonUnusable, match=why):
        app.lift(lead, "respond", reason, "marketing", at=MONDAY + 2 * HOUR)
    assert "breached" not in kinds(app, lead)


@on_one_database
def test_of_an_erased_lead_nothing_is_lifted(app: Engine) -> None:
    lead = handed_over(app)
    app.tick(MONDAY + 2 * HOUR)
    app.erase(lead, "asked for", "marketing", at=MONDAY + 3 * HOUR)
    with pytest.raises(LeadErased):
        app.lift(lead, "respond", WHY, "marketing", at=MONDAY + 4 * HOUR)
    report = app.lift_all(MONDAY, MONDAY + DAY, WHY, "marketing", at=MONDAY + 4 * HOUR)
    assert (report.lifted, [why for _, why in report.refused]) == (0, [
        "lead 1 was erased on 2026-03-09T11:00:00Z; nothing can happen to it any more"
    ])  # fmt: skip


# Lifting many


def outage(app: Engine) -> list[int]:
    """Three leads whose answers fell due on Monday at 10:30, 11:30 and 12:30, and no tick until Tuesday."""
    return [handed_over(app, name, FRIDAY + n * HOUR) for n, name in enumerate(("kim", "lin", "mo"))]


def lifted(app: Engine, leads: list[int], at: object) -> list[bool]:
    return [bool(clock_of(app, lead, "respond", at)["lifted"]) for lead in leads]


@pytest.mark.parametrize("is_ticked", [True, False])
def test_breaches_of_a_stretch_of_time_are_lifted_whether_a_tick_has_said_so_or_not(
    app: Engine, is_ticked: bool
) -> None:
    leads = outage(app)
    at = MONDAY + 4 * HOUR
    if is_ticked:
        app.tick(at)
    report = app.lift_all(DUE, DUE + 2 * HOUR, WHY, "marketing", at=at)
    assert report.as_json() == {
        "from": "2026-03-09T09:30:00Z", "to": "2026-03-09T11:30:00Z", "lifted": 2, "leads": 2, "refused": [],
    }  # fmt: skip
    assert lifted(app, leads, at) == [True, True, False]
    again = app.lift_all(DUE, DUE + 2 * HOUR, WHY, "marketing", at=at)
    assert (again.lifted, again.refused) == (0, [])
    assert is_sound(app)


def test_what_is_due_later_than_the_clock_is_not_broken_yet(app: Engine) -> None:
    leads = outage(app)
    at = DUE + HOUR
    assert app.lift_all(MONDAY, MONDAY + DAY, WHY, "marketing", at=at).lifted == 1
    assert lifted(app, leads, at) == [True, False, False]


def test_of_one_target_or_one_party_alone(app: Engine) -> None:
    lead = handed_over(app)
    at = MONDAY + 5 * DAY
    app.tick(at)
    broken = {e.target for e in app.log(LogFilter(kind="breached"))}
    assert broken == {"respond"}
    assert app.lift_all(FRIDAY, at, WHY, "marketing", party="marketing", at=at).lifted == 0
    assert app.lift_all(FRIDAY, at, WHY, "marketing", target="triage", at=at).lifted == 0
    assert app.lift_all(FRIDAY, at, WHY, "marketing", target="respond", party="sales", at=at).lifted == 1
    assert lifted(app, [lead], at) == [True]


@on_one_database
def test_a_batch_after_the_other(app: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifting, "AT_ONCE", 2)
    leads = outage(app)
    with statements() as sent:
        report = app.lift_all(MONDAY, MONDAY + DAY, WHY, "marketing", at=MONDAY + 6 * HOUR)
    assert (report.lifted, report.leads) == (3, set(leads))
    assert sum(statement.startswith(("INSERT INTO entry", "COPY entry")) for statement in sent) == 2


@on_one_database
def test_a_lead_whose_own_words_are_in_the_reason_is_left_out_and_named(app: Engine) -> None:
    leads = outage(app)
    report = app.lift_all(
        MONDAY, MONDAY + DAY, "lin@example.com complained", "marketing", at=MONDAY + 6 * HOUR
    )
    assert report.lifted == 2
    (refused,) = report.as_json()["refused"]
    assert (refused["lead"], refused["target"], refused["clock"]) == (leads[1], "respond", 1)
    assert "own email" in refused["because"]


@on_one_database
def test_what_can_only_be_a_slip_is_an_error(app: Engine) -> None:
    with pytest.raises(InvertedRange):
        app.lift_all(MONDAY, FRIDAY, WHY, "marketing")
    with pytest.raises(UnknownFilter, match='did you mean "respond"'):
        app.lift_all(FRIDAY, MONDAY, WHY, "marketing", target="respnd")
    with pytest.raises(UnknownFilter, match='did you mean "sales"'):
        app.lift_all(FRIDAY, MONDAY, WHY, "marketing", party="sale")
    with pytest.raises(ReasonUnusable):
        app.lift_all(FRIDAY, MONDAY, "", "marketing")
    with pytest.raises(UnknownName, match="unknown user or party"):
        app.lift_all(FRIDAY, MONDAY, WHY, "nobody@example.com")
