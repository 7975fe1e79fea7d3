"""Which leads members act on, where a site narrows that: all that their party holds, their team's, their own.

It divides what a party holds among its members; what another party holds is nobody's of theirs, and there the
agreement alone says who may. Pure. Source: rules.md, 34.6.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from slaflow.language import _
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.permits import Asker


def not_theirs(people: Directory, who: Asker, stands: Callable[[], Lead], at: datetime) -> str | None:
    """Why *who*, where they are a member, does not act on the lead as of *at*; None where it is theirs.

    A party's bare name, and a token of a party, stand for all of it. *stands* gives the lead.
    """
    if who.acts_on == "party" or who.role != "member" or not people.rows(who.name):
        return None
    lead = stands()
    if lead.held_by != who.party or _is_theirs(people, who, lead, at):
        return None
    rule = _("a member acts on what is theirs")
    if who.acts_on == "team":
        rule = _("a member acts on what is their team's")
    if lead.owner is None:
        return _("{rule}, and nobody has this lead; take it first").format(rule=rule)
    return _("{rule}, and {owner} has this lead").format(rule=rule, owner=people.spelt(lead.owner))


def _is_theirs(people: Directory, who: Asker, lead: Lead, at: datetime) -> bool:
    if lead.owner is None:
        return False
    if people.spelt(lead.owner) == people.spelt(who.name):
        return True
    mine, owners = people.person(who.name, at), people.person(lead.owner, at)
    return (
        who.acts_on == "team"
        and mine is not None
        and owners is not None
        and (mine.party, mine.team) == (owners.party, owners.team)
        and mine.team is not None
    )
