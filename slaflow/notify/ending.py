"""What a link that is good for nothing any more has to say: why, and what happened to the lead meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from slaflow.agreement.words.naming import Naming
from slaflow.engine.ask import LeadNotThere, MovedOn
from slaflow.engine.context import Context
from slaflow.engine.desk.consequences import local
from slaflow.engine.desk.meanwhile import Happened, meanwhile, name_of
from slaflow.engine.leads.click import LinkExpired, LinkUsed, PersonGone
from slaflow.errors import SlaflowError, UnknownName
from slaflow.language import _
from slaflow.lifecycle.erasure import LeadErased
from slaflow.notify.links import Link
from slaflow.notify.offer import Stood, stood

ENDED = (LinkUsed, LinkExpired, PersonGone, MovedOn, LeadErased, LeadNotThere, UnknownName)
"""Why a link is good for nothing any more."""
ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Ending:
    """``words`` say why; ``state`` is where the lead is, None where nobody is to know. ``is_over`` is False
    where the lead only is elsewhere."""

    title: str
    words: str
    lead_id: int
    state: str | None = None
    since: Sequence[Happened] = ()
    zone: ZoneInfo = ZONE
    is_over: bool = True


def ending(app: Context, link: Link, error: SlaflowError, now: datetime) -> Ending:
    """What there is to say of *link*, which *error* ended; of an erased lead nothing but that."""
    if isinstance(error, LeadErased | LeadNotThere):
        return Ending(_("Nothing was done"), _("what was known of this lead was erased"), link.lead)
    with app.database.read() as conn:
        standing = stood(app, conn, link, now)
    if standing.lead.erased_at is not None:
        return Ending(_("Nothing was done"), _("what was known of this lead was erased"), link.lead)
    workflow = standing.workflow
    return Ending(
        _("That was done already") if isinstance(error, LinkUsed) else _("Nothing was done"),
        _words(standing, link, error, now),
        link.lead,
        Naming(workflow).state(standing.lead.state),
        meanwhile(workflow, standing.people, standing.told, standing.since, link.expected),
        ZoneInfo(workflow.timezone),
        is_over=not isinstance(error, MovedOn | UnknownName),
    )


def _words(standing: Stood, link: Link, error: SlaflowError, at: datetime) -> str:
    naming, zone = Naming(standing.workflow), ZoneInfo(standing.workflow.timezone)
    deed, person = naming.trigger(link.trigger), name_of(standing.people, link.person)
    if isinstance(error, LinkUsed):
        return _("{deed} was done by this link on {at}, in the name of {person}").format(
            deed=deed, at=local(error.used.used_at, zone, at), person=person
        )
    if isinstance(error, LinkExpired):
        return _("this link was good until {at}; a newer message has a newer one").format(
            at=local(error.expired_at, zone, at)
        )
    if isinstance(error, PersonGone):
        return _("{person}, for whom this link was made, is not among the people here any more").format(
            person=person
        )
    was, now = naming.state(link.expected.state), naming.state(standing.lead.state)
    if isinstance(error, MovedOn) and was == now:
        return _("this link was for a lead in {state}: it has left that, and come back").format(state=was)
    if isinstance(error, MovedOn):
        return _("this link was for a lead in {state}: it is in {now} now").format(state=was, now=now)
    return _("the agreement has changed, and {deed} leads nowhere from {state}").format(deed=deed, state=now)
