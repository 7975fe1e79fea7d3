"""What may be said of a person, by whom they are called, and what is told of one who left."""

from __future__ import annotations

from collections.abc import Callable
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
    MIA,
    MONDAY,
    NORA,
    handed_over,
    on_one_database,
)

from slaflow.engine.app import Engine
from slaflow.engine.leads.commands import Refused
from slaflow.engine.setup.people import PersonRemoved
from slaflow.engine.setup.person_names import NoAddress, NoName
from slaflow.engine.setup.recording import ManagesThemselves, PartyMissing, TeamOfOtherParty
from slaflow.lifecycle.dealing.shares import InvalidShare
from slaflow.lifecycle.people import Person
from slaflow.store.log.filter import LogFilter


def stands(app: Engine, email: str) -> dict[str, Any]:
    (person,) = [p for p in app.people(MONDAY) if p.email == email]
    return {name: getattr(person, name) for name in ("party", "name", "team", "manager", "role")}


def changes(app: Engine) -> int:
    return sum(1 for _ in app.log(LogFilter(kind="person")))


ANNA_STOOD = {"party": "sales", "name": None, "team": "nordics", "manager": MIA, "role": "member"}


@pytest.mark.parametrize(
    ("given", "after"),
    [
        ({"name": "Anna"}, {"name": "Anna"}),
        ({"team": ""}, {"team": None}),
        ({"team": None, "manager": None}, {"team": None, "manager": None}),
        ({"role": "admin", "party": "sales"}, {"role": "admin"}),
        ({"party": "marketing", "team": "growth"}, {"party": "marketing", "team": "growth"}),
        ({"manager": BO}, {"manager": BO}),
    ],
)
@on_one_database
def test_what_is_not_given_of_somebody_known_stays(
    app: Engine, given: dict[str, str | None], after: dict[str, str | None]
) -> None:
    recorded = app.record_person(ANNA, given, at=FRIDAY)
    assert stands(app, ANNA) == {**ANNA_STOOD, **after}
    assert recorded.changes == {name: (ANNA_STOOD[name], value) for name, value in after.items()}
    assert app.replay().ok


def test_a_share_is_kept_told_and_gone_with_who_leaves(app: Engine) -> None:
    """On both databases: the log alone leads to the same rows, and says nothing where nothing is said."""
    share = {"weight": 0, "capacity": "7", "per_day": 2}
    assert app.record_person(ANNA, share, at=FRIDAY).changes == {
        "weight": (1, 0), "capacity": (None, 7), "per_day": (None, 2),
    }  # fmt: skip
    assert app.record_person(ANNA, {"name": "Anna", "weight": ""}, at=FRIDAY).person.weight == 1
    *_, last = (entry.data for entry in app.log(LogFilter(kind="person")))
    assert last is not None
    assert ("weight" in last, last["capacity"], last["per_day"]) == (False, 7, 2)
    app.remove_person(ANNA, at=FRIDAY)
    new = app.record_person(ANNA, {"party": "sales"}, at=MONDAY).person
    assert (new.weight, new.capacity, new.per_day) == (1, None, None)
    assert app.replay().ok
    before = changes(app)
    for name, given in (("weight", 101), ("weight", -1), ("capacity", 0), ("per_day", "1e3")):
        with pytest.raises(InvalidShare, match=f"{name.replace('_', ' ')} is a whole number"):
            app.record_person(ANNA, {"name": "Anna", name: given}, at=MONDAY)
    assert changes(app) == before


def test_what_changes_nothing_is_not_recorded(app: Engine) -> None:
    before = changes(app)
    assert app.record_person(ANNA.upper(), {"team": "nordics"}, at=FRIDAY).changes == {}
    assert changes(app) == before


@on_one_database
def test_a_team_that_no_agreement_names_any_more_hinders_no_other_change(app: Engine) -> None:
    app.activate(AGREEMENT.replace("nordics", "norden"), at=FRIDAY)
    assert app.record_person(ANNA, {"name": "Anna"}, at=FRIDAY).person.team == "nordics"


@on_one_database
def test_somebody_new_needs_a_side(app: Engine) -> None:
    with pytest.raises(PartyMissing, match=r"ed@example\.com is not known; .* marketing or sales"):
        app.record_person("ed@example.com", {"name": "Ed"})
    new = app.record_person("ed@example.com", {"party": "sales"}, at=FRIDAY)
    assert (new.before, new.person.role, new.changes) == (None, "member", {})


@on_one_database
def test_who_comes_back_begins_anew(app: Engine) -> None:
    app.record_person(ANNA, {"role": "admin", "name": "Anna"}, at=FRIDAY)
    app.remove_person(ANNA, at=FRIDAY)
    with pytest.raises(PersonRemoved, match=r"slaflow user add anna@example\.com --party sales"):
        app.record_person(ANNA, {"team": "nordics"}, at=MONDAY)
    app.record_person(ANNA, {"party": "sales"}, at=MONDAY)
    assert stands(app, ANNA) == {**ANNA_STOOD, "team": None, "manager": None}


@pytest.mark.parametrize("name", ["sales", "Sales", "growth", "lead", "system", "owner", "manager"])
@on_one_database
def test_nobody_is_called_what_means_something_else(app: Engine, name: str) -> None:
    before = changes(app)
    for record in (
        lambda: app.record_person(name, {"party": "sales"}),
        lambda: app.add_person(name, "sales"),
    ):
        with pytest.raises(NoName, match=f'"{name}" '):
            record()
    assert changes(app) == before


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "a b@example.com",
        "anja@example.com ",
        "x\x1b@example.com",
        "anna\n@example.com",
        f"{'x' * 250}@ex.com",
    ],
)
@on_one_database
def test_a_name_is_one_short_line(app: Engine, name: str) -> None:
    with pytest.raises((NoName, NoAddress)):
        app.record_person(name, {"party": "sales"})


@on_one_database
def test_a_known_key_of_another_system_is_no_address_and_may_be_changed(app: Engine) -> None:
    app.add_person("4711", "sales", at=FRIDAY)
    assert app.record_person("4711", {"team": "nordics"}, at=FRIDAY).person.team == "nordics"
    with pytest.raises(NoAddress):
        app.record_person("4712", {"party": "sales"})


@on_one_database
def test_nobody_answers_to_themselves(app: Engine) -> None:
    app.record_person(CIA, {"manager": ANNA}, at=FRIDAY)
    for manager, words in (
        (MIA, f"{MIA} cannot manage themselves"),
        (ANNA, f"{ANNA} cannot manage {MIA}: they answer to {MIA}"),
        (CIA, f"{CIA} cannot manage {MIA}: they answer to {ANNA}, who answers to {MIA}"),
    ):
        with pytest.raises(ManagesThemselves, match=words):
            app.record_person(MIA, {"manager": manager.upper()}, at=FRIDAY)


@on_one_database
def test_who_changes_sides_leaves_the_team_by_name(app: Engine) -> None:
    with pytest.raises(TeamOfOtherParty, match="name a team of marketing, or none"):
        app.record_person(ANNA, {"party": "marketing"}, at=FRIDAY)


@on_one_database
def test_who_was_removed_is_named_so_wherever_they_are_named(app: Engine) -> None:
    lead = handed_over(app)
    app.remove_person(BO, at=FRIDAY + HOUR)
    since = r"removed on Fri 2026-03-06 15:30 \(Europe/Stockholm\); add them again with"
    asked: list[Callable[[str], object]] = [
        lambda name: app.assign(lead, name, MIA, at=MONDAY),
        lambda name: app.fire(lead, "accept", name, at=MONDAY),
        lambda name: app.send_away(name, FRIDAY, MONDAY, at=MONDAY),
        lambda name: app.record_person(CIA, {"manager": name}, at=MONDAY),
        lambda name: app.remove_person(name, at=MONDAY),
    ]
    for ask in asked:
        with pytest.raises(PersonRemoved, match=f'^unknown user.*"{BO}": they were {since}'):
            ask(BO.upper())
    assert list(app.leads(owner=BO.upper(), at=MONDAY)) == []
    assert list(app.log(LogFilter(actor=BO))) == []


def test_what_somebody_has_in_hand_is_counted_by_state_and_what_is_over_left_out(app: Engine) -> None:
    leads = [handed_over(app, name) for name in ("kim", "liv", "ola", "pia")]
    for lead in leads:
        app.assign(lead, ANNA, MIA, at=FRIDAY)
    for lead in leads[:2]:
        app.fire(lead, "accept", ANNA, at=FRIDAY)
    app.answer(leads[0], "value", ANNA, {"expected_value": 20000}, at=FRIDAY)
    app.fire(leads[0], "win", ANNA, {"amount": 1}, at=FRIDAY)
    charge = app.charge_of(ANNA, at=FRIDAY)
    assert charge.as_json() == {
        "leads": 3,
        "states": [
            {"held_by": "sales", "state": "mql", "leads": 2},
            {"held_by": "sales", "state": "accepted", "leads": 1},
        ],
        "manages": [],
    }
    assert app.charge_of(MIA, at=FRIDAY).manages == [ANNA, BO, CIA]


@on_one_database
def test_a_lead_is_given_to_nobody_of_the_party_that_does_not_hold_it(app: Engine) -> None:
    lead = handed_over(app)
    before = list(app.log())
    with pytest.raises(Refused) as caught:
        app.assign(lead, NORA, MIA, at=FRIDAY)
    assert str(caught.value) == (
        f"lead {lead}: assign refused: {NORA} is of marketing, and sales holds the lead; "
        f"name one of sales: {MIA}, {ANNA}, {BO}, {CIA}"
    )
    assert list(app.log()) == before


@on_one_database
def test_the_party_that_holds_the_lead_is_the_one_that_holds_it_by_then(app: Engine) -> None:
    """Four hours after the breach the lead goes back to marketing, before anybody ticked."""
    lead, late = handed_over(app), MONDAY + DAY
    with pytest.raises(Refused, match="sales, and marketing holds the lead"):
        app.assign(lead, BO, "system", at=late)
    assert app.assign(lead, NORA, "system", at=late)["owner"] == NORA


@on_one_database
def test_a_lead_that_is_won_is_given_on_by_who_had_it(app: Engine) -> None:
    lead = handed_over(app)
    app.fire(lead, "accept", ANNA, at=FRIDAY)
    app.answer(lead, "value", ANNA, {"expected_value": 20000}, at=FRIDAY)
    app.fire(lead, "win", ANNA, {"amount": 1}, at=FRIDAY)
    assert app.assign(lead, BO, MIA, at=MONDAY)["owner"] == BO
    with pytest.raises(Refused):
        app.assign(lead, NORA, MIA, at=MONDAY)


@on_one_database
def test_an_assignment_tells_whether_it_did_anything_and_whom_it_reached(app: Engine) -> None:
    lead = handed_over(app)
    app.send_away(BO, FRIDAY, MONDAY, at=FRIDAY)
    app.send_away(BO, MONDAY - HOUR, MONDAY + DAY, at=FRIDAY)
    done = app.assign(lead, BO, MIA, at=FRIDAY + HOUR)
    assert done["assignment"] == {"to": BO, "applied": True, "away_until": "2026-03-10T08:00:00Z"}
    late = app.assign(lead, NORA, MIA, at=FRIDAY)
    assert late["assignment"] == {"to": NORA, "applied": False, "away_until": None}
    assert late["owner"] == BO


def test_a_person_is_one_row_after_the_other(app: Engine) -> None:
    """What is kept of a change is all of the person, so that the log alone tells it."""
    app.record_person(ANNA, {"name": "Anna"}, at=FRIDAY)
    last = [e.as_json()["data"] for e in app.log(LogFilter(kind="person"))][-1]
    assert last == {"change": "recorded", "email": ANNA, **ANNA_STOOD, "name": "Anna", "order": 2}
    assert isinstance(app.add_person(ANNA, at=FRIDAY), Person)
