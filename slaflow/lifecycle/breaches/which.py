"""Of which breach something may be said by hand, and if of none, why; and its entry (rules.md, 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from slaflow.clock import disputes
from slaflow.clock.state import Clock
from slaflow.lifecycle.decision import instant_text
from slaflow.lifecycle.events import Disputed, Lifted, Upheld
from slaflow.lifecycle.work import Work


class Clocked(Protocol):
    """What has a lead's clocks."""

    @property
    def clocks(self) -> Sequence[Clock]: ...


def broken_clock(work: Clocked, said: Lifted | Disputed | Upheld, party: str) -> Clock | str:
    """The clock whose breach it is about, whoever says it, or why there is none that is not lifted."""
    name, number = said.target, said.number
    own = [c for c in work.clocks if c.target == name and c.is_broken and number in (None, c.number)]
    clock = max(own, key=lambda each: each.number, default=None)
    if clock is None:
        which = f"no clock of {name} is" if number is None else f"clock {number} of {name} is not"
        return f"{which} broken"
    if clock.lifted:
        return f"the breach of {name}, clock {clock.number}, is lifted already"
    return clock


def disputable_clock(work: Clocked, said: Lifted | Disputed | Upheld, party: str) -> Clock | str:
    """The clock whose breach *party* may dispute, or why it may not."""
    clock = broken_clock(work, said, party)
    if isinstance(clock, str):
        return clock
    if clock.owed_by != party:
        return f"{clock.target} is owed by {clock.owed_by}, who alone disputes its breaches, not {party}"
    if disputes.is_disputed(clock):
        done = "disputed already" if disputes.awaits_ruling(clock) else "disputed and upheld already"
        return f"the breach of {clock.target}, clock {clock.number}, is {done}"
    return clock


def disputed_clock(work: Clocked, said: Lifted | Disputed | Upheld, party: str) -> Clock | str:
    """The clock of which a dispute may be turned down, or why none can be; who may is a matter of rights."""
    clock = broken_clock(work, said, party)
    if isinstance(clock, str):
        return clock
    what = f"the breach of {clock.target}, clock {clock.number},"
    if not disputes.is_disputed(clock):
        return f"{what} is not disputed"
    return f"{what} is upheld already" if disputes.is_upheld(clock) else clock


def note(work: Work, kind: str, clock: Clock, at: datetime, given: Mapping[str, Any]) -> int:
    """Logs what was said of the breach of *clock*; gives the entry's ``seq``."""
    work.touch(clock)
    assert clock.breached_at is not None
    assert clock.due_at is not None
    data = {"breached_at": instant_text(clock.breached_at), "due_at": instant_text(clock.due_at)}
    return work.log(kind, at, **{**given, "target": clock.target, "clock": clock.number}, data=data)
