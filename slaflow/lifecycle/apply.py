"""Applying one input to a lead that has been settled: a rule for each kind of happening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from slaflow.errors import UnknownName
from slaflow.lifecycle.chain import Chain, set_fields
from slaflow.lifecycle.clockwork import Effect
from slaflow.lifecycle.decision import Refusal
from slaflow.lifecycle.events import Answered, Assigned, Changed, Fired, Input, Recorded
from slaflow.lifecycle.guards import Chosen, choose_by_trigger, validated
from slaflow.lifecycle.lead import MAX_ATTEMPTS, Answer, Attempt, Tally
from slaflow.lifecycle.scoring import decayed, number_text
from slaflow.lifecycle.view import View, failing_clauses, points
from slaflow.lifecycle.work import Cause, Work
from slaflow.workflow.model import LEAD, SYSTEM, Activity, Check, Value


def apply(work: Work, event: Input, at: datetime) -> Refusal | None:
    """Applies *event* at *at*; gives the refusal if the agreement does not allow it.

    Raises:
        UnknownName: a trigger, activity, check or field the workflow does not declare.
    """
    return _RULES[type(event.happening)](work, event, at)


def _logged(event: Input) -> dict[str, Any]:
    """What every input's entry carries."""
    return {
        "entry_class": "input",
        "actor": event.actor.name,
        "party": event.actor.party,
        "arrived_at": event.arrived_at,
        "occurred_at": event.occurred_at,
    }


def _chain(work: Work, event: Input, at: datetime) -> Chain:
    return Chain(work, Cause(at, arrived_at=event.arrived_at, occurred_at=event.occurred_at))


def _refuse(
    work: Work, event: Input, at: datetime, what: str, because: tuple[str, ...], **rest: Any
) -> Refusal:
    data = {"because": list(because), **rest.pop("data", {})}
    reason = "; ".join(because)
    work.log("refused", at, **_logged(event), from_state=work.lead.state, reason=reason, data=data, **rest)
    return Refusal(what, because)


def _fire(work: Work, event: Input, at: datetime) -> Refusal | None:
    fired = event.happening
    assert isinstance(fired, Fired)
    known = work.workflow.triggers
    if fired.trigger not in known:
        raise UnknownName("trigger", fired.trigger, known)
    found = choose_by_trigger(work.view(at), fired.trigger, fired.inputs, event.actor.party)
    if not isinstance(found, Chosen):
        data = {"inputs": as_given(fired.inputs)}
        return _refuse(work, event, at, fired.trigger, found, trigger=fired.trigger, data=data)
    chain = _chain(work, event, at)
    chain.fire(found, None, _logged(event))
    chain.come_to_rest()
    return None


def as_given(values: Any) -> dict[str, Any]:
    """Raw values as text where JSON without floats has no better form for them."""
    return {k: v if v is None or isinstance(v, str | bool | int) else str(v) for k, v in values.items()}


def _record(work: Work, event: Input, at: datetime) -> Refusal | None:
    touch = event.happening
    assert isinstance(touch, Recorded)
    kind = work.workflow.activities.get(touch.kind)
    if kind is None:
        raise UnknownName("activity", touch.kind, work.workflow.activities)
    because = []
    if event.actor.party not in kind.by:
        because.append(f"{kind.kind} is recorded by {' or '.join(kind.by)}, not by {event.actor.party}")
    values = validated(kind.fields, touch.fields, work.workflow.timezone, because)
    if because:
        data = {"activity": kind.kind, "fields": as_given(touch.fields)}
        return _refuse(work, event, at, kind.kind, tuple(because), data=data)
    automated = kind.automated if touch.automated is None else touch.automated
    _note_touch(work, event, at, kind, values, automated)
    return None


def _note_touch(
    work: Work, event: Input, at: datetime, kind: Activity, values: dict[str, Value], automated: bool
) -> None:
    lead, party = work.lead, event.actor.party
    view = work.view(at, {"touch": (kind.fields, values)})
    counts = view.holds(kind.when)
    worth = capped(kind, points(view, kind.points) if counts else 0.0, lead.tallies.get(kind.kind, Tally()))
    by_hand = party != SYSTEM and not automated
    is_attempt, is_contact = by_hand and kind.attempt is not None, by_hand and kind.contact
    data: dict[str, Any] = {"activity": kind.kind, "fields": values, "automated": automated}
    if worth:
        data["points"] = number_text(worth)
    seq = work.log("activity", at, **_logged(event), data=data)
    _tally(work, at, kind, worth)
    if counts and kind.stage is not None and not view.reached(kind.stage):
        lead.stage = kind.stage
    if is_attempt and kind.attempt is not None:
        _note_attempt(work, Attempt(at, kind.attempt))
    lead.contacted |= is_contact
    if party == LEAD:
        lead.touched_at = at
    elif party != SYSTEM:
        lead.worked_at = at
    chain = _chain(work, event, at)
    chain.event(Effect(seq, activity=kind.kind, attempt=is_attempt, contact=is_contact))
    chain.come_to_rest()


def capped(kind: Activity, worth: float, tally: Tally) -> float:
    """*worth* as far as the kind's ``cap`` leaves room since the last reset."""
    if kind.cap is None:
        return worth
    return min(worth, max(float(kind.cap) - tally.points, 0.0))


def _tally(work: Work, at: datetime, kind: Activity, worth: float) -> None:
    lead = work.lead
    tally = lead.tallies.get(kind.kind, Tally())
    lead.tallies[kind.kind] = Tally(tally.count + 1, tally.points + worth, at)
    if worth:
        lead.engagement = decayed(lead, work.workflow.scoring.half_life, at) + worth
        lead.engagement_at = at


def _note_attempt(work: Work, attempt: Attempt) -> None:
    lead = work.lead
    lead.attempts.append(attempt)
    dropped = max(len(lead.attempts) - MAX_ATTEMPTS, 0)
    if dropped:
        lead.attempts = lead.attempts[dropped:]
        lead.attempts_before_handoff = max(lead.attempts_before_handoff - dropped, 0)


def _answer(work: Work, event: Input, at: datetime) -> Refusal | None:
    answered = event.happening
    assert isinstance(answered, Answered)
    check = work.workflow.checks.get(answered.check)
    if check is None:
        raise UnknownName("check", answered.check, work.workflow.checks)
    because: list[str] = []
    allowed = check.by or (work.lead.held_by,)
    if event.actor.party not in {*check.by, work.lead.held_by}:
        who = " or ".join(dict.fromkeys((work.lead.held_by, *allowed)))
        because.append(f"{check.name} is answered by {who}, not by {event.actor.party}")
    values = validated(check.fields, answered.answer, work.workflow.timezone, because)
    if because:
        data = {"check": check.name, "answer": as_given(answered.answer)}
        return _refuse(work, event, at, check.name, tuple(because), data=data)
    _note_answer(work, event, at, check, values)
    return None


def _note_answer(work: Work, event: Input, at: datetime, check: Check, values: dict[str, Value]) -> None:
    view = View(work.workflow, work.lead, at, {"answer": (check.fields, values)})
    failing = failing_clauses(view, check.passes)
    data = {"check": check.name, "answer": values, "passed": not failing, "because": list(failing)}
    seq = work.log("checked", at, **_logged(event), data=data)
    work.lead.checks[check.name] = Answer(not failing, values, at)
    shared = {name: value for name, value in values.items() if name in work.workflow.fields}
    chain = _chain(work, event, at)
    chain.event(Effect(seq, fields=set_fields(work, shared, at)))
    chain.come_to_rest()


def _change(work: Work, event: Input, at: datetime) -> None:
    changed = event.happening
    assert isinstance(changed, Changed)
    seq = work.log("changed", at, **_logged(event), data={"fields": dict(changed.fields)})
    chain = _chain(work, event, at)
    chain.event(Effect(seq, fields=set_fields(work, changed.fields, at)))
    chain.come_to_rest()


def _assign(work: Work, event: Input, at: datetime) -> None:
    assigned = event.happening
    assert isinstance(assigned, Assigned)
    chain = _chain(work, event, at)
    chain.own(assigned.owner, {**_logged(event), "data": {"to": assigned.owner, "method": "by hand"}})
    chain.come_to_rest()


_RULES: dict[type, Callable[[Work, Input, datetime], Refusal | None]] = {
    Fired: _fire,
    Recorded: _record,
    Answered: _answer,
    Changed: _change,
    Assigned: _assign,
}
