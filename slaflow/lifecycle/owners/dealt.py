"""Leads that wait for a team are dealt to it, and those that somebody hands over to one (rules.md, 41).

Whose turn it is was read from the other leads, so the pick is an input, whoever asked for it.
"""

from __future__ import annotations

from datetime import datetime

from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.lifecycle.decision import Refusal
from slaflow.lifecycle.events import Dealt, Input
from slaflow.lifecycle.inputs import chain_of, logged, refuse
from slaflow.lifecycle.routing import WAITING, Pick
from slaflow.lifecycle.work import Work


def deal(work: Work, event: Input, at: datetime, dealt: Dealt) -> Refusal | None:
    """Gives the lead of *work* to who is next; a refusal where nobody is, of which nothing is logged.

    Raises:
        UnknownName: the agreement has no such team.
    """
    lead = work.lead
    team = dealt.team or lead.waits_for
    if team is None:
        return Refusal("deal", (_("lead {id} waits for no team").format(id=lead.id),))
    if team not in work.workflow.teams:
        raise UnknownName("team", team, work.workflow.teams)
    if work.workflow.teams[team].party != lead.held_by:
        words = _("{team} is a team of {party}, and {holder} holds the lead")
        party = work.workflow.teams[team].party
        because = words.format(team=team, party=party, holder=lead.held_by)
        return refuse(work, event, at, "assign", (because,), data={"deal": dealt.as_data()})
    chain = chain_of(work, event, at)
    pick = work.routing(chain.cause).from_team(team, leaves=dealt.leaves)
    if dealt.team is None and (pick is None or pick.owner is None):
        return Refusal("deal", (_("nobody of {team} can take a lead").format(team=team),))
    pick = pick or Pick(None, WAITING, team, reads=True)
    chain.note_draw(pick)
    chain.own(pick.owner, {**logged(event), "data": {**pick.as_data(), "dealt": dealt.as_data()}}, pick)
    if pick.owner is None:
        chain.tell_unassigned(lead.held_by, lead.seq)
    chain.come_to_rest()
    return None
