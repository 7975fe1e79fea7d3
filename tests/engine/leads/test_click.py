"""Acting by a link: as the person it was made for, once, while the lead is where it was."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from support.clicked import GOOD_FOR, founded, link_to
from support.office import ANNA, BO, DAY, FRIDAY, HOUR, MONDAY, Present
from support.worlds import Fill

from slaflow.engine.app import Engine
from slaflow.engine.ask import LeadNotThere, MovedOn
from slaflow.engine.leads import click
from slaflow.engine.leads.commands import Refused
from slaflow.errors import SlaflowError
from slaflow.lifecycle.erasure import LeadErased
from slaflow.log.entry import Entry
from slaflow.store.database import Database
from slaflow.store.rows import used_links

FEEDBACK = {"reason": "not_ready", "feedback": "wants to wait until June"}


@pytest.fixture
def present() -> Present:
    return Present(FRIDAY)


@pytest.fixture
def app(world_of: Callable[[Fill], Database], present: Present) -> Engine:
    return Engine(world_of(founded), now=present)


def logged(app: Engine, *kinds: str) -> list[Entry]:
    return [each for each in app.log() if each.lead == 1 and each.kind in kinds]


def test_a_click_fires_as_that_person_and_the_log_says_it_was_a_link(app: Engine) -> None:
    lead = click.fire(app, link_to(app, "accept").click, {}, None)
    entry = logged(app, "transition")[-1]
    assert (lead["state"], entry.actor, entry.party, entry.data["via"]) == ("accepted", ANNA, "sales", "link")
    assert app.replay().ok


def test_what_somebody_types_is_logged_as_ever(app: Engine) -> None:
    app.fire(1, "accept", ANNA)
    assert "via" not in logged(app, "transition")[-1].data


def test_a_link_acts_once_also_where_the_lead_stays(app: Engine) -> None:
    link = link_to(app, "note").click
    click.fire(app, link, {"remark": "called twice"}, None)
    with pytest.raises(click.LinkUsed) as error:
        click.fire(app, link, {"remark": "and again"}, None)
    assert (error.value.used.person, error.value.used.used_at) == (ANNA, FRIDAY)
    assert len([each for each in logged(app, "transition") if each.trigger == "note"]) == 1


def test_two_clicks_at_once_fire_once(app: Engine) -> None:
    link = link_to(app, "note").click

    def press(words: str) -> str:
        try:
            return str(click.fire(app, link, {"remark": words}, None)["fields"]["remark"])
        except SlaflowError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(press, ("one", "two", "three", "four")))
    assert told.count("link_used") == 3
    assert len([each for each in logged(app, "transition") if each.trigger == "note"]) == 1


def test_a_lead_that_left_and_came_back_is_not_the_one_of_the_link(app: Engine, present: Present) -> None:
    link = link_to(app, "note").click
    app.fire(1, "accept", BO)
    with pytest.raises(MovedOn, match="in mql: it is accepted now"):
        click.fire(app, link, {"remark": "late"}, None)
    present.at += HOUR
    app.fire(1, "qualify", BO)
    with pytest.raises(MovedOn, match="left that and come back"):
        click.fire(app, link, {"remark": "late"}, None)
    assert "note" not in {each.trigger for each in app.log()}


def test_a_step_that_fell_and_was_not_carried_out_yet_moves_the_lead_on(
    app: Engine, present: Present
) -> None:
    link = link_to(app, "accept", expires_at=FRIDAY + 9 * DAY).click
    present.at = MONDAY + DAY
    with pytest.raises(MovedOn, match="it is returned now"):
        click.fire(app, link, {}, None)
    assert logged(app, "refused") == []


def test_what_is_refused_stands_in_the_log_and_leaves_the_link_good(app: Engine) -> None:
    link = link_to(app, "return").click
    with pytest.raises(Refused, match="two calls first"):
        click.fire(app, link, {**FEEDBACK, "reason": "unreachable"}, None)
    assert logged(app, "refused")[-1].data["via"] == "link"
    assert click.fire(app, link, FEEDBACK, None)["state"] == "returned"
    assert app.replay().ok


def test_nobody_acts_past_its_time_for_somebody_gone_or_on_nobody(app: Engine, present: Present) -> None:
    link = link_to(app, "accept")
    present.at = FRIDAY + GOOD_FOR
    with pytest.raises(click.LinkExpired, match="good until 2026-03-09T13:30:00Z"):
        click.fire(app, link.click, {}, None)
    present.at = FRIDAY + timedelta(minutes=1)
    with pytest.raises(LeadNotThere):
        click.fire(app, replace(link, lead=99).click, {}, None)
    app.remove_person(ANNA)
    with pytest.raises(click.PersonGone, match=ANNA):
        click.fire(app, link.click, {}, None)
    app.add_person(ANNA, "marketing")
    with pytest.raises(Refused, match="accept is for sales, not for marketing"):
        click.fire(app, link.click, {}, None)
    app.erase(1, "asked to be forgotten", "system")
    with pytest.raises(LeadErased):
        click.fire(app, link.click, {}, None)


def test_used_links_are_forgotten_once_their_age_refuses_them(app: Engine, present: Present) -> None:
    first = link_to(app, "note", expires_at=FRIDAY + HOUR)
    click.fire(app, first.click, {"remark": "one"}, None)
    present.at = FRIDAY + HOUR + timedelta(seconds=1)
    click.fire(app, link_to(app, "note", message=8).click, {"remark": "another"}, None)
    with app.database.read() as conn:
        assert used_links.find(conn, first.id) is None
