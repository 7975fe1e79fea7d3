"""How a lead is named: its number is never taken for what another system calls a lead, nor the other way."""

from __future__ import annotations

from typing import Any

import pytest
from support.office import AGREEMENT, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.leads.address import AmbiguousLead
from slaflow.errors import USAGE, UnknownName

NUMBERED = AGREEMENT.replace("identity: [email]", "identity: [company]").replace("office-deal", "numbered")


def add(app: Engine, *identities: str) -> list[int]:
    """Leads by what another system calls them; their numbers."""
    app.activate(NUMBERED)
    return [app.add({"company": name}, "marketing", workflow="numbered")["id"] for name in identities]


def shown(app: Engine, *names: int | str) -> list[Any]:
    return [app.show(name)["key"] for name in names]


def test_a_sign_before_it_or_an_integer_means_our_number_alone(app: Engine) -> None:
    add(app, "2", "1")
    assert shown(app, "#1", 1, "#2", 2) == ["2", "2", "1", "1"]


def test_a_bare_number_that_fits_two_leads_is_refused_and_names_both(app: Engine) -> None:
    add(app, "2", "Acme")
    for call in (
        lambda: app.show("2"),
        lambda: app.latest("2"),
        lambda: app.explain("2"),
        lambda: app.change("2", {"country": "SE"}, "sales"),
        lambda: app.fire("2", "promote", "marketing"),
        lambda: app.lift("2", "respond", "an outage", "marketing"),
        lambda: app.erase("2", "request 17", "marketing"),
    ):
        with pytest.raises(AmbiguousLead) as caught:
            call()
        assert str(caught.value) == (
            '"2" is the number of lead #2 and the identity of lead #1; '
            "name it '#2' or '#1', with the quotes, or by --id"
        )
        assert (caught.value.by_number, caught.value.by_identity) == (2, 1)
        assert caught.value.exit_code == USAGE


@on_one_database
def test_a_bare_number_that_fits_one_lead_means_it(app: Engine) -> None:
    assert add(app, "4711", "2", "Acme") == [1, 2, 3]
    assert shown(app, "4711", "1", "2", "3") == ["4711", "4711", "2", "Acme"]


@on_one_database
def test_a_number_of_ours_has_no_zero_before_it(app: Engine) -> None:
    add(app, "Acme", "001")
    assert shown(app, "001", "1") == ["001", "Acme"]
    for name in ("01", "#01", "#0", "0", "#", "#1x", "\u0661"):
        with pytest.raises(UnknownName):
            app.show(name)


@on_one_database
def test_an_identity_that_reads_like_our_number_is_reached_by_that(app: Engine) -> None:
    add(app, "#2", "Acme", "#9", "#north")
    assert shown(app, "#2", "#1", "#3", "#north") == ["Acme", "#2", "#9", "#north"]
    with pytest.raises(UnknownName, match=r'^unknown lead "#9"; the lead with that identity is #3$'):
        app.show("#9")


@on_one_database
def test_no_identity_is_proposed_for_a_number_of_ours(app: Engine) -> None:
    add(app, "98", "#98")
    for name, words in (("#99", 'unknown lead "#99"'), (99, 'unknown lead "99"')):
        with pytest.raises(UnknownName) as caught:
            app.show(name)
        assert str(caught.value) == words


@on_one_database
def test_identities_that_differ_in_case_are_found_as_they_are_written(app: Engine) -> None:
    _, two, other = add(app, "2", "Two", "two")
    assert [app.show(name)["id"] for name in ("Two", "two", "TWO")] == [two, other, other]


@on_one_database
def test_an_identity_is_found_in_whatever_form_it_is_typed(app: Engine) -> None:
    add(app, "jos\u00e9", "stra\u00dfe 1")
    assert shown(app, "jose\u0301", " jos\u00e9 ") == ["jos\u00e9", "jos\u00e9"]
    lead = app.add({"email": "Jos\u00c9@example.com"}, "marketing", workflow="office-deal")["id"]
    assert app.show("JOSE\u0301@Example.com")["id"] == lead
