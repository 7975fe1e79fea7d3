"""A day with a CRM: leads come from it and are shown in it, an hour is lost, and in the end both agree."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from doubles.hubspot import TOKEN, HubSpotDouble
from doubles.hubspot_words import SECRET
from sqlalchemy import text
from support.faulty import answer
from support.office import ANNA, BO, CIA, HOUR, MONDAY, NORA, Present, on_one_database
from support.portal import Portal, joined, reach_of

from slaflow.engine.app import Engine
from slaflow.link import listening
from slaflow.link.mirroring import standing
from slaflow.link.mirroring.status import status
from slaflow.store.linking import inbox, mirrors

LINK = """\
object: contacts
find: {by: email}
out:
  slaflow_state: state
  slaflow_due: due.respond
  lifecyclestage: {from: state, is: {mql: salesqualifiedlead, returned: lead}}
  hubspot_owner_id: {owner: true}
both:
  company: {field: company, wins: remote}
  country: {field: country, wins: ours}
allow_back: [lifecyclestage]
"""
HOOK = """\
lead: {email: properties.email, company: properties.company, country: properties.country}
remote: objectId
events:
  - activity: visit
    when: row.properties.last_visit != ""
    at: {column: occurredAt, format: epoch_ms}
    as: lead
  - activity: demo
    when: row.properties.demo_asked != ""
    at: {column: occurredAt, format: epoch_ms}
    as: lead
  - trigger: return
    when: row.properties.hs_lead_status == "UNQUALIFIED"
    at: {column: occurredAt, format: epoch_ms}
    as: sales
    set: {return_reason: no_fit}
"""
PEOPLE = {ANNA: "1", BO: "2", CIA: "3", NORA: "4"}
NAMES = ("prospects.example", "Acme", "Globex", "Initech", "Initrode", "Umbrella", "Hooli", "/prices")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def portal(
    app: Engine, tmp_path: Path, hubspot: HubSpotDouble, present: Present, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Portal]:
    monkeypatch.setenv("HOOK", SECRET)
    present.at = MONDAY
    hubspot.owners = dict(PEOPLE)
    with joined(app, reach_of(tmp_path, hubspot.api, LINK, HOOK), hubspot, present) as both:
        yield both


def lead_of(portal: Portal, id: str) -> dict[str, object]:
    """The lead whose record that is, as it stands."""
    with portal.app.database.read() as conn:
        return portal.app.show(mirrors.by_remote(conn, "crm", [id])[id])


def check_agreed(portal: Portal, id: str, **expected: str) -> None:
    """Whether the record says of its lead what there is to say."""
    lead, record = lead_of(portal, id), portal.record(id)
    due = [
        each["due_at"] for each in lead["clocks"] if each["target"] == "respond" and each["ended_at"] is None
    ]
    assert record.value("slaflow_state") == lead["state"]
    assert record.value("slaflow_due") == (due[0][:19] + "Z" if due else None)
    assert record.value("hubspot_owner_id") == (PEOPLE[lead["owner"]] if lead["owner"] else None)
    for name in ("company", "country", "email"):
        assert record.value(name) == lead["fields"][name], name
    assert {name: record.value(name) for name in expected} == expected


def number(portal: Portal, id: str) -> int:
    lead = lead_of(portal, id)["id"]
    assert isinstance(lead, int)
    return lead


def morning(portal: Portal) -> list[str]:
    """Twelve records are made; all visit, eight ask for a demo and are handed over, four of them accepted."""
    app, double, present = portal.app, portal.double, portal.present
    ids = [
        double.add("contacts", email=f"p{n}@prospects.example", company=f"Acme {n}", country="SE")
        for n in range(12)
    ]
    portal.rest()
    assert {lead_of(portal, id)["state"] for id in ids} == {"nurturing"}
    present.at += 20 * MINUTE
    for id in ids:
        double.change("contacts", id, last_visit="/prices")
    portal.rest()
    present.at += 20 * MINUTE
    for id in ids[:8]:
        double.change("contacts", id, demo_asked="yes")
    portal.rest()
    assert [lead_of(portal, id)["state"] for id in ids] == ["mql"] * 8 + ["nurturing"] * 4
    assert {portal.record(id).value("hubspot_owner_id") for id in ids[:8]} == {"1", "2", "3"}
    present.at += 10 * MINUTE
    for id in ids[:4]:
        app.fire(number(portal, id), "accept", str(lead_of(portal, id)["owner"]), at=present.at)
    portal.rest()
    assert [portal.record(id).value("slaflow_due") is None for id in ids[:8]] == [True] * 4 + [False] * 4
    return ids


def noon(portal: Portal, ids: list[str]) -> None:
    """A rep returns a lead and corrects what is said of others there; here others are corrected, too."""
    app, double, present = portal.app, portal.double, portal.present
    double.change("contacts", ids[4], hs_lead_status="UNQUALIFIED")
    for id in ids[:3]:
        double.change("contacts", id, company=f"Globex {id}")
        app.change(number(portal, id), {"country": "DE"}, "sales", at=present.at)
    # One field on both sides: there first, then here, and neither has heard of the other.
    double.change("contacts", ids[3], company="Initech")
    present.at += MINUTE
    app.change(number(portal, ids[3]), {"company": "Initrode"}, "sales", at=present.at)
    portal.rest()
    assert lead_of(portal, ids[4])["state"] == "returned"
    assert portal.record(ids[4]).value("lifecyclestage") == "lead"
    for id in ids[:3]:
        check_agreed(portal, id, company=f"Globex {id}", country="DE")
    check_agreed(portal, ids[3], company="Initrode")


def cut(portal: Portal, ids: list[str]) -> str:
    """For an hour neither hears of the other, and what the portal had to tell is lost. Who came meanwhile."""
    app, double, present, url = portal.app, portal.double, portal.present, portal.url
    portal.url, present.at, before = None, present.at + MINUTE, len(double.seen)
    for place in ("batch/read", "batch/update", "batch/create", "search"):
        double.answers(f"/crm/v3/objects/contacts/{place}", answer(503, b"prospects.example hung up"))
    for turn in range(6):
        present.at += 10 * MINUTE
        double.change("contacts", ids[turn], company=f"Umbrella {turn}")
        app.change(number(portal, ids[turn + 4]), {"country": "DE"}, "sales", at=present.at)
        portal.tell()
        portal.hear()
        portal.show()
    late = double.add("contacts", email="late@prospects.example", company="Hooli", demo_asked="yes")
    app.fire(number(portal, ids[5]), "accept", str(lead_of(portal, ids[5])["owner"]), at=present.at)
    app.record(number(portal, ids[8]), "demo", "lead", at=present.at)
    (told,) = status(app, "crm")
    assert (told["because"], told["waiting"]) == ("it answered 503", 6)
    portal.url = url
    double.recover()
    del double.seen[before:]
    return late


def evening(portal: Portal, lost: list[dict[str, object]], ids: list[str]) -> None:
    """Caught up by asking; what was given up for lost comes after all; and promises are broken."""
    app, double, present = portal.app, portal.double, portal.present
    double.pending.clear()
    present.at += 10 * MINUTE
    assert portal.pull().taken >= 9
    portal.rest()
    entries = len(list(app.log()))
    double.pending += lost
    portal.rest()
    assert len(list(app.log())) == entries, "what was pulled is told again, and is no news"
    owner = lead_of(portal, ids[6])["owner"]
    present.at += 4 * HOUR
    app.tick(present.at)
    assert lead_of(portal, ids[6])["owner"] != owner
    portal.rest()


def live(portal: Portal) -> list[str]:
    """The day; whose it was."""
    ids = morning(portal)
    noon(portal, ids)
    late = cut(portal, ids)
    lost = list(portal.double.pending)
    evening(portal, lost, ids)
    return [*ids, late]


def test_a_day(portal: Portal) -> None:
    app, double = portal.app, portal.double
    ids = live(portal)
    for id in ids:
        check_agreed(portal, id)
    assert [portal.record(id).value("company") for id in ids[:6]] == [f"Umbrella {n}" for n in range(6)]
    assert [portal.record(id).value("slaflow_state") for id in (ids[5], ids[8], ids[-1])] == [
        "accepted",
        "mql",
        "mql",
    ]
    assert set(portal.waiting()) == {"applied", "unchanged", "echo"}
    asked = len(double.seen)
    portal.present.at += HOUR
    portal.rest()
    assert len(double.seen) == asked, "who has nothing to say says nothing"
    check_each_write_changed(portal)
    assert app.verify().ok
    assert app.replay().ok


def check_each_write_changed(portal: Portal) -> None:
    """Whether each field that was written became another by it.

    But of a record that is new what is to be empty is written as well, and a stage goes back in two calls,
    after one that was passed over.
    """
    done = Counter(
        name
        for record in portal.double.objects["contacts"].values()
        for name, changes in record.history.items()
        for change in changes
        if change.source == "INTEGRATION"
    )
    asked = Counter(name for _, name in portal.written())
    assert asked - done == {"slaflow_due": 12, "lifecyclestage": 1}
    assert not done - asked


@on_one_database
def test_nobody_is_told_what_is_said_of_prospects(portal: Portal, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    # Who has statements logged has asked for it.
    caplog.set_level(logging.WARNING, logger="sqlalchemy")
    app, double, present, real = portal.app, portal.double, portal.present, portal.url
    ids = live(portal)
    # What cannot be used, a forger, and a CRM that gives back what it knows.
    double.change("contacts", ids[0], country="Umbrella Land")
    portal.rest()
    with pytest.raises(HTTPError, match="401"):
        urlopen(Request(f"{real}/hooks/hubspot", b'[{"x": "Hooli"}]', {"content-type": "application/json"}))
    double.answers(
        "/crm/v3/objects/contacts/batch/update", answer(400, b'{"message": "Acme %s"}' % TOKEN.encode())
    )
    app.change(number(portal, ids[1]), {"company": "Hooli"}, "sales", at=present.at)
    portal.show()
    said = [f"{each.getMessage()} {each.exc_text}" for each in caplog.records]
    assert any("hook hubspot: 401" in each for each in said)
    checks = [*listening.examine(app, portal.reach), *standing.examine(app, portal.reach, {"TOKEN": TOKEN})]
    assert not all(check.ok for check in checks)
    said += [check.detail for check in checks]
    said.append(repr(status(app, "crm")))
    with app.database.read() as conn:
        said += [str(each.reason) for each in inbox.listed(conn)]
    for word in (SECRET, TOKEN, "/crm/objects/", *NAMES):
        assert not [each for each in said if word.lower() in each.lower()], word


@on_one_database
def test_of_whoever_is_erased_nothing_is_kept_nor_written(portal: Portal) -> None:
    app, double, present = portal.app, portal.double, portal.present
    ids = morning(portal)
    hers, lead = ids[4], number(portal, ids[4])
    double.change("contacts", hers, company="Globex")
    portal.tell()
    app.change(lead, {"country": "DE"}, "sales", at=present.at)
    app.erase(lead, "asked for", "system", at=present.at)
    before = len(portal.written())
    portal.rest()
    # Their CRM has not forgotten her, and goes on.
    double.change("contacts", hers, company="Initech", email="p4@prospects.example")
    double.change("contacts", ids[5], company="Hooli")
    portal.rest()
    portal.pull(MONDAY)
    portal.rest()
    assert hers not in {id for id, _ in portal.written()[before:]}
    with app.database.read() as conn:
        rows = [*conn.execute(text("SELECT * FROM inbox")), *conn.execute(text("SELECT * FROM mirror"))]
    kept = "\n".join(map(str, rows)).lower()
    assert "p5@prospects.example" in kept
    for word in ("p4@prospects.example", "globex", "initech", "acme 4", hers):
        assert word not in kept, word
