"""Promises of each owner: they end when the lead gets another owner, and begin anew with them.

Such a promise waits while nobody owns the lead. It is remembered among the instants of fields, under a name
that no field has, and forgotten when the lead enters a state in which it does not live. Source: rules.md, 8.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from slaflow.clock import rules
from slaflow.clock.due import time_left
from slaflow.clock.state import Clock
from slaflow.lifecycle.effects import Effect
from slaflow.lifecycle.lead import Lead
from slaflow.lifecycle.work import Work
from slaflow.workflow.model.clocks import Target

_WAITS = "waits."


def pass_on(work: Work, effect: Effect, at: datetime) -> None:
    """Ends the promises of the owner before, each under its own verdict; they wait for the next one."""
    if not effect.assigned:
        return
    for clock in work.open_clocks():
        target = work.target(clock)
        if target.per_owner and not _is_owners(work, clock):
            _end(work, clock, at, effect.seq)
            wait(work, target, at)


def _is_owners(work: Work, clock: Clock) -> bool:
    owner = work.lead.owner
    if owner is None or clock.owner is None:
        return owner == clock.owner
    return work.people.spelt(owner) == work.people.spelt(clock.owner)


def _end(work: Work, clock: Clock, at: datetime, cause: int) -> None:
    data: dict[str, object] = {"broken": clock.is_broken, "owner": clock.owner}
    data["because"] = "nobody owns the lead" if work.lead.owner is None else "the lead got another owner"
    if clock.is_broken:
        late = -time_left(clock, work.calendar(clock), at)
        data["late_seconds"] = max(int(late.total_seconds()), 0)
    rules.pass_on(clock, at)
    kind = "clock_cancelled" if clock.is_broken else "clock_passed_on"
    work.log_clock(kind, at, clock, cause, data=data)


def wait(work: Work, target: Target, at: datetime) -> None:
    """Remembers that a promise of *target* is asked for and has nobody yet who owes it."""
    work.is_moved = True
    work.lead.field_at.setdefault(_WAITS + target.name, at)


def stop_waiting(work: Work, effect: Effect) -> None:
    """Forgets what does not live in the state entered."""
    if effect.entered is None or not work.workflow.has_owners_promises:
        return
    for target in _waiting(work):
        if target.lives_in is None or effect.entered not in target.lives_in:
            del work.lead.field_at[_WAITS + target.name]


def taken_up(work: Work, effects: Iterable[Effect]) -> dict[str, int]:
    """The targets that waited and have an owner now, with the entry by which they got one."""
    if not work.workflow.has_owners_promises or work.lead.owner is None:
        return {}
    given = [effect.seq for effect in effects if effect.assigned]
    waiting = _waiting(work) if given else []
    for target in waiting:
        del work.lead.field_at[_WAITS + target.name]
    return {target.name: given[-1] for target in waiting}


def must_wait(work: Work, target: Target) -> bool:
    """Whether nobody is there yet who would owe a promise of *target*."""
    return target.per_owner and work.lead.owner is None


def is_waiting(lead: Lead, target: str) -> bool:
    """Whether a promise of *target* is asked for that begins once somebody owns *lead*."""
    return _WAITS + target in lead.field_at


def rename(work: Work, targets: Mapping[str, Target | None]) -> None:
    """What waits goes by new names from now on; None: nothing waits for that any more."""
    lead = work.lead
    for name, target in targets.items():
        if (at := lead.field_at.get(_WAITS + name)) is None or (target and target.name == name):
            continue
        work.is_moved = True
        del lead.field_at[_WAITS + name]
        if target is not None and target.per_owner:
            lead.field_at[_WAITS + target.name] = at


def _waiting(work: Work) -> list[Target]:
    return [t for t in work.workflow.targets if t.per_owner and _WAITS + t.name in work.lead.field_at]
