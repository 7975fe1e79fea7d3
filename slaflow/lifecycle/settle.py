"""Time passing: the steps that fell before an instant, carried out oldest first.

At one instant all facts come first (warnings, breaches, pauses that run out), then what they cause, in
order of targets before timers, file order and step; what is caused joins the same order (rules.md, 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from slaflow.clock import rules
from slaflow.clock.due import next_step
from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import Message, instant_text
from slaflow.lifecycle.effects import Effect
from slaflow.lifecycle.guards import Chosen, choose_by_trigger, computed
from slaflow.lifecycle.lead import SYSTEM_ACTOR
from slaflow.lifecycle.transition import Chain, set_fields
from slaflow.lifecycle.work import Cause, Work
from slaflow.workflow.expressions.value import Unknown
from slaflow.workflow.model.clocks import Step, Target
from slaflow.workflow.model.flow import Action, Fire, Notify, SetFields

STEPS_AT_ONCE = 1000


class Fact(NamedTuple):
    """A step that fell: its entry, and the actions it still causes."""

    clock: Clock
    target: Target
    step: Step
    kind: str
    seq: int

    @property
    def order(self) -> tuple[int, int]:
        return self.target.index, self.target.steps.index(self.step)


def settle(work: Work, before: datetime) -> bool:
    """Carries out every step that fell strictly before *before*.

    Returns:
        True if :data:`STEPS_AT_ONCE` were carried out and more remain.
    """
    while True:
        waking = [c.wake_at for c in work.open_clocks() if c.wake_at is not None]
        if not waking or (at := min(waking)) >= before:
            return False
        if work.steps >= STEPS_AT_ONCE:
            return True
        _carry_out_instant(work, at)


def _carry_out_instant(work: Work, at: datetime) -> None:
    work.lead.step_at = at
    pending: list[Fact] = []
    while True:
        pending += _facts(work, at)
        if not pending:
            return
        if len(pending) > 1:
            pending.sort(key=lambda fact: fact.order)
        fact = pending.pop(0)
        for action in fact.step.actions:
            _act(work, action, fact, at)


def _facts(work: Work, at: datetime) -> list[Fact]:
    """States every fact that falls at *at*; gives those that cause something."""
    facts: list[Fact] = []
    for clock in work.open_clocks():
        while clock.wake_at is not None and clock.wake_at <= at:
            work.steps += 1
            if clock.status == "paused":
                _end_pause(work, clock, at)
            elif (fact := _fall(work, clock, at)).step.actions:
                facts.append(fact)
    return facts


def _end_pause(work: Work, clock: Clock, at: datetime) -> None:
    rules.exhaust(clock, work.target(clock), work.calendar(clock), at)
    assert clock.due_at is not None
    data = {"due_at": instant_text(clock.due_at), "because": "the pause's budget is used up"}
    work.log_clock("clock_resumed", at, clock, None, step="pause_end", data=data)


def _fall(work: Work, clock: Clock, at: datetime) -> Fact:
    target, calendar = work.target(clock), work.calendar(clock)
    found = next_step(clock, target, calendar)
    assert found is not None
    step = found[1]
    kind = _kind(target, step)
    clock.carried_out.append(step.label)
    if kind == "breached":
        rules.break_promise(clock)
    elif kind == "timer_fired":
        rules.fire_timer(clock, at)
    rules.refresh(clock, target, calendar)
    assert clock.due_at is not None
    data = {"due_at": instant_text(clock.due_at), "started_at": instant_text(clock.started_at)}
    seq = work.log_step(kind, at, clock, step.label, data)
    return Fact(clock, target, step, kind, seq)


def _kind(target: Target, step: Step) -> str:
    if target.is_timer:
        return "timer_fired"
    if step.is_due:
        return "breached"
    return "escalated" if step.falls_after_due else "warned"


def _act(work: Work, action: Action, fact: Fact, at: datetime) -> None:
    """Carries out one action of a step on the lead as the one before left it."""
    cause = Cause(at, by_step=True)
    if isinstance(action, Notify):
        _notify(work, action, fact, cause)
        return
    chain = Chain(work, cause)
    if isinstance(action, Fire):
        _fire(work, action, fact, chain)
    elif isinstance(action, SetFields):
        _set(work, action, fact, chain)
    elif problem := chain.obstacle(action):
        _refused(work, fact, at, (problem,))
    else:
        chain.assign_to(action, fact.seq)
    if chain.effects:
        chain.come_to_rest()


def _notify(work: Work, action: Notify, fact: Fact, cause: Cause) -> None:
    clock = fact.clock
    assert clock.due_at is not None
    data = {
        "title": fact.target.title,
        "owed_by": clock.owed_by,
        "due_at": instant_text(clock.due_at),
        "state": work.lead.state,
        "owner": work.lead.owner,
    }
    at = cause.at
    for person in work.routing(cause).recipients(action.to, clock.owed_by):
        work.tell(Message(person, fact.kind, at, fact.seq, clock.target, clock.number, fact.step.label, data))


def _fire(work: Work, action: Fire, fact: Fact, chain: Chain) -> None:
    """Fires as system; what the guards refuse is logged once and the clock goes on."""
    view = work.view(chain.cause.at)
    inputs: dict[str, object] = {}
    for name, expression in action.inputs.items():
        value = view.evaluate(expression)
        if not isinstance(value, Unknown) and value is not None:
            inputs[name] = value
    party, trace = SYSTEM_ACTOR.party, work.trace
    found = choose_by_trigger(view, action.trigger, inputs, party, owners=chain.obstacles, trace=trace)
    if isinstance(found, Chosen):
        chain.fire(found, fact.seq)
        return
    _refused(work, fact, chain.cause.at, found, action.trigger)


def _refused(
    work: Work, fact: Fact, at: datetime, because: Sequence[str], trigger: str | None = None
) -> None:
    """Logs once what a step could not do; nothing is tried again."""
    work.log(
        "refused", at, trigger=trigger, caused_by=fact.seq, target=fact.target.name,
        clock=fact.clock.number, step=fact.step.label, from_state=work.lead.state,
        reason="; ".join(because), data={"because": list(map(str, because))},
    )  # fmt: skip


def _set(work: Work, action: SetFields, fact: Fact, chain: Chain) -> None:
    at = chain.cause.at
    because: list[str] = []
    values = computed(work.view(at), action.values, because)
    if because:
        _refused(work, fact, at, because)
    if not values:
        return
    seq = work.log("changed", at, caused_by=fact.seq, data={"fields": values})
    chain.event(Effect(seq, fields=set_fields(work, values, at)))
