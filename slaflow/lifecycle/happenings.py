"""Applying one input to a lead that has been settled: a rule for each kind of happening."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any

from slaflow.errors import UnknownName
from slaflow.language import _
from slaflow.lifecycle.approaches import note_approach, remarks
from slaflow.lifecycle.breaches import returns, sayings
from slaflow.lifecycle.decision import Refusal
from slaflow.lifecycle.effects import Effect
from slaflow.lifecycle.erasure import check_not_erased, erase
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
    as_given,
)
from slaflow.lifecycle.guards import Chosen, choose_by_trigger, validated
from slaflow.lifecycle.inputs import chain_of, lateness, logged, refuse
from slaflow.lifecycle.late import is_outdated, is_wiped
from slaflow.lifecycle.lead import MAX_ATTEMPTS, Answer, Attempt, Tally
from slaflow.lifecycle.machine import lifecycle_of
from slaflow.lifecycle.migration.migrate import migrate
from slaflow.lifecycle.owners.dealt import deal
from slaflow.lifecycle.rights.named import named, names, others
from slaflow.lifecycle.scoring import decayed, halved, number_text
from slaflow.lifecycle.transition import set_fields
from slaflow.lifecycle.view import View, failing_clauses, points
from slaflow.lifecycle.work import Work
from slaflow.workflow.model.lead import Activity, Check, Value
from slaflow.workflow.model.parties import LEAD, SYSTEM


def apply(work: Work, event: Input, at: datetime) -> Refusal | None:
    """Applies *event* at *at*; gives the refusal if the agreement does not allow it.

    Raises:
        UnknownName: a trigger, activity, check or field the workflow does not declare.
        LeadErased: the lead's person was erased.
    """
    check_not_erased(work.lead)
    if event.denied is not None:
        return _deny(work, event, at, event.denied)
    match event.happening:
        case Fired() as fired:
            return _fire(work, event, at, fired)
        case Recorded() as touch:
            return _record(work, event, at, touch)
        case Answered() as answered:
            return _answer(work, event, at, answered)
        case Changed() as changed:
            _change(work, event, at, changed)
        case Assigned() as assigned:
            _assign(work, event, at, assigned)
        case Dealt() as dealt:
            return deal(work, event, at, dealt)
        case Lifted() | Disputed() | Upheld() as said:
            return sayings.say(work, event, at, said)
        case Contested() as contested:
            return returns.contest(work, event, at, contested)
        case Erased() as erased:
            erase(work, erased, at, logged(event))
        case Migrated() as migrated:
            migrate(work, event, at, migrated)
        case Created():
            raise AssertionError("a lead is created once; decide() sees to it")
    return None


def _deny(work: Work, event: Input, at: datetime, because: str) -> Refusal:
    """Logs what somebody asked for who has no right to it; it is nothing else, not even evidence."""
    what, asked = _asked_for(event.happening)
    trigger = event.happening.trigger if isinstance(event.happening, Fired) else None
    return refuse(work, event, at, what, (because,), trigger=trigger, data={**asked, "denied": True})


def _asked_for(happening: Happening) -> tuple[str, dict[str, Any]]:
    """What a refusal calls a deed, and what its entry says of it: no value that was never taken."""
    match happening:
        case Fired(trigger=trigger, inputs=inputs):
            return trigger, {"inputs": as_given(inputs)}
        case Recorded(kind=kind, fields=fields):
            return kind, {"activity": kind, "fields": as_given(fields)}
        case Answered(check=check, answer=answer):
            return check, {"check": check, "answer": as_given(answer)}
        case Changed(fields=changed):
            return f"setting {', '.join(changed)}", {"change": sorted(changed)}
        case Assigned(owner=owner):
            return "assign", {"assign": owner}
        case Dealt() as dealt:
            return "assign", {"deal": dealt.as_data()}
        case Lifted() | Disputed() | Upheld() as said:
            return sayings.asked_for(said)
        case Contested() as contested:
            return returns.asked_for(contested)
        case Erased():
            return "erase", {"erase": True}
        case Created() | Migrated():
            raise AssertionError("who may not add a lead makes none")


def _fire(work: Work, event: Input, at: datetime, fired: Fired) -> Refusal | None:
    known = work.workflow.triggers
    if fired.trigger not in known:
        raise UnknownName("trigger", fired.trigger, known)
    chain = chain_of(work, event, at)
    party, overrides = event.actor.party, fired.override is not None
    found = choose_by_trigger(
        work.view(at), fired.trigger, fired.inputs, party, overrides, chain.obstacles, event.right, work.trace
    )
    if not isinstance(found, Chosen):
        data: dict[str, Any] = {"inputs": as_given(fired.inputs)}
        if fired.override is not None:
            data["override"] = fired.override
        refusal = refuse(work, event, at, fired.trigger, found, trigger=fired.trigger, data=data)
        if work.late is not None:
            chain.testify(Effect(work.lead.seq, trigger=fired.trigger, late=work.late))
        return refusal
    given = logged(event) | ({"reason": fired.override} if found.overridden else {})
    chain.fire(found, None, given, _told(work, fired, found))
    chain.come_to_rest()
    return None


def _told(work: Work, fired: Fired, found: Chosen) -> dict[str, Any] | None:
    """The inputs as given, where they may choose another row than what *found* made of them."""
    if len(lifecycle_of(work.workflow).rows(work.lead.state, fired.trigger)) == 1:
        return None
    given = as_given(fired.inputs)
    return None if given == found.inputs else given


def _record(work: Work, event: Input, at: datetime, touch: Recorded) -> Refusal | None:
    kind = work.workflow.activities.get(touch.kind)
    if kind is None:
        raise UnknownName("activity", touch.kind, work.workflow.activities)
    because = []
    if not names(kind.by, kind.roles, event.actor.party, event.right):
        who = others(kind.by, kind.roles, event.actor.party, event.right)
        because.append(
            _("{kind} is recorded by {named}, not by {who}").format(
                kind=kind.kind, named=named(kind.by, kind.roles), who=who
            )
        )
    values = validated(kind.fields, touch.fields, work.workflow, because)
    if because:
        data = {"activity": kind.kind, "fields": as_given(touch.fields)}
        return refuse(work, event, at, kind.kind, tuple(because), data=data)
    automated = kind.automated if touch.automated is None else touch.automated
    _note_touch(work, event, at, kind, values, automated)
    return None


def _note_touch(
    work: Work, event: Input, at: datetime, kind: Activity, values: dict[str, Value], automated: bool
) -> None:
    lead, party = work.lead, event.actor.party
    view = work.view(at, {"touch": (kind.fields, values)})
    counts = view.holds(kind.when)
    earned = points(view, kind.points) if counts and _stands(work, "engagement", event) else 0.0
    worth = capped(kind, earned, lead.tallies.get(kind.kind, Tally()))
    by_hand = party != SYSTEM and not automated
    is_attempt, is_contact = by_hand and kind.attempt is not None, by_hand and kind.contact
    data: dict[str, Any] = {"activity": kind.kind, "fields": values, "automated": automated}
    if worth:
        data["points"] = number_text(worth)
    moves = counts and kind.stage is not None and not view.reached(kind.stage)
    reached = kind.stage if moves and _stands(work, "stage", event) else None
    data |= remarks(work.workflow, lead, kind, party, event.occurred_at, reached)
    seq = work.log("activity", at, **logged(event), data=data | lateness(work))
    _tally(work, event, at, kind, worth)
    note_approach(work.workflow, lead, party, event.occurred_at)
    if reached is not None:
        lead.stage = reached
    if work.late is None or work.late.is_evidence:
        _note_effort(work, event.occurred_at, kind.attempt if is_attempt else None, is_contact)
    if party == LEAD:
        lead.touched_at = max(lead.touched_at or event.occurred_at, event.occurred_at)
    elif party != SYSTEM:
        lead.worked_at = max(lead.worked_at or event.occurred_at, event.occurred_at)
    chain = chain_of(work, event, at)
    chain.event(Effect(seq, activity=kind.kind, attempt=is_attempt, contact=is_contact, late=work.late))
    chain.come_to_rest()


def _stands(work: Work, what: str, event: Input) -> bool:
    """Whether no reset since has wiped what the activity adds to *what*."""
    return work.late is None or not is_wiped(work.lead, what, event.occurred_at)


def capped(kind: Activity, worth: float, tally: Tally) -> float:
    """*worth* as far as the kind's ``cap`` leaves room since the last reset."""
    if kind.cap is None:
        return worth
    return min(worth, max(float(kind.cap) - tally.points, 0.0))


def _tally(work: Work, event: Input, at: datetime, kind: Activity, worth: float) -> None:
    """Counts the touchpoint; points have been decaying since it happened, whenever it was told."""
    lead, then = work.lead, event.occurred_at
    tally = lead.tallies.get(kind.kind, Tally())
    count = tally.count + _stands(work, "engagement", event)
    lead.tallies[kind.kind] = Tally(count, tally.points + worth, max(tally.last or then, then))
    if worth:
        half_life = work.workflow.scoring.half_life
        lead.engagement = decayed(lead, half_life, at) + halved(worth, half_life, at - then)
        lead.engagement_at = at


def _note_effort(work: Work, then: datetime, channel: str | None, is_contact: bool) -> None:
    """Notes an attempt and a contact, where they belong in order of occurrence."""
    lead = work.lead
    is_since = lead.handoff_at is None or then >= lead.handoff_at
    lead.contacted |= is_contact and is_since
    if channel is None:
        return
    first, last = (lead.attempts_before_handoff, None) if is_since else (0, lead.attempts_before_handoff)
    place = bisect_right(lead.attempts, then, first, last, key=attrgetter("at"))
    lead.attempts.insert(place, Attempt(then, channel))
    lead.attempts_before_handoff += not is_since
    dropped = max(len(lead.attempts) - MAX_ATTEMPTS, 0)
    if dropped:
        lead.attempts = lead.attempts[dropped:]
        lead.attempts_before_handoff = max(lead.attempts_before_handoff - dropped, 0)


def _answer(work: Work, event: Input, at: datetime, answered: Answered) -> Refusal | None:
    check = work.workflow.checks.get(answered.check)
    if check is None:
        raise UnknownName("check", answered.check, work.workflow.checks)
    because: list[str] = []
    allowed = tuple(dict.fromkeys((work.lead.held_by, *check.by)))
    if not names(allowed, check.roles, event.actor.party, event.right):
        who = others(allowed, check.roles, event.actor.party, event.right)
        because.append(
            _("{name} is answered by {named}, not by {who}").format(
                name=check.name, named=named(allowed, check.roles), who=who
            )
        )
    values = validated(check.fields, answered.answer, work.workflow, because)
    if because:
        data = {"check": check.name, "answer": as_given(answered.answer)}
        return refuse(work, event, at, check.name, tuple(because), data=data)
    _note_answer(work, event, at, check, values)
    return None


def _note_answer(work: Work, event: Input, at: datetime, check: Check, values: dict[str, Value]) -> None:
    view = View(work.workflow, work.lead, at, {"answer": (check.fields, values)})
    failing = failing_clauses(view, check.passes)
    data = {"check": check.name, "answer": values, "passed": not failing, "because": list(map(str, failing))}
    shared = {name: value for name, value in values.items() if name in work.workflow.fields}
    outdated = _outdated_fields(work, shared)
    stands = work.late is None or not _is_answered_since(work, check, event.occurred_at)
    named = outdated if stands else [check.name, *outdated]
    seq = work.log("checked", at, **logged(event), data=data | lateness(work, outdated=named))
    if stands:
        work.lead.checks[check.name] = Answer(not failing, values, event.occurred_at)
    _set(work, event, at, seq, shared, outdated)


def _is_answered_since(work: Work, check: Check, then: datetime) -> bool:
    known = work.lead.checks.get(check.name)
    return is_wiped(work.lead, "checks", then) or is_outdated(None if known is None else known.at, then)


def _outdated_fields(work: Work, values: Mapping[str, Value]) -> list[str]:
    """Which of them were set since what is told late happened, and so stay as they are."""
    late, set_at = work.late, work.lead.field_at
    if late is None:
        return []
    return sorted(name for name in values if is_outdated(set_at.get(name), late.occurred_at))


def _set(
    work: Work, event: Input, at: datetime, seq: int, values: Mapping[str, Value], outdated: list[str]
) -> None:
    """Sets the fields that are not *outdated*, as of when they were; and what follows from it."""
    fresh = {name: value for name, value in values.items() if name not in outdated}
    chain = chain_of(work, event, at)
    chain.event(Effect(seq, fields=set_fields(work, fresh, event.occurred_at)))
    chain.come_to_rest()


def _change(work: Work, event: Input, at: datetime, changed: Changed) -> None:
    outdated = _outdated_fields(work, changed.fields)
    data = {"fields": dict(changed.fields), **lateness(work, outdated=outdated)}
    seq = work.log("changed", at, **logged(event), data=data)
    _set(work, event, at, seq, changed.fields, outdated)


def _assign(work: Work, event: Input, at: datetime, assigned: Assigned) -> None:
    data = {"to": assigned.owner, "method": "by hand", **lateness(work)}
    if work.late is not None:
        # Who got the lead since then keeps it.
        work.log("assigned", at, **logged(event), data=data)
        return
    chain = chain_of(work, event, at)
    chain.own(assigned.owner, {**logged(event), "data": data})
    chain.come_to_rest()
