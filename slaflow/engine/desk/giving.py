"""Several leads given to one person: whom they may go to, and what came of each, a transaction apiece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slaflow.engine import permits
from slaflow.engine.caller import Caller
from slaflow.engine.context import Context
from slaflow.engine.desk.acts import VIA
from slaflow.engine.desk.meanwhile import name_of
from slaflow.engine.desk.reading import see_all, zone_for
from slaflow.engine.desk.rows import Brief, Choice, brief
from slaflow.engine.leads.assignment import assign
from slaflow.engine.leads.commands import Refused
from slaflow.language import _
from slaflow.lifecycle.erasure import LeadErased
from slaflow.lifecycle.lead import Actor
from slaflow.store.errors import ConflictingChange
from slaflow.store.rows import people as people_store
from slaflow.workflow.model.parties import AUDITOR


@dataclass(frozen=True, slots=True)
class GivingDesk:
    """Leads, and to whom they may be given: whoever is recorded of a party that holds one of them."""

    rows: tuple[Brief, ...]
    people: tuple[Choice, ...]
    zone: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """What came of one lead; ``because`` is why it was not given."""

    lead_id: int
    key: str
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenDesk:
    """``to`` is what the new owner is called."""

    to: str
    given: tuple[Given, ...]
    kept: tuple[Given, ...]
    zone: str
    at: datetime


def giving(app: Context, who: Actor, leads: Sequence[int]) -> GivingDesk:
    """The leads as they stand; who gives only what their own party holds is offered its people alone."""
    now = app.present()
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        seen = see_all(app, conn, directory, who, leads, now)
        zone = zone_for(app, conn, who)
    asker = permits.asker(directory, who, now)
    parties = {each.lead.held_by for each in seen}
    if not permits.may(asker, "assign"):
        parties &= {who.party}
    known = (person for each in directory.known_emails() if (person := directory.person(each, now)))
    people = tuple(
        Choice(each.email, f"{each.name} ({each.email})" if each.name else each.email)
        for each in known if each.party in parties and each.role != AUDITOR
    )  # fmt: skip
    return GivingDesk(tuple(map(brief, seen)), people, zone, now)


def give(app: Context, who: Actor, leads: Sequence[int], owner: str) -> GivenDesk:
    """Gives each of *leads* to *owner*, as far as the agreement and *who*'s rights allow it.

    Raises:
        UnknownName, PersonRemoved: nobody is called that.
    """
    now = app.present()
    with app.database.read() as conn:
        directory = people_store.directory(conn)
        seen = see_all(app, conn, directory, who, leads, now)
        zone = zone_for(app, conn, who)
    told = [Given(each.lead.id, each.lead.key, _tried(app, who, each.lead.id, owner)) for each in seen]
    given = tuple(each for each in told if not each.because)
    kept = tuple(each for each in told if each.because)
    return GivenDesk(name_of(directory, owner), given, kept, zone, now)


def _tried(app: Context, who: Actor, lead: int, owner: str) -> tuple[str, ...]:
    """Why it was not given."""
    try:
        assign(app, lead, owner, Caller(who, VIA), None)
    except Refused as error:
        return error.because
    except LeadErased:
        return (_("what was known of the person was erased"),)
    except ConflictingChange:
        return (_("somebody else was at it; try again"),)
    return ()
