"""Acting by a link: one trigger, as one person, once, while the lead is where the link was made for.

All of it is one transaction: the lead is held, the link noted as used, state and instant compared, the
trigger fired. So of two clicks at once one acts. Source: rules.md, 36.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slaflow.engine.apply import in_transaction
from slaflow.engine.ask import Ask, Expected, LeadNotThere, Outcome
from slaflow.engine.context import Context
from slaflow.engine.leads.commands import asked, done
from slaflow.errors import SlaflowError
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Fired
from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory, Person
from slaflow.store.database import Connection
from slaflow.store.rows import leads as lead_store
from slaflow.store.rows import people as people_store
from slaflow.store.rows import used_links as store

VIA = "link"


class LinkUsed(SlaflowError):
    """Somebody acted by it already; ``used`` says who and when."""

    code = "link_used"

    def __init__(self, used: store.Used) -> None:
        self.used = used
        super().__init__(f"{used.person} did that by this link at {instant_text(used.used_at)}")


class LinkExpired(SlaflowError):
    """It was good for a while, and that is over."""

    code = "link_expired"

    def __init__(self, expired_at: datetime) -> None:
        self.expired_at = expired_at
        super().__init__(f"this link was good until {instant_text(expired_at)}")


class PersonGone(SlaflowError):
    """Whom it was made for is not there any more, so nobody acts in their name."""

    code = "person_gone"

    def __init__(self, person: str) -> None:
        self.person = person
        super().__init__(f"{person}, for whom this link was made, is not recorded any more")


@dataclass(frozen=True, slots=True)
class Click:
    """What a link is for. ``id`` is the same of equal links, so that one of them acts."""

    id: str
    lead: int
    person: str
    trigger: str
    expected: Expected
    expires_at: datetime


def fire(app: Context, click: Click, inputs: Mapping[str, object], at: datetime | None) -> dict[str, Any]:
    """Fires it with *inputs*; gives LEAD. What is refused leaves the link as it was.

    Raises:
        LinkUsed, LinkExpired, PersonGone: it is good for nothing any more.
        MovedOn: the lead has left the state it was made for, and may have come back.
        LeadNotThere, LeadErased: it is about nobody.
        Refused: with every failing clause.
    """

    def attempt(conn: Connection) -> Outcome:
        who = check(app, conn, click, app.present(at))
        fired = Fired(click.trigger, inputs)
        ask = Ask(click.lead, fired, who, at, expected=click.expected, via=VIA)
        outcome = in_transaction(app, conn, [ask], now=at)[0]
        if outcome.is_done:
            _note(conn, click, outcome, app.present(at))
        return outcome

    return done(app, asked(app, attempt), at)


def check(app: Context, conn: Connection, click: Click, now: datetime) -> Actor:
    """Who acts by it, once the lead is held: whoever acts by the same link waits here."""
    if not lead_store.lock(conn, [click.lead]):
        raise LeadNotThere(click.lead)
    check_good(conn, click, now)
    person = person_of(people_store.directory(conn), click)
    return Actor(person.email, person.party)


def check_good(conn: Connection, click: Click, now: datetime) -> None:
    """Raises ``LinkUsed`` or ``LinkExpired`` where nobody acts by it any more."""
    if (used := store.find(conn, click.id)) is not None:
        raise LinkUsed(used)
    if click.expires_at <= now:
        raise LinkExpired(click.expires_at)


def person_of(people: Directory, click: Click) -> Person:
    """Whom it was made for, as they stand now. Raises ``PersonGone``."""
    person = people.current(click.person)
    if person is None:
        raise PersonGone(click.person)
    return person


def _note(conn: Connection, click: Click, outcome: Outcome, now: datetime) -> None:
    told = next(entry for entry in outcome.entries if entry.entry_class == "input")
    used = store.Used(click.lead, click.person, click.trigger, told.seq, now)
    store.use(conn, click.id, used, click.expires_at)
