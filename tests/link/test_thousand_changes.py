"""Both sides change the same fields a thousand times, over real calls: it comes to rest, both equal."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

import pytest
from doubles.hubspot import HubSpotDouble
from doubles.hubspot_words import SECRET
from doubles.salesforce import ORGANIZATION, SalesforceDouble
from support.an_organization import Clock, connected
from support.faulty import serving_as
from support.office import ANNA, BO, CIA, HOUR, MIA, NORA, Present, handed_over, kinds, on_one_database
from support.portal import Portal, joined, reach_of, shuffling

from slaflow.engine.app import Engine
from slaflow.engine.setup import receivers
from slaflow.link import mirror
from slaflow.link.crm.salesforce import Salesforce
from slaflow.link.receive import receive
from slaflow.link.run import run_once
from slaflow.link.shapes import Request
from slaflow.settings.reach import Reach
from slaflow.store.linking import inbox

AT_ONCE, LEADS = 50, 20
SHARED = ("company", "country")
AT_FIRST = {"company": "Firm", "country": "SE"}
"""What is there before anybody changes anything, of which nobody tells."""
HUBSPOT = """\
object: contacts
find: {by: email}
out: {slaflow_state: state, hubspot_owner_id: {owner: true}}
both: {company: {field: company, wins: remote}, country: {field: country, wins: ours}}
"""
HUBSPOT_HOOK = """\
lead: {email: properties.email, company: properties.company, country: properties.country}
remote: objectId
"""
SALESFORCE = """\
object: Lead
find: {by: Email, field: email}
out: {Slaflow_State__c: state, OwnerId: {owner: true}}
both: {Company: {field: company, wins: remote}, FirstName: {field: country, wins: ours}}
"""
SALESFORCE_HOOK = "lead: {company: Company, country: FirstName}\nremote: Id\nclear: [country]\n"


class Side(Protocol):
    """The CRM's side. ``tells_all``: of each change, not only what stands there once it is told."""

    @property
    def tells_all(self) -> bool: ...

    def add(self, email: str) -> str: ...

    def change(self, remote: str, name: str, text: str) -> None: ...

    def value(self, remote: str, name: str) -> str | None: ...

    def tell(self, chance: random.Random, *, all: bool) -> None:
        """Says some of what happened in any order, some of it twice; with *all* whatever is left."""

    def hear(self) -> int: ...

    def show(self) -> bool: ...

    def written(self) -> int:
        """Fields of ours that it was asked to change among those that both may."""


@dataclass
class InHubSpot:
    portal: Portal
    tells_all = True

    def add(self, email: str) -> str:
        return self.portal.double.add("contacts", email=email, company="Firm", country="SE")

    def change(self, remote: str, name: str, text: str) -> None:
        self.portal.double.change("contacts", remote, **{name: text})

    def value(self, remote: str, name: str) -> str | None:
        return self.portal.record(remote).value(name)

    def tell(self, chance: random.Random, *, all: bool) -> None:
        double = self.portal.double
        chance.shuffle(double.pending)
        late = 0 if all else chance.randint(0, len(double.pending))
        held = [double.pending.pop() for _ in range(late)]
        self.portal.tell(**shuffling(chance))
        double.pending += held

    def hear(self) -> int:
        return self.portal.hear()

    def show(self) -> bool:
        return self.portal.show().is_news

    def written(self) -> int:
        return sum(name in SHARED for _, name in self.portal.written())


@dataclass
class InSalesforce:
    app: Engine
    reach: Reach
    org: SalesforceDouble
    crm: Salesforce
    present: Present
    by_events: bool

    @property
    def tells_all(self) -> bool:
        return self.by_events

    NAMES = {"company": "Company", "country": "FirstName"}  # noqa: RUF012

    def add(self, email: str) -> str:
        return self.org.has("Lead", LastName="Lee", Email=email, Company="Firm", FirstName="SE")

    def change(self, remote: str, name: str, text: str) -> None:
        self.org.now = self.present.at
        self.org.edit("Lead", remote, **{self.NAMES[name]: text})

    def value(self, remote: str, name: str) -> str | None:
        found: str | None = self.org.records["Lead"][remote][self.NAMES[name]]
        return found

    def tell(self, chance: random.Random, *, all: bool) -> None:
        told: list[object] = [*self.org.events] if self.by_events else [*self.org.notifications]
        chance.shuffle(told)
        late = 0 if all else chance.randint(0, len(told))
        held = [told.pop() for _ in range(late)]
        told += told[::4]
        chance.shuffle(told)
        while told:
            some = [told.pop() for _ in range(min(len(told), chance.randint(1, 9)))]
            if self.by_events:
                self._post(json.dumps(some).encode(), "application/json")
            else:
                self.org.notifications = some  # type: ignore[assignment]
                for each in self.org.notifications:
                    each.is_acknowledged = False
                self.org.deliver(self._post)
        self.org.events = held if self.by_events else []  # type: ignore[assignment]
        self.org.notifications = [] if self.by_events else held  # type: ignore[assignment]

    def _post(self, body: bytes, media: str = "text/xml") -> bytes:
        url = "https://sla.example.com/hooks/salesforce/token"
        request = Request("POST", url, "token", (("content-type", media),), body)
        return receive(self.app, self.reach, "salesforce", request, {"TOKEN": "token"}).body

    def hear(self) -> int:
        return run_once(self.app, self.reach, "salesforce").counts.total()

    def show(self) -> bool:
        self.org.now = self.present.at
        report = mirror.run_once(self.app, self.reach, crms={"crm": self.crm})
        assert report.problems == {}
        return report.is_news

    def written(self) -> int:
        calls = (json.loads(seen.body) for seen in self.org.seen if seen.verb == "PATCH")
        return sum(name in self.NAMES.values() for call in calls for each in call["records"] for name in each)


@pytest.fixture(scope="module")
def server() -> Iterator[SalesforceDouble]:
    with serving_as(SalesforceDouble) as double:
        yield double


@contextmanager
def of_salesforce(
    app: Engine, folder: Path, org: SalesforceDouble, present: Present, *, by_events: bool
) -> Iterator[InSalesforce]:
    org.forget()
    for each in (BO, CIA, NORA, MIA):
        org.has("User", Username=each, Email=each)
    org.watched = ("Id", "Company", "FirstName", "LastModifiedById", "LastModifiedDate")
    org.now, org.pace = present.at, timedelta()
    out, into = folder / "crm.link.yaml", folder / "salesforce.hook.yaml"
    out.write_text(SALESFORCE, encoding="utf-8")
    into.write_text(SALESFORCE_HOOK, encoding="utf-8")
    crm = {"kind": "salesforce", "url": "https://acme.example.com", "client_id": "c", "map": out}
    hook = {"kind": "salesforce", "token_env": "TOKEN", "organization": ORGANIZATION, "map": into}
    reach = Reach.model_validate({
        "crms": {"crm": {**crm, "client_secret_env": "SECRET"}},
        "hooks": {"salesforce": {**hook, "user": org.app_user}},
    })  # fmt: skip
    receivers.apply(app, reach)
    opened = connected(org, Clock())
    try:
        yield InSalesforce(app, reach, org, opened, present, by_events)
    finally:
        opened.close()


@dataclass
class Course:
    """Leads with their records, changed by chance on either side."""

    app: Engine
    side: Side
    present: Present
    chance: random.Random
    many: int = LEADS
    leads: dict[str, int] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    """Whose country was ever changed since their record was made."""
    changes: int = 0

    def begin(self) -> None:
        for n in range(self.many):
            remote = self.side.add(f"lead{n}@example.com")
            self.leads[remote] = handed_over(self.app, f"lead{n}", at=self.present.at)
        self.rest()

    def change(self) -> None:
        self.present.at += timedelta(seconds=self.chance.randint(1, 20))
        remote, is_here = self.chance.choice(list(self.leads)), self.chance.random() < 0.5
        name, text = "company", f"Firm {self.changes}"
        if self.chance.random() < 0.3:
            name, text = "country", self.chance.choice(["SE", "DE", ""])
            # Who says there again what stands there changes nothing.
            if is_here or text != self.side.value(remote, name):
                self.settled.add(remote)
        else:
            self.latest[remote] = text
        if is_here:
            self.app.change(self.leads[remote], {name: text}, "marketing", at=self.present.at)
        else:
            self.side.change(remote, name, text)
        self.changes += 1

    def round(self, *, all: bool = False) -> bool:
        """Some of what there is to do, in any order; whether anything was."""
        self.side.tell(self.chance, all=all)
        self.present.at += timedelta(seconds=self.chance.randint(1, 9) if not all else 10)
        steps = [self.side.hear, self.side.show]
        self.chance.shuffle(steps)
        return any([step() for step in steps])

    def rest(self) -> None:
        for _ in range(20):
            if not self.round(all=True):
                return
        raise AssertionError("the two never come to rest")


def check_at_rest(app: Engine, side: Side, present: Present, changes: int) -> None:
    """So many changes by chance; and then both sides are equal, and nothing goes on."""
    course = Course(app, side, present, random.Random(random.randrange(1_000_000)))
    course.begin()
    before = side.written()
    while course.changes < changes:
        for _ in range(AT_ONCE):
            course.change()
        for _ in range(course.chance.randint(1, 3)):
            course.round()
        present.at += timedelta(minutes=course.chance.randint(1, 30))
    course.rest()
    assert side.written() - before <= changes
    for remote, lead in course.leads.items():
        here, there = app.show(lead)["fields"], {name: side.value(remote, name) for name in SHARED}
        assert there["company"] == (here["company"] or AT_FIRST["company"])
        # What stood there from the start is for nobody here to have said.
        was_never_told = not side.tells_all or remote not in course.settled
        untold = {AT_FIRST["country"]} if was_never_told and not here["country"] else set()
        assert (there["country"] or "") in {here["country"] or "", *untold}
        if side.tells_all:
            assert there["company"] == course.latest.get(remote, "Firm")
    written, entries = side.written(), sum(1 for _ in app.log())
    present.at += HOUR
    course.rest()
    assert (side.written(), sum(1 for _ in app.log())) == (written, entries)
    with app.database.read() as conn:
        (told,) = inbox.counts(conn).values()
    assert told.keys() <= {"applied", "unchanged", "echo"}
    assert app.verify().ok
    assert app.replay().ok


@pytest.fixture
def portal(
    app: Engine, tmp_path: Path, hubspot: HubSpotDouble, present: Present, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InHubSpot]:
    monkeypatch.setenv("HOOK", SECRET)
    hubspot.owners = {each: str(n) for n, each in enumerate((ANNA, BO, CIA, NORA, MIA))}
    reach = reach_of(tmp_path, hubspot.api, HUBSPOT, HUBSPOT_HOOK)
    with joined(app, reach, hubspot, present) as both:
        yield InHubSpot(both)


@pytest.mark.parametrize(
    ("dialect", "changes"), [("sqlite", 1_000), ("postgresql", 100)], indirect=["dialect"]
)
def test_with_a_portal_of_hubspot(app: Engine, present: Present, portal: InHubSpot, changes: int) -> None:
    check_at_rest(app, portal, present, changes)


@pytest.mark.parametrize(
    ("dialect", "by_events", "changes"),
    [("postgresql", True, 1_000), ("sqlite", True, 100), ("postgresql", False, 50), ("sqlite", False, 200)],
    indirect=["dialect"],
)
def test_with_an_organization_of_salesforce(
    app: Engine, tmp_path: Path, server: SalesforceDouble, present: Present, by_events: bool, changes: int
) -> None:
    with of_salesforce(app, tmp_path, server, present, by_events=by_events) as side:
        check_at_rest(app, side, present, changes)


@on_one_database
def test_who_goes_back_there_to_what_we_wrote_is_heard_before_what_came_between(
    app: Engine, present: Present, portal: InHubSpot
) -> None:
    double, course = portal.portal.double, Course(app, portal, present, random.Random(1), many=1)
    course.begin()
    ((remote, lead),) = course.leads.items()
    app.change(lead, {"company": "Ours"}, "marketing", at=present.at)
    course.rest()
    for text in ("Theirs", "Ours"):
        present.at += HOUR
        portal.change(remote, "company", text)
    between, double.pending = double.pending[:1], double.pending[1:]
    course.rest()
    double.pending += between
    course.rest()
    assert app.show(lead)["fields"]["company"] == portal.value(remote, "company") == "Ours"


@on_one_database
def test_a_record_told_whole_holds_up_no_change_of_a_field_that_it_left_as_it_was(
    app: Engine, tmp_path: Path, server: SalesforceDouble, present: Present
) -> None:
    with of_salesforce(app, tmp_path, server, present, by_events=False) as side:
        course = Course(app, side, present, random.Random(1), many=1)
        course.begin()
        ((remote, lead),) = course.leads.items()
        side.change(remote, "company", "Theirs")
        course.rest()
        present.at += HOUR
        app.change(lead, {"company": "Ours"}, "marketing", at=present.at)
        present.at += HOUR
        side.change(remote, "country", "DE")
        told = [*side.org.notifications]
        course.round(all=True)
        entries = kinds(app, lead).count("changed")
        # The same of the same instant under another number says nothing more.
        side.org.notifications = [replace(told[0], id="04l5f0000999999AAA")]
        course.rest()
        assert kinds(app, lead).count("changed") == entries
        assert {side.value(remote, "company"), app.show(lead)["fields"]["company"]} == {"Ours"}
        assert app.show(lead)["fields"]["country"] == "DE"


@on_one_database
def test_what_we_wrote_before_is_heard_late_and_is_still_ours(
    app: Engine, tmp_path: Path, server: SalesforceDouble, present: Present
) -> None:
    def passing() -> None:
        present.at += timedelta(seconds=10)

    with of_salesforce(app, tmp_path, server, present, by_events=False) as side:
        course = Course(app, side, present, random.Random(1), many=1)
        course.begin()
        ((remote, lead),) = course.leads.items()
        app.change(lead, {"company": "Ours"}, "marketing", at=present.at)
        passing()
        side.change(remote, "company", "Theirs")
        side.tell(course.chance, all=True)
        # Ours is written over theirs, which waits to be applied; that is told just before theirs is put back.
        for step in (side.show, passing, side.hear, lambda: side.tell(course.chance, all=True), side.show):
            step()
        written = side.written()
        passing()
        course.rest()
        assert side.written() == written
        assert {side.value(remote, "company"), app.show(lead)["fields"]["company"]} == {"Theirs"}
