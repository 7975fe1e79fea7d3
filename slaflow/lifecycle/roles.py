"""Whether who acts has the role that a grant of the agreement takes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.workflow.model.parties import ROLES, Grant

_RANKS = {role: rank for rank, role in enumerate(ROLES)}


def is_granted(grants: Iterable[Grant], who: Actor, people: Directory, at: datetime) -> bool:
    """Whether one of *grants* covers *who* at *at*.

    A bare party counts as a member, and as more only while nobody recorded of that party ranks so high.
    """
    return any(each.party == who.party and _ranks(who, people, at, each.role) for each in grants)


def _ranks(who: Actor, people: Directory, at: datetime, role: str) -> bool:
    wanted = _RANKS[role]
    person = people.person(who.name, at)
    if person is not None:
        return _RANKS.get(person.role, -1) >= wanted
    if wanted == 0 or who.name != who.party:
        return wanted == 0 and who.name == who.party
    known = (people.person(email, at) for email in people.known_emails())
    ranked = (_RANKS.get(p.role, -1) for p in known if p is not None and p.party == who.party)
    return not any(rank >= wanted for rank in ranked)
