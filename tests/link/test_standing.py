"""What doctor says of CRMs, what trying one finds out, and what starts leads in trouble again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.crm import Crm
from support.mirroring import MAP, mirrored, reach_of, round_of, row_of
from support.office import ANNA, BO, CIA, Present, handed_over, on_one_database

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.errors import UnknownName
from slaflow.link.crm.shapes import CrmClosed, FieldOf, Write
from slaflow.link.mirror import run_once
from slaflow.link.mirroring.standing import examine, tried
from slaflow.link.mirroring.status import mark_all, retry, status
from slaflow.settings.reach import Reach

TOKEN = {"TOKEN": "pat-secret"}


@pytest.fixture
def crm(present: Present) -> Crm:
    found = Crm(present)
    found.add("512", email="kim@example.com")
    return found


@on_one_database
def test_trying_it_finds_fields_that_are_not_as_the_map_takes_them(
    app: Engine, tmp_path: Path, crm: Crm
) -> None:
    reach, text = reach_of(tmp_path, "crm"), FieldOf("string", True)
    crm.known = dict.fromkeys(["email", "slaflow_state", "hubspot_owner_id", "company", "country"], text)
    crm.known |= {
        "slaflow_due": FieldOf("datetime", True),
        "hs_lead_status": FieldOf("enumeration", True, ("NEW", "OPEN")),
    }  # fmt: skip
    crm.is_ahead = timedelta(seconds=-1.5)
    crm.calls.clear()
    (check,) = tried(app, reach, "crm", crm=crm)
    assert check.ok
    assert crm.calls == ["fields", "owners", "find"], "each of which may be forbidden"
    crm.is_ahead = timedelta(seconds=-7.4)
    assert [each.detail for each in tried(app, reach, "crm", crm=crm)] == [
        "crm: its clock is 7 s behind this machine's: of what is changed on both sides within that time the "
        "earlier may count; have this machine's clock set by NTP"
    ]
    crm.is_ahead = None
    crm.known |= {
        "slaflow_due": FieldOf("date", True), "company": FieldOf("string", False),
        "hs_lead_status": FieldOf("enumeration", True, ("NEW",)), "country": FieldOf("number", True),
    }  # fmt: skip
    del crm.known["hubspot_owner_id"]
    crm.known["lastname"] = FieldOf("string", True, is_needed=True)
    assert [each.detail for each in tried(app, reach, "crm", crm=crm)] == [
        "crm: slaflow_due is of another type: date there, and what it is to show is datetime",
        "crm: hs_lead_status has no choice OPEN",
        "crm: contacts has no field hubspot_owner_id",
        "crm: company is read only there",
        "crm: country is of another type: number there, and what it is to show is text",
    ]
    reach_of(tmp_path, "crm", text=MAP + "create: true\n")
    assert next(each.detail for each in tried(app, reach, "crm", crm=crm)) == (
        "crm: no record is made without lastname, which the map does not show"
    )


def test_doctor_says_what_waits_and_what_is_in_trouble(
    app: Engine, tmp_path: Path, crm: Crm, present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)
    (check,) = examine(app, reach, TOKEN)
    assert (check.ok, check.detail) == (
        True,
        "crm: its token is set; nothing written yet; 1 lead waits",
    )
    crm.shut = lambda: CrmClosed("it answered 503", timedelta(minutes=1))
    round_of(app, reach, {"crm": crm})
    present.at += timedelta(hours=1)
    (check,) = examine(app, reach, TOKEN)
    assert "it answered 503; nothing written yet; 1 lead waits" in check.detail, "nobody has probed it since"
    crm.shut = lambda: None
    crm.trouble = lambda _: ("gone", "it was deleted there")
    round_of(app, reach, {"crm": crm})
    (check,) = examine(app, reach, TOKEN)
    assert not check.ok
    assert "1 lead is not shown there as it should be" in check.detail
    (told,) = status(app, "crm")
    assert told["trouble"] == [
        {"lead": lead, "status": "gone", "reason": "it was deleted there", "tries": 0, "next_try_at": None}
    ]
    (listed,) = receivers.listed(app)
    assert (listed["kind"], listed["troubled"], listed["waiting"]) == ("hubspot", 1, 0)
    # The map and the secret are looked at, too.
    (tmp_path / "crm.link.yaml").write_text(MAP.replace("due.respond", "due.respnd"), encoding="utf-8")
    details = [each.detail for each in examine(app, reach, {})]
    assert any("the variable TOKEN is not set" in each for each in details)
    assert any(':5:16: unknown target "respnd"' in each for each in details)


@on_one_database
def test_a_field_that_is_heard_of_too_is_refused(app: Engine, tmp_path: Path, crm: Crm) -> None:
    hook = tmp_path / "hubspot.hook.yaml"
    hook.write_text("lead: {email: email, company: {column: properties.company}}\n", encoding="utf-8")
    reach = reach_of(tmp_path, "crm")
    tables = {"hubspot": {"kind": "hubspot", "secret_env": "SECRET", "map": hook, "fetch": "crm"}}
    both = Reach.model_validate({"crms": reach.crms, "hooks": tables})
    assert run_once(app, reach, crms={"crm": crm}).problems == {}
    mirrored_too = [each.detail for each in examine(app, both, TOKEN)]
    assert any("company is written, which the hook's map reads" in each for each in mirrored_too)


def test_leads_in_trouble_are_written_again_when_they_are_asked_to(
    app: Engine, tmp_path: Path, crm: Crm
) -> None:
    crm.people = dict.fromkeys((ANNA, BO, CIA), "1")
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)
    crm.trouble = lambda _: ("gone", "it was deleted there")
    round_of(app, reach, {"crm": crm})
    crm.trouble = lambda _: None
    assert retry(app, "crm")["leads"] == 1
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].written == 1
    assert row_of(app, lead).status == "ok"
    assert retry(app, "crm")["leads"] == 0
    assert retry(app, "crm", lead)["leads"] == 1
    with pytest.raises(UnknownName, match='unknown receiver "cmr"; did you mean "crm"'):
        retry(app, "cmr")


def test_leads_that_were_there_before_are_written_once_they_are_marked(
    app: Engine, tmp_path: Path, crm: Crm, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slaflow.link.mirroring.status.PAGE", 2)
    names = ("kim", "lee", "moa", "ned", "ola")
    for name in names:
        crm.add(name, email=f"{name}@example.com")
        handed_over(app, name)
    del crm.records["512"]
    reach = mirrored(app, tmp_path, "crm")
    assert round_of(app, reach, {"crm": crm}).tallies == {}
    assert mark_all(app, "crm")["leads"] == 5
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].written == 5
    # What was written is compared again, and is the same.
    assert mark_all(app, "crm")["leads"] == 5
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].same == 5
    # Somebody there changes what only slaflow writes, and what both may; nobody here hears of either.
    crm.add("kim", slaflow_state="won", country="DE")
    assert mark_all(app, "crm", {"country"})["leads"] == 5
    assert round_of(app, reach, {"crm": crm}).tallies["crm"].written == 5
    assert (crm.records["kim"]["slaflow_state"], crm.records["kim"]["country"]) == ("mql", "DE")
    # A lead that changes while pages are marked stays to be written up to its change.
    writes = len(crm.writes)
    app.change(1, {"company": "Acme"}, "sales", at=present.at)
    mark_all(app, "crm")
    round_of(app, reach, {"crm": crm})
    assert [write.fields for write in crm.writes[writes]] == [{"company": "Acme"}]


def test_an_erased_lead_leaves_nothing(app: Engine, tmp_path: Path, crm: Crm, present: Present) -> None:
    reach = mirrored(app, tmp_path, "crm")
    lead = handed_over(app)
    round_of(app, reach, {"crm": crm})
    app.erase(lead, "asked for", "marketing", at=present.at + timedelta(minutes=1))
    asked: list[Write] = []
    crm.trouble = asked.append
    round_of(app, reach, {"crm": crm})
    assert asked == []
    (told,) = status(app)
    assert told["leads"] == 0
