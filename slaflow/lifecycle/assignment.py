"""Whether a person may be given a lead by hand. A step may give it to whomever the agreement names."""

from __future__ import annotations

from datetime import datetime

from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory

NAMED = 3
"""People who are named as those who could have it."""


def obstacle(people: Directory, lead: Lead, owner: str, at: datetime) -> str | None:
    """Why *owner* cannot have *lead*, which is settled to *at*; None where nothing stands in the way."""
    person = people.person(owner, at)
    if person is None or person.party == lead.held_by:
        return None
    return f"{owner} is of {person.party}, and {lead.held_by} holds the lead; {_instead(people, lead, at)}"


def _instead(people: Directory, lead: Lead, at: datetime) -> str:
    present = people.of(lead.held_by, at)
    if not present:
        return f"nobody of {lead.held_by} is there; record somebody with 'slaflow user add'"
    more = f" or {len(present) - NAMED} others" if len(present) > NAMED + 1 else ""
    return f"name one of {lead.held_by}: {', '.join(present[: NAMED if more else NAMED + 1])}{more}"
