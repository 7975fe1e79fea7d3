"""Of which breach something may be said by hand, and if of none, why; and its entry (rules.md, 18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from slaflow.clock import disputes
from slaflow.clock.state import Clock
from slaflow.language import _
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
        words = _("no clock of {name} is broken")
        if number is not None:
            words = _("clock {number} of {name} is not broken")
        return words.format(name=name, number=number)
    if clock.lifted:
        return _about(_("the breach of {name}, clock {number}, is lifted already"), clock)
    return clock


def disputable_clock(work: Clocked, said: Lifted | Disputed | Upheld, party: str) -> Clock | str:
    """The clock whose breach *party* may dispute, or why it may not."""
    clock = broken_clock(work, said, party)
    if isinstance(clock, str):
        return clock
    if clock.owed_by != party:
        words = _("{name} is owed by {owes}, who alone disputes its breaches, not {party}")
        return words.format(name=clock.target, owes=clock.owed_by, party=party)
    if disputes.awaits_ruling(clock):
        return _about(_("the breach of {name}, clock {number}, is disputed already"), clock)
    if disputes.is_disputed(clock):
        return _about(_("the breach of {name}, clock {number}, is disputed and upheld already"), clock)
    return clock


def disputed_clock(work: Clocked, said: Lifted | Disputed | Upheld, party: str) -> Clock | str:
    """The clock of which a dispute may be turned down, or why none can be; who may is a matter of rights."""
    clock = broken_clock(work, said, party)
    if isinstance(clock, str):
        return clock
    if not disputes.is_disputed(clock):
        return _about(_("the breach of {name}, clock {number}, is not disputed"), clock)
    if disputes.is_upheld(clock):
        return _about(_("the breach of {name}, clock {number}, is upheld already"), clock)
    return clock


def _about(words: str, clock: Clock) -> str:
    return words.format(name=clock.target, number=clock.number)


def note(work: Work, kind: str, clock: Clock, at: datetime, given: Mapping[str, Any]) -> int:
    """Logs what was said of the breach of *clock*; gives the entry's ``seq``."""
    work.touch(clock)
    assert clock.breached_at is not None
    assert clock.due_at is not None
    if kind == "breach_lifted":
        work.forget_breach(clock)
    data = {"breached_at": instant_text(clock.breached_at), "due_at": instant_text(clock.due_at)}
    return work.log(kind, at, **{**given, "target": clock.target, "clock": clock.number}, data=data)
