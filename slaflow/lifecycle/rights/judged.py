"""An input judged by who tells it, before anything is decided: it goes on with its right, or denied.

Source: rules.md, 34. What was judged when it was told is in the log and never judged again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from slaflow.language import _, marked
from slaflow.lifecycle.events import (
    Answered,
    Assigned,
    Changed,
    Contested,
    Created,
    Dealt,
    Disputed,
    Erased,
    Fired,
    Happening,
    Input,
    Lifted,
    Migrated,
    Recorded,
    Upheld,
)
from slaflow.lifecycle.lead import Actor, Lead
from slaflow.lifecycle.people import Directory
from slaflow.lifecycle.rights.named import right_of
from slaflow.lifecycle.rights.permits import (
    Asker,
    Operation,
    Relation,
    asker,
    denied,
    lead_refusal,
    may,
)
from slaflow.lifecycle.rights.rules import fields_judged, granted, own_rule
from slaflow.lifecycle.rights.theirs import not_theirs
from slaflow.workflow.model.parties import LEAD, ROLES, SYSTEM, ActOn
from slaflow.workflow.model.workflow import Workflow

_Foreign = Callable[[], str | None]
"""Why the lead is not its asker's to act on."""


def judged(
    workflow: Workflow, people: Directory, event: Input, stands: Callable[[], Lead], who: Asker | None = None,
    *, acts_on: ActOn = "party",
) -> Input:  # fmt: skip
    """*event* with the right it is told by, or with why its actor has none.

    What is imported was done elsewhere: only roles that the agreement asks for are looked at. *stands* gives
    the lead as settled to its arrival, where that is asked for. Without *who*, *people* say who the actor
    is, and members act on *acts_on*.
    """
    if event.actor.party == SYSTEM or isinstance(event.happening, Created | Migrated):
        return event
    if event.imported and not _asked(workflow, event.happening, event.actor.party):
        return event  # who tells it is not even looked up: of a bare party that asks for everybody's role
    who = who or asker(people, event.actor, event.arrived_at, acts_on)
    right = role_asked(workflow, event.happening, who)
    if right is not None:
        event = event._replace(right=right)
    if event.imported or not _is_known(workflow, event.happening):
        return event
    foreign = partial(not_theirs, people, who, stands, event.arrived_at)
    if (rule := own_rule(workflow, event.happening)) is not None:
        return _by_rule(event, who, *rule, foreign)
    because = _refusal(event, who, *_deed(workflow, event, stands), foreign)
    if because is not None:
        return event._replace(right=None, denied=because)
    if isinstance(event.happening, Changed):
        return fields_judged(workflow, event, who)
    return _for_the_prospect(workflow, event, who, stands)


def _refusal(
    event: Input, who: Asker, operation: Operation, relations: Iterable[Relation], foreign: _Foreign
) -> str | None:
    because = lead_refusal(who, operation, relations, foreign)
    if because is not None and isinstance(event.happening, Contested) and because != foreign():
        return denied(who, _(_OF_RETURNS[event.happening.verb]))
    return because


def _for_the_prospect(workflow: Workflow, event: Input, who: Asker, stands: Callable[[], Lead]) -> Input:
    """*event*; what the prospect did and the party that holds the lead tells is the prospect's."""
    if not isinstance(event.happening, Recorded):
        return event
    by, party = workflow.activities[event.happening.kind].by, event.actor.party
    if LEAD not in by or party in by or party == LEAD:
        return event
    holds: Iterable[Relation] = ("holds",) if stands().held_by == party else ()
    if not may(who, "record_for_lead", holds):
        return event  # whose it is, the core says
    return event._replace(actor=Actor(event.actor.name, LEAD), right=party)


def is_used(workflow: Workflow, event: Input) -> bool:
    """Whether what was told needed its right; without any clause to override it may not have."""
    fired = event.happening
    return not isinstance(fired, Fired) or bool(
        workflow.demanded("trigger", fired.trigger, event.actor.party)
    )


_OF_RETURNS: Mapping[str, str] = {
    "dispute": marked("a member of the party that a lead went back to disputes that"),
    "lift": marked("a manager of another party than the lead went back to or an admin grants its dispute"),
    "uphold": marked("a manager of another party than the lead went back to or an admin upholds its dispute"),
}
"""Who may, as a refusal says it of returns."""


def _is_known(workflow: Workflow, happening: Happening) -> bool:
    """Whether it names what the agreement has; else the core says what is near."""
    match happening:
        case Fired(trigger=name):
            return name in workflow.triggers
        case Recorded(kind=name):
            return name in workflow.activities
        case Answered(check=name):
            return name in workflow.checks
        case Lifted(target=name) | Disputed(target=name) | Upheld(target=name):
            return any(name == target.name and not target.is_timer for target in workflow.targets)
        case Contested(about=name):
            return name in workflow.reasons
    return True


def role_asked(workflow: Workflow, happening: Happening, who: Asker) -> str | None:
    """The highest role that the agreement asks of their party for this, and that they have."""
    had = [role for role in _asked(workflow, happening, who.party) if who.stands_as(role)]
    return right_of(who.party, max(had, key=ROLES.index)) if had else None


def _asked(workflow: Workflow, happening: Happening, party: str) -> Sequence[str]:
    match happening:
        case Fired(trigger=name, override=why):
            by = workflow.demanded("trigger", name, party)
            return by if why is None else (*by, *workflow.demanded("override", name, party))
        case Recorded(kind=name):
            return workflow.demanded("activity", name, party)
        case Answered(check=name):
            return workflow.demanded("check", name, party)
    return ()


def _by_rule(event: Input, who: Asker, rule: Mapping[str, str], words: str, foreign: _Foreign) -> Input:
    if (right := granted(rule, who)) is None:
        return event._replace(denied=denied(who, words))
    if (because := foreign()) is not None:
        return event._replace(right=None, denied=because)
    return event._replace(right=right)


def _deed(
    workflow: Workflow, event: Input, stands: Callable[[], Lead]
) -> tuple[Operation, Iterable[Relation]]:
    """What it is in the table, and how its actor stands to it."""
    actor = event.actor
    match event.happening:
        case Fired(override=why):
            return ("fire" if why is None else "override"), ()
        case Recorded():
            return "record", ()
        case Answered():
            return "answer", ()
        case Lifted(target=target):
            return "lift", (_owing(workflow, target, actor.party),)
        case Upheld(target=target):
            return "uphold", (_owing(workflow, target, actor.party),)
        case Disputed(target=target):
            return "dispute", (_owing(workflow, target, actor.party),)
        case Contested(verb=verb):
            # Whose it is only the return itself tells: the core looks.
            return verb, ("owes" if verb == "dispute" else "other_owes",)
        case Assigned(owner=owner):
            return "assign", _assigning(stands(), actor.party, owner == actor.name)
        case Dealt():
            return "assign", _assigning(stands(), actor.party, False)
        case Changed(fields=changed):
            fields = stands().fields if set(changed) & set(workflow.identity) else {}
            is_other = any(n in workflow.identity and fields.get(n) != v for n, v in changed.items())
            return ("set_identity" if is_other else "set"), ()
        case Erased():
            return "erase", ()
        case Created():
            return "add", ()
        case Migrated():
            raise AssertionError("who moves leads was judged once for all of them")


def _owing(workflow: Workflow, target: str, party: str) -> Relation:
    return "owes" if workflow.target(target).owed_by == party else "other_owes"


def _assigning(lead: Lead, party: str, oneself: bool) -> Iterable[Relation]:
    if lead.held_by == party:
        yield "holds"
    if lead.owner is None:
        yield "unowned"
    if oneself:
        yield "oneself"
