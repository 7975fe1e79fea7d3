"""What a form does is done once, by whoever sent it, and only while the lead is where it was."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from support.office import ANNA, BO, CIA, FRIDAY, HOUR, NORA, Present, handed_over, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.ask import LeadNotThere, MovedOn
from slaflow.engine.desk import lead as lead_desk
from slaflow.engine.desk.acts import Press, act
from slaflow.engine.leads.click import LinkUsed
from slaflow.engine.leads.commands import Refused
from slaflow.errors import InvalidValue, SlaflowError
from slaflow.lifecycle.erasure import LeadErased
from slaflow.lifecycle.lead import Actor

SALES = Actor(ANNA, "sales")


def test_a_form_that_is_sent_five_times_at_once_acts_once(app: Engine) -> None:
    lead = handed_over(app)
    press = Press("k", lead, "record", "call", values={"outcome": "no answer"})

    def send(_: int) -> str:
        try:
            act(app, press, SALES)
        except LinkUsed as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(5) as pool:
        came = sorted(pool.map(send, range(5)))
    assert came == ["done", *["link_used"] * 4]
    calls = [each for each in app.log() if each.kind == "activity" and each.data["activity"] == "call"]
    assert [(each.actor, each.data["via"]) for each in calls] == [(ANNA, "web")]
    act(app, replace(press, key="another"), SALES)
    act(app, press, Actor(BO, "sales"))
    assert app.verify().ok
    assert app.replay().ok


def test_every_kind_of_form_acts(app: Engine) -> None:
    lead = handed_over(app)
    page = lead_desk.show(app, lead, SALES)
    act(app, Press("1", lead, "fire", "accept", page.expected), SALES)
    act(app, Press("2", lead, "answer", "value", values={"expected_value": "12000"}), SALES)
    shown = act(app, Press("3", lead, "set", "company", values={"company": "Acme"}), SALES)
    assert (shown["state"], shown["fields"]["company"], shown["checks"]["value"]["passed"]) == (
        "accepted", "Acme", True,
    )  # fmt: skip


def test_a_form_of_a_lead_that_moved_on_does_nothing(app: Engine, present: Present) -> None:
    lead = handed_over(app)
    page = lead_desk.show(app, lead, SALES)
    present.at += HOUR
    app.fire(lead, "return", BO, {"return_reason": "no_fit"})
    with pytest.raises(MovedOn):
        act(app, Press("1", lead, "fire", "accept", page.expected), SALES)
    assert app.latest(lead)["state"] == "returned"


@on_one_database
def test_what_is_refused_can_be_sent_again(app: Engine) -> None:
    lead = handed_over(app)
    with pytest.raises(Refused):
        act(app, Press("1", lead, "fire", "return"), SALES)
    press = Press("1", lead, "fire", "return", values={"return_reason": "no_fit"})
    with pytest.raises(Refused, match="return is for sales"):
        act(app, press, Actor(NORA, "marketing"))
    act(app, press, SALES)


@on_one_database
def test_a_form_about_nobody_or_with_what_is_no_value_changes_nothing(app: Engine) -> None:
    lead = handed_over(app)
    before = len(list(app.log()))
    for press, error in (
        (Press("1", 99, "fire", "accept"), LeadNotThere),
        (Press("1", lead, "set", "email", values={"email": "nobody"}), InvalidValue),
        (Press("1", lead, "set", "nothing", values={"nothing": "x"}), SlaflowError),
    ):
        with pytest.raises(error):
            act(app, press, SALES)
    assert len(list(app.log())) == before
    app.erase(lead, "asked for it", "system", at=FRIDAY)
    with pytest.raises(LeadErased):
        act(app, Press("2", lead, "fire", "accept"), SALES)


@on_one_database
def test_only_what_nobody_owns_is_taken(app: Engine) -> None:
    lead = handed_over(app)
    with pytest.raises(Refused, match="takes one that nobody owns"):
        act(app, Press("1", lead, "take", ""), Actor(CIA, "sales"))
    assert app.latest(lead)["owner"] == ANNA
