"""Lifting a breach by hand: the breach is excused, the duty stays (rules.md, 18)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from slaflow.clock import rules
from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Lifted
from slaflow.lifecycle.work import Work


def broken_clock(work: Work, lifted: Lifted) -> Clock | str:
    """The clock whose breach is to be lifted, or why there is none."""
    name, number = lifted.target, lifted.number
    own = [c for c in work.clocks if c.target == name and c.is_broken and number in (None, c.number)]
    clock = max(own, key=lambda each: each.number, default=None)
    if clock is None:
        which = f"no clock of {name} is" if number is None else f"clock {number} of {name} is not"
        return f"{which} broken"
    if clock.lifted:
        return f"the breach of {name}, clock {clock.number}, is lifted already"
    return clock


def lift(work: Work, clock: Clock, at: datetime, given: Mapping[str, Any]) -> None:
    """Excuses the breach; *given* is what the entry says besides. Its party is the one that owes."""
    rules.lift(clock)
    work.touch(clock)
    assert clock.breached_at is not None
    assert clock.due_at is not None
    data = {"breached_at": instant_text(clock.breached_at), "due_at": instant_text(clock.due_at)}
    about = {"party": clock.owed_by, "target": clock.target, "clock": clock.number}
    work.log("breach_lifted", at, **{**given, **about}, data=data)
