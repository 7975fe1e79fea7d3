"""Whose hands a lead goes to, and that of whom it speaks can be erased: who may, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from slaflow.engine.desk.asked import NONE_REFUSED, Asked
from slaflow.engine.desk.consequences import local
from slaflow.engine.desk.deeds import Deed
from slaflow.engine.desk.meanwhile import promise_of
from slaflow.engine.desk.promises import denied
from slaflow.engine.desk.refusals import Because
from slaflow.engine.desk.seen import Seen
from slaflow.language import _
from slaflow.lifecycle.events import Assigned, Erased
from slaflow.lifecycle.people import Person
from slaflow.lifecycle.rights.permits import may_ever
from slaflow.workflow.model.lead import Field

MOST = 500
"""People of a party who are offered."""


def giving(seen: Seen, zone: ZoneInfo) -> Deed | None:
    """Giving the lead to another; who may not hears who may. None where nobody could have it."""
    if seen.lead.erased_at is not None or not seen.lead.held_by:
        return None
    people = [each for each in _people(seen) if each.email != _owner(seen)]
    because: tuple[Because, ...] = ()
    if people:
        others = [each for each in people if each.email != seen.who.name]
        because = denied(seen, Assigned((others or people)[0].email))
        if because and not denied(seen, Assigned(seen.who.name)) and len(others) < len(people):
            people, because = [each for each in people if each.email == seen.who.name], ()
    else:
        because = (Because(_("nobody else of that party is recorded")),)
    names = {each.email: _called(seen, each, zone) for each in people}
    field = Field("to", "string", required=True, one_of=tuple(names))
    return Deed(
        "give",
        "",
        _("give it to somebody"),
        (Asked(field, _("To whom"), True, NONE_REFUSED, names),),
        because,
    )


def erasing(seen: Seen) -> Deed | None:
    """Erasing what is known of the person; offered to nobody who never may."""
    if seen.lead.erased_at is not None or not may_ever(seen.who, "erase"):
        return None
    because = denied(seen, Erased("", ""))
    reason = Asked(Field("reason", "text", required=True), _("Why"), True, NONE_REFUSED)
    title = _("The lead's number, {number}, to say that it is this one").format(number=seen.lead.id)
    number = Asked(Field("number", "string", required=True), title, True, NONE_REFUSED)
    return Deed("erase", "", _("erase the person"), (reason, number), because, is_final=True)


def erasures() -> tuple[str, ...]:
    """What will happen if it is done, in sentences."""
    return (
        _("All that is known of the person goes for ever: fields, answers, what the log and messages say."),
        _("The log still proves itself, and figures still count what happened."),
        _("What is owed ends, and nothing can be done with the lead any more. Nobody can undo it."),
        _("Backups and exports are not reached; “slaflow db scrub” rewrites the files of the database."),
    )


def given(seen: Seen) -> Iterator[str]:
    """What will happen if the lead is given away, in sentences."""
    yield _("The lead stays where it is; what is owed about it is owed by the same party.")
    for target, clock in seen.open:
        if target.per_owner and clock.owed_by is not None:
            promise = promise_of(seen.workflow, target.name)
            yield _("The time for {promise} begins anew, for the new owner.").format(promise=promise)


def _people(seen: Seen) -> Iterator[Person]:
    found = 0
    for email in seen.people.known_emails():
        person = seen.people.person(email, seen.at)
        if person is not None and person.party == seen.lead.held_by and found < MOST:
            found += 1
            yield person


def _owner(seen: Seen) -> str | None:
    return None if seen.lead.owner is None else seen.people.spelt(seen.lead.owner)


def _called(seen: Seen, person: Person, zone: ZoneInfo) -> str:
    """Their name, team, and until when they are away."""
    words = person.name or person.email
    if person.team:
        words += f" · {person.team.replace('_', ' ')}"
    back = seen.people.away_until(person.email, seen.at)
    if back is not None:
        words += " · " + _("away until {instant}").format(instant=local(back, zone, seen.at))
    return words
