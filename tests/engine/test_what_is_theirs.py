"""Members who act on what is theirs alone, where a site says so; managers and tokens of parties do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.office import ANNA, BO, CIA, HOUR, MIA, MONDAY, NORA, handed_over, kinds

from slaflow.engine.app import Engine
from slaflow.engine.caller import Caller
from slaflow.engine.leads.commands import Refused
from slaflow.lifecycle.lead import Actor
from slaflow.workflow.model.parties import ActOn

DAN = "dan@example.com"
NOW = MONDAY + HOUR
DEEDS: dict[str, Callable[[Engine, int, Any], Any]] = {
    "accepts": lambda app, lead, who: app.fire(lead, "accept", who, at=NOW),
    "records": lambda app, lead, who: app.record(lead, "call", who, at=NOW),
    "tells what the prospect did": lambda app, lead, who: app.record(lead, "reply", who, at=NOW),
    "answers": lambda app, lead, who: app.answer(lead, "value", who, {"expected_value": "1"}, at=NOW),
    "sets": lambda app, lead, who: app.change(lead, {"company": "Acme"}, who, at=NOW),
}


def office(app: Engine, acts_on: ActOn) -> int:
    """A lead that Anna has; Bo is of her team, Dan is not."""
    app.add_person(DAN, "sales", at=MONDAY)
    lead = handed_over(app)
    app.assign(lead, ANNA, MIA, at=MONDAY)
    app.acts_on = acts_on
    return lead


def may(app: Engine, lead: int, who: str | Caller) -> bool:
    """Whether *who* may set a field."""
    try:
        app.change(lead, {"company": str(who)}, who, at=NOW)
    except Refused:
        return False
    return True


@pytest.mark.parametrize(
    ("acts_on", "members"),
    [("party", [ANNA, BO, CIA, DAN]), ("team", [ANNA, BO, CIA]), ("own", [ANNA])],
)
def test_members_act_on_what_is_theirs(app: Engine, acts_on: ActOn, members: list[str]) -> None:
    lead = office(app, acts_on)
    assert [who for who in (ANNA, BO, CIA, DAN) if may(app, lead, who)] == members
    assert may(app, lead, MIA), "a manager is not narrowed"
    assert may(app, lead, "sales"), "nor is a script of the party"
    assert may(app, lead, Caller(Actor("token:crm", "sales"))), "nor its token"
    assert may(app, lead, NORA), "what another party holds is not divided among its own members"


@pytest.mark.parametrize("deed", DEEDS)
def test_what_a_member_does_with_a_colleagues_lead_is_refused_and_logged(app: Engine, deed: str) -> None:
    lead = office(app, "own")
    app.tick(NOW)
    before = kinds(app, lead)
    with pytest.raises(
        Refused, match=r"a member acts on what is theirs, and anna@example\.com has this lead"
    ):
        DEEDS[deed](app, lead, BO)
    assert kinds(app, lead) == [*before, "refused"]
    DEEDS[deed](app, lead, ANNA)


def test_a_team_without_a_name_is_nobodys(app: Engine) -> None:
    lead = office(app, "team")
    app.assign(lead, DAN, MIA, at=NOW)
    app.add_person("eva@example.com", "sales", at=MONDAY)
    assert not may(app, lead, "eva@example.com")
    with pytest.raises(Refused, match=r"a member acts on what is their team's, and dan@example\.com has"):
        app.fire(lead, "accept", BO, at=NOW)


def test_what_nobody_has_is_taken_first(app: Engine) -> None:
    app.acts_on = "own"
    app.add_person("kai@example.com", "marketing", at=MONDAY)
    lead = int(app.add({"email": "new@example.com"}, NORA, at=MONDAY)["id"])
    owner = app.show(lead, at=NOW)["owner"]
    assert owner == NORA, "whom the agreement gives it to has it"
    app.acts_on = "party"
    app.remove_person(NORA, at=MONDAY)
    free = int(app.add({"email": "free@example.com"}, "marketing", at=NOW)["id"])
    app.acts_on = "own"
    with pytest.raises(Refused, match="and nobody has this lead; take it first"):
        app.record(free, "nurture", "kai@example.com", at=NOW)
    app.assign(free, "kai@example.com", "kai@example.com", at=NOW)
    app.record(free, "nurture", "kai@example.com", at=NOW)


def test_disputes_too_are_for_who_has_it(app: Engine) -> None:
    lead = office(app, "own")
    later = MONDAY + 2 * HOUR
    app.tick(later)
    owner = app.show(lead, at=later)["owner"]
    others = next(each for each in (ANNA, BO, CIA) if each != owner)
    with pytest.raises(Refused, match=f"and {owner} has this lead"):
        app.dispute(lead, "respond", "phones", others, at=later)
    app.dispute(lead, "respond", "phones", owner, at=later)


def test_a_log_is_decided_again_whatever_the_site_says_now(app: Engine) -> None:
    lead = office(app, "party")
    app.change(lead, {"company": "Acme"}, BO, at=NOW)
    app.acts_on = "own"
    with pytest.raises(Refused):
        app.fire(lead, "accept", BO, at=NOW)
    app.fire(lead, "accept", ANNA, at=NOW)
    for each in ("own", "team", "party"):
        app.acts_on = each
        assert app.replay().ok
        assert app.verify().ok
