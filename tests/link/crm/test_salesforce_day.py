"""A day with Salesforce: leads come by its messages and are shown there, an hour is lost; then both agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from doubles.salesforce import ORGANIZATION, SalesforceDouble
from doubles.salesforce_sending import post_to
from support.an_organization import Clock, a_lead, connected
from support.clicked import KEYS
from support.office import AGREEMENT, ANNA, BO, CIA, DAY, HOUR, MONDAY, NORA, Present, kinds
from support.serving import answering

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.link import mirror
from slaflow.link.crm.salesforce import Salesforce
from slaflow.link.mirroring.status import status
from slaflow.link.pull import pull
from slaflow.link.run import run_once
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox
from slaflow.store.linking import mirrors as store
from slaflow.web.site import Site

HAND_TO = "{trigger: hand_to, from: mql, by: sales, requires: {to: email}, assign: {input: to}}"
LINK = """\
object: Lead
find: {by: Email, field: email}
out: {Slaflow_State__c: state, Slaflow_Due__c: due.respond, OwnerId: {owner: true}}
both: {Company: {field: company, wins: remote}}
"""
HOOK = """\
lead: {email: Email, company: Company}
remote: Id
events:
  - activity: demo
    when: row.Demo_Asked__c != ""
    at: {column: Demo_Asked__c}
    as: lead
  - trigger: hand_to
    when: row.Handed_On__c != "" && row.OwnerId == "BO"
    at: {column: Handed_On__c}
    as: sales
    set: {to: bo@example.com}
  - trigger: return
    when: row.Status == "Unqualified" && row.Slaflow_State__c != "returned"
    at: {column: LastModifiedDate}
    as: sales
    set: {return_reason: no_fit}
"""
MINUTE = timedelta(minutes=1)


@dataclass
class Joined:
    """Both sides by one clock. ``url`` None: nobody listens to what the organization tells."""

    app: Engine
    reach: Reach
    org: SalesforceDouble
    crm: Salesforce
    present: Present
    people: dict[str, str]
    url: str | None

    def edit(self, id: str, **fields: object) -> None:
        self.org.now = self.present.at
        self.org.edit("Lead", id, **fields)

    def stamp(self) -> str:
        return self.present.at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")

    def round(self) -> bool:
        """Tells, hears and shows; whether anything was new."""
        told = self.org.deliver(post_to(f"{self.url}/hooks/salesforce/token")) if self.url else 0
        self.present.at += timedelta(seconds=10)
        self.org.now = self.present.at
        heard = run_once(self.app, self.reach, "salesforce", crms={"crm": self.crm})
        report = mirror.run_once(self.app, self.reach, crms={"crm": self.crm})
        assert (heard.problem, report.problems) == (None, {})
        return bool(told or heard.counts or report.is_news)

    def rest(self) -> None:
        for _ in range(20):
            if not self.round():
                return
        raise AssertionError("the two never come to rest")

    def number(self, id: str) -> int:
        with self.app.database.read() as conn:
            return store.by_remote(conn, "crm", [id])[id]

    def lead(self, id: str) -> dict[str, object]:
        return self.app.show(self.number(id))

    def check(self, id: str, state: str) -> None:
        """Whether record and lead agree, in that state."""
        lead, row = self.lead(id), self.org.records["Lead"][id]
        due = [
            each["due_at"] for each in lead["clocks"] if each["target"] == "respond" and not each["ended_at"]
        ]
        assert (row["Slaflow_State__c"], lead["state"]) == (state, state)
        assert row["Slaflow_Due__c"] == (due[0][:19] + "Z" if due else None)
        assert row["Company"] == lead["fields"]["company"]
        if lead["owner"] is not None:
            assert row["OwnerId"] == self.people[str(lead["owner"])]


@pytest.fixture
def joined(
    app: Engine, tmp_path: Path, org: SalesforceDouble, present: Present, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Joined]:
    monkeypatch.setenv("TOKEN", "token")
    present.at = MONDAY
    app.activate(AGREEMENT.replace("  - {trigger: win,", f"  - {HAND_TO}\n  - {{trigger: win,"))
    people = {ANNA: org.anna} | {each: org.has("User", Username=each, Email=each) for each in (BO, CIA, NORA)}
    org.watched += ("Company", "Slaflow_State__c", "Demo_Asked__c", "Handed_On__c")
    org.now, org.pace, org.silent, org.rules = present.at, timedelta(), {org.app_user}, org.app_user
    out, into = tmp_path / "crm.link.yaml", tmp_path / "salesforce.hook.yaml"
    out.write_text(LINK, encoding="utf-8")
    into.write_text(HOOK.replace("BO", people[BO]), encoding="utf-8")
    crm = {
        "kind": "salesforce",
        "url": org.url(),
        "client_id": "c",
        "client_secret_env": "SECRET",
        "map": out,
    }
    hook = {"kind": "salesforce", "token_env": "TOKEN", "organization": ORGANIZATION, "map": into}
    tables = {"crms": {"crm": crm}, "hooks": {"salesforce": {**hook, "user": org.app_user}}}
    reach = Reach.model_validate(tables)
    receivers.apply(app, reach)
    opened = connected(org, Clock())
    with answering(Site(app, reach, KEYS)) as url:
        yield Joined(app, reach, org, opened, present, people, url)
    opened.close()


def test_a_day(joined: Joined) -> None:
    app, org, present = joined.app, joined.org, joined.present
    ids = [a_lead(org, f"p{n}@prospects.example") for n in range(4)]
    for id in ids:
        joined.edit(id, Company=f"Acme {id}", Demo_Asked__c=joined.stamp())
    joined.rest()
    for id in ids:
        joined.check(id, "mql")
    app.fire(joined.number(ids[0]), "accept", str(joined.lead(ids[0])["owner"]), at=present.at)
    joined.rest()
    joined.check(ids[0], "accepted")
    # There one is taken over, one is returned, and one is given to somebody whom no line of the map names.
    present.at += 10 * MINUTE
    joined.edit(ids[1], OwnerId=joined.people[BO], Handed_On__c=joined.stamp())
    joined.edit(ids[2], Status="Unqualified")
    owner = joined.lead(ids[3])["owner"]
    joined.edit(ids[3], OwnerId=joined.people[NORA])
    joined.rest()
    assert (joined.lead(ids[1])["owner"], joined.lead(ids[3])["owner"]) == (BO, owner)
    for id, state in zip(ids, ("accepted", "mql", "returned", "mql"), strict=True):
        joined.check(id, state)
    # For an hour neither hears of the other; messages are kept and come late, as records stand then.
    url, joined.url, org.is_down = joined.url, None, True
    for n in range(6):
        present.at += 10 * MINUTE
        joined.edit(ids[n % 4], Company=f"Globex {n}")
        app.change(joined.number(ids[n % 4]), {"country": "DE"}, "sales", at=present.at)
        joined.round()
    app.fire(joined.number(ids[1]), "accept", BO, at=present.at)
    (told,) = status(app, "crm")
    assert (told["because"], told["waiting"] > 0) == ("it answered 503", True)
    joined.url, org.is_down = url, False
    present.at += HOUR
    joined.rest()
    # A day later they are not sent any more, and are asked for.
    joined.edit(ids[3], Company="Umbrella")
    org.notifications.clear()
    present.at += DAY
    pull(app, joined.reach, "crm", joined.crm, object="Lead", since=present.at - 2 * DAY)
    joined.rest()
    # Nobody accepted the last one, so that meanwhile it was taken back.
    for id, state in zip(ids, ("accepted", "accepted", "returned", "returned"), strict=True):
        joined.check(id, state)
        assert kinds(app, joined.number(id)).count("activity") == 1, "who asked once has asked once"
    assert org.records["Lead"][ids[3]]["Company"] == "Umbrella"
    with app.database.read() as conn:
        assert set(inbox.counts(conn)["salesforce"]) <= {"applied", "unchanged", "echo"}
    asked = len(org.seen)
    present.at += HOUR
    joined.rest()
    assert len(org.seen) == asked, "who has nothing to say says nothing"
    assert app.verify().ok
    assert app.replay().ok
