"""A portal and slaflow over real calls: leads shown there, what it tells heard here, what was missed read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from doubles.hubspot import APP, TOKEN, HubSpotDouble
from doubles.hubspot_words import SECRET
from support.mirroring import mirrored, round_of, row_of
from support.office import ANNA, BO, CIA, HOUR, NORA, Present, handed_over, on_one_database, the_log

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.link.crm.hubspot import HubSpot, opened
from slaflow.link.mirror import Mirroring, MirrorReport
from slaflow.link.pull import pull
from slaflow.link.receive import Refused, receive
from slaflow.link.run import run_once
from slaflow.link.shapes import Request
from slaflow.net.client import Client
from slaflow.settings.hooks import HubSpotCrm
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox

PUBLIC = "https://sla.example.com"
LINK = """\
object: contacts
find: {by: email}
create: true
out:
  slaflow_state: state
  slaflow_due: due.respond
  lifecyclestage: {from: state, is: {mql: salesqualifiedlead, returned: lead}}
  hubspot_owner_id: {owner: true}
allow_back: [lifecyclestage]
"""
HOOK = """\
remote: {column: objectId}
lead: {email: properties.email, company: properties.company}
"""


@pytest.fixture
def crm(hubspot: HubSpotDouble, present: Present) -> Iterator[HubSpot]:
    hubspot.time.at = present.at
    hubspot.owners = {ANNA: "1", BO: "2", CIA: "3", NORA: "4"}
    client = Client(("127.0.0.0/8",), timedelta(seconds=20))
    settings = HubSpotCrm(kind="hubspot", map=Path("crm.link.yaml"), api=hubspot.api)
    portal = opened(settings, TOKEN, client, hubspot.time.now, hubspot.time.sleep)
    yield portal
    portal.close()


def hooked(app: Engine, folder: Path) -> Reach:
    file = folder / "hubspot.hook.yaml"
    file.write_text(HOOK, encoding="utf-8")
    hook = {"kind": "hubspot", "secret_env": "HOOK", "map": file, "fetch": "crm", "app_id": APP}
    crms = mirrored(app, folder, "crm", text=LINK).crms
    return Reach.model_validate({"public_url": PUBLIC, "crms": crms, "hooks": {"hubspot": hook}})


def deliver(app: Engine, reach: Reach, hubspot: HubSpotDouble, **how: object) -> None:
    """What happened in the portal, told as it tells it."""

    def take(headers: Mapping[str, str], body: bytes) -> int:
        request = Request("POST", f"{PUBLIC}/hooks/hubspot", "", tuple(headers.items()), body)
        try:
            return receive(app, reach, "hubspot", request, {"HOOK": SECRET}).status
        except Refused as refused:
            return refused.status

    hubspot.deliver(take, f"{PUBLIC}/hooks/hubspot", **how)  # type: ignore[arg-type]


def test_a_record_is_made_and_shows_the_lead_forth_and_back(
    app: Engine, tmp_path: Path, crm: HubSpot, hubspot: HubSpotDouble, present: Present
) -> None:
    reach = mirrored(app, tmp_path, "crm", text=LINK)
    lead = handed_over(app)
    round_of(app, reach, {"crm": crm})
    record = hubspot.objects["contacts"][str(row_of(app, lead).remote)]
    owner = app.show(lead)["owner"]
    assert (record.value("email"), record.value("slaflow_state")) == ("kim@example.com", "mql")
    assert record.value("slaflow_due") == "2026-03-09T09:30:00Z"
    assert record.value("lifecyclestage") == "salesqualifiedlead"
    assert record.value("hubspot_owner_id") == hubspot.owners[owner]
    present.at += HOUR
    app.fire(lead, "return", owner, {"return_reason": "no_fit"}, at=present.at)
    round_of(app, reach, {"crm": crm})
    assert [each.value for each in record.history["lifecyclestage"]] == ["salesqualifiedlead", "", "lead"]
    assert row_of(app, lead).reason is None
    calls = len(hubspot.seen)
    round_of(app, reach, {"crm": crm})
    assert len(hubspot.seen) == calls, "what stands there is not written again"


@on_one_database
def test_what_is_told_twice_in_any_order_is_kept_once_and_pulled_it_is_known(
    app: Engine, tmp_path: Path, crm: HubSpot, hubspot: HubSpotDouble, present: Present
) -> None:
    reach, start = hooked(app, tmp_path), present.at
    ids = [hubspot.add("contacts", company=f"Acme {n}", email=f"a{n}@example.com") for n in range(20)]
    for id in ids:
        hubspot.change("contacts", id, company="Globex")
    with app.database.read() as conn:
        assert inbox.listed(conn) == []
    present.at = hubspot.time.at + HOUR
    hubspot.time.at = present.at
    deliver(app, reach, hubspot, chance=Random(4), doubled=True)
    assert hubspot.pending == []
    with app.database.read() as conn:
        told = inbox.listed(conn)
    # Each made, and three changes of each.
    assert len(told) == 80
    assert {each.row["changeSource"] for each in told} == {"CRM_UI"}
    found = pull(app, reach, "crm", crm, object="contacts", since=start)
    assert (found.records, found.taken) == (20, 0)


@on_one_database
def test_what_is_missed_while_nobody_listens_is_pulled(
    app: Engine, tmp_path: Path, crm: HubSpot, hubspot: HubSpotDouble, present: Present
) -> None:
    reach, start = hooked(app, tmp_path), present.at
    id = hubspot.add("contacts", company="Acme", email="kim@example.com")
    hubspot.deliver(lambda headers, body: 503, PUBLIC)
    assert {each["attemptNumber"] for each in hubspot.pending} == {1}
    present.at = hubspot.time.at + HOUR
    assert pull(app, reach, "crm", crm, object="contacts", since=start).taken == 2
    hubspot.time.at = present.at
    deliver(app, reach, hubspot)
    with app.database.read() as conn:
        rows = inbox.listed(conn)
    told = [(each.occurred_at, name, text) for each in rows for name, text in each.row.items()]
    texts = {each for each in told if each[1].startswith("properties.")}
    assert len(texts) == 2, "a hook that comes after all says the same of the same instant"
    assert {each.remote for each in rows} == {id}


@on_one_database
def test_what_we_write_comes_back_as_ours_and_says_nothing_new(
    app: Engine, tmp_path: Path, crm: HubSpot, hubspot: HubSpotDouble, present: Present
) -> None:
    reach = hooked(app, tmp_path)
    lead = handed_over(app, company="Acme")
    round_of(app, reach, {"crm": crm})
    present.at = hubspot.time.at = hubspot.time.at + HOUR
    entries, calls = len(the_log(app, lead)), hubspot.written
    deliver(app, reach, hubspot, doubled=True)
    found = run_once(app, reach, "hubspot", now=present.at + HOUR, crms={"crm": crm})
    assert (found.counts.keys(), found.problem) == ({"echo"}, None)
    round_of(app, reach, {"crm": crm})
    assert (len(the_log(app, lead)), hubspot.written) == (entries, calls)


@on_one_database
def test_what_is_pulled_is_applied_and_overrules_nothing_that_is_later(
    app: Engine, tmp_path: Path, crm: HubSpot, hubspot: HubSpotDouble, present: Present
) -> None:
    reach, start = hooked(app, tmp_path), present.at
    id = hubspot.add("contacts", start - 9 * HOUR, email="kim@example.com", company="Old")
    lead = handed_over(app, company="Ours")
    hubspot.change("contacts", id, start + HOUR, phone="+46 70 123")
    present.at = hubspot.time.at = start + 2 * HOUR

    def pulled(since: datetime) -> str:
        pull(app, reach, "crm", crm, object="contacts", since=since)
        assert run_once(app, reach, "hubspot", now=present.at + HOUR, crms={"crm": crm}).problem is None
        return str(app.show(lead)["fields"]["company"])

    assert pulled(start) == "Ours", "its company has stood there for long, whenever else it was changed"
    hubspot.change("contacts", id, start + 2 * HOUR, company="Theirs")
    assert pulled(start) == "Theirs"


def test_a_contact_that_has_both_addresses_is_of_one_lead_alone(
    app: Engine, tmp_path: Path, crm: HubSpot, hubspot: HubSpotDouble, present: Present
) -> None:
    hubspot.add("contacts", email="kim@example.com", hs_additional_emails="lee@example.com;li@example.com")
    reach = hooked(app, tmp_path)
    kim, others = handed_over(app), [handed_over(app, name) for name in ("lee", "li")]
    for _ in range(2):
        round_of(app, reach, {"crm": crm})
        present.at += HOUR
    for lead in others:
        told = row_of(app, lead)
        assert (told.remote, told.reason) == (None, f"its record there is lead {kim}'s")
    assert row_of(app, kim).remote == next(iter(hubspot.objects["contacts"]))


@on_one_database
def test_a_token_that_is_put_anew_is_taken_by_who_runs(
    app: Engine, tmp_path: Path, hubspot: HubSpotDouble, present: Present
) -> None:
    (tmp_path / "crm.link.yaml").write_text(LINK, encoding="utf-8")
    (tmp_path / "token").write_text("leaked", encoding="utf-8")
    crm = {"kind": "hubspot", "token_file": tmp_path / "token", "map": tmp_path / "crm.link.yaml"}
    tables = {"net": {"allow": ["127.0.0.0/8"]}, "crms": {"crm": {**crm, "api": hubspot.api}}}
    reach = Reach.model_validate(tables)
    receivers.apply(app, reach)
    handed_over(app)
    with closing(Mirroring(app, reach)) as mirroring:
        mirroring.begin()
        mirroring.collect(MirrorReport(), wait=True)
        (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
        present.at += HOUR
        mirroring.begin()
        mirroring.collect(report := MirrorReport(), wait=True)
    assert (report.tallies["crm"].written, report.tallies["crm"].closed) == (1, None)
