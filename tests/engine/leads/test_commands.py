"""What people do with leads, each command one transaction."""

from __future__ import annotations

from datetime import timedelta

import pytest
from support.office import (
    ANNA,
    BO,
    DAY,
    FRIDAY,
    HOUR,
    MIA,
    MONDAY,
    Present,
    commits,
    handed_over,
    kinds,
    on_one_database,
    statements,
    the_log,
)
from support.pulse import PULSE

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import IdentityMissing, LeadExists, Refused
from slaflow.errors import InvalidValue, UnknownName
from slaflow.lifecycle.decide import AheadOfClock

# Identity


def test_two_records_that_agree_on_the_identity_are_one_lead(app: Engine) -> None:
    lead = app.add({"email": "kim@example.com"}, "marketing")
    with pytest.raises(LeadExists, match=r"kim@example\.com is lead 1 already") as caught:
        app.add({"email": "KIM@Example.com"}, "marketing")
    assert caught.value.lead_id == lead["id"]
    assert len(list(app.leads())) == 1
    assert kinds(app, lead["id"]) == ["created", "assigned", "clock_started"]


def test_a_lead_is_found_by_its_identity_without_regard_to_case_and_by_its_id(app: Engine) -> None:
    lead = app.add({"email": "Kim@Example.com"}, "marketing")
    assert lead["key"] == "kim@example.com"
    for name in ("kim@example.com", "KIM@EXAMPLE.COM", lead["id"], str(lead["id"])):
        assert app.show(name)["id"] == lead["id"]


def test_an_identity_may_be_changed_but_not_to_another_leads(app: Engine) -> None:
    kim, _ = (app.add({"email": f"{name}@example.com"}, "marketing")["id"] for name in ("kim", "liv"))
    with pytest.raises(LeadExists, match=r"liv@example\.com is lead 2 already"):
        app.change(kim, {"email": "Liv@example.com"}, "marketing")
    assert app.change(kim, {"email": "KIM@example.com"}, "marketing")["key"] == "kim@example.com"
    assert app.change(kim, {"email": "kim@example.org"}, "marketing")["key"] == "kim@example.org"
    with pytest.raises(UnknownName):
        app.show("kim@example.com")
    assert app.show("kim@example.org")["id"] == kim
    assert app.add({"email": "kim@example.com"}, "marketing")["id"] == 3


def test_a_lead_without_identity_could_never_be_found_again(app: Engine) -> None:
    with pytest.raises(IdentityMissing, match="give --set email="):
        app.add({"company": "Kim Ltd"}, "marketing")
    lead = app.add({"email": "kim@example.com"}, "marketing")
    with pytest.raises(IdentityMissing):
        app.change(lead["id"], {"email": ""}, "marketing")
    assert kinds(app, lead["id"]) == ["created", "assigned", "clock_started"]


# Names


def meant(name: str) -> str:
    return f'; did you mean "{name}"?'


def test_unknown_names_name_the_nearest(app: Engine) -> None:
    lead = handed_over(app)
    for call, words in (
        (lambda: app.show("kin@example.com"), 'unknown lead "kin@example.com"' + meant("kim@example.com")),
        (lambda: app.show(99), 'unknown lead "99"'),
        (lambda: app.fire(lead, "acept", "sales"), 'unknown trigger "acept"' + meant("accept")),
        (lambda: app.record(lead, "cal", "sales"), 'unknown activity "cal"' + meant("call")),
        (lambda: app.answer(lead, "valeu", "sales", {}), 'unknown check "valeu"' + meant("value")),
        (lambda: app.change(lead, {"compny": "x"}, "sales"), 'unknown field "compny"' + meant("company")),
        (lambda: app.assign(lead, "ana@x.com", "sales"), 'unknown user "ana@x.com"' + meant(ANNA)),
        (lambda: app.explain(lead, "respnd"), 'unknown target or trigger "respnd"' + meant("respond")),
        (lambda: app.fire(lead, "accept", "slaes"), 'unknown user or party "slaes"' + meant("sales")),
    ):  # fmt: skip
        with pytest.raises(UnknownName) as caught:
            call()
        assert str(caught.value) == words
    assert kinds(app, lead).count("refused") == 0


@on_one_database
def test_an_actor_is_a_party_or_a_person_known_now(app: Engine) -> None:
    lead = handed_over(app)
    app.remove_person(BO)
    with pytest.raises(UnknownName, match="unknown user or party"):
        app.fire(lead, "accept", BO)
    app.fire(lead, "accept", ANNA.upper())
    (entry,) = [e for e in the_log(app, lead) if e["trigger"] == "accept"]
    assert (entry["actor"], entry["party"]) == (ANNA, "sales")


@on_one_database
def test_every_wrong_value_is_told_at_once(app: Engine) -> None:
    with pytest.raises(InvalidValue) as caught:
        app.add({"email": "kim", "country": "FR", "callback_on": "soon"}, "marketing")
    assert [word in str(caught.value) for word in ("email", "country", "callback_on")] == [True] * 3


@on_one_database
def test_only_declared_inputs_are_taken(app: Engine) -> None:
    lead = handed_over(app)
    with pytest.raises(Refused, match='unknown input "return_raeson"; did you mean "return_reason"'):
        app.fire(lead, "return", "sales", {"return_raeson": "no_fit"})


# Refusals


def test_a_refused_command_keeps_what_it_settled_and_one_entry(app: Engine) -> None:
    lead = handed_over(app)
    before = kinds(app, lead)
    with pytest.raises(Refused) as caught:
        app.fire(lead, "win", ANNA, {"amount": "12.50"}, at=MONDAY + 2 * HOUR)
    assert caught.value.because == (
        "win does not lead from mql; possible from there: accept, return, escalate_return",
    )
    assert kinds(app, lead) == [*before, "warned", "warned", "breached", "assigned", "refused"]
    entry = the_log(app, lead)[-1]
    assert (entry["class"], entry["actor"], entry["trigger"]) == ("input", ANNA, "win")
    assert entry["at"] == entry["arrived_at"] == entry["occurred_at"] == "2026-03-09T10:00:00Z"
    assert entry["data"] == {"because": list(caught.value.because), "inputs": {"amount": "12.50"}}
    assert entry["reason"] == "; ".join(caught.value.because)
    assert app.tick(MONDAY + 2 * HOUR).steps == 0


def test_a_wrong_command_leaves_nothing_at_all(app: Engine) -> None:
    lead = handed_over(app)
    before = the_log(app)
    with pytest.raises(UnknownName):
        app.fire(lead, "wim", "sales", at=MONDAY + DAY)
    assert the_log(app) == before


# Instants


@on_one_database
def test_a_little_ahead_of_the_clock_is_now_and_more_is_refused(app: Engine) -> None:
    lead = handed_over(app)
    app.record(lead, "visit", "lead", at=MONDAY, occurred_at=MONDAY + timedelta(minutes=5))
    assert the_log(app, lead)[-1]["occurred_at"] == "2026-03-09T08:00:00Z"
    with pytest.raises(AheadOfClock, match="lies ahead of the clock"):
        app.record(lead, "visit", "lead", at=MONDAY, occurred_at=MONDAY + timedelta(minutes=5, seconds=1))


@on_one_database
def test_what_arrives_after_something_later_stands_at_the_later_instant(app: Engine) -> None:
    """Late evidence keeps the instant at which it happened, and moves nothing that is logged."""
    lead = handed_over(app)
    app.record(lead, "visit", "lead", at=MONDAY + HOUR)
    app.record(lead, "mail", "sales", at=MONDAY)
    entry = the_log(app, lead)[-1]
    assert entry["at"] == "2026-03-09T09:00:00Z"
    assert entry["arrived_at"] == entry["occurred_at"] == "2026-03-09T08:00:00Z"


@on_one_database
def test_a_command_without_an_instant_is_never_before_what_is_logged(app: Engine, present: Present) -> None:
    lead = handed_over(app, at=MONDAY)
    present.at = MONDAY - HOUR
    app.record(lead, "visit", "lead")
    entry = the_log(app, lead)[-1]
    assert entry["arrived_at"] == entry["at"] == "2026-03-09T08:00:00Z"


@on_one_database
def test_a_change_is_seen_in_the_answer_and_empties_what_it_is_asked_to(app: Engine) -> None:
    lead = app.add({"email": "kim@example.com", "company": "Kim Ltd"}, "marketing")
    shown = app.change(lead["id"], {"company": "", "country": "SE"}, "marketing")
    assert shown["fields"] == {
        "email": "kim@example.com", "company": None, "country": "SE", "callback_on": None,
        "on_hold": False, "return_reason": None,
    }  # fmt: skip
    assert the_log(app, lead["id"])[-1]["data"] == {"fields": {"company": None, "country": "SE"}}


# More than a transaction holds


def test_more_steps_than_a_transaction_holds_are_saved_in_several_before_one_input(app: Engine) -> None:
    """A timer that starts itself anew each minute, and nobody looked for most of a day."""
    app.activate(PULSE)
    lead = app.add({"email": "kim@example.com"}, "marketing", at=FRIDAY, workflow="pulse")["id"]
    later = FRIDAY + timedelta(minutes=1020, seconds=30)
    seen = app.show(lead, at=later)
    assert (seen["fields"]["beats"], len(seen["clocks"])) == (1020, 1021)
    with statements() as sent:
        shown = app.fire(lead, "win", "marketing", at=later)
    assert commits(sent) == 2
    assert (shown["state"], shown["fields"]["beats"]) == ("won", 1020)
    told = kinds(app, lead)
    assert told.count("timer_fired") == 1020
    assert told[-2:] == ["transition", "clock_cancelled"]
    assert app.verify().bad is None


# Lists


def test_leads_are_listed_as_settling_leaves_them(app: Engine) -> None:
    """The stored state is what nobody has looked at since; the filter asks for the present one."""
    handed_over(app, "kim")
    handed_over(app, "liv", at=MONDAY + DAY)
    tuesday = MONDAY + DAY + HOUR
    assert [lead["key"] for lead in app.leads(state="returned", at=tuesday)] == ["kim@example.com"]
    assert [lead["key"] for lead in app.leads(state="mql", at=tuesday, limit=1)] == ["liv@example.com"]
    assert [lead["key"] for lead in app.leads(owner=BO, at=MONDAY + 2 * HOUR)] == ["kim@example.com"]
    assert kinds(app, 1)[-1] != "breached"


def test_leads_are_listed_by_id_in_pages(app: Engine) -> None:
    ids = [app.add({"email": f"{name}@example.com"}, "marketing")["id"] for name in "abcde"]
    assert [lead["id"] for lead in app.leads(limit=2)] == ids[:2]
    assert [lead["id"] for lead in app.leads(limit=2, after=ids[1])] == ids[2:4]
    assert [lead["id"] for lead in app.leads(where="lead.email.startsWith('c')")] == ids[2:3]
    assert [lead["id"] for lead in app.leads(where="lead.score < 50.0", limit=3)] == ids[:3]


@on_one_database
def test_an_assignment_by_hand_is_an_input(app: Engine) -> None:
    lead = handed_over(app)
    assert app.assign(lead, BO.upper(), MIA)["owner"] == BO
    entry = the_log(app, lead)[-1]
    assert (entry["kind"], entry["class"], entry["actor"]) == ("assigned", "input", MIA)
    assert entry["data"]["to"] == BO
