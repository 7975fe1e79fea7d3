"""Whether who acts is one of those whom the agreement names by party and role."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from slaflow.lifecycle.lead import Actor
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.permits import asker
from slaflow.workflow.model.parties import Grant


def is_granted(grants: Iterable[Grant], who: Actor, people: Directory, at: datetime) -> bool:
    """Whether one of *grants* covers *who* as of *at*; a bare party has the roles that nobody of it has."""
    theirs = [each.role for each in grants if each.party == who.party]
    return bool(theirs) and any(map(asker(people, who, at).stands_as, theirs))
