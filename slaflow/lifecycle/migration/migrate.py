"""One lead moved to another version of its agreement, in the order of rules.md, 23.

The entry, then its clocks in file order, pauses, autos, and last what starts. Nobody did a deed by it: what
follows keeps no promise and draws no turn, as what a step causes.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from slaflow.clock import rules
from slaflow.clock.due import pause_end
from slaflow.clock.state import Clock
from slaflow.errors import SlaflowError
from slaflow.lifecycle import clocks
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.effects import Effect, matches
from slaflow.lifecycle.events import Input, Migrated
from slaflow.lifecycle.inputs import logged
from slaflow.lifecycle.machine import lifecycle_of
from slaflow.lifecycle.migration.change import Change, change_to, is_change
from slaflow.lifecycle.migration.clocks import Mover
from slaflow.lifecycle.migration.lead import carry_over
from slaflow.lifecycle.migration.move import ClockMove, What
from slaflow.lifecycle.owners import promises
from slaflow.lifecycle.transition import Chain
from slaflow.lifecycle.work import Cause, Work
from slaflow.workflow.model.clocks import Span

Before = list[tuple[Clock, datetime | None, str]]
"""The clocks that were open, each with when it was due and what it was then."""


class OtherAgreement(SlaflowError):
    """A lead never moves from one agreement to another, only between versions of its own."""

    code = "other_agreement"

    def __init__(self, own: str, other: str) -> None:
        super().__init__(f"it lives under {own}, and no version of {other} is one of that")


def migrate(work: Work, event: Input, at: datetime, migrated: Migrated) -> None:
    """Moves the lead of *work*, which is settled, to the version that *migrated* names.

    Raises:
        StateGone, InvalidValue: as ``carry_over``; the lead is to be left as it was.
    """
    lead, old = work.lead, work.workflow
    new = work.versions(migrated.to)
    if new.name != old.name:
        raise OtherAgreement(old.name, new.name)
    change = change_to(old, new, migrated)
    left, owner, waited = lead.state, lead.owner, lead.waits_for
    before: Before = [(clock, clock.due_at, clock.status) for clock in work.open_clocks()]
    known = len(work.clocks)
    carry_over(work, change, at)
    data = {
        "from_digest": old.digest, "state_map": dict(migrated.states),
        "target_map": dict(migrated.targets), "grace": migrated.grace,
    }  # fmt: skip
    seq = work.log("migrated", at, **logged(event), from_state=left, to_state=lead.state, data=data)
    if waited is not None and lead.waits_for is None and not lead.closed:
        Chain(work, Cause(at, by_step=True)).tell_unassigned(lead.held_by, seq)
    if old.has_owners_promises:
        promises.rename(work, {target.name: change.terms(target.name).new for target in old.targets})
    mover = Mover(work, change, _span(migrated.grace), seq, at)
    changed = {id(clock) for clock, _, _ in before if mover.move(clock)}
    if is_change(change):
        _follow(work, change, Effect(seq, assigned=lead.owner != owner), at)
    work.moves = [_moved(clock, due, id(clock) in changed, status) for clock, due, status in before]
    work.moves += [ClockMove(c.target, "started", None, c.due_at) for c in work.clocks[known:]]


@lru_cache(maxsize=64)
def _span(text: str) -> Span:
    # Imported here, as only a move reads a duration; all else is compiled.
    from slaflow.workflow.document.durations import parse_duration

    return parse_duration(text)


def _follow(work: Work, change: Change, effect: Effect, at: datetime) -> None:
    """What follows once every clock keeps the new terms; nothing does where no term is another."""
    promises.pass_on(work, effect, at)
    _end_pauses(work, effect.seq, at)
    clocks.look_at_pauses(work, at, effect.seq)
    if lifecycle_of(work.workflow).autos(work.lead.state):
        Chain(work, Cause(at, by_step=True), [Effect(effect.seq)]).come_to_rest()
    _start(work, change, effect.seq, at)


def _end_pauses(work: Work, cause: int, at: datetime) -> None:
    """Resumes what the new text pauses no more, or no longer."""
    for clock in work.open_clocks():
        if clock.status != "paused":
            continue
        target, calendar = work.target(clock), work.calendar(clock)
        if target.pause is None:
            clocks.resume(work, clock, target, at, cause)
        elif (end := pause_end(clock, calendar)) is not None and end <= at:
            rules.exhaust(clock, target, calendar, at)
            assert clock.due_at is not None
            data = {"due_at": instant_text(clock.due_at), "because": "the pause's budget is used up"}
            work.log_clock("clock_resumed", at, clock, cause, step="pause_end", data=data)


def _start(work: Work, change: Change, cause: int, at: datetime) -> None:
    """Starts what the old text lacks, where what starts it is so already."""
    if not change.lacking:
        return
    lead, view = work.lead, work.view(at)
    given = frozenset(name for name, value in lead.fields.items() if value is not None)
    now = Effect(cause, entered=lead.state, fields=given)
    taken = {clock.target for clock in work.open_clocks()}
    for target in change.lacking:
        starts = (each for each in target.start if each.kind in ("enter", "set"))
        if target.name in taken or not any(matches(each, now, view) for each in starts):
            continue
        if not clocks.lives_at_rest(work, target):
            continue
        if promises.must_wait(work, target):
            promises.wait(work, target, at)
        else:
            work.is_moved = True
            clocks.start(work, target, view, cause)


def _moved(clock: Clock, due: datetime | None, is_other: bool, status: str) -> ClockMove:
    """What became of *clock*, which was due at *due*."""
    if not clock.is_open:
        what: What = "met" if clock.status in ("met", "met_late") else "cancelled"
        return ClockMove(clock.target, what, due, None)
    if is_other and clock.graced and clock.due_at != due:
        what = "graced"
    elif clock.status == "paused" and (is_other or status != "paused"):
        what = "paused"
    else:
        what = "untouched" if clock.due_at == due else "moved"
    return ClockMove(clock.target, what, due, clock.due_at)
