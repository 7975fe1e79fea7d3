"""What an event did, as patterns see it, and what is noted beside it so that commitments can be measured.

The lead as it stands at the event is known here and nowhere later, so whether a commitment's ``when``
held, what a sum adds, and which value counts once is written down under ``counts`` in the entry's data,
by the key of what counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from slaflow.lifecycle.late import Late
from slaflow.lifecycle.view import View
from slaflow.lifecycle.work import Work
from slaflow.workflow.identity import compared
from slaflow.workflow.model.clocks import Pattern
from slaflow.workflow.model.commitment import Happening


class Effect(NamedTuple):
    """What one event did, as patterns see it; ``seq`` is its entry."""

    seq: int
    entered: str | None = None
    trigger: str | None = None
    activity: str | None = None
    attempt: bool = False
    contact: bool = False
    fields: frozenset[str] = frozenset()
    assigned: bool = False
    disputed: str | None = None
    ruled: str | None = None
    """The target of which a breach was disputed, or a dispute ruled on."""
    late: Late | None = None
    """The input it is the effect of, where that is told late."""

    @property
    def is_past(self) -> bool:
        """Whether it is over: a late activity is evidence of then, and starts or restarts nothing now."""
        return self.late is not None and self.activity is not None


def matches(pattern: Pattern, effect: Effect, view: View) -> bool:
    """Whether *effect* is of the kind *pattern* names; counting is the caller's."""
    kind = pattern.kind
    if kind == "attempts":
        seen = effect.attempt
    elif kind == "contact":
        seen = effect.contact
    elif kind == "assign":
        seen = effect.assigned
    elif kind == "dispute":
        seen = effect.disputed in pattern.names
    elif kind == "ruling":
        seen = effect.ruled in pattern.names
    elif kind == "set":
        seen = any(view.lead.fields.get(name) is not None for name in pattern.names & effect.fields)
    elif kind == "enter":
        seen = effect.entered in pattern.names
    elif kind == "trigger":
        seen = effect.trigger in pattern.names
    else:
        seen = effect.activity in pattern.names
    return seen and view.holds(pattern.when)


def is_unassigned(pattern: Pattern, view: View) -> bool:
    """Whether *pattern* asks for an owner and nobody is: to lose one starts and meets nothing."""
    return pattern.kind == "assign" and view.lead.owner is None


def note_happening(work: Work, effect: Effect, at: datetime) -> None:
    """Notes in the entry of *effect* which happenings it is, judged as promises are: before any reset."""
    assert work.workflow.notes is not None
    view = work.view(at)
    counts: dict[str, bool | str] = {}
    for each in work.workflow.notes.happenings:
        if not is_one(each, effect) or not view.holds(each.when):
            continue
        noted = _noted(work, each)
        if each.noted is not None and noted is not None:
            counts[each.noted] = noted
    work.note(effect.seq, counts)


def _noted(work: Work, happening: Happening) -> bool | str | None:
    """What is noted where it happened: that it did, or a value of the lead; None: there is none to add."""
    fields = work.lead.fields
    if happening.distinct is not None:
        return compared(work.workflow, happening.distinct, fields.get(happening.distinct))
    if happening.adds is None:
        return True
    value = fields.get(happening.adds)
    return None if value is None else str(value)


def is_one(happening: Happening, effect: Effect) -> bool:
    """Whether *effect* is of the kind that *happening* names."""
    if happening.kind == "assign":
        return bool(effect.assigned)
    seen = {
        "enter": effect.entered, "trigger": effect.trigger, "override": effect.trigger,
        "activity": effect.activity,
    }  # fmt: skip
    return seen.get(happening.kind) in happening.names
